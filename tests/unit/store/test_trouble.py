"""Trouble with what a book lies on: each is told by its code, and nothing that was written is lost."""

from __future__ import annotations

import os
import random
import resource
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from apportion.commands.audit import verify_damaged
from apportion.commands.book_adding import add_scenario
from apportion.commands.books import check_book
from apportion.commands.session import opened
from apportion.errors import BookError, Code
from apportion.store.book import open_book
from apportion.store.places import Place
from tests.books import write_book
from tests.postgres import Mortal
from tests.unit.store.conftest import MAKER
from tests.unit.store.looked import look
from tests.unit.store.writer import write_one

PAGE_BYTES = 4096
NOBODY = 65534


def put(place: str, size_bytes: int = 100) -> None:
    """Keep an object and an entry that are new."""
    book = open_book(Place.parse(place))
    try:
        with book.write() as writing:
            writing.put_object("plan", secrets.token_bytes(size_bytes))
    finally:
        book.close()


def write(place: str) -> None:
    book = open_book(Place.parse(place))
    try:
        write_one(book, MAKER)
    finally:
        book.close()


def code_of(act: Callable[[], object]) -> Code:
    with pytest.raises(BookError) as told:
        act()
    assert told.value.fix
    return told.value.code


def run(place: str, *statements: str) -> None:
    engine = sa.create_engine(Place.parse(place).url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for one in statements:
            connection.exec_driver_sql(one)


@contextmanager
def no_file_larger_than(size_bytes: int) -> Iterator[None]:
    """Let the system refuse to lengthen files, as a disk that is full does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Act as a user without rights, where the tests run as one who has all of them."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.fixture
def shared() -> Iterator[str]:
    """Give a book in a folder that other users come to, which those of a test's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="apportion-book-"))
    try:
        folder.chmod(0o755)
        yield write_book(folder / "book.db")
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_disk_that_is_full_is_told_and_loses_nothing(tmp_path: Path) -> None:
    place = write_book(tmp_path / "book.db")
    write(place)
    before = look(place)
    with no_file_larger_than(200_000):
        assert code_of(lambda: put(place, 1_000_000)) is Code.BOOK_FULL
    assert look(place) == before
    write(place)
    assert look(place).size == before.size + 3


def test_a_server_whose_disk_is_full_is_told_and_loses_nothing(postgres_place: str) -> None:
    place = write_book(postgres_place)
    run(
        place,
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END$$",
        "CREATE TRIGGER full_disk BEFORE INSERT ON checkpoints FOR EACH ROW EXECUTE FUNCTION full_disk()",
    )
    before = look(place)
    assert code_of(lambda: write(place)) is Code.BOOK_FULL
    assert look(place) == before
    run(place, "DROP TRIGGER full_disk ON checkpoints")
    write(place)
    assert look(place).faults == []


def test_a_file_that_may_only_be_read_is_read_and_not_written(shared: str) -> None:
    file = Path(shared)
    size = look(shared).size
    file.chmod(0o444)
    file.parent.chmod(0o777)
    with as_nobody():
        assert look(shared).size == size
        assert code_of(lambda: put(shared)) is Code.BOOK_READ_ONLY
    assert look(shared).size == size


def test_a_folder_that_may_not_be_written_is_told(shared: str) -> None:
    file = Path(shared)
    before = file.read_bytes()
    file.chmod(0o666)
    file.parent.chmod(0o555)
    with as_nobody():
        assert code_of(lambda: put(shared)) is Code.BOOK_READ_ONLY
        # A copy of one's own is the way to read it, as the error says.
        with tempfile.TemporaryDirectory() as folder:
            assert look(shutil.copy(file, folder)).faults == []
    assert file.read_bytes() == before


def test_a_file_that_may_not_be_read_is_told(shared: str) -> None:
    Path(shared).chmod(0)
    with as_nobody():
        assert code_of(lambda: look(shared)) is Code.BOOK_UNREACHABLE


def test_a_user_of_a_server_who_may_only_read_reads_and_does_not_write(postgres_place: str) -> None:
    place = write_book(postgres_place)
    reader = f"reader_{secrets.token_hex(4)}"
    run(place, f"CREATE ROLE {reader} LOGIN", f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader}")
    before = look(place)
    theirs = place.replace("postgres:@", f"{reader}:@")
    try:
        assert look(theirs) == before
        assert code_of(lambda: write(theirs)) is Code.BOOK_READ_ONLY
        assert look(place) == before
    finally:
        run(place, f"DROP OWNED BY {reader}", f"DROP ROLE {reader}")


def found_wrong(file: Path) -> list[str]:
    """Return what a check and a verification say of a file; any other exception than ours passes."""
    told = []
    try:
        with opened(str(file), MAKER):
            told += [str(one.code) for one in check_book()]
    except BookError as problem:
        told.append(str(problem.code))
    try:
        verify_damaged(str(file))
    except BookError as problem:
        told.append(str(problem.code))
    return told


@pytest.mark.parametrize("damage", ["zeros", "noise"])
def test_each_damaged_page_of_a_file_is_told_and_never_crashes(tmp_path: Path, damage: str) -> None:
    place = write_book(tmp_path / "book.db")
    with opened(place, MAKER):
        add_scenario("three-orders")
    whole = Path(place).read_bytes()
    pages = len(whole) // PAGE_BYTES
    assert pages > 20
    for page in range(pages):
        spoilt = bytearray(whole)
        start = page * PAGE_BYTES
        noise = random.Random(page).randbytes(PAGE_BYTES)  # noqa: S311 - the same each time
        spoilt[start : start + PAGE_BYTES] = bytes(PAGE_BYTES) if damage == "zeros" else noise
        file = tmp_path / f"page-{page}.db"
        file.write_bytes(spoilt)
        told = set(found_wrong(file))
        assert told, f"page {page}"
        assert told <= {Code.BOOK_DAMAGED, Code.LEDGER_BROKEN}, f"page {page}"
        for one in tmp_path.glob(f"page-{page}.db*"):
            one.unlink()


def test_turned_bits_are_told_as_damage_or_change_nothing(tmp_path: Path) -> None:
    place = write_book(tmp_path / "book.db")
    whole = Path(place).read_bytes()
    rng = random.Random(7)  # noqa: S311 - the same each time
    for number in range(60):
        spoilt = bytearray(whole)
        for _ in range(4):
            spoilt[rng.randrange(len(spoilt))] ^= 1 << rng.randrange(8)
        file = tmp_path / f"bits-{number}.db"
        file.write_bytes(spoilt)
        assert set(found_wrong(file)) <= {Code.BOOK_DAMAGED, Code.LEDGER_BROKEN, Code.BOOK_NEWER}
        for one in tmp_path.glob(f"bits-{number}.db*"):
            one.unlink()


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9])
def test_a_file_that_was_cut_is_told(tmp_path: Path, share: float) -> None:
    place = write_book(tmp_path / "book.db")
    whole = Path(place).read_bytes()
    Path(place).write_bytes(whole[: int(len(whole) * share)])
    assert set(found_wrong(Path(place))) == {Code.BOOK_DAMAGED}


def test_text_that_is_none_is_damage_and_not_repeated(tmp_path: Path) -> None:
    place = write_book(tmp_path / "book.db")
    run(place, "UPDATE groups SET text = CAST(x'7365637265742dff' AS TEXT)")
    with pytest.raises(BookError) as told:
        verify_damaged(place)
    assert told.value.code is Code.BOOK_DAMAGED
    assert "secret" not in str(told.value)


def test_a_connection_that_breaks_in_the_middle_leaves_nothing(postgres_place: str) -> None:
    place = write_book(postgres_place)
    before = look(place)
    book = open_book(Place.parse(place))

    def broken() -> None:
        with book.write() as writing:
            writing.put_object("plan", b"half")
            run(
                place,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
            writing.put_object("plan", b"other half")

    assert code_of(broken) is Code.BOOK_UNREACHABLE
    assert look(place) == before
    write_one(book, MAKER)
    book.close()
    assert look(place).size == before.size + 3


def test_a_wrong_password_is_told_and_never_printed(mortal: Mortal) -> None:
    mortal.ask_password()
    for text in (
        mortal.address.replace("postgres:@", "postgres:s3cret-word@"),
        mortal.address + "&password=s3cret-word",
    ):
        place = Place.parse(text)
        with pytest.raises(BookError) as told:
            open_book(place)
        assert told.value.code is Code.BOOK_UNREACHABLE
        assert "password" in str(told.value)
        assert "s3cret" not in f"{told.value} {told.value.__cause__} {place!r} {place.label}"
