"""No secret leaves: a database's password and private keys stand in no message, log, pack, checkpoint or backup."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from apportion.commands import scenarios
from apportion.files.keys import load_key
from tests.decided import Clock
from tests.postgres import postgres, postgres_place
from tests.unit.people.test_recused import written
from tests.unit.people.typed import FACTS, TYPED, Desk, clock, facts_in, live, write_files
from tests.unit.test_cli_commands import Runner, run

__all__ = ["clock", "postgres", "postgres_place", "run"]

PASSWORD = "Sehr-Geheim-8841"  # noqa: S105 - of no server
# On a decision under way, as each is typed by who may and by who may not.
TRIED = (
    *("check", "plan", "export", "pack", "decision show", "db list", "db check", "db backup", "audit log"),
    *("audit verify", "audit checkpoint", "audit prove", "key show", "user list", "user add", "vote"),
)
ADDRESSES = (
    f"postgresql://me:{PASSWORD}@localhost:1/book",
    f"postgresql://me:{PASSWORD}@localhost:port/book",
    f"postgresql://me:{PASSWORD}@[half/book",
    f"postgresql://me:{PASSWORD}@localhost:1",
    f"postgresql://localhost:1/book?user=me&password={PASSWORD}",
    f"postgresql://me:{PASSWORD}@localhost:1/book?nonsense={PASSWORD}",
    f"mysql://me:{PASSWORD}@localhost/book",
    f"postgresql+psycopg2://me:{PASSWORD}@localhost/book",
)


def spelled(seeds: list[bytes]) -> list[bytes]:
    """Return what secrets look like in files and on screens."""
    found = [PASSWORD.encode()]
    for seed in seeds:
        found += [seed, seed.hex().encode(), seed.hex().upper().encode()]
        found += [base64.b64encode(seed).rstrip(b"="), base64.urlsafe_b64encode(seed).rstrip(b"=")]
    return found


def hits(text: str, secrets: list[bytes]) -> list[bytes]:
    # Bytes that are no text were read with a sign in their place, and so is what is looked for.
    return [one for one in secrets if one.decode(errors="replace") in text]


def test_no_command_in_a_book_tells_its_password_or_a_private_key(
    run: Runner, postgres_place: str, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, out = tmp_path / "keys", tmp_path / "out"
    monkeypatch.setenv("APPORTION_KEYS", str(keys))
    monkeypatch.setenv("APPORTION_CHECKPOINTS", str(out / "checkpoints"))
    monkeypatch.setenv("TMPDIR", str(out))
    place = re.sub(r"//[^@/]*@", f"//postgres:{PASSWORD}@", postgres_place)
    assert PASSWORD in place
    files = write_files(tmp_path / "two")
    for stage in live(place, files):
        if stage == "review":
            break
    memo = tmp_path / "memo.txt"
    memo.write_text("We looked at it.", encoding="utf-8")
    told = []
    for command in TRIED:
        row = TYPED[command]
        folder = out / command.replace(" ", "-")
        folder.mkdir(parents=True)
        named = {"out": folder, "memo": memo, "files": files}
        places = {name: str(one) for name, one in named.items()} | {FACTS.partition(".")[0]: facts_in(place)}
        line = row.line(Desk(place=place, places=places))
        for user, code in ((row.refused, 4), (row.allowed, row.code)):
            answer = run(*line, "--db", place, "--as", user)
            assert answer.code == code, answer.stderr
            told.append(answer.stdout + answer.stderr)
    made = run("user", "add", "late-one", "--make-key", "--json", "--db", place, "--as", "boss")
    turned = run("key", "rotate", "--db", place, "--as", "buyer")
    assert (made.code, turned.code) == (0, 0)
    lost = run("check", "two", "--db", re.sub(r"/[^/?]+(?=\?|$)", "/nothing", place), "--as", "buyer")
    assert lost.code not in {0, 3}
    told += [one.stdout + one.stderr for one in (made, turned, lost)]
    monkeypatch.setattr(scenarios, "check_scenario", lambda *_, **__: 1 / 0)
    told.append(run("check", "two", "--db", place, "--as", "buyer").stderr)
    seeds = [load_key(file.stem).seed for file in keys.glob("*.key")]
    secrets = spelled(seeds)
    assert len(seeds) > 8
    text = "\n".join([*told, written(out)])
    assert (out / "db-backup" / "backup.db").is_file()
    assert list((out / "checkpoints").iterdir())
    assert hits(text, secrets) == []
    # What is looked for is found where it is.
    assert hits(written(keys) + place, secrets)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_leads_nowhere_is_told_without_its_password(
    run: Runner, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPORTION_KEYS", str(tmp_path))
    lines: tuple[tuple[str, str], ...] = (("check", "two"), ("db", "list"), ("db", "init"), ("db", "migrate"))
    for line in lines:
        for form in ([], ["--json"]):
            user = [] if line[-1] == "migrate" else ["--as", "me"]
            answer = run(*line, *form, "--db", address, *user)
            assert answer.code not in {0, 3}, answer.stderr
            assert PASSWORD not in answer.stdout + answer.stderr
