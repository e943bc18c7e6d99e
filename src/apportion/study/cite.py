"""A row by its name, ``TABLE:KEY``, or a decision, ``decision:ID``, with the evidence of each of its statements.

Source: ``docs/concepts/evidence.md``, rule V15.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import polars as pl

from apportion.errors import UsageError
from apportion.model.canonical import as_text
from apportion.model.contracts import TABLES
from apportion.model.parsing import FILE, ROW
from apportion.model.proposal import Proposal
from apportion.model.world import World, is_known
from apportion.study.sources import Source, sources_of
from apportion.study.statements import row_name
from apportion.study.timeline import DECISION, known_decisions

_MOST_NAMES = 10_000
_MOST_TOLD = 6
_KEY = "\x1fkey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """One statement of a row, with what it rests on.

    Attributes:
        name: The row, e.g. ``readiness:oslo,hall-1``, or the decision, e.g. ``decision:swap-2023-12``.
        title: Of a decision, what it is called; empty: it has no title, or this is a row.
        file: Its file.
        row: Its row there; None: a decision, whose file holds nothing else.
        basis: How it is known; empty: not said.
        known_on: First day a party to it could know it, as text; empty: always known.
        is_used: Whether it is the statement that stands.
        sources: Its evidence; of a document, itself.
    """

    name: str
    file: str
    row: int | None
    basis: str
    known_on: str
    is_used: bool
    sources: tuple[Source, ...]
    title: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the citation as plain values."""
        return {
            "row": self.name,
            "title": self.title,
            "file": self.file,
            "file_row": self.row,
            "basis": self.basis,
            "known_on": self.known_on,
            "is_used": self.is_used,
            "sources": [source.as_json() for source in self.sources],
        }


def cite(world: World, name: str, *, proposals: Collection[Proposal] = ()) -> list[Citation]:
    """Return every statement of a row that the viewer knew, the earliest known first; or a decision.

    Args:
        world: The facts under the viewer's view.
        name: ``TABLE:KEY``, or ``decision:ID``.
        proposals: Those that lie beside the facts.

    Raises:
        UsageError: There is no such table, row or decision, as far as the viewer knows.
    """
    table, mark, key = name.partition(":")
    if mark and table == DECISION:
        return _decisions(world, proposals, key=key)
    if not mark or table not in TABLES:
        near = near_names(table, [*TABLES, DECISION])
        raise UsageError(
            f"{name!r} names no row.",
            fix=f"{near}A row is TABLE:KEY, e.g. orders:T1 or readiness:SITE,STEP; a decision is decision:ID.",
        )
    contract = TABLES[table]
    stated = world.tables.get(table)
    frame = world.statements(table) if stated is None else stated.filter(is_known(stated, world.view))
    text = as_text(frame.drop(ROW, FILE)).with_columns(frame[ROW], frame[FILE])
    parts = [pl.col(part).fill_null("") for part in contract.key]
    named = text.with_columns(pl.concat_str(parts, separator=",").alias(_KEY))
    # A key whose last parts are empty may be given without the commas that end it.
    same = named.filter((pl.col(_KEY) == key) | (pl.col(_KEY).str.strip_chars_end(",") == key))
    if not len(same):
        raise UsageError(
            f"The table {table} has no row {key!r}, as far as the viewer knows.",
            fix=_there(key, named[_KEY].unique(maintain_order=True).to_list(), shape=",".join(contract.key)),
        )
    if "known_on" in same.columns:
        same = same.sort("known_on", nulls_last=False, maintain_order=True)
    stands = set(world.table(table).select(FILE, ROW).iter_rows())
    return [
        _citation(world, row, table=table, stands=stands) for row in same.drop(_KEY).iter_rows(named=True)
    ]


def _decisions(world: World, proposals: Collection[Proposal], *, key: str) -> list[Citation]:
    """Return the decisions of an id that the viewer knew; one that it did not know is told as one that is not."""
    known = known_decisions(world, proposals)
    found = [one for one in known if one.id == key]
    if not found:
        names = list(dict.fromkeys(one.id for one in known))
        there = f"There are {_listed(names)}." if names else "The viewer knew none."
        raise UsageError(
            f"There is no decision {key!r}, as far as the viewer knows.",
            fix=f"{near_names(key, names)}{there}",
        )
    return [
        Citation(
            name=f"{DECISION}:{one.id}",
            title=one.title,
            file=one.file,
            row=None,
            basis=one.basis,
            known_on="" if one.known_on is None else one.known_on.isoformat(),
            is_used=True,
            sources=sources_of(world, ids=one.evidence),
        )
        for one in found
    ]


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_TOLD:,} more" if len(names) > _MOST_TOLD else ""
    return f"{', '.join(names[:_MOST_TOLD])}{more}"


def _citation(world: World, row: dict[str, object], *, table: str, stands: set[tuple[str, int]]) -> Citation:
    place = (str(row[FILE]), int(str(row[ROW])))
    evidence = str(row.get("evidence") or "")
    ids = evidence.split("|") if evidence else []
    # A document is its own source.
    ids = [str(row["id"]), *ids] if table == "evidence" else ids
    return Citation(
        name=row_name(table, [row[part] for part in TABLES[table].key]),
        file=place[0],
        row=place[1],
        basis=str(row.get("basis") or ""),
        known_on=str(row.get("known_on") or ""),
        is_used=place in stands,
        sources=sources_of(world, ids=ids),
    )


def _there(key: str, names: list[str], *, shape: str) -> str:
    starting = [name for name in names if name.startswith(f"{key},")]
    listed = starting or names
    there = f"There are {_listed(listed)}." if listed else "The viewer knew none of them."
    return f"{'' if starting else near_names(key, names)}Its rows go by {shape.upper()}. {there}"


def near_names(text: str, known: Iterable[str]) -> str:
    """Return the question whether a name like this was meant, with a space after it; empty where none is like it."""
    folded = {name.casefold(): name for name in list(known)[:_MOST_NAMES]}
    near = [folded[one] for one in difflib.get_close_matches(text.casefold(), folded)]
    return f"Did you mean {' or '.join(map(repr, near))}? " if near else ""
