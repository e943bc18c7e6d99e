"""Write the error catalogue: every finding as a broken scenario gives it. Run `python tools/make_catalogue.py`.

The scenarios stand in ``tests/reproducers.py``, the meanings in ``tools/make_reference.py``. With ``--check``
nothing is written, and the exit code is 1 where the page is stale.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from apportion.errors import Code, Finding  # noqa: E402 - found by the line above
from tests.reproducers import BROKEN, Broken, findings_of, write_broken  # noqa: E402
from tools.make_reference import CODE_MEANINGS  # noqa: E402

PAGE = ROOT / "docs" / "reference" / "error-catalogue.md"
_HEADER_ROW = 1  # As a spreadsheet counts.
_HEAD = """\
# Error catalogue

Every code that a finding can carry, by name: what it means, the place in the smallest scenario that gives it, and the
finding in full. [Findings, exit codes and rules](findings.md) tells how findings are graded and what they stop. The
page is written by `tools/make_catalogue.py`, which runs each scenario.
"""


def heading(code: Code) -> str:
    """Return the heading of the section of a code."""
    return f"## `{code}`"


def catalogue() -> str:
    """Return the whole page."""
    sections = ["\n".join(_section(code, BROKEN[code])) for code in sorted(BROKEN, key=str)]
    return "\n".join([_HEAD, "\n\n".join(sections), ""])


def _section(code: Code, broken: Broken) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as place:
        folder = write_broken(Path(place) / "scenario", broken)
        [told] = [one for one in findings_of(folder, broken) if one.code is code]
        opening, lines = _excerpt(folder, told)
    grade, meaning = CODE_MEANINGS[code]
    yield from (heading(code), "", f"Grade: {grade}. {meaning}", "")
    yield f"{opening}{_seen(broken)}:"
    yield from ("", "```text", *lines, "```", "", "The finding:", "", "```text", told.sentence, "```")


def _seen(broken: Broken) -> str:
    """Return under which view or rule the finding comes, if not under every one."""
    if broken.as_known_on is not None:
        return f", looked at as known on {broken.as_known_on}"
    return f", planned under the rule `{broken.rule}`" if broken.rule is not None else ""


def _excerpt(folder: Path, told: Finding) -> tuple[str, list[str]]:
    """Return what is shown of the place that a finding names, and its lines."""
    file = folder / told.file
    if not file.exists():
        return "The files of the scenario", sorted(one.name for one in folder.iterdir())
    lines = file.read_text(encoding="utf-8").splitlines()
    if told.row is not None and told.row != _HEADER_ROW:
        return f"`{told.file}`, its header and row {told.row}", [lines[0], lines[told.row - 1]]
    key = told.column.rpartition(".")[2]
    named = [line for line in lines if line.startswith(f"{key} = ")] if file.suffix == ".toml" else []
    return (f"`{told.file}`", named) if named else (f"`{told.file}`, the whole of it", lines)


def main(arguments: list[str]) -> int:
    """Write the page if it is stale, or with ``--check`` say that it is; exit code 1 if a check found it so."""
    made = catalogue()
    name = PAGE.relative_to(ROOT).as_posix()
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == made:
        return 0
    if "--check" in arguments:
        print(f"{name} is stale; run python tools/make_catalogue.py")
        return 1
    PAGE.write_text(made, encoding="utf-8")
    print(f"{name} is written.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
