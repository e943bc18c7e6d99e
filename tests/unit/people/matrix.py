"""Where the matrix of users and commands runs: on files, as if a book named who acts, and in books."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from apportion.commands.decision_log import known_of
from apportion.commands.permits import Acting, acting_as
from apportion.commands.sources import FileSource
from apportion.errors import ApportionError, NotPermitted, UsageError
from tests.laws.test_rights import CELLS
from tests.shared_market import OWN, SWAP_ID, USERS, foreign_in, text_of
from tests.unit.people.calls import CALLS, WORKS, Desk

TABLE = Path(__file__).resolve().parents[2] / "cases" / "rights" / "commands.csv"
READERS = ("desk", "buyer", "committee", "committee-third", "auditor", "auditor-own")
# Who is to be told nothing of others at all.
BLIND = {"buyer", "nobody", "withdrawn", "admin"}


def rights_of_commands() -> dict[str, str]:
    with TABLE.open(encoding="utf-8") as file:
        return {row["command"]: row["right"] for row in csv.DictReader(file)}


OF_COMMAND = rights_of_commands()


@contextmanager
def acting_on_files(name: str) -> Iterator[None]:
    """Let a user act as a book's session does, on files."""
    with acting_as(lambda: Acting(user=USERS[name], admins=("admin",))):
        yield


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where commands are called.

    Attributes:
        desk: What they are called with.
        acting: Lets a user act.
        trace: Gives what must not change where something is refused.
    """

    desk: Desk
    acting: Callable[[str], AbstractContextManager[object]]
    trace: Callable[[], object]


def desk_in(folder: Path, *, market: str, plans: Path, name: str, facts: str) -> Desk:
    """Return what commands are called with by a user."""
    memo = folder / "memo.txt"
    memo.write_text("We looked at it.", encoding="utf-8")
    (folder / "out").mkdir()
    by = USERS[name].person or "ava-mercury"
    plan = plans / (f"plan-{name}" if name in READERS else "plan-desk")
    return Desk(market=market, plan=plan, out=folder / "out", memo=memo, by=by, facts=facts)


def facts_of(market: Path) -> str:
    """Return the digest of the facts of the swap in a folder."""
    return known_of(FileSource(market)).state.cases[SWAP_ID].digest


def copied(market: Path, to: Path) -> Path:
    return Path(shutil.copytree(market, to))


def is_allowed(name: str, command: str) -> bool:
    """Return what the tables written by hand say."""
    user, right = USERS[name], OF_COMMAND[command]
    if user.is_withdrawn:
        return False
    # A raise is about whom it raises, and Mercury is a side of the swap.
    is_about_own = right in {"follow", "notices", "state", "decide", "conduct", "propose"}
    is_about_own &= command != "decision_record.list_decisions"
    for one in user.memberships:
        cell = CELLS[right, one.role]
        if command == "decision_record.check_log" and cell == "party":
            continue  # The log of a scenario is of all its proposals.
        if cell in {"all", "named"} or (cell == "party" and (one.party == OWN or not is_about_own)):
            return True
    return False


def check(stage: Stage, *, name: str, command: str) -> None:
    """Call a command as a user, and hold what came of it to the tables."""
    error: ApportionError | None = None
    result: object = None
    before = stage.trace()
    try:
        with stage.acting(name):
            result = CALLS[command](stage.desk)
    except ApportionError as raised:
        error = raised
    told = text_of([result, error])
    if is_allowed(name, command):
        assert not isinstance(error, NotPermitted), told
        # Others' commands may speak of what is not there for them.
        assert error is None or command not in WORKS or name == "committee-third", told
    else:
        # What a party does not know of is not there for it, as any name that nobody has.
        is_unknown = (name, command) == ("committee-third", "decisions.propose")
        assert isinstance(error, UsageError if is_unknown else NotPermitted), told[:300]
        assert is_unknown or "admin" in error.fix
        assert not list(stage.desk.out.iterdir())
        assert stage.trace() == before
    if name in BLIND:
        assert foreign_in(told.replace(SWAP_ID, "")) == ""
