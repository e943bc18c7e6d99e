"""A book of an earlier version → one of this program's."""

from __future__ import annotations

from apportion.store.book import check_there, open_book
from apportion.store.connecting import connect, reading_on, writing_on
from apportion.store.places import Place
from apportion.store.schema import REVISIONS, check_revision, revision_of, upgrade

__all__ = ["migrate"]


def migrate(place: Place) -> tuple[str, str]:
    """Bring the tables of a book up to date in one transaction; return the version it had and the one it has.

    Raises:
        BookError: There is no book, it is newer than this program, or it cannot be written.
    """
    check_there(place)
    engine = connect(place)
    try:
        with reading_on(engine, label=place.label) as connection:
            found = revision_of(connection)
            if found not in REVISIONS:
                check_revision(connection, label=place.label)
        if found != REVISIONS[-1]:
            with writing_on(engine, label=place.label) as connection:
                upgrade(connection)
    finally:
        engine.dispose()
    open_book(place).close()
    return str(found), REVISIONS[-1]
