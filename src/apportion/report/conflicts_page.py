"""``conflicts.html``: who is conflicted on a proposal, as one page with a drawing of the interests."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from apportion.govern.conflicts import Stake
from apportion.govern.inquiry import Conflicts
from apportion.govern.interests import Reading
from apportion.govern.stakes import Amount, Path
from apportion.report.conflicts import (
    aside_sentences,
    conflict_words,
    disclosure_sentences,
    in_reading_order,
    lead_sentence,
    left_sentences,
    path_words,
    percents,
    reading_sentences,
    tie_days,
    tie_words,
    who_sentences,
)
from apportion.report.conflicts_drawing import drawings, drawn_ties
from apportion.report.facts import basis_words
from apportion.report.others import customers_named
from apportion.report.rules import seen_by
from apportion.report.shell import render_page
from apportion.report.tables import DAY, NUMBER, TEXT, Grid, more_rows, rows_of
from apportion.report.words import DEFAULT_LANGUAGE, Value, Words
from apportion.version import VERSION

MOST_ROWS = 500
JSON = "conflicts.json"
Row = Sequence[Value | None]
Columns = Sequence[tuple[str, str]]


def conflicts_html(found: Conflicts, *, words: Words) -> str:
    """Return the page of what was found, complete in itself; the same bytes for the same facts."""
    world, drawn = found.world, drawn_ties(found)
    return render_page(
        "conflicts.html",
        world,
        figures=(),
        words=words,
        scenario=world.settings.name,
        software=VERSION,
        proposal=words.say(
            "conflicts.page.proposal",
            proposal=found.proposal.id,
            title=found.proposal.title or found.proposal.id,
        ),
        sentence=lead_sentence(found, words=words),
        sentences=who_sentences(found, words=words),
        key_figures=_keys(found, words=words),
        who=_who(found, words=words),
        aside=aside_sentences(found, words=words),
        drawings=drawings(found, words=words),
        drawing_label=words.say("conflicts.page.drawing-label", count=len(drawn)),
        more_lines=len(found.ties) - len(drawn),
        left=left_sentences(found, words=words),
        readings=_readings(found, words=words),
        reading_sentences=reading_sentences(found, words=words),
        paths=_paths(found, words=words),
        disclosures=disclosure_sentences(found, words=words),
        register=_register(found, words=words),
        view=[*seen_by(world.view, words=words), words.say("conflicts.no-advice")],
        command=_command(found, words=words),
        digests=[
            (words.say("digest.world"), world.digest),
            (words.say("conflicts.page.digest-proposal"), found.proposal.digest),
            (words.say("conflicts.page.digest-pack"), found.pack.digest),
        ],
    )


def _keys(found: Conflicts, *, words: Words) -> list[tuple[str, str, str]]:
    unknown = sum(not side.is_known for side in found.sides)
    persons = len(found.conflicted)
    return [
        (words.text_of(persons), words.say("conflicts.page.key-conflicted", count=persons), ""),
        (words.text_of(len(found.sides)), words.say("conflicts.page.key-sides"), ""),
        (
            words.text_of(sum(len(side.left) for side in found.sides)),
            words.say("conflicts.page.key-left"),
            words.say("conflicts.page.key-unknown", count=unknown) if unknown else "",
        ),
    ]


def _grid(name: str, rows: Sequence[Row], *, caption: str, columns: Columns, words: Words) -> Grid:
    return Grid(
        id=f"table-{name}",
        caption=caption,
        columns=tuple(columns),
        rows=rows_of(rows[:MOST_ROWS], words=words),
        more=more_rows(len(rows), most=MOST_ROWS, file=JSON, words=words),
    )


def _who(found: Conflicts, *, words: Words) -> Grid:
    names = customers_named(found.world)
    rows: list[Row] = [
        [
            names.get(one.person, one.person),
            names.get(one.entity, one.entity),
            words.say("conflicts.is-member") if one.is_member else None,
            conflict_words(one, words=words),
            words.listed([names.get(stake.entity, stake.entity) for stake in one.conflicting]) or None,
        ]
        for one in in_reading_order(found)
    ]
    columns = (
        (words.say("conflicts.head.person"), TEXT),
        (words.say("conflicts.head.forum"), TEXT),
        (words.say("conflicts.head.member"), TEXT),
        (words.say("conflicts.head.conflict"), TEXT),
        (words.say("conflicts.head.by"), TEXT),
    )
    return _grid("who", rows, caption=words.say("conflicts.page.who-caption"), columns=columns, words=words)


def _readings(found: Conflicts, *, words: Words) -> Grid:
    names = customers_named(found.world)
    marks = found.pack.marks_percent
    rows: list[Row] = [
        [
            names.get(one.person, one.person),
            names.get(one.entity, one.entity),
            names.get(stake.entity, stake.entity),
            *(_amount(stake.amounts[reading], words=words) for reading in Reading),
            _matters(stake, found=found, words=words),
        ]
        for one in in_reading_order(found)
        for stake in one.stakes
        if stake.is_owned and marks
    ]
    columns = (
        (words.say("conflicts.head.person"), TEXT),
        (words.say("conflicts.head.forum"), TEXT),
        (words.say("conflicts.page.entity"), TEXT),
        (words.say("conflicts.reading.low"), NUMBER),
        (words.say("conflicts.reading.plain"), NUMBER),
        (words.say("conflicts.reading.high"), NUMBER),
        (words.say("conflicts.reading.asked"), NUMBER),
        (words.say("conflicts.page.matters-at"), TEXT),
    )
    caption = words.say("conflicts.page.readings-caption")
    return _grid("readings", rows, caption=caption, columns=columns, words=words)


def _amount(amount: Amount, *, words: Words) -> Value:
    if amount.percent is not None:
        return amount.percent
    if amount.least == 0 and amount.most == 100:  # noqa: PLR2004 - nothing and the whole
        return words.say("conflicts.page.not-known")
    return words.say("conflicts.page.at-most", most=amount.most)


def _matters(stake: Stake, *, found: Conflicts, words: Words) -> str:
    marks = found.pack.marks_percent
    matters = stake.matters_at(marks)
    if matters:
        return percents(matters, words=words)
    if not stake.is_known:
        return words.say("conflicts.page.not-known")
    return words.say("conflicts.page.nowhere", marks=percents(marks, words=words))


def _paths(found: Conflicts, *, words: Words) -> Grid:
    names = customers_named(found.world)
    rows: list[Row] = [
        [
            names.get(one.person, one.person),
            names.get(one.entity, one.entity),
            names.get(path.target, path.target),
            path_words(path, names=names, words=words),
            _weight(path, words=words),
        ]
        for one in in_reading_order(found)
        for path in one.paths
    ]
    columns = (
        (words.say("conflicts.head.person"), TEXT),
        (words.say("conflicts.head.forum"), TEXT),
        (words.say("conflicts.page.target"), TEXT),
        (words.say("conflicts.page.path"), TEXT),
        (words.say("conflicts.page.weight"), NUMBER),
    )
    return _grid(
        "paths", rows, caption=words.say("conflicts.page.paths-caption"), columns=columns, words=words
    )


def _weight(path: Path, *, words: Words) -> Value:
    if path.is_full:
        return words.say("conflicts.page.full")
    return _amount(path.weights[Reading.ASKED if path.is_claimed else Reading.PLAIN], words=words)


def _register(found: Conflicts, *, words: Words) -> Grid:
    names = customers_named(found.world)
    rows: list[Row] = [
        [
            names.get(tie.holder, tie.holder),
            names.get(tie.entity, tie.entity),
            tie_words(tie, words=words),
            tie_days(tie, words=words),
            tie.disclosed_on
            if tie.is_disclosed(found.looked_from)
            else words.say("conflicts.page.undisclosed"),
            tie.days_to_disclosure(found.looked_from),
            words.say(
                "joint.named",
                name=basis_words(tie.basis, words=words),
                note=words.listed(list(tie.evidence)) or tie.file,
            ),
        ]
        for tie in found.ties
    ]
    columns = (
        (words.say("conflicts.page.holder"), TEXT),
        (words.say("conflicts.page.entity"), TEXT),
        (words.say("conflicts.page.interest"), TEXT),
        (words.say("conflicts.page.days"), TEXT),
        (words.say("conflicts.page.disclosed"), DAY),
        (words.say("conflicts.page.days-before"), NUMBER),
        (words.say("conflicts.page.rests"), TEXT),
    )
    caption = words.say("conflicts.page.register-caption")
    return _grid("register", rows, caption=caption, columns=columns, words=words)


def _command(found: Conflicts, *, words: Words) -> str:
    """Return the command that makes the page again."""
    view = found.world.view
    options = ["--pack", found.pack.id, "--on", found.day.isoformat()]
    for person in found.named:
        options += ["--person", person]
    if view.as_known_on is not None:
        options += ["--as-known-on", view.as_known_on.isoformat()]
    if view.viewpoint != "all":
        options += ["--viewpoint", view.viewpoint]
    if words.language != DEFAULT_LANGUAGE:
        options += ["--lang", words.language]
    return words.say(
        "conflicts.page.command", proposal=shlex.quote(found.proposal.id), options=shlex.join(options)
    )
