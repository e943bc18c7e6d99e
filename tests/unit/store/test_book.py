"""Books on both databases: what is kept comes back, what is changed behind them is told, trouble is said in words."""

from __future__ import annotations

import datetime as dt
import secrets
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from apportion.commands.book_adding import add_scenario
from apportion.commands.books import (
    back_up_book,
    check_book,
    init_book,
    list_book,
    migrate_book,
    restore_book,
)
from apportion.commands.session import opened
from apportion.errors import ApportionError, BookError, Code, UsageError
from apportion.files.sources import find_source, read_source
from apportion.govern.ledger import Draft
from apportion.model.policy import Settings
from apportion.model.world import World
from apportion.store.book import open_book
from apportion.store.places import Place
from apportion.store.schema import REVISIONS
from apportion.store.tables import METADATA
from tests.unit.store.conftest import MAKER

STORY = "tesla-x-2023"


def story() -> World:
    world = read_source(find_source(STORY)).world
    assert world is not None
    return world


def run(place: str, statement: str) -> None:
    engine = sa.create_engine(Place.parse(place).url)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def test_a_world_comes_back_as_it_was_put(book: str) -> None:
    world = story()
    odd = (("note", {"on": dt.date(2024, 1, 2), "at": dt.datetime(2024, 1, 2, 3, 4), "share": 0.1}),)  # noqa: DTZ001 - TOML has such
    settings = Settings(
        name=world.settings.name, calendar=world.settings.calendar, unknown=odd, policy=world.settings.policy
    )
    opened_book = open_book(Place.parse(book))
    for one in (world, World(settings, world.tables)):
        with opened_book.write() as writing:
            digest = writing.put_world(one)
        with opened_book.read() as reading:
            found = reading.world(digest)
        assert found.digest == one.digest == digest
        assert found.settings == one.settings
        assert all(found.tables[name].equals(one.tables[name]) for name in one.tables)
    opened_book.close()


def test_what_is_not_sealed_is_not_written(book: str) -> None:
    opened_book = open_book(Place.parse(book))
    with opened_book.read() as reading:
        before = reading.head()
    draft = Draft(kind="plan", subject="x", by=MAKER, groups={"plan": {}})
    with pytest.raises(ApportionError, match="no checkpoint"), opened_book.write() as writing:
        writing.append([draft], at=before.at, salts=partial(secrets.token_bytes, 16))
    with opened_book.read() as reading:
        assert reading.head() == before
    opened_book.close()


def test_a_reading_sees_one_state_whatever_is_written_meanwhile(book: str) -> None:
    opened_book = open_book(Place.parse(book))
    with opened_book.read() as reading:
        size = reading.head().size
        with opened(book, MAKER):
            add_scenario(STORY)
        assert reading.head().size == size
        assert reading.scenarios() == []
    with opened_book.read() as reading:
        assert reading.head().size > size
    opened_book.close()


def test_a_backup_restored_on_the_other_database_is_the_same_book(
    book: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    is_file = Place.parse(book).file is not None
    with opened(book, MAKER):
        add_scenario(STORY)
        size = back_up_book(tmp_path / "backup.db")
        assert [one.name for one in list_book()] == [STORY]
        with pytest.raises(BookError, match="something already"):
            back_up_book(tmp_path / "backup.db")
    other = request.getfixturevalue("postgres_place") if is_file else str(tmp_path / "other.db")
    assert restore_book(tmp_path / "backup.db", to=other) == size
    with pytest.raises(BookError, match="something already"):
        restore_book(tmp_path / "backup.db", to=other)
    books = [open_book(Place.parse(one)) for one in (book, other)]
    with books[0].read() as old, books[1].read() as new:
        assert old.head() == new.head()
        assert list(old.objects()) == list(new.objects())
        assert old.scenarios() == new.scenarios()
        assert [one.as_json() for one in old.checkpoints()] == [one.as_json() for one in new.checkpoints()]
        assert new.world(story().digest).digest == story().digest
    for one in books:
        one.close()
    with opened(other, MAKER):
        assert check_book() == []


CHANGES = [
    "UPDATE scenarios SET world = 'x'",
    "UPDATE scenarios SET files = '{}'",
    "DELETE FROM scenarios",
    "INSERT INTO scenarios SELECT 'other', revision, world, files FROM scenarios",
    "DELETE FROM chunks",
    "UPDATE objects SET sha256 = 'x' WHERE kind = 'proposal'",
    "UPDATE objects SET size = size + 1 WHERE kind = 'table'",
    "UPDATE entries SET subject = 'other' WHERE kind = 'scenario-added'",
    "UPDATE entries SET digest = before.digest FROM entries AS before WHERE entries.seq = 2 AND before.seq = 1",
    "DELETE FROM entries WHERE seq = 2",
    "UPDATE groups SET text = replace(text, 'world', 'other') WHERE seq = 2",
    "DELETE FROM groups WHERE seq = 2",
    "UPDATE head SET size = size + 0, digest = 'x'",
    "DELETE FROM checkpoints WHERE size = (SELECT max(size) FROM checkpoints)",
    "UPDATE checkpoints SET text = replace(text, '\"size\":2', '\"size\":3') WHERE size = 2",
]


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_changed_behind_a_book_is_told(place: str, change: str) -> None:
    init_book(place, user=MAKER)
    with opened(place, MAKER):
        add_scenario(STORY)
        assert check_book() == []
    run(place, change)
    try:
        with opened(place, MAKER):
            found = [one.code for one in check_book()]
    except BookError as problem:
        found = [problem.code]
    assert found
    assert set(found) <= {Code.LEDGER_BROKEN, Code.BOOK_DAMAGED}


def test_books_of_other_versions_are_left_alone(book: str) -> None:
    done = migrate_book(book)
    assert (done.before, done.after, done.is_scrubbed) == (REVISIONS[-1], REVISIONS[-1], True)
    run(book, "UPDATE alembic_version SET version_num = '9999'")
    for act in (lambda: open_book(Place.parse(book)), lambda: migrate_book(book)):
        with pytest.raises(BookError, match="does not know") as told:
            act()
        assert told.value.code is Code.BOOK_NEWER
    run(book, "UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(BookError, match="is of version 0001") as told:
        open_book(Place.parse(book))
    assert told.value.code is Code.BOOK_OLDER
    assert "apportion db migrate" in str(told.value.fix)


def test_the_migrations_make_the_tables_of_the_program(book: str) -> None:
    engine = sa.create_engine(Place.parse(book).url)
    inspected = sa.inspect(engine)
    for table in METADATA.sorted_tables:
        made = {one["name"]: one["nullable"] for one in inspected.get_columns(table.name)}
        assert made == {one.name: bool(one.nullable) for one in table.columns}
        keys = inspected.get_pk_constraint(table.name)["constrained_columns"]
        assert set(keys) == {one.name for one in table.primary_key}
    engine.dispose()
    versions = Path(__file__).parents[3] / "src" / "apportion" / "store" / "migrations" / "versions"
    assert sorted(one.name.partition("_")[0] for one in versions.glob("0*.py")) == list(REVISIONS)


def test_another_database_is_no_book_and_stays_as_it_is(place: str) -> None:
    run(place, "CREATE TABLE theirs (a INTEGER)")
    with pytest.raises(BookError, match="no book"):
        open_book(Place.parse(place))


def test_trouble_with_a_file_is_said_in_words(tmp_path: Path) -> None:
    junk = tmp_path / "junk.db"
    junk.write_bytes(b"no database at all" * 500)
    for path, code in ((tmp_path / "none.db", Code.BOOK_UNREACHABLE), (tmp_path, Code.BOOK_UNREACHABLE)):
        with pytest.raises(BookError) as told:
            open_book(Place.parse(str(path)))
        assert told.value.code is code
    with pytest.raises(BookError) as told:
        open_book(Place.parse(str(junk)))
    assert told.value.code is Code.BOOK_DAMAGED
    with pytest.raises(BookError, match="something already"):
        init_book(str(junk), user=MAKER)


def test_a_password_is_never_told() -> None:
    place = Place.parse("postgresql://me:s3cret-word@127.0.0.1:1/book")
    assert "s3cret" not in f"{place} {place!r} {place.label}"
    with pytest.raises(BookError) as told:
        open_book(place)
    assert told.value.code is Code.BOOK_UNREACHABLE
    assert "s3cret" not in str(told.value)
    assert told.value.__cause__ is None
    with pytest.raises(UsageError) as refused:
        Place.parse("mysql://me:s3cret-word@host/book")
    assert "s3cret" not in str(refused.value)
