"""Acts of retention: hold a decision, and erase what a person said, so that all that is signed still holds (G23)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from apportion.commands.book_source import erased_in, log_in
from apportion.commands.permits import needs
from apportion.commands.session import needed, recording
from apportion.errors import FindingsError, NotPermitted, UsageError
from apportion.govern.decision import replay
from apportion.govern.erasure import (
    ERASED_GROUP,
    ERASED_KIND,
    HOLD_GROUP,
    HOLD_KIND,
    Hold,
    held_among,
    hold_value,
    open_with,
    proposals_with,
)
from apportion.govern.events import SYSTEM, Plain
from apportion.govern.refusal import Rule
from apportion.govern.rights import Right
from apportion.govern.state import State
from apportion.report.people import erased_sentences, hold_sentence, holds_table
from apportion.report.words import DEFAULT_LANGUAGE, Words

if TYPE_CHECKING:
    from apportion.store.book import Reading

__all__ = [
    "ErasedPerson",
    "Held",
    "erase_person",
    "lift_hold",
    "list_holds",
    "place_hold",
    "tell_erased",
    "tell_hold",
    "tell_holds",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What became of a hold.

    Attributes:
        hold: The hold.
        is_lifted: Whether it stands no more.
    """

    hold: Hold
    is_lifted: bool

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return {**self.hold.as_json(), "is_lifted": self.is_lifted}


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedPerson:
    """Whose words were erased.

    Attributes:
        person: The person.
        at: When.
        by: The user who did it.
        reason: Why.
        acts: How many acts of theirs had been entered by then.
        is_scrubbed: Whether the key is gone from the files of the database, too, and not only from its tables.
    """

    person: str
    at: str
    by: str
    reason: str
    acts: int
    is_scrubbed: bool

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return {name: getattr(self, name) for name in self.__slots__}


@needs(Right.HOLD)
def place_hold(target: str, *, reason: str) -> Held:
    """Place a hold on a decision: of whoever had a part in it nothing is erased until it is lifted.

    Args:
        target: ``PROPOSAL``, ``SCENARIO:PROPOSAL`` where several scenarios have it, or ``SCENARIO`` for every decision.
        reason: Why.

    Raises:
        NotPermitted: Whoever acts is no admin.
        UsageError: There is no such decision, it is held already, or no reason is given.
        BookError: The book cannot be written.
    """
    return _changed(target, reason=reason, is_lifted=False)


@needs(Right.HOLD)
def lift_hold(target: str, *, reason: str) -> Held:
    """Lift a hold, named as it was placed.

    Raises:
        NotPermitted: Whoever acts is no admin.
        UsageError: There is no such decision, it is not held, or no reason is given.
        BookError: The book cannot be written.
    """
    return _changed(target, reason=reason, is_lifted=True)


@needs(Right.HOLD)
def list_holds() -> list[Hold]:
    """Return the holds that stand, in the order in which they were placed.

    Raises:
        NotPermitted: Whoever acts is no admin.
    """
    with needed().book.read() as reading:
        return _holds(reading)


@needs(Right.ERASE)
def erase_person(person: str, *, reason: str) -> ErasedPerson:
    """Erase the words of a person by destroying the key that they are kept under; what they did stays.

    Done again for somebody who said nothing since, it enters nothing and cleans the files of the book once more.

    Args:
        person: A person or body of the scenarios.
        reason: Why; it is kept in the ledger, and stands where the words stood.

    Raises:
        NotPermitted: Whoever acts is no admin, a decision with the person is held, or a proposal with them is open.
        UsageError: The book keeps no words of theirs, or no reason is given.
        FindingsError: A log of decisions does not hold together.
        BookError: The book cannot be written.
    """
    _check_reason(reason, "Words are erased for a reason.")
    session = needed()
    with recording() as act:
        acts = _acts_of(act.writing, person)
        if person not in {"", SYSTEM} and act.writing.destroy_data_keys(person):
            told: dict[str, Plain] = {"person": person, "acts": acts, "reason": reason}
            entry = act.add(ERASED_KIND, person, groups={ERASED_GROUP: told})
            at, by = entry.at, entry.by
        else:
            before = [one for one in erased_in(act.writing) if one.person == person]
            if not before:
                raise UsageError(
                    f"The book keeps no words of a person {person!r}.",
                    fix="Name a person as the scenarios do.",
                )
            at, by, reason = before[-1].at, before[-1].by, before[-1].reason
    is_scrubbed = session.book.scrub()
    return ErasedPerson(person=person, at=at, by=by, reason=reason, acts=acts, is_scrubbed=is_scrubbed)


@needs(Right.OPEN)
def tell_hold(held: Held, *, language: str = DEFAULT_LANGUAGE) -> str:
    """Return what became of a hold as a sentence.

    Raises:
        UsageError: There is no such language.
    """
    return hold_sentence(held.hold, is_lifted=held.is_lifted, words=Words.load(language))


@needs(Right.OPEN)
def tell_holds(holds: Sequence[Hold], *, language: str = DEFAULT_LANGUAGE) -> list[tuple[str, ...]]:
    """Return holds as a table.

    Raises:
        UsageError: There is no such language.
    """
    return holds_table(holds, words=Words.load(language))


@needs(Right.OPEN)
def tell_erased(erased: ErasedPerson, *, language: str = DEFAULT_LANGUAGE) -> list[str]:
    """Return what was erased in sentences, and what is still to be done outside the book.

    Raises:
        UsageError: There is no such language.
    """
    return erased_sentences(
        erased.person,
        day=erased.at[:10],
        by=erased.by,
        acts=erased.acts,
        is_scrubbed=erased.is_scrubbed,
        words=Words.load(language),
    )


def _acts_of(reading: Reading, person: str) -> int:
    """Return how many acts of a person there are, of which nothing stands against erasing the words.

    Raises:
        NotPermitted: One is on a decision that is held, or still open.
        FindingsError: A log of decisions does not hold together.
    """
    holds = _holds(reading)
    acts = 0
    for scenario in sorted({one.name for one in reading.scenarios()}):
        log = log_in(reading, scenario)
        if log.findings:
            raise FindingsError(log.findings)
        theirs = proposals_with(((one.by, one.proposal) for one in log.events), person)
        acts += sum(one.by == person for one in log.events)
        _check_held(person, [one for one in holds if one.covers(scenario, theirs)])
        state = replay(log.events)
        _check_closed(person, open_with(state, theirs) if isinstance(state, State) else sorted(theirs))
    return acts


def _changed(target: str, *, reason: str, is_lifted: bool) -> Held:
    _check_reason(reason, "A hold is placed and lifted for a reason.")
    with recording() as act:
        there = {one.target: one for one in _holds(act.writing)}
        scenario, proposal = _named(act.writing, target)
        named = Hold(scenario=scenario, proposal=proposal, at="", by="", reason=reason)
        if is_lifted is (named.target not in there):
            raise UsageError(
                f"{target!r} is {'not held' if is_lifted else 'held already'}.",
                fix="`apportion hold list` lists what is held.",
            )
        said = hold_value(scenario, proposal=proposal, reason=reason, is_lifted=is_lifted)
        entry = act.add(HOLD_KIND, scenario, groups={HOLD_GROUP: said})
    return Held(hold=replace(named, at=entry.at, by=entry.by), is_lifted=is_lifted)


def _holds(reading: Reading) -> list[Hold]:
    told = [reading.said(one) for one in list(reading.entries(kind=HOLD_KIND))]
    return held_among((entry, groups.get(HOLD_GROUP)) for entry, groups in told)


def _named(reading: Reading, target: str) -> tuple[str, str]:
    """Return the scenario and proposal that a hold names; what others there are is not told to an admin."""
    names = [one.name for one in reading.scenarios()]
    if target in names:
        return target, ""
    chosen, _, proposal = target.rpartition(":")
    found = [
        name
        for name in names
        if chosen in {"", name} and any(one.proposal == proposal for one in log_in(reading, name).events)
    ]
    if len(found) == 1:
        return found[0], proposal
    raise UsageError(
        f"There is no decision {target!r}."
        if not found
        else f"Several scenarios have a decision {target!r}.",
        fix="Name it as PROPOSAL or SCENARIO:PROPOSAL, or all of a scenario as SCENARIO.",
    )


def _check_reason(reason: str, sentence: str) -> None:
    if not reason.strip():
        raise UsageError(sentence, fix="Say why with --because.")


def _check_held(person: str, holds: Sequence[Hold]) -> None:
    if holds:
        first = holds[0]
        more = f" {len(holds) - 1} more holds stand." if len(holds) > 1 else ""
        raise NotPermitted(
            f"Nothing of {person!r} is erased while {first.target!r} is held, since "
            f"{first.at[:10]} by {first.by}: {first.reason}{more}",
            rule=str(Rule.RETENTION),
            fix="Lift it first with `apportion hold lift`, if it may be.",
            person=person,
            holds=[one.as_json() for one in holds],
        )


def _check_closed(person: str, still_open: Sequence[str]) -> None:
    if still_open:
        more = f", and {len(still_open) - 1} more," if len(still_open) > 1 else ""
        raise NotPermitted(
            f"Nothing of {person!r} is erased while the decision {still_open[0]!r}{more} is not at its end.",
            rule=str(Rule.RETENTION),
            fix="Wait until it is rejected, withdrawn, lapsed or closed.",
            person=person,
            decisions=list(still_open),
        )
