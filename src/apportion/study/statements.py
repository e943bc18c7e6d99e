"""Facts with several statements: all of them side by side, which of them stands, and the world under each other one.

    rows → the facts among them that were stated more than once → for each statement not used, another world

Any study runs under each: `under` gives a world like any other, in which that statement is the only one.

Source: ``docs/concepts/evidence.md``, rules V8 to V10.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from apportion.model.canonical import as_text
from apportion.model.contracts import TABLES
from apportion.model.parsing import FILE, ROW
from apportion.model.world import World

# What a statement may change without saying anything else of the fact.
ABOUT = frozenset({FILE, ROW, "basis", "evidence", "note", "known_on", "public_on", "known_to"})


class Used(enum.StrEnum):
    """Why a statement is the one that stands."""

    LATEST = "latest"  # Its known_on is the latest that is not after the day looked at.
    ONLY_DATED_LATER = (
        "only-dated-later"  # None was known by that day; of parties, SKUs and sites the first stands.
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of a fact.

    Attributes:
        file: Its file.
        row: Its row there.
        known_on: First day a party to the fact could know it, as text; empty: always known.
        public_on: First day anyone could; empty where that is not said.
        basis: How it is known; empty: not said.
        evidence: Its ids of evidence.
        says: Its cells in the columns in which the statements differ.
    """

    file: str
    row: int
    known_on: str
    public_on: str
    basis: str
    evidence: tuple[str, ...]
    says: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, object]:
        """Return the statement as plain values."""
        return {
            "file": self.file,
            "row": self.row,
            "known_on": self.known_on,
            "public_on": self.public_on,
            "basis": self.basis,
            "evidence": list(self.evidence),
            "says": dict(self.says),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A fact that was stated more than once.

    Attributes:
        table: Its table.
        key: Its key.
        statements: All that the viewer knew, the earliest known first.
        used: The place of the one that stands.
        why: Why that one stands.
    """

    table: str
    key: tuple[str, ...]
    statements: tuple[Statement, ...]
    used: int
    why: Used

    @property
    def name(self) -> str:
        """Return the fact as it is cited, e.g. ``readiness:oslo,hall-1``."""
        return row_name(self.table, self.key)

    @property
    def others(self) -> tuple[Statement, ...]:
        """Return the statements that do not stand."""
        return tuple(one for place, one in enumerate(self.statements) if place != self.used)

    def as_json(self) -> dict[str, object]:
        """Return the fact as plain values."""
        return {
            "fact": self.name,
            "statements": [one.as_json() for one in self.statements],
            "used": self.used,
            "why": str(self.why),
        }


def row_name(table: str, key: Iterable[object]) -> str:
    """Return how a row is cited; a part of its key that is empty stands empty."""
    return f"{table}:{','.join('' if part is None else str(part) for part in key)}"


def restated(world: World, rows: pl.DataFrame, *, table: str) -> list[Fact]:
    """Return the facts among some standing rows of a table that have more than one statement, by key.

    Args:
        world: The facts; only what its view lets through counts.
        rows: Standing rows.
        table: Their table.
    """
    key = list(TABLES[table].key)
    statements = world.statements(table)
    if not set(key) <= set(statements.columns):
        return []
    same = statements.join(rows.select(key).unique(), on=key, how="semi", nulls_equal=True)
    repeated = same.filter(same.select(key).is_duplicated())
    if not len(repeated):
        return []
    stands = set(rows.select(FILE, ROW).iter_rows())
    return list(_facts(repeated, table=table, stands=stands, world=world))


def _facts(
    repeated: pl.DataFrame, *, table: str, stands: set[tuple[str, int]], world: World
) -> Iterable[Fact]:
    key = list(TABLES[table].key)
    order = [*key, "known_on"] if "known_on" in repeated.columns else key
    rows = repeated.sort(*order, nulls_last=False, maintain_order=True)
    text = as_text(rows.drop(ROW, FILE)).with_columns(rows[ROW], rows[FILE])
    for _, one in text.group_by(key, maintain_order=True):
        differing = [
            column for column in one.columns if column not in {*ABOUT, *key} and one[column].n_unique() > 1
        ]
        records = one.to_dicts()
        statements = tuple(_statement(row, differing=differing) for row in records)
        used = next(place for place, said in enumerate(statements) if (said.file, said.row) in stands)
        day = world.view.as_known_on
        is_later = day is not None and statements[used].known_on > day.isoformat()
        yield Fact(
            table=table,
            key=tuple(str(records[0][part] or "") for part in key),
            statements=statements,
            used=used,
            why=Used.ONLY_DATED_LATER if is_later else Used.LATEST,
        )


def _statement(row: Mapping[str, object], *, differing: list[str]) -> Statement:
    evidence = str(row.get("evidence") or "")
    return Statement(
        file=str(row[FILE]),
        row=int(str(row[ROW])),
        known_on=str(row.get("known_on") or ""),
        public_on=str(row.get("public_on") or ""),
        basis=str(row.get("basis") or ""),
        evidence=tuple(evidence.split("|")) if evidence else (),
        says=tuple((column, str(row[column] or "")) for column in differing),
    )


def under(world: World, fact: Fact, *, statement: Statement) -> World:
    """Return the world in which one statement of a fact is the only one, as its view says; nothing else changes."""
    return keep_only(world, fact=fact.name, row=statement.row)


def keep_only(world: World, *, fact: str, row: int) -> World:
    """Return the world without all other statements of a fact, known to the viewer or not, as its view says.

    Args:
        world: The facts.
        fact: The fact as it is cited, every part of its key with it.
        row: The row of the statement that is kept.
    """
    table, _, key = fact.partition(":")
    frame = world.tables[table]
    parts = [pl.col(part).fill_null("") for part in TABLES[table].key]
    names = as_text(frame.select(TABLES[table].key)).select(pl.concat_str(parts, separator=","))
    is_other = (names.to_series() == key) & (frame[ROW] != row)
    view = replace(world.view, under=(*world.view.under, f"{fact}@{row}"))
    return replace(world, tables={**world.tables, table: frame.filter(~is_other)}, view=view)
