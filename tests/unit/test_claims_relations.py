"""Targets, lead times, and what does not hold together, in worlds by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from apportion.study.claims import judge_claims
from apportion.study.verdicts import Verdict
from tests.broken import Cells, order
from tests.build import Rows
from tests.claim_worlds import AFTER, NOW, judged, lead, of, stated, target, together, world_of


def test_a_target_counts_from_the_claim_of_what_runs() -> None:
    # 20 - 6 = 14 to add; the lot of 2 January may be in the 6: at least 0, at most 4 are documented.
    one = of(judge_claims(world_of(*target())), "T")
    assert one.target is not None
    assert one.gap is not None
    assert together(one.target.to_add, one.target.least, one.target.most) == (14, 0, 4)
    assert together(one.gap.low, one.gap.high) == (10, 14)


def test_a_target_without_such_a_claim_counts_from_the_fleet() -> None:
    # 20 - 3 = 17 to add, 4 documented.
    one = of(judge_claims(world_of(target()[1])), "T")
    assert one.target is not None
    assert one.gap is not None
    assert together(one.target.base_claim, one.target.base) == ("", 3)
    assert together(one.gap.low, one.gap.high) == (13, 13)


def test_the_last_day_to_order_is_the_target_less_the_lead_time() -> None:
    # 1 March less 14 and 21 days; without a longest lead time the plain one stands in.
    one = of(judge_claims(world_of(*target(), lead_times=[lead()])), "T")
    assert one.reach is not None
    assert together(one.reach.best_on, one.reach.plain_on) == (dt.date(2024, 2, 16), dt.date(2024, 2, 9))
    assert together(one.reach.worst_on, one.verdict) == (dt.date(2024, 2, 9), Verdict.TOO_EARLY)


def test_a_target_that_no_order_can_reach_any_more_is_unsupported() -> None:
    # 1 March less 5 weeks is 26 January, before the day looked from.
    found = judge_claims(world_of(*target(), lead_times=[lead(weeks="5", weeks_low="")]))
    one = of(found, "T")
    assert (one.verdict, one.reason) == (Verdict.UNSUPPORTED, "too-late")
    assert "out-of-reach" in found.contradictions["relation"].to_list()


def test_the_lead_time_stated_last_is_in_force_and_none_is_guessed() -> None:
    rows = [
        lead(),
        lead(lead="LU", stated_on="2024-01-20", weeks="1", weeks_low="1"),
        lead(lead="LV", stated_on=AFTER),
    ]
    one = of(judge_claims(world_of(*target(), lead_times=rows)), "T")
    assert one.reach is not None
    assert one.reach.support.name == "LU"
    assert of(judge_claims(world_of(*target())), "T").reach is None


def test_a_target_is_met_on_the_day_the_facts_reach_it() -> None:
    met = stated("units_planned", "7", as_of_on=NOW, sku="k")
    assert judged(world_of(met)).met_on == dt.date(2024, 1, 2)
    assert judged(world_of(stated("units_planned", "8", as_of_on=NOW, sku="k"))).met_on is None


def test_forecast_orders_are_told_beside_a_target_and_not_added_to_it() -> None:
    orders = [order(), order(order="B", commitment="forecast", quantity="6", quantity_low="2")]
    found = judge_claims(world_of(*target(), orders=orders))
    last = found.aged[-1]
    assert together(*last.forecast) == (2, 6, 6)
    assert last.judged.gap is not None
    assert last.judged.gap.low == 10


RELATIONS: list[tuple[str, list[Cells], dict[str, Rows]]] = [
    ("values-differ", [stated("power_kw", "9"), stated("power_kw", "12", claim="L")], {}),
    (
        "days-differ",
        [stated("units_planned", "7", as_of_on=NOW), stated("units_planned", "7", as_of_on=AFTER, claim="L")],
        {},
    ),
    (
        "words-differ",
        [
            stated("units_delivered", "7", as_of_on="2024-01-03", qualifier="about"),
            stated("units_delivered", "7", as_of_on="2024-01-03", claim="L", qualifier="at least"),
        ],
        {},
    ),
    (
        "prices-differ",
        [stated("unit_price_usd", "90"), stated("unit_price_usd", "110", claim="L", party="v")],
        {},
    ),
    (
        "part-of-total",
        [stated("spend_usd", "1000"), stated("spend_usd", "300", claim="L", counterparty="v")],
        {},
    ),
    (
        "count-against-spend",
        # 20 - 3 = 17 to add at 100 dollars: 1,700 against 500.
        [stated("units_planned", "20", sku="k"), stated("spend_usd", "500", claim="L", counterparty="v")],
        {},
    ),
    ("count-against-power", [stated("units_active", "12", sku="k")], {}),
    (
        "active-against-room",
        [
            stated("units_active", "8", as_of_on="2024-01-03", sku="k"),
            stated("units_room", "0", claim="L", from_on="2024-01-01"),
        ],
        {},
    ),
    ("target-against-book", target(), {}),
    ("date-against-readiness", [stated("ready_on", "", as_of_on="2023-12-30")], {}),
    ("site-replaced", [stated("ready_on", "", as_of_on="2024-01-30", site="t")], {}),
    ("out-of-reach", target(), {"lead_times": [lead(weeks="5", weeks_low="5")]}),
]


@pytest.mark.parametrize(("relation", "claims", "tables"), RELATIONS, ids=[name for name, _, _ in RELATIONS])
def test_each_relation_is_found_and_goes_with_its_claims(
    relation: str, claims: list[Cells], tables: dict[str, Rows]
) -> None:
    found = judge_claims(world_of(*claims, basis="fact", **tables))
    rows = [row for row in found.found if row.relation == relation]
    assert len(rows) == 1
    without = [one for one in claims if one["claim"] not in rows[0].claims]
    assert relation not in {
        row.relation for row in judge_claims(world_of(*without, basis="fact", **tables)).found
    }


def test_a_part_leaves_the_rest_of_the_total() -> None:
    found = judge_claims(world_of(*RELATIONS[4][1])).found
    assert [together(row.low, row.high) for row in found if row.relation == "part-of-total"] == [(70, 70)]


def test_a_spending_that_the_count_would_come_to_is_no_contradiction() -> None:
    claims = [
        stated("units_planned", "20", sku="k"),
        stated("spend_usd", "1700", claim="L", counterparty="v"),
    ]
    found = judge_claims(world_of(*claims))
    assert "count-against-spend" not in found.contradictions["relation"].to_list()


def test_a_dispute_names_the_claims_that_rest_on_either_side() -> None:
    evidence = [
        {"id": "E1", "kind": "post", "title": "One", "source": "here"},
        {"id": "E2", "kind": "email", "title": "Two", "source": "here", "disputes": "E1"},
    ]
    found = judge_claims(world_of(stated("units_active", "7", evidence="E1"), evidence=evidence))
    row = next(row for row in found.found if row.relation == "disputed-by")
    assert (row.evidence, row.disputes, row.claims) == (("E2",), ("E1",), ("K",))
    assert found.claims["disputed_by"].to_list() == [["E2"]]
