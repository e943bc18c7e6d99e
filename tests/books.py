"""Books for tests: one with its maker, and others whose keys lie in a key folder of the test's own."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from apportion.commands import clock
from apportion.commands.book_adding import add_scenario
from apportion.commands.people import add_user, withdraw_user
from apportion.commands.session import opened
from apportion.files.keys import load_or_make_key
from apportion.govern.checkpoints import sign
from apportion.govern.events import stamp
from apportion.govern.ledger import Draft
from apportion.govern.rights import User
from apportion.store.book import Writing, make_book
from apportion.store.places import Place

MAKER = "maker"


def write_book(place: str | Path, *, users: Iterable[User] = (), scenarios: Iterable[Path] = ()) -> str:
    """Make a book with users who have keys, and scenarios; return where it is."""
    key = load_or_make_key(MAKER)

    def first(writing: Writing) -> None:
        opening = Draft(
            kind="book-opened",
            subject="",
            by=MAKER,
            groups={"key": {"user": MAKER, "key": key.public.hex}},
        )
        at = stamp(clock.now())
        writing.append([opening], at=at, salts=partial(secrets.token_bytes, 16))
        writing.seal(lambda one: sign(one, key), key=key.public, at=at)

    make_book(Place.parse(str(place)), book=secrets.token_hex(16), first=first).close()
    with opened(str(place), MAKER):
        for one in users:
            add_user(one.name, memberships=sorted(one.memberships), person=one.person, is_key_made=True)
            if one.is_withdrawn:
                withdraw_user(one.name)
        for folder in scenarios:
            add_scenario(str(folder))
    return str(place)
