"""``claims.html``: what was said against what was known, as one page."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Iterable, Mapping, Sequence

from apportion.report.claims import (
    claim_unit_words,
    gap_words,
    proposal_sentences,
    rented_sentences,
    stated_words,
)
from apportion.report.claims_board import (
    JSON,
    board_of,
    clashes_of,
    documented_in_units,
    lead_sentences,
    verdict_keys,
)
from apportion.report.claims_figures import Course, course_figures, courses, target_figures
from apportion.report.facts import basis_words, source_words
from apportion.report.others import customers_named
from apportion.report.relations import is_shown, sites_named
from apportion.report.rules import view_options, view_sentences
from apportion.report.shell import render_page
from apportion.report.tables import DAY, NUMBER, TEXT, Grid, more_rows, rows_of
from apportion.report.under_each import under_each_sentences
from apportion.report.words import Value, Words
from apportion.study.claims import Claims
from apportion.study.relations import Relation
from apportion.study.support import Support
from apportion.study.verdicts import Judged
from apportion.version import VERSION

MOST_ROWS = 500
_PROPOSAL = "proposal"
# Tables whose rows are named by parties or sites, each part of the key by itself.
_NAMED_BY = ("interests", "readiness")
Rows = Sequence[Sequence[Value | None]]
Columns = Sequence[tuple[str, str]]


def claims_html(found: Claims, *, words: Words) -> str:
    """Return the page of a study, complete in itself; the same bytes for the same facts."""
    world, run = found.world, courses(found)
    targets, undrawn = target_figures(found, words=words)
    over_orders = course_figures(found, run, words=words)
    shown = [one for one in found.found if is_shown(one)]
    disputed = [one for one in shown if one.relation is Relation.DISPUTED]
    apart = [one for one in shown if one.relation is not Relation.DISPUTED]
    lead = lead_sentences(found, clashes=len(apart), words=words)
    return render_page(
        "claims.html",
        world,
        figures=(*targets, *over_orders),
        until=_drawn_until(found),
        words=words,
        scenario=world.settings.name,
        software=VERSION,
        lead=lead,
        sentences=[words.say("claims.documented")],
        key_figures=verdict_keys(found, words=words),
        board=board_of(found, words=words),
        targets=targets,
        undrawn=undrawn,
        ageing=_ageing(found, words=words),
        over_orders=over_orders,
        said=_said(found, run, words=words),
        apart=clashes_of(found, apart, words=words),
        disputed=clashes_of(found, disputed, words=words),
        rests=_rests(found, words=words),
        under_each=[]
        if found.under_each is None
        else under_each_sentences(found.under_each, currency=world.settings.currency, words=words),
        view=[
            *_view_told(found, words=words),
            *proposal_sentences(found, words=words),
            *rented_sentences(found, words=words),
        ],
        command=_command(found, words=words),
        digests=[(words.say("digest.world"), world.digest)],
    )


def _drawn_until(found: Claims) -> dt.date:
    """Return the last day of the charts: a little past the day looked from, whose step could not be seen else."""
    span = found.day - found.world.settings.calendar.start_on
    return found.day + max(dt.timedelta(days=1), dt.timedelta(days=span.days // 12))


def _view_told(found: Claims, *, words: Words) -> list[str]:
    """Return the day looked from, where the view names none, and which statements were looked at."""
    told = view_sentences(found.world, words=words, names=customers_named(found.world))
    if found.world.view.as_known_on is not None:
        return told
    return [words.say("claims.page.looked-from", day=found.day), *told]


def _grid(name: str, rows: Rows, *, caption: str, columns: Columns, words: Words) -> Grid:
    return Grid(
        id=f"table-{name}",
        caption=caption,
        columns=tuple(columns),
        rows=rows_of(rows[:MOST_ROWS], words=words),
        more=more_rows(len(rows), most=MOST_ROWS, file=JSON, words=words),
    )


def _ageing(found: Claims, *, words: Words) -> Grid:
    """Return one row per target: what is documented towards it, and until when and since when it is met."""
    names = customers_named(found.world)
    aged = {one.judged.claim.claim for one in found.aged}
    rows = [
        [
            one.claim.claim,
            names.get(one.claim.party, one.claim.party),
            stated_words(one.claim, words=words),
            one.claim.as_of_on,
            None if one.target is None else one.target.to_add,
            documented_in_units(one, words=words),
            gap_words(one, words=words) or None,
            *_last_days(one, words=words),
            one.met_on or words.say("claims.page.not-met"),
        ]
        for one in found.judged
        if one.claim.claim in aged
    ]
    columns = (
        (words.say("claims.head.claim"), TEXT),
        (words.say("claims.head.party"), TEXT),
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
    stated = sorted(
        ((claim, course, course.known_on(claim.said_on)) for course in run for claim in course.claims),
        key=lambda one: (one[0].said_on, one[0].claim),
    )
    rows: list[list[Value | None]] = [
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
        for claim, course, then in stated
    ]
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
    # No file holds these numbers, so no row is left out.
    return Grid(
        id="table-said",
        caption=words.say("claims.page.said-caption"),
        columns=columns,
        rows=rows_of(rows, words=words),
    )


def _rests(found: Claims, *, words: Words) -> Grid:
    """Return one row per claim: the rows and evidence that its numbers rest on, and what is set apart."""
    names = {**customers_named(found.world), **sites_named(found.world)}
    rows: Rows = [
        [
            one.claim.claim,
            basis_words(one.basis, words=words) if one.support else None,
            _places(one.support, names=names, words=words) or words.say("claims.nothing"),
            words.listed(list(dict.fromkeys(name for row in one.support for name in row.evidence))) or None,
            _places(one.set_apart, names=names, words=words),
        ]
        for one in found.judged
    ]
    columns = (
        (words.say("claims.head.claim"), TEXT),
        (words.say("claims.head.basis"), TEXT),
        (words.say("claims.page.rows"), TEXT),
        (words.say("claims.page.evidence"), TEXT),
        (words.say("claims.page.set-apart"), TEXT),
    )
    return _grid("rests", rows, caption=words.say("claims.page.rests-caption"), columns=columns, words=words)


def _places(support: Iterable[Support], *, names: Mapping[str, str], words: Words) -> str | None:
    told = [
        words.say(
            "claims.page.place",
            table=words.say("claims.page.proposal")
            if one.table == _PROPOSAL
            else source_words(one.table, words=words),
            name=_row_named(one, names=names, words=words),
        )
        for one in support
    ]
    return words.listed(list(dict.fromkeys(told))) or None


def _row_named(one: Support, *, names: Mapping[str, str], words: Words) -> str:
    """Return the key of a row, parties and sites in it by their names."""
    first, between, rest = one.name.partition(" ")
    if one.table not in _NAMED_BY or not between:
        return one.name
    return words.say("claims.page.key", first=names.get(first, first), rest=names.get(rest, rest))


def _command(found: Claims, *, words: Words) -> str:
    """Return the command that makes the page again."""
    options = view_options(found.world.view, words=words)
    if found.under_each is not None:
        most = max(1, len(found.under_each.trials))
        options += ["--under-each", "--most", str(most)]
    return words.say("claims.page.command", options=shlex.join(options))
