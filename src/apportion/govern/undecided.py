"""Moves that wait for a decision, as rows of the table `undecided`: what they would send, nobody is sent.

Source: ``docs/concepts/held.md``, H5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from apportion.errors import has_errors
from apportion.model.contracts import TABLES
from apportion.model.parsing import FILE, ROW
from apportion.model.proposal import Kind, Proposal
from apportion.model.world import View, World
from apportion.study.book import read_book
from apportion.study.moves import resolve_moves


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Units that somebody would send elsewhere.

    Attributes:
        proposal: The proposal's id; of an edit nobody proposed, where it stands.
        lot: The lot.
        order: The order that would receive them.
        site: Where.
        units: Whole units.
        file: The file that says so.
    """

    proposal: str
    lot: str
    order: str
    site: str
    units: int
    file: str


def waiting_of(world: World, proposals: Iterable[Proposal]) -> list[Waiting]:
    """Return what proposals would send; of one that no longer fits the facts, nothing."""
    moving = [one for one in proposals if one.kind is not Kind.PRIORITY]
    if not moving:
        return []
    seen = replace(world, view=View())
    book = read_book(seen)
    waiting: dict[tuple[str, str, str, str], Waiting] = {}
    for proposal in moving:
        sends, findings = resolve_moves(seen, proposal, book=book)
        for send in () if has_errors(findings) else sends:
            key = (proposal.id, send.lot, send.order, send.site)
            units = send.units + (waiting[key].units if key in waiting else 0)
            waiting[key] = Waiting(
                proposal=proposal.id,
                lot=send.lot,
                order=send.order,
                site=send.site,
                units=units,
                file=proposal.file,
            )
    return list(waiting.values())


def with_undecided(world: World, waiting: Sequence[Waiting]) -> World:
    """Return the world with these rows of `undecided` beside its own."""
    if not waiting:
        return world
    rows = [
        {
            "proposal": one.proposal,
            "lot": one.lot,
            "order": one.order,
            "site": one.site,
            "quantity": one.units,
            FILE: one.file,
            ROW: 0,
        }
        for one in waiting
    ]
    schema = {column.name: column.kind.dtype for column in TABLES["undecided"].columns}
    added = pl.DataFrame(rows, schema={ROW: pl.UInt32(), FILE: pl.String(), **schema})
    known = world.tables.get("undecided")
    frame = added if known is None else pl.concat([known, added], how="diagonal")
    return replace(world, tables={**world.tables, "undecided": frame})
