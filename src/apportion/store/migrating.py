"""A book of an earlier version → one of this program's."""

from __future__ import annotations

from dataclasses import dataclass

from apportion.store.book import check_there, open_book
from apportion.store.connecting import connect, reading_on, writing_on
from apportion.store.places import Place
from apportion.store.schema import REVISIONS, check_revision, revision_of, upgrade
from apportion.store.scrubbing import scrub
from apportion.store.tables import DATA_KEYS, GROUPS

__all__ = ["Migrated", "migrate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """What became of the tables of a book.

    Attributes:
        before: The version they had.
        after: The version they have.
        is_scrubbed: Whether what was sealed or dropped is gone from the files of the database, too.
    """

    before: str
    after: str
    is_scrubbed: bool

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return {name: getattr(self, name) for name in self.__slots__}


def migrate(place: Place) -> Migrated:
    """Bring the tables of a book up to date in one transaction, and clean its files of what lay open before.

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
        # Words that are sealed from now on lay open in the pages before; a second run cleans where the first could not.
        is_scrubbed = scrub(engine, label=place.label, tables=(GROUPS.name, DATA_KEYS.name))
    finally:
        engine.dispose()
    open_book(place).close()
    return Migrated(before=str(found), after=REVISIONS[-1], is_scrubbed=is_scrubbed)
