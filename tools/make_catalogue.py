"""Write the error catalogue: every finding as a broken scenario gives it. Run `python tools/make_catalogue.py`.

The scenarios stand in ``tests/reproducers.py``, the meanings in ``tools/make_reference.py``. With ``--check``
nothing is written, and the exit code is 1 where the page is stale.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from apportion.errors import Code, Finding
from tests.broken import Broken
from tests.reproducers import BROKEN, findings_of, write_broken
from tools.code_meanings import CODE_MEANINGS
from tools.make_reference import REFERENCE

PAGE = REFERENCE / "error-catalogue.md"
SETTINGS_FILE = "scenario.toml"
_LONGEST_LINE = 160
_HEADER_ROW = 1  # As a spreadsheet counts.
_HEAD = """\
# Error catalogue

Every code that a finding can carry, by name: what it means, what is wrong in the smallest scenario that gives it, and
the finding in full. [Findings, errors and refusals](findings.md) tells how findings are graded and what they stop. The
page is written by `tools/make_catalogue.py`, which runs each scenario.
"""


def heading(code: Code) -> str:
    """Return the heading of the section of a code."""
    return f"## `{code}`"


def catalogue() -> str:
    """Return the whole page."""
    lines = [line for code in sorted(BROKEN, key=str) for line in _section(code, BROKEN[code])]
    return "\n".join([_HEAD, *lines]).rstrip() + "\n"


def _section(code: Code, broken: Broken) -> Iterator[str]:
    grade, meaning = CODE_MEANINGS[code]
    yield from (heading(code), "", f"Grade: {grade}. {meaning}", "")
    with tempfile.TemporaryDirectory() as place:
        folder = write_broken(Path(place) / "scenario", broken)
        [told] = [one for one in findings_of(folder, broken) if one.code is code]
        yield from _block(*_excerpt(folder, told, broken=broken))
        for name in _others(broken):
            yield from _block(f"With `{name}`", _lines(folder / name, broken))
    yield from _block(f"The finding{_seen(broken)}", [told.sentence])


def _block(opening: str, lines: Sequence[str]) -> Iterator[str]:
    yield from (f"{opening}:", "", "```text", *lines, "```", "")


def _seen(broken: Broken) -> str:
    """Return under which view or rule the finding comes, if not under every one."""
    if broken.as_known_on is not None:
        return f", as known on {broken.as_known_on}"
    if broken.tied:
        parties = " and ".join(f"`{party}`" for party in sorted(broken.tied))
        return f", where a conflict ties {parties} and a decision log was begun before the shipment"
    return f", under the rule `{broken.rule}`" if broken.rule is not None else ""


def _others(broken: Broken) -> list[str]:
    """Return the files beside the one told in which the scenario differs from a good one."""
    names = {f"{name}.csv" for name, rows in broken.tables.items() if rows is not None} | set(broken.files)
    if broken.settings:
        names.add(SETTINGS_FILE)
    return sorted(names - {broken.file})


def _lines(file: Path, broken: Broken) -> list[str]:
    encoding = broken.encoding if file.name in broken.files else "utf-8"
    lines = file.read_text(encoding=encoding).splitlines()
    return [line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…" for line in lines]


def _excerpt(folder: Path, told: Finding, *, broken: Broken) -> tuple[str, list[str]]:
    """Return what is shown of the place that a finding names, and its lines."""
    file = folder / told.file
    if not file.exists():
        return "The files of the scenario", sorted(one.name for one in folder.iterdir())
    lines = _lines(file, broken)
    if not lines:
        return f"`{told.file}`, which is empty", []
    if told.row is not None and told.row > _HEADER_ROW:
        return f"`{told.file}`, down to row {told.row}", lines[: told.row]
    if told.file == SETTINGS_FILE:
        section, _, key = told.column.rpartition(".")
        named = [line for line in lines if line == f"[{section}]" or line.startswith(f"{key} = ")]
        return f"`{told.file}`{'' if named else ', the whole of it'}", named or lines
    return f"`{told.file}`, the whole of it", lines


def main(arguments: list[str]) -> int:
    """Write the page if it is stale, or with ``--check`` say that it is; exit code 1 if a check found it so."""
    made = catalogue()
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == made:
        return 0
    if "--check" in arguments:
        print(f"docs/reference/{PAGE.name} is stale; run python tools/make_catalogue.py")
        return 1
    PAGE.write_text(made, encoding="utf-8")
    print(f"docs/reference/{PAGE.name} is written.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
