"""``suggestions.html``: what is suggested, who gains how much by it, and what is certain, as one page."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from fractions import Fraction

from apportion.digest import digest
from apportion.model.policy import Case
from apportion.report.facts import currency_words
from apportion.report.others import customers_named
from apportion.report.rules import view_options, view_sentences
from apportion.report.shell import render_page
from apportion.report.suggestions import (
    certain_sentences,
    kind_words,
    lead_sentence,
    parties_words,
    ranked_gains,
    suggestion_sentence,
)
from apportion.report.tables import NUMBER, TEXT, Bar, BarTable, Cell, Grid, more_rows, rows_of
from apportion.report.words import Value, Words
from apportion.study.suggest import Suggestions
from apportion.version import VERSION

MOST_BARS = 60
MOST_ROWS = 500
JSON = "suggestions.json"
_PERCENT = 100
Rows = Sequence[Sequence[Value | None]]
Columns = Sequence[tuple[str, str]]


def suggestions_html(found: Suggestions, *, words: Words) -> str:
    """Return the page of a study, complete in itself; the same bytes for the same facts."""
    world = found.world
    names = customers_named(world)
    return render_page(
        "suggestions.html",
        world,
        figures=(),
        words=words,
        scenario=world.settings.name,
        software=VERSION,
        sentence=lead_sentence(found, words=words),
        key_figures=_keys(found, words=words),
        items=[
            suggestion_sentence(found, one, rank=rank, words=words, names=names)
            for rank, one in enumerate(found.items, start=1)
        ],
        certain=certain_sentences(found, words=words),
        bars=_bars(found, names=names, words=words),
        cases=_cases(found, names=names, words=words),
        moves=_moves(found, names=names, words=words),
        dues=_dues(found, names=names, words=words),
        defined=[
            words.say("suggest.page.booked"),
            words.say("suggest.page.exchange"),
            words.say("suggest.page.replayed"),
            words.say("suggest.page.program"),
            words.say("suggest.page.pairs"),
            words.say("suggest.page.even"),
        ],
        view=view_sentences(found, words=words),
        command=_command(found, words=words),
        digests=[
            (words.say("digest.world"), world.digest),
            (words.say("digest.policy"), digest(found.policy.as_json())),
        ],
    )


def _keys(found: Suggestions, *, words: Words) -> list[tuple[str, str, str]]:
    best = found.items[0].gain if found.items else Fraction(0)
    return [
        (words.text_of(found.live), words.say("suggest.page.live"), ""),
        (words.text_of(best), words.say("suggest.page.best"), ""),
        (words.text_of(found.possible), words.say("suggest.page.most"), ""),
    ]


def _bars(found: Suggestions, *, names: Mapping[str, str], words: Words) -> BarTable:
    """Return a bar per suggestion and party that takes part or gains, its length the party's gain."""
    longest = max((days for one in found.items for days in one.gains.values()), default=Fraction(0))
    bars = [
        Bar(
            name=words.say("suggest.page.bar", rank=rank, party=names.get(party, party)),
            parts=(("ran", "", f"{float(days / longest * _PERCENT):.2f}"),) if days else (),
            value=words.text_of(days),
            cells=(Cell(kind_words(one, words=words)),),
        )
        for rank, one in enumerate(found.items, start=1)
        for party, days in ranked_gains(one)
    ]
    return BarTable(
        caption=words.say("suggest.page.bars"),
        columns=(
            (words.say("suggest.page.who"), TEXT),
            (words.say("suggest.page.gained"), NUMBER),
            (words.say("suggest.page.kind"), TEXT),
        ),
        bars=tuple(bars[:MOST_BARS]),
        more=more_rows(len(bars), most=MOST_BARS, file=JSON, words=words),
    )


def _grid(name: str, rows: Rows, *, caption: str, columns: Columns, words: Words) -> Grid:
    return Grid(
        id=f"table-{name}",
        caption=caption,
        columns=tuple(columns),
        rows=rows_of(rows[:MOST_ROWS], words=words),
        more=more_rows(len(rows), most=MOST_ROWS, file=JSON, words=words),
    )


def _cases(found: Suggestions, *, names: Mapping[str, str], words: Words) -> Grid:
    """Return one row per suggestion and party: what it gains in each case of readiness."""
    rows: list[list[Value | None]] = []
    for rank, one in enumerate(found.items, start=1):
        parties = dict.fromkeys(party for gains in one.by_case.values() for party in gains)
        rows += [
            [
                rank,
                names.get(party, party),
                *(one.by_case[case].get(party, Fraction(0)) for case in Case),
            ]
            for party in parties
        ]
    return _grid(
        "cases",
        rows,
        caption=words.say("suggest.page.cases"),
        columns=(
            (words.say("suggest.page.rank"), TEXT),
            (words.say("column.customer"), TEXT),
            (words.say("suggest.page.favourable"), NUMBER),
            (words.say("suggest.page.middle"), NUMBER),
            (words.say("suggest.page.unfavourable"), NUMBER),
        ),
        words=words,
    )


def _moves(found: Suggestions, *, names: Mapping[str, str], words: Words) -> Grid:
    """Return one row per move of every suggestion."""
    customers = dict(found.world.table("orders").select("order", "customer").iter_rows())
    booked = dict(found.world.table("supply").select("lot", "reserved_for").iter_rows())

    def called(order: str | None) -> str:
        party = customers.get(order or "", "")
        return names.get(party, party) or words.say("suggest.stock")

    rows: Rows = [
        [rank, send.lot, called(booked[send.lot]), called(send.order), send.order, send.site, send.units]
        for rank, one in enumerate(found.items, start=1)
        for send in one.sends
    ]
    return _grid(
        "moves",
        rows,
        caption=words.say("suggest.page.moves"),
        columns=(
            (words.say("suggest.page.rank"), TEXT),
            (words.say("suggest.page.lot"), TEXT),
            (words.say("suggest.page.booked-for"), TEXT),
            (words.say("suggest.page.goes-to"), TEXT),
            (words.say("column.order"), TEXT),
            (words.say("column.site"), TEXT),
            (words.say("column.units"), NUMBER),
        ),
        words=words,
    )


def _dues(found: Suggestions, *, names: Mapping[str, str], words: Words) -> Grid:
    """Return one row per make-good."""
    rows: Rows = [
        [
            rank,
            parties_words(one, words=words, names=names),
            names.get(due.from_party, due.from_party),
            names.get(due.to_party, due.to_party),
            due.unit_days,
            due.units,
            due.days,
            None if due.value is None else round(due.value),
        ]
        for rank, one in enumerate(found.items, start=1)
        for due in one.make_goods
    ]
    currency = currency_words(found.world.settings.currency, words=words)
    return _grid(
        "dues",
        rows,
        caption=words.say("suggest.page.dues"),
        columns=(
            (words.say("suggest.page.rank"), TEXT),
            (words.say("suggest.page.parties"), TEXT),
            (words.say("suggest.page.gives"), TEXT),
            (words.say("suggest.page.receives"), TEXT),
            (words.say("column.unit-days"), NUMBER),
            (words.say("column.units"), NUMBER),
            (words.say("suggest.page.for-days"), NUMBER),
            (words.say("suggest.page.worth", currency=currency), NUMBER),
        ),
        words=words,
    )


def _command(found: Suggestions, *, words: Words) -> str:
    """Return the command that makes the page again."""
    options = ["--most", str(found.most), *view_options(found.view, words=words)]
    return words.say("suggest.page.command", options=shlex.join(options))
