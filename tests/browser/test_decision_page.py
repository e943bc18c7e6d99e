"""The page of a decision in a real browser: on a desk, on a phone, in the dark, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from apportion.commands.decision_record import DECISION_PAGE, show_decision
from tests.browser.conftest import PageAt
from tests.decided import NAME, lives

DESK, PHONE = 1400, 400
LOOKS = [(width, dark) for width in (DESK, PHONE) for dark in (False, True)]


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dict(lives(tmp_path_factory.mktemp("lives")))["applied"]


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_the_page_has_no_barrier_and_fits_its_window(
    page_at: PageAt,
    barriers: Callable[[Page], list[str]],
    decided: Path,
    tmp_path: Path,
    width: int,
    language: str,
    *,
    dark: bool,
) -> None:
    show_decision(str(decided), NAME, out=tmp_path / "page", language=language)
    page = page_at(tmp_path / "page" / DECISION_PAGE, width=width, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert barriers(page) == []


def test_the_meter_of_a_side_is_as_long_as_its_yes(page_at: PageAt, decided: Path, tmp_path: Path) -> None:
    show_decision(str(decided), NAME, out=tmp_path / "page")
    page = page_at(tmp_path / "page" / DECISION_PAGE, width=DESK)
    bars = page.locator("table.bars tbody tr")
    lengths = bars.evaluate_all(
        "all => all.map((row) => row.querySelector('.bar-ran').getBoundingClientRect().width"
        " / row.querySelector('.bar-ground').getBoundingClientRect().width)"
    )
    assert lengths == pytest.approx([1, 1], abs=0.01)
