"""Processes that write to one book at once, and processes that are killed while they do."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from tests.conftest import SEED_LIMIT
from tests.unit.store.conftest import MAKER
from tests.unit.store.looked import look

ROUNDS = 10_000 if os.environ.get("APPORTION_HYPOTHESIS") == "soak" else 50
LONGEST_S = 0.08


def start(place: str, *rest: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.unit.store.writer", place, MAKER, *rest]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_processes_that_write_at_once_lose_nothing(book: str) -> None:
    before = look(book).size
    told = []
    for one in [start(book, "12") for _ in range(4)]:
        output, _ = one.communicate(timeout=120)
        assert one.returncode == 0
        told += [int(line) for line in output.split()[1:]]
    found = look(book)
    assert (found.faults, found.halves) == ([], [])
    assert sorted(told) == [before + 3 * number for number in range(1, 49)]
    assert found.size == before + 144


def test_a_killed_writer_leaves_what_it_told_and_no_half(
    book: str, record_property: Callable[[str, object], None]
) -> None:
    seed = random.randrange(SEED_LIMIT)  # noqa: S311 - it is told, and repeats the run
    rng = random.Random(seed)  # noqa: S311 - as above
    acknowledged = untold = 0
    size = look(book).size
    for number in range(ROUNDS):
        writer = start(book)
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        time.sleep(rng.random() * LONGEST_S)
        writer.send_signal(signal.SIGKILL)
        told = [int(line) for line in writer.stdout.read().split("\n")[:-1]]
        writer.wait()
        writer.stdout.close()
        # Looking at all of a book that grows takes longer each time; its end is looked at each round.
        is_last = number == ROUNDS - 1
        found = look(book) if number % max(1, ROUNDS // 50) == 0 or is_last else None
        acknowledged += len(told)
        if found is None:
            continue
        assert (found.faults, found.halves) == ([], []), f"seed {seed}, round {number}"
        assert found.size >= max([size, *told]), f"seed {seed}, round {number}"
        assert (found.size - size) % 3 == 0, f"seed {seed}, round {number}"
        untold += (found.size - size) // 3 - len(told) if ROUNDS <= 50 else 0
        size = found.size
    record_property(
        "told",
        f"kill -9: {ROUNDS} rounds, seed {seed}, {acknowledged} transactions told and kept, "
        f"{untold} kept and not told",
    )
    assert acknowledged


@pytest.mark.parametrize("what", ["entry", "checkpoint"])
def test_a_half_written_transaction_would_be_seen(book: str, what: str) -> None:
    import sqlalchemy as sa  # noqa: PLC0415 - only this test takes rows away

    from apportion.store.places import Place  # noqa: PLC0415 - as above

    writer = start(book, "1")
    writer.communicate(timeout=60)
    engine = sa.create_engine(Place.parse(book).url)
    with engine.begin() as connection:
        table, column = ("entries", "seq") if what == "entry" else ("checkpoints", "size")
        connection.exec_driver_sql(
            f"DELETE FROM {table} WHERE {column} = (SELECT max({column}) FROM {table})"  # noqa: S608 - ours
        )
    engine.dispose()
    found = look(book)
    assert found.faults
