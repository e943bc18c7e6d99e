"""A book on each database, and keys of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.books import MAKER, write_book
from tests.postgres import mortal, place, postgres, postgres_place

__all__ = ["MAKER", "mortal", "place", "postgres", "postgres_place"]


@pytest.fixture(autouse=True)
def _keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPORTION_KEYS", str(tmp_path / "keys"))


@pytest.fixture
def book(place: str) -> str:
    return write_book(place)
