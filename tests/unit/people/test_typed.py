"""Every command of the command line × who may and who may not, as it is typed in a book."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from apportion.files.keys import load_key
from tests.decided import Clock
from tests.unit.people.typed import TYPED, Desk, clock, desk_at, staged
from tests.unit.test_cli_commands import COMMANDS, Answer, Runner, run

__all__ = ["clock", "run", "staged"]

REFUSED = 4
# What is done in no book, or before there is anybody in one to ask for a right.
OF_NO_BOOK = {
    "scenarios",
    "template",
    "packs",
    "db init",
    "db migrate",
    "db restore",
    "audit countersign",
    "audit check-proof",
}


@pytest.fixture
def desk(staged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock, command: str) -> Desk:
    del clock
    monkeypatch.setenv("APPORTION_KEYS", str(tmp_path / "keys"))
    (tmp_path / "keys").mkdir()
    return desk_at(staged, tmp_path, stage=TYPED[command].stage)


def size_of(place: str) -> int:
    with closing(sqlite3.connect(place)) as connection:
        return int(connection.execute("SELECT size FROM head").fetchone()[0])


def typed(run: Runner, desk: Desk, *, command: str, user: str) -> Answer:
    return run(*TYPED[command].line(desk), "--db", desk.place, "--as", user)


def test_the_table_speaks_of_every_command_that_works_in_a_book() -> None:
    commands = {name for name, one in COMMANDS.items() if not hasattr(one, "commands")}
    assert set(TYPED) | OF_NO_BOOK == commands
    assert not set(TYPED) & OF_NO_BOOK
    for name in OF_NO_BOOK - {"audit countersign", "db init"}:
        assert not any("--as" in one.opts for one in COMMANDS[name].params), name


@pytest.mark.parametrize("command", list(TYPED))
def test_a_typed_command_is_done_for_one_role_and_not_for_another(
    run: Runner, desk: Desk, command: str
) -> None:
    row, before = TYPED[command], size_of(desk.place)
    key = load_key(row.refused).seed
    refused = typed(run, desk, command=command, user=row.refused)
    assert refused.code == REFUSED, refused.stdout + refused.stderr
    assert "not-permitted" in refused.stderr
    assert size_of(desk.place) == before
    assert not list(desk.out.iterdir())
    assert load_key(row.refused).seed == key
    done = typed(run, desk, command=command, user=row.allowed)
    assert done.code == row.code, done.stdout + done.stderr
    assert "not-permitted" not in done.stderr
