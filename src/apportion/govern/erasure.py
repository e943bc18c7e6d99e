"""Holds and erasure (G23): whose words a book keeps sealed, which decisions are held, and who was erased when.

The words that a person said are kept under a key of that person alone. Once the key is gone nobody reads them, while
the hash that stands for them in the entry stays, so that ledger, proofs and decisions still hold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from apportion.govern.events import SYSTEM, Plain
from apportion.govern.ledger import Entry
from apportion.govern.state import OVER, State, Status

__all__ = [
    "ERASED_GROUP",
    "ERASED_KIND",
    "HOLD_GROUP",
    "HOLD_KIND",
    "Erased",
    "Hold",
    "erased_among",
    "erased_mark",
    "erasure_of",
    "held_among",
    "hold_value",
    "open_with",
    "proposals_with",
    "sealed_for",
]

HOLD_KIND, ERASED_KIND = "hold", "erased"
HOLD_GROUP, ERASED_GROUP = "hold", "erased"
_DECISION, _ACT, _SAID = "decision", "act", "said"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A legal hold on a decision, or on all of a scenario: nothing of whoever had a part in it is erased.

    Attributes:
        scenario: The scenario.
        proposal: The proposal; empty: every one of the scenario.
        at: Since when.
        by: The user who placed it.
        reason: Why.
    """

    scenario: str
    proposal: str
    at: str
    by: str
    reason: str

    def covers(self, scenario: str, proposals: Collection[str]) -> bool:
        """Return whether one of the proposals of a scenario is held; none of them: nothing is."""
        return scenario == self.scenario and bool(proposals) and self.proposal in {"", *proposals}

    @property
    def target(self) -> str:
        """Return what is held, as a command is told it."""
        return f"{self.scenario}:{self.proposal}" if self.proposal else self.scenario

    def as_json(self) -> dict[str, str]:
        """Return it as plain values."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """That the words of a person were erased.

    Attributes:
        seq: The number of the entry that says so: words of entries before it are gone.
        person: The person.
        at: When.
        by: The user who did it.
        reason: Why.
    """

    seq: int
    person: str
    at: str
    by: str
    reason: str


def sealed_for(kind: str, groups: Mapping[str, object]) -> Mapping[str, str]:
    """Return the groups of an entry that are kept sealed, each with the person whose key it is under.

    Args:
        kind: The kind of the entry.
        groups: What its groups say.

    >>> sealed_for("decision", {"act": {"by": "ann"}, "said": {"text": "No."}})
    {'said': 'ann'}
    """
    act = groups.get(_ACT)
    if kind != _DECISION or _SAID not in groups or not isinstance(act, Mapping):
        return {}
    person = act.get("by")
    return {_SAID: person} if isinstance(person, str) and person not in {"", SYSTEM} else {}


def held_among(told: Iterable[tuple[Entry, object]]) -> list[Hold]:
    """Return the holds that stand after entries about them, in the order in which they were placed.

    Args:
        told: Each entry of `HOLD_KIND` in order, with what its group says.
    """
    held: dict[str, Hold] = {}
    for entry, value in told:
        if not isinstance(value, Mapping):
            continue
        one = Hold(
            scenario=str(value.get("scenario", "")),
            proposal=str(value.get("proposal", "")),
            at=entry.at,
            by=entry.by,
            reason=str(value.get("reason", "")),
        )
        if value.get("is_lifted"):
            held.pop(one.target, None)
        else:
            held.setdefault(one.target, one)
    return list(held.values())


def hold_value(scenario: str, *, proposal: str, reason: str, is_lifted: bool) -> dict[str, Plain]:
    """Return what the entry of a hold says in its group."""
    return {"scenario": scenario, "proposal": proposal, "reason": reason, "is_lifted": is_lifted}


def erased_among(told: Iterable[tuple[Entry, object]]) -> list[Erased]:
    """Return every erasure, first to last.

    Args:
        told: Each entry of `ERASED_KIND` in order, with what its group says.
    """
    return [
        Erased(
            seq=entry.seq,
            person=str(value.get("person", "")),
            at=entry.at,
            by=entry.by,
            reason=str(value.get("reason", "")),
        )
        for entry, value in told
        if isinstance(value, Mapping)
    ]


def erasure_of(erased: Iterable[Erased], person: str, *, seq: int) -> Erased | None:
    """Return what erased the words that a person said in an entry: the first erasure of theirs after it; None: none."""
    return next((one for one in erased if one.person == person and one.seq > seq), None)


def erased_mark(erasure: Erased | None) -> str:
    """Return what stands for words that are gone: since when, by whose hand and why.

    It takes the place of words in a log, which is data, so that it is the same in every language.
    """
    if erasure is None:
        return "[sealed, and its key is not in this book]"
    return f"[erased on {erasure.at[:10]} by {erasure.by}: {erasure.reason}]"


def proposals_with(events: Iterable[tuple[str, str]], person: str) -> set[str]:
    """Return the proposals in which a person did something.

    Args:
        events: Of each event: who, and on which proposal.
        person: The person.
    """
    return {proposal for by, proposal in events if by == person and proposal}


def open_with(state: State, proposals: Iterable[str]) -> list[str]:
    """Return those proposals that are not at their end yet: neither over nor, once carried out, closed."""
    cases = [state.cases[one] for one in sorted(proposals) if one in state.cases]
    return [one.proposal for one in cases if one.status not in OVER and one.status is not Status.CLOSED]
