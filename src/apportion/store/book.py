"""`Book`: a database of scenarios, results and the ledger of what was done with them.

A reading sees one state. A writing is one transaction, one at a time: entries follow each other without a gap, and
what is added to the ledger is sealed by a signed checkpoint or not added at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Select, delete, insert, select, update

from apportion.digest import canonical_bytes
from apportion.errors import ApportionError, BookError, Code
from apportion.govern.checkpoints import Checkpoint, Signed
from apportion.govern.erasure import sealed_for
from apportion.govern.keys import PublicKey
from apportion.govern.ledger import Draft, Entry, Head, Written, chain
from apportion.govern.ledger_faults import StoredEntry
from apportion.model.world import World
from apportion.store.connecting import connect, reading_on, told, writing_on
from apportion.store.objects import put_object
from apportion.store.places import Place
from apportion.store.reading import Reading, ScenarioRow
from apportion.store.schema import check_revision, revision_of, upgrade
from apportion.store.scrubbing import scrub
from apportion.store.sealing import DataKey, new_key, seal
from apportion.store.tables import CHECKPOINTS, DATA_KEYS, ENTRIES, GROUPS, HEAD, META, SCENARIOS
from apportion.store.worlds import TABLE, WORLD, parts_of

__all__ = [
    "Book",
    "Reading",
    "ScenarioRow",
    "StoredEntry",
    "Writing",
    "check_there",
    "make_book",
    "open_book",
]

BOOK = "book"


class Writing(Reading):
    """One transaction that writes to a book."""

    def __init__(self, connection: Connection, *, label: str, book: str) -> None:
        """Write over a connection in a transaction.

        Args:
            connection: The connection.
            label: What people are told of the book.
            book: Its id.
        """
        super().__init__(connection, label=label)
        self.book = book
        self.is_sealed = True

    def _head_query(self) -> Select[Any]:
        # The one lock of whoever writes on PostgreSQL; SQLite has it from the begin of the transaction.
        return select(HEAD).with_for_update()

    def put_object(self, kind: str, content: bytes, *, digest: str = "") -> str:
        """Keep bytes, once, and return the digest they are kept under: their SHA-256 where none is given."""
        return put_object(self._connection, content, kind=kind, digest=digest)

    def put_world(self, world: World) -> str:
        """Keep a world, once, and return its digest."""
        if not self.has_object(world.digest):
            held = parts_of(world, keep=lambda content: self.put_object(TABLE, content))
            self.put_object(WORLD, held, digest=world.digest)
        return world.digest

    def set_scenario(self, name: str, *, world: str, files: Mapping[str, str]) -> ScenarioRow:
        """Write the next revision of a scenario.

        Args:
            name: Its name.
            world: The digest of its world.
            files: Its proposals and documents: file name → digest of the object.
        """
        last = select(SCENARIOS.c.revision).where(SCENARIOS.c.name == name)
        revision = max(self._connection.execute(last).scalars(), default=0) + 1
        row = ScenarioRow(name=name, revision=revision, world=world, files=dict(files))
        held = {"name": name, "revision": revision, "world": world, "files": _spelled(files)}
        self._connection.execute(insert(SCENARIOS), held)
        return row

    def set_meta(self, key: str, value: str) -> None:
        """Say something of the book under a key."""
        self._connection.execute(delete(META).where(META.c.key == key))
        self._connection.execute(insert(META), {"key": key, "value": value})

    def append(self, drafts: Sequence[Draft], *, at: str, salts: Callable[[], bytes]) -> list[Entry]:
        """Add entries to the ledger and return them; `seal` has to follow.

        Args:
            drafts: What to write, in order.
            at: When.
            salts: Gives 16 new random bytes at each call.

        Raises:
            TimeBackwardsError: ``at`` is earlier than the last entry.
            ValueError: A draft is none.
        """
        written, head = chain(self.head(), drafts, at=at, salts=salts)
        self._write(written, head)
        self.is_sealed = self.is_sealed and not written
        return [one.entry for one in written]

    def _write(self, written: Sequence[Written], head: Head) -> None:
        if not written:
            return
        self._connection.execute(insert(ENTRIES), [_entry_row(one.entry) for one in written])
        self._connection.execute(
            insert(GROUPS),
            [row for one in written for row in self._group_rows(one)],
        )
        self._connection.execute(update(HEAD), _head_row(head))

    def _group_rows(self, written: Written) -> Iterator[dict[str, object]]:
        """Yield the rows of an entry's groups; words of a person sealed under a key of that person's own."""
        entry = written.entry
        people = sealed_for(entry.kind, {one.name: one.value for one in written.groups})
        for group in written.groups:
            row = {"seq": entry.seq, "name": group.name, "leaf": group.leaf}
            if group.name in people:
                yield {**row, "salt": None, "text": seal(group, key=self._data_key(people[group.name]))}
            else:
                yield {**row, "salt": group.salt, "text": group.text}

    def _data_key(self, person: str) -> DataKey:
        """Return the key that a person's words are sealed with, made now where there is none, or none any more."""
        key = next((one for one in self.data_keys().values() if one.person == person), None)
        if key is None:
            key = new_key(person)
            self.put_data_keys([key])
        return key

    def put_data_keys(self, keys: Iterable[DataKey]) -> None:
        """Keep keys that are not there yet, e.g. those that came beside a backup."""
        there = self.data_keys()
        new = [one for one in keys if one.id not in there]
        if new:
            rows = [{"id": one.id, "person": one.person, "key": one.secret} for one in new]
            self._connection.execute(insert(DATA_KEYS), rows)
        self._data_keys = {**there, **{one.id: one for one in new}}

    def destroy_data_keys(self, person: str) -> bool:
        """Destroy the keys of a person's words, and return whether there were any.

        Until `Book.scrub` has run after the commit, their bytes may still lie in the files of the database.
        """
        gone = self._connection.execute(delete(DATA_KEYS).where(DATA_KEYS.c.person == person))
        self._data_keys = None
        return bool(gone.rowcount)

    def seal(self, sign: Callable[[Checkpoint], Signed], *, key: PublicKey, at: str) -> Signed:
        """Write the checkpoint of what was added, and return it.

        Args:
            sign: Signs it.
            key: By which key.
            at: When.
        """
        head = self.head()
        checkpoint = Checkpoint(
            book=self.book, size=head.size, root=head.peaks.root().hex(), head=head.digest, at=at, key=key.id
        )
        signed = sign(checkpoint)
        self.put_checkpoint(signed)
        self.is_sealed = True
        return signed

    def put_checkpoint(self, signed: Signed) -> None:
        """Keep a checkpoint, in place of the one of its size."""
        size = signed.checkpoint.size
        self._connection.execute(delete(CHECKPOINTS).where(CHECKPOINTS.c.size == size))
        held = canonical_bytes(signed.as_json()).decode()
        self._connection.execute(insert(CHECKPOINTS), {"size": size, "text": held})


class Book:
    """A book that is open.

    Attributes:
        label: What people are told of where it is.
        id: Its id, 32 hexadecimal digits.
        place: Where it is.
    """

    def __init__(self, engine: Engine, *, place: Place, book: str) -> None:
        """Hold the connections to a book."""
        self._engine = engine
        self.place = place
        self.label = place.label
        self.id = book

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """Give one state of the book.

        Raises:
            BookError: It cannot be read.
        """
        with reading_on(self._engine, label=self.label) as connection:
            yield Reading(connection, label=self.label)

    @contextmanager
    def write(self) -> Iterator[Writing]:
        """Give one transaction; it is committed at the end, and an exception leaves the book as it was.

        Raises:
            BookError: It cannot be written.
            ApportionError: Entries were added and not sealed: a bug of ours.
        """
        with writing_on(self._engine, label=self.label) as connection:
            writing = Writing(connection, label=self.label, book=self.id)
            writing.head()  # From here on nobody else writes.
            yield writing
            _check_sealed(writing)

    def scrub(self) -> bool:
        """Have destroyed keys gone from the files of the book, and return whether they are.

        Raises:
            BookError: It cannot be written.
        """
        return scrub(self._engine, label=self.label, tables=(DATA_KEYS.name,))

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()


def open_book(place: Place) -> Book:
    """Open a book that is there.

    Raises:
        BookError: It is not there, is no book, or is of another version.
        UsageError: The driver of its database is not installed.
    """
    check_there(place)
    engine = connect(place)
    try:
        with reading_on(engine, label=place.label) as connection:
            check_revision(connection, label=place.label)
            book = Reading(connection, label=place.label).meta(BOOK)
    except BaseException:
        engine.dispose()
        raise
    if book is None:
        engine.dispose()
        raise BookError(
            Code.BOOK_DAMAGED,
            f"{place.label!r} does not say which book it is.",
            fix="Put back a backup of it.",
        )
    return Book(engine, place=place, book=book)


def make_book(place: Place, *, book: str, first: Callable[[Writing], None]) -> Book:
    """Make a book where none is, with its first entries, all in one transaction.

    Args:
        place: Where.
        book: Its id, 32 hexadecimal digits.
        first: Writes its first entries, and seals them.

    Raises:
        BookError: Something is there already, or it cannot be written.
        UsageError: The driver of its database is not installed.
    """
    if place.file is not None and place.file.exists() and place.file.stat().st_size:
        raise _there(place)
    engine = connect(place)
    try:
        if place.file is not None:
            # How the file is written is said outside any transaction.
            with told(place.label), engine.connect() as connection:
                connection.connection.cursor().execute("PRAGMA journal_mode = WAL")
        with writing_on(engine, label=place.label) as connection:
            _check_empty(connection, place)
            upgrade(connection)
            connection.execute(insert(HEAD), {"id": 1, **_head_row(Head())})
            writing = Writing(connection, label=place.label, book=book)
            writing.set_meta(BOOK, book)
            first(writing)
            _check_sealed(writing)
    except BaseException:
        engine.dispose()
        raise
    return Book(engine, place=place, book=book)


def _check_sealed(writing: Writing) -> None:
    if not writing.is_sealed:
        raise ApportionError("Entries were added to the ledger and no checkpoint of them was signed.")


def _check_empty(connection: Connection, place: Place) -> None:
    if revision_of(connection) is not None:
        raise _there(place)


def check_there(place: Place) -> None:
    """Refuse a file that is not there.

    Raises:
        BookError: It is not, or is a folder.
    """
    if place.file is not None and not place.file.is_file():
        found = "is a folder" if place.file.is_dir() else "is not there"
        raise BookError(
            Code.BOOK_UNREACHABLE,
            f"The book {place.label!r} {found}.",
            fix="Make one with `apportion db init`, or name another with --db.",
        )


def _there(place: Place) -> BookError:
    return BookError(
        Code.BOOK_UNREACHABLE,
        f"At {place.label!r} is something already, so no book was made there.",
        fix="Name another place.",
    )


def _entry_row(entry: Entry) -> dict[str, object]:
    return {
        "seq": entry.seq,
        "text": entry.canonical.decode(),
        "digest": entry.digest,
        "at": entry.at,
        "by": entry.by,
        "kind": entry.kind,
        "subject": entry.subject,
    }


def _head_row(head: Head) -> dict[str, object]:
    peaks = b"".join(head.peaks.hashes).hex()
    return {"size": head.size, "digest": head.digest, "peaks": peaks, "at": head.at}


def _spelled(files: Mapping[str, str]) -> str:
    return json.dumps(dict(files), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
