"""The page of claims: its numbers are those of the study, and it says how to make it again."""

from __future__ import annotations

import datetime as dt
import html
import json
import re

import pytest

import apportion as ap
from apportion.report.charts import MOST_SMALL
from apportion.report.claims_board import clashes_of, lead_sentences
from apportion.report.claims_figures import courses, target_figures
from apportion.report.claims_page import claims_html
from apportion.report.relations import is_shown
from apportion.report.words import Words
from apportion.study.claims import Claims
from apportion.study.relations import Relation
from tests.broken import party
from tests.build import make_world
from tests.claim_worlds import stated, world_of
from tests.laws.small import small

STORY = "tesla-x-2023"
WORDS = Words.load("en")
CUT_OFF = dt.date(2024, 6, 30)
MANY = 12


def seen(day: str, viewpoint: str) -> Claims:
    return ap.claims(ap.read(STORY).as_known_on(dt.date.fromisoformat(day), viewpoint))


@pytest.fixture(scope="module")
def found() -> Claims:
    return seen(CUT_OFF.isoformat(), "all")


@pytest.fixture(scope="module")
def page(found: Claims) -> str:
    return claims_html(found, words=WORDS)


def text_of(markup: str) -> str:
    whole = re.sub(r'<span class="day">([^<]*)</span>', r"\1", markup)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", whole)).split())


def rows_of_table(page: str, table: str) -> dict[str, list[str]]:
    body = page.partition(f'id="{table}"')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    rows = [
        [text_of(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in body.split("</tr>")
    ]
    return {cells[0]: cells for cells in rows if cells}


def many_targets() -> Claims:
    """Return a study of a target for each of more parties than there is room for charts of targets."""
    parties = [f"p{number:02}" for number in range(MANY)]
    claims = [
        stated("units_planned", "20", claim=f"K{one}", party=one, sku="k", as_of_on="2024-03-01")
        for one in parties
    ]
    rows = [party(party=one, name=one) for one in (*parties, "c", "d", "o", "v")]
    return ap.claims(world_of(*claims, parties=rows))


def test_the_board_has_every_claim_with_its_verdict(found: Claims, page: str) -> None:
    board = rows_of_table(page, "table-board")
    assert list(board) == found.claims["claim"].to_list()
    for claim, verdict in found.claims.select("claim", "verdict").iter_rows():
        assert board[claim][-1].startswith(verdict)


def test_a_verdict_has_a_shape_of_its_own(page: str) -> None:
    """Colour alone tells nobody who does not see it; the word stands beside it."""
    marks = re.findall(
        r'<strong class="verdict ([\w-]+)">\s*(<svg.*?</svg>)([^<]+)</strong>', page, re.DOTALL
    )
    shapes = {name: re.sub(r"\s+", "", shape) for name, shape, _ in marks}
    assert len(set(shapes.values())) == len(shapes) == len({word for _, _, word in marks})


def test_parties_and_sites_stand_by_their_names(page: str) -> None:
    assert rows_of_table(page, "table-board")["K20"][1] == "X (was Twitter)"
    assert "Said by: The press" in rows_of_table(page, "table-board")["K17"][3]
    assert rows_of_table(page, "table-ageing")["K2"][1] == "Tesla"
    rests = rows_of_table(page, "table-rests")
    assert "Investors in X / xAI" in rests["K19"][2]
    assert "xAI Memphis / hall-3" in rests["K19"][4]
    assert "Giga Texas, south extension" in text_of(page.partition('id="apart"')[2])
    told = text_of(claims_html(seen("2024-04-23", "party:nvidia"), words=WORDS))
    assert "Only what Nvidia could know was looked at." in told


def test_the_page_begins_with_whether_it_holds_together(found: Claims, page: str) -> None:
    apart = [one for one in found.found if is_shown(one) and one.relation is not Relation.DISPUTED]
    held, counts = lead_sentences(found, clashes=len(apart), words=WORDS)
    assert held == (
        f"The facts contradict no claim, but not all of it holds together: in {len(apart)} places, "
        "statements do not fit each other or what is documented."
    )
    verdicts = found.claims["verdict"].value_counts().iter_rows()
    assert all(f"{count} {verdict}" in counts for verdict, count in verdicts)
    assert counts.startswith(f"{len(found.judged)} claims about 4 parties")
    lead = text_of(page.partition("</h1>")[2].partition("<dl")[0])
    assert lead.startswith(f"{held} {counts}")


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ([stated("unit_price_usd", "100", sku="k")], "It holds together: every claim"),
        (
            [stated("unit_price_usd", "900", sku="k")],
            "Not all of it holds together: the facts contradict 1 claim.",
        ),
        ([stated("nothing_known", "1")], "Nothing is contradicted and no two"),
    ],
)
def test_the_answer_follows_the_verdicts(claims: list[dict[str, str]], told: str) -> None:
    study = ap.claims(world_of(*claims))
    assert lead_sentences(study, clashes=0, words=WORDS)[0].startswith(told)
    assert "1 claim about 1 party" in lead_sentences(study, clashes=0, words=WORDS)[1]


def test_what_does_not_fit_stands_with_its_statements(found: Claims, page: str) -> None:
    said = dict(found.claims.select("claim", "statement").iter_rows())
    told = text_of(page)
    for clash in clashes_of(found, [one for one in found.found if is_shown(one)], words=WORDS):
        assert clash.sentence in told
        for anchor, claim, statement in clash.claims:
            assert statement == said[claim]
            assert f'<tr id="{anchor}"><th scope="row">{claim}</th>' in page


@pytest.mark.parametrize(
    ("day", "viewpoint", "gap"),
    [
        ("2024-04-23", "all", "38,000 to 44,000 units"),
        ("2024-04-23", "public", "50,000 units"),
        ("2024-06-03", "public", "50,000 units"),
        ("2024-06-04", "public", "38,000 to 44,000 units"),
        ("2024-06-30", "all", "38,000 to 44,000 units"),
    ],
)
def test_the_gap_of_the_target_is_that_of_the_study(day: str, viewpoint: str, gap: str) -> None:
    page = claims_html(seen(day, viewpoint), words=WORDS)
    assert f"Gap: {gap}" in rows_of_table(page, "table-board")["K2"][4]
    assert gap in rows_of_table(page, "table-ageing")["K2"]


def test_the_day_before_the_call_has_no_target_of_it() -> None:
    page = claims_html(seen("2024-04-22", "public"), words=WORDS)
    board = rows_of_table(page, "table-board")
    assert board
    assert "K2" not in board
    assert WORDS.say("claims.page.targets-none") in html.unescape(page)


def test_what_is_not_documented_is_not_false_once(page: str) -> None:
    assert page.count(WORDS.say("claims.documented")) == 1


def test_a_chart_ends_with_the_numbers_of_the_frame(found: Claims) -> None:
    figures, undrawn = target_figures(found, words=WORDS)
    titles = {one.title.partition(":")[0]: one for one in figures}
    assert set(titles) == set(found.ageing["claim"])
    assert undrawn == ""
    for claim, figure in titles.items():
        last = [row for row in found.ageing.iter_rows(named=True) if row["claim"] == claim][-1]
        assert [line.last for _, line in figure.lines] == [last["value"], last["evidence_plain"]]


def test_charts_end_soon_after_the_day_looked_from(page: str) -> None:
    """What is drawn later would be read as known for days that had not come."""
    drawn = json.loads(re.findall(r'id="charts-json">(.*?)</script>', page)[0])
    last = (CUT_OFF - dt.date(1970, 1, 1)).days
    assert 0 < drawn["end"] - last <= (last - drawn["start"]) / 12


def test_targets_that_are_not_drawn_are_told_and_their_numbers_are_in_the_file() -> None:
    found = many_targets()
    page = claims_html(found, words=WORDS)
    figures, told = target_figures(found, words=WORDS)
    assert len(figures) == MOST_SMALL == page.count('id="figure-target-')
    assert found.ageing["claim"].n_unique() == MANY
    assert told == (
        f"Drawn are the first {MOST_SMALL} in the order in which they were said; {MANY - MOST_SMALL} more are not "
        "drawn. Their numbers, day by day, are in ageing.csv."
    )
    assert told in page
    assert len(rows_of_table(page, "table-ageing")) == MANY


def test_every_party_with_statements_over_orders_is_drawn() -> None:
    found = many_targets()
    page = claims_html(found, words=WORDS)
    assert len(courses(found)) == MANY == page.count('id="figure-course-')


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
