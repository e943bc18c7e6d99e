"""A book to act in, anew for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from apportion.store.places import Place
from tests.decided import Clock, set_clock
from tests.kept import Kept, make_kept


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return set_clock(monkeypatch)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place.parse(str(tmp_path / "book.db"))


@pytest.fixture
def kept(place: Place, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Kept:
    del clock
    monkeypatch.setenv("APPORTION_KEYS", str(tmp_path / "keys"))
    return make_kept(place, tmp_path)
