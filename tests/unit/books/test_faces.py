"""The faces in a book: the two options of every command that meets a scenario, and the block of the Python API."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import apportion as ap
from apportion.cli.keeping import BookCommand
from apportion.commands.sources import find_source
from apportion.store.book import open_book
from apportion.store.places import Place
from tests.decided import NAME
from tests.kept import DESK, SCENARIO, Kept
from tests.unit.test_cli_commands import COMMANDS, DONE, OF_BOOKS, WRONG_USE, Runner, run

__all__ = ["run"]

REFUSED = 4


def in_book(kept: Kept, user: str) -> tuple[str, ...]:
    return ("--db", kept.place, "--as", user)


def kinds(kept: Kept) -> list[tuple[str, str]]:
    with open_book(Place.parse(kept.place)).read() as reading:
        return [(one.kind, one.by) for one in list(reading.entries(subject=SCENARIO))]


def test_every_command_that_meets_a_scenario_has_the_two_options() -> None:
    for name, command in COMMANDS.items():
        arguments = {one.name for one in command.params}
        if "scenario" in arguments and name not in OF_BOOKS:
            options = [option for one in command.params for option in one.opts]
            assert isinstance(command, BookCommand), name
            assert (options.count("--db"), options.count("--as")) == (1, 1), name


def test_a_plan_and_an_act_of_the_command_line_are_kept_in_the_book(
    run: Runner, kept: Kept, tmp_path: Path
) -> None:
    out = str(tmp_path / "plan")
    told = run("plan", SCENARIO, "--out", out, *in_book(kept, DESK))
    assert (told.code, told.stdout.count("The ledger of the book has")) == (DONE, 1)
    as_json = run("plan", SCENARIO, "--json", *in_book(kept, DESK)).value
    assert as_json["checkpoint"]["checkpoint"]["size"] > 0
    assert run("verify", out, *in_book(kept, DESK)).code == DONE
    assert run("propose", SCENARIO, NAME, *in_book(kept, "u-cal")).code == DONE
    assert kinds(kept)[1:] == [
        ("plan", DESK),
        ("plan", DESK),
        ("decision", "u-cal"),
        ("decision", "apportion"),
    ]


def test_the_book_and_the_user_may_stand_in_the_environment(
    run: Runner, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPORTION_DB", kept.place)
    monkeypatch.setenv("APPORTION_USER", "u-cal")
    assert run("propose", SCENARIO, NAME).code == DONE
    # What is said goes before the environment.
    assert run("decision", "state", SCENARIO, NAME, "--text", "Mine.", "--as", "u-dan").code == DONE
    shown = run("decision", "minutes", SCENARIO, NAME, "--json").value
    assert shown[0]["by"] == "cal"
    assert kinds(kept)[-1] == ("decision", "u-dan")


def test_on_files_the_user_of_the_environment_is_nobody(
    run: Runner, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPORTION_USER", "u-cal")
    answer = run("propose", str(kept.folder), NAME)
    assert (answer.code, "--as" in answer.stderr) == (WRONG_USE, True)
    assert run("propose", str(kept.folder), NAME, "--as", "cal").code == DONE
    assert kinds(kept) == [("scenario-added", DESK)]


def test_as_needs_a_book_where_a_command_does_nothing_in_a_name(run: Runner) -> None:
    answer = run("check", "three-orders", "--as", "cal")
    assert (answer.code, "name the book with --db" in answer.stderr) == (WRONG_USE, True)


def test_a_user_acts_as_no_other_person_and_as_none_where_they_are_nobody(run: Runner, kept: Kept) -> None:
    assert run("propose", SCENARIO, NAME, *in_book(kept, "u-cal")).code == DONE
    answer = run("decision", "state", SCENARIO, NAME, "--text", "x", *in_book(kept, DESK))
    assert (answer.code, "is no person of a scenario" in answer.stderr) == (REFUSED, True)


def test_a_checkpoint_that_could_not_go_out_is_said_on_the_command_line(
    run: Runner, kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    monkeypatch.setenv("APPORTION_CHECKPOINTS", str(tmp_path / "file"))
    answer = run("plan", SCENARIO, *in_book(kept, DESK))
    assert (answer.code, "warning: The checkpoint of" in answer.stderr) == (DONE, True)
    monkeypatch.delenv("APPORTION_CHECKPOINTS")
    assert run("plan", SCENARIO, *in_book(kept, DESK)).stderr == ""


def test_a_scenario_that_the_book_has_not_is_wrong_use(run: Runner, kept: Kept) -> None:
    answer = run("check", "three-orders", *in_book(kept, DESK))
    assert (answer.code, "apportion db add" in answer.stderr) == (WRONG_USE, True)


def test_python_reads_from_a_book_and_keeps_there(kept: Kept, tmp_path: Path) -> None:
    with ap.book(kept.place, user=DESK):
        world = ap.read(SCENARIO)
        plan = ap.plan(world)
        assert ap.check(SCENARIO) == []
        ap.assess(world, NAME)
        ap.claims(world)
        plan.write(tmp_path / "plan")
        assert ap.verify_folder(tmp_path / "plan") == []
    assert [kind for kind, _ in kinds(kept)][1:] == ["plan", "assessment", "claims"]
    assert (tmp_path / "plan" / "checkpoint.json").is_file()
    assert json.loads((tmp_path / "plan" / "plan.json").read_text(encoding="utf-8"))["source"] == SCENARIO
    assert ap.read(str(kept.folder)).digest == world.digest
    assert find_source(str(kept.folder)).label == str(kept.folder)


def test_python_warns_where_a_checkpoint_could_not_go_out(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    monkeypatch.setenv("APPORTION_CHECKPOINTS", str(tmp_path / "file"))
    with pytest.warns(UserWarning, match="What was done stands"), ap.book(kept.place, user=DESK):
        ap.plan(ap.read(SCENARIO))


@pytest.mark.parametrize("statement", ["import apportion", "import apportion.api", "import apportion.cli"])
def test_nothing_of_a_book_is_loaded_before_one_is_opened(statement: str) -> None:
    heavy = "{'sqlalchemy', 'alembic', 'cryptography', 'psycopg'}"
    script = f"import sys; {statement}; print(*({heavy} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == []
