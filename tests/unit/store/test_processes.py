"""Processes that write to one book at once, and what a half written transaction would look like."""

from __future__ import annotations

import subprocess
import sys

import pytest

from apportion.commands.audit import verify_ledger
from apportion.commands.session import opened
from tests.unit.store.conftest import MAKER
from tests.unit.store.looked import look


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


def test_a_book_is_verified_while_others_write_to_it(book: str) -> None:
    writers = [start(book) for _ in range(3)]
    sizes = []
    try:
        for one in writers:
            # Ready, and its first transaction: from here on all of them write without end.
            assert one.stdout is not None
            assert [one.stdout.readline().strip() != "" for _ in range(2)] == [True, True]
        for _ in range(6):
            with opened(book, MAKER):
                found = verify_ledger()
            assert list(found.faults) == []
            sizes.append(found.size)
    finally:
        for one in writers:
            one.kill()
            one.communicate()
    # Each was of a state of its own.
    assert sizes == sorted(set(sizes))
    assert look(book).faults == []


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
