"""What the log of decisions says, for reading: where proposals stand, minutes, notices, whether it holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from apportion.commands import clock
from apportion.commands.decision_log import Known, known_of
from apportion.commands.decision_rights import (
    cases_followed,
    forums_heard,
    name_followed,
    reader_now,
    told_narrowly,
)
from apportion.commands.decisions import named
from apportion.commands.folders import write_files
from apportion.commands.permits import internal, needs, person_acting, scope_now, unseen, user_name_acting
from apportion.commands.scenarios import read_files
from apportion.commands.sources import find_source
from apportion.errors import Finding, FindingsError, UsageError
from apportion.govern.minutes import Entry, minutes
from apportion.govern.rights import Right
from apportion.govern.state import Case, State
from apportion.report.decision import Outlook, entry_json, minutes_lines, outlook_json
from apportion.report.decision_notices import notices_told, preface
from apportion.report.decision_page import decision_html
from apportion.report.decision_show import Block, cases_table, list_lines, log_lines, show_blocks
from apportion.report.words import DEFAULT_LANGUAGE, Words

__all__ = [
    "DECISION_PAGE",
    "Checked",
    "Listed",
    "Shown",
    "check_log",
    "list_decisions",
    "minutes_of",
    "notices_of",
    "show_decision",
    "whole_record",
]

DECISION_PAGE = "decision.html"
_JSON = "decision.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A decision as text and as plain values."""

    blocks: Sequence[Block]
    body: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """All decisions on a scenario."""

    table: list[tuple[str, ...]]
    sentences: list[str]
    body: list[dict[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Whether a log holds together.

    Attributes:
        findings: What is wrong with it.
        sentences: What was found, in words.
        is_cut: Whether the digest held is none of its events'.
        body: All of it as plain values.
    """

    findings: tuple[Finding, ...]
    sentences: list[str]
    is_cut: bool
    body: dict[str, object]


@needs(Right.FOLLOW)
def list_decisions(scenario: str, *, language: str = DEFAULT_LANGUAGE) -> Listed:
    """Return every proposal of a scenario's log, and where it stands.

    Raises:
        UsageError: There is no such scenario or language.
        FindingsError: The log does not hold together.
    """
    words = Words.load(language)
    known = known_of(find_source(scenario))
    cases = cases_followed(known)
    return Listed(
        table=cases_table(cases, words=words),
        sentences=list_lines(_state_of(known, cases), last=known.log.last, words=words),
        body=[
            {"proposal": one.proposal, "proposed_at": one.proposed_at.isoformat(), **_outlook(known, one)}
            for one in cases
        ],
    )


def _state_of(known: Known, cases: Sequence[Case]) -> State:
    """Return the state of these proposals; what was tried without a decision is for whoever may follow all."""
    if scope_now(Right.FOLLOW).is_all:
        return known.state
    return replace(known.state, cases={one.proposal: one for one in cases}, attempts=())


def _outlook(known: Known, case: Case) -> dict[str, object]:
    state = _state_of(known, [case])
    return outlook_json(
        Outlook.of(state, case.proposal, now=clock.now(), reader=person_acting(), forums=forums_heard(case))
    )


@needs(Right.FOLLOW)
def show_decision(
    scenario: str,
    proposal: str,
    *,
    reader: str | None = None,
    out: Path | None = None,
    language: str = DEFAULT_LANGUAGE,
) -> Shown:
    """Return where a proposal stands, and write its page where asked to.

    Args:
        scenario: A folder, workbook or zip.
        proposal: A file, or the name or id of a proposal.
        reader: Who reads; None: whoever may see all.
        out: Where the page and its JSON go; None: nowhere.
        language: The language of sentences and page.

    Raises:
        UsageError: There is no such scenario, proposal or language, or nothing can be written there.
        FindingsError: The log does not hold together.
    """
    words = Words.load(language)
    reader = reader_now(reader)
    known, case = _found(scenario, proposal)
    forums = forums_heard(case)
    state = _state_of(known, [case])
    outlook = Outlook.of(state, case.proposal, now=clock.now(), reader=reader, forums=forums)
    entries = minutes(known.log.events, proposal=case.proposal, viewer=reader, forums=forums)
    body = _body(known, outlook, entries=entries, words=words)
    if out is not None:
        _write(outlook, entries, known=known, body=body, folder=out, words=words)
    named = reader or user_name_acting()  # a user of a book need not be a person of the scenario
    return Shown(blocks=show_blocks(outlook, last=known.log.last, reader=named, words=words), body=body)


@internal
def whole_record(known: Known, case: Case) -> dict[str, object]:
    """Return all that is to be said of a decision in English, whoever acts: what a pack shows a part of."""
    words = Words.load(DEFAULT_LANGUAGE)
    outlook = Outlook.of(known.state, case.proposal, now=clock.now())
    entries = minutes(known.log.events, proposal=case.proposal)
    return _body(known, outlook, entries=entries, words=words)


def _body(known: Known, outlook: Outlook, *, entries: Sequence[Entry], words: Words) -> dict[str, object]:
    frozen = outlook.case.frozen
    return {
        "proposal": outlook.case.proposal,
        **outlook_json(outlook),
        "facts": None if frozen is None else frozen.as_json(),
        "minutes": [entry_json(one, words=words) for one in entries],
        "last_digest": known.log.last,
        "language": words.language,
    }


def _write(
    outlook: Outlook,
    entries: Sequence[Entry],
    *,
    known: Known,
    body: dict[str, object],
    folder: Path,
    words: Words,
) -> None:
    page = decision_html(
        outlook,
        entries,
        world=read_files(known.source).world,
        last=known.log.last,
        words=words,
    )
    text = json.dumps(body, ensure_ascii=False, indent=1)
    write_files(folder, {DECISION_PAGE: page.encode(), _JSON: f"{text}\n".encode()})


@needs(Right.FOLLOW)
def minutes_of(
    scenario: str, proposal: str, *, reader: str | None = None, language: str = DEFAULT_LANGUAGE
) -> tuple[list[dict[str, object]], list[str]]:
    """Return the minutes of a proposal as plain values and as lines.

    Raises:
        UsageError: There is no such scenario, proposal or language.
        FindingsError: The log does not hold together.
    """
    words = Words.load(language)
    reader = reader_now(reader)
    known, case = _found(scenario, proposal)
    entries = minutes(known.log.events, proposal=case.proposal, viewer=reader, forums=forums_heard(case))
    return [entry_json(one, words=words) for one in entries], minutes_lines(entries, words=words)


@needs(Right.NOTICES)
def notices_of(
    scenario: str, proposal: str, *, language: str = DEFAULT_LANGUAGE
) -> tuple[list[dict[str, object]], list[str]]:
    """Return the notice to each party that gets less or later, as plain values and as texts.

    Raises:
        UsageError: There is no such scenario, proposal or language.
        FindingsError: The log does not hold together.
    """
    words = Words.load(language)
    _, case = _found(scenario, proposal, right=Right.NOTICES)
    own = scope_now(Right.NOTICES)
    # A party is told what it loses, and not who else does.
    told = [one for one in notices_told(case, now=clock.now(), words=words) if own.covers({one.loser.party})]
    texts = ["\n".join(one.text) for one in told]
    return [one.as_json() for one in told], [*preface(case, words=words), *texts]


@needs(Right.FOLLOW)
def check_log(scenario: str, *, held: str = "", language: str = DEFAULT_LANGUAGE) -> Checked:
    """Return whether the log of a scenario holds together, and whether it still has the line of a digest.

    Args:
        scenario: A folder, workbook or zip.
        held: A digest that somebody held outside; empty: none.
        language: The language of the sentences.

    Raises:
        UsageError: There is no such scenario or language.
    """
    words = Words.load(language)
    if not scope_now(Right.FOLLOW).is_all:
        raise unseen("decision check")
    try:
        known = known_of(find_source(scenario))
    except FindingsError as error:
        findings = tuple(error.findings)
        told = {"holds": False, "findings": [one.as_json() for one in findings]}
        return Checked(findings=findings, sentences=[], is_cut=False, body=told)
    digests = known.log.digests
    place = digests.index(held) + 1 if held in digests else None
    is_cut = bool(held) and place is None
    return Checked(
        findings=(),
        sentences=log_lines(len(digests), last=known.log.last, held=held, place=place, words=words),
        is_cut=is_cut,
        body={
            "holds": True,
            "events": len(digests),
            "last_digest": known.log.last,
            "held_at": place,
            "is_cut": is_cut,
            "findings": [],
        },
    )


def _found(scenario: str, proposal: str, *, right: Right = Right.FOLLOW) -> tuple[Known, Case]:
    with told_narrowly():
        known = known_of(find_source(scenario))
    name = name_followed(proposal, known, right=right, find=named)
    case = known.state.cases.get(name)
    if case is None:
        raise UsageError(
            f"Nobody has put the proposal {name!r} forward.",
            fix=f"Do it with `apportion propose {scenario} {name} --as PERSON`.",
        )
    return known, case
