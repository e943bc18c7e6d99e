"""Write the table of rights into its page, from `RIGHTS`. Run `python tools/make_rights_table.py`.

With ``--check`` nothing is written, and the exit code is 1 where the page is stale.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from apportion.govern.rights import RIGHTS, Reach, Right, Role

PAGE = Path(__file__).resolve().parent.parent / "docs" / "concepts" / "people-and-rights.md"
OPENING, CLOSING = "<!-- rights: made by tools/make_rights_table.py -->", "<!-- end of rights -->"
_CELLS = {Reach.ALL: "all", Reach.NAMED: "named", Reach.PARTY: "party", None: "–"}


def table_lines() -> Iterator[str]:
    """Yield the lines of the table: a right by row, a role by column, and how far it goes."""
    yield f"| right | lets one | {' | '.join(Role)} |"
    yield f"| --- | --- | {' | '.join('---' for _ in Role)} |"
    for right in Right:
        cells = [_CELLS[RIGHTS[right].get(role)] for role in Role]
        yield f"| `{right}` | {right.meaning} | {' | '.join(cells)} |"


def page_with_table(text: str) -> str:
    """Return a page with the table between its two marks, whatever stood there."""
    before, opening, rest = text.partition(OPENING)
    _, closing, after = rest.partition(CLOSING)
    if not (opening and closing):
        raise ValueError(f"The page has no marks {OPENING} and {CLOSING}.")
    table = "\n".join(table_lines())
    return f"{before}{OPENING}\n\n{table}\n\n{CLOSING}{after}"


def main(arguments: list[str]) -> int:
    """Write the page, or with ``--check`` say that it is stale."""
    text = PAGE.read_text(encoding="utf-8")
    made = page_with_table(text)
    if made == text:
        return 0
    if "--check" in arguments:
        print("docs/concepts/people-and-rights.md is stale; run python tools/make_rights_table.py")
        return 1
    PAGE.write_text(made, encoding="utf-8")
    print("docs/concepts/people-and-rights.md is written.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
