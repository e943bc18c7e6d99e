"""What was deleted from a book, out of the files of its database, as far as the database lets us."""

from __future__ import annotations

import sqlite3

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from apportion.store.connecting import BUSY_MS, told

__all__ = ["scrub"]

# Others may read for hours; then it is said that bytes are left, and done again later.
_WAIT_MS = 5_000


def scrub(engine: Engine, *, label: str, tables: tuple[str, ...]) -> bool:
    """Write the files of a database anew without what was deleted, and return whether all of it is gone.

    False: somebody reads or writes meanwhile and holds it back; it can be done again once they are through.

    Args:
        engine: The connections to it.
        label: What people are told of it.
        tables: Where something was deleted; SQLite has one file for all.

    Raises:
        BookError: It cannot be written.
    """
    with told(label), engine.connect() as connection:
        return _sqlite(connection) if engine.dialect.name == "sqlite" else _postgres(connection, tables)


def _sqlite(connection: Connection) -> bool:
    """Rebuild the file, since pages that were split keep what they held, and empty the log beside it."""
    # Past SQLAlchemy, which would begin a transaction: neither can be done inside one.
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_WAIT_MS}")
    try:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        is_held_back = bool((cursor.fetchone() or (1,))[0])
    except sqlite3.OperationalError as problem:
        if not problem.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise OperationalError(None, None, problem) from problem
        is_held_back = True
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        cursor.close()
    return not is_held_back


def _postgres(connection: Connection, tables: tuple[str, ...]) -> bool:
    """Write tables into new files. Whoever reads an older state keeps dead rows alive, which the second pass counts."""
    bare = connection.execution_options(isolation_level="AUTOCOMMIT")
    bare.exec_driver_sql(f"SET lock_timeout = {_WAIT_MS}")
    try:
        # Each is written anew, also where one before it was held back.
        done = [_is_rewritten(bare, table) for table in tables]
        return all(done)
    except OperationalError as problem:
        if getattr(problem.orig, "sqlstate", None) != "55P03":
            raise
        return False
    finally:
        bare.exec_driver_sql("RESET lock_timeout")


def _is_rewritten(connection: Connection, table: str) -> bool:
    before = _file_of(connection, table)
    connection.exec_driver_sql(f"VACUUM (FULL) {table}")
    # A user who does not own the table is told nothing but a notice, and it stays as it was.
    if _file_of(connection, table) == before:
        return False
    connection.exec_driver_sql(f"VACUUM {table}")
    left = connection.exec_driver_sql(f"SELECT pg_stat_get_dead_tuples('{table}'::regclass)").scalar_one()
    return int(left) == 0


def _file_of(connection: Connection, table: str) -> int:
    return int(connection.exec_driver_sql(f"SELECT pg_relation_filenode('{table}')").scalar_one())
