"""The ledger of a book on disk: listed, verified, proved; its checkpoints handed out, countersigned, laid beside it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from apportion.commands.people import add_user
from apportion.commands.session import opened
from apportion.govern.rights import Membership, Role
from tests.kept import DESK, SCENARIO, Kept
from tests.unit.test_cli_commands import Answer, Runner, run

__all__ = ["run"]


class Auditor:
    """Runs the commands about the ledger of one book."""

    def __init__(self, run: Runner, kept: Kept) -> None:
        self._run = run
        self.kept = kept

    def __call__(self, *arguments: str | Path, user: str = "watch", group: str = "audit") -> Answer:
        return self._run(group, *arguments, "--db", self.kept.place, "--as", user)

    def bare(self, *arguments: str | Path) -> Answer:
        return self._run("audit", *arguments)

    def alter(self, *statements: str) -> None:
        """Change the database behind the back of the program."""
        with closing(sqlite3.connect(self.kept.place)) as connection:
            for one in statements:
                connection.execute(one)
            connection.commit()


@pytest.fixture
def audit(run: Runner, kept: Kept) -> Auditor:
    return Auditor(run, kept)


def act_once_more(kept: Kept, name: str = "more") -> None:
    with opened(kept.place, DESK):
        add_user(name, memberships=[Membership(Role.DESK)])


def test_the_log_lists_entries_by_kind_subject_and_number(audit: Auditor) -> None:
    listed = audit("log", "--json").value
    assert [one["seq"] for one in listed] == list(range(1, len(listed) + 1))
    assert listed[0]["kind"] == "book-opened"
    assert [one["seq"] for one in audit("log", "--json", "--last", "2").value] == [
        len(listed) - 1,
        len(listed),
    ]
    added = audit("log", "--json", "--kind", "scenario-added").value
    assert [one["subject"] for one in added] == [SCENARIO]
    assert audit("log", "--json", "--subject", SCENARIO).value == added
    told = audit("log", "--last", "1").stdout.splitlines()
    assert told[0].split() == ["entry", "at", "by", "kind", "subject"]
    assert len(told) == 2
    assert audit("log", "--last", "0").code == 2


def test_a_whole_book_says_what_was_checked_and_what_it_cannot_show(audit: Auditor) -> None:
    answer = audit("verify")
    assert answer.code == 0
    assert "Nothing in the book itself shows a change." in answer.stdout
    assert "What the book itself cannot show" in answer.stdout
    told = audit("verify", "--json").value
    assert (told["is_whole"], told["faults"], told["shown_up_to"]) == (True, [], 0)
    assert {one["user"] for one in told["keys"]} == {
        DESK,
        "u-ann",
        "u-amy",
        "u-bea",
        "u-cal",
        "u-dan",
        "watch",
    }
    for one in told["keys"]:
        spaced = " ".join(one["id"][at : at + 4] for at in range(0, 16, 4))
        assert spaced in answer.stdout


def test_g21_an_edit_a_deletion_and_a_swap_in_the_database_are_each_named(
    audit: Auditor, tmp_path: Path
) -> None:
    whole = tmp_path / "whole.db"
    audit.alter("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(audit.kept.place, whole)
    for statement, kind, seq in (
        ("UPDATE entries SET text = replace(text, 'u-ann', 'u-abe') WHERE seq = 2", "entry-edited", 2),
        ("DELETE FROM entries WHERE seq = 4", "entries-missing", 4),
        ("UPDATE entries SET subject = 'x' WHERE seq = 3", "columns-differ", 3),
        ('UPDATE "groups" SET salt = zeroblob(16) WHERE seq = 3', "groups-differ", 3),
        ("UPDATE head SET digest = 'f'", "head-differs", None),
        ("DELETE FROM checkpoints", "unsigned-tail", 1),
    ):
        shutil.copy(whole, audit.kept.place)
        for beside in ("-wal", "-shm"):
            Path(f"{audit.kept.place}{beside}").unlink(missing_ok=True)
        audit.alter(statement)
        told = audit("verify", "--json")
        assert told.code == 1, statement
        assert kind in [one["kind"] for one in told.value["faults"]], statement
        assert {one["code"] for one in told.value["findings"]} == {"ledger-broken"}
        if seq is not None:
            assert any(one["file"].endswith(f"entry {seq}") for one in told.value["findings"])


def test_g22_an_older_copy_shows_against_a_checkpoint_held_outside_alone(
    audit: Auditor, tmp_path: Path
) -> None:
    older = tmp_path / "older.db"
    audit.alter("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(audit.kept.place, older)
    act_once_more(audit.kept)
    outside = tmp_path / "held.json"
    assert audit("checkpoint", "--to", outside, user=DESK).code == 0
    agreeing = audit("verify", "--checkpoint", outside)
    assert agreeing.code == 0
    assert "nothing up to entry" in agreeing.stdout
    shutil.copy(older, audit.kept.place)
    for beside in ("-wal", "-shm"):
        Path(f"{audit.kept.place}{beside}").unlink(missing_ok=True)
    assert audit("verify").code == 0
    told = audit("verify", "--checkpoint", outside)
    assert told.code == 1
    assert "The end of the ledger was cut off, or an older copy" in told.stdout
    act_once_more(audit.kept, "another")
    act_once_more(audit.kept, "a-third")
    [forked] = audit("verify", "--json", "--checkpoint", outside).value["outside"]
    assert forked["standing"] == "forked"


def test_the_file_that_checkpoints_are_handed_out_to_is_laid_beside_the_book(audit: Auditor) -> None:
    [held] = audit.kept.outside.iterdir()
    told = audit("verify", "--json", "--checkpoint", held)
    assert told.code == 0
    assert told.value["shown_up_to"] == told.value["size"]


def test_a_checkpoint_is_countersigned_without_the_book_and_kept_in_it(
    audit: Auditor, tmp_path: Path
) -> None:
    file = tmp_path / "held.json"
    audit("checkpoint", "--to", file, user=DESK)
    assert audit("checkpoint", "--to", file, user=DESK).code == 2
    assert audit.bare("countersign", file, "--as", "notary").code == 0
    [one] = json.loads(file.read_text())["countersignatures"]
    assert one["by"] == "notary"
    assert "notary" in audit("checkpoint", "--add", file, user=DESK).stdout
    assert audit("checkpoint", "--json", user=DESK).value["countersignatures"] == [one]
    [told] = audit("verify", "--json", "--checkpoint", file).value["outside"]
    assert told["countersigned_by"][0].startswith("notary")
    forged = json.loads(file.read_text())
    forged["countersignatures"][0]["signature"] = "00" * 64
    file.write_text(json.dumps(forged))
    assert audit("checkpoint", "--add", file, user=DESK).code == 2
    assert audit("verify", "--checkpoint", file).code == 1


def test_a_name_with_half_of_a_character_is_told_as_wrong_use(audit: Auditor, tmp_path: Path) -> None:
    file = tmp_path / "held.json"
    audit("checkpoint", "--to", file, user=DESK)
    answer = audit.bare("countersign", file, "--as", "a\udcff")
    assert answer.code == 2
    assert "half of a character" in answer.stderr


def test_a_book_whose_users_were_changed_is_verified_all_the_same(audit: Auditor) -> None:
    audit.alter("UPDATE entries SET text = replace(text, 'user-added', 'user-adder') WHERE seq = 2")
    assert audit("log").code == 1
    told = audit("verify")
    assert told.code == 1
    assert "Entry 2 was changed after it was written" in told.stdout


def test_an_entry_is_proved_by_a_file_of_its_own(audit: Auditor, tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    for seq in range(1, len(audit("log", "--json").value) + 1):
        file.unlink(missing_ok=True)
        assert audit("prove", str(seq), "--to", file).code == 0
        told = audit.bare("check-proof", file)
        assert told.code == 0
        assert f"entry {seq} is in the ledger" in told.stdout
    forged = json.loads(file.read_text())
    forged["entry"]["by"] = "somebody"
    file.write_text(json.dumps(forged))
    told = audit.bare("check-proof", file, "--json")
    assert (told.code, told.value["failing"]) == (1, "path")
    assert audit("prove", "99").code == 2
    assert audit("prove").code == 2


def test_a_later_ledger_is_proved_to_go_on_from_an_earlier_one(audit: Auditor, tmp_path: Path) -> None:
    old, proof = tmp_path / "old.json", tmp_path / "proof.json"
    audit("checkpoint", "--to", old, user=DESK)
    act_once_more(audit.kept)
    assert audit("prove", "--from", old, "--to", proof).code == 0
    assert "begins with the one of" in audit.bare("check-proof", proof).stdout
    changed = json.loads(proof.read_text())
    changed["path"].append("0" * 64)
    proof.write_text(json.dumps(changed))
    assert audit.bare("check-proof", proof).code == 1


def test_a_rotated_key_signs_from_then_on_and_the_old_one_does_not(audit: Auditor, tmp_path: Path) -> None:
    file = tmp_path / "keys" / f"{DESK}.key"
    old = file.read_bytes()
    before = audit("show", "--json", user=DESK, group="key").value
    assert before["file"] == str(file)
    assert audit("rotate", user=DESK, group="key").code == 0
    after = audit("show", "--json", user=DESK, group="key").value["keys"]
    assert [one["until"] is None for one in after] == [False, True]
    assert file.read_bytes() != old
    act_once_more(audit.kept)
    assert audit("verify").code == 0
    file.write_bytes(old)
    assert audit("rotate", user=DESK, group="key").code == 4


def test_a_rotation_that_was_stopped_goes_on(audit: Auditor, tmp_path: Path) -> None:
    file = tmp_path / "keys" / f"{DESK}.key"
    old = file.read_bytes()
    audit("rotate", user=DESK, group="key")
    new = file.read_bytes()
    # As it is where the program is stopped after the book has the new key and before the folder has.
    file.with_name(f"{file.name}.next").write_bytes(new)
    file.with_name(f"{file.name}.next").chmod(0o600)
    file.write_bytes(old)
    assert audit("show", user=DESK, group="key").code == 0
    assert file.read_bytes() == new
    act_once_more(audit.kept)
    assert audit("verify").code == 0


@pytest.mark.parametrize("arguments", [("log",), ("prove", "1")])
def test_who_is_neither_auditor_nor_desk_reads_no_ledger(audit: Auditor, arguments: tuple[str, ...]) -> None:
    assert audit(*arguments, user="u-ann").code == 4
    assert audit("verify", user="u-ann").code == 0
