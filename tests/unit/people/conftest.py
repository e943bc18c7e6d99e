"""A book in which two spoke of a swap that was taken back, for tests of holds and erasure."""

from __future__ import annotations

from pathlib import Path

import pytest

from apportion.commands.decisions import act, propose
from tests.books import write_book
from tests.decided import Clock, set_clock
from tests.postgres import place, postgres, postgres_place
from tests.shared_market import SWAP_ID, USERS, write_market

__all__ = ["OTHER_WORDS", "WORDS", "place", "postgres", "postgres_place"]

WORDS = "In my view Zephyr has waited longest, and I say so."
OTHER_WORDS = "We take no position on it."
NAMES = ("admin", "auditor", "desk", "buyer", "committee")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return set_clock(monkeypatch)


@pytest.fixture
def market(tmp_path: Path, clock: Clock) -> Path:
    """Give a market whose swap was spoken of by two and is still open."""
    del clock
    folder = write_market(tmp_path / "market")
    propose(str(folder), SWAP_ID, by="cal-both")
    for person, words in (("zoe-zephyr", WORDS), ("ava-mercury", OTHER_WORDS)):
        act(str(folder), SWAP_ID, by=person, verb="state", said={"text": words})
    return folder


@pytest.fixture
def ended(market: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Give the market with its swap taken back, and a key folder of the test's own."""
    monkeypatch.setenv("APPORTION_KEYS", str(tmp_path / "keys"))
    act(str(market), SWAP_ID, by="cal-both", verb="withdraw", said={"reason": "Not now."})
    return market


@pytest.fixture
def book(ended: Path, tmp_path: Path) -> str:
    """Give a book of files with the market in it."""
    return write_book(tmp_path / "b.db", users=[USERS[name] for name in NAMES], scenarios=[ended])
