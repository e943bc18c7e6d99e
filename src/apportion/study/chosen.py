"""The world under one statement that somebody chose: ``TABLE:KEY@ROW``, the row as its file numbers it.

Source: ``docs/concepts/evidence.md``, rule V10d.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from apportion.errors import UsageError
from apportion.model.world import World
from apportion.study.cite import cite
from apportion.study.statements import keep_only

_SHAPE = "A statement is TABLE:KEY@ROW, e.g. readiness:oslo,hall-1@3, with the row as its file numbers it."


def choose(world: World, names: Iterable[str]) -> World:
    """Return the world in which each of some statements is the only one of its fact; its view says which.

    Args:
        world: The facts under a view.
        names: The statements, each ``TABLE:KEY@ROW``.

    Raises:
        UsageError: There is no such table, row or statement, as far as the viewer knows, or two are of one fact.
    """
    facts: set[str] = set()
    chosen = world
    for name in names:
        fact, mark, row = name.rpartition("@")
        if not mark or not row.isascii() or not row.isdigit():
            raise UsageError(f"{name!r} names no statement.", fix=_fix(world, name))
        stated = cite(world, fact)
        rows = {one.row: one for one in stated if one.row is not None}
        if int(row) not in rows:
            there = ", ".join(f"{stated[0].name}@{known}" for known in rows)
            raise UsageError(
                f"Row {row} is no statement of {fact}, as far as the viewer knows.", fix=f"Use {there}."
            )
        used = rows[int(row)]
        if used.name in facts:
            raise UsageError(f"Two statements of {used.name} are chosen.", fix="Choose one.")
        facts.add(used.name)
        chosen = keep_only(chosen, fact=used.name, row=int(row))
    return replace(chosen, view=replace(chosen.view, under=tuple(sorted(chosen.view.under))))


def _fix(world: World, name: str) -> str:
    """Return what a statement looks like; where the fact alone is named, its statements."""
    try:
        stated = cite(world, name)
    except UsageError:
        return _SHAPE
    return f"{_SHAPE} Use {', '.join(f'{one.name}@{one.row}' for one in stated)}."
