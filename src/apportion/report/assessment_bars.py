"""The bars of an assessment: how each side's live time changes step by step, and what each uncertain fact moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from apportion.report.assessment_words import number_of
from apportion.report.tables import NUMBER, TEXT, Bar, BarTable, cell_of
from apportion.report.words import Value as Told
from apportion.report.words import Words
from apportion.study.assess import Assessment
from apportion.study.futures import Future
from apportion.study.ranges import READINESS, Interval, find_interval

_FULL = 100
_THINNEST = Fraction(2, 5)  # A change of nothing is still seen, as a line.
_VARIED = {
    "dates": "assess.varied.dates",
    "split": "assess.varied.split",
    "quantity": "assess.varied.quantity",
    "power": "assess.varied.power",
    "price": "assess.varied.price",
    "rent": "assess.varied.rent",
    "life": "assess.varied.life",
    "fleet": "assess.varied.fleet",
    "readiness": "assess.varied.readiness",
}
_TORNADOES = {
    "live_gained_gpu_days": "assess.tornado-caption",
    "live_gained_gpu_days_all_sites": "assess.tornado-caption-all-sites",
}


def waterfall(found: Assessment, *, words: Words) -> BarTable:
    """Return for each party how its live unit-days come from those before to those with the proposal.

    Two steps lead from one to the other, since live days are delivered days that are not dark: what is delivered
    later or earlier, and what is dark for less or more time.
    """
    sides = [(party, _steps(found, party)) for party in found.parties]
    longest = max([Fraction(1), *(max(start, end) for _, steps in sides for _, start, end in steps)])
    bars = [
        _step_bar(key, start=start, end=end, party=party, longest=longest, words=words)
        for party, steps in sides
        for key, start, end in steps
    ]
    return BarTable(
        caption=words.say("assess.waterfall-caption"),
        columns=(
            (words.say("assess.column.step"), TEXT),
            (words.say("assess.unit-days"), NUMBER),
        ),
        bars=tuple(bars),
    )


def _steps(found: Assessment, party: str) -> list[tuple[str, Fraction, Fraction]]:
    """Return the steps of one party: key, and where its bar begins and ends."""

    def measure(future: Future, name: str) -> Fraction:
        return number_of(found.value(future, name, party=party))

    before = measure(found.baseline, "live_gpu_days")
    after = measure(Future.PROPOSED, "live_gpu_days")
    # Not delivered yet, or not at all, is the first step; all else of the change is time in the dark.
    delivered = before - measure(Future.PROPOSED, "shifted_gpu_days")
    return [
        ("assess.step.before", Fraction(0), before),
        ("assess.step.delivered", before, delivered),
        ("assess.step.dark", delivered, after),
        ("assess.step.after", Fraction(0), after),
    ]


def _step_bar(
    key: str, *, start: Fraction, end: Fraction, party: str, longest: Fraction, words: Words
) -> Bar:
    is_total = key in {"assess.step.before", "assess.step.after"}
    role = "stock" if is_total else ("ran" if end >= start else "rest")
    left, right = sorted((max(Fraction(0), start), max(Fraction(0), end)))
    return Bar(
        name=words.say(key, party=party),
        parts=(_part(role, left=left / longest, right=right / longest),),
        value=words.text_of(end) if is_total else signed(words, end - start),
    )


def _part(role: str, *, left: Fraction, right: Fraction) -> tuple[str, str, str]:
    """Return a part of a bar between two places from 0 to 1."""
    width = max(_THINNEST, (right - left) * _FULL)
    return role, f"{float(min(left * _FULL, _FULL - width)):.3f}", f"{float(width):.3f}"


def signed(words: Words, value: Told) -> str:
    """Return a change with its sign."""
    text = words.text_of(value)
    return text if text.startswith("-") or text == "0" else f"+{text}"


def tornadoes(found: Assessment, *, words: Words) -> list[BarTable]:
    """Return how far each range alone moves what is gained: by all, and by whoever may lose.

    By whom nothing is gained or lost anywhere has no bars.
    """
    return list(_tornadoes(found, words=words))


def _tornadoes(found: Assessment, *, words: Words) -> Iterator[BarTable]:
    yield _tornado(found, measure="live_gained_gpu_days", party="", words=words)
    for measure in _TORNADOES:
        for party in found.parties:
            box = find_interval(found.intervals, measure=measure, party=party)
            if box is not None and box.low < 0:
                yield _tornado(found, measure=measure, party=party, words=words)


def _tornado(found: Assessment, *, measure: str, party: str, words: Words) -> BarTable:
    """Return how far each range alone moves one answer, the widest first."""
    own = [
        one
        for one in found.intervals
        if (one.measure, one.party) == (measure, party)
        and (one.name or one.varied == READINESS)
        and one.case in {"", str(found.case)}
    ]
    ranked = sorted(own, key=lambda one: (-one.swing, one.varied, one.name))
    low = min((one.low for one in own), default=Fraction(0))
    width = max([Fraction(1), *(one.high - low for one in own)])
    return BarTable(
        caption=words.say(_TORNADOES[measure], party=party or words.say("assess.everybody")),
        columns=(
            (words.say("assess.column.varied"), TEXT),
            (words.say("assess.column.swing"), NUMBER),
            (words.say("assess.column.least"), NUMBER),
            (words.say("assess.column.stated-now"), NUMBER),
            (words.say("assess.column.most"), NUMBER),
        ),
        bars=tuple(_range_bar(one, low=low, width=width, words=words) for one in ranked),
    )


def _range_bar(one: Interval, *, low: Fraction, width: Fraction, words: Words) -> Bar:
    """Return the bar of one range: what lies below the stated value, and what lies above."""
    places: Sequence[Fraction] = [(at - low) / width for at in (one.low, one.plain, one.high)]
    parts = [
        _part(role, left=left, right=right)
        for role, left, right in (("rest", places[0], places[1]), ("ran", places[1], places[2]))
        if left < right
    ]
    return Bar(
        name=" ".join(part for part in (words.say(_VARIED[one.varied]), one.name) if part),
        parts=tuple(parts) or (_part("ran", left=places[1], right=places[1]),),
        value=words.text_of(one.swing),
        cells=tuple(cell_of(value, words=words) for value in (one.low, one.plain, one.high)),
    )
