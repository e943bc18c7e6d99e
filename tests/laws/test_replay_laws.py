"""The replay against a slow one that looks at every unit on every day, and the laws it must keep."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from fractions import Fraction

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from apportion.study.replay import Replay
from tests.unit.test_replay_oracle import (
    LAST_OFFSET,
    SKUS,
    START,
    Booking,
    Case,
    Row,
    Tables,
    date,
    day_at,
    horizon,
    kinds,
    naive_days,
    naive_grains,
    naive_held,
    naive_rooms,
    naive_stock,
    uses,
)

WORLDS = 300

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
    return st.fixed_dictionaries(
        {
            "order": st.just(name),
            "customer": st.sampled_from("pq"),
            "skus": st.sampled_from(["a", "b|a:2", "c|b|a", "a|c:0.5"]),
            "sites": st.sampled_from(["s", "t|s", "s|t"]),
            "quantity": counts,
            "requested_on": days,
            "promised_on": maybe_days,
            "placed_on": maybe_days,
        }
    )


def site_rows(site: str) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries(
        {
            "site": st.just(site),
            "lead_days": st.integers(0, 3).map(str),
            "users": st.sampled_from(["", "", "", "p", "p|q"]),
            "cooling": st.sampled_from(["", "air", "liquid", "air|liquid"]),
        }
    )


def step_rows(number: int) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries(
        {
            "site": st.sampled_from("sst"),
            "step": st.just(f"step-{number}"),
            "ready_on": days,
            "power_kw": powers,
            "liquid_kw": st.one_of(st.just(""), powers),
            "units_at_most": st.one_of(st.just(""), counts),
        }
    )


def fleet_rows(number: int) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries(
        {
            "holding": st.just(f"f{number}"),
            "party": st.just("p"),
            "site": st.sampled_from("st"),
            "sku": st.sampled_from("abc"),
            "quantity": counts,
            "since_on": days,
            "until_on": maybe_days,
        }
    )


def shipment_rows(number: int) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries(
        {
            "shipment": st.just(f"g{number}"),
            "order": st.just("o1"),
            "site": st.sampled_from("st"),
            "sku": st.sampled_from("abc"),
            "quantity": counts,
            "shipped_on": days,
            "live_on": maybe_days,
            "lot": st.sampled_from(["", "L0", "L1"]),
        }
    )


def lot_rows(number: int) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries(
        {
            "lot": st.just(f"L{number}"),
            "sku": st.sampled_from("abc"),
            "arrives_on": days,
            "quantity": counts,
        }
    )


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
        assert Fraction(live) == sum(one.size for one in own if one.live_on and one.live_on <= day_on)
        assert Fraction(delivered) == sum(one.size for one in own if one.arrives <= day_on)
    changes = {(one.receiver, on) for one in grains for on in (one.arrives, one.live_on)}
    assert {change for change in changes if change[1] and change[1] < case.end_on} == {
        (row[:3], row[3]) for row in outcome.live.rows()
    }
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
    """Return the bookings that fit the room of their day and lead, after those before them."""
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
