"""``suggestions.html``: what is suggested, who gains how much by it, and what was looked through, as one page."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from decimal import Decimal

from apportion.digest import digest
from apportion.model.world import ALL
from apportion.report.others import customers_named
from apportion.report.rules import view_sentences
from apportion.report.shell import render_page
from apportion.report.suggestions import (
    certain_sentences,
    kind_words,
    parties_words,
    suggestion_sentence,
    suggestion_sentences,
)
from apportion.report.tables import NUMBER, TEXT, Bar, BarTable, Cell, Grid, more_rows, rows_of
from apportion.report.words import Value, Words
from apportion.study.suggest import Suggestions
from apportion.version import VERSION

MOST_BARS = 60
MOST_ROWS = 500
JSON = "suggestions.json"
_PERCENT = 100


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
        sentence=suggestion_sentences(found, words=words, names=names)[0],
        sentences=certain_sentences(found, words=words),
        key_figures=_keys(found, words=words),
        items=[
            suggestion_sentence(one, rank=rank, words=words, names=names)
            for rank, one in enumerate(found.items, start=1)
        ],
        bars=_bars(found, names=names, words=words),
        moves=_moves(found, names=names, words=words),
        dues=_dues(found, names=names, words=words),
        defined=[
            words.say("suggest.page.booked"),
            words.say("suggest.page.replayed"),
            words.say("suggest.page.program"),
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
    best = found.items[0].gain if found.items else Decimal(0)
    keys = [
        (words.text_of(found.live), words.say("suggest.page.live"), ""),
        (words.text_of(best), words.say("suggest.page.best"), ""),
    ]
    if found.possible is not None:
        keys.append((words.text_of(found.possible), words.say("suggest.page.most"), ""))
    return keys


def _bars(found: Suggestions, *, names: Mapping[str, str], words: Words) -> BarTable:
    """Return a bar per suggestion and party that takes part or gains, its length the party's gain."""
    longest = max((days for one in found.items for days in one.gains.values()), default=Decimal(0))
    bars = [
        Bar(
            name=words.say("suggest.page.bar", rank=rank, party=names.get(party, party)),
            parts=(("ran", "", f"{float(days / longest * _PERCENT):.2f}"),) if days else (),
            value=words.text_of(days),
            cells=(Cell(kind_words(one, words=words)),),
        )
        for rank, one in enumerate(found.items, start=1)
        for party, days in sorted(one.gains.items(), key=lambda pair: (-pair[1], pair[0]))
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


def _moves(found: Suggestions, *, names: Mapping[str, str], words: Words) -> Grid:
    """Return one row per move of every suggestion."""
    orders = found.world.table("orders")
    customers = dict(orders.select("order", "customer").iter_rows())
    booked = dict(found.world.table("supply").select("lot", "reserved_for").iter_rows())
    rows: list[list[Value | None]] = [
        [
            rank,
            send.lot,
            names.get(customers.get(booked[send.lot], ""), words.say("suggest.stock")),
            names.get(customers[send.order], customers[send.order]),
            send.order,
            send.site,
            send.units,
        ]
        for rank, one in enumerate(found.items, start=1)
        for send in one.sends
    ]
    return Grid(
        id="table-moves",
        caption=words.say("suggest.page.moves"),
        columns=(
            (words.say("suggest.page.rank"), NUMBER),
            (words.say("suggest.page.lot"), TEXT),
            (words.say("suggest.page.booked-for"), TEXT),
            (words.say("suggest.page.goes-to"), TEXT),
            (words.say("column.order"), TEXT),
            (words.say("column.site"), TEXT),
            (words.say("column.units"), NUMBER),
        ),
        rows=rows_of(rows[:MOST_ROWS], words=words),
        more=more_rows(len(rows), most=MOST_ROWS, file=JSON, words=words),
    )


def _dues(found: Suggestions, *, names: Mapping[str, str], words: Words) -> Grid:
    """Return one row per make-good."""
    rows: list[list[Value | None]] = [
        [
            rank,
            parties_words(one, words=words, names=names),
            names.get(due.from_party, due.from_party),
            names.get(due.to_party, due.to_party),
            due.unit_days,
            None if due.value_usd is None else round(due.value_usd),
        ]
        for rank, one in enumerate(found.items, start=1)
        for due in one.make_goods
    ]
    return Grid(
        id="table-dues",
        caption=words.say("suggest.page.dues"),
        columns=(
            (words.say("suggest.page.rank"), NUMBER),
            (words.say("suggest.page.parties"), TEXT),
            (words.say("suggest.page.owes"), TEXT),
            (words.say("suggest.page.is-owed"), TEXT),
            (words.say("column.unit-days"), NUMBER),
            (words.say("column.rent"), NUMBER),
        ),
        rows=rows_of(rows[:MOST_ROWS], words=words),
        more=more_rows(len(rows), most=MOST_ROWS, file=JSON, words=words),
    )


def _command(found: Suggestions, *, words: Words) -> str:
    """Return the command that makes the page again."""
    view = found.view
    options = ["--most", str(found.most), "--case", str(view.case)]
    if view.as_known_on is not None:
        options += ["--as-known-on", view.as_known_on.isoformat()]
    if view.viewpoint != ALL:
        options += ["--viewpoint", view.viewpoint]
    return words.say("suggest.page.command", options=shlex.join(options))
