"""One state of a book as it is read: the ledger, the objects, the scenarios, the users."""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Select, Table, select

from apportion.errors import BookError, Code
from apportion.govern.checkpoints import Signed
from apportion.govern.ledger import Entry, Group, Head, Hidden, content_root
from apportion.govern.ledger_faults import StoredCheckpoint, StoredEntry, StoredGroup
from apportion.govern.merkle import Peaks, leaf_hash
from apportion.govern.rights import User
from apportion.govern.users import KINDS as USER_KINDS
from apportion.govern.users import UserEntryError, fold_users
from apportion.model.world import World
from apportion.store.objects import digests_of, has_object, object_of
from apportion.store.sealing import DataKey, is_sealed, key_named_in, unsealed
from apportion.store.tables import CHECKPOINTS, DATA_KEYS, ENTRIES, GROUPS, HEAD, META, SCENARIOS
from apportion.store.worlds import world_of

__all__ = ["APART", "HERE", "KEYS", "Reading", "ScenarioRow"]

# Where the keys of people's words are, as a copy of a book says it of itself; a book that says nothing has its own.
KEYS, HERE, APART = "data_keys", "here", "apart"

_HASH_BYTES = 32
# So many rows are fetched at a time where all of a table passes through.
_ROWS = 10_000
_VERIFY = "Find all that was changed with `apportion audit verify`, and put back a backup of the book."


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRow:
    """A scenario as a book keeps it.

    Attributes:
        name: Its name.
        revision: How often it was written, from 1.
        world: The digest of its world.
        files: Its proposals and documents: file name → digest of the object.
    """

    name: str
    revision: int
    world: str
    files: Mapping[str, str]


class Reading:
    """One state of a book."""

    def __init__(self, connection: Connection, *, label: str) -> None:
        """Read over a connection in a transaction.

        Args:
            connection: The connection.
            label: What people are told of the book.
        """
        self._connection = connection
        self.label = label
        self._data_keys: dict[str, DataKey] | None = None

    def meta(self, key: str) -> str | None:
        """Return what is said of the book under a key; None: nothing."""
        return self._connection.execute(select(META.c.value).where(META.c.key == key)).scalar_one_or_none()

    def damage_of_file(self) -> list[str]:
        """Return what SQLite finds wrong with its file; a server looks after its own files."""
        if self._connection.dialect.name != "sqlite":
            return []
        told = self._connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        return [] if told == ["ok"] else [str(one) for one in told]

    # The ledger.

    def head(self) -> Head:
        """Return where the ledger ends.

        Raises:
            BookError: It is not said, or is no such thing.
        """
        row = self._connection.execute(self._head_query()).one_or_none()
        if row is None:
            raise self._damaged("It is not said where the ledger ends.")
        try:
            held = bytes.fromhex(row.peaks)
            hashes = tuple(held[start : start + _HASH_BYTES] for start in range(0, len(held), _HASH_BYTES))
            return Head(size=row.size, digest=row.digest, peaks=Peaks(row.size, hashes), at=row.at)
        except ValueError as problem:
            raise self._damaged(f"Where the ledger ends is not what it can be: {problem}") from problem

    def _head_query(self) -> Select[Any]:
        return select(HEAD)

    def entries(
        self, first: int = 1, last: int | None = None, *, kind: str | None = None, subject: str | None = None
    ) -> Iterator[StoredEntry]:
        """Yield entries as they are kept, in order; nothing of them is checked.

        Args:
            first: The first number.
            last: The last number; None: to the end.
            kind: Only entries of this kind.
            subject: Only entries about this.
        """
        chosen = select(*(ENTRIES.c[name] for name in StoredEntry._fields)).where(ENTRIES.c.seq >= first)
        for column, wanted in ((ENTRIES.c.kind, kind), (ENTRIES.c.subject, subject)):
            chosen = chosen if wanted is None else chosen.where(column == wanted)
        chosen = chosen if last is None else chosen.where(ENTRIES.c.seq <= last)
        for row in self._checked(self._streamed(chosen.order_by(ENTRIES.c.seq)), table=ENTRIES):
            yield StoredEntry(*row)

    def stored_groups(self, first: int = 1, last: int | None = None) -> Iterator[StoredGroup]:
        """Yield the groups of entries as they are kept, in order of entry and name; nothing of them is checked."""
        chosen = select(*(GROUPS.c[name] for name in StoredGroup._fields)).where(GROUPS.c.seq >= first)
        chosen = chosen if last is None else chosen.where(GROUPS.c.seq <= last)
        # Names in order of their bytes, whatever order the database keeps text in.
        yield from self._ordered(self._checked(self._streamed(chosen.order_by(GROUPS.c.seq)), table=GROUPS))

    def _ordered(self, rows: Iterator[Any]) -> Iterator[StoredGroup]:
        held: list[StoredGroup] = []
        for row in rows:
            if held and held[0].seq != row[0]:
                yield from sorted(held, key=_name_of)
                held.clear()
            held.append(self._opened(StoredGroup(*row)))
        yield from sorted(held, key=_name_of)

    def _opened(self, stored: StoredGroup) -> StoredGroup:
        """Return a group as it can be read: a sealed one with its words while their key is there."""
        if stored.text is None or not is_sealed(stored.text):
            return stored
        return unsealed(stored, key=self.data_keys().get(key_named_in(stored.text)))

    def data_keys(self) -> Mapping[str, DataKey]:
        """Return the keys that people's words are sealed with, by id; never to be shown."""
        if self._data_keys is None:
            rows = self._connection.execute(select(DATA_KEYS)).all()
            self._data_keys = {
                row.id: DataKey(id=row.id, person=row.person, secret=bytes(row.key)) for row in rows
            }
        return self._data_keys

    def unopened(self, first: int = 1, last: int | None = None) -> Iterator[int]:
        """Yield the numbers of the entries with words whose key is not here, erased or not."""
        chosen = select(GROUPS.c.seq, GROUPS.c.text).where(GROUPS.c.salt.is_(None), GROUPS.c.seq >= first)
        chosen = chosen if last is None else chosen.where(GROUPS.c.seq <= last)
        there = self.data_keys()
        for row in self._streamed(chosen.order_by(GROUPS.c.seq)):
            if row.text is None or (is_sealed(row.text) and key_named_in(row.text) not in there):
                yield row.seq

    def _streamed(self, query: Select[Any]) -> Iterator[Any]:
        found = self._connection.execute(query, execution_options={"yield_per": _ROWS})
        for part in found.partitions(_ROWS):
            yield from part

    def _checked(self, rows: Iterable[Any], *, table: Table) -> Iterator[Any]:
        """Yield rows as long as their values are of the kinds that were written: a damaged file has others in them.

        Raises:
            BookError: They are not.
        """
        kinds = _kinds_of(table)
        for row in rows:
            if tuple(map(type, row)) not in kinds:
                raise self._damaged(f"A row of its table {table.name!r} holds what was never written there.")
            yield row

    def groups(self, seq: int) -> tuple[Group | Hidden, ...]:
        """Return the groups of one entry, by name; an erased one is hidden.

        Raises:
            ValueError: What is kept of one is no group.
        """
        found = self.stored_groups(seq, seq)
        return tuple(
            Hidden(one.name, bytes(one.leaf))
            if one.text is None or one.salt is None
            else Group.from_text(one.text, bytes(one.salt))
            for one in found
        )

    def said(self, stored: StoredEntry) -> tuple[Entry, dict[str, Any]]:
        """Return an entry and what its groups say, None for those erased, once both are what their digests say.

        Raises:
            BookError: They are not.
        """
        try:
            entry = Entry.from_json(json.loads(stored.text))
            groups = self.groups(stored.seq)
            is_whole = (
                sha256(stored.text.encode()).hexdigest() == stored.digest
                and entry.seq == stored.seq
                and (entry.kind, entry.subject, entry.by) == (stored.kind, stored.subject, stored.by)
                and content_root(groups).hex() == entry.content
            )
        except (ValueError, TypeError) as problem:
            raise self._damaged(f"Entry {stored.seq} cannot be read: {problem}") from problem
        if not is_whole:
            raise self._damaged(f"Entry {stored.seq} was changed after it was written.")
        return entry, {one.name: one.value if isinstance(one, Group) else None for one in groups}

    def checkpoints(self, first: int = 0) -> Iterator[Signed]:
        """Yield the checkpoints from a size on, by size; their signatures are not checked.

        Raises:
            BookError: One is none.
        """
        for row in self.stored_checkpoints(first):
            try:
                signed = Signed.from_json(json.loads(row.text))
            except ValueError as problem:
                raise self._damaged(
                    f"The checkpoint of {row.size} entries cannot be read: {problem}"
                ) from problem
            if signed.checkpoint.size != row.size:
                raise self._damaged(
                    f"The checkpoint of {signed.checkpoint.size} entries is kept as one of {row.size}."
                )
            yield signed

    def stored_checkpoints(self, first: int = 0) -> Iterator[StoredCheckpoint]:
        """Yield the checkpoints from a size on as they are kept, by size; nothing of them is checked."""
        chosen = select(CHECKPOINTS.c.size, CHECKPOINTS.c.text).where(CHECKPOINTS.c.size >= first)
        for row in self._checked(self._streamed(chosen.order_by(CHECKPOINTS.c.size)), table=CHECKPOINTS):
            yield StoredCheckpoint(*row)

    def last_checkpoint(self) -> Signed | None:
        """Return the checkpoint of the most entries; None where there is none."""
        size = self._connection.execute(
            select(CHECKPOINTS.c.size).order_by(CHECKPOINTS.c.size.desc()).limit(1)
        ).scalar_one_or_none()
        return None if size is None else next(self.checkpoints(size))

    def leaves(self) -> list[bytes]:
        """Return the leaf of every entry in the tree of the ledger, made anew from their texts."""
        rows = self._streamed(select(ENTRIES.c.text).order_by(ENTRIES.c.seq))
        return [leaf_hash(row.text.encode()) for row in rows]

    # What is kept.

    def scenarios(self) -> list[ScenarioRow]:
        """Return every scenario as it was written last, by name."""
        rows = self._connection.execute(select(SCENARIOS).order_by(SCENARIOS.c.revision)).all()
        latest = {row.name: row for row in rows}
        return [_scenario(latest[name]) for name in sorted(latest)]

    def scenario(self, name: str, revision: int | None = None) -> ScenarioRow:
        """Return one scenario, as it was written last or at a revision.

        Raises:
            KeyError: There is none.
        """
        chosen = select(SCENARIOS).where(SCENARIOS.c.name == name).order_by(SCENARIOS.c.revision.desc())
        if revision is not None:
            chosen = chosen.where(SCENARIOS.c.revision == revision)
        row = self._connection.execute(chosen.limit(1)).one_or_none()
        if row is None:
            raise KeyError(name)
        return _scenario(row)

    def object(self, digest: str) -> bytes:
        """Return the bytes that are kept under a digest.

        Raises:
            BookError: There are none, or they are not those that were kept.
        """
        return object_of(self._connection, digest)

    def has_object(self, digest: str) -> bool:
        """Return whether there is an object of a digest."""
        return has_object(self._connection, digest)

    def objects(self, kind: str = "") -> Iterator[tuple[str, str]]:
        """Yield digest and kind of every object, of one kind or of all."""
        return digests_of(self._connection, kind=kind)

    def world(self, digest: str) -> World:
        """Return the world of a digest.

        Raises:
            BookError: There is none, or it is not what was kept.
        """
        try:
            return world_of(self.object(digest), fetch=self.object)
        except ValueError as problem:
            raise self._damaged(f"The world {digest} cannot be read: {problem}") from problem

    # People.

    def users(self) -> list[User]:
        """Return the users, by name, as the entries about them tell; an entry that does not count changes nothing.

        Raises:
            BookError: Such an entry was changed after it was written.
        """
        users: Mapping[str, User] = {}
        for stored in self._of_users():
            entry, groups = self.said(stored)
            try:
                users = fold_users(users, kind=entry.kind, by=entry.by, groups=groups)
            except UserEntryError:
                continue  # `audit verify` names it.
        return [users[name] for name in sorted(users)]

    def _of_users(self) -> list[StoredEntry]:
        chosen = select(*(ENTRIES.c[name] for name in StoredEntry._fields)).where(
            ENTRIES.c.kind.in_(USER_KINDS)
        )
        rows = self._connection.execute(chosen.order_by(ENTRIES.c.seq))
        return [StoredEntry(*row) for row in self._checked(rows, table=ENTRIES)]

    def _damaged(self, found: str) -> BookError:
        return BookError(Code.BOOK_DAMAGED, f"The book {self.label!r} is damaged. {found}", fix=_VERIFY)


@functools.cache
def _kinds_of(table: Table) -> frozenset[tuple[type, ...]]:
    """Return the kinds that the values of a row may have; None where a column may hold none."""
    several = [
        (one.type.python_type, type(None)) if one.nullable else (one.type.python_type,)
        for one in table.columns
    ]
    return frozenset(itertools.product(*several))


def _name_of(group: StoredGroup) -> str:
    return group.name


def _scenario(row: Any) -> ScenarioRow:  # noqa: ANN401 - a row of the database
    return ScenarioRow(name=row.name, revision=row.revision, world=row.world, files=json.loads(row.files))
