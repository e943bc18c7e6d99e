"""Holds and erasure on the command line, and in what is read, proven and handed out afterwards (G23)."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from apportion.cli import app
from apportion.errors import NotPermitted
from apportion.govern import verify_pack
from tests.shared_market import SWAP_ID
from tests.unit.people.conftest import OTHER_WORDS, WORDS

Run = Callable[..., str]
WHO, WHY = "zoe-zephyr", "Asked for by letter."


@pytest.fixture
def run(book: str) -> Run:
    def run(*arguments: str, user: str = "admin", code: int = 0) -> str:
        answer = CliRunner().invoke(app, [*arguments, "--db", book, "--as", user], catch_exceptions=False)
        assert answer.exit_code == code, answer.output
        return answer.stdout

    return run


@pytest.fixture
def erased(run: Run) -> str:
    return run("erase", WHO, "--because", WHY)


def test_g23_a_hold_on_a_scenario_or_a_decision_is_placed_listed_named_and_lifted(run: Run) -> None:
    assert run("hold", "place", "market", "--because", "Claim 12.").startswith("market is held")
    assert run("hold", "place", SWAP_ID, "--because", "Claim 13.").startswith(f"market:{SWAP_ID} is held")
    listed = json.loads(run("hold", "list", "--json"))
    assert [(one["scenario"], one["proposal"], one["reason"]) for one in listed] == [
        ("market", "", "Claim 12."),
        ("market", SWAP_ID, "Claim 13."),
    ]
    with pytest.raises(
        NotPermitted, match=r"Nothing of .* while 'market' is held, since .* by admin: Claim 12\."
    ) as no:
        run("erase", WHO, "--because", WHY)
    assert no.value.rule == "G23"
    assert "not held any more" in run("hold", "lift", "market", "--because", "Settled.")
    with pytest.raises(NotPermitted, match=rf"'market:{SWAP_ID}' is held"):
        run("erase", WHO, "--because", WHY)
    run("hold", "lift", f"market:{SWAP_ID}", "--because", "Settled.")
    assert "Claim" not in run("hold", "list")
    assert "were erased on" in run("erase", WHO, "--because", WHY)
    log = run("audit", "log", "--kind", "hold", user="auditor")
    assert log.count("  held: Claim 1") == 2
    assert log.count("  lifted: Settled.") == 2


def test_g23_who_erases_is_told_what_stays_and_what_copies_hold(erased: str) -> None:
    assert "hashes stay" in erased
    assert "(`.keys`) beside each older backup" in erased


@pytest.mark.usefixtures("erased")
def test_g23_ledger_and_decision_say_when_by_whom_and_why_words_were_erased(run: Run) -> None:
    assert "Nothing in the book itself shows a change." in run("audit", "verify", user="auditor")
    log = run("audit", "log", user="auditor")
    [done] = [line for line in log.splitlines() if " erased " in line and WHO in line]
    assert done.endswith(f"erased: {WHY}")
    assert re.search(
        rf"decision +market +words erased on \d{{4}}-\d\d-\d\d by admin \(entry \d+\): {WHY}", log
    )
    told = json.loads(run("audit", "log", "--json", user="auditor"))
    assert sum(one["note"].startswith("words erased") for one in told) == 1
    assert "所言已於" in run("audit", "log", "--lang", "zh-Hant", user="auditor")
    shown = run("decision", "minutes", "market", SWAP_ID, user="auditor")
    assert re.search(rf"\[erased on \d{{4}}-\d\d-\d\d by admin: {WHY}\]", shown)
    assert WORDS not in shown
    assert OTHER_WORDS in shown
    run("decision", "check", "market", user="auditor")


def packed(run: Run, file: Path, *options: str) -> tuple[str, dict[str, bytes]]:
    run("pack", SWAP_ID, "--to", str(file), *options, user="auditor")
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return str(file), members


def test_g23_packs_made_after_erasing_show_the_words_as_erased_and_hold(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, before = packed(run, tmp_path / "before.zip")
    run("erase", WHO, "--because", WHY)
    new, after = packed(run, tmp_path / "after.zip")
    assert WORDS in str(before)
    assert WORDS not in str(after)
    assert OTHER_WORDS in str(after)
    entries = json.loads(after["ledger.json"])["entries"]
    gone = [
        one["entry"]["seq"]
        for one in entries
        for group in one["groups"]
        if group["group"] == "said" and "leaf" in group
    ]
    [erasure] = [one["entry"]["seq"] for one in entries if one["entry"]["kind"] == "erased"]
    assert len(gone) == 1
    for file in (old, new):
        capsys.readouterr()
        assert verify_pack.main([file]) == 0
        said = f"the words of '{WHO}' in entry {gone[0]} were erased on "
        told = capsys.readouterr().out
        assert (said in told) is (file == new), told
    assert f"by 'admin' (entry {erasure}): {WHY}" in told


@pytest.mark.usefixtures("erased")
def test_g23_a_pack_made_after_erasing_replays_bit_for_bit(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, _ = packed(run, tmp_path / "after.zip")
    capsys.readouterr()
    assert verify_pack.main([file, "--replay"]) == 0, capsys.readouterr().out
    for view in ("vendor", "auditor"):
        redacted, _ = packed(run, tmp_path / f"{view}.zip", "--view", view)
        assert verify_pack.main([redacted]) == 0, capsys.readouterr().out
