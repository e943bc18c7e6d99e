"""The laws of the allocation, each on random worlds: docs/concepts/allocation.md."""

from __future__ import annotations

from copy import deepcopy
from fractions import Fraction
from random import Random

from apportion.model.plan import Plan
from tests.build import proven_plan
from tests.laws.agreement import short_of, units_of
from tests.laws.arithmetic import ZERO, Sums
from tests.laws.holding import hold_on_random_worlds, seen_world
from tests.laws.small import small
from tests.reference import RefWorld, reference_plan
from tests.reference.tables import number
from tests.reference.world import MILLIONTH
from tests.worlds import START_ON, RawWorld

SAME = ("allocations", "shortages", "levels")


def stated_once(raw: RawWorld) -> RawWorld:
    """Return the world with the rows that stand alone."""
    tables = {
        name: [{column: cell for column, cell in row.items() if column != "known_on"} for row in rows]
        for name, rows in raw.standing.items()
    }
    return RawWorld(deepcopy(raw.settings), tables)


def planned(raw: RawWorld) -> tuple[Sums, Plan]:
    return Sums(RefWorld(raw.settings, raw.standing)), proven_plan(seen_world(raw))


def assert_same_plan(one: Plan, other: Plan) -> None:
    assert one.shares.equals(other.shares)
    for name in SAME:
        assert one.tables[name].equals(other.tables[name])


def test_every_plan_is_feasible_by_plain_sums() -> None:
    def law(raw: RawWorld, _: Random) -> None:
        sums, plan = planned(raw)
        for units in (units_of(plan.shares), units_of(plan.tables["allocations"])):
            assert sums.broken(units) == []
            assert sums.misplaced(units) == []
            assert all(amount > 0 for amount in units.values())

    hold_on_random_worlds(law)


def test_nothing_is_created_or_lost() -> None:
    def law(raw: RawWorld, _: Random) -> None:
        # shipped before + filled + short = ordered, but for rows of less than a tolerance and closed orders.
        sums, plan = planned(raw)
        given, short = units_of(plan.tables["allocations"]), short_of(plan)
        for name, order in sums.orders.items():
            filled = sums.filled(given, order=name)
            assert filled <= order.open_before
            lacking = sum((amount for (of, _), amount in short.items() if of == name), ZERO)
            left_out = order.open_before - filled - lacking
            assert order.is_closed or 0 <= left_out < 9 * order.tolerance
        stated = {key[:3]: Fraction(0) for key in given}
        for row in plan.tables["allocations"].iter_rows(named=True):
            key = (row["order"], row["sku"], row["site"])
            stated[key] += Fraction(row["filled"])
            assert Fraction(row["filled"]) == sums.options[key].ratio * Fraction(row["units"])

    hold_on_random_worlds(law)


def test_the_order_of_rows_changes_nothing() -> None:
    def law(raw: RawWorld, rng: Random) -> None:
        shuffled = deepcopy(raw)
        for rows in shuffled.tables.values():
            rng.shuffle(rows)
        assert_same_plan(proven_plan(seen_world(raw)), proven_plan(seen_world(shuffled)))

    hold_on_random_worlds(law)


def test_names_notes_evidence_and_basis_change_nothing() -> None:
    def law(raw: RawWorld, rng: Random) -> None:
        renamed = deepcopy(raw)
        renamed.settings["title"] = "another title"
        for name, rows in renamed.tables.items():
            for row in rows:
                said = {"note": "seen", "evidence": "E1", "basis": rng.choice(["fact", "claim"])}
                row.update(said | ({"name": "another name"} if name in {"parties", "skus", "sites"} else {}))
        assert_same_plan(proven_plan(seen_world(raw)), proven_plan(seen_world(renamed)))

    hold_on_random_worlds(law)


def test_asking_for_more_changes_nothing_while_the_order_is_short() -> None:
    def law(raw: RawWorld, rng: Random) -> None:
        raw = stated_once(raw)
        if raw.settings["policy"]["level_by"] == "order":
            raw.settings["policy"]["level_by"] = "customer"
        asking = rng.choice(raw.tables["orders"])
        asking["min_ship"] = ""
        sums, plan = planned(raw)
        asking["quantity"] = str(int(asking["quantity"]) + rng.randint(1, 30))
        more = proven_plan(seen_world(raw))
        if kept(plan) != kept(more):
            return  # test_counter_examples.py shows why.
        shares, then = units_of(plan.shares), units_of(more.shares)
        order = sums.orders[asking["order"]]
        for on in sums.world.rounds:
            if order.open_before - sums.filled(shares, order=order.name, until=on) < order.tolerance:
                break
            assert {key: amount for key, amount in shares.items() if key[3] == on} == {
                key: amount for key, amount in then.items() if key[3] == on
            }

    hold_on_random_worlds(law)


def kept(plan: Plan) -> dict[str, Fraction]:
    """Return what the orders that were cut may still receive."""
    return {one.order: one.kept for one in plan.cut_orders}


def test_more_supply_never_lowers_the_lowest_level_of_the_first_stage() -> None:
    def law(raw: RawWorld, rng: Random) -> None:
        raw = stated_once(raw)
        sums, plan = planned(raw)
        lot = rng.choice(raw.tables["supply"])
        lot["quantity"] = str(int(lot["quantity"]) + rng.randint(1, 20))
        more = proven_plan(seen_world(raw))
        if not plan.stages or kept(plan) != kept(more):
            return  # test_counter_examples.py shows why.
        before, after = plan.stages[0], more.stages[0]
        assert (before.round_on, before.tier, set(before.levels)) == (
            after.round_on,
            after.tier,
            set(after.levels),
        )
        # Levels are those of shares cut to millionths, which takes at most this from a level.
        cut = max(
            MILLIONTH
            * sum(
                (option.value for order in orders for option in order.options),
                ZERO,
            )
            / sums.world.weight(orders[0], round_number=sums.world.rounds.index(before.round_on))
            for name in before.levels
            if (orders := [one for one in sums.world.orders if one.demand_class == name])
        )
        assert min(after.levels.values()) > min(before.levels.values()) - cut

    hold_on_random_worlds(law)


def test_splitting_a_party_inside_its_group_changes_no_level() -> None:
    def law(raw: RawWorld, rng: Random) -> None:
        raw = stated_once(raw)
        raw.settings["policy"]["level_by"] = "group"
        whole = rng.choice(raw.tables["parties"])
        name = whole["party"]
        # A quota or a raise that names the party would not follow what moves to the other half.
        raw.tables["raises"] = [row for row in raw.tables.get("raises", []) if row["party"] != name]
        raw.tables["quotas"] = [row for row in raw.tables.get("quotas", []) if row["party"] != name]
        before = proven_plan(seen_world(raw))
        part = Fraction(number(whole, "weight") * rng.choice([1, 2, 3]) / 4)
        half = whole | {"party": "half", "group": whole["group"] or name, "weight": str(float(part))}
        whole["weight"] = str(float(number(whole, "weight") - part))
        raw.tables["parties"].append(half)
        for row in raw.tables["sites"]:
            row["users"] = row["users"].replace(name, f"{name}|half")
        for row in raw.tables["orders"]:
            if row["customer"] == name and rng.random() < 0.5:
                row["customer"] = "half"
        after = proven_plan(seen_world(raw))
        assert before.tables["levels"].equals(after.tables["levels"])
        assert before.shares.equals(after.shares)

    hold_on_random_worlds(law)


def test_where_the_first_options_suffice_everyone_is_filled_at_once() -> None:
    def law(raw: RawWorld, _: Random) -> None:
        raw = stated_once(raw)
        suffice(raw)
        sums, plan = planned(raw)
        expected = {}
        for order in sums.world.orders:
            if order.takes_part and order.open_rounds:
                first, on = order.options[0], sums.world.rounds[order.open_rounds[0]]
                expected[order.name, first.sku, first.site, on] = order.open_before // MILLIONTH * MILLIONTH
        assert units_of(plan.shares) == expected

    hold_on_random_worlds(law)


def suffice(raw: RawWorld) -> None:
    """Give every first SKU and every first site more than all orders want, from before the start."""
    since = {"arrives_on": START_ON.isoformat(), "quantity": "9999", "supplier": "v"}
    wide = {"ready_on": "2020-01-01", "power_kw": "99999", "liquid_kw": "99999", "units_at_most": "99999"}
    skus = {row["skus"].split("|")[0] for row in raw.tables["orders"]}
    sites = {row["sites"].split("|")[0] for row in raw.tables["orders"]}
    for number_of_lot, sku in enumerate(sorted(skus)):
        raw.tables["supply"].append({"lot": f"wide-{number_of_lot}", "sku": sku} | since)
        next(row for row in raw.tables["skus"] if row["sku"] == sku)["cooling"] = ""
    raw.tables["readiness"] = [row for row in raw.tables["readiness"] if row["site"] not in sites]
    for site in sorted(sites):
        raw.tables["readiness"].append({"site": site, "step": "wide"} | wide)
        next(row for row in raw.tables["sites"] if row["site"] == site).update(users="", cooling="")
    for row in raw.tables.get("quotas", []):
        row["at_most"] = "9999"


def test_the_largest_remainder_takes_the_last_unit() -> None:
    # 50 units by use 10, 20 and 50: 50 / 80 = 0.625 a unit of use, so 6.25, 12.5 and 31.25. Floors 6, 12 and 31
    # leave one unit, and 0.5 is the largest remainder.
    raw = small(
        "order customer quantity\na alder 50\nb birch 50\nc cedar 50",
        "lot sku quantity\nl1 k 50",
        parties="party weight\nalder 10\nbirch 20\ncedar 50",
    )
    plan = proven_plan(seen_world(raw))
    shares, given = units_of(plan.shares), units_of(plan.tables["allocations"])
    assert list(shares.values()) == [Fraction("6.25"), Fraction("12.5"), Fraction("31.25")]
    assert list(given.values()) == [6, 13, 31]


def test_lots_ship_at_least_the_floor_and_less_than_a_lot_above_the_share() -> None:
    def law(raw: RawWorld, _: Random) -> None:
        raw = stated_once(raw)
        raw.settings["policy"]["whole_lots"] = True
        sums, plan = planned(raw)
        given = units_of(plan.tables["allocations"])
        shares = reference_plan(sums.world).shipped
        assert all(amount.denominator == 1 for amount in given.values())
        for option, facts in sums.options.items():
            lot = number(sums.world.skus[facts.sku], "lot_units", default="1")
            for on in sums.world.rounds:
                share, shipped = (
                    sum((amount for key, amount in units.items() if key[:3] == option and key[3] <= on), ZERO)
                    for units in (shares, given)
                )
                assert shipped < share + lot
                # A quota's window may hold a floor back.
                assert shipped >= share // lot * lot or facts.quotas

    hold_on_random_worlds(law)
