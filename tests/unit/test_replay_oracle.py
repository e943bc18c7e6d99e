"""A slow replay that looks at every unit on every day, to hold the quick one against."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate, pairwise

from apportion.model.world import World
from apportion.study.replay import Replay, replay
from tests.unit.test_replay_rooms import make_allocations, world_of

Row = dict[str, str]
Tables = dict[str, list[Row]]
Booking = tuple[str, str, str, str, str]  # order, sku, site, round_on, units
START = dt.date(2024, 1, 1)
LAST_OFFSET = 18  # No fact lies later, so no day after it differs.
SKUS: dict[str, Row] = {
    "a": {"site_kw": "1"},
    "b": {"site_kw": "2", "cooling": "liquid"},
    "c": {"site_kw": "0.5", "cooling": "air|liquid"},
}


@dataclass(frozen=True)
class Case:
    """A small scenario as text, and a plan that need not be feasible."""

    end_on: dt.date
    tables: Tables
    plan: list[Booking]

    @property
    def world(self) -> World:
        return world_of(self.tables, start_on=START, end_on=self.end_on)

    @property
    def outcome(self) -> Replay:
        return replay(self.world, make_allocations(*self.plan))


def day_at(offset: int) -> str:
    return (START + dt.timedelta(days=offset)).isoformat()


def date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def kinds(cell: str) -> set[str]:
    return set(cell.split("|")) if cell else {"air", "liquid"}


def uses(sku: str, site: Row) -> dict[str, Fraction]:
    """Return what one unit takes; what it does not use is left out."""
    power = Fraction(SKUS[sku]["site_kw"])
    is_wet = kinds(SKUS[sku].get("cooling", "")) == {"liquid"} or "air" not in kinds(site["cooling"])
    return {"power": power, "units": Fraction(1)} | ({"liquid": power} if is_wet else {})


def limits_on(tables: Tables, site: Row, *, on: dt.date) -> dict[str, Fraction]:
    """Return the limits of the step in force; a limit that is not there is left out."""
    rows = [row for row in tables["readiness"] if row["site"] == site["site"]]
    rows.sort(key=lambda row: (row["ready_on"], Fraction(row["power_kw"]), row["step"]))
    best: tuple[Fraction, str, str] | None = None
    limits = {"power": Fraction(0)}
    given: dict[str, Fraction] = {}
    for row in rows:
        given |= {
            name: Fraction(row[column])
            for name, column in (("liquid", "liquid_kw"), ("units", "units_at_most"))
            if row[column]
        }
        power = Fraction(row["power_kw"])
        rank = (power, row["ready_on"], row["step"])
        if date(row["ready_on"]) <= on and (best is None or rank > best):
            best, limits = rank, given | {"power": power}
    return limits


def left_on(tables: Tables, site: Row, *, on: dt.date) -> dict[str, Fraction]:
    left = limits_on(tables, site, on=on)
    lead = dt.timedelta(days=int(site["lead_days"]))
    standing = [(row, date(row["since_on"]), row["until_on"]) for row in tables["fleet"]]
    for row in tables["shipments"]:
        live_on = date(row["live_on"]) if row["live_on"] else date(row["shipped_on"]) + lead
        standing.append((row, live_on, ""))
    for row, since_on, until_on in standing:
        if row["site"] == site["site"] and since_on <= on and (not until_on or on < date(until_on)):
            for name, each in uses(row["sku"], site).items():
                if name in left:
                    left[name] -= each * int(row["quantity"])
    return left


def naive_rooms(tables: Tables, site: Row) -> dict[dt.date, dict[str, Fraction]]:
    """Return the least left over each day and all later ones; a limit that is not there is left out."""
    least: dict[str, Fraction] = {}
    rooms: dict[dt.date, dict[str, Fraction]] = {}
    for offset in reversed(range(LAST_OFFSET + 5)):
        on = START + dt.timedelta(days=offset)
        for name, left in left_on(tables, site, on=on).items():
            least[name] = min(least.get(name, left), left)
        rooms[on] = {name: max(Fraction(0), left) for name, left in least.items()}
    return rooms


def order_key(row: Row) -> tuple[object, ...]:
    dates = (row["requested_on"], row["promised_on"], row["placed_on"])
    return *((not day, day) for day in dates), row["order"]


@dataclass(frozen=True)
class Grain:
    """A unit, or a millionth of one, and the first day it is live."""

    receiver: tuple[str, str, str]
    ships: dt.date
    arrives: dt.date
    size: Fraction
    live_on: dt.date | None = None


def queue_key(row: Booking, *, tables: Tables) -> tuple[object, ...]:
    """Return what sorts a booking by canonical order, then as its order ranks the SKU."""
    name, sku, _, _, units = row
    order = next(one for one in tables["orders"] if one["order"] == name)
    accepted = [part.split(":")[0] for part in order["skus"].split("|")]
    option = accepted.index(sku) if sku in accepted else len(accepted)
    return order_key(order), option, sku, Fraction(units)


def naive_grains(case: Case) -> list[Grain]:
    """Return every unit, whole or by the millionth, in the order of the queues, with its first live day."""
    customers = {row["order"]: row["customer"] for row in case.tables["orders"]}
    grains: list[Grain] = []
    for site in case.tables["sites"]:
        lead = dt.timedelta(days=int(site["lead_days"]))
        rows = [row for row in case.plan if row[2] == site["site"]]
        rows.sort(key=lambda row: (date(row[3]), queue_key(row, tables=case.tables)))
        queue: list[Grain] = []
        for name, sku, where, round_on, units in rows:
            size = Fraction(1) if Fraction(units).denominator == 1 else Fraction(1, 10**6)
            ships = date(round_on)
            grain = Grain((customers[name], where, sku), ships, ships + lead, size)
            queue += [grain] * int(Fraction(units) / size)
        grains += walk_naively(case, site, queue=queue)
    return grains


def walk_naively(case: Case, site: Row, *, queue: Sequence[Grain]) -> Iterator[Grain]:
    live_on: dict[int, dt.date] = {}
    used: dict[str, Fraction] = defaultdict(Fraction)
    rooms = naive_rooms(case.tables, site)
    for on in horizon(case):
        room = rooms[on]
        for number, grain in enumerate(queue):
            party, _, sku = grain.receiver
            is_cooled = kinds(SKUS[sku].get("cooling", "")) & kinds(site["cooling"])
            may_use = not site["users"] or party in site["users"].split("|")
            if grain.arrives > on or number in live_on or not is_cooled or not may_use:
                continue
            takes = {name: each * grain.size for name, each in uses(sku, site).items() if name in room}
            if all(used[name] + amount <= room[name] for name, amount in takes.items()):
                live_on[number] = on
            else:
                continue
            for name, each in uses(sku, site).items():
                used[name] += each * grain.size
    for number, grain in enumerate(queue):
        yield replace(grain, live_on=live_on.get(number))


def horizon(case: Case) -> list[dt.date]:
    return [START + dt.timedelta(days=offset) for offset in range((case.end_on - START).days)]


def naive_stock(case: Case, sku: str) -> list[tuple[dt.date, Fraction]]:
    """Return what shipments leave of the lots of one SKU, the oldest first."""
    lots = sorted((date(row["arrives_on"]), row["lot"]) for row in case.tables["supply"] if row["sku"] == sku)
    left = {row["lot"]: Fraction(row["quantity"]) for row in case.tables["supply"]}
    for named in (True, False):
        for row in case.tables["shipments"]:
            is_of_lot = (sku, row["lot"]) in {(one["sku"], one["lot"]) for one in case.tables["supply"]}
            if row["sku"] != sku:
                continue
            gone = Fraction(row.get("still", row["quantity"]))
            for _, lot in lots:
                if not named or (is_of_lot and lot == row["lot"]):
                    taken = min(gone, left[lot])
                    left[lot] -= taken
                    gone -= taken
            row["still"] = str(gone)
    for row in case.tables["shipments"]:
        row.pop("still", None)
    return [(arrives, left[lot]) for arrives, lot in lots]


def naive_held(case: Case, sku: str) -> tuple[dict[tuple[str, str, str], Fraction], Fraction]:
    """Return the days held by receiver and of what never ships: the n-th part in is the n-th part out."""
    customers = {row["order"]: row["customer"] for row in case.tables["orders"]}
    rows = [row for row in case.plan if row[1] == sku]

    def key(row: Booking) -> tuple[object, ...]:
        order = next(one for one in case.tables["orders"] if one["order"] == row[0])
        order_sites = order["sites"].split("|")
        option = order_sites.index(row[2]) if row[2] in order_sites else len(order_sites)
        rank = queue_key(row, tables=case.tables)
        return date(row[3]), *rank[:3], option, row[2], rank[3]

    rows.sort(key=key)
    stock = naive_stock(case, sku)
    stock_marks = [Fraction(0), *accumulate(size for _, size in stock)]
    plan_marks = [Fraction(0), *accumulate(Fraction(row[4]) for row in rows)]
    held: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
    unshipped = Fraction(0)
    for low, high in pairwise(sorted({*stock_marks, *plan_marks})):
        lot, out = bisect_right(stock_marks, low) - 1, bisect_right(plan_marks, low) - 1
        if lot == len(stock):
            break
        until = date(rows[out][3]) if out < len(rows) else case.end_on
        waiting = sum(stock[lot][0] <= on < until for on in horizon(case)) * (high - low)
        if out < len(rows):
            held[customers[rows[out][0]], rows[out][2], sku] += waiting
        else:
            unshipped += waiting
    return held, unshipped


def naive_days(case: Case) -> dict[tuple[str, str, str], list[Fraction]]:
    """Return the days held, in transit, idle and live by receiver, counted unit by unit and day by day."""
    counted: dict[tuple[str, str, str], list[Fraction]] = {}
    for grain in naive_grains(case):
        row = counted.setdefault(grain.receiver, [Fraction(0)] * 4)
        for on in horizon(case):
            if on >= grain.ships:
                is_live = grain.live_on is not None and on >= grain.live_on
                row[1 if on < grain.arrives else 3 if is_live else 2] += grain.size
    for sku in SKUS:
        for receiver, waited in naive_held(case, sku)[0].items():
            counted[receiver][0] += waited
    return counted


def test_the_slow_replay_counts_a_small_world_as_a_hand_does() -> None:
    site = {"site": "s", "lead_days": "1", "users": "", "cooling": ""}
    step = {
        "site": "s",
        "step": "hall",
        "ready_on": day_at(4),
        "power_kw": "3",
        "liquid_kw": "",
        "units_at_most": "",
    }
    order = {"order": "o", "customer": "p", "skus": "a", "sites": "s", "requested_on": day_at(0)}
    tables: Tables = {
        "skus": [row | {"sku": sku} for sku, row in SKUS.items()],
        "sites": [site],
        "readiness": [step],
        "fleet": [],
        "shipments": [],
        "orders": [order | {"quantity": "9", "promised_on": "", "placed_on": ""}],
        "supply": [{"lot": "L0", "sku": "a", "arrives_on": day_at(0), "quantity": "6"}],
    }
    case = Case(START + dt.timedelta(days=8), tables, [("o", "a", "s", day_at(2), "5")])
    # 5 units: 2 days in stock, 1 on the way, idle on [3, 4) all, then 2 of them until 8; 3 live from 4.
    assert naive_days(case) == {("p", "s", "a"): [10, 5, 5 + 2 * 4, 3 * 4]}
    assert naive_held(case, "a")[1] == 8
