"""The page of claims: its numbers are those of the study, and it says how to make it again."""

from __future__ import annotations

import datetime as dt
import re

import pytest

import apportion as ap
from apportion.report.claims_figures import courses, target_figures
from apportion.report.claims_page import claims_html
from apportion.report.words import Words
from apportion.study.claims import Claims
from tests.build import make_world
from tests.laws.small import small

WORDS = Words.load("en")
CUT_OFF = dt.date(2024, 6, 30)


@pytest.fixture(scope="module")
def found() -> Claims:
    return ap.claims(ap.read("tesla-x-2023").as_known_on(CUT_OFF, "all"))


@pytest.fixture(scope="module")
def page(found: Claims) -> str:
    return claims_html(found, words=WORDS)


def row_of(page: str, claim: str) -> list[str]:
    table = page.partition('id="table-board"')[2].partition("</table>")[0]
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in table.split("<tr>")]
    return next(cells for cells in rows if cells and cells[0] == claim)


def test_the_board_has_every_claim_with_its_verdict(found: Claims, page: str) -> None:
    for claim, verdict in found.claims.select("claim", "verdict").iter_rows():
        assert verdict in row_of(page, claim)


def test_the_gap_of_the_target_is_that_of_the_study(page: str) -> None:
    cells = row_of(page, "K2")
    assert "6,000 to 12,000" in cells
    assert "38,000 to 44,000 units" in cells


def test_what_is_not_documented_is_not_false_once(page: str) -> None:
    assert page.count(WORDS.say("claims.documented")) == 1


def test_a_chart_ends_with_the_numbers_of_the_frame(found: Claims) -> None:
    titles = {one.title.partition(":")[0]: one for one in target_figures(found, words=WORDS)}
    assert set(titles) == set(found.ageing["claim"])
    for claim, figure in titles.items():
        last = [row for row in found.ageing.iter_rows(named=True) if row["claim"] == claim][-1]
        assert [line.last for _, line in figure.lines] == [last["value"], last["evidence_plain"]]


def test_statements_stand_over_what_was_known_on_their_day(found: Claims) -> None:
    tesla = next(
        one for one in courses(found) if one.party == "tesla" and "K1" in {c.claim for c in one.claims}
    )
    assert [one.day for one in tesla.days] == sorted({one.day for one in tesla.days})
    last = tesla.days[-1]
    # Lots L2 and L3, 6,000 each, go to Tesla.
    assert last.reserved >= 12_000


def test_the_command_makes_the_page_of_the_same_view(page: str) -> None:
    assert "apportion claims SCENARIO --out DIR --case middle --as-known-on 2024-06-30" in page


def test_without_claims_the_page_says_so() -> None:
    raw = small("order customer quantity\no p 3", "lot sku quantity\nl k 3")
    page = claims_html(ap.claims(make_world(raw.settings, raw.tables)), words=WORDS)
    assert WORDS.say("claims.none") in page
