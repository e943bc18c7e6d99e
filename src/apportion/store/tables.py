"""The tables of a book, the same on SQLite and PostgreSQL: whole numbers, text and bytes alone.

SQLite would store other kinds as floats or lose their zone; there the tables are strict, so it refuses them.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

__all__ = [
    "CHECKPOINTS",
    "CHUNKS",
    "DATA_KEYS",
    "ENTRIES",
    "GROUPS",
    "HEAD",
    "META",
    "METADATA",
    "OBJECTS",
    "SCENARIOS",
]

METADATA = MetaData()
# INTEGER of SQLite has 64 bits, and only this spelling makes a key of it that is the row's own number.
_NUMBER = BigInteger().with_variant(Integer(), "sqlite")
# BLOB is the one name of bytes that strict tables take.
_BYTES = LargeBinary()


def _table(name: str, *parts: Column[object] | CheckConstraint | Index) -> Table:
    return Table(name, METADATA, *parts, sqlite_strict=True)


# What is said of the book itself: its id and where its checkpoints go.
META = _table("meta", Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

# Where the ledger ends; one row, and the lock of whoever adds to it.
HEAD = _table(
    "head",
    Column("id", _NUMBER, primary_key=True, autoincrement=False),
    Column("size", _NUMBER, nullable=False),
    Column("digest", Text, nullable=False),
    Column("peaks", Text, nullable=False),
    Column("at", Text, nullable=False),
    CheckConstraint("id = 1", name="one_head"),
)

ENTRIES = _table(
    "entries",
    Column("seq", _NUMBER, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Index("entries_by_kind", "kind", "subject", "seq"),
)

GROUPS = _table(
    "groups",
    Column("seq", _NUMBER, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("leaf", _BYTES, nullable=False),
    Column("salt", _BYTES),
    Column("text", Text),
)

# What the words of people are sealed with. A key that is destroyed is a row that is gone; its id is in the seals yet.
DATA_KEYS = _table(
    "data_keys",
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("key", _BYTES, nullable=False),
)

CHECKPOINTS = _table(
    "checkpoints",
    Column("size", _NUMBER, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
)

OBJECTS = _table(
    "objects",
    Column("digest", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("size", _NUMBER, nullable=False),
    Column("sha256", Text, nullable=False),
)

CHUNKS = _table(
    "chunks",
    Column("digest", Text, primary_key=True),
    Column("part", _NUMBER, primary_key=True, autoincrement=False),
    Column("content", _BYTES, nullable=False),
)

SCENARIOS = _table(
    "scenarios",
    Column("name", Text, primary_key=True),
    Column("revision", _NUMBER, primary_key=True, autoincrement=False),
    Column("world", Text, nullable=False),
    Column("files", Text, nullable=False),
)
