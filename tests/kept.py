"""A book with the scenario of `tests.decided` in it, its users and their keys, for tests of acts in a book."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from apportion.commands.book_adding import add_scenario
from apportion.commands.session import opened
from apportion.govern.rights import Membership, Role, User
from apportion.store.book import open_book
from apportion.store.places import Place
from tests.books import MAKER, write_book
from tests.decided import write_two

SCENARIO = "two"
# Who has made the book and added the scenario.
DESK = MAKER


def committee(*parties: str) -> frozenset[Membership]:
    """Return the memberships of somebody who decides in the forums of parties."""
    return frozenset(Membership(Role.COMMITTEE, party) for party in parties)


PEOPLE = (
    User(name="u-ann", person="ann", memberships=committee("alpha")),
    User(name="u-amy", person="amy", memberships=committee("alpha")),
    User(name="u-bea", person="bea", memberships=committee("alpha", "beta")),
    User(name="u-cal", person="cal", memberships=frozenset({Membership(Role.DESK)})),
    User(name="u-dan", person="dan", memberships=committee("beta") | {Membership(Role.DESK)}),
    User(name="watch", memberships=frozenset({Membership(Role.AUDITOR)})),
)


@dataclass(frozen=True)
class Kept:
    """A book that a test acts in.

    Attributes:
        place: Where it is, as a command is told.
        folder: The files that its scenario was added from.
        outside: The folder that its checkpoints go to.
    """

    place: str
    folder: Path
    outside: Path


def make_kept(place: Place, folder: Path) -> Kept:
    """Make a book in which `DESK` has added the scenario, with the users of `PEOPLE`."""
    address = place.url if place.file is None else str(place.file)
    source = write_two(folder / SCENARIO)
    write_book(address, users=PEOPLE)
    outside = folder / "outside"
    book = open_book(place)
    with book.write() as writing:
        writing.set_meta("checkpoints", str(outside))
    book.close()
    with opened(address, DESK):
        add_scenario(str(source))
    return Kept(address, source, outside)
