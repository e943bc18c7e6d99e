"""A decision, and all of them, as sentences and tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from apportion.govern.state import Case, State
from apportion.report.decision import (
    Outlook,
    Row,
    condition_sentences,
    conflict_sentences,
    fact_sentences,
    lead_sentence,
    outlook_sentences,
    side_table,
)
from apportion.report.refusals import status_words
from apportion.report.words import Words

Block: TypeAlias = str | list[Row]
_COLUMNS = (
    "decision.column.proposal",
    "decision.column.status",
    "decision.column.pack",
    "decision.column.proposer",
)


def show_blocks(outlook: Outlook, *, last: str, reader: str, words: Words) -> list[Block]:
    """Return where a decision stands: its facts, its sides, what is missing and due, and the digest to hold."""
    case = outlook.case
    blocks: list[Block] = [
        lead_sentence(case, words=words),
        *fact_sentences(case, words=words),
        *conflict_sentences(case, words=words),
    ]
    if outlook.is_withheld:
        blocks.append(words.say("decision.withheld", person=reader))
    if outlook.sides:
        blocks.append(side_table(outlook, words=words))
    return [
        *blocks,
        *condition_sentences(outlook, words=words),
        *outlook_sentences(outlook, words=words),
        *attempt_lines(outlook.attempts, words=words),
        *hold_lines(last, words=words),
    ]


def attempt_lines(attempts: int, *, words: Words) -> list[str]:
    """Return how many changes were tried that nobody decided; nothing where there were none."""
    return [words.say("decision.attempts", count=attempts)] if attempts else []


def hold_lines(last: str, *, words: Words) -> list[str]:
    """Return the digest of the last line of a log, and what it is for (G22)."""
    return [words.say("decision.last", digest=last), words.say("decision.hold-it")]


def cases_table(cases: Sequence[Case], *, words: Words) -> list[Row]:
    """Return every proposal of a log as a table."""
    rows = [
        (one.proposal, status_words(one.status, words=words), one.pack.name, one.proposer) for one in cases
    ]
    return [tuple(words.say(key) for key in _COLUMNS), *rows]


def list_lines(state: State, *, last: str, words: Words) -> list[str]:
    """Return how many proposals there are, and the digest to hold."""
    if not state.count:
        return [words.say("decision.none")]
    return [
        words.say("decision.listed", count=len(state.cases)),
        *attempt_lines(len(state.attempts), words=words),
        *hold_lines(last, words=words),
    ]


def log_lines(count: int, *, last: str, held: str, place: int | None, words: Words) -> list[str]:
    """Return that a log holds together, and whether a digest held outside is one of its events'.

    Args:
        count: How many events it has.
        last: The digest of its last line.
        held: The digest held; empty: none.
        place: The event that has it, from 1; None: none has.
        words: The language.
    """
    if not count:
        return [words.say("decision.none"), *([words.say("decision.log.cut")] if held else [])]
    lines = [words.say("decision.log.whole", count=count), words.say("decision.last", digest=last)]
    if not held:
        return [*lines, words.say("decision.log.not-held", option="--last")]
    if place is None:
        return [*lines, words.say("decision.log.cut")]
    return [*lines, words.say("decision.log.held", seq=place, count=count)]
