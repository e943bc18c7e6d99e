"""Holds, and the keys that a person's words are sealed with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "data_keys",
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "holds",
        sa.Column("scenario", sa.Text, primary_key=True),
        sa.Column("proposal", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("at", "by", "reason")),
        sqlite_strict=True,
    )
