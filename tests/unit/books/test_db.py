"""The commands of a book itself, as they are typed: made, filled, listed, backed up, brought back, checked."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.decided import Clock
from tests.kept import SCENARIO, Kept
from tests.unit.test_cli_commands import Runner, run

__all__ = ["run"]

DESK = ("--as", "mo")


@pytest.fixture
def made(run: Runner, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    del clock
    monkeypatch.setenv("APPORTION_KEYS", str(tmp_path / "keys"))
    file = tmp_path / "group.db"
    answer = run("db", "init", "--db", file, *DESK)
    assert answer.code == 0, answer.stderr
    assert "'mo' is its first admin and desk" in answer.stdout
    return file


def test_a_book_is_made_once_and_hands_its_checkpoints_out(
    run: Runner, made: Path, tmp_path: Path, kept: Kept
) -> None:
    before = made.read_bytes()
    again = run("db", "init", "--db", made, *DESK)
    assert again.code == 1
    assert "is something already" in again.stderr
    assert made.read_bytes() == before
    other = tmp_path / "other.db"
    told = run("db", "init", "--db", other, *DESK, "--checkpoints", tmp_path / "held", "--json").value
    assert told["user"] == "mo"
    run("db", "add", kept.folder, "--db", other, *DESK)
    assert (tmp_path / "held" / f"{told['book']}.jsonl").read_text().count("\n") == 1


def test_a_scenario_is_added_once_listed_and_revised_by_what_changed(
    run: Runner, made: Path, kept: Kept
) -> None:
    place = ("--db", made, *DESK)
    first = run("db", "add", kept.folder, *place).stdout
    assert first.startswith(f"Added {SCENARIO}, world ")
    assert run("db", "add", kept.folder, *place).stdout.startswith(f"Nothing is new of {SCENARIO}")
    assert run("db", "add", kept.folder, "--name", "twin", *place).stdout.startswith("Added twin")
    orders = kept.folder / "orders.csv"
    *others, _ = orders.read_text().splitlines()
    orders.write_text("\n".join(others) + "\n")
    assert run("db", "add", kept.folder, *place).stdout.startswith(f"Revised {SCENARIO}")
    listed = {one["name"]: one["revision"] for one in run("db", "list", *place, "--json").value}
    assert listed == {SCENARIO: 2, "twin": 1}
    assert SCENARIO in run("db", "list", *place).stdout
    plans = [run("plan", name, *place, "--json").value["tables"]["allocations"] for name in listed]
    assert plans[0] != plans[1]


def test_a_backup_is_a_book_that_comes_back_whole_and_writes_over_nothing(
    run: Runner, kept: Kept, tmp_path: Path
) -> None:
    place = ("--db", kept.place, "--as", "maker")
    backup, back = tmp_path / "backup.db", tmp_path / "back.db"
    told = run("db", "backup", backup, *place, "--json").value
    assert run("db", "backup", backup, *place).code == 1
    assert run("db", "restore", backup, "--to", back, "--json").value == {"entries": told["entries"]}
    assert run("db", "restore", backup, "--to", back).code == 1
    for one in (backup, back):
        assert run("db", "check", "--db", one, "--as", "maker").code == 0
        log = run("audit", "log", "--db", one, "--as", "maker", "--json").value
        assert log == run("audit", "log", *place, "--json").value
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(backup.read_bytes())
    with closing(sqlite3.connect(damaged)) as connection:
        connection.execute("UPDATE entries SET subject = 'other' WHERE seq = 2")
        connection.commit()
    answer = run("db", "restore", damaged, "--to", tmp_path / "none.db")
    assert answer.code == 1
    assert "does not hold together" in answer.stderr
    assert not (tmp_path / "none.db").exists()


def test_a_check_names_every_object_that_is_not_what_it_was(run: Runner, kept: Kept) -> None:
    place = ("--db", kept.place, "--as", "maker")
    assert run("db", "check", *place).stdout == "Every entry, object and scenario is as it was kept.\n"
    with closing(sqlite3.connect(kept.place)) as connection:
        [count] = connection.execute("SELECT count(DISTINCT digest) FROM chunks").fetchone()
        connection.execute("UPDATE chunks SET content = zeroblob(length(content))")
        connection.commit()
    answer = run("db", "check", *place, "--json")
    assert answer.code == 1
    assert len(answer.value) >= count
    assert {one["code"] for one in answer.value} == {"ledger-broken"}


@pytest.mark.parametrize("change", ["content", "kind"])
def test_a_check_finds_a_plan_that_was_changed_with_the_hash_kept_beside_it(
    run: Runner, kept: Kept, change: str
) -> None:
    place = ("--db", kept.place, "--as", "maker")
    assert run("plan", SCENARIO, "--db", kept.place, "--as", "maker").code == 0
    assert run("db", "check", *place).code == 0
    with closing(sqlite3.connect(kept.place)) as connection:
        [plan] = connection.execute("SELECT digest FROM objects WHERE kind = 'plan'").fetchone()
        [held] = connection.execute("SELECT content FROM chunks WHERE digest = ?", (plan,)).fetchone()
        forged = held.replace(b"alpha", b"gamma")
        assert forged != held
        if change == "content":
            connection.execute("UPDATE chunks SET content = ? WHERE digest = ?", (forged, plan))
            connection.execute(
                "UPDATE objects SET sha256 = ? WHERE digest = ?", (hashlib.sha256(forged).hexdigest(), plan)
            )
        else:
            connection.execute("UPDATE objects SET kind = 'table' WHERE digest = ?", (plan,))
        connection.commit()
    answer = run("db", "check", *place)
    assert answer.code == 1
    assert plan in answer.stdout


def test_a_book_of_this_version_needs_no_migration(run: Runner, made: Path) -> None:
    told = run("db", "migrate", "--db", made, "--json").value
    assert told["before"] == told["after"]
    assert "already" in run("db", "migrate", "--db", made).stdout


@pytest.mark.parametrize("command", [("db", "list"), ("db", "check"), ("audit", "log"), ("plan", "two")])
def test_a_book_that_is_not_there_is_said_in_one_line(
    run: Runner, command: tuple[str, ...], tmp_path: Path
) -> None:
    answer = run(*command, "--db", tmp_path / "nowhere.db", *DESK)
    assert answer.code == 1
    assert "is not there" in answer.stderr
    assert "apportion db init" in answer.stderr
    assert not (tmp_path / "nowhere.db").exists()
