"""A place → connections with the transactions that a book needs, and what databases say of trouble → our errors."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from apportion.errors import BookError, Code, UsageError
from apportion.store.places import Place

__all__ = ["BUSY_MS", "connect", "reading_on", "told", "writing_on"]

BUSY_MS = 30_000
_WRITES = "apportion_writes"
# Where the driver of SQLite begins to quote a text that it cannot read.
_QUOTES = " with text "
# What SQLite and PostgreSQL call trouble, by the beginning of its name or of its SQLSTATE.
_SQLITE = (
    ("SQLITE_BUSY", Code.BOOK_BUSY),
    ("SQLITE_LOCKED", Code.BOOK_BUSY),
    ("SQLITE_FULL", Code.BOOK_FULL),
    ("SQLITE_IOERR", Code.BOOK_FULL),
    ("SQLITE_READONLY", Code.BOOK_READ_ONLY),
    ("SQLITE_CORRUPT", Code.BOOK_DAMAGED),
    ("SQLITE_NOTADB", Code.BOOK_DAMAGED),
    ("SQLITE_CANTOPEN", Code.BOOK_UNREACHABLE),
    ("SQLITE_PERM", Code.BOOK_UNREACHABLE),
)
_POSTGRES = (
    ("53", Code.BOOK_FULL),
    ("25006", Code.BOOK_READ_ONLY),
    ("42501", Code.BOOK_READ_ONLY),
    ("40", Code.BOOK_BUSY),
    ("55P03", Code.BOOK_BUSY),
    ("XX001", Code.BOOK_DAMAGED),
    ("XX002", Code.BOOK_DAMAGED),
    ("08", Code.BOOK_UNREACHABLE),
    ("28", Code.BOOK_UNREACHABLE),
    ("57", Code.BOOK_UNREACHABLE),
    ("3D000", Code.BOOK_UNREACHABLE),
)
_SAYINGS = {
    Code.BOOK_BUSY: (
        "is being written to by others all the time.",
        "Try again; nothing was written.",
    ),
    Code.BOOK_FULL: (
        "cannot be written: there is no room left, or the disk fails.",
        "Make room and do it again; nothing of it was written.",
    ),
    Code.BOOK_READ_ONLY: (
        "cannot be written by this user.",
        (
            "Get the right to write to it: of a file also to its folder, where even a reader keeps notes beside it. "
            "To read alone, take a copy of your own, e.g. one made by `apportion db backup`."
        ),
    ),
    Code.BOOK_DAMAGED: (
        "is damaged, or no book.",
        "Look at it with `apportion db check`, and put back a backup with `apportion db restore`.",
    ),
    Code.BOOK_UNREACHABLE: (
        "cannot be opened, or is no longer there.",
        (
            "Check the address, the user and that it is there. An act that this ended is in the book whole or not at "
            "all: look with `apportion audit log` before you do it again."
        ),
    ),
}


def connect(place: Place) -> Engine:
    """Return the connections to a place.

    Raises:
        UsageError: It is on a PostgreSQL server and the driver is not installed.
    """
    if place.file is None:
        return _postgres(place)
    engine = create_engine(place.url, connect_args={"isolation_level": None, "timeout": BUSY_MS / 1000})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _postgres(place: Place) -> Engine:
    try:
        import psycopg  # noqa: F401, PLC0415 - an extra, and few need it
    except ImportError as problem:
        raise UsageError(
            "A book on a PostgreSQL server needs the package psycopg, which is not installed.",
            fix='Install it with `pip install "apportion[postgres]"`.',
        ) from problem
    return create_engine(place.url, pool_pre_ping=True, connect_args={"connect_timeout": 10})


def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - of the driver
    cursor = connection.cursor()
    # What is deleted is overwritten, so that a key that was destroyed does not lie in the file until chance reuses it.
    settings = ("foreign_keys = ON", f"busy_timeout = {BUSY_MS}", "synchronous = FULL", "secure_delete = ON")
    try:
        for pragma in settings:
            cursor.execute(f"PRAGMA {pragma}")
    except UnicodeDecodeError:
        # The driver quotes the text of a damaged table in an error, and fails to read it.
        raise sqlite3.DatabaseError("what is said of its tables is no text") from None
    finally:
        cursor.close()


def _begin(connection: Connection) -> None:
    """Begin as a writer from the start where something will be written, so that nobody writes in between."""
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading_on(engine: Engine, *, label: str) -> Iterator[Connection]:
    """Give a connection that sees one state of the book, whatever others write meanwhile."""
    options: dict[str, Any] = {}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with told(label), engine.connect() as connection:
        yield connection.execution_options(**options)


@contextmanager
def writing_on(engine: Engine, *, label: str) -> Iterator[Connection]:
    """Give a connection that writes; all of it is there at the end, or nothing where an exception leaves it."""
    with told(label), engine.connect() as connection:
        chosen = connection.execution_options(**{_WRITES: True})
        with chosen.begin():
            yield chosen


@contextmanager
def told(label: str) -> Iterator[None]:
    """Say what a database says of trouble in our words, without its address, which may hold a password.

    Raises:
        BookError: It said something.
    """
    try:
        yield
    except SQLAlchemyError as problem:
        raise _as_ours(problem, label) from None


def _as_ours(problem: SQLAlchemyError, label: str) -> BookError:
    code = _code_of(problem)
    says, fix = _SAYINGS[code]
    return BookError(code, f"The book {label!r} {says} The database says: {_said(problem)}.", fix=fix)


def _code_of(problem: SQLAlchemyError) -> Code:
    cause = getattr(problem, "orig", None)
    name = getattr(cause, "sqlite_errorname", None)
    state = getattr(cause, "sqlstate", None)
    kinds, found = (_SQLITE, name) if name else (_POSTGRES, state)
    for beginning, code in kinds:
        if found and str(found).startswith(beginning):
            return code
    # A server that is gone says no more; a file that says nothing of its trouble is there, and not what it should be.
    if (
        isinstance(problem, DBAPIError)
        and type(cause).__name__ == "OperationalError"
        and not _is_of_file(cause)
    ):
        return Code.BOOK_UNREACHABLE
    return Code.BOOK_DAMAGED


def _is_of_file(cause: object) -> bool:
    return type(cause).__module__.startswith("sqlite3")


def _said(problem: SQLAlchemyError) -> str:
    """Return the first line of what the driver said; never the statement with its values, nor what a row holds."""
    cause = getattr(problem, "orig", None)
    text = str(cause if cause is not None else type(problem).__name__).strip()
    first = text.splitlines()[0].partition(_QUOTES)[0] if text else type(problem).__name__
    return first.rstrip(".")
