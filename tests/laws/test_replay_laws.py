"""The replay against a slow one that looks at every unit on every day, and the laws it must keep."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate, pairwise

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from apportion.model.world import World
from apportion.study.replay import Replay, replay
from tests.unit.test_replay_rooms import make_allocations, make_world

Row = dict[str, str]
Tables = dict[str, list[Row]]
Booking = tuple[str, str, str, str, str]  # order, sku, site, round_on, units
START = dt.date(2024, 1, 1)
LAST_OFFSET = 18  # No fact lies later, so no day after it differs.
WORLDS = 300
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
        return make_world(start_on=START.isoformat(), end_on=self.end_on.isoformat(), **self.tables)

    @property
    def outcome(self) -> Replay:
        return replay(self.world, make_allocations(*self.plan))


def day_at(offset: int) -> str:
    return (START + dt.timedelta(days=offset)).isoformat()


days = st.integers(-3, LAST_OFFSET).map(day_at)
maybe_days = st.one_of(st.just(""), days)
powers = st.sampled_from(["0", "0.000004", "1", "2.000003", "3.5", "5", "8"])
amounts = st.sampled_from(["1", "2", "3", "6", "0.000003", "0.000007"])
counts = st.integers(1, 5).map(str)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    orders = [draw(order_rows(name)) for name in ("o1", "o2", "o3")]
    lots = [draw(lot_rows(number)) for number in range(draw(st.integers(0, 4)))]
    tables: Tables = {
        "skus": [row | {"sku": sku} for sku, row in SKUS.items()],
        "sites": [draw(site_rows(site)) for site in ("s", "t")],
        "readiness": [draw(step_rows(number)) for number in range(draw(st.integers(0, 5)))],
        "fleet": [draw(fleet_rows(number)) for number in range(draw(st.integers(0, 2)))],
        "shipments": [draw(shipment_rows(number)) for number in range(draw(st.integers(0, 2)))],
        "orders": orders,
        "supply": lots,
    }
    plan = draw(st.lists(bookings, max_size=7))
    return Case(START + dt.timedelta(days=draw(st.integers(6, 14))), tables, plan)


# Few days and mostly one site, so that bookings stand in one another's way.
bookings = st.tuples(
    st.sampled_from(["o1", "o2", "o3"]),
    st.sampled_from("abc"),
    st.sampled_from("sst"),
    st.sampled_from([0, 2, 2, 2, 5, 9, LAST_OFFSET]).map(day_at),
    amounts,
)


def order_rows(name: str) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries({
        "order": st.just(name),
        "customer": st.sampled_from("pq"),
        "skus": st.sampled_from(["a", "b|a:2", "c|b|a", "a|c:0.5"]),
        "sites": st.sampled_from(["s", "t|s", "s|t"]),
        "quantity": counts,
        "requested_on": days,
        "promised_on": maybe_days,
        "placed_on": maybe_days,
    })


def site_rows(site: str) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries({
        "site": st.just(site),
        "lead_days": st.integers(0, 3).map(str),
        "users": st.sampled_from(["", "", "", "p", "p|q"]),
        "cooling": st.sampled_from(["", "air", "liquid", "air|liquid"]),
    })


def step_rows(number: int) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries({
        "site": st.sampled_from("sst"),
        "step": st.just(f"step-{number}"),
        "ready_on": days,
        "power_kw": powers,
        "liquid_kw": st.one_of(st.just(""), powers),
        "units_at_most": st.one_of(st.just(""), counts),
    })


def fleet_rows(number: int) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries({
        "holding": st.just(f"f{number}"),
        "party": st.just("p"),
        "site": st.sampled_from("st"),
        "sku": st.sampled_from("abc"),
        "quantity": counts,
        "since_on": days,
        "until_on": maybe_days,
    })


def shipment_rows(number: int) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries({
        "shipment": st.just(f"g{number}"),
        "order": st.just("o1"),
        "site": st.sampled_from("st"),
        "sku": st.sampled_from("abc"),
        "quantity": counts,
        "shipped_on": days,
        "live_on": maybe_days,
        "lot": st.sampled_from(["", "L0", "L1"]),
    })


def lot_rows(number: int) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries({
        "lot": st.just(f"L{number}"),
        "sku": st.sampled_from("abc"),
        "arrives_on": days,
        "quantity": counts,
    })


# The slow replay: every unit (or millionth of one) on every day.


def date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def kinds(cell: str) -> set[str]:
    return set(cell.split("|")) if cell else {"air", "liquid"}


def uses(sku: str, site: Row) -> dict[str, Fraction]:
    """Return what one unit takes; what it does not use is left out."""
    power = Fraction(SKUS[sku]["site_kw"])
    is_wet = kinds(SKUS[sku].get("cooling", "")) == {"liquid"} or "air" not in kinds(site["cooling"])
    return {"power": power, "units": Fraction(1)} | ({"liquid": power} if is_wet else {})


def limits_on(tables: Tables, site: Row, on: dt.date) -> dict[str, Fraction]:
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


def left_on(tables: Tables, site: Row, on: dt.date) -> dict[str, Fraction]:
    left = limits_on(tables, site, on)
    standing = [
        (row, date(row["since_on"]), row["until_on"]) for row in tables["fleet"] if row["site"] == site["site"]
    ]
    for row in tables["shipments"]:
        lead = dt.timedelta(days=int(site["lead_days"]))
        live_on = date(row["live_on"]) if row["live_on"] else date(row["shipped_on"]) + lead
        standing += [(row, live_on, "")] if row["site"] == site["site"] else []
    for row, since_on, until_on in standing:
        if since_on <= on and (not until_on or on < date(until_on)):
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
        for name, left in left_on(tables, site, on).items():
            least[name] = min(least.get(name, left), left)
        rooms[on] = {name: max(Fraction(0), left) for name, left in least.items()}
    return rooms


def order_key(row: Row) -> tuple[object, ...]:
    return *((not row[name], row[name]) for name in ("requested_on", "promised_on", "placed_on")), row["order"]


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
        into = [arrives for (arrives, _), (first, end) in zip(stock, pairwise(stock_marks), strict=True) if first <= low < end]
        out = [row for row, (first, end) in zip(rows, pairwise(plan_marks), strict=True) if first <= low < end]
        if into:
            until = date(out[0][3]) if out else case.end_on
            waiting = sum(max(into[0], START) <= on < until for on in horizon(case))
            if out:
                held[customers[out[0][0]], out[0][2], sku] += waiting * (high - low)
            else:
                unshipped += waiting * (high - low)
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


def replayed_days(outcome: Replay) -> dict[tuple[str, str, str], list[Fraction]]:
    return {row[:3]: [Fraction(value) for value in row[3:]] for row in outcome.days.rows()}


@settings(max_examples=max(WORLDS, settings().max_examples))
@given(cases())
def test_the_replay_is_the_one_that_looks_at_every_unit_on_every_day(case: Case) -> None:
    outcome = case.outcome
    assert replayed_days(outcome) == naive_days(case)
    unshipped = {sku: naive_held(case, sku)[1] for sku in outcome.totals["sku"].to_list()}
    assert dict(outcome.totals.select("sku", "unshipped_gpu_days").rows()) == unshipped


@given(cases())
def test_the_steps_and_milestones_are_those_of_the_units(case: Case) -> None:
    outcome, grains = case.outcome, naive_grains(case)
    for party, site, sku, day_on, live, delivered in outcome.live.rows():
        own = [grain for grain in grains if grain.receiver == (party, site, sku)]
        assert Fraction(live) == sum(one.size for one in own if one.live_on is not None and one.live_on <= day_on)
        assert Fraction(delivered) == sum(one.size for one in own if one.arrives <= day_on)
    changes = {(one.receiver, on) for one in grains for on in (one.arrives, one.live_on) if on and on < case.end_on}
    assert changes == {(row[:3], row[3]) for row in outcome.live.rows()}
    for party, site, first_on, all_on in outcome.milestones.rows():
        live_days = [one.live_on for one in grains if one.receiver[:2] == (party, site)]
        there = [on for on in live_days if on is not None]
        assert first_on == min(there, default=None)
        assert all_on == (max(there) if len(there) == len(live_days) else None)


@given(cases())
def test_live_units_never_draw_more_than_the_room_of_any_day(case: Case) -> None:
    steps = case.outcome.live
    for site in case.tables["sites"]:
        own, rooms = steps.filter(site=site["site"]), naive_rooms(case.tables, site)
        for on in horizon(case):
            now = own.filter(pl.col("day_on") <= on).group_by("party", "sku", maintain_order=True).last()
            used: dict[str, Fraction] = defaultdict(Fraction)
            for sku, live in now.select("sku", "live_units").iter_rows():
                for name, each in uses(sku, site).items():
                    used[name] += each * Fraction(live)
            assert all(used[name] <= left for name, left in rooms[on].items())


@given(cases())
def test_the_order_of_rows_changes_nothing(case: Case) -> None:
    turned = Case(case.end_on, {name: rows[::-1] for name, rows in case.tables.items()}, case.plan[::-1])
    first, second = case.outcome, turned.outcome
    for name in ("days", "live", "milestones", "totals"):
        assert getattr(first, name).equals(getattr(second, name))


@given(cases())
def test_unit_days_of_all_states_are_those_of_the_units_that_came_in(case: Case) -> None:
    covered = replace(case, plan=covered_plan(case))
    totals = covered.outcome.totals
    for sku, held, _, transit, idle, live in totals.rows():
        arrived = sum(
            size * sum(arrives <= on for on in horizon(case)) for arrives, size in naive_stock(case, sku)
        )
        assert Fraction(held) + Fraction(transit) + Fraction(idle) + Fraction(live) == arrived


def covered_plan(case: Case) -> list[Booking]:
    """Return the bookings that the stock covers on their day, in the order of their days."""
    kept: list[Booking] = []
    shipped: dict[str, Fraction] = defaultdict(Fraction)
    for row in sorted(case.plan, key=lambda row: row[3]):
        there = sum(size for arrives, size in naive_stock(case, row[1]) if arrives <= date(row[3]))
        if shipped[row[1]] + Fraction(row[4]) <= there:
            shipped[row[1]] += Fraction(row[4])
            kept.append(row)
    return kept


@given(cases())
def test_a_plan_made_with_readiness_has_no_idle_unit(case: Case) -> None:
    ready = replace(case, plan=ready_plan(case))
    assert ready.outcome.days["idle_gpu_days"].to_list() == [0] * len(ready.outcome.days)


def ready_plan(case: Case) -> list[Booking]:
    """Return the bookings that fit the room of their day and lead, after those before them; dark sites left out."""
    sites = {row["site"]: row for row in case.tables["sites"]}
    rooms = {name: naive_rooms(case.tables, site) for name, site in sites.items()}
    customers = {row["order"]: row["customer"] for row in case.tables["orders"]}
    used: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    kept: list[Booking] = []
    for row in sorted(case.plan, key=lambda row: row[3]):
        name, sku, where, round_on, units = row
        site = sites[where]
        is_cooled = kinds(SKUS[sku].get("cooling", "")) & kinds(site["cooling"])
        may_use = not site["users"] or customers[name] in site["users"].split("|")
        room = rooms[where][date(round_on) + dt.timedelta(days=int(site["lead_days"]))]
        takes = {kind: each * Fraction(units) for kind, each in uses(sku, site).items()}
        fits = all(used[where, kind] + takes.get(kind, 0) <= left for kind, left in room.items())
        if is_cooled and may_use and fits:
            kept.append(row)
            for kind, amount in takes.items():
                used[where, kind] += amount
    return kept
