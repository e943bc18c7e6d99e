"""A book of an earlier version, with decisions in it: told what to do, brought up to date, and its words sealed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from apportion.commands.books import check_book, migrate_book
from apportion.commands.decisions import act, propose
from apportion.commands.erasure import erase_person
from apportion.commands.people import add_user
from apportion.commands.session import opened
from apportion.commands.sources import find_source
from apportion.errors import BookError, Code
from apportion.govern.rights import Membership, Role
from apportion.store.book import Reading, open_book
from apportion.store.places import Place
from apportion.store.schema import REVISIONS, upgrade
from apportion.store.tables import DATA_KEYS, GROUPS, METADATA
from tests.decided import Clock, set_clock
from tests.kept import DESK, SCENARIO, make_kept

WORDS, OTHERS = "Both boards know of it, and I say so here.", "It waited long enough as it is."


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return set_clock(monkeypatch)


@pytest.fixture
def newer(tmp_path: Path, clock: Clock) -> str:
    """Give a book of today in which two people said something, and nothing is open."""
    del clock
    kept = make_kept(Place.parse(str(tmp_path / "newer.db")), tmp_path)
    with opened(kept.place, "u-cal"):
        propose(SCENARIO, "four-now", by="cal")
        act(SCENARIO, "four-now", by="cal", verb="disclose", said={"text": WORDS})
    with opened(kept.place, "u-ann"):
        act(SCENARIO, "four-now", by="ann", verb="state", said={"text": OTHERS})
    with opened(kept.place, "u-cal"):
        act(SCENARIO, "four-now", by="cal", verb="withdraw", said={"reason": "Not now."})
    return kept.place


@contextmanager
def on(place: str) -> Iterator[sa.Connection]:
    """Give a connection with nothing of ours set on it, so that it keeps what it deletes."""
    where = Place.parse(place)
    engine = sa.create_engine(where.url)
    if where.file is not None:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def write_0001(place: str, *, like: str) -> None:
    """Write a book as the first version kept it: the same rows, with what people said lying open."""
    book = open_book(Place.parse(like))
    with book.read() as reading, on(place) as connection, on(like) as rows:
        upgrade(connection, to="0001")
        for table in METADATA.sorted_tables:
            if table is DATA_KEYS:
                continue
            held = [dict(row) for row in rows.execute(sa.select(table)).mappings()]
            if table is GROUPS:
                held = [one._asdict() for one in reading.stored_groups()]
            if held:
                connection.execute(sa.insert(table), held)
    book.close()


def said_in(reading: Reading) -> dict[str, str]:
    """Return what is read of what each person said last."""
    told = [reading.said(one)[1] for one in list(reading.entries(kind="decision"))]
    return {one["act"]["by"]: str(one["said"]) for one in told if "said" in one}


def bytes_of(place: str) -> bytes:
    file = Path(place)
    return b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}*"))


def test_a_book_of_the_first_version_is_told_how_to_bring_it_up_to_date(place: str, newer: str) -> None:
    write_0001(place, like=newer)
    with pytest.raises(BookError, match="is of version 0001") as refused, opened(place, DESK):
        pass
    assert refused.value.code is Code.BOOK_OLDER
    assert "apportion db migrate" in refused.value.fix


def test_a_book_of_the_first_version_is_the_same_book_once_it_is_brought_up_to_date(
    place: str, newer: str
) -> None:
    write_0001(place, like=newer)
    with on(place) as connection:
        left = connection.execute(sa.select(GROUPS.c.text).where(GROUPS.c.name == "said")).scalars().all()
    assert WORDS in "".join(left)
    done = migrate_book(place)
    assert (done.before, done.after, done.is_scrubbed) == ("0001", REVISIONS[-1], True)
    books = [open_book(Place.parse(one)) for one in (newer, place)]
    with books[0].read() as one, books[1].read() as other:
        assert other.head() == one.head()
        assert list(other.entries()) == list(one.entries())
        assert list(other.stored_groups()) == list(one.stored_groups())
        assert list(other.stored_checkpoints()) == list(one.stored_checkpoints())
        assert said_in(other) == said_in(one)
        assert WORDS in str(list(other.stored_groups()))
        keys = other.data_keys().values()
        assert sorted(key.person for key in keys) == ["ann", "cal"]
    for book in books:
        book.close()
    with opened(place, DESK):
        assert check_book() == []


def test_words_that_lay_open_are_in_no_file_of_the_book_any_more(tmp_path: Path, newer: str) -> None:
    place = str(tmp_path / "older.db")
    write_0001(place, like=newer)
    assert WORDS.encode() in bytes_of(place)
    assert migrate_book(place).is_scrubbed
    for words in (WORDS, OTHERS):
        assert words.encode() not in bytes_of(place)


def test_words_of_a_first_version_can_be_erased_and_what_was_changed_stays_found(
    place: str, newer: str
) -> None:
    write_0001(place, like=newer)
    with on(place) as connection:
        [first, *_] = connection.execute(sa.select(GROUPS.c.seq).where(GROUPS.c.name == "said")).scalars()
        connection.execute(
            sa.update(GROUPS)
            .where(GROUPS.c.seq == first, GROUPS.c.name == "said")
            .values(text='{"group":"said","value":{"text":"No board knows."}}')
        )
    migrate_book(place)
    with opened(place, DESK):
        assert f"Entry {first} of the ledger: groups-differ." in [one.found for one in check_book()]
        assert [one.row for one in find_source(SCENARIO).log().findings] == [first]


def test_a_migrated_book_erases_what_was_said_before(place: str, newer: str) -> None:
    write_0001(place, like=newer)
    migrate_book(place)
    with opened(place, DESK):
        add_user("root", memberships=[Membership(Role.ADMIN)], is_key_made=True)
    with opened(place, "root"):
        erase_person("cal", reason="Asked for.")
        assert check_book() == []
    book = open_book(Place.parse(place))
    with book.read() as reading:
        assert said_in(reading)["cal"] == "None"
        assert OTHERS in said_in(reading)["ann"]
    book.close()
