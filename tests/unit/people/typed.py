"""A book at each turn of a proposal's life, and the commands as people type them there.

They stand in ``tests/cases/rights/typed.csv``. What is said in the deliberation is easy to find again.
"""

from __future__ import annotations

import csv
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from apportion.commands.decision_log import known_of
from apportion.commands.decision_review import cast_vote, lodge_memo
from apportion.commands.decisions import act, propose
from apportion.commands.plans import plan_scenario
from apportion.commands.session import opened
from apportion.commands.sources import find_source
from apportion.govern.rights import Membership, Role, User
from tests.books import MAKER, write_book
from tests.decided import NAME, REASON, Clock, set_clock, write_two
from tests.kept import PEOPLE, SCENARIO

TABLE = Path(__file__).resolve().parents[2] / "cases" / "rights" / "typed.csv"
# Who else than the users of `tests.kept`; Beta loses February's units to nobody, Gamma is no side at all.
OTHERS = (
    User(name="buyer", person="eve", memberships=frozenset({Membership(Role.BUYER, "alpha")})),
    User(name="boss", memberships=frozenset({Membership(Role.ADMIN)})),
    User(name="none"),
)
FACTS = "facts.txt"
VOTED, WROTE = "Quite-Unlike-Yes", "Written-In-Confidence"
PARTIES = ("ann", "amy", "bea", "cal", "dan", "eve")
STAGES = ("fresh", "analysed", "disclosed", "review", "approved", "applied")


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A command as it is typed, and by whom.

    Attributes:
        command: Its name, with its group's.
        stage: The turn of the proposal's life.
        allowed: Who may.
        refused: Who may not.
        code: The exit code for who may; 4 and 2 are a rule of decisions or of the files, not of rights.
        arguments: What is typed behind it, with places to be filled in.
    """

    command: str
    stage: str
    allowed: str
    refused: str
    code: int
    arguments: str

    def line(self, desk: Desk) -> list[str]:
        """Return the words of the command line, without book and user."""
        return [*self.command.split(), *shlex.split(self.arguments.format_map(desk.places))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where commands are typed: the place of the book, and what their arguments name."""

    place: str
    places: dict[str, str]

    @property
    def out(self) -> Path:
        """Return the folder that is written to."""
        return Path(self.places["out"])


def rows() -> list[Typed]:
    with TABLE.open(encoding="utf-8") as file:
        return [Typed(code=int(row.pop("code")), **row) for row in csv.DictReader(file)]


TYPED = {one.command: one for one in rows()}


def write_files(folder: Path) -> Path:
    person = {"kind": "person", "listed": ""}
    named = [{"party": name, "name": name.title(), **person} for name in PARTIES]
    evidence = {"id": "E1", "kind": "memo", "title": "A memo", "source": "file", "public_on": "2031-01-01"}
    files = write_two(folder, evidence=[evidence])
    parties = files / "parties.csv"
    there = parties.read_text(encoding="utf-8")
    if ",Eve," not in there:
        parties.write_text(there.rstrip("\n") + f"\n{_row(there, named[-1])}\n", encoding="utf-8")
    return files


def _row(there: str, cells: dict[str, str]) -> str:
    return ",".join(cells.get(name, "") for name in there.splitlines()[0].split(","))


def live(place: str, files: Path) -> Iterator[str]:
    """Make a book, and yield the name of each turn of the proposal's life once the book is there."""
    write_book(place, users=(*PEOPLE, *OTHERS), scenarios=[files])
    yield "fresh"
    with opened(place, "u-cal"):
        propose(SCENARIO, NAME, by="cal")
        yield "analysed"
        act(SCENARIO, NAME, by="cal", verb="disclose", said={"text": "Both boards know."})
    yield "disclosed"
    with opened(place, "u-dan"):
        memo = files.parent / "confidential.txt"
        memo.write_text(WROTE, encoding="utf-8")
        lodge_memo(SCENARIO, NAME, by="dan", file=memo, alternatives=("policy-result", "waiting"))
        act(SCENARIO, NAME, by="dan", verb="open-review")
    _vote(place, "u-ann", side="alpha")
    yield "review"
    _vote(place, "u-amy", side="alpha")
    _vote(place, "u-bea", side="beta")
    yield "approved"
    with opened(place, "u-dan"):
        act(SCENARIO, NAME, by="dan", verb="apply", said={"code": "site-ready", "text": REASON})
    yield "applied"


def _vote(place: str, user: str, *, side: str) -> None:
    with opened(place, user):
        cast_vote(
            SCENARIO,
            NAME,
            by=user.removeprefix("u-"),
            side=side,
            choice="yes",
            text=VOTED,
            facts=known_of(find_source(SCENARIO)).state.cases[NAME].digest,
        )


def facts_in(place: str) -> str:
    """Return the digest of the facts that a vote has to name; nothing before an analysis."""
    with opened(place, MAKER):
        case = known_of(find_source(SCENARIO)).state.cases.get(NAME)
    return "" if case is None else case.digest


def staged_in(folder: Path) -> None:
    """Write a copy of the book at each turn, the files it was made from, and a plan of the whole market from it."""
    files = write_files(folder / SCENARIO)
    place = folder / "book.db"
    for stage in live(str(place), files):
        (folder / stage).mkdir()
        for file in folder.glob("book.db*"):
            shutil.copy(file, folder / stage / file.name)
        (folder / stage / FACTS).write_text(facts_in(str(place)), encoding="utf-8")
    with opened(str(folder / "fresh" / "book.db"), MAKER):
        plan_scenario(SCENARIO, out=folder / "plan", changes={})


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a folder as `staged_in` writes it, with the keys of all users."""
    folder = tmp_path_factory.mktemp("typed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APPORTION_KEYS", str(folder / "keys"))
        set_clock(patch)
        staged_in(folder)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = set_clock(monkeypatch)
    made.on("2031-01-03")
    return made


def desk_at(staged: Path, folder: Path, *, stage: str) -> Desk:
    """Return a desk of its own at a turn of the proposal's life."""
    shutil.copytree(staged / stage, folder / "at", dirs_exist_ok=True)
    shutil.copytree(staged / "keys", folder / "keys", dirs_exist_ok=True)
    memo, out = folder / "memo.txt", folder / "out"
    memo.write_text("We looked at it.", encoding="utf-8")
    out.mkdir(exist_ok=True)
    place = str(folder / "at" / "book.db")
    named = {"out": out, "memo": memo, "plan": staged / "plan", "files": staged / SCENARIO}
    return Desk(
        place=place, places={name: str(one) for name, one in named.items()} | {"facts": facts_in(place)}
    )
