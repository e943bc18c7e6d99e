"""The ledger, the objects and the scenarios of a book."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _key_tables()
    _ledger_tables()
    _object_tables()


def _key_tables() -> None:
    op.create_table(
        "meta",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "head",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("size", _NUMBER, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("peaks", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.CheckConstraint("id = 1", name="one_head"),
        sqlite_strict=True,
    )


def _ledger_tables() -> None:
    op.create_table(
        "entries",
        sa.Column("seq", _NUMBER, primary_key=True, autoincrement=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("text", "digest", "at", "by", "kind", "subject")
        ),
        sqlite_strict=True,
    )
    op.create_index("entries_by_kind", "entries", ["kind", "subject", "seq"])
    op.create_table(
        "groups",
        sa.Column("seq", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("leaf", sa.LargeBinary, nullable=False),
        sa.Column("salt", sa.LargeBinary),
        sa.Column("text", sa.Text),
        sqlite_strict=True,
    )
    op.create_table(
        "checkpoints",
        sa.Column("size", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("text", sa.Text, nullable=False),
        sqlite_strict=True,
    )


def _object_tables() -> None:
    op.create_table(
        "objects",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("size", _NUMBER, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "chunks",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("part", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "scenarios",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("revision", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("world", sa.Text, nullable=False),
        sa.Column("files", sa.Text, nullable=False),
        sqlite_strict=True,
    )
