"""``transfers.html``: everything that moves between related parties, as one page."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from fractions import Fraction

from apportion.govern.materiality import PairYear
from apportion.govern.movements import Movements
from apportion.govern.transfers import Transfer, Valued
from apportion.govern.worth import Worth
from apportion.report.facts import basis_words
from apportion.report.others import customers_named
from apportion.report.rules import seen_by, seen_options
from apportion.report.shell import render_page
from apportion.report.tables import DAY, NUMBER, TEXT, Bar, BarTable, Cell, Grid, more_rows, rows_of
from apportion.report.transfers import (
    kind_words,
    lead_sentence,
    method_words,
    on_words,
    parts_words,
    proposal_sentences,
    record_sentences,
    record_words,
    shown_usd,
    ties_words,
    total_words,
    worth_words,
)
from apportion.report.words import Value, Words
from apportion.version import VERSION

MOST_ROWS = 500
JSON = "transfers.json"
_FULL = 100
# What is valued is still seen beside something far larger.
_THINNEST = Fraction(2, 5)
_WHOLE_BAR = ("unknown", "0.250", "99.500")
Columns = Sequence[tuple[str, str]]


def transfers_html(found: Movements, *, pack: str, words: Words) -> str:
    """Return the page of a register, complete in itself; the same bytes for the same facts.

    Args:
        found: The register.
        pack: How the pack was named, for the command that makes the page again.
        words: The language.
    """
    world = found.world
    return render_page(
        "transfers.html",
        world,
        figures=(),
        words=words,
        scenario=world.settings.name,
        software=VERSION,
        sentence=lead_sentence(found, words=words),
        sentences=[words.say("transfers.unknown"), words.say("transfers.scope")],
        key_figures=_keys(found, words=words),
        bars=_bars(found, words=words),
        register=_register(found, words=words),
        proposals=_proposals(found, words=words),
        proposed=proposal_sentences(found, words=words),
        records=record_sentences(found, words=words),
        rests=[
            *seen_by(world.view, words=words),
            words.say("transfers.page.rests"),
            words.say("packs.disclaimer"),
        ],
        command=_command(found, pack=pack, words=words),
        digests=[
            (words.say("digest.world"), world.digest),
            (words.say("transfers.page.pack-digest", pack=found.pack.name), found.pack.digest),
        ],
    )


def _keys(found: Movements, *, words: Words) -> list[tuple[str, str, str]]:
    related = found.related
    counts = [
        ("transfers.key.related", len(related)),
        ("transfers.key.stated", sum(one.valued is Valued.STATED for one in related)),
        ("transfers.key.imputed", sum(one.valued is Valued.IMPUTED for one in related)),
        ("transfers.key.missing", sum(one.valued is Valued.NOT_VALUED for one in related)),
        ("transfers.key.records", len(found.records)),
    ]
    return [(words.text_of(count), words.say(key), "") for key, count in counts]


def _bars(found: Movements, *, words: Words) -> BarTable:
    """Return a bar for each two parties and year: one way, the other, and an outline where something is not valued."""
    longest = max([Fraction(1), *(one.forth.plain + one.back.plain for one in found.years)])
    names = customers_named(found.world)
    return BarTable(
        caption=words.say("transfers.page.bars-caption"),
        columns=(
            (words.say("transfers.page.pair"), TEXT),
            (words.say("transfers.page.together"), NUMBER),
            (words.say("transfers.page.forth"), NUMBER),
            (words.say("transfers.page.back"), NUMBER),
            (words.say("transfers.page.missing"), TEXT),
        ),
        bars=tuple(
            Bar(
                name=words.say(
                    "transfers.page.name",
                    first=names.get(one.pair[0], one.pair[0]),
                    second=names.get(one.pair[1], one.pair[1]),
                    year=str(one.year),
                ),
                parts=_parts(one, longest=longest),
                value=total_words(one.together, words=words),
                cells=(
                    Cell(total_words(one.forth, words=words)),
                    Cell(total_words(one.back, words=words)),
                    Cell(words.listed(one.together.unvalued)),
                ),
            )
            for one in found.years[:MOST_ROWS]
        ),
        more=more_rows(len(found.years), most=MOST_ROWS, file=JSON, words=words),
    )


def _parts(one: PairYear, *, longest: Fraction) -> tuple[tuple[str, str, str], ...]:
    parts, start = [], Fraction(0)
    for role, value in (("ran", one.forth.plain), ("stock", one.back.plain)):
        if value:
            width = max(_THINNEST, value / longest * _FULL)
            start = min(start, _FULL - width)
            parts.append((role, f"{float(start):.3f}", f"{float(width):.3f}"))
            start += width
    # How long the bar of what is not valued would be nobody knows, so its outline takes the whole of the ground.
    return (*parts, _WHOLE_BAR) if one.together.unvalued else tuple(parts)


def _grid(name: str, rows: Sequence[Sequence[Value | None]], *, columns: Columns, words: Words) -> Grid:
    captions = {
        "register": "transfers.page.register-caption",
        "proposals": "transfers.page.proposals-caption",
    }
    return Grid(
        id=f"table-{name}",
        caption=words.say(captions[name]),
        columns=tuple(columns),
        rows=rows_of(rows[:MOST_ROWS], words=words),
        more=more_rows(len(rows), most=MOST_ROWS, file=JSON, words=words),
    )


def _register(found: Movements, *, words: Words) -> Grid:
    names = customers_named(found.world)
    rows = [
        [
            one.transfer,
            _what(one, names=names, words=words),
            on_words(one, words=words),
            _plain_usd(one.worth, words=words),
            _how(one, words=words),
            ties_words(one, names=names, words=words),
            record_words(found, one.transfer, words=words) or None,
            words.listed(one.evidence) or None,
        ]
        for one in found.transfers
    ]
    columns = (
        (words.say("transfers.head.transfer"), TEXT),
        (words.say("transfers.head.kind"), TEXT),
        (words.say("transfers.head.on"), TEXT),
        (words.say("transfers.head.worth"), NUMBER),
        (words.say("transfers.head.method"), TEXT),
        (words.say("transfers.head.ties"), TEXT),
        (words.say("transfers.head.record"), TEXT),
        (words.say("transfers.page.evidence"), TEXT),
    )
    return _grid("register", rows, columns=columns, words=words)


def _what(one: Transfer, *, names: Mapping[str, str], words: Words) -> str:
    """Return what moved, how much of it, from whom and to whom."""
    kind = kind_words(one.kind, words=words)
    if one.quantity is not None:
        kind = words.say("joint.named", name=kind, note=words.text_of(one.quantity))
    parties = words.say(
        "transfers.page.parties",
        giver=names.get(one.giver, one.giver),
        receiver=names.get(one.receiver, one.receiver),
    )
    return words.say("joint.titled", title=kind, text=parties)


def _plain_usd(worth: Worth, *, words: Words) -> Value:
    """Return a worth as a number that sorts; its range stands elsewhere in the row."""
    return words.say("transfers.not-valued") if worth.plain is None else shown_usd(worth.plain)


def _how(one: Transfer, *, words: Words) -> str:
    """Return how a value was found, its range where it has one, and its basis."""
    told = method_words(one, words=words)
    if one.worth.low != one.worth.high:
        told = words.say("joint.named", name=told, note=worth_words(one.worth, words=words))
    return words.say("joint.named", name=told, note=basis_words(one.basis, words=words))


def _proposals(found: Movements, *, words: Words) -> Grid:
    names = customers_named(found.world)
    rows = [
        [
            one.proposal.id,
            one.dealing.on,
            words.listed(
                [
                    words.say(
                        "transfers.page.units",
                        units=units,
                        sku=sku,
                        giver=names.get(giver, giver) or words.say("transfers.page.stock"),
                        receiver=names.get(receiver, receiver),
                    )
                    for (giver, receiver, sku), units in sorted(one.units.items())
                ]
            ),
            _plain_usd(one.worth, words=words),
            parts_words(one.worth, words=words),
            record_words(found, one.dealing.name, words=words) or None,
        ]
        for one in found.proposed
    ]
    columns = (
        (words.say("transfers.page.proposal"), TEXT),
        (words.say("transfers.head.on"), DAY),
        (words.say("transfers.head.kind"), TEXT),
        (words.say("transfers.head.worth"), NUMBER),
        (words.say("transfers.page.made-of"), TEXT),
        (words.say("transfers.head.record"), TEXT),
    )
    return _grid("proposals", rows, columns=columns, words=words)


def _command(found: Movements, *, pack: str, words: Words) -> str:
    options = ["--pack", pack, *seen_options(found.world.view, words=words)]
    return words.say("transfers.page.command", options=shlex.join(options))
