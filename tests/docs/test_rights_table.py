"""The table of rights on its page is the one that decides."""

from __future__ import annotations

import pytest

from apportion.govern.rights import Right
from tools.make_rights_table import CLOSING, OPENING, PAGE, page_with_table, table_lines


def test_the_table_on_the_page_is_current() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page_with_table(text) == text, "run python tools/make_rights_table.py"


def test_the_table_speaks_of_every_right_and_takes_the_place_of_another() -> None:
    lines = list(table_lines())
    assert len(lines) == len(Right) + 2
    page = f"a\n{OPENING}\nstale\n{CLOSING}\nb\n"
    assert "stale" not in page_with_table(page)
    assert page_with_table(page).endswith(f"{CLOSING}\nb\n")
    with pytest.raises(ValueError, match="no marks"):
        page_with_table("a page without them")
