"""The shape of a book's tables and its versions: made, looked at, and brought up to date."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from apportion.errors import BookError, Code

__all__ = ["REVISIONS", "check_revision", "revision_of", "upgrade"]

# Every version there was, first to last; the files are in ``migrations/versions``.
REVISIONS = ("0001", "0002")
_VERSIONS = "alembic_version"


def revision_of(connection: Connection) -> str | None:
    """Return the version of the tables of a database; None where it is no book."""
    if not inspect(connection).has_table(_VERSIONS):
        return None
    rows = connection.execute(text(f"SELECT version_num FROM {_VERSIONS}")).scalars().all()  # noqa: S608 - our name
    return str(rows[0]) if len(rows) == 1 else None


def check_revision(connection: Connection, *, label: str) -> None:
    """Refuse tables of another version than this program's.

    Raises:
        BookError: They are older, newer, or those of something else.
    """
    found = revision_of(connection)
    if found == REVISIONS[-1]:
        return
    if found is None:
        raise BookError(
            Code.BOOK_DAMAGED,
            f"{label!r} is a database, and no book.",
            fix="Name a book, or make one elsewhere with `apportion db init`.",
        )
    if found in REVISIONS:
        raise BookError(
            Code.BOOK_OLDER,
            f"The book {label!r} is of version {found}, and this program writes version {REVISIONS[-1]}.",
            fix="Make a backup of it, then bring it up to date with `apportion db migrate`.",
        )
    raise BookError(
        Code.BOOK_NEWER,
        f"The book {label!r} is of version {found}, which this program does not know; it knows up to {REVISIONS[-1]}.",
        fix="Use a newer apportion; nothing was read or written.",
    )


def upgrade(connection: Connection, *, to: str = REVISIONS[-1]) -> None:
    """Bring tables up to a version, inside the transaction of the connection.

    Args:
        connection: In a transaction that writes.
        to: The version.
    """
    from alembic import command  # noqa: PLC0415 - slow to load, and few need it
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    # A percent sign in a path would be taken for a name to fill in.
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
