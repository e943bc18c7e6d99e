"""Changes that nobody decided, told: what each is, where it stands and what became of it.

Source: ``docs/concepts/held.md``, H7 and H10.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from apportion.errors import Code, Finding, Severity
from apportion.govern.doors import Answer
from apportion.govern.frozen import Changed, filled, standing_rows
from apportion.govern.rows import Key, PlainRow, Rows
from apportion.model.contracts import TABLES
from apportion.model.parsing import FILE, ROW
from apportion.model.world import World

_SETTINGS = "scenario.toml"
# The tables that an applied proposal writes to.
_CARRIED = ("supply", "raises")
_BOOKING = frozenset({"", "reserved_for", "reserved_site", "quantity", "arrives_on"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A change of the files since the freeze that no applied proposal makes.

    Attributes:
        changed: What changed.
        answer: What becomes of it.
        parties: The parties tied by a conflict that it lies between; empty: none.
        file: The file it stands in; empty where the row is gone.
        row: Its row; 0 where it is gone.
    """

    changed: Changed
    answer: Answer
    parties: tuple[str, ...] = ()
    file: str = ""
    row: int = 0

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        told = {"answer": str(self.answer), "parties": list(self.parties), "file": self.file, "row": self.row}
        return {**self.changed.as_json(), **told}

    @property
    def digest(self) -> str:
        """Return the SHA-256 of what changed, the same wherever its row stands and whatever becomes of it."""
        return self.changed.digest


def with_bookings(
    attempts: Iterable[Attempt],
    *,
    lots: Mapping[str, tuple[str, ...]],
    shipments: Mapping[str, tuple[str, ...]],
) -> Iterator[Attempt]:
    """Yield the attempts with what became of bookings and shipments.

    Args:
        attempts: What became of all else.
        lots: The parties between which a lot was put back.
        shipments: The parties between which a shipment stops.
    """
    for one in attempts:
        name = str(one.changed.key[0]) if one.changed.key else ""
        if one.changed.table == "supply" and name in lots and one.changed.column in _BOOKING:
            yield replace(one, answer=Answer.PUT_BACK, parties=lots[name])
        elif one.changed.table == "shipments" and name in shipments:
            yield replace(one, answer=Answer.STOPS, parties=shipments[name])
        else:
            yield one


def placed(attempts: Iterable[Attempt], world: World) -> Iterator[Attempt]:
    """Yield the attempts with the file and row they stand in."""
    tables: dict[str, Rows] = {}
    for one in attempts:
        table = one.changed.table
        if table not in TABLES:
            yield replace(one, file=_SETTINGS)
            continue
        row = tables.setdefault(table, Rows(world, table)).rows.get(one.changed.key)
        yield one if row is None else replace(one, file=str(row[FILE]), row=int(row[ROW]))


def made_by(stated: World, *, before: World, after: World) -> Collection[tuple[str, Key]]:
    """Return the rows that the files state as applied proposals have made them.

    Args:
        stated: What the files say.
        before: The world before the proposals were carried out.
        after: The world after.
    """
    found = set()
    for table in _CARRIED:
        said, was, now = (_by_key(world, table) for world in (stated, before, after))
        found |= {
            (table, key)
            for key in {*was, *now}
            if said.get(key) == now.get(key) and was.get(key) != now.get(key)
        }
    return found


def _by_key(world: World, table: str) -> dict[Key, PlainRow]:
    key = TABLES[table].key
    return {tuple(row[name] for name in key): filled(table, row) for row in standing_rows(world, table)}


def finding_of(one: Attempt) -> Finding:
    """Return what is told of an attempt that does not stand: a warning, or an error where it stops everything."""
    change = one.changed
    is_back = one.answer is Answer.PUT_BACK
    parties = " and ".join(repr(party) for party in one.parties)
    what = f"{change.now!r} stands where {change.was!r} did"
    if not change.column:
        what = f"The row {change.key[0]!r} is {'gone' if change.now is None else 'new'}"
    end = "It is treated as not made." if is_back else "Nothing is planned with it."
    return Finding(
        code=Code.NOT_DECIDED,
        severity=Severity.WARNING if is_back else Severity.ERROR,
        file=one.file or change.table,
        row=one.row or None,
        column=f"policy.{change.column}" if change.table == "policy" else change.column,
        found=f"{what} when the decision log began. A conflict ties {parties}, and nobody decided it. {end}",
        expected="what was frozen, or a decision that was taken and applied.",
        fix="Take the edit back, or propose what it does and have it decided.",
    )


def told_findings(attempts: Iterable[Attempt]) -> list[Finding]:
    """Return an info for each change since the freeze that stands: files alone cannot say whether it moves anything."""
    return [_told(one) for one in attempts if one.answer is Answer.TOLD]


def _told(one: Attempt) -> Finding:
    change = one.changed
    what = f"{change.now!r} stands where {change.was!r} did when the decision log began."
    if not change.column:
        gone = "gone" if change.now is None else "new"
        what = f"The row {', '.join(map(str, change.key))!r} is {gone} since the decision log began."
    return Finding(
        code=Code.NOT_DECIDED,
        severity=Severity.INFO,
        file=one.file or change.table,
        row=one.row or None,
        column=f"policy.{change.column}" if change.table == "policy" else change.column,
        found=f"{what} It stands; no decision of the log is about it.",
        expected="a change that moves no units between parties tied by a conflict.",
        fix="See whether it does; if so, take it back and propose it.",
    )
