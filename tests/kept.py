"""A book with the scenario of `tests.decided` in it, its users and their keys, for tests of acts in a book."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from apportion.commands import clock
from apportion.commands.book_adding import add_scenario
from apportion.commands.session import opened
from apportion.files.keys import load_or_make_key
from apportion.govern.checkpoints import sign
from apportion.govern.events import Plain, stamp
from apportion.govern.ledger import Draft
from apportion.govern.rights import Membership, Role, User
from apportion.govern.users import MAKER, user_value
from apportion.store.book import Writing, make_book
from apportion.store.places import Place
from tests.decided import write_two

SCENARIO = "two"
DESK = "office"
# Each user by name: the person they are, and what they may.
PEOPLE: Mapping[str, tuple[str, frozenset[Membership]]] = {
    "u-ann": ("ann", frozenset({Membership(Role.COMMITTEE, "alpha")})),
    "u-amy": ("amy", frozenset({Membership(Role.COMMITTEE, "alpha")})),
    "u-bea": ("bea", frozenset({Membership(Role.COMMITTEE, "alpha"), Membership(Role.COMMITTEE, "beta")})),
    "u-cal": ("cal", frozenset({Membership(Role.DESK)})),
    "u-dan": ("dan", frozenset({Membership(Role.DESK), Membership(Role.COMMITTEE, "beta")})),
    "watch": ("", frozenset({Membership(Role.AUDITOR)})),
}


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
    outside = folder / "outside"
    make_book(place, book=secrets.token_hex(16), first=partial(_open, outside=outside)).close()
    address = place.url if place.file is None else str(place.file)
    source = write_two(folder / SCENARIO)
    with opened(address, DESK):
        add_scenario(str(source))
    return Kept(address, source, outside)


def _open(writing: Writing, *, outside: Path) -> None:
    own = load_or_make_key(DESK)
    writing.set_meta("checkpoints", str(outside))
    maker = User(name=DESK, memberships=MAKER)
    drafts = [
        Draft(
            kind="book-opened",
            subject="",
            groups={"key": _key(DESK, own.public.hex), "user": user_value(maker)},
            by=DESK,
        )
    ]
    for name, (person, memberships) in PEOPLE.items():
        user = replace(maker, name=name, person=person, memberships=memberships)
        key = _key(name, load_or_make_key(name).public.hex)
        drafts.append(Draft(kind="user-added", subject=name, groups={"user": user_value(user)}, by=DESK))
        drafts.append(Draft(kind="key-added", subject=name, groups={"key": key}, by=DESK))
    at = stamp(clock.now())
    writing.append(drafts, at=at, salts=partial(secrets.token_bytes, 16))
    writing.seal(lambda checkpoint: sign(checkpoint, own), key=own.public, at=at)


def _key(user: str, key: str) -> dict[str, Plain]:
    return {"user": user, "key": key}
