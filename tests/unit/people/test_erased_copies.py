"""What erasing leaves behind (G23): the files of each database, backups with and without keys, other databases."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from apportion.commands.books import back_up_book, check_book, restore_book
from apportion.commands.decision_record import minutes_of
from apportion.commands.decisions import act
from apportion.commands.erasure import erase_person, tell_erased
from apportion.commands.session import opened
from apportion.errors import BookError
from apportion.store import scrubbing
from apportion.store.book import open_book
from apportion.store.places import Place
from tests.books import write_book
from tests.shared_market import SWAP_ID, USERS, text_of
from tests.unit.people.conftest import NAMES, OTHER_WORDS, WORDS

WHO, WHY = "zoe-zephyr", "Asked for by letter."


def key_of(place: str, person: str) -> bytes:
    book = open_book(Place.parse(place))
    with book.read() as reading:
        [key] = [one.secret for one in reading.data_keys().values() if one.person == person]
    book.close()
    return key


def read_in(place: str) -> str:
    with opened(place, "auditor"):
        return text_of(minutes_of("market", SWAP_ID))


def bytes_of(place: str) -> bytes:
    file = Path(place)
    return b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}*"))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrubbing, "_WAIT_MS", 50)


@pytest.fixture
def served(ended: Path, postgres_place: str) -> str:
    """Give a book on a server with the market in it."""
    return write_book(postgres_place, users=[USERS[name] for name in NAMES], scenarios=[ended])


@pytest.fixture
def server(served: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(Place.parse(served).url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_g23_no_file_of_a_book_has_the_words_or_the_key_after_erasing(book: str) -> None:
    key = key_of(book, WHO)
    assert key in bytes_of(book)
    with opened(book, "admin"):
        done = erase_person(WHO, reason=WHY)
    assert done.is_scrubbed
    held = bytes_of(book)
    for gone in (key, WORDS.encode(), OTHER_WORDS.encode()):
        assert gone not in held
    assert key_of(book, "ava-mercury") in held


@pytest.mark.usefixtures("quick")
def test_g23_a_key_that_somebody_else_holds_back_is_told_and_gone_the_next_time(book: str) -> None:
    key = key_of(book, WHO)
    reader = open_book(Place.parse(book))
    with reader.read() as reading, opened(book, "admin"):
        reading.head()
        done = erase_person(WHO, reason=WHY)
        assert not done.is_scrubbed
        assert "are still in its files" in tell_erased(done)[-1]
        assert key in bytes_of(book)
    reader.close()
    with opened(book, "admin"):
        again = erase_person(WHO, reason="Once more.")
    assert again.is_scrubbed
    assert again.reason == WHY
    assert key not in bytes_of(book)


def file_of_keys(server: sa.Connection) -> bytes:
    """Return the file in which a server keeps the keys, as it is on the disk."""
    server.exec_driver_sql("CHECKPOINT")
    return bytes(
        server.exec_driver_sql("SELECT pg_read_binary_file(pg_relation_filepath('data_keys'))").scalar_one()
    )


def test_g23_the_table_of_a_server_has_the_key_no_more_once_it_is_vacuumed(
    served: str, server: sa.Connection
) -> None:
    key = key_of(served, WHO)
    assert key in file_of_keys(server)
    with opened(served, "admin"):
        assert erase_person(WHO, reason=WHY).is_scrubbed
        assert check_book() == []
    assert key not in file_of_keys(server)
    assert key_of(served, "ava-mercury") in file_of_keys(server)
    assert WORDS not in read_in(served)
    assert OTHER_WORDS in read_in(served)


@pytest.mark.usefixtures("quick")
def test_g23_a_row_that_an_older_reader_keeps_alive_on_a_server_is_told(
    served: str, server: sa.Connection
) -> None:
    key = key_of(served, WHO)
    reader = open_book(Place.parse(served))
    with reader.read() as reading, opened(served, "admin"):
        reading.head()
        assert not erase_person(WHO, reason=WHY).is_scrubbed
        assert key in file_of_keys(server)
    reader.close()
    with opened(served, "admin"):
        assert erase_person(WHO, reason=WHY).is_scrubbed
    assert key not in file_of_keys(server)


def test_g23_a_backup_holds_no_key_and_the_file_beside_it_brings_the_words_back(
    book: str, tmp_path: Path
) -> None:
    backup, keys = tmp_path / "old.db", tmp_path / "old.db.keys"
    with opened(book, "admin"):
        back_up_book(backup)
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert key_of(book, WHO) not in backup.read_bytes()
    assert key_of(book, WHO).hex() in keys.read_text()
    assert "[sealed, and its key is not in this book]" in read_in(str(backup))
    with opened(str(backup), "admin"):
        assert check_book() == []
    restore_book(backup, to=str(tmp_path / "back.db"))
    assert WORDS in read_in(str(tmp_path / "back.db"))


def test_g23_once_its_keys_are_destroyed_an_older_backup_has_no_words_either(
    book: str, tmp_path: Path
) -> None:
    backup, keys = tmp_path / "old.db", tmp_path / "old.db.keys"
    with opened(book, "admin"):
        size = back_up_book(backup)
        erase_person(WHO, reason=WHY)
    keys.unlink()
    with pytest.raises(BookError, match="keys of people's words are not beside") as refused:
        restore_book(backup, to=str(tmp_path / "back.db"))
    assert "--without-words" in refused.value.fix
    assert not (tmp_path / "back.db").exists()
    assert restore_book(backup, to=str(tmp_path / "back.db"), is_with_words=False) == size
    read = read_in(str(tmp_path / "back.db"))
    assert WORDS not in read
    assert OTHER_WORDS not in read
    with opened(str(tmp_path / "back.db"), "committee"):
        act("market", SWAP_ID, by="ava-mercury", verb="state", said={"text": "Once more."})
    assert "Once more." in read_in(str(tmp_path / "back.db"))


def test_g23_what_was_erased_stays_so_on_the_other_database(
    book: str, tmp_path: Path, postgres_place: str
) -> None:
    with opened(book, "admin"):
        done = erase_person(WHO, reason=WHY)
        back_up_book(tmp_path / "new.db")
    restore_book(tmp_path / "new.db", to=postgres_place)
    read = read_in(postgres_place)
    assert f"[erased on {done.at[:10]} by admin: {WHY}]" in read
    assert OTHER_WORDS in read
    books = [open_book(Place.parse(one)) for one in (book, postgres_place)]
    with closing(books[0]), closing(books[1]), books[0].read() as old, books[1].read() as new:
        assert new.head() == old.head()
        assert list(new.stored_groups()) == list(old.stored_groups())
    with opened(postgres_place, "admin"):
        assert check_book() == []


def test_g23_keys_of_another_book_or_that_cannot_be_read_bring_nothing_back(
    book: str, tmp_path: Path
) -> None:
    backup, keys = tmp_path / "old.db", tmp_path / "old.db.keys"
    with opened(book, "admin"):
        back_up_book(backup)
    held = json.loads(keys.read_text())
    for text, told in (
        (json.dumps({**held, "book": "0" * 32}), "the keys of another book"),
        ("{", "is damaged"),
    ):
        keys.write_text(text)
        with pytest.raises(BookError, match=told):
            restore_book(backup, to=str(tmp_path / "back.db"))
        assert not (tmp_path / "back.db").exists()


def test_g23_a_key_that_was_deleted_behind_the_book_is_found(book: str) -> None:
    engine = sa.create_engine(Place.parse(book).url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM data_keys WHERE person = 'zoe-zephyr'")
    engine.dispose()
    with opened(book, "admin"):
        [found] = check_book()
    assert "The words of 'zoe-zephyr'" in found.found
    assert "no entry says that they were erased" in found.found
