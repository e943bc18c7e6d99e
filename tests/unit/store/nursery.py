"""Writers that are to be killed, forked off one process that has loaded everything, so that none costs a second.

python -m tests.unit.store.nursery: reads where to write and as whom, a line for each writer, and tells how it went.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

from tests.unit.store.conftest import MAKER

# So many pages of changes are gathered before SQLite moves them into the file of the book; 1,000 unless told.
_FEW_PAGES = 8


@dataclass
class Ended:
    """What a writer told before it ended.

    Attributes:
        acknowledged: The last entry of each transaction that it was told is kept.
        trouble: The code of the error that ended it; empty where it was killed.
    """

    acknowledged: list[int] = field(default_factory=list)
    trouble: str = ""


class Nursery:
    """A process that forks writers."""

    def __init__(self, asked: IO[str], told: IO[str]) -> None:
        """Hold what it reads and what it tells."""
        self._asked, self._told = asked, told

    def start(self, place: str, *, moves_often: bool = False) -> int:
        """Start a writer and return its process, once the book is open.

        Args:
            place: The book.
            moves_often: Whether SQLite shall move changes into its file all the time, to be killed as it does.
        """
        self._asked.write(json.dumps([place, moves_often]) + "\n")
        self._asked.flush()
        word, _, process = self._told.readline().partition(" ")
        assert word == "ready", word
        return int(process)

    def ended(self) -> Ended:
        """Wait until the writer has ended, and return what it told."""
        found = Ended()
        for line in self._told:
            word, _, said = line.strip().partition(" ")
            if word == "gone":
                return found
            if word == "kept":
                found.acknowledged.append(int(said))
            else:
                found.trouble = said
        raise AssertionError("The nursery has ended.")


@contextmanager
def nursery() -> Iterator[Nursery]:
    """Give a nursery that is gone at the end."""
    command = [sys.executable, "-m", "tests.unit.store.nursery"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Nursery(process.stdin, process.stdout)
        process.stdin.close()


def _tell(word: str, said: object) -> None:
    # One write of a short line is whole whoever else writes, and none of it waits in a buffer to be lost.
    os.write(1, f"{word} {said}\n".encode())


def _write_for_ever(place: str, *, moves_often: bool) -> None:
    import sqlalchemy as sa  # noqa: PLC0415 - the parent of the nursery needs none of these

    from apportion.errors import BookError  # noqa: PLC0415 - as above
    from apportion.store.book import open_book  # noqa: PLC0415 - as above
    from apportion.store.places import Place  # noqa: PLC0415 - as above
    from tests.unit.store.writer import write_one  # noqa: PLC0415 - as above

    if moves_often:
        sa.event.listen(
            sa.Engine, "connect", lambda raw, _: raw.execute(f"PRAGMA wal_autocheckpoint = {_FEW_PAGES}")
        )
    try:
        book = open_book(Place.parse(place))
        _tell("ready", os.getpid())
        while True:
            _tell("kept", write_one(book, MAKER))
    except BookError as problem:
        _tell("trouble", problem.code)


def main() -> None:
    """Fork a writer for each line, one after the other."""
    import psycopg  # noqa: F401, PLC0415 - loaded before the forks
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: F401, PLC0415 - as above

    from tests.unit.store import writer  # noqa: F401, PLC0415 - as above

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in sys.stdin:
        place, moves_often = json.loads(line)
        process = os.fork()
        if not process:
            try:
                _write_for_ever(place, moves_often=moves_often)
            finally:
                os._exit(0)
        os.waitpid(process, 0)
        _tell("gone", process)


if __name__ == "__main__":
    main()
