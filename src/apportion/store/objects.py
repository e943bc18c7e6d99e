"""Bytes under a digest, in parts that every database takes, and checked each time they are read."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from sqlalchemy import Connection, insert, select

from apportion.errors import BookError, Code
from apportion.store.tables import CHUNKS, OBJECTS

__all__ = ["digests_of", "has_object", "object_of", "put_object"]

_PART_BYTES = 4 << 20
_RESTORE = (
    "Look at the whole book with `apportion db check`, and put back a backup with `apportion db restore`."
)


def put_object(connection: Connection, kind: str, content: bytes, *, digest: str = "") -> str:
    """Keep bytes, once, and return the digest they are kept under.

    Args:
        connection: In a transaction that writes.
        kind: What they are.
        content: The bytes.
        digest: The digest to keep them under; empty: their SHA-256.
    """
    own = sha256(content).hexdigest()
    name = digest or own
    if has_object(connection, name):
        return name
    connection.execute(insert(OBJECTS), {"digest": name, "kind": kind, "size": len(content), "sha256": own})
    parts = [
        {"digest": name, "part": part, "content": content[start : start + _PART_BYTES]}
        for part, start in enumerate(range(0, len(content), _PART_BYTES))
    ]
    if parts:
        connection.execute(insert(CHUNKS), parts)
    return name


def has_object(connection: Connection, digest: str) -> bool:
    """Return whether there is an object of a digest."""
    found = connection.execute(select(OBJECTS.c.digest).where(OBJECTS.c.digest == digest))
    return found.first() is not None


def object_of(connection: Connection, digest: str) -> bytes:
    """Return the bytes that are kept under a digest.

    Raises:
        BookError: There are none, or they are not those that were kept.
    """
    row = connection.execute(select(OBJECTS).where(OBJECTS.c.digest == digest)).one_or_none()
    if row is None:
        raise BookError(Code.BOOK_DAMAGED, f"The book has no object {digest}, which it names.", fix=_RESTORE)
    parts = select(CHUNKS.c.content).where(CHUNKS.c.digest == digest).order_by(CHUNKS.c.part)
    content = b"".join(bytes(part) for part in connection.execute(parts).scalars())
    if len(content) != row.size or sha256(content).hexdigest() != row.sha256:
        raise BookError(
            Code.BOOK_DAMAGED,
            f"The object {digest} of the book is not what was kept: {len(content):,} bytes of another SHA-256.",
            fix=_RESTORE,
        )
    return content


def digests_of(connection: Connection, *, kind: str = "") -> Iterator[tuple[str, str]]:
    """Yield the digest and kind of every object, by digest."""
    chosen = select(OBJECTS.c.digest, OBJECTS.c.kind).order_by(OBJECTS.c.digest)
    for row in connection.execute(chosen.where(OBJECTS.c.kind == kind) if kind else chosen):
        yield row.digest, row.kind
