"""Assessments of random small swaps, against a slow count of every unit on every day, and their laws.

The count here knows nothing of the study's modules: it gives lots to orders unit by unit as the page on assessments
says, walks every site day by day, and looks for the best division by trying them all.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from apportion.errors import FindingsError
from apportion.model.policy import Case
from apportion.model.proposal import Kind, Move, Proposal
from apportion.study.assess import Assessment, assess
from apportion.study.futures import Future
from tests.build import make_world

START = dt.date(2024, 1, 1)
DAYS = 9
FEW = settings(max_examples=max(40, settings().max_examples // 5))
Row = dict[str, str]


@dataclass(frozen=True)
class Unit:
    """One unit: whose it is, where it goes, and the day it is delivered."""

    order: str
    party: str
    site: str
    lot: str
    arrives: int


@dataclass(frozen=True)
class Small:
    """A small world as text, in which every order takes one SKU."""

    tables: dict[str, list[Row]]

    def rows(self, name: str) -> list[Row]:
        return self.tables.get(name, [])

    def order(self, name: str) -> Row:
        return next(row for row in self.rows("orders") if row["order"] == name)

    def lots(self) -> list[Row]:
        return sorted(self.rows("supply"), key=lambda row: (row["arrives_on"], row["lot"]))


def day(number: int) -> str:
    return (START + dt.timedelta(days=number)).isoformat()


def number(text: str) -> int:
    return (dt.date.fromisoformat(text) - START).days


def random_small(rng: Random, *, most_units: int) -> Small:
    """Return two or three customers, each with a site of its own and perhaps a shared one, and late halls."""
    customers = [f"c{n}" for n in range(rng.randint(2, 3))]
    sites = [{"site": f"s{n}", "name": "s", "operator": "v", "users": one} for n, one in enumerate(customers)]
    if rng.random() < 0.5:
        sites.append({"site": "shared", "name": "s", "operator": "v", "users": ""})
    for site in sites:
        site["lead_days"] = rng.choice(["0", "0", "1"])
    readiness = []
    for site in sites:
        first, power = rng.randint(-1, DAYS), rng.randint(0, 4)
        for step in range(rng.randint(1, 2)):
            late = first + step * rng.randint(0, 4)
            power += step * rng.randint(1, 4)
            readiness.append(
                {"site": site["site"], "step": f"h{step}", "ready_on": day(late), "power_kw": str(power)}
            )
    orders = []
    for n in range(rng.randint(2, 4)):
        customer = rng.choice(customers)
        own = [site["site"] for site in sites if site["users"] in {customer, ""}]
        orders.append(
            {
                "order": f"o{n}",
                "customer": customer,
                "skus": "k",
                "quantity": str(rng.randint(1, most_units)),
                "sites": "|".join(rng.sample(own, rng.randint(1, len(own)))),
                "requested_on": day(rng.randint(0, 3)),
            }
        )
    supply = [
        {
            "lot": f"L{n}",
            "sku": "k",
            "supplier": "v",
            "arrives_on": day(rng.randint(-1, DAYS)),
            "quantity": str(rng.randint(1, most_units)),
            "reserved_for": rng.choice([*(row["order"] for row in orders), ""]),
            "reserved_site": rng.choice(["", "", *(row["site"] for row in sites)]),
        }
        for n in range(rng.randint(2, 4))
    ]
    return Small(
        {
            "parties": [{"party": one, "name": one, "kind": "customer"} for one in customers],
            "skus": [{"sku": "k", "name": "k", "vendor": "v", "site_kw": rng.choice(["1", "1.5"])}],
            "sites": sites,
            "readiness": readiness,
            "orders": orders,
            "supply": supply,
        }
    )


def random_moves(rng: Random, small: Small) -> tuple[Move, ...]:
    """Return one to three moves, which need not be possible."""
    moves = []
    for _ in range(rng.randint(1, 3)):
        lot, order = rng.choice(small.rows("supply")), rng.choice(small.rows("orders"))
        moves.append(
            Move(
                lot=lot["lot"],
                to_orders=(order["order"],),
                site=rng.choice([*order["sites"].split("|"), ""]),
                quantity=rng.choice([None, rng.randint(1, int(lot["quantity"]))]),
            )
        )
    return tuple(moves)


def given_units(small: Small, moves: tuple[Move, ...]) -> list[Unit]:
    """Return what every order receives: first the moves, in turn, then what is left of each lot as booked."""
    left = {row["lot"]: int(row["quantity"]) for row in small.rows("supply")}
    still_open = {row["order"]: int(row["quantity"]) for row in small.rows("orders")}
    units: list[Unit] = []

    def give(lot: Row, order: Row, *, site: str, count: int) -> None:
        for _ in range(min(count, left[lot["lot"]], still_open[order["order"]])):
            if number(lot["arrives_on"]) >= DAYS:
                return
            left[lot["lot"]] -= 1
            still_open[order["order"]] -= 1
            lead = next(int(row["lead_days"]) for row in small.rows("sites") if row["site"] == site)
            arrives = max(0, max(0, number(lot["arrives_on"])) + lead)
            units.append(Unit(order["order"], order["customer"], site, lot["lot"], arrives))

    by_name = {row["lot"]: row for row in small.rows("supply")}
    for move in moves:
        lot, order = by_name[move.lot], small.order(move.to_orders[0])
        count = left[move.lot] if move.quantity is None else move.quantity
        give(lot, order, site=move.site or order["sites"].split("|")[0], count=count)
    for lot in small.lots():
        if lot["reserved_for"]:
            order = small.order(lot["reserved_for"])
            accepted = order["sites"].split("|")
            site = lot["reserved_site"] or accepted[0]
            if site in accepted:
                give(lot, order, site=site, count=left[lot["lot"]])
    return units


def power_on(small: Small, site: str, *, on: int) -> Fraction:
    """Return the power from a day on: steps never fall, so the greatest that is ready."""
    ready = [
        Fraction(row["power_kw"])
        for row in small.rows("readiness")
        if row["site"] == site and number(row["ready_on"]) <= on
    ]
    return max(ready, default=Fraction(0))


def live_days(small: Small, units: list[Unit]) -> Counter[str]:
    """Return live unit-days by party, walking every site on every day."""
    each = Fraction(small.rows("skus")[0]["site_kw"])
    rank = {
        row["order"]: place
        for place, row in enumerate(
            sorted(small.rows("orders"), key=lambda row: (row["requested_on"], row["order"]))
        )
    }
    counted: Counter[str] = Counter()
    for site in {unit.site for unit in units}:
        queue = sorted(
            (unit for unit in units if unit.site == site),
            key=lambda one: (one.arrives, rank[one.order], one.lot),
        )
        live: list[int] = []
        for on in range(DAYS):
            for place, unit in enumerate(queue):
                fits = each * (len(live) + 1) <= power_on(small, site, on=on)
                if unit.arrives <= on and place not in live and fits:
                    live.append(place)
            counted.update(queue[place].party for place in live)
    return counted


def delivered_days(units: list[Unit]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for unit in units:
        counted[unit.party] += max(0, DAYS - unit.arrives)
    return counted


def concerned(small: Small, moves: tuple[Move, ...]) -> tuple[set[str], set[str]]:
    """Return the lots and orders of the scope: what the moves name, and all that hangs together with it."""
    booked = given_units(small, ())
    lots, orders = {move.lot for move in moves}, {move.to_orders[0] for move in moves}
    for _ in range(len(small.rows("supply")) + len(small.rows("orders"))):
        sites = {site for name in orders for site in small.order(name)["sites"].split("|")}
        lots |= {row["lot"] for row in small.rows("supply") if row["reserved_for"] in orders}
        orders |= {unit.order for unit in booked if unit.lot in lots or unit.site in sites}
    return lots, orders


def assessed(small: Small, moves: tuple[Move, ...]) -> Assessment | None:
    """Return the assessment of moves; None where they are refused with findings."""
    world = make_world(
        {"name": "small", "start_on": START, "end_on": START + dt.timedelta(days=DAYS), "round": "day"},
        small.tables,
    )
    with contextlib.suppress(FindingsError):
        return assess(world, Proposal(id="p", kind=Kind.SWAP, moves=moves))
    return None


def told(found: Assessment, future: Future, *, measure: str, party: str = "") -> Fraction:
    value = found.value(future, measure, party=party)
    assert isinstance(value, Fraction)
    return value


def draws(seed: int, *, most_units: int = 4) -> Iterator[tuple[Small, tuple[Move, ...], Assessment]]:
    rng = Random(seed)  # noqa: S311
    small = random_small(rng, most_units=most_units)
    for _ in range(3):
        moves = random_moves(rng, small)
        found = assessed(small, moves)
        if found is not None:
            yield small, moves, found


@FEW
@given(st.integers(0, 2**32))
def test_booked_and_proposed_are_as_counted_day_by_day(seed: int) -> None:
    for small, moves, found in draws(seed):
        lots, orders = concerned(small, moves)
        assert (set(found.scope.lots), set(found.scope.orders)) == (lots, orders)
        futures = {Future.BOOKED: given_units(small, ()), Future.PROPOSED: given_units(small, moves)}
        inside = {
            future: [unit for unit in units if unit.order in orders] for future, units in futures.items()
        }
        was = delivered_days(inside[Future.BOOKED])
        for future, units in inside.items():
            live, delivered = live_days(small, units), delivered_days(units)
            for party in found.parties:
                assert told(found, future, measure="live_gpu_days", party=party) == live[party]
                assert (
                    told(found, future, measure="idle_gpu_days", party=party)
                    == delivered[party] - live[party]
                )
                assert (
                    told(found, future, measure="shifted_gpu_days", party=party)
                    == was[party] - delivered[party]
                )
                assert told(found, future, measure="held_gpu_days", party=party) == 0


@FEW
@given(st.integers(0, 2**32))
def test_the_change_of_live_days_is_what_comes_later_and_what_is_dark(seed: int) -> None:
    for _, _, found in draws(seed):
        for party in ["", *found.parties]:
            for future in Future:
                gained = told(found, future, measure="live_gained_gpu_days", party=party)
                later = told(found, future, measure="shifted_gpu_days", party=party)
                avoided = told(found, future, measure="idle_avoided_gpu_days", party=party)
                assert gained == avoided - later


@FEW
@given(st.integers(0, 2**32))
def test_no_future_runs_more_than_the_best(seed: int) -> None:
    for _, _, found in draws(seed):
        for case in Case:
            values = [found.value(future, "live_gpu_days", case=case) for future in Future]
            assert max(value for value in values if isinstance(value, Fraction)) == values[-1]


@settings(FEW, max_examples=FEW.max_examples // 2)
@given(st.integers(0, 2**32))
def test_the_best_is_the_best_of_all_divisions(seed: int) -> None:
    for small, moves, found in draws(seed, most_units=2):
        lots, orders = concerned(small, moves)
        assert told(found, Future.BEST, measure="live_gpu_days") == best_of_all(
            small, lots=lots, orders=orders
        )
        return


def best_of_all(small: Small, *, lots: set[str], orders: set[str]) -> int:
    """Return the most live unit-days of any division of the lots, unit by unit, over orders and sites."""
    places = [
        (row, site)
        for row in small.rows("orders")
        if row["order"] in orders
        for site in row["sites"].split("|")
    ]
    held = [
        lot
        for lot in small.lots()
        if lot["lot"] in lots and number(lot["arrives_on"]) < DAYS
        for _ in range(int(lot["quantity"]))
    ]
    lead = {row["site"]: int(row["lead_days"]) for row in small.rows("sites")}
    best = 0
    # Units of one lot are alike, so that only how many go where matters.
    groups = [(lot, len(list(same))) for lot, same in itertools.groupby(held, key=lambda lot: lot["lot"])]
    choices = [
        itertools.combinations_with_replacement([None, *range(len(places))], count) for _, count in groups
    ]
    for division in itertools.product(*choices):
        units = [
            Unit(
                places[place][0]["order"],
                places[place][0]["customer"],
                places[place][1],
                lot,
                max(0, number(next(row["arrives_on"] for row in held if row["lot"] == lot)))
                + lead[places[place][1]],
            )
            for (lot, _), chosen in zip(groups, division, strict=True)
            for place in chosen
            if place is not None
        ]
        counts = Counter(unit.order for unit in units)
        if all(count <= int(small.order(name)["quantity"]) for name, count in counts.items()):
            best = max(best, sum(live_days(small, units).values()))
    return best
