"""What of the decisions on a scenario is for whoever acts: which proposals and forums; what is refused (G7, G26).

Without a book all of it is for everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from apportion.commands.decision_log import Known
from apportion.commands.permits import (
    acting,
    check_person,
    internal,
    person_acting,
    require,
    scope_now,
    unseen,
)
from apportion.commands.seen import SeenSource
from apportion.commands.sources import Source
from apportion.errors import FindingsError, NotPermitted, UsageError, has_errors
from apportion.files.proposal_reading import SUFFIX, read_proposal
from apportion.govern.entities import entities_on
from apportion.govern.refusal import Refusal, Rule
from apportion.govern.rights import Right
from apportion.govern.state import OVER, Case
from apportion.model.proposal import Proposal
from apportion.model.world import World
from apportion.study.book import read_book
from apportion.study.moves import check_alone

__all__ = [
    "cases_followed",
    "check_hears",
    "check_may_edit",
    "check_proposed",
    "forums_heard",
    "name_followed",
    "reader_now",
    "refused_narrowly",
    "sides_of",
    "told_narrowly",
]


@internal
def sides_of(case: Case | None) -> frozenset[str]:
    """Return the parties that gain or lose by a proposal, as they were frozen last."""
    return (
        frozenset() if case is None or case.frozen is None else frozenset(e.id for e in case.frozen.entities)
    )


@internal
def cases_followed(known: Known, *, right: Right = Right.FOLLOW) -> list[Case]:
    """Return the proposals of a log that a right of whoever acts goes to."""
    found = scope_now(right)
    return [one for one in known.state.cases.values() if found.is_all or found.covers(sides_of(one))]


@internal
def name_followed(proposal: str, known: Known, *, right: Right, find: Callable[[str, Known], str]) -> str:
    """Return the id of a proposal that a right of whoever acts goes to.

    Args:
        proposal: A file, or the name or id of a proposal.
        known: The log.
        right: What is wanted with it.
        find: Finds it among all.

    Raises:
        NotPermitted: There is none, or it is not theirs: which of the two is not said.
        UsageError: There is none, to whoever may know of all.
        FindingsError: Its file cannot be read.
    """
    found = scope_now(right)
    if found.is_all:
        return find(proposal, known)
    stem = proposal.removesuffix(SUFFIX)
    for file, held in known.source.proposals().items():
        if file.removesuffix(SUFFIX) == stem:
            read, _ = read_proposal(held, file=file)
            stem = stem if read is None else read.id
    if not found.covers(sides_of(known.state.cases.get(stem))):
        require(right)
        raise unseen(proposal)
    return stem


@internal
def forums_heard(case: Case) -> frozenset[str] | None:
    """Return the sides of a proposal whose deliberation whoever acts may see; None: all (G7)."""
    if acting() is None:
        return None
    if person_acting() in case.shut_out:
        return frozenset()
    found = scope_now(Right.HEAR)
    return None if found.is_all else sides_of(case) & found.parties


@internal
def check_hears(cases: Iterable[Case]) -> None:
    """Refuse what holds deliberation as it was written to whoever may not see all of it.

    Args:
        cases: The proposals that it holds the deliberation of.

    Raises:
        NotPermitted: They stepped aside or are conflicted (G7), or have no part in some forum.
    """
    for case in cases:
        heard = forums_heard(case)
        if not (case.votes or case.memos or case.committees) or heard is None or heard >= sides_of(case):
            continue
        person = person_acting() or ""
        is_shut_out = person in case.shut_out
        raise NotPermitted(
            f"It holds the deliberation on {case.proposal!r}, "
            + (
                f"and {person!r} is conflicted on it or stepped aside."
                if is_shut_out
                else "of which not all is for you."
            ),
            rule=str(Rule.RECUSAL) if is_shut_out else "",
            fix="Let an auditor of the whole book do it.",
            proposal=case.proposal,
        )


@internal
def refused_narrowly(refusal: Refusal, case: Case | None) -> Refusal:
    """Return a refusal without the count of votes, for whoever may not see who voted how on that side."""
    if refusal.key != "refusal.no-majority" or case is None:
        return refusal
    forums, side = forums_heard(case), refusal.values["side"]
    if forums is None or side in forums:
        return refusal
    return replace(
        refusal, key="refusal.one-sided", values={"side": side, "proposal": refusal.values["proposal"]}
    )


@internal
def reader_now(reader: str | None) -> str | None:
    """Return who reads a decision: in a book the person of whoever acts and nobody else.

    Raises:
        NotPermitted: Somebody else is named.
    """
    person = person_acting()
    if person is None:
        return reader
    if reader:
        check_person(reader)
    return person


@internal
def check_proposed(source: Source, proposal: Proposal) -> None:
    """Refuse a proposal that is not for whoever acts to put forward, by what their own parties know.

    Raises:
        NotPermitted: None of their parties is a side of it.
        FindingsError: It does not fit what they know.
    """
    found = scope_now(Right.PROPOSE)
    if found.is_all:
        return
    require(Right.PROPOSE)
    world = SeenSource(source, found.parties).standing()
    findings = check_alone(world, proposal, book=read_book(world))
    if has_errors(findings):
        raise FindingsError(findings)
    if not found.covers(entities_on(world, proposal)):
        raise NotPermitted(
            f"None of {' and '.join(sorted(found.parties))} is a side of {proposal.id!r}.",
            fix="A buyer proposes what its own party gains or gives. Ask the desk to put it forward.",
            parties=sorted(found.parties),
        )


@internal
@contextmanager
def told_narrowly() -> Iterator[None]:
    """Tell what goes wrong with the whole of a scenario in words that name nothing, to whoever sees a part of it.

    Raises:
        UsageError: Something went wrong.
    """
    try:
        yield
    except FindingsError as error:
        if scope_now(Right.READ).is_all:
            raise
        raise UsageError(
            "It does not fit the facts of the book, of which you see a part.", fix="Ask the desk."
        ) from error


@internal
def check_may_edit(known: Known, *, before: World | None = None, after: World | None = None) -> None:
    """Refuse an edit of a scenario to whoever has no part in what it would decide, or too much of one.

    Args:
        known: Its log.
        before: Its facts as they are; None with `after`: nothing of its rules or readiness changes.
        after: Its facts as they would be.

    Raises:
        NotPermitted: A proposal is open from which they are shut out (G7), or in which they have a part or are in
            line, and the policy or the readiness of sites would change (G26).
    """
    person = person_acting()
    if not person:
        return
    changes_rules = before is not None and after is not None and _rules(before) != _rules(after)
    for case in known.state.cases.values():
        if case.status in OVER:
            continue
        if person in case.shut_out:
            raise _locked(person, case, rule=Rule.RECUSAL)
        if changes_rules and person in _with_part(case):
            raise _locked(person, case, rule=Rule.SELF_POLICY)


def _rules(world: World) -> tuple[object, str]:
    """Return what decides over proposals beside the facts of orders: the policy, and what is ready when."""
    readiness = World(
        settings=world.settings,
        tables={name: frame for name, frame in world.tables.items() if name == "readiness"},
    )
    return world.settings.policy, readiness.digest


def _with_part(case: Case) -> frozenset[str]:
    """Return who puts forward, decides, sits in a forum of, or is in line of a proposal."""
    frozen = case.frozen
    seated = set[str]() if frozen is None else {seat.person for seat in frozen.seats} | frozen.in_line
    return frozenset({*case.barred, *seated, *(one.by for one in case.votes)})


def _locked(person: str, case: Case, *, rule: Rule) -> NotPermitted:
    why = (
        "is conflicted on it or stepped aside"
        if rule is Rule.RECUSAL
        else "has a part in it, and the policy or the readiness of sites would change"
    )
    return NotPermitted(
        f"While the proposal {case.proposal!r} is open, {person!r} edits nothing that it rests on: {person!r} {why}.",
        rule=str(rule),
        fix="Let somebody without a part in it do it, or wait until it is closed.",
        person=person,
        proposal=case.proposal,
    )
