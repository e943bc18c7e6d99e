"""Edits that nobody decided, treated as not made: each cell as it was frozen.

Source: ``docs/concepts/held.md``, H7.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from apportion.govern.doors import Doors
from apportion.govern.frozen import Changed, Frozen, policy_from_json
from apportion.govern.rows import Rows
from apportion.model.world import World


def put_back(world: World, changes: Iterable[Changed], *, frozen: Frozen, doors: Doors) -> World:
    """Return the world without these changes of rows and of the policy."""
    tables: dict[str, Rows] = {}
    for change in changes:
        if change.table == "policy":
            settings = replace(world.settings, policy=policy_from_json(frozen.policy))
            world = replace(world, settings=settings)
            continue
        rows = tables.setdefault(change.table, Rows(world, change.table))
        was = frozen.by_key(change.table).get(change.key)
        if was is not None and change.column:
            rows.put(change.key, {change.column: was.get(change.column)})
        elif was is not None:
            rows.put(change.key, was)
        elif change.table == "orders":
            customer = str(rows.rows[change.key]["customer"])
            rows.put(change.key, {"tier": doors.least_tier(customer)})
        else:
            rows.drop(change.key)
    for name, rows in tables.items():
        world = rows.into(world, columns=frozen.columns.get(name, ()))
        if not rows.rows and name not in frozen.columns:
            world = replace(world, tables={one: kept for one, kept in world.tables.items() if one != name})
    return world
