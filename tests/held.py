"""A small world of two parties tied by a conflict and a third, edited after the freeze, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from apportion.errors import Code, Severity
from apportion.govern.frozen import Later
from apportion.govern.hold import Answer, Frozen, Held, Standing, stand
from apportion.model.policy import Rule
from apportion.model.proposal import Proposal
from apportion.model.world import World
from tests.build import proven_plan, typed_world
from tests.laws.small import small
from tests.worlds import RawWorld

ORDERS = (
    "order customer quantity tier placed_on requested_on\n"
    "T t 10 1 2023-12-01 2024-01-01\n"
    "X x 10 1 2023-12-02 2024-01-01\n"
    "C c 10 1 2023-12-03 2024-01-01"
)
SUPPLY = (
    "lot quantity sku arrives_on reserved_for\n"
    "L1 10 k 2024-01-02 T\n"
    "L2 10 k 2024-01-05 X\n"
    "L3 10 k 2024-01-03 C\n"
    "L4 4 k 2024-01-04 -"
)
TIED = frozenset({frozenset({"t", "x"})})
Row = dict[str, str]


def raw_world(**tables: str) -> RawWorld:
    return small(ORDERS, SUPPLY, **({"sites": "site\ns\nr", "readiness": "site\ns\nr"} | tables))


def world_of(raw: RawWorld) -> World:
    return typed_world(raw.settings, raw.tables)


BEFORE = world_of(raw_world())


def edited(table_name: str, name: str, /, **cells: str) -> World:
    """Return the world with cells of one row changed; a row that is not there is added."""
    return with_rows(raw_world(), [(table_name, name, cells)])


def with_rows(raw: RawWorld, changes: list[tuple[str, str, Mapping[str, str]]]) -> World:
    for table_name, name, cells in changes:
        rows = raw.tables.setdefault(table_name, [])
        key = {"parties": "party", "raises": "party", "entitlements": "party", "sites": "site"}.get(
            table_name, table_name.rstrip("s") if table_name != "supply" else "lot"
        )
        found = [row for row in rows if row.get(key) == name]
        if found:
            found[0].update(cells)
        else:
            rows.append({key: name, **cells})
    return world_of(raw)


def stood(
    world: World,
    *,
    before: World = BEFORE,
    conflicted_pairs: frozenset[frozenset[str]] = TIED,
    applied: tuple[Proposal, ...] = (),
    waiting: tuple[Proposal, ...] = (),
    refused: tuple[Proposal, ...] = (),
    settled: frozenset[str] = frozenset(),
    later: Later | None = None,
) -> Standing:
    held = Held(
        frozen=Frozen.from_world(before),
        applied=applied,
        open=waiting,
        refused=refused,
        conflicted_pairs=conflicted_pairs,
        settled=settled,
        later=later or {},
    )
    return stand(world, held)


def bookings(world: World) -> dict[str, int]:
    """Return the units booked by order."""
    units: dict[str, int] = {}
    for order, quantity in world.table("supply").select("reserved_for", "quantity").iter_rows():
        units[order or ""] = units.get(order or "", 0) + quantity
    return units


def allocations(world: World, *, rule: Rule = Rule.AS_BOOKED) -> list[tuple[Any, ...]]:
    plan = proven_plan(world, replace(world.settings.policy, rule=rule))
    return plan.tables["allocations"].rows()


def answers(standing: Standing) -> dict[tuple[str, str], Answer]:
    return {
        (str(one.changed.key[0]) if one.changed.key else "", one.changed.column): one.answer
        for one in standing.attempts
    }


def assert_put_back(standing: Standing, *, rule: Rule = Rule.AS_BOOKED, file: str = "supply.csv") -> None:
    """Assert that the plan is what it was, and that it is told as a warning and as an attempt between the two."""
    assert allocations(standing.world, rule=rule) == allocations(BEFORE, rule=rule)
    assert standing.held
    assert all(one.parties == ("t", "x") for one in standing.held)
    told = [one for one in standing.findings if one.code is Code.NOT_DECIDED]
    assert [one.severity for one in told] == [Severity.WARNING] * len(standing.held)
    assert {one.file for one in told} == {file}
    assert all("'t' and 'x'" in one.found and one.fix for one in told)


def shipped(lot: str, order: str, **cells: str) -> World:
    plain = {"sku": "k", "site": "s", "quantity": "4", "shipped_on": "2024-01-06"}
    return edited("shipments", "H", order=order, lot=lot, **plain | cells)
