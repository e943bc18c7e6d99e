"""A session: the book that acts are kept in, and the user whose key signs them. Without one, files are all there is.

one act → one transaction: objects, entries of the ledger, a checkpoint signed by the user → commit → the
checkpoint goes out to where it is kept outside the book
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING

from apportion.commands import clock
from apportion.commands.permits import Acting, acting_among, acting_as
from apportion.errors import BookError, Code, UsageError
from apportion.govern.checkpoints import Checkpoint, Signed, sign
from apportion.govern.events import Plain, stamp, time_of
from apportion.govern.ledger import SALT_BYTES, Draft, Entry
from apportion.govern.rights import User

if TYPE_CHECKING:
    from apportion.govern.keys import PrivateKey
    from apportion.model.world import World
    from apportion.store.book import Book, Writing

__all__ = [
    "Recording",
    "Session",
    "current",
    "needed",
    "opened",
    "person_named",
    "record",
    "recording",
    "signing_as",
]

CHECKPOINTS = "APPORTION_CHECKPOINTS"
# Clocks are set back by so little all the time; entries are then stamped like the last one.
_MOST_BACK = dt.timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A book, and who acts in it.

    Attributes:
        book: The book.
        user: Who acts, as the book knows them.
        key: Their key, which never leaves this process.
        warnings: What went wrong beside an act that stands; the faces tell it.
        sealed: The checkpoints of this session's acts, first to last.
        pending: What the next entries speak of by digest, and is kept with them: kind and bytes, or a world.
    """

    book: Book
    user: User
    key: PrivateKey
    warnings: list[str] = field(default_factory=list)
    sealed: list[Signed] = field(default_factory=list)
    pending: dict[str, tuple[str, bytes] | World] = field(default_factory=dict)


_CURRENT: ContextVar[Session | None] = ContextVar("session", default=None)


def current() -> Session | None:
    """Return the session, None where acts go to files."""
    return _CURRENT.get()


def needed() -> Session:
    """Return the session.

    Raises:
        UsageError: There is none.
    """
    session = current()
    if session is None:
        raise UsageError("This is done in a book.", fix="Name it with --db, or in APPORTION_DB.")
    return session


@contextmanager
def opened(db: str, as_: str | None = None) -> Iterator[Session]:
    """Open a book for the acts inside the block.

    Args:
        db: Where it is: a file, or an address such as ``postgresql://…``.
        as_: The user who acts; None: the one user whose key is in the key folder.

    Raises:
        BookError: It cannot be opened, or there is no key of the user's.
        NotPermitted: The book has no such user, they were withdrawn, or the key is not theirs.
        UsageError: There are several keys and no user is named.
    """
    from apportion.store.book import open_book  # noqa: PLC0415 - slow to load, and few need it
    from apportion.store.places import Place  # noqa: PLC0415 - as above

    book = open_book(Place.parse(db))
    try:
        session = _session(book, as_)
        with _entered(session):
            yield session
    finally:
        book.close()


@contextmanager
def _entered(session: Session) -> Iterator[None]:
    token = _CURRENT.set(session)
    try:
        with acting_as(lambda: _acting(session)):
            yield
    finally:
        _CURRENT.reset(token)


def _acting(session: Session) -> Acting:
    """Return the user of a session as the book has them at this moment."""
    with session.book.read() as reading:
        users = reading.users()
    return acting_among(users, session.user.name, key=session.key.public.hex)


def person_named(name: str) -> str:
    """Return the person that a user of the book is, or a person by their own name; without a book, the name."""
    session = current()
    if session is None or not name:
        return name
    with session.book.read() as reading:
        users = {one.name: one.person for one in reading.users()}
    return users.get(name) or name


@contextmanager
def signing_as(person: str) -> Iterator[Session]:
    """Act as the user that a person is, with that user's key, which has to be at hand.

    Args:
        person: A user by name, or by the person they are.

    Raises:
        BookError: There is no key of the user's.
        UsageError: There is no such user.
    """
    session = needed()
    if person in {session.user.name, session.user.person}:
        yield session
        return
    with session.book.read() as reading:
        users = reading.users()
    named = [one for one in users if one.name == person] or [one for one in users if one.person == person]
    other = _session(session.book, named[0].name if named else person)
    try:
        with _entered(other):
            yield other
    finally:
        session.warnings.extend(other.warnings)
        session.sealed.extend(other.sealed)


def _session(book: Book, name: str | None) -> Session:
    from apportion.files.keys import key_names, load_key_of  # noqa: PLC0415 - slow to load, and few need it

    if name is None:
        there = key_names()
        if len(there) != 1:
            raise UsageError(
                "It is not said who acts." if there else "There is no key to act with.",
                fix="Name a user of the book with --as, or in APPORTION_USER.",
            )
        [name] = there
    with book.read() as reading:
        users = reading.users()
    # Who has no key that counts reads nothing either.
    known = next((one.key for one in users if one.name == name), "")
    key = load_key_of(name, public=known)
    who = acting_among(users, name, key=key.public.hex)
    return Session(book=book, user=who.user, key=key)


@dataclass(slots=True)
class Recording:
    """One write transaction, in which entries are added to the ledger.

    Attributes:
        writing: The transaction.
        session: The session it is of.
        entries: What was added, in order.
    """

    writing: Writing
    session: Session
    entries: list[Entry] = field(default_factory=list)

    def add(self, kind: str, subject: str, *, groups: Mapping[str, Plain], by: str | None = None) -> Entry:
        """Add one entry.

        Args:
            kind: What was done.
            subject: What it is about.
            groups: What it says.
            by: Who; None: the user of the session.

        Raises:
            BookError: The clock was set back.
        """
        who = self.session.user.name if by is None else by
        draft = Draft(kind=kind, subject=subject, groups=groups, by=who)
        [entry] = self.add_all([draft])
        return entry

    def add_all(self, drafts: list[Draft]) -> list[Entry]:
        """Add entries that are drafted, all of one instant.

        Raises:
            BookError: The clock was set back.
        """
        at = _stamped(self.writing.head().at)
        added = self.writing.append(drafts, at=at, salts=partial(token_bytes, SALT_BYTES))
        self.entries.extend(added)
        return list(added)

    def keep_pending(self) -> None:
        """Keep what the entries of this act speak of by digest."""
        for digest, held in self.session.pending.items():
            if isinstance(held, tuple):
                self.writing.put_object(*held, digest=digest)
            else:
                self.writing.put_world(held)


@contextmanager
def recording(*, key: PrivateKey | None = None) -> Iterator[Recording]:
    """Open the one transaction of an act; at its end it is sealed, committed, and its checkpoint handed out.

    An exception inside the block leaves the book as it was.

    Args:
        key: What signs; None: the key of the session. A key that was just put in its place signs from then on.

    Raises:
        UsageError: There is no session.
        BookError: The clock was set back, or the book cannot be written.
    """
    session = needed()
    signed: list[Signed] = []

    def seal(checkpoint: Checkpoint) -> Signed:
        signed.append(sign(checkpoint, key or session.key))
        return signed[-1]

    with session.book.write() as writing:
        _check_signer(writing, session)
        act = Recording(writing, session)
        yield act
        if act.entries:
            writing.seal(seal, key=(key or session.key).public, at=_stamped(writing.head().at))
    session.sealed.extend(signed)
    for one in signed:
        _hand_out(session, one)


def _check_signer(writing: Writing, session: Session) -> None:
    """Refuse to write for somebody whose key does not count, as the book stands inside the transaction.

    Raises:
        NotPermitted: They were withdrawn, or have another key now.
    """
    acting_among(writing.users(), session.user.name, key=session.key.public.hex)


def record(drafts: list[Draft], *, objects: Mapping[str, tuple[str, bytes]] | None = None) -> list[Entry]:
    """Add entries and keep objects in one transaction.

    Args:
        drafts: The entries, in order.
        objects: What is kept: digest → kind and bytes.

    Raises:
        UsageError: There is no session.
        BookError: The clock was set back, or the book cannot be written.
    """
    with recording() as act:
        for digest, (kind, content) in (objects or {}).items():
            act.writing.put_object(kind, content, digest=digest)
        return act.add_all(drafts)


def _stamped(last: str) -> str:
    """Return now as an entry is stamped: never before the last one.

    Raises:
        BookError: The clock is far behind it.
    """
    now = stamp(clock.now())
    if now >= last:
        return now
    if time_of(last) - time_of(now) > _MOST_BACK:
        raise BookError(
            Code.CLOCK_BACKWARDS,
            f"The clock says {now}, and the last entry of the book is of {last}.",
            fix="Set the clock of this machine right; nothing was written.",
        )
    return last


def _hand_out(session: Session, signed: Signed) -> None:
    """Add a checkpoint to the file it is kept in outside the book; where that fails, the act stands all the same."""
    line = json.dumps(signed.as_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for folder in _folders(session.book):
        file = folder / f"{session.book.id}.jsonl"
        try:
            _append_line(file, line.encode() + b"\n")
        except OSError as error:
            session.warnings.append(
                f"The checkpoint of {signed.checkpoint.size} entries could not be written to {str(file)!r}: "
                f"{error.strerror or error}. What was done stands; hand it out with `apportion audit checkpoint`."
            )


def _folders(book: Book) -> list[Path]:
    """Return where checkpoints go: where the book says, and where this user says."""
    with book.read() as reading:
        told = [reading.meta("checkpoints"), os.environ.get(CHECKPOINTS)]
    return list(dict.fromkeys(Path(one) for one in told if one))


def _append_line(file: Path, line: bytes) -> None:
    """Add a line to a file, on the disk before it is said to be there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        written = 0
        while written < len(line):
            written += os.write(handle, line[written:])
        os.fsync(handle)
    finally:
        os.close(handle)
