"""Acts by the command line, and what its plans come to, for the tests of decisions."""

from __future__ import annotations

from pathlib import Path

from apportion.files.decisions import read_log
from tests.decided import NAME, REASON, case_of
from tests.unit.test_cli_commands import DONE, Answer, Runner

REFUSED = 4
APPLY = ("--reason", "site-ready", "--because", REASON)
# The days and units that each order gets as booked, without and with the proposal.
AS_BOOKED = {"A": [("2031-02-01", "8")], "B": [("2031-04-01", "8")]}
AS_DECIDED = {
    "A": [("2031-02-01", "4"), ("2031-04-01", "4")],
    "B": [("2031-02-01", "4"), ("2031-04-01", "4")],
}


def done(answer: Answer) -> Answer:
    """Return an answer that has to be one of an act that was done."""
    assert answer.code == DONE, answer.stderr
    return answer


def facts_of(folder: Path) -> str:
    """Return as much of the digest of the frozen facts as names them."""
    return case_of(folder).digest[:8]


def vote(run: Runner, folder: Path, *, person: str, side: str) -> Answer:
    """Vote yes, and say before that one has seen the facts."""
    return run("vote", folder, NAME, "--as", person, "--side", side, "--yes", "--facts", facts_of(folder))


def booked(run: Runner, source: Path) -> dict[str, list[tuple[str, str]]]:
    """Return the days and units that each order gets as booked."""
    tables = done(run("plan", source, "--rule", "as-booked", "--json")).value["tables"]
    found: dict[str, list[tuple[str, str]]] = {}
    for row in tables["allocations"]:
        found.setdefault(row["order"], []).append((row["round_on"], row["units"]))
    return found


def verbs(folder: Path) -> list[str]:
    """Return what was done, first to last."""
    return [one.verb for one in read_log(folder).events]


def edit(folder: Path, file: str, *, before: str, after: str) -> None:
    """Change a text of a file that stands there."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
