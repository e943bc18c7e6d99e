"""Rented capacity: in no count, never kept silent, and never a reason to speak against a claim."""

from __future__ import annotations

from fractions import Fraction

import pytest

import apportion as ap
from apportion.model.world import World
from apportion.report.claims import claims_sentences
from apportion.report.words import Words
from apportion.study.claims import judge_claims
from apportion.study.relations import Relation
from apportion.study.verdicts import Judged
from tests.broken import Cells, sku
from tests.build import day
from tests.claim_worlds import AFTER, judged, stated, world_of

COUNTS = ["units_ordered", "units_reserved", "units_delivered", "units_active", "units_planned"]


def rental(**cells: str) -> Cells:
    plain = {"contract": "R", "party": "c", "provider": "v", "sku": "k", "quantity": "5"}
    return plain | {"start_on": "2024-01-10", "usd_per_unit_hour": "2", "basis": "fact"} | cells


def rented(one: Judged) -> Fraction:
    return sum((item.plain for item in one.rented), Fraction(0))


def told(world: World) -> list[str]:
    sentences = claims_sentences(judge_claims(world), words=Words.load("en"))
    return [line for line in sentences if line.startswith("Rented capacity")]


@pytest.mark.parametrize("metric", COUNTS)
def test_what_is_rented_is_in_no_count_and_stands_beside_it(metric: str) -> None:
    alone = judged(world_of(stated(metric, "5")))
    beside = judged(world_of(stated(metric, "5"), rentals=[rental()]))
    assert alone.evidence is not None
    assert beside.evidence is not None
    numbers = [(one.low, one.plain, one.high, one.floor) for one in (alone.evidence, beside.evidence)]
    assert numbers[0] == numbers[1]
    assert rented(alone) == 0
    assert rented(beside) == 5


@pytest.mark.parametrize(
    ("cells", "units"),
    [
        ({}, 5),
        ({"start_on": "2024-01-31"}, 5),
        ({"start_on": "2024-02-01"}, 0),
        ({"end_on": "2024-01-31"}, 0),
        ({"end_on": "2024-02-01"}, 5),
        ({"status": "offer"}, 0),
        ({"party": "d"}, 0),
        ({"sku": "other"}, 0),
        ({"basis": "claim"}, 0),
    ],
)
def test_only_what_is_held_then_of_the_kind_named_is_told(cells: Cells, units: int) -> None:
    skus = [sku(unit_price_usd="100"), sku(sku="other", name="O")]
    world = world_of(stated("units_active", "5", sku="k"), skus=skus, rentals=[rental(**cells)])
    assert rented(judged(world)) == units
    assert bool(told(world)) == bool(units)


def test_a_rental_known_later_is_not_told() -> None:
    world = world_of(stated("units_active", "5"), rentals=[rental(known_on="2024-01-20")])
    assert rented(judged(world.as_known_on(day("2024-01-19")))) == 0
    assert rented(judged(world.as_known_on(day("2024-01-20")))) == 5


def test_a_rental_behind_which_only_a_claim_stands_is_set_apart() -> None:
    one = judged(world_of(stated("units_active", "5"), rentals=[rental(basis="claim")]))
    assert [row.place for row in one.set_apart] == ["rentals R"]


@pytest.mark.parametrize(
    ("value", "site", "verdict"),
    [
        # 9 kW carry 9 units, and 5 are rented elsewhere.
        ("14", "", "unsupported"),
        ("15", "", "contradicted"),
        # A contract names no site, so it is none of the hall's.
        ("14", "s", "contradicted"),
    ],
)
def test_power_does_not_speak_against_what_may_be_rented(value: str, site: str, verdict: str) -> None:
    claim = stated("units_active", value, sku="k", site=site)
    assert judged(world_of(claim)).verdict == "contradicted"
    found = judge_claims(world_of(claim, rentals=[rental()]))
    assert found.judged[0].verdict == verdict
    is_at_odds = Relation.POWER in {one.relation for one in found.found}
    assert is_at_odds == (verdict == "contradicted")


def test_a_claim_in_reference_units_has_its_rentals_in_them() -> None:
    skus = [sku(unit_price_usd="100", reference_units="1.5")]
    claim = stated("units_planned", "5", unit="reference units", as_of_on=AFTER)
    assert rented(judged(world_of(claim, skus=skus, rentals=[rental()]))) == Fraction(15, 2)


def test_the_story_tells_what_is_rented_on_the_page_and_in_its_tables() -> None:
    found = ap.claims(ap.read("tesla-x-2023"))
    row = found.claims.filter(claim="K9").to_dicts()[0]
    assert (row["rented_plain"], row["rentals"]) == (16_000, ["rentals CC1"])
    (sentence,) = (line for line in claims_sentences(found, words=Words.load("en")) if "Rented" in line)
    assert sentence == (
        "Rented capacity is in no count. K7, K8 and K9: on the day that is meant, xAI rents 16,000 units "
        "(weakest basis: assumption)."
    )
