"""When dealings come to a record: thresholds, windows, pairs and years, and the value at stake of a proposal."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest

import apportion as ap
from apportion.commands.assessments import open_proposal
from apportion.commands.transfers import movements_of
from apportion.files.packs import load_pack
from apportion.govern.materiality import (
    Dealing,
    Material,
    aggregate,
    dealing_of_proposal,
    material_of,
    pair_years,
)
from apportion.govern.proposal_worth import value_at_stake
from apportion.govern.window import window_start
from apportion.govern.worth import NOT_VALUED, PartName, Worth, total_of, worth_of
from apportion.model.policy import Case
from apportion.model.proposal import Kind, Move, Proposal, Raise
from apportion.model.world import World
from apportion.study.assess import Assessment, assess
from tests.build import day, make_world
from tests.unit.test_transfers import LEADS_BOTH, PARTIES, SETTINGS, Cells, register, tables

HOUSE, NASDAQ = load_pack("house-strict"), load_pack("nasdaq-5630")


def usd(amount: str, *, low: str | None = None, high: str | None = None) -> Worth:
    ends = (None if low is None else Fraction(low), None if high is None else Fraction(high))
    return worth_of(ends[0], Fraction(amount), high=ends[1])


def dealing(
    name: str, on: str, *, worth: Worth, sku: str = "a", pair: tuple[str, str] = ("ann", "bob")
) -> Dealing:
    skus = frozenset({sku} - {""})
    return Dealing(name=name, on=day(on), pairs=frozenset({pair}), worth=worth, moves_units=True, skus=skus)


def standing(*worths: Worth) -> Material:
    parts = [(str(place), one, Fraction(1)) for place, one in enumerate(worths)]
    return material_of(total_of(parts), pack=NASDAQ)


def test_g04_a_record_begins_at_the_threshold() -> None:
    assert standing(usd("119999.999999")) is Material.BELOW
    assert standing(usd("120000")) is Material.RECORD


def test_g04_the_most_that_it_may_be_decides() -> None:
    assert standing(usd("100000", high="120000")) is Material.READING
    assert standing(usd("100000", high="119999")) is Material.BELOW
    assert standing(usd("130000", low="119999")) is Material.READING
    assert Material.READING.is_record


def test_g04_what_is_not_valued_counts_as_above() -> None:
    assert standing(usd("1"), NOT_VALUED) is Material.NOT_VALUED
    assert standing(usd("120000"), NOT_VALUED) is Material.RECORD
    assert Material.NOT_VALUED.is_record
    assert not Material.BELOW.is_record


def test_g04_a_zero_cash_swap_of_12000_units_comes_to_a_record() -> None:
    found = assess(ap.read("tesla-x-2023"), open_proposal("swap-2023-12", scenario="tesla-x-2023"))
    worth = value_at_stake(found)
    parts = {one.name: [one.low, one.plain, one.high] for one in worth.parts}
    nothing = [Fraction(0)] * 3
    assert parts[PartName.CASH] == nothing
    # 816,000 live unit-days at 24 × 4.565 USD; 1,284,000 unit-days later at 41,666.67 USD over 1,826 days, which
    # is also the least; at the most 1,284,000 live unit-days.
    assert parts[PartName.SLOT] == [
        Fraction("41666.67") / 1826 * 1_284_000,
        816_000 * 24 * Fraction("4.565"),
        1_284_000 * 24 * Fraction("4.565"),
    ]
    assert parts[PartName.BRIDGE] == nothing
    found_dealing = dealing_of_proposal(found, worth=worth, on=dt.date(2023, 12, 1))
    assert found_dealing.pairs == {("tesla", "x")}
    assert aggregate(found_dealing, [], pack=NASDAQ).material is Material.RECORD


@pytest.mark.parametrize(
    ("on", "months", "first"),
    [
        ("2024-12-01", 12, "2023-12-01"),
        ("2024-02-29", 12, "2023-02-28"),
        ("2024-03-31", 1, "2024-02-29"),
        ("2024-01-15", 3, "2023-10-15"),
        ("0001-05-01", 12, "0001-01-01"),
    ],
)
def test_a_window_goes_back_by_months_of_the_calendar(on: str, months: int, first: str) -> None:
    assert window_start(day(on), months=months) == day(first)


def test_g05_dealings_of_the_same_parties_and_sku_add_up_within_the_window_alone() -> None:
    last = dealing("now", "2024-12-01", worth=usd("50000"))
    earlier = [
        dealing("first-day", "2023-12-01", worth=usd("40000")),
        dealing("day-before", "2023-11-30", worth=usd("1000000")),
        dealing("later", "2024-12-02", worth=usd("1000000")),
        dealing("other-sku", "2024-06-01", worth=usd("1000000"), sku="b"),
        dealing("other-pair", "2024-06-01", worth=usd("1000000"), pair=("ann", "cid")),
        dealing("same-day", "2024-12-01", worth=usd("29999")),
        dealing("now", "2024-12-01", worth=usd("50000")),
    ]
    found = aggregate(last, earlier, pack=NASDAQ)
    assert found.total.counted == ("first-day", "same-day", "now")
    assert (found.total.plain, found.material) == (Fraction(119_999), Material.BELOW)
    more = aggregate(last, [*earlier, dealing("one", "2024-05-01", worth=usd("1"))], pack=NASDAQ)
    assert more.material is Material.RECORD


def test_g05_units_whose_sku_is_not_known_may_be_of_any() -> None:
    last = dealing("now", "2024-12-01", worth=usd("1"))
    found = aggregate(last, [dealing("some", "2024-11-01", worth=NOT_VALUED, sku="")], pack=NASDAQ)
    assert (found.total.unvalued, found.material) == (("some",), Material.NOT_VALUED)


def test_g05_people_do_not_add_up_with_units() -> None:
    people = Dealing(
        name="people", on=day("2024-11-01"), pairs=frozenset({("ann", "bob")}), worth=usd("1000000")
    )
    assert (
        aggregate(dealing("now", "2024-12-01", worth=usd("1")), [people], pack=NASDAQ).material
        is Material.BELOW
    )


UNITS, LOTS = 999, 12
WHOLE = UNITS * LOTS
MARKET: dict[str, list[Cells]] = {
    "parties": PARTIES,
    # What a unit loses of its price in a day is what it rents for in a day: 0.24 USD.
    "skus": [
        {
            "sku": "a",
            "name": "A",
            "vendor": "v",
            "site_kw": "1",
            "unit_price_usd": "240",
            "useful_life_days": "1000",
            "rent_usd_per_hour": "0.01",
        }
    ],
    "sites": [{"site": "n", "name": "North", "operator": "v"}],
    "readiness": [{"site": "n", "step": "one", "ready_on": "2024-01-01", "power_kw": "20000"}],
    "supply": [
        {
            "lot": f"L{number}",
            "sku": "a",
            "supplier": "v",
            "arrives_on": "2024-11-02",
            "quantity": str(UNITS),
            "reserved_for": "A1",
        }
        for number in range(1, LOTS + 1)
    ],
    "orders": [
        {
            "order": order,
            "customer": customer,
            "skus": "a",
            "quantity": str(WHOLE),
            "sites": "n",
            "requested_on": "2024-11-02",
        }
        for order, customer in (("A1", "ann"), ("B1", "bob"))
    ],
    "interests": LEADS_BOTH,
}
# Live from 2 November to the end of the year: 60 days at 0.24 USD.
EACH_USD = 60 * Fraction("0.24")


def market() -> World:
    return make_world(SETTINGS, MARKET)


def moving(*lots: int, on: str, name: str = "") -> Proposal:
    moves = tuple(Move(lot=f"L{lot}", to_orders=("B1",), site="n") for lot in lots)
    return Proposal(id=name or f"P{lots[0]}", kind=Kind.DIVERT, moves=moves, decided_on=day(on))


def dealt(world: World, proposal: Proposal) -> Dealing:
    found = assess(world, proposal)
    assert proposal.decided_on is not None
    return dealing_of_proposal(found, worth=value_at_stake(found), on=proposal.decided_on)


def test_g05_twelve_of_999_are_one_of_11988() -> None:
    world = market()
    parts = [dealt(world, moving(lot, on=f"2024-{lot:02}-15")) for lot in range(1, LOTS + 1)]
    whole = dealt(world, moving(*range(1, LOTS + 1), on="2024-12-15", name="whole"))
    assert [one.worth.plain for one in parts] == [UNITS * EACH_USD] * LOTS
    assert whole.worth.plain == WHOLE * EACH_USD
    together = aggregate(parts[-1], parts, pack=NASDAQ)
    alone = aggregate(whole, [], pack=NASDAQ)
    assert (together.total.low, together.total.plain, together.total.high) == (
        alone.total.low,
        alone.total.plain,
        alone.total.high,
    )
    assert together.material is alone.material is Material.RECORD
    # 8 × 14,385.60 USD = 115,084.80 USD is below; the ninth brings it to 129,470.40 USD.
    assert [aggregate(one, parts, pack=NASDAQ).is_record for one in parts] == [False] * 8 + [True] * 4


def test_g05_the_register_adds_up_proposals() -> None:
    world = market()
    found = movements_of(
        world, [moving(lot, on=f"2024-{lot:02}-15") for lot in range(1, LOTS + 1)], pack=NASDAQ
    )
    # Whenever they were decided, the units move in November, when Eve ties the two.
    assert found.aggregates["P12"].total.plain == LOTS * UNITS * EACH_USD
    assert found.records == ["P9", "P10", "P11", "P12"]


def test_a_proposal_that_bears_the_id_of_a_transfer_stands_beside_it() -> None:
    moved = {"transfer": "P1", "from_party": "ann", "to_party": "bob", "kind": "money", "on": "2024-11-05"}
    world = make_world(SETTINGS, {**MARKET, "transfers": [moved]})
    found = movements_of(world, [moving(1, on="2024-11-01")], pack=NASDAQ)
    assert list(found.aggregates) == ["P1 (proposal)", "P1"]
    assert [one.total.names for one in found.aggregates.values()] == [("P1 (proposal)",), ("P1",)]
    assert found.records == ["P1"]


def test_g04_the_bridge_is_what_the_loser_would_rent() -> None:
    needs = {
        "programme": "N",
        "party": "ann",
        "name": "Need",
        "kind": "inference",
        "start_on": "2024-11-02",
        "need_reference_units": str(UNITS),
        "sites": "n",
    }
    settings = {**SETTINGS, "reference_sku": "a"}
    skus = [{**MARKET["skus"][0], "reference_units": "1"}]
    world = make_world(
        settings, {**MARKET, "skus": skus, "supply": MARKET["supply"][:1], "programmes": [needs]}
    )
    worth = value_at_stake(assess(world, moving(1, on="2024-11-01")))
    bridge = next(one for one in worth.parts if one.name is PartName.BRIDGE)
    assert bridge.plain == UNITS * EACH_USD
    assert worth.plain == 2 * UNITS * EACH_USD


def test_a_stake_without_a_price_is_not_known_and_so_a_record() -> None:
    skus = [{key: cell for key, cell in MARKET["skus"][0].items() if key != "rent_usd_per_hour"}]
    world = make_world(SETTINGS, {**MARKET, "skus": skus})
    found = dealt(world, moving(1, on="2024-06-15"))
    assert not found.worth.is_known
    assert aggregate(found, [], pack=NASDAQ).material is Material.NOT_VALUED


def test_a_priority_stands_against_every_other_party_with_an_order() -> None:
    raised = Proposal(
        id="first", kind=Kind.PRIORITY, raises=(Raise(party="bob", tier=0, from_on=day("2024-01-01")),)
    )
    found: Assessment = assess(market(), raised)
    assert dealing_of_proposal(found, worth=NOT_VALUED, on=day("2024-01-01")).pairs == {("ann", "bob")}
    assert set(found.cases) == set(Case)


def test_g24_the_same_facts_have_two_outcomes_under_two_packs() -> None:
    world = make_world(SETTINGS, tables([{"kind": "money", "value_usd": "100000"}]))
    house, nasdaq = (movements_of(world, [], pack=pack) for pack in (HOUSE, NASDAQ))
    assert (house.records, nasdaq.records) == (["M"], [])
    assert (house.pack.name, nasdaq.pack.name) == ("house-strict 1", "nasdaq-5630 1")


def test_both_ways_are_told_apart_and_together() -> None:
    there = {"transfer": "T1", "kind": "money", "value_usd": "100"}
    back = {"transfer": "T2", "kind": "money", "value_usd": "40", "from_party": "bob", "to_party": "ann"}
    [year] = pair_years(register(there, back))
    assert (year.pair, year.year) == (("ann", "bob"), 2024)
    assert [str(one.plain) for one in (year.forth, year.back, year.together)] == ["100", "40", "140"]


def test_what_lasts_over_years_is_split_by_its_days() -> None:
    # 2024-07-01 to 2025-12-31: 184 days of 2024 and 365 of 2025.
    lasting = {"kind": "money", "value_usd": "549000", "on": "2024-07-01", "until_on": "2026-01-01"}
    years = {one.year: one.together.plain for one in pair_years(register(lasting))}
    assert years == {2024: 184_000, 2025: 365_000}


def test_what_has_no_end_is_told_in_the_year_it_began() -> None:
    years = [
        (one.year, one.together.plain) for one in pair_years(register({"kind": "money", "value_usd": "7"}))
    ]
    assert years == [(2024, Fraction(7))]


def test_what_is_not_valued_stands_in_each_of_its_years_and_makes_no_sum() -> None:
    years = pair_years(register({"kind": "hall", "on": "2024-07-01", "until_on": "2025-02-01"}))
    assert [(one.year, one.together.unvalued, one.together.is_valued) for one in years] == [
        (2024, ("M",), False),
        (2025, ("M",), False),
    ]


def test_what_is_between_strangers_is_in_no_pair() -> None:
    assert pair_years(register({"kind": "money", "value_usd": "7"}, interests=[])) == ()
