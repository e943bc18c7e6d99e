"""Writers and servers that are killed at random instants: nothing told is lost, and nothing is half written."""

from __future__ import annotations

import itertools
import os
import random
import signal
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import sqlalchemy as sa

from apportion.errors import BookError, Code
from apportion.store.places import Place
from tests.books import write_book
from tests.conftest import SEED_LIMIT
from tests.postgres import Mortal, database
from tests.unit.store.looked import Looked, look
from tests.unit.store.nursery import Ended, Nursery, nursery
from tests.unit.store.writer import ENTRIES

ROUNDS = 10_000 if os.environ.get("APPORTION_HYPOTHESIS") == "soak" else 50
# Looking at all of a book takes longer the longer it is, so that after so many rounds a new one is begun.
ROUNDS_OF_A_BOOK = 25
# The longest time that a writer is left: it grows after a round that acknowledged nothing, and shrinks after others,
# so that on a slow machine as on a fast one most rounds are cut in the midst of work.
FIRST_S, GROWS, SHRINKS = 0.06, 1.2, 0.95
PATIENCE_S = 60
BACKENDS = (
    "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() "
    "AND datname = current_database() ORDER BY backend_start DESC LIMIT 1"
)


@dataclass(frozen=True)
class Round:
    """One writer to be killed: its process, its book and the number of the round."""

    writer: int
    place: str
    number: int


Kill: TypeAlias = Callable[[Round], None]


@dataclass
class Count:
    """What all rounds came to, in transactions."""

    rounds: int = 0
    acknowledged: int = 0
    found: int = 0
    lost: int = 0
    torn: int = 0
    faults: int = 0

    def add(self, ended: Ended, *, before: int, looked: Looked) -> None:
        """Count one round."""
        written, rest = divmod(looked.size - before, ENTRIES)
        kept = range(before + ENTRIES, looked.size + 1, ENTRIES)
        self.rounds += 1
        self.acknowledged += len(ended.acknowledged)
        self.found += written
        self.lost += sum(1 for one in ended.acknowledged if one not in kept)
        self.torn += len(looked.halves) + bool(rest)
        self.faults += len(looked.faults)


def kill_writer(one: Round) -> None:
    os.kill(one.writer, signal.SIGKILL)


def kill_backend(place: str) -> None:
    """Kill the process of the server that works for the writer; the server then ends all others, and recovers."""
    engine = sa.create_engine(Place.parse(place).url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        [backend] = connection.exec_driver_sql(BACKENDS).scalars()
    # The connection that asked is gone, since the server would end it in the middle.
    os.kill(backend, signal.SIGKILL)


def patiently(place: str) -> Looked:
    """Look at a book as soon as its server has recovered."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            return look(place)
        except BookError as problem:
            if problem.code is not Code.BOOK_UNREACHABLE or time.monotonic() > until:
                raise
            time.sleep(0.02)


def run_rounds(books: Iterator[str], *, kill: Kill, rng: random.Random, seed: int) -> Count:
    """Kill writers of books, and look at the book after each.

    Args:
        books: Gives a new book, each time there is one to begin.
        kill: Ends a writer.
        rng: Draws the instants.
        seed: What repeats the run.
    """
    count, longest_s = Count(), FIRST_S
    with nursery() as writers:
        place, size = "", 0
        for number in range(ROUNDS):
            if number % ROUNDS_OF_A_BOOK == 0:
                place = next(books)
                size = look(place).size
            ended = one_round(writers, place, number=number, kill=kill, wait_s=rng.random() * longest_s)
            longest_s *= SHRINKS if ended.acknowledged else GROWS
            looked = patiently(place)
            count.add(ended, before=size, looked=looked)
            told = f"seed {seed}, round {number}: {looked}, {ended}, {size} before"
            assert (count.lost, count.torn, count.faults) == (0, 0, 0), told
            size = looked.size
    return count


def one_round(writers: Nursery, place: str, *, number: int, kill: Kill, wait_s: float) -> Ended:
    writer = writers.start(place, moves_often=number % 2 == 1 and Place.parse(place).file is not None)
    time.sleep(wait_s)
    kill(Round(writer, place, number))
    ended = writers.ended()
    assert ended.trouble in {"", Code.BOOK_UNREACHABLE}
    return ended


def told_of(count: Count, *, seed: int, what: str) -> str:
    return (
        f"kill -9 on {what}: {count.rounds} rounds, seed {seed}: {count.acknowledged} transactions acknowledged, "
        f"{count.found} found, {count.lost} lost, {count.torn} torn, {count.faults} faults"
    )


def test_a_writer_to_a_file_that_is_killed_loses_nothing(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    seed = random.randrange(SEED_LIMIT)  # noqa: S311 - it is told, and repeats the run
    books = (write_book(tmp_path / f"book-{number}.db") for number in itertools.count())
    rng = random.Random(seed)  # noqa: S311 - as above
    count = run_rounds(books, kill=kill_writer, rng=rng, seed=seed)
    record_property("told", told_of(count, seed=seed, what="SQLite"))
    assert count.rounds == ROUNDS
    assert count.acknowledged


def test_a_writer_to_a_server_or_the_server_that_is_killed_loses_nothing(
    mortal: Mortal, record_property: Callable[[str, object], None]
) -> None:
    seed = random.randrange(SEED_LIMIT)  # noqa: S311 - it is told, and repeats the run
    killed = {"writer": 0, "backend": 0, "server": 0}

    def kill(one: Round) -> None:
        if one.number % 25 == 24:
            killed["server"] += 1
            mortal.kill()
        elif one.number % 10 == 9:
            killed["backend"] += 1
            kill_backend(one.place)
        else:
            killed["writer"] += 1
            kill_writer(one)

    with books_on(mortal.address) as books:
        rng = random.Random(seed)  # noqa: S311 - as above
        count = run_rounds(books, kill=kill, rng=rng, seed=seed)
    told = ", ".join(f"{times} times the {what}" for what, times in killed.items())
    record_property("told", told_of(count, seed=seed, what=f"PostgreSQL, {told}"))
    assert count.rounds == ROUNDS
    assert count.acknowledged
    assert all(killed.values())


@contextmanager
def books_on(server: str) -> Iterator[Iterator[str]]:
    """Give books on a server one after the other, of which the last one is dropped at the end."""

    def made() -> Generator[str]:
        while True:
            with database(server) as place:
                yield write_book(place)

    books = made()
    try:
        yield books
    finally:
        books.close()


def test_what_is_lost_or_torn_would_be_counted() -> None:
    count = Count()
    count.add(Ended([6, 9]), before=3, looked=Looked(6, [], []))
    assert (count.acknowledged, count.found, count.lost, count.torn) == (2, 1, 1, 0)
    count.add(Ended([9]), before=6, looked=Looked(10, ["10 unsigned-tail"], ["x"]))
    assert (count.lost, count.torn, count.faults) == (1, 2, 1)
