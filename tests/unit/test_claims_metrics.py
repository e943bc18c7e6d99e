"""Each metric with claims that nobody has made, in each verdict that it can have; and the rules between claims.

The world by hand: c holds 3 units since December, ordered 5 and receives a lot of 4 on 2 January; v supplies it.
The hall s has 9 kW from 1 January on, a unit takes 1 kW and costs 100 dollars; o owns 25 percent of c. The day
looked from is 31 January. So: ordered 5, reserved 4, delivered 3 + 4 = 7, active 7 of at most 9, room 9 - 3 = 6.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest

from apportion.model.metrics import METRICS
from apportion.model.proposal import Kind, Move, Proposal
from apportion.model.world import World
from apportion.study.claims import Claims, judge_claims
from apportion.study.verdicts import Judged, Verdict
from tests.broken import SETTINGS, Cells, claim, lot, order, party, shipment, site, sku, step
from tests.build import Rows, make_world

CONSISTENT, CONTRADICTED, UNSUPPORTED = "consistent", "contradicted", "unsupported"
INCOMPARABLE, EARLY = "not comparable", "too early"
AFTER = "2024-03-01"
NOW = "2024-01-31"


def fleet(**cells: str) -> Cells:
    plain = {"holding": "F", "party": "c", "site": "s", "sku": "k", "quantity": "3", "since_on": "2023-12-01"}
    return plain | cells


def world_of(*claims: Cells, basis: str = "fact", **tables: Rows) -> World:
    known = {"basis": basis}
    plain: dict[str, Rows] = {
        "parties": [party(), *(party(party=name, name=name.upper()) for name in ("d", "o", "v"))],
        "skus": [sku(unit_price_usd="100", **known)],
        "sites": [site(users="c"), site(site="t", name="T", users="d")],
        "readiness": [step(**known)],
        "supply": [lot(reserved_for="A", **known)],
        "orders": [order(**known)],
        "fleet": [fleet(**known)],
        "interests": [
            {"holder": "o", "entity": "c", "role": "owner", "from_on": "2020-01-01", "share_percent": "25"}
            | known
        ],
        "claims": list(claims),
    }
    return make_world({**SETTINGS}, {name: rows for name, rows in {**plain, **tables}.items() if rows})


def judged(world: World, *, proposals: Sequence[Proposal] = ()) -> Judged:
    found = judge_claims(world, proposals).judged
    assert len(found) == 1
    return found[0]


def stated(metric: str, value: str, as_of_on: str = NOW, **cells: str) -> Cells:
    units = {
        "units": "units",
        "spend": "USD",
        "value": "USD",
        "unit": "USD",
        "power": "kW",
        "share": "percent",
    }
    unit = "USD" if metric == "unit_price_usd" else units.get(metric.partition("_")[0], "date")
    needed = {
        "units_room": {"sku": "k"},
        "unit_price_usd": {"sku": "k"},
        "share_percent": {"counterparty": "o"},
        "ready_on": {"site": "s"},
        "units_output": {"party": "v"},
    }
    plain = {"metric": metric, "value": value, "unit": unit, "as_of_on": as_of_on} | needed.get(metric, {})
    return claim(**plain | cells)


FIRM = [
    # What facts bound: metric, value, verdict.
    ("units_ordered", "5", CONSISTENT),
    ("units_ordered", "4", CONTRADICTED),
    ("units_ordered", "8", UNSUPPORTED),
    ("units_reserved", "4", CONSISTENT),
    ("units_reserved", "3", CONTRADICTED),
    ("units_reserved", "6", UNSUPPORTED),
    ("units_delivered", "7", CONSISTENT),
    ("units_delivered", "6", CONTRADICTED),
    ("units_delivered", "9", UNSUPPORTED),
    ("units_active", "7", CONSISTENT),
    ("units_active", "6", CONTRADICTED),
    ("units_active", "8", UNSUPPORTED),
    ("units_planned", "7", CONSISTENT),
    ("units_planned", "6", CONTRADICTED),
    ("units_planned", "8", UNSUPPORTED),
    ("units_room", "6", CONSISTENT),
    ("units_room", "7", CONTRADICTED),
    ("units_room", "5", CONTRADICTED),
    ("units_output", "4", CONSISTENT),
    ("units_output", "3", CONTRADICTED),
    ("units_output", "5", UNSUPPORTED),
    # 4 x 100 and 7 x 100 dollars.
    ("spend_usd", "400", CONSISTENT),
    ("spend_usd", "300", CONTRADICTED),
    ("spend_usd", "500", UNSUPPORTED),
    ("value_usd", "700", CONSISTENT),
    ("value_usd", "600", CONTRADICTED),
    ("value_usd", "800", UNSUPPORTED),
    ("unit_price_usd", "100", CONSISTENT),
    ("unit_price_usd", "120", CONTRADICTED),
    ("power_kw", "9", CONSISTENT),
    ("power_kw", "12", CONTRADICTED),
    ("share_percent", "25", CONSISTENT),
    ("share_percent", "30", CONTRADICTED),
]


@pytest.mark.parametrize(("metric", "value", "verdict"), FIRM)
def test_what_facts_document_bounds_a_claim(metric: str, value: str, verdict: str) -> None:
    assert judged(world_of(stated(metric, value))).verdict == verdict


@pytest.mark.parametrize(("metric", "value", "verdict"), FIRM)
def test_what_is_assumed_speaks_against_nobody(metric: str, value: str, verdict: str) -> None:
    expected = CONSISTENT if verdict == CONSISTENT else UNSUPPORTED
    assert judged(world_of(stated(metric, value), basis="assumption")).verdict == expected


@pytest.mark.parametrize("metric", [name for name in METRICS if name != "ready_on"])
def test_a_day_that_has_not_come_is_too_early_to_judge(metric: str) -> None:
    one = judged(world_of(stated(metric, "9000", AFTER), basis="assumption"))
    assert (one.verdict, one.reason) == (Verdict.TOO_EARLY, "may-still")


@pytest.mark.parametrize("metric", METRICS)
def test_a_unit_that_does_not_fit_cannot_be_compared(metric: str) -> None:
    one = judged(world_of(stated(metric, "5", unit="metres")))
    assert (one.verdict, one.reason) == (Verdict.NOT_COMPARABLE, "unit-unfit")


@pytest.mark.parametrize("metric", [name for name in METRICS if name != "ready_on"])
def test_a_claim_without_a_value_cannot_be_compared(metric: str) -> None:
    assert judged(world_of(stated(metric, ""))).reason == "no-value"


@pytest.mark.parametrize(
    ("day", "basis", "verdict"),
    [
        ("2024-01-01", "fact", CONSISTENT),
        ("2023-12-30", "fact", CONTRADICTED),
        ("2024-01-05", "fact", CONTRADICTED),
        ("2023-12-30", "assumption", UNSUPPORTED),
        (AFTER, "assumption", EARLY),
    ],
)
def test_a_ready_date_is_held_against_readiness(day: str, basis: str, verdict: str) -> None:
    assert judged(world_of(stated("ready_on", "", day), basis=basis)).verdict == verdict


@pytest.mark.parametrize(
    ("cells", "tables", "reason"),
    [
        (stated("speed", "5"), {}, "unknown-metric"),
        (stated("power_kw", "5"), {"readiness": [step(site="t")]}, "no-readiness"),
        (stated("units_room", "5", sku=""), {}, "no-sku"),
        (stated("unit_price_usd", "5", sku=""), {}, "no-sku"),
        (stated("unit_price_usd", "5"), {"skus": [sku()]}, "no-price"),
        (stated("spend_usd", "5"), {"skus": [sku()]}, "no-price"),
        (stated("ready_on", "", site=""), {}, "no-site"),
        (stated("ready_on", "", site="t"), {}, "no-readiness"),
        (stated("share_percent", "5", counterparty=""), {}, "no-counterparty"),
        (stated("share_percent", "5", counterparty="v"), {}, "no-share"),
        (stated("units_active", "5", sku="unheard"), {}, "unknown-sku"),
        (stated("units_active", "5", site="unheard"), {}, "unknown-site"),
    ],
)
def test_what_the_facts_do_not_speak_of_cannot_be_compared(
    cells: Cells, tables: dict[str, Rows], reason: str
) -> None:
    one = judged(world_of(cells, basis="fact", **tables))
    assert (one.verdict, one.reason) == (Verdict.NOT_COMPARABLE, reason)


def test_more_units_than_all_known_power_can_run_are_contradicted() -> None:
    assert judged(world_of(stated("units_active", "9", sku="k"))).verdict == UNSUPPORTED
    one = judged(world_of(stated("units_active", "10", sku="k")))
    assert (one.verdict, one.reason) == (Verdict.CONTRADICTED, "above-ceiling")


def test_a_site_whose_power_nobody_knows_leaves_more_possible() -> None:
    sites = [site(users="c"), site(site="t", name="T", users="c")]
    assert judged(world_of(stated("units_active", "10", sku="k"), sites=sites)).verdict == UNSUPPORTED


@pytest.mark.parametrize(
    ("qualifier", "value", "verdict"),
    [
        # 7 are delivered: 7.7 less a tenth of it is 6.93.
        ("about", "7.7", CONSISTENT),
        ("about", "8", UNSUPPORTED),
        ("at least", "7", CONSISTENT),
        ("at least", "8", UNSUPPORTED),
        ("more than", "6", CONSISTENT),
        ("more than", "7", UNSUPPORTED),
        ("at most", "7", CONSISTENT),
        ("at most", "6", CONTRADICTED),
    ],
)
def test_the_words_of_a_claim_widen_what_it_allows(qualifier: str, value: str, verdict: str) -> None:
    assert judged(world_of(stated("units_delivered", value, qualifier=qualifier))).verdict == verdict


def test_reference_units_weigh_what_the_sku_is_worth() -> None:
    skus = [sku(reference_units="2.5")]
    one = judged(world_of(stated("units_delivered", "17.5", unit="reference units"), skus=skus))
    assert one.verdict == CONSISTENT


def test_units_wait_dark_where_power_is_short() -> None:
    # 5 kW carry the fleet of 3 and 2 of the lot; 4 were delivered, which may run elsewhere.
    one = judged(world_of(stated("units_active", "7"), readiness=[step(power_kw="5")]))
    assert one.evidence is not None
    assert together(one.evidence.low, one.evidence.plain, one.evidence.high) == (5, 5, 7)
    assert (one.verdict, one.reason) == (Verdict.CONSISTENT, "reached-within")


def test_shipments_are_delivered_and_live() -> None:
    one = judged(world_of(stated("units_active", "7"), shipments=[shipment(lot="L")]))
    # 2 of the lot shipped in December, 2 follow: 3 + 2 + 2.
    assert one.verdict == CONSISTENT
    assert {"shipments H", "supply L", "fleet F"} <= {row.place for row in one.support}


def test_a_lot_with_a_range_widens_the_evidence_unless_it_keeps_a_sum() -> None:
    ranged = {"reserved_for": "A", "quantity_low": "2", "quantity_high": "5"}
    free = judged(world_of(stated("units_delivered", "8"), supply=[lot(**ranged)]))
    kept = judged(world_of(stated("units_delivered", "8"), supply=[lot(**ranged, balance="b")]))
    assert free.evidence is not None
    assert together(free.evidence.low, free.evidence.high) == (5, 8)
    assert (free.verdict, kept.verdict) == (Verdict.CONSISTENT, Verdict.UNSUPPORTED)


DIVERT = Proposal(
    id="divert",
    kind=Kind.DIVERT,
    decided_on=dt.date(2024, 1, 1),
    moves=(Move(lot="L", to_orders=("B",), site="t"),),
)
TWO_ORDERS: Rows = [order(), order(order="B", customer="d", sites="t")]


def test_a_decided_move_takes_units_from_one_party_to_the_other() -> None:
    own = judged(world_of(stated("units_delivered", "3"), orders=TWO_ORDERS), proposals=[DIVERT])
    theirs = judged(
        world_of(stated("units_delivered", "4", party="d"), orders=TWO_ORDERS), proposals=[DIVERT]
    )
    assert together(own.verdict, theirs.verdict) == (Verdict.CONSISTENT, Verdict.CONSISTENT)
    assert "proposal divert" in {row.place for row in theirs.support}


def test_a_move_has_the_value_of_its_units() -> None:
    cells = stated("value_usd", "400", counterparty="d")
    assert judged(world_of(cells, orders=TWO_ORDERS), proposals=[DIVERT]).verdict == CONSISTENT
    assert judged(world_of(cells, orders=TWO_ORDERS)).verdict == UNSUPPORTED


@pytest.mark.parametrize(
    ("cells", "is_applied"),
    [
        ({}, True),
        ({"decided_on": None}, False),
        ({"decided_on": dt.date(2024, 2, 1)}, False),
        ({"known_on": dt.date(2024, 2, 1)}, False),
    ],
)
def test_only_what_was_decided_and_known_by_the_day_is_carried_out(
    cells: dict[str, Any],
    is_applied: bool,  # noqa: FBT001 - a case of the table above
) -> None:
    fields = {name: getattr(DIVERT, name) for name in ("id", "kind", "decided_on", "moves")} | cells
    found = judge_claims(world_of(stated("units_delivered", "3"), orders=TWO_ORDERS), [Proposal(**fields)])
    assert bool(found.known.applied) == is_applied


def target(**cells: str) -> list[Cells]:
    base = stated("units_active", "6", "2024-01-03", claim="B", sku="k")
    return [base, stated("units_planned", "20", AFTER, claim="T", sku="k", **cells)]


def together(*values: object) -> tuple[object, ...]:
    return values


def of(found: Claims, claim_id: str) -> Judged:
    return next(one for one in found.judged if one.claim.claim == claim_id)


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


def lead(**cells: str) -> Cells:
    plain = {"lead": "LT", "sku": "k", "stated_on": "2024-01-10", "weeks": "3", "weeks_low": "2"}
    return plain | cells


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
    met = stated("units_planned", "7", NOW, sku="k")
    assert judged(world_of(met)).met_on == dt.date(2024, 1, 2)
    assert judged(world_of(stated("units_planned", "8", NOW, sku="k"))).met_on is None


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
        [stated("units_planned", "7", NOW), stated("units_planned", "7", AFTER, claim="L")],
        {},
    ),
    (
        "words-differ",
        [
            stated("units_delivered", "7", "2024-01-03", qualifier="about"),
            stated("units_delivered", "7", "2024-01-03", claim="L", qualifier="at least"),
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
            stated("units_active", "8", "2024-01-03", sku="k"),
            stated("units_room", "0", claim="L", from_on="2024-01-01"),
        ],
        {},
    ),
    ("target-against-book", target(), {}),
    ("date-against-readiness", [stated("ready_on", "", "2023-12-30")], {}),
    ("site-replaced", [stated("ready_on", "", "2024-01-30", site="t")], {}),
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


def test_numbers_stay_exact_until_they_are_written() -> None:
    skus = [sku(unit_price_usd="41666.67")]
    one = judged(world_of(stated("spend_usd", "5"), skus=skus))
    assert one.evidence is not None
    assert one.evidence.plain == 4 * Fraction("41666.67")


def test_a_day_to_come_is_not_bounded_by_the_power_known_today() -> None:
    assert judged(world_of(stated("power_kw", "12", AFTER))).verdict == EARLY
    assert judged(world_of(stated("units_active", "12", AFTER, sku="k"))).verdict == EARLY
