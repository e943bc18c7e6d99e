"""Acts around a review: committees, memos, what one has seen, votes, and the rules it is held under."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from apportion.commands.decision_turn import MakeActs
from apportion.commands.decisions import Done, act_all
from apportion.commands.packs import pack_to_decide_under
from apportion.commands.permits import needs
from apportion.commands.session import current, person_named, signing_as
from apportion.errors import UsageError
from apportion.govern import acts
from apportion.govern.rights import Right
from apportion.govern.state import Case
from apportion.report.words import DEFAULT_LANGUAGE

__all__ = [
    "Mandate",
    "acknowledge_facts",
    "cast_vote",
    "change_pack",
    "convene_committee",
    "lodge_memo",
    "open_review",
]

# So many characters of a digest name it.
_LEAST_OF_DIGEST = 8
_MOST_BYTES = 10**6


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """What is said of a committee.

    Attributes:
        found_by: Who finds its members disinterested; empty: who acts.
        finding: What that rests on.
        may_negotiate: Whether it may negotiate.
        may_reject: Whether it may say no.
    """

    found_by: str = ""
    finding: str = ""
    may_negotiate: bool = False
    may_reject: bool = False


@needs(Right.DECIDE)
def open_review(
    scenario: str,
    proposal: str,
    *,
    by: str,
    committees: Sequence[str] = (),
    mandate: Mandate | None = None,
    memo: tuple[Path, str, tuple[str, ...]] | None = None,
    emergency: str = "",
    language: str = DEFAULT_LANGUAGE,
) -> Done:
    """Open the vote on a proposal, with its committees and its memo; all of it, or nothing.

    In a book, what somebody else finds or writes is signed with their key, each in a transaction before that of the
    vote, and stands even where the vote is refused.

    Args:
        scenario: A folder or workbook.
        proposal: A file, or the name or id of a proposal.
        by: Who opens it.
        committees: Each as ``PARTY=PERSON,PERSON``.
        mandate: What is said of them all.
        memo: The file of an independent analysis, its author, and the alternatives that it weighs.
        emergency: Why it cannot wait for a full review; empty: it can.
        language: The language of a refusal.

    Raises:
        UsageError: As of `act_all`; or a committee or the memo cannot be read.
        FindingsError: As of `act_all`.
        RefusedError: A rule refuses it.
    """
    together: list[MakeActs] = []
    for who, make in _prepared(by, committees=committees, mandate=mandate or Mandate(), memo=memo):
        if who == by or current() is None:
            together.append(make)
        else:
            # In a book nobody signs for another: with their own key, and before the vote is open.
            with signing_as(who):
                act_all(scenario, proposal, by=who, make=make, language=language)

    def make_all(name: str, case: Case | None) -> Sequence[acts.Act]:
        opening = acts.OpenReview(by=by, proposal=name, emergency=bool(emergency), reason=emergency)
        return [*(one for make in together for one in make(name, case)), opening]

    return act_all(scenario, proposal, by=by, make=make_all, language=language)


def _prepared(
    by: str,
    *,
    committees: Sequence[str],
    mandate: Mandate,
    memo: tuple[Path, str, tuple[str, ...]] | None,
) -> Iterator[tuple[str, MakeActs]]:
    """Yield what a review needs before it is opened, with who does it."""
    formed = [_committee(one) for one in committees]
    text = None if memo is None else _text_of(memo[0])
    if formed:
        finder = person_named(mandate.found_by) or by
        yield (
            finder,
            lambda name, _: [
                _convene(name, finder, side=side, members=members, mandate=mandate)
                for side, members in formed
            ],
        )
    if memo is not None and text is not None:
        author, alternatives = person_named(memo[1]) or by, memo[2]
        yield (
            author,
            lambda name, _: [acts.Memo(by=author, proposal=name, text=text, alternatives=alternatives)],
        )


@needs(Right.DECIDE)
def convene_committee(
    scenario: str,
    proposal: str,
    *,
    by: str,
    committee: str,
    mandate: Mandate,
    language: str = DEFAULT_LANGUAGE,
) -> Done:
    """Form the committee of one side, found disinterested by whoever forms it.

    Raises:
        UsageError: As of `act_all`; or the committee cannot be read.
        FindingsError: As of `act_all`.
        RefusedError: A rule refuses it.
    """
    side, members = _committee(committee)
    return act_all(
        scenario,
        proposal,
        by=by,
        make=lambda name, _: (_convene(name, by, side=side, members=members, mandate=mandate),),
        language=language,
    )


@needs(Right.DECIDE)
def lodge_memo(
    scenario: str,
    proposal: str,
    *,
    by: str,
    file: Path,
    alternatives: tuple[str, ...],
    language: str = DEFAULT_LANGUAGE,
) -> Done:
    """Lodge an independent analysis.

    Raises:
        UsageError: As of `act_all`; or the file cannot be read.
        FindingsError: As of `act_all`.
        RefusedError: A rule refuses it.
    """
    text = _text_of(file)
    return act_all(
        scenario,
        proposal,
        by=by,
        make=lambda name, _: (acts.Memo(by=by, proposal=name, text=text, alternatives=alternatives),),
        language=language,
    )


@needs(Right.DECIDE)
def acknowledge_facts(
    scenario: str, proposal: str, *, by: str, facts: str, language: str = DEFAULT_LANGUAGE
) -> Done:
    """Say that one has seen the frozen facts.

    Args:
        scenario: A folder or workbook.
        proposal: A file, or the name or id of a proposal.
        by: Who has seen them.
        facts: Their digest, or its first characters.
        language: The language of a refusal.

    Raises:
        UsageError: As of `act_all`; or so few characters name no digest.
        FindingsError: As of `act_all`.
        RefusedError: A rule refuses it.
    """
    return act_all(
        scenario,
        proposal,
        by=by,
        make=lambda name, case: (acts.Acknowledge(by=by, proposal=name, digest=_digest(facts, case)),),
        language=language,
    )


@needs(Right.DECIDE)
def cast_vote(
    scenario: str,
    proposal: str,
    *,
    by: str,
    side: str,
    choice: str,
    text: str = "",
    facts: str = "",
    language: str = DEFAULT_LANGUAGE,
) -> Done:
    """Vote in the forum of one side, and say before, where a digest is given, that one has seen the facts.

    Raises:
        UsageError: As of `act_all`; or so few characters name no digest.
        FindingsError: As of `act_all`.
        RefusedError: A rule refuses it.
    """

    def make(name: str, case: Case | None) -> tuple[acts.Act, ...]:
        vote = acts.Vote(by=by, proposal=name, side=side, choice=acts.Choice(choice), text=text)
        if not facts:
            return (vote,)
        return acts.Acknowledge(by=by, proposal=name, digest=_digest(facts, case)), vote

    return act_all(scenario, proposal, by=by, make=make, language=language)


@needs(Right.CONDUCT)
def change_pack(
    scenario: str, proposal: str, *, by: str, pack: str, language: str = DEFAULT_LANGUAGE
) -> Done:
    """Put a proposal under another policy pack.

    Raises:
        UsageError: As of `act_all`; or there is no such pack.
        FindingsError: As of `act_all`; or the file of the pack cannot be read.
        RefusedError: A rule refuses it.
    """
    loaded = pack_to_decide_under(pack)
    return act_all(
        scenario,
        proposal,
        by=by,
        make=lambda name, _: (acts.ChangePack(by=by, proposal=name, pack=loaded),),
        language=language,
    )


def _convene(name: str, by: str, *, side: str, members: tuple[str, ...], mandate: Mandate) -> acts.Convene:
    return acts.Convene(
        by=by,
        proposal=name,
        side=side,
        members=members,
        found_disinterested_by=by,
        finding=mandate.finding,
        may_negotiate=mandate.may_negotiate,
        may_reject=mandate.may_reject,
    )


def _committee(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a side and its members as ``PARTY=PERSON,PERSON`` tells them."""
    side, _, listed = text.partition("=")
    members = tuple(one.strip() for one in listed.split(",") if one.strip())
    if not side.strip() or not members:
        raise UsageError(f"{text!r} names no committee.", fix="Write it as PARTY=PERSON,PERSON.")
    return side.strip(), members


def _digest(text: str, case: Case | None) -> str:
    """Return the digest that its first characters name; of another, as it was given, so that a rule answers."""
    if len(text) < _LEAST_OF_DIGEST:
        raise UsageError(
            f"{text!r} names no digest.", fix=f"Give at least its first {_LEAST_OF_DIGEST} characters."
        )
    frozen = "" if case is None else case.digest
    return frozen if frozen.startswith(text.lower()) else text


def _text_of(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            held = opened.read(_MOST_BYTES + 1)
        if len(held) > _MOST_BYTES:
            raise UsageError(
                f"{str(file)!r} has more than {_MOST_BYTES:,} bytes.", fix="Lodge the text alone."
            )
        return held.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(
            f"{str(file)!r} cannot be read: {error.strerror or error}.", fix="Name a text file."
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{str(file)!r} is no text in UTF-8.", fix="Name a text file.") from error
