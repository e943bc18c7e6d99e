"""Transactions of a user, one after the other, each told on standard output once it is in the book.

python -m tests.unit.store.writer PLACE USER [COUNT]: a process to be run beside others, or to be killed.
"""

from __future__ import annotations

import secrets
import sys
from functools import partial

from apportion.files.keys import load_key
from apportion.govern.checkpoints import sign
from apportion.govern.ledger import Draft
from apportion.store.book import Book, open_book
from apportion.store.places import Place

ENTRIES = 3
# Enough for many pages of a file to be written at once.
_MOST_BYTES = 60_000


def write_one(book: Book, name: str) -> int:
    """Write one transaction of several entries and an object that they name; return its last entry."""
    key = load_key(name)
    with book.write() as writing:
        at = writing.head().at
        digest = writing.put_object("plan", secrets.token_bytes(100 + secrets.randbelow(_MOST_BYTES)))
        drafts = [
            Draft(kind="plan", subject="two", by=name, groups={"plan": {"digest": digest, "part": part}})
            for part in range(ENTRIES)
        ]
        added = writing.append(drafts, at=at, salts=partial(secrets.token_bytes, 16))
        writing.seal(lambda one: sign(one, key), key=key.public, at=at)
    return added[-1].seq


def main() -> None:
    """Write until the count is reached, or for ever."""
    place, name, *rest = sys.argv[1:]
    book = open_book(Place.parse(place))
    left = int(rest[0]) if rest else -1
    print("ready", flush=True)  # noqa: T201 - what a parent waits for
    while left:
        print(write_one(book, name), flush=True)  # noqa: T201 - told once it is committed
        left -= 1


if __name__ == "__main__":
    main()
