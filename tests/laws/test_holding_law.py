"""Random edits between two tied parties, of bookings and raises alone: the world as it stands plans as before."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apportion.engine.checks import check_world
from apportion.engine.planning import draft_plan
from apportion.errors import has_errors
from apportion.govern.hold import Frozen, Held, stand
from apportion.model.policy import Rule
from apportion.model.world import World
from tests.build import proven_plan, typed_world
from tests.worlds import START_ON, RawWorld, booked_world

WORLDS = max(200, settings().max_examples)
RULES = (Rule.AS_BOOKED, Rule.MAX_MIN, Rule.PRIORITY)
worlds = st.randoms(use_true_random=False)


def tied_world(rng: Random) -> tuple[RawWorld, tuple[str, str]] | None:
    """Return a world and two of its customers; None where it has but one."""
    raw = booked_world(rng)
    customers = sorted({row["customer"] for row in raw.tables["orders"]})
    if len(customers) < 2:
        return None
    one, two = rng.sample(customers, 2)
    return raw, (one, two)


def rebooked(raw: RawWorld, pair: tuple[str, str], *, rng: Random) -> RawWorld:
    """Return the world with lots of either booked for orders of the other, and raises of both changed."""
    edited = RawWorld(raw.settings, deepcopy(raw.tables))
    of = {row["order"]: row["customer"] for row in raw.tables["orders"]}
    orders = {party: [order for order, customer in of.items() if customer == party] for party in pair}
    for row in edited.tables["supply"]:
        owner = of.get(row["reserved_for"], "")
        if owner in pair and rng.random() < 0.7:
            other = pair[1] if owner == pair[0] else pair[0]
            row["reserved_for"] = rng.choice(orders[other])
            row["reserved_site"] = rng.choice(["", row["reserved_site"]])
    raises = [
        row for row in edited.tables.get("raises", []) if row["party"] not in pair or rng.random() < 0.5
    ]
    known = {(row["party"], row["from_on"]) for row in raises}
    if (pair[0], START_ON.isoformat()) not in known:
        raises.append({"party": pair[0], "from_on": START_ON.isoformat(), "tier": "0", "until_on": ""})
    if raises:
        edited.tables["raises"] = raises
    else:
        edited.tables.pop("raises", None)
    return edited


def held_of(world: World, pair: tuple[str, str]) -> Held:
    return Held(frozen=Frozen.from_world(world), conflicted_pairs=frozenset({frozenset(pair)}))


def test_edits_of_bookings_and_raises_between_tied_parties_change_no_plan() -> None:
    moved: dict[Rule, int] = dict.fromkeys(RULES, 0)

    @settings(max_examples=WORLDS, suppress_health_check=list(HealthCheck))
    @given(worlds)
    def run(rng: Random) -> None:
        drawn = tied_world(rng)
        if drawn is None:
            return
        raw, pair = drawn
        world = typed_world(raw.settings, raw.tables)
        edited_raw = rebooked(raw, pair, rng=rng)
        edited = typed_world(edited_raw.settings, edited_raw.tables)
        standing = stand(edited, held_of(world, pair))
        for rule in RULES:
            policy = replace(world.settings.policy, rule=rule)
            before, now = draft_plan(world, policy), proven_plan(standing.world, policy)
            assert now.tables["allocations"].equals(before.allocations), rule
            assert now.shares.equals(before.shares), rule
            moved[rule] += not draft_plan(edited, policy).allocations.equals(before.allocations)

    run()
    # The edits were worth something.
    assert moved[Rule.AS_BOOKED] >= WORLDS // 5
    assert min(moved.values()) >= WORLDS // 100


def split_anew(raw: RawWorld, pair: tuple[str, str], *, rng: Random) -> RawWorld:
    """Return the world with lots of the two under other names, in parts that belong to either."""
    edited = RawWorld(raw.settings, deepcopy(raw.tables))
    of = {row["order"]: row["customer"] for row in raw.tables["orders"]}
    both = [order for order, customer in of.items() if customer in pair]
    rows = []
    for row in edited.tables["supply"]:
        if of.get(row["reserved_for"]) not in pair or rng.random() < 0.2:
            rows.append(row)
            continue
        left, number = int(row["quantity"]), 0
        while left or not number:
            units = rng.randint(min(1, left), left)
            left, number = left - units, number + 1
            cells = {
                "lot": f"{row['lot']}-{number}",
                "quantity": str(units),
                "reserved_for": rng.choice(both),
            }
            rows.append(row | cells)
    edited.tables["supply"] = rows
    # A move that waits names a lot that may be gone; none does here.
    edited.tables.pop("undecided", None)
    return edited


def test_lots_parted_and_renamed_leave_each_order_the_units_it_had_by_each_day() -> None:
    moved = 0

    @settings(max_examples=WORLDS, suppress_health_check=list(HealthCheck))
    @given(worlds)
    def run(rng: Random) -> None:
        nonlocal moved
        drawn = tied_world(rng)
        if drawn is None:
            return
        raw, pair = drawn
        raw.tables.pop("undecided", None)
        world = typed_world(raw.settings, raw.tables)
        edited_raw = split_anew(raw, pair, rng=rng)
        edited = typed_world(edited_raw.settings, edited_raw.tables)
        standing = stand(edited, held_of(world, pair)).world
        assert booked_by_party(standing) == booked_by_party(world)
        assert standing.table("supply")["quantity"].sum() == world.table("supply")["quantity"].sum()
        assert has_errors(check_world(standing)) == has_errors(check_world(world))
        moved += booked_by_party(edited) != booked_by_party(world)

    run()
    assert moved >= WORLDS // 10


def booked_by_party(world: World) -> dict[tuple[str, str, str], int]:
    """Return the units booked by customer, SKU and day."""
    of = dict(world.table("orders").select("order", "customer").iter_rows())
    units: dict[tuple[str, str, str], int] = {}
    rows = world.table("supply").select("reserved_for", "sku", "arrives_on", "quantity").iter_rows()
    for order, sku, on, quantity in rows:
        key = (of.get(order, ""), sku, f"{on}")
        units[key] = units.get(key, 0) + quantity
    return {key: count for key, count in units.items() if count}


def test_what_stands_stands_when_it_is_looked_at_again() -> None:
    @settings(max_examples=WORLDS // 2, suppress_health_check=list(HealthCheck))
    @given(worlds)
    def run(rng: Random) -> None:
        drawn = tied_world(rng)
        if drawn is None:
            return
        raw, pair = drawn
        world = typed_world(raw.settings, raw.tables)
        edited = rebooked(raw, pair, rng=rng)
        held = held_of(world, pair)
        once = stand(typed_world(edited.settings, edited.tables), held).world
        again = stand(once, held)
        assert again.world.digest == once.digest
        assert again.held == ()

    run()
