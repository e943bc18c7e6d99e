"""What does keeping cost: an act appended, a ledger of a million entries verified, a million orders stored and loaded?

Each on both databases, beside what cannot be had for less: the same bytes put into the same database without a ledger,
hashed once, or written to a file.
"""

from __future__ import annotations

import datetime as dt
import gc
import hashlib
import os
import resource
import secrets
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from apportion.commands.audit import verify_ledger
from apportion.commands.session import opened
from apportion.files.folder import read_folder
from apportion.files.keys import load_or_make_key
from apportion.govern.checkpoints import sign
from apportion.govern.events import Plain
from apportion.govern.ledger import Draft
from apportion.store.book import Book, open_book
from apportion.store.places import Place
from benchmarks.bench_reading import ORDERS, write_large
from tests.books import MAKER, write_book
from tests.postgres import place, postgres, postgres_place

__all__ = ["place", "postgres", "postgres_place"]

ENTRIES = 1_000_000
BATCH = 10_000
SINGLE = 300
FEW = 50_000
# What one act of a decision says, in bytes of its text.
SAID: dict[str, Plain] = {"act": {"by": "", "proposal": "swap-2023-12", "text": "x" * 80, "verb": "vote"}}


@pytest.fixture(autouse=True)
def _keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPORTION_KEYS", str(tmp_path / "keys"))


def draft(number: int) -> Draft:
    return Draft(kind="decision", subject=f"market-{number % 7}", by=MAKER, groups=SAID)


def append(book: Book, count: int) -> None:
    """Write one transaction of so many entries under one signature."""
    key = load_or_make_key(MAKER)
    with book.write() as writing:
        at = writing.head().at
        writing.append(
            [draft(number) for number in range(count)], at=at, salts=partial(secrets.token_bytes, 16)
        )
        writing.seal(lambda one: sign(one, key), key=key.public, at=at)


def seconds(work: Callable[[], object]) -> float:
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def hash_each(texts: list[bytes]) -> None:
    for one in texts:
        hashlib.sha256(one).digest()


def append_often(book: Book, times: int, *, each: int) -> None:
    for _ in range(times):
        append(book, each)


def peak_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def kind_of(place: str) -> str:
    return "SQLite" if Place.parse(place).file is not None else "PostgreSQL"


def insert(place: str, rows: int, *, each: int) -> None:
    """Insert as many rows of an act's bytes as plainly as the database takes them, so many a transaction."""
    engine = sa.create_engine(Place.parse(place).url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS floor (number INTEGER PRIMARY KEY, text TEXT)")
        first = connection.exec_driver_sql("SELECT count(*) FROM floor").scalar_one()
    put = sa.text("INSERT INTO floor VALUES (:number, :text)")
    with engine.connect() as connection:
        for at in range(first, first + rows, each):
            connection.execute(
                put, [{"number": at + number, "text": "x" * 500 + str(at)} for number in range(each)]
            )
            connection.commit()
    engine.dispose()


def test_an_act_is_appended(place: str) -> None:
    book = open_book(Place.parse(write_book(place)))
    append(book, 1)
    single = seconds(lambda: append_often(book, SINGLE, each=1))
    batched = seconds(lambda: append_often(book, FEW // BATCH, each=BATCH))
    book.close()
    floor_single = seconds(lambda: insert(place, SINGLE, each=1))
    floor_batched = seconds(lambda: insert(place, FEW, each=BATCH))
    print(
        f"\n{kind_of(place)}: an entry of its own, signed and committed, in {1000 * single / SINGLE:.2f} ms "
        f"({single / floor_single:.1f} times a plain insert); {BATCH:,} at once, "
        f"{FEW / batched:,.0f} a second ({batched / floor_batched:.1f} times plain inserts)"
    )


def test_a_million_entries_are_verified(place: str) -> None:
    book = open_book(Place.parse(write_book(place)))
    written = seconds(lambda: append_often(book, ENTRIES // BATCH, each=BATCH))
    with book.read() as reading:
        texts = [row.text.encode() for row in reading.entries()]
    book.close()
    floor, count = seconds(partial(hash_each, texts)), len(texts)
    del texts
    before = peak_gb()
    with opened(place, MAKER):
        found = []
        taken = seconds(lambda: found.append(verify_ledger()))
    assert [(one.size, list(one.faults)) for one in found] == [(count, [])]
    print(
        f"\n{kind_of(place)}: {count:,} entries appended in {written:.1f} s, verified in {taken:.1f} s "
        f"({taken / floor:.0f} times one SHA-256 of each), peak memory {before:.2f} GB before and {peak_gb():.2f} after"
    )


def test_a_world_of_a_million_orders_is_stored_and_loaded(place: str, tmp_path: Path) -> None:
    file = write_large(tmp_path / "large", suffix=".parquet")
    world = read_folder(file.parent).world
    assert world is not None
    digest = world.digest
    book = open_book(Place.parse(write_book(place)))

    def store() -> None:
        key = load_or_make_key(MAKER)
        with book.write() as writing:
            at = writing.head().at
            writing.put_world(world)
            writing.append([draft(0)], at=at, salts=partial(secrets.token_bytes, 16))
            writing.seal(lambda one: sign(one, key), key=key.public, at=at)

    loaded: list[str] = []

    def load() -> None:
        with book.read() as reading:
            loaded.append(reading.world(digest).digest)

    stored, taken = seconds(store), seconds(load)
    book.close()
    assert loaded == [digest]
    content = file.read_bytes()

    def write() -> None:
        with (tmp_path / "floor").open("wb") as opened_file:
            opened_file.write(content)
            os.fsync(opened_file.fileno())

    floor = seconds(write)
    print(
        f"\n{kind_of(place)}: a world of {ORDERS:,} orders stored in {stored:.2f} s ({stored / floor:.0f} times "
        f"writing the bytes of its file), loaded and held against its digest in {taken:.2f} s, "
        f"peak memory {peak_gb():.2f} GB, {dt.datetime.now(dt.UTC):%Y-%m-%d}"
    )
