"""The keys that people's words are sealed with; words that lie open are sealed, each person's under a key of theirs."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from apportion.govern.erasure import sealed_for
from apportion.govern.ledger import Group
from apportion.store.sealing import DataKey, new_key, seal

revision = "0002"
down_revision = "0001"

_ENTRIES = sa.table("entries", sa.column("seq"), sa.column("kind"))
_GROUPS = sa.table("groups", *(sa.column(name) for name in ("seq", "name", "leaf", "salt", "text")))
_DATA_KEYS = sa.table("data_keys", *(sa.column(name) for name in ("id", "person", "key")))
_ROWS = 1_000


def upgrade() -> None:
    """Make the table, and seal what people said before there was one."""
    op.create_table(
        "data_keys",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    _seal_all(op.get_bind())


def _seal_all(connection: sa.Connection) -> None:
    keys: dict[str, DataKey] = {}
    after = 0
    while numbers := _numbers(connection, after=after):
        after = numbers[-1]
        _seal_some(connection, first=numbers[0], last=after, keys=keys)
    if keys:
        rows = [{"id": one.id, "person": one.person, "key": one.secret} for one in keys.values()]
        connection.execute(sa.insert(_DATA_KEYS), rows)


def _numbers(connection: sa.Connection, *, after: int) -> list[int]:
    """Return the numbers of the next entries of decisions."""
    chosen = sa.select(_ENTRIES.c.seq).where(_ENTRIES.c.kind == "decision", _ENTRIES.c.seq > after)
    return list(connection.execute(chosen.order_by(_ENTRIES.c.seq).limit(_ROWS)).scalars())


def _seal_some(connection: sa.Connection, *, first: int, last: int, keys: dict[str, DataKey]) -> None:
    """Seal the words of the decisions among some entries; a group that cannot be read stays for `audit verify`."""
    chosen = (
        sa.select(_GROUPS)
        .join(_ENTRIES, _ENTRIES.c.seq == _GROUPS.c.seq)
        .where(_ENTRIES.c.kind == "decision", _GROUPS.c.seq.between(first, last))
    )
    entries: dict[int, dict[str, Group]] = {}
    for row in connection.execute(chosen).all():
        group = _group_of(row.text, row.salt)
        if group is not None and group.leaf == bytes(row.leaf):
            entries.setdefault(row.seq, {})[row.name] = group
    for seq, groups in entries.items():
        people = sealed_for("decision", {name: one.value for name, one in groups.items()})
        for name, person in people.items():
            key = keys.setdefault(person, new_key(person))
            connection.execute(
                sa.update(_GROUPS)
                .where(_GROUPS.c.seq == seq, _GROUPS.c.name == name)
                .values(salt=None, text=seal(groups[name], key=key))
            )


def _group_of(text: str | None, salt: bytes | None) -> Group | None:
    if text is None or salt is None:
        return None
    try:
        return Group.from_text(text, bytes(salt))
    except (ValueError, KeyError, TypeError, json.JSONDecodeError):
        return None
