"""``claims.html``: what was said against what was known, as one page."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Sequence

from apportion.report.claims import (
    claim_unit_words,
    documented_words,
    gap_words,
    metric_words,
    proposal_sentences,
    reason_words,
    rented_sentences,
    settled_words,
    stated_words,
    verdict_words,
)
from apportion.report.claims_figures import Course, course_figures, courses, target_figures
from apportion.report.facts import basis_words, source_words
from apportion.report.others import customers_named
from apportion.report.relations import contradiction_sentence, is_shown
from apportion.report.rules import view_options, view_sentences
from apportion.report.shell import render_page
from apportion.report.tables import DAY, NUMBER, TEXT, Grid, more_rows, rows_of
from apportion.report.words import Value, Words
from apportion.study.claims import Claims
from apportion.study.relations import Relation
from apportion.study.support import Support
from apportion.study.verdicts import Judged, Verdict
from apportion.version import VERSION

MOST_ROWS = 500
JSON = "claims.json"
_PROPOSAL = "proposal"
Rows = Sequence[Sequence[Value | None]]
Columns = Sequence[tuple[str, str]]


def claims_html(found: Claims, *, words: Words) -> str:
    """Return the page of a study, complete in itself; the same bytes for the same facts."""
    world, run = found.world, courses(found)
    targets, over_orders = target_figures(found, words=words), course_figures(found, run, words=words)
    shown = [one for one in found.found if is_shown(one)]
    disputed = [one for one in shown if one.relation is Relation.DISPUTED]
    apart = [one for one in shown if one.relation is not Relation.DISPUTED]
    return render_page(
        "claims.html",
        world,
        figures=(*targets, *over_orders),
        words=words,
        scenario=world.settings.name,
        software=VERSION,
        sentence=_lead(found, words=words),
        sentences=[
            words.say("claims.page.apart", count=len(apart)),
            words.say("claims.documented"),
        ],
        key_figures=_keys(found, words=words),
        board=_board(found, words=words),
        targets=targets,
        ageing=_ageing(found, words=words),
        over_orders=over_orders,
        said=_said(found, run, words=words),
        apart=[contradiction_sentence(found, one, words=words) for one in apart],
        disputed=[contradiction_sentence(found, one, words=words) for one in disputed],
        rests=_rests(found, words=words),
        view=[
            *view_sentences_of(found, words=words),
            *proposal_sentences(found, words=words),
            *rented_sentences(found, words=words),
        ],
        command=_command(found, words=words),
        digests=[(words.say("digest.world"), world.digest)],
    )


def view_sentences_of(found: Claims, *, words: Words) -> list[str]:
    """Return the day looked from, and which statements were looked at."""
    return [
        words.say("claims.page.looked-from", day=found.day),
        *view_sentences(found.world, words=words),
    ]


def _lead(found: Claims, *, words: Words) -> str:
    if not found.judged:
        return words.say("claims.none")
    parties = len({one.claim.party for one in found.judged})
    return words.say("claims.page.lead", count=len(found.judged), parties=parties, day=found.day)


def _keys(found: Claims, *, words: Words) -> list[tuple[str, str, str]]:
    counted = Counter(one.verdict for one in found.judged)
    return [
        (words.text_of(counted[verdict]), verdict_words(verdict, words=words), "")
        for verdict in Verdict
        if counted[verdict]
    ]


def _grid(name: str, rows: Rows, *, caption: str, columns: Columns, words: Words) -> Grid:
    return Grid(
        id=f"table-{name}",
        caption=caption,
        columns=tuple(columns),
        rows=rows_of(rows[:MOST_ROWS], words=words),
        more=more_rows(len(rows), most=MOST_ROWS, file=JSON, words=words),
    )


def _board(found: Claims, *, words: Words) -> Grid:
    """Return one row per claim: what was said, what is documented, the gap, the verdict and what would settle it."""
    names = customers_named(found.world)
    rows = [
        [
            one.claim.claim,
            names.get(one.claim.party, one.claim.party),
            one.claim.said_on,
            one.claim.statement,
            _measured(one, words=words),
            documented_words(one, words=words),
            gap_words(one, words=words) or None,
            basis_words(one.basis, words=words) if one.support else None,
            verdict_words(one.verdict, words=words),
            words.together([reason_words(one.reason, words=words), settled_words(one.claim, words=words)]),
        ]
        for one in found.judged
    ]
    columns = (
        (words.say("claims.head.claim"), TEXT),
        (words.say("claims.head.party"), TEXT),
        (words.say("claims.head.said"), DAY),
        (words.say("claims.page.statement"), TEXT),
        (words.say("claims.head.stated"), TEXT),
        (words.say("claims.head.documented"), TEXT),
        (words.say("claims.head.gap"), TEXT),
        (words.say("claims.head.basis"), TEXT),
        (words.say("claims.head.verdict"), TEXT),
        (words.say("claims.page.why"), TEXT),
    )
    return _grid("board", rows, caption=words.say("claims.page.board-caption"), columns=columns, words=words)


def _measured(one: Judged, *, words: Words) -> str:
    stated = stated_words(one.claim, words=words)
    return words.say("joint.titled", title=metric_words(one.claim.metric, words=words), text=stated)


def _ageing(found: Claims, *, words: Words) -> Grid:
    """Return one row per target: what is documented towards it, and until when and since when it is met."""
    aged = {one.judged.claim.claim for one in found.aged}
    rows = [
        [
            one.claim.claim,
            stated_words(one.claim, words=words),
            one.claim.as_of_on,
            None if one.target is None else one.target.to_add,
            documented_words(one, words=words),
            gap_words(one, words=words) or None,
            *_last_days(one, words=words),
            one.met_on or words.say("claims.page.not-met"),
        ]
        for one in found.judged
        if one.claim.claim in aged
    ]
    columns = (
        (words.say("claims.head.claim"), TEXT),
        (words.say("claims.head.stated"), TEXT),
        (words.say("claims.head.for-day"), DAY),
        (words.say("claims.page.to-add"), NUMBER),
        (words.say("claims.head.documented"), TEXT),
        (words.say("claims.head.gap"), TEXT),
        (words.say("claims.page.last-longest"), DAY),
        (words.say("claims.page.last-plain"), DAY),
        (words.say("claims.page.last-shortest"), DAY),
        (words.say("claims.page.met"), DAY),
    )
    return _grid(
        "ageing", rows, caption=words.say("claims.page.ageing-caption"), columns=columns, words=words
    )


def _last_days(one: Judged, *, words: Words) -> Sequence[Value]:
    if one.reach is None:
        return [words.say("claims.page.no-lead-time")] * 3
    return [one.reach.worst_on, one.reach.plain_on, one.reach.best_on]


def _said(found: Claims, run: Sequence[Course], *, words: Words) -> Grid:
    """Return one row per claim of units: what was known on its day to be ordered, reserved and delivered."""
    names = customers_named(found.world)
    rows: list[list[Value | None]] = []
    for course in run:
        for claim in course.claims:
            then = course.known_on(claim.said_on)
            rows.append(
                [
                    claim.said_on,
                    claim.claim,
                    names.get(course.party, course.party),
                    stated_words(claim, words=words),
                    claim.as_of_on,
                    then.ordered,
                    then.reserved,
                    then.delivered,
                    claim_unit_words(course.unit, words=words),
                ]
            )
    columns = (
        (words.say("claims.head.said"), DAY),
        (words.say("claims.head.claim"), TEXT),
        (words.say("claims.head.party"), TEXT),
        (words.say("claims.head.stated"), TEXT),
        (words.say("claims.head.for-day"), DAY),
        (words.say("claims.page.ordered-line"), NUMBER),
        (words.say("claims.page.reserved-area"), NUMBER),
        (words.say("claims.page.delivered-line"), NUMBER),
        (words.say("claims.page.unit"), TEXT),
    )
    return _grid("said", rows, caption=words.say("claims.page.said-caption"), columns=columns, words=words)


def _rests(found: Claims, *, words: Words) -> Grid:
    """Return one row per claim: the rows and evidence that its numbers rest on, and what is set apart."""
    rows: Rows = [
        [
            one.claim.claim,
            basis_words(one.basis, words=words) if one.support else None,
            _places(one.support, words=words),
            words.listed(list(dict.fromkeys(name for row in one.support for name in row.evidence))) or None,
            _places(one.set_apart, words=words),
        ]
        for one in found.judged
    ]
    columns = (
        (words.say("claims.head.claim"), TEXT),
        (words.say("claims.head.basis"), TEXT),
        (words.say("claims.page.rows"), TEXT),
        (words.say("source.evidence"), TEXT),
        (words.say("claims.page.set-apart"), TEXT),
    )
    return _grid("rests", rows, caption=words.say("claims.page.rests-caption"), columns=columns, words=words)


def _places(support: Iterable[Support], *, words: Words) -> str | None:
    told = [
        words.say(
            "claims.page.place",
            table=words.say("claims.page.proposal")
            if one.table == _PROPOSAL
            else source_words(one.table, words=words),
            name=one.name,
        )
        for one in support
    ]
    return words.listed(list(dict.fromkeys(told))) or None


def _command(found: Claims, *, words: Words) -> str:
    """Return the command that makes the page again."""
    options = view_options(found.world.view, words=words)
    return words.say("claims.page.command", options=shlex.join(options))
