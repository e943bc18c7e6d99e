"""Every command × every user: what the table allows works, and what it does not is refused without a word of what."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from apportion.commands.decision_log import known_of
from apportion.commands.decisions import act, propose
from apportion.commands.permits import DECLARED, Acting, acting_as
from apportion.commands.plans import plan_scenario
from apportion.commands.sources import FileSource
from apportion.errors import ApportionError, NotPermitted, UsageError
from apportion.govern.rights import Right, User
from tests.decided import set_clock
from tests.laws.test_rights import CELLS
from tests.shared_market import FOREIGN, OWN, SWAP_ID, USERS, text_of, write_market
from tests.unit.people.calls import CALLS, WORKS, Desk
from tests.unit.test_rights_declared import PUBLIC

TABLE = Path(__file__).resolve().parents[2] / "cases" / "rights" / "commands.csv"
# Of these there is nothing without a book.
OF_BOOKS = {"book_adding.add_scenario"}
READERS = ("desk", "buyer", "committee", "committee-third", "auditor", "auditor-own")


def rights_of_commands() -> dict[str, str]:
    with TABLE.open(encoding="utf-8") as file:
        return {row["command"]: row["right"] for row in csv.DictReader(file)}


OF_COMMAND = rights_of_commands()


def as_user(user: User) -> Acting:
    return Acting(user=user, admins=("admin",))


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the market with its swap under review, and a plan of each user who may plan."""
    whole = tmp_path_factory.mktemp("market")
    market = write_market(whole / "market")
    with pytest.MonkeyPatch.context() as patch:
        set_clock(patch)
        propose(str(market), SWAP_ID, by="cal-both")
        act(str(market), SWAP_ID, by="cal-both", verb="disclose")
        act(str(market), SWAP_ID, by="zoe-zephyr", verb="open-review")
        for name in READERS:
            with acting_as(lambda name=name: as_user(USERS[name])):  # type: ignore[misc]
                plan_scenario(str(market), out=whole / f"plan-{name}", changes={})
        yield whole


@pytest.fixture
def desk(staged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> Desk:
    set_clock(monkeypatch).on("2031-01-03")
    market = Path(shutil.copytree(staged / "market", tmp_path / "market"))
    facts = known_of(FileSource(market)).state.cases[SWAP_ID].digest
    memo = tmp_path / "memo.txt"
    memo.write_text("We looked at it.", encoding="utf-8")
    (tmp_path / "out").mkdir()
    by = USERS[name].person or "ava-mercury"
    plan = staged / (f"plan-{name}" if name in READERS else "plan-desk")
    return Desk(market=str(market), plan=plan, out=tmp_path / "out", memo=memo, by=by, facts=facts)


def is_allowed(name: str, command: str) -> bool:
    """Return what the tables written by hand say."""
    user = USERS[name]
    if user.is_withdrawn:
        return False
    for one in user.memberships:
        cell = CELLS[OF_COMMAND[command], one.role]
        is_about_swap = OF_COMMAND[command] in {"follow", "notices", "state", "decide", "conduct"}
        if command == "decision_record.list_decisions":
            is_about_swap = False
        if command == "decision_record.check_log" and cell == "party":
            continue  # The log of a scenario is of all its proposals.
        if command == "decisions.propose" and cell == "party":
            is_about_swap = True  # Whom the raise is of stands for the side.
        if cell in {"all", "named"} or (cell == "party" and (one.party == OWN or not is_about_swap)):
            return True
    return False


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
def test_a_command_is_done_for_whom_the_table_names(name: str, command: str, desk: Desk) -> None:
    error: ApportionError | None = None
    result: object = None
    before = Path(desk.market, "decisions.jsonl").read_bytes()
    with acting_as(lambda: as_user(USERS[name])):
        try:
            result = CALLS[command](desk)
        except ApportionError as raised:
            error = raised
    told = text_of([result, error])
    if is_allowed(name, command):
        assert not isinstance(error, NotPermitted), told
        if command in WORKS and not (command == "assessments.assess_scenario" and name == "committee-third"):
            assert error is None or name == "committee-third", told
    else:
        # What a party does not know of is not there for it, as any name that nobody has.
        is_unknown = (name, command) == ("committee-third", "decisions.propose")
        assert isinstance(error, UsageError if is_unknown else NotPermitted), told[:300]
        assert is_unknown or "admin" in error.fix
        assert not list(desk.out.iterdir())
        assert Path(desk.market, "decisions.jsonl").read_bytes() == before
    if name in {"buyer", "nobody", "withdrawn", "admin"}:
        hit = FOREIGN.search(told.replace(SWAP_ID, ""))
        assert hit is None, told[max(0, hit.start() - 200) : hit.end() + 100]
