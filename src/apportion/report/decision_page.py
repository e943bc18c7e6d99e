"""``decision.html``: a decision and its record as one page, made from the log alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from apportion.govern.interests import Tie
from apportion.govern.minutes import Entry
from apportion.govern.state import Case
from apportion.model.world import World
from apportion.report.conflicts import tie_days, tie_words
from apportion.report.decision import (
    Outlook,
    condition_sentences,
    conflict_sentences,
    entry_sentence,
    fact_sentences,
    lead_sentence,
    outlook_sentences,
    side_table,
    side_words,
)
from apportion.report.decision_show import attempt_lines, hold_lines
from apportion.report.shell import render_page
from apportion.report.tables import NUMBER, TEXT, Bar, BarTable, Grid, cell_of, rows_of
from apportion.report.words import Words
from apportion.version import VERSION

_FULL = 100
_REGISTER = (
    "decision.page.holder",
    "decision.page.entity",
    "decision.page.role",
    "decision.page.days",
    "decision.page.disclosed",
)


def decision_html(
    outlook: Outlook, entries: Sequence[Entry], *, world: World, last: str, words: Words
) -> str:
    """Return the page of a decision, complete in itself; the same bytes for the same log and moment.

    Args:
        outlook: Where the proposal stands, as the reader may see it.
        entries: Its minutes, likewise.
        world: The facts, for the title of the scenario.
        last: The digest of the last line of the log.
        words: The language.
    """
    case = outlook.case
    return render_page(
        "decision.html",
        world,
        figures=(),
        words=words,
        scenario=world.settings.name,
        software=VERSION,
        sentence=lead_sentence(case, words=words),
        sentences=list(fact_sentences(case, words=words)),
        key_figures=[],
        sides=_sides(outlook, words=words),
        quorum=_quorum(outlook, words=words)
        if any(outlook.hears(one.entity) for one in outlook.sides)
        else None,
        next=[*outlook_sentences(outlook, words=words), *attempt_lines(outlook.attempts, words=words)],
        conflicts=list(conflict_sentences(case, words=words)),
        register=_register(case, words=words),
        conditions=list(condition_sentences(outlook, words=words)),
        minutes=_minutes(entries, words=words),
        hold=hold_lines(last, words=words),
        command=f"apportion decision check SCENARIO --last {last}",
        digests=list(_digests(case, words=words)),
    )


def _sides(outlook: Outlook, *, words: Words) -> Grid:
    head, *rows = side_table(outlook, words=words)
    return Grid(
        id="sides",
        caption=words.say("decision.page.sides-lead"),
        columns=tuple((name, TEXT) for name in head),
        rows=rows_of(rows, words=words),
    )


def _quorum(outlook: Outlook, *, words: Words) -> BarTable:
    """Return how many of the disinterested members of each side say yes, as a bar of all of them."""
    bars = []
    for side in outlook.sides:
        if not outlook.hears(side.entity):
            continue
        whole = max(1, len(side.disinterested))
        length = float(Fraction(len(side.yes) * _FULL, whole))
        bars.append(
            Bar(
                name=side.entity,
                parts=(("ran", "0", f"{length:.3f}"),) if side.yes else (),
                value=words.say(
                    "decision.page.quorum-value", yes=len(side.yes), count=len(side.disinterested)
                ),
                cells=(cell_of(side_words(side, words=words), words=words),),
            )
        )
    return BarTable(
        caption=words.say("decision.page.quorum"),
        columns=(
            (words.say("decision.column.side"), TEXT),
            (words.say("decision.column.yes"), NUMBER),
            (words.say("decision.column.stands"), TEXT),
        ),
        bars=tuple(bars),
    )


def _register(case: Case, *, words: Words) -> Grid:
    ties = [] if case.frozen is None else [Tie.of_json(row) for row in case.frozen.ties]
    rows = [
        (
            tie.holder,
            tie.entity,
            tie_words(tie, words=words),
            tie_days(tie, words=words),
            tie.disclosed_on,
        )
        for tie in ties
    ]
    return Grid(
        id="register",
        caption=words.say("decision.page.register"),
        columns=tuple((words.say(key), TEXT) for key in _REGISTER),
        rows=rows_of(rows, words=words),
    )


def _minutes(entries: Sequence[Entry], *, words: Words) -> Grid:
    rows = [(f"{one.at:%Y-%m-%d %H:%M:%S}", entry_sentence(one, words=words)) for one in entries]
    return Grid(
        id="minutes-table",
        caption=words.say("decision.page.minutes-lead"),
        columns=((words.say("decision.column.when"), TEXT), (words.say("decision.column.what"), TEXT)),
        rows=rows_of(rows, words=words),
    )


def _digests(case: Case, *, words: Words) -> Iterator[tuple[str, str]]:
    if case.digest:
        yield words.say("decision.page.digest-facts"), case.digest
    if case.frozen is not None:
        yield words.say("decision.page.digest-policy"), case.frozen.policy_result
        yield words.say("decision.page.digest-assessment"), case.frozen.assessment
    yield words.say("decision.page.digest-pack"), case.pack.digest
