"""What becomes of a study under each statement that does not stand: which is used and why, then a line for each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from apportion.report.claims import claim_unit_words, verdict_words
from apportion.report.facts import currency_words, place_of, unit_words
from apportion.report.trace import says_words, statement_words
from apportion.report.words import Words
from apportion.study.statements import Fact, Used
from apportion.study.under_each import Change, Figure, Trial, UnderEach, Value
from apportion.study.verdicts import Verdict

# So many changes are told of one statement; all stand in JSON and CSV.
MOST_TOLD = 8
_MEASURES: Mapping[str, str] = {
    "ordered": "under.measure.ordered",
    "filled": "under.measure.filled",
    "late_gpu_days": "under.measure.late-gpu-days",
    "live_gpu_days": "under.measure.live-gpu-days",
    "idle_gpu_days": "under.measure.idle-gpu-days",
    "held_gpu_days": "under.measure.held-gpu-days",
    "live_gained_gpu_days": "under.measure.live-gained-gpu-days",
    "idle_avoided_gpu_days": "under.measure.idle-avoided-gpu-days",
    "shifted_gpu_days": "under.measure.shifted-gpu-days",
    "delay_months_mean": "under.measure.delay-months-mean",
    "value_usd": "under.measure.value-usd",
    "rent_value_usd": "under.measure.rent-value-usd",
    "depreciation_usd": "under.measure.depreciation-usd",
    "rentals_usd": "under.measure.rentals-usd",
    "live_gained_gpu_days_all_sites": "under.measure.live-gained-gpu-days-all-sites",
    "verdict": "under.measure.verdict",
    "gap": "under.measure.gap",
    "apart": "under.measure.apart",
}
_COUNTED: Mapping[str, str] = {
    "ordered units": "trace.unit.ordered",
    "units": "trace.unit.units",
    "unit-days": "trace.unit.unit-days",
    "days": "trace.unit.days",
    "kW": "trace.unit.kw",
}
_USED: Mapping[Used, str] = {
    Used.LATEST: "under.used.latest",
    Used.ONLY_DATED_LATER: "under.used.only-dated-later",
}
_BOUNDS: Mapping[str, str] = {"least": "under.least", "most": "under.most"}


def under_each_sentences(found: UnderEach, *, currency: str, words: Words) -> list[str]:
    """Return which statement of each fact is used and why, what each other one changes, and whether any matters.

    Args:
        found: What was tried.
        currency: The scenario's.
        words: The language.
    """
    if not found.statement_count:
        return [words.say("under.stated-once")]
    lines: list[str] = []
    for fact in found.facts:
        lines.append(used_sentence(fact, words=words))
        own = [one for one in found.trials if one.fact.name == fact.name]
        lines.extend(_trial_sentence(one, currency=currency, words=words) for one in own)
    return [*lines, *_verdict(found, words=words)]


def used_sentence(fact: Fact, *, words: Words) -> str:
    """Return how often a fact was stated, what the statement that stands says, and why it is that one."""
    used = fact.statements[fact.used]
    says = says_words(used.says, words=words) or words.say("trace.same")
    place = place_of(used.file, used.row, words=words)
    stated = words.say("under.stated", fact=fact.name, count=len(fact.statements))
    return words.together([stated, words.say(_USED[fact.why], says=says, place=place)])


def _verdict(found: UnderEach, *, words: Words) -> Iterator[str]:
    tried = len(found.trials)
    if found.mattering:
        yield words.say("under.matters", number=found.mattering, count=tried)
    else:
        yield words.say("under.none-matters", count=tried)
    if found.turning:
        yield words.say("under.signs", count=found.turning)
    if found.left_out:
        yield words.say("under.left-out", count=found.left_out)


def _trial_sentence(one: Trial, *, currency: str, words: Words) -> str:
    statement = statement_words(one.fact, one.statement, words=words)
    if one.problem:
        return words.say("under.problem", statement=statement, code=one.problem)
    if not one.changes:
        return words.say("under.same", statement=statement)
    # What turns from good to bad, or back, is told before what only grows or shrinks.
    ordered = sorted(one.changes, key=lambda change: not change.is_sign_change)
    told = [_change_words(change, currency=currency, words=words) for change in ordered[:MOST_TOLD]]
    left = len(one.changes) - len(told)
    if left:
        told.append(words.say("under.more-figures", count=left))
    return words.say("under.other", statement=statement, changes=words.say("under.between").join(told))


def _change_words(change: Change, *, currency: str, words: Words) -> str:
    figure = change.figure
    measure = words.say(_MEASURES[figure.measure])
    if figure.bound:
        measure = words.say(_BOUNDS[figure.bound], measure=measure)
    told = words.say(
        "under.change",
        subject=figure.subject or words.say("assess.everybody"),
        measure=measure,
        before=_value_words(change.before, figure, currency=currency, words=words),
        after=_value_words(change.after, figure, currency=currency, words=words),
    )
    return words.say("under.sign", change=told) if change.is_sign_change else told


def _value_words(value: Value, figure: Figure, /, *, currency: str, words: Words) -> str:
    if value is None:
        return words.say("trace.nothing")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str):
        return verdict_words(Verdict(value), words=words)
    number = round(value, 2)
    if figure.unit in _COUNTED:
        return words.say(_COUNTED[figure.unit], count=number)
    if not figure.unit:
        return words.text_of(number)
    return words.say("under.value", value=number, unit=_unit(figure.unit, currency=currency, words=words))


def _unit(unit: str, *, currency: str, words: Words) -> str:
    if unit == "USD":
        return currency_words(currency, words=words)
    if unit == "months":
        return unit_words(unit, currency=currency, words=words)
    return claim_unit_words(unit, words=words)
