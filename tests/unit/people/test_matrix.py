"""Every command × every user: what the table allows works, and what it does not is refused without a word of what."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from apportion.commands.decisions import act, propose
from apportion.commands.permits import DECLARED
from apportion.commands.plans import plan_scenario
from apportion.commands.session import needed, opened
from apportion.govern.rights import Right
from tests.books import write_book
from tests.decided import set_clock
from tests.shared_market import SWAP_ID, USERS, write_market
from tests.unit.people.calls import CALLS
from tests.unit.people.matrix import (
    OF_COMMAND,
    READERS,
    Stage,
    acting_on_files,
    check,
    copied,
    desk_in,
    facts_of,
)
from tests.unit.test_rights_declared import PUBLIC

# Of these there is nothing without a book; test_typed.py holds them as they are typed.
OF_BOOKS = {
    "audit.list_entries",
    "audit.tell_log",
    "audit.verify_ledger",
    "audit.verify_damaged",
    "audit_proofs.checkpoint_of_book",
    "audit_proofs.add_countersigned",
    "audit_proofs.prove_entry",
    "audit_proofs.prove_since",
    "books.list_book",
    "books.back_up_book",
    "books.check_book",
    "keys.own_keys",
    "keys.rotate_key",
    "keys.key_place",
    "keys.tell_keys",
    "packing.make_pack",
    "book_adding.add_scenario",
    "people.add_user",
    "people.change_user",
    "people.withdraw_user",
    "people.list_users",
    "erasure.place_hold",
    "erasure.lift_hold",
    "erasure.list_holds",
    "erasure.erase_person",
    "audit_notes.notes_on",
}
LATER = "2031-01-03"


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the market with its swap under review, as files and in a book, and a plan of each user who may plan."""
    whole = tmp_path_factory.mktemp("market")
    market = write_market(whole / "market")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APPORTION_KEYS", str(whole / "keys"))
        clock = set_clock(patch)
        propose(str(market), SWAP_ID, by="cal-both")
        act(str(market), SWAP_ID, by="cal-both", verb="disclose")
        act(str(market), SWAP_ID, by="zoe-zephyr", verb="open-review")
        clock.on("2031-01-03")
        place = write_book(whole / "book.db", users=USERS.values(), scenarios=[market])
        for name in READERS:
            with acting_on_files(name):
                plan_scenario(str(market), out=whole / f"plan-{name}", changes={})
            with opened(place, name):
                plan_scenario("market", out=whole / "booked" / f"plan-{name}", changes={})
        yield whole


@pytest.fixture
def on_files(staged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> Stage:
    set_clock(monkeypatch).on(LATER)
    market = copied(staged / "market", tmp_path / "market")
    desk = desk_in(tmp_path, market=str(market), plans=staged, name=name, facts=facts_of(market))
    return Stage(desk=desk, acting=acting_on_files, trace=(market / "decisions.jsonl").read_bytes)


@pytest.fixture
def in_book(staged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> Stage:
    set_clock(monkeypatch).on("2031-01-04")
    monkeypatch.setenv("APPORTION_KEYS", str(staged / "keys"))
    for file in staged.glob("book.db*"):
        shutil.copy(file, tmp_path / file.name)
    place = str(tmp_path / "book.db")

    def size() -> int:
        with opened(place, "admin"), needed().book.read() as reading:
            return reading.head().size

    facts = facts_of(staged / "market")
    desk = desk_in(tmp_path, market="market", plans=staged / "booked", name=name, facts=facts)
    return Stage(desk=desk, acting=lambda user: opened(place, user), trace=size)


def test_the_tables_speak_of_every_command_that_asks_for_a_right() -> None:
    asking = {
        name: str(getattr(function, DECLARED))
        for name, function in PUBLIC.items()
        if isinstance(getattr(function, DECLARED, None), Right)
        and getattr(function, DECLARED) is not Right.OPEN
    }
    assert {name: asking.get(name) for name in OF_COMMAND} == OF_COMMAND
    assert set(asking) - OF_BOOKS == set(OF_COMMAND) == set(CALLS)


@pytest.mark.parametrize("name", list(USERS))
@pytest.mark.parametrize("command", list(CALLS))
def test_on_files_a_command_is_done_for_whom_the_table_names(
    on_files: Stage, name: str, command: str
) -> None:
    check(on_files, name=name, command=command)


@pytest.mark.parametrize("name", list(USERS))
@pytest.mark.parametrize("command", list(CALLS))
def test_in_a_book_a_command_is_done_for_whom_the_table_names(
    in_book: Stage, name: str, command: str
) -> None:
    check(in_book, name=name, command=command)
