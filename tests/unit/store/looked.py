"""What a book is found to be: its faults, and whether every transaction of `writer` is whole."""

from __future__ import annotations

from dataclasses import dataclass

from apportion.govern.ledger_check import LedgerCheck
from apportion.store.book import open_book
from apportion.store.places import Place
from tests.unit.store.writer import ENTRIES


@dataclass(frozen=True)
class Looked:
    """What was found.

    Attributes:
        size: How many entries there are.
        faults: What a check of the ledger names.
        halves: Transactions that are not whole, by the object they name.
    """

    size: int
    faults: list[str]
    halves: list[str]


def look(place: str) -> Looked:
    """Open a book and look at all of it."""
    book = open_book(Place.parse(place))
    try:
        with book.read() as reading:
            check = LedgerCheck(book.id)
            faults = [
                f"{one.seq} {one.kind}"
                for one in check.faults(
                    reading.entries(),
                    groups=reading.stored_groups(),
                    checkpoints=reading.stored_checkpoints(),
                )
            ]
            faults += [f"{one.seq} {one.kind}" for one in check.differs_from(reading.head())]
            named: dict[str, int] = {}
            for row in reading.entries(kind="plan"):
                digest = reading.said(row)[1]["plan"]["digest"]
                named[digest] = named.get(digest, 0) + 1
            kept = {digest for digest, _ in reading.objects("plan")}
            halves = [one for one in named.keys() | kept if named.get(one) != ENTRIES or one not in kept]
            return Looked(reading.head().size, faults, halves)
    finally:
        book.close()
