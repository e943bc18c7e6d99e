"""The remedy law: with all of a remedy the allocations plus one lot are feasible, with any part left out not."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from tests.build import proven_plan
from tests.laws.agreement import units_of
from tests.laws.arithmetic import Sums
from tests.laws.holding import hold_on_random_worlds, seen_world
from tests.laws.small import january, small
from tests.reference import AllocationKey, RefWorld
from tests.reference.tables import number
from tests.reference.world import MILLIONTH, RefOption, RefOrder, Resource
from tests.worlds import RawWorld

WITHOUT = {"on-hold", "no-usable-site", "no-round", "not-booked"}
KINDS = {
    "kW at ": "power",
    "liquid kW at ": "liquid",
    "units of room at ": "units",
    "units of quota ": "quota",
    "units of ": "supply",
}


def parts_of(remedy: str | None) -> dict[Resource, Fraction]:
    """Return the amounts that a remedy adds to limits: ``40 kW at south|8 units of chip``."""
    parts: dict[Resource, Fraction] = {}
    for part in filter(None, (remedy or "").split("|")):
        amount, _, words = part.partition(" ")
        start = max((start for start in KINDS if words.startswith(start)), key=len)
        parts[KINDS[start], words.removeprefix(start)] = Fraction(amount)
    return parts


def next_lot(sums: Sums, order: RefOrder, *, option: RefOption, filled: Fraction) -> Fraction:
    """Return a lot, or the whole units still open if they are fewer and at least one."""
    lot = number(sums.world.skus[option.sku], "lot_units", default="1")
    still_open = (order.open_before - filled) / option.ratio // 1
    return min(lot, Fraction(still_open)) if still_open >= 1 else lot


def test_all_of_a_remedy_lets_the_next_lot_through_and_less_does_not() -> None:
    def law(raw: RawWorld, _: Random) -> None:
        sums, plan = Sums(RefWorld(raw.settings, raw.standing)), proven_plan(seen_world(raw))
        given = units_of(plan.tables["allocations"])
        for row in plan.tables["shortages"].iter_rows(named=True):
            if row["reason"] in WITHOUT:
                assert row["remedy"] is None
                continue
            order = sums.orders[row["order"]]
            with_lot = given | one_more(sums, order, given=given, is_short=row["short"] > 0)
            parts = parts_of(row["remedy"])
            assert sums.broken(with_lot, added=parts) == []
            for left_out in parts:
                others = {resource: amount for resource, amount in parts.items() if resource != left_out}
                assert sums.broken(with_lot, added=others) != []
                assert sums.broken(with_lot, added=parts | {left_out: parts[left_out] - MILLIONTH}) != []

    hold_on_random_worlds(law)


def one_more(
    sums: Sums, order: RefOrder, *, given: dict[AllocationKey, Fraction], is_short: bool
) -> dict[AllocationKey, Fraction]:
    """Return the order's next lot on its first usable option, with what ships there in the same round.

    For short units in the last open round; for late ones in the round wanted, or the first open one after it.
    """
    option = next(option for option in order.options if option.is_usable)
    if is_short:
        at = order.open_rounds[-1]
    else:
        assert order.wanted_round is not None
        at = max(order.wanted_round, order.open_rounds[0])
    key = (order.name, option.sku, option.site, sums.world.rounds[at])
    lot = next_lot(sums, order, option=option, filled=sums.filled(given, order=order.name))
    return {key: given.get(key, Fraction(0)) + lot}


def test_a_remedy_names_all_that_the_lot_lacks() -> None:
    # 20 wanted in lots of 8 at 2 kW. There are 10 units and 24 kW, of which a holding of 15 draws 30, so that
    # nothing ships: the room is -6 kW. The next lot of 8 lacks 16 + 6 = 22 kW and no units.
    raw = small(
        "order customer quantity\na alder 20",
        "lot sku quantity\nl1 k 10",
        skus="sku site_kw lot_units\nk 2 8",
        readiness="site power_kw\ns 24",
    )
    held = {"holding": "f", "party": "alder", "site": "s", "sku": "k", "quantity": "15"}
    raw.tables["fleet"] = [held | {"since_on": "2023-06-01"}]
    shortages = proven_plan(seen_world(raw)).tables["shortages"]
    assert shortages.select("reason", "short", "remedy").rows() == [("site-not-ready", 20, "22 kW at s")]
    # Without the holding 24 kW take 12 units and 10 are there: 8 ship. The next lot would be the 16th unit:
    # 32 - 24 = 8 kW and 16 - 10 = 6 units.
    del raw.tables["fleet"]
    plan = proven_plan(seen_world(raw))
    assert units_of(plan.tables["allocations"]) == {("a", "k", "s", january(1)): 8}
    rows = plan.tables["shortages"].select("reason", "short", "remedy").rows()
    # Power alone would let 12 of 20 through, supply 10 of these 12, whole lots 8 of these 10.
    assert [(reason, short) for reason, short, _ in rows] == [
        ("site-not-ready", 8),
        ("no-supply", 2),
        ("partial-lot", 2),
    ]
    assert all(parts_of(remedy) == {("power", "s"): 8, ("supply", "k"): 6} for _, _, remedy in rows)
