"""Each metric with claims that nobody has made, in each verdict that it can have."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest

from apportion.model.metrics import METRICS
from apportion.model.proposal import Kind, Move, Proposal
from apportion.study.claims import judge_claims
from apportion.study.verdicts import Verdict
from tests.broken import Cells, lot, order, shipment, site, sku, step
from tests.build import Rows
from tests.claim_worlds import AFTER, judged, stated, together, world_of

CONSISTENT, CONTRADICTED, UNSUPPORTED = "consistent", "contradicted", "unsupported"
EARLY = "too early"

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
    one = judged(world_of(stated(metric, "9000", as_of_on=AFTER), basis="assumption"))
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
    assert judged(world_of(stated("ready_on", "", as_of_on=day), basis=basis)).verdict == verdict


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


def test_numbers_stay_exact_until_they_are_written() -> None:
    skus = [sku(unit_price_usd="41666.67")]
    one = judged(world_of(stated("spend_usd", "5"), skus=skus))
    assert one.evidence is not None
    assert one.evidence.plain == 4 * Fraction("41666.67")


def test_a_day_to_come_is_not_bounded_by_the_power_known_today() -> None:
    assert judged(world_of(stated("power_kw", "12", as_of_on=AFTER))).verdict == EARLY
    assert judged(world_of(stated("units_active", "12", as_of_on=AFTER, sku="k"))).verdict == EARLY
