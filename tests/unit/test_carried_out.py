"""A proposal carried out: as booked it is the future `proposed` of its assessment."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import apportion as ap
from apportion.engine.checks import check_world
from apportion.engine.planning import draft_plan
from apportion.errors import FindingsError, has_errors
from apportion.files.proposal_reading import read_proposal
from apportion.govern.hold import carried_out
from apportion.model.policy import Policy, Rule
from apportion.model.proposal import Kind, Move, Proposal, Raise
from apportion.model.world import World
from apportion.study.assess import assess
from apportion.study.book import booked_parts, parts_with, read_book
from apportion.study.futures import Future, fair_policy
from apportion.study.moves import resolve_moves
from tests.build import day, proven_plan, typed_world
from tests.laws.small import small
from tests.worlds import booked_world

STORY = Path(ap.__file__).parent / "scenarios" / "tesla-x-2023"
FAIR = Policy(rule=Rule.MAX_MIN)
Units = dict[tuple[str, str, str, int], Fraction]
FEW = settings(max_examples=max(150, settings().max_examples // 2))


def story_swap() -> tuple[World, Proposal]:
    proposal, findings = read_proposal((STORY / "swap-2023-12.toml").read_bytes(), file="swap-2023-12.toml")
    assert proposal is not None
    assert not findings
    return ap.read("tesla-x-2023"), proposal


def units_as_booked(world: World) -> Units:
    rows = (
        proven_plan(world, replace(world.settings.policy, rule=Rule.AS_BOOKED))
        .tables["allocations"]
        .select("order", "sku", "site", "round_on", "units")
    )
    return {
        (order, sku, site, on.toordinal()): Fraction(units)
        for order, sku, site, on, units in rows.iter_rows()
    }


def units_proposed(world: World, proposal: Proposal) -> Units:
    """Return what the assessment's future `proposed` ships, by its own parts."""
    book = read_book(world)
    sends, findings = resolve_moves(world, proposal, book=book)
    if has_errors(findings):
        raise FindingsError(findings)
    units: Units = defaultdict(Fraction)
    for part in parts_with(book, sends=sends):
        units[part.order, part.sku, part.site, part.day] += Fraction(part.units, 10**6)
    return dict(units)


def test_the_swap_of_the_story_is_three_lots_in_six_rows() -> None:
    world, swap = story_swap()
    made = carried_out(world, swap)
    lots = made.table("supply").filter(made.table("supply")["reserved_for"].is_in(["T1", "X1", "X2"]))
    columns = ("lot", "quantity", "reserved_for", "reserved_site", "basis", "balance")
    assert lots.select(columns).rows() == [
        ("L1", 0, "T1", None, "fact", None),
        ("L1/X1", 6000, "X1", "x_atlanta", "fact", None),
        ("L1/X2", 6000, "X2", "x_atlanta", "fact", None),
        ("L2", 0, "X1", None, "assumption", "x-split"),
        ("L2/T1", 6000, "T1", "giga_texas", "assumption", "x-split"),
        ("L3", 0, "X2", None, "assumption", "x-split"),
        ("L3/T1", 6000, "T1", "giga_texas", "assumption", "x-split"),
    ]
    assert not has_errors(check_world(made))


def test_ranges_and_balances_of_a_parted_lot_have_the_sums_they_had() -> None:
    world, swap = story_swap()
    made = carried_out(world, swap)
    for column in ("quantity", "quantity_low", "quantity_high"):
        before = dict(world.table("supply").select("lot", column).iter_rows())
        after: dict[str, int] = defaultdict(int)
        for lot, units in made.table("supply").select("lot", column).iter_rows():
            after[lot.split("/")[0]] += units or 0
        assert dict(after) == before


def test_a_part_of_a_lot_leaves_the_rest_its_range() -> None:
    raw = small("order customer quantity\nA a 10\nB b 10", "lot sku quantity reserved_for\nL k 10 A")
    raw.tables["supply"][0] |= {"quantity_low": "5", "quantity_high": "12"}
    moved = Proposal(id="p", kind=Kind.DIVERT, moves=(Move(lot="L", to_orders=("B",), quantity=7),))
    lots = carried_out(typed_world(raw.settings, raw.tables), moved).table("supply")
    assert lots.select("lot", "quantity_low", "quantity", "quantity_high", "reserved_for").rows() == [
        ("L", 0, 3, 5, "A"),
        ("L/B", 5, 7, 7, "B"),
    ]


def test_as_booked_the_story_is_then_what_was_proposed() -> None:
    world, swap = story_swap()
    made = carried_out(world, swap)
    assert units_as_booked(made) == units_proposed(world, swap)
    proposed = assess(world, swap).value(Future.PROPOSED, "units", party="x")
    x = [units for (order, *_), units in units_as_booked(made).items() if order in {"X1", "X2"}]
    assert sum(x) == proposed == 12_000
    assert {key[3] for key in units_as_booked(made) if key[0] == "X1"} == {day("2023-12-15").toordinal()}


def test_what_is_moved_to_an_order_comes_before_what_it_has_no_room_for() -> None:
    # A is booked 14 of 10. Moving 4 of its first lot away and 4 of C's late one to it leaves it 4 + 2 + 4 (S3, S4).
    raw = small(
        "order customer quantity\nA a 10\nB b 10\nC c 4",
        "lot sku quantity reserved_for arrives_on\nL1 k 8 A 2024-01-01\nL2 k 6 A 2024-01-02\nL3 k 4 C 2024-01-03",
    )
    world = typed_world(raw.settings, raw.tables)
    moves = (Move(lot="L1", to_orders=("B",), quantity=4), Move(lot="L3", to_orders=("A",)))
    swap = Proposal(id="p", kind=Kind.SWAP, moves=moves)
    made = carried_out(world, swap)
    assert units_as_booked(made) == units_proposed(world, swap)
    assert units_as_booked(made)["A", "k", "s", day("2024-01-03").toordinal()] == 4
    assert ("L2/stock", 4, None) in made.table("supply").select("lot", "quantity", "reserved_for").rows()


def test_a_shipment_that_names_a_lot_stays_with_what_is_left_of_it() -> None:
    raw = small(
        "order customer quantity\nA a 10\nB b 10",
        "lot sku quantity reserved_for\nL k 10 A",
        shipments="shipment order sku site quantity shipped_on lot\nH A k s 3 2023-12-20 L",
    )
    world = typed_world(raw.settings, raw.tables)
    moved = Proposal(id="p", kind=Kind.DIVERT, moves=(Move(lot="L", to_orders=("B",)),))
    made = carried_out(world, moved)
    assert made.table("supply").select("lot", "quantity").rows() == [("L", 3), ("L/B", 7)]
    assert units_as_booked(made) == units_proposed(world, moved)


def test_statements_that_no_longer_stand_are_kept() -> None:
    raw = small("order customer quantity\nA a 10\nB b 10", "lot sku quantity reserved_for\nL k 10 A")
    raw.tables["supply"] = [
        raw.tables["supply"][0] | {"quantity": "4", "known_on": "2023-12-01"},
        raw.tables["supply"][0] | {"known_on": "2023-12-05"},
    ]
    moved = Proposal(id="p", kind=Kind.DIVERT, moves=(Move(lot="L", to_orders=("B",), quantity=7),))
    made = carried_out(typed_world(raw.settings, raw.tables), moved)
    before = made.as_known_on(day("2023-12-02")).table("supply")
    assert before.select("lot", "quantity").rows() == [("L", 4)]


def test_a_move_that_does_not_fit_is_refused_with_what_was_found() -> None:
    raw = small("order customer quantity\nA a 10\nB b 10", "lot sku quantity reserved_for\nL k 10 A")
    moved = Proposal(id="p", kind=Kind.DIVERT, moves=(Move(lot="L", to_orders=("B",), quantity=11),))
    with pytest.raises(FindingsError) as refused:
        carried_out(typed_world(raw.settings, raw.tables), moved)
    assert refused.value.code == "move-above-lot"


def test_a_priority_becomes_a_standing_instruction_of_the_policy() -> None:
    world, _ = story_swap()
    first = Proposal(
        id="p", kind=Kind.PRIORITY, raises=(Raise(party="xai", tier=0, from_on=day("2024-01-01")),)
    )
    made = carried_out(world, first)
    assert made.table("raises").select("party", "tier").rows() == [("xai", 0)]
    served = draft_plan(made, fair_policy(made)).allocations.filter(customer="xai")["units"].sum()
    proposed = assess(world, first).value(Future.PROPOSED, "units", party="xai")
    assert 0 < Fraction(str(served)) == proposed


def random_moves(world: World, *, rng: Random) -> Proposal:
    orders = world.table("orders").rows(named=True)
    moves = []
    for _ in range(rng.randint(1, 3)):
        order = rng.choice(orders)
        lot = rng.choice(world.table("supply")["lot"].to_list())
        site = rng.choice([*order["sites"], ""])
        moves.append(
            Move(lot=lot, to_orders=(order["order"],), site=site, quantity=rng.choice([1, 2, 4, None]))
        )
    return Proposal(id="p", kind=Kind.SWAP, moves=tuple(moves))


def test_as_booked_every_world_is_then_what_was_proposed() -> None:
    carried = 0

    @FEW
    @given(st.integers(0, 2**32))
    def run(seed: int) -> None:
        nonlocal carried
        rng = Random(seed)  # noqa: S311
        raw = booked_world(rng)
        for order in raw.tables["orders"]:
            # Rates of one, so that a unit is never parted (see `carried_out`).
            order["skus"] = "|".join(sku.partition(":")[0] for sku in order["skus"].split("|"))
        world = typed_world(raw.settings, raw.tables)
        if has_errors(check_world(world)):
            return
        proposal = random_moves(world, rng=rng)
        try:
            made = carried_out(world, proposal)
        except FindingsError:
            return
        carried += 1
        parts: Units = defaultdict(Fraction)
        for part in booked_parts(read_book(made)):
            parts[part.order, part.sku, part.site, part.day] += Fraction(part.units, 10**6)
        assert parts == units_proposed(world, proposal)
        assert made.table("supply")["quantity"].sum() == world.table("supply")["quantity"].sum()
        assert not has_errors(check_world(made))
        if not len(world.table("shipments")):
            # A28 takes from a lot only what names it; with such shipments alone the two are one.
            assert units_as_booked(made) == parts
            assert draft_plan(made, FAIR).shares.equals(draft_plan(world, FAIR).shares)

    run()
    assert carried >= 15
