"""The board of a page of claims: what was said, what is documented, the verdict, and what does not fit, as values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from apportion.report.claims import (
    claim_unit_words,
    documented_words,
    gap_words,
    metric_words,
    reason_words,
    settled_words,
    stated_words,
    verdict_words,
)
from apportion.report.facts import basis_words
from apportion.report.others import customers_named
from apportion.report.relations import contradiction_sentence
from apportion.report.tables import more_rows
from apportion.report.words import Words
from apportion.study.claims import Claims
from apportion.study.relations import Contradiction
from apportion.study.verdicts import Judged, Verdict

MOST_CLAIMS = 500
JSON = "claims.json"
_MARKS = {
    Verdict.CONSISTENT: "consistent",
    Verdict.CONTRADICTED: "contradicted",
    Verdict.UNSUPPORTED: "unsupported",
    Verdict.NOT_COMPARABLE: "not-comparable",
    Verdict.TOO_EARLY: "too-early",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One claim on the board, every part of it in words.

    Attributes:
        anchor: Its id in the page; never made of the user's text.
        claim: Its id in the facts.
        party: What the party is called that it speaks of.
        party_id: The id of that party.
        said: The day it was said.
        speaker: Who said it, by name.
        speaker_id: The id of the speaker.
        statement: What was said, to the letter.
        stated: What it measures and the value as stated.
        meant: The day it is for; empty where that is the value.
        documented: What is documented, with its unit.
        gap: The gap, with its unit; empty: none to speak of.
        basis: The weakest class that it rests on; empty: it rests on no row.
        mark: The shape and colour beside the verdict.
        verdict: The verdict.
        reason: Why it has it.
        settled: What would settle it.
    """

    anchor: str
    claim: str
    party: str
    party_id: str
    said: str
    speaker: str
    speaker_id: str
    statement: str
    stated: str
    meant: str
    documented: str
    gap: str
    basis: str
    mark: str
    verdict: str
    reason: str
    settled: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Every claim, and the sentence that says how many stand only in a file; empty if none."""

    entries: tuple[Entry, ...]
    more: str


@dataclass(frozen=True, slots=True)
class Clash:
    """What does not fit, in a sentence, with the claims that it is about: anchor, id and statement of each.

    The anchor is empty for a claim that the board has no room for.
    """

    sentence: str
    claims: tuple[tuple[str, str, str], ...]


def board_of(found: Claims, *, words: Words) -> Board:
    """Return the claims in the order in which they were said."""
    names = customers_named(found.world)
    return Board(
        entries=tuple(
            _entry(one, anchor=anchor, names=names, words=words)
            for one, anchor in zip(found.judged[:MOST_CLAIMS], _anchors(found).values(), strict=False)
        ),
        more=more_rows(len(found.judged), most=MOST_CLAIMS, file=JSON, words=words),
    )


def _anchors(found: Claims) -> dict[str, str]:
    return {
        one.claim.claim: f"claim-{place}" for place, one in enumerate(found.judged[:MOST_CLAIMS], start=1)
    }


def _entry(one: Judged, *, anchor: str, names: Mapping[str, str], words: Words) -> Entry:
    return Entry(
        anchor=anchor,
        claim=one.claim.claim,
        party=names.get(one.claim.party, one.claim.party),
        party_id=one.claim.party,
        said=one.claim.said_on.isoformat(),
        speaker=words.say("claims.page.speaker", speaker=names.get(one.claim.speaker, one.claim.speaker)),
        speaker_id=one.claim.speaker,
        statement=one.claim.statement,
        stated=words.say(
            "joint.titled",
            title=metric_words(one.claim.metric, words=words),
            text=stated_words(one.claim, words=words),
        ),
        meant="" if one.claim.is_dated else words.say("claims.page.for-day", day=one.claim.as_of_on),
        documented=documented_in_units(one, words=words),
        gap=gap_words(one, words=words),
        basis=basis_words(one.basis, words=words) if one.support else "",
        mark=_MARKS[one.verdict],
        verdict=verdict_words(one.verdict, words=words),
        reason=reason_words(one.reason, words=words),
        settled=settled_words(one.claim, words=words),
    )


def documented_in_units(one: Judged, *, words: Words) -> str:
    """Return what is documented for a claim with its unit; a day has none."""
    told = documented_words(one, words=words)
    if one.evidence is None or one.claim.is_dated:
        return told
    return words.say("claims.unit", value=told, unit=claim_unit_words(one.claim.unit, words=words))


def lead_sentences(found: Claims, *, clashes: int, words: Words) -> list[str]:
    """Return whether it holds together, and how many claims have which verdict.

    Args:
        found: The study.
        clashes: How many points do not fit by a rule, disputes between pieces of evidence left out.
        words: The language.
    """
    if not found.judged:
        return [words.say("claims.none")]
    counted = Counter(one.verdict for one in found.judged)
    verdicts = [
        words.say("claims.page.counted", number=counted[verdict], verdict=verdict_words(verdict, words=words))
        for verdict in Verdict
        if counted[verdict]
    ]
    counts = words.say(
        "claims.page.counts",
        claims=words.say("claims.page.claims", count=len(found.judged)),
        parties=words.say("claims.page.parties", count=len({one.claim.party for one in found.judged})),
        day=found.day,
        verdicts=words.listed(verdicts),
    )
    return [_held(counted, clashes=clashes, words=words), counts]


def _held(counted: Counter[Verdict], *, clashes: int, words: Words) -> str:
    if counted[Verdict.CONTRADICTED]:
        told = words.say("claims.page.contradicted", count=counted[Verdict.CONTRADICTED])
        return words.together([told, words.say("claims.page.apart", count=clashes)] if clashes else [told])
    if clashes:
        return words.say("claims.page.only-apart", count=clashes)
    is_all = set(+counted) == {Verdict.CONSISTENT}
    return words.say("claims.page.holds" if is_all else "claims.page.open")


def verdict_keys(found: Claims, *, words: Words) -> list[tuple[str, str, str]]:
    """Return the number of claims of every verdict, none left out; empty where nobody claimed anything."""
    counted = Counter(one.verdict for one in found.judged)
    return [
        (words.text_of(counted[verdict]), verdict_words(verdict, words=words), "")
        for verdict in Verdict
        if counted
    ]


def clashes_of(found: Claims, given: Iterable[Contradiction], *, words: Words) -> list[Clash]:
    """Return what does not fit, each with the statements that it is about."""
    anchors = _anchors(found)
    said = {one.claim.claim: one.claim.statement for one in found.judged}
    return [
        Clash(
            contradiction_sentence(found, one, words=words),
            tuple((anchors.get(name, ""), name, said[name]) for name in _known(one.claims, said)),
        )
        for one in given
    ]


def _known(names: Sequence[str], said: dict[str, str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name in said]
