"""A user's own key: show it, and put a new one in its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from apportion.commands.permits import needs
from apportion.commands.session import needed, recording
from apportion.files.keys import key_file, next_key, put_next_key
from apportion.govern.keys import KEY_GROUP, KEY_KINDS, KeyEntryError, KeyOf, KeyRing, rotation
from apportion.govern.rights import Right
from apportion.report.audit import key_rows
from apportion.report.words import DEFAULT_LANGUAGE, Words

if TYPE_CHECKING:
    from apportion.store.book import Reading

__all__ = ["key_place", "keys_as_json", "own_keys", "rotate_key", "tell_keys"]

_ROTATED = "key-rotated"


@needs(Right.OWN_KEY)
def own_keys() -> tuple[KeyOf, ...]:
    """Return the keys of whoever acts, in the order in which they came: the last is the one that counts.

    Raises:
        UsageError: There is no book.
        BookError: An entry about keys was changed after it was written.
    """
    session = needed()
    with session.book.read() as reading:
        ring = _ring(reading, book=session.book.id)
    return tuple(one for one in ring.keys if one.user == session.user.name)


def _ring(reading: Reading, *, book: str) -> KeyRing:
    rows = [row for kind in sorted(KEY_KINDS) for row in reading.entries(kind=kind)]
    ring = KeyRing(book)
    for row in sorted(rows):
        entry, groups = reading.said(row)
        try:
            ring = ring.with_entry(entry.seq, kind=entry.kind, by=entry.by, value=groups.get(KEY_GROUP))
        except KeyEntryError:
            continue  # `audit verify` names it.
    return ring


@needs(Right.OWN_KEY)
def rotate_key() -> KeyOf:
    """Put a new key in the place of the one of whoever acts, under the signatures of both, and return it.

    The new key is on the disk before the book speaks of it, and takes its place in the key folder after; where the
    program is stopped between the two, the next session of the user puts it there (`files.keys.load_key_of`).

    Raises:
        UsageError: There is no book.
        BookError: The new key cannot be written, or the book cannot.
        NotPermitted: The key at hand does not count any more.
    """
    session = needed()
    name = session.user.name
    new = next_key(name)
    told = rotation(session.book.id, user=name, old=session.key, new=new)
    with recording(key=new) as act:
        entry = act.add(_ROTATED, name, groups={KEY_GROUP: dict(told)})
    put_next_key(name)
    return KeyOf(name, new.public, entry.seq)


@needs(Right.OWN_KEY)
def key_place() -> str:
    """Return the file that the key of whoever acts lies in."""
    return str(key_file(needed().user.name))


@needs(Right.OPEN)
def keys_as_json(keys: Sequence[KeyOf]) -> list[dict[str, object]]:
    """Return keys as plain values; private halves are never among them."""
    return [
        {"user": one.user, "key": one.public.hex, "id": one.public.id, "since": one.since, "until": one.until}
        for one in keys
    ]


@needs(Right.OWN_KEY)
def tell_keys(keys: Sequence[KeyOf], *, language: str = DEFAULT_LANGUAGE) -> list[list[str]]:
    """Return keys as rows under their header."""
    return key_rows(keys, words=Words.load(language))
