"""What can be said of each answer while everything uncertain varies, and where the proposal stops being harmless."""

from __future__ import annotations

from apportion.report.facts import basis_words, unit_words
from apportion.report.tables import NUMBER, TEXT, Grid, rows_of
from apportion.report.words import Value as Told
from apportion.report.words import Words
from apportion.study.assess import Assessment
from apportion.study.breakeven import BreakEven, Question
from apportion.study.frames import in_units
from apportion.study.measures import UNITS
from apportion.study.ranges import TOGETHER, Interval
from apportion.study.variants import MEASURES

_ANSWERS = {
    "live_gained_gpu_days": "assess.answer.live-gained-gpu-days",
    "idle_avoided_gpu_days": "assess.answer.idle-avoided-gpu-days",
    "shifted_gpu_days": "assess.answer.shifted-gpu-days",
    "delay_months_mean": "assess.answer.delay-months-mean",
    "value_usd": "assess.answer.value-usd",
    "rent_value_usd": "assess.answer.rent-value-usd",
    "depreciation_usd": "assess.answer.depreciation-usd",
    "live_gained_gpu_days_all_sites": "assess.answer.live-gained-gpu-days-all-sites",
}
_FILE = "ranges.csv"
_QUESTIONS = {
    Question.READY_ON: "assess.question.ready-on",
    Question.DAYS_EARLIER: "assess.question.days-earlier",
    Question.ELSEWHERE: "assess.question.elsewhere",
    Question.SPLIT: "assess.question.split",
}
_BREAK_EVEN_COLUMNS = (
    "assess.column.question",
    "assess.column.found",
    "assess.column.nearest",
    "assess.column.evidence",
)


def answers_grid(found: Assessment, *, words: Words) -> Grid:
    """Return one row per answer and party: what is stated, the least and most found, and what follows for its sign."""
    told = {
        (one.party, one.measure): one for one in found.intervals if one.varied == TOGETHER and not one.case
    }
    rows: list[tuple[Told | None, ...]] = []
    for party in ["", *found.parties]:
        for measure in MEASURES:
            one = told.get((party, measure))
            # What is nothing everywhere is a finding only of the answer that decides.
            is_told = measure == "live_gained_gpu_days" or not (one and one.is_constant and not one.plain)
            if one is None or not is_told:
                continue
            unit = unit_words(UNITS[measure], currency=found.world.settings.currency, words=words)
            values = [round(value, 2) for value in (one.plain, one.low, one.high)]
            rows.append(
                (
                    words.say(_ANSWERS[measure]),
                    party or words.say("assess.everybody"),
                    *values,
                    unit,
                    words.say(sign_key(one)),
                )
            )
    return Grid(
        id="answers",
        caption=words.say("assess.answers-caption", file=_FILE),
        columns=(
            (words.say("assess.column.answer"), TEXT),
            (words.say("assess.column.party"), TEXT),
            (words.say("assess.column.stated-now"), NUMBER),
            (words.say("assess.column.least"), NUMBER),
            (words.say("assess.column.most"), NUMBER),
            (words.say("assess.column.unit"), TEXT),
            (words.say("assess.column.sign"), TEXT),
        ),
        rows=rows_of(rows, words=words),
    )


def sign_key(one: Interval) -> str:
    """Return the key of the sentence that says whether an answer's sign changes anywhere it was looked at."""
    if one.is_constant:
        return "assess.sign.constant"
    if one.low > 0 or one.high < 0:
        return "assess.sign.kept"
    if one.low == 0 or one.high == 0:
        return "assess.sign.never-below" if one.low == 0 else "assess.sign.never-above"
    return "assess.sign.changes"


def break_evens_grid(found: Assessment, *, words: Words) -> Grid:
    """Return one row per search: the question, what was found, and the fact that stands nearest."""
    rows: list[tuple[Told | None, ...]] = [
        (
            _question(one, words=words),
            _answer(one, words=words),
            _nearest(one, words=words),
            words.say("list.between").join(one.evidence) or None,
        )
        for one in found.break_evens
    ]
    return Grid(
        id="break-evens",
        caption=words.say("assess.break-evens-caption"),
        columns=tuple((words.say(key), TEXT) for key in _BREAK_EVEN_COLUMNS),
        rows=rows_of(rows, words=words),
    )


def _question(one: BreakEven, *, words: Words) -> str:
    place = one.name if one.question is Question.SPLIT else one.site
    return words.say(_QUESTIONS[one.question], party=one.party, place=place, day=one.from_on or "")


def _answer(one: BreakEven, *, words: Words) -> str:
    if not one.is_found:
        return words.say("assess.not-found")
    if one.question is Question.READY_ON and one.day is not None:
        return words.text_of(one.day)
    amount = one.amount or 0
    if one.question is Question.DAYS_EARLIER and one.day is not None:
        return words.say("assess.found.days", count=amount, day=one.day)
    if one.milliwatt is None:
        return words.say("assess.found.units", count=amount)
    return words.say("assess.found.power", count=amount, power=in_units(one.milliwatt))


def _nearest(one: BreakEven, *, words: Words) -> str | None:
    """Return the fact that stands nearest; None where no fact speaks of it."""
    if one.stated_on is None:
        return None
    basis = basis_words(one.basis, words=words)
    if one.question is Question.ELSEWHERE:
        name = f"{one.site} {one.name}"
        return words.say("assess.near.room", name=name, day=one.stated_on, count=one.stated or 0, basis=basis)
    return words.say("assess.near.step", name=one.name, day=one.stated_on, basis=basis)
