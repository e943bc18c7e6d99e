"""What is suggested, in sentences, as a table for a terminal and as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from apportion.digest import digest
from apportion.model.canonical import as_text
from apportion.model.policy import Case
from apportion.model.proposal import Kind
from apportion.report.facts import currency_words
from apportion.report.words import Value, Words
from apportion.study.makegood import MakeGood
from apportion.study.measures import value_text
from apportion.study.suggest import Suggestion, Suggestions
from apportion.version import VERSION

MOST_SENTENCES = 5
MOST_NAMES = 4
_KINDS = {Kind.SWAP: "suggest.kind.swap", Kind.DIVERT: "suggest.kind.divert"}
_TITLES = {Kind.SWAP: "suggest.title.swap", Kind.DIVERT: "suggest.title.divert"}
_HARMS = {
    Case.FAVOURABLE: "suggest.harm.favourable",
    Case.MIDDLE: "suggest.harm.middle",
    Case.UNFAVOURABLE: "suggest.harm.unfavourable",
}
_DUES = {
    (False, False): "suggest.due",
    (True, False): "suggest.due-units",
    (False, True): "suggest.due-worth",
    (True, True): "suggest.due-units-worth",
}


def suggestion_sentences(found: Suggestions, *, words: Words, names: Mapping[str, str]) -> list[str]:
    """Return what runs as booked, the best suggestions, and what is certain about all that are not listed.

    Args:
        found: The study.
        words: The language.
        names: What customers are called, by id.
    """
    return [
        lead_sentence(found, words=words),
        *(
            suggestion_sentence(found, one, rank=rank, words=words, names=names)
            for rank, one in enumerate(found.items[:MOST_SENTENCES], start=1)
        ),
        *certain_sentences(found, words=words),
    ]


def lead_sentence(found: Suggestions, *, words: Words) -> str:
    """Return what runs as booked, and the best that was found."""
    day = found.world.settings.calendar.end_on
    if found.items:
        best = found.items[0]
        return words.say("suggest.best", live=found.live, day=day, gain=best.gain, units=best.units)
    return words.say("suggest.none-found" if found.unsettled else "suggest.none", live=found.live, day=day)


def suggestion_sentence(
    found: Suggestions, one: Suggestion, *, rank: int, words: Words, names: Mapping[str, str]
) -> str:
    """Return one suggestion as sentences: who moves how much, who gains what, and what evens it out."""
    told = [
        words.say(
            "suggest.one",
            rank=rank,
            kind=kind_words(one, words=words),
            parties=parties_words(one, words=words, names=names),
            count=one.units,
        ),
        words.say("suggest.gains", gains=_gains_words(one, words=words, names=names)),
        words.say("suggest.gap", gap=one.gap) if one.gap else words.say("suggest.exact"),
        words.say(
            "suggest.cases",
            **{str(case): sum(gains.values(), Fraction(0)) for case, gains in one.by_case.items()},
        ),
        *_harms(one, words=words, names=names),
        *(due_sentence(found, due, words=words, names=names) for due in one.make_goods),
    ]
    return words.say("joint.sentences").join(told)


def _harms(one: Suggestion, *, words: Words, names: Mapping[str, str]) -> Iterator[str]:
    """Yield who would have fewer live unit-days in some case, or that nobody would."""
    if one.least >= 0:
        yield words.say("suggest.harmless")
    for case, gains in one.by_case.items():
        for party, days in gains.items():
            if days < 0:
                yield words.say(_HARMS[case], party=names.get(party, party), days=-days)


def kind_words(one: Suggestion, *, words: Words) -> str:
    """Return what an exchange is called."""
    return words.say(_KINDS[one.kind])


def title_of(one: Suggestion, *, words: Words, names: Mapping[str, str]) -> str:
    """Return the title of an exchange as a proposal."""
    parties = parties_words(one, words=words, names=names)
    return words.say(_TITLES[one.kind], count=one.units, parties=parties)


def parties_words(one: Suggestion, *, words: Words, names: Mapping[str, str]) -> str:
    """Return who takes part, the stock last."""
    shown = [names.get(party, party) for party in one.customers]
    return words.listed([*shown, *([words.say("suggest.stock")] if one.uses_stock else [])])


def ranked_gains(one: Suggestion) -> list[tuple[str, Fraction]]:
    """Return what each party gains, the most first."""
    return sorted(one.gains.items(), key=lambda pair: (-pair[1], pair[0]))


def _gains_words(one: Suggestion, *, words: Words, names: Mapping[str, str]) -> str:
    each = [
        words.say("suggest.gain", party=names.get(party, party), days=days)
        for party, days in ranked_gains(one)
    ]
    more = len(each) - MOST_NAMES
    return words.listed(
        [*each[:MOST_NAMES], *([words.say("suggest.others", count=more)] if more > 0 else [])]
    )


def due_sentence(found: Suggestions, due: MakeGood, *, words: Words, names: Mapping[str, str]) -> str:
    """Return a make-good as a sentence."""
    values: dict[str, Value | None] = {
        "giver": names.get(due.from_party, due.from_party),
        "receiver": names.get(due.to_party, due.to_party),
        "days": due.unit_days,
        "units": due.units,
        "count": due.days,
        "worth": None if due.value is None else round(due.value),
        "currency": currency_words(found.world.settings.currency, words=words),
    }
    return words.say(_DUES[due.days is not None, due.value is not None], **values)


def certain_sentences(found: Suggestions, *, words: Words) -> list[str]:
    """Return what holds for all exchanges that are not on the list."""
    told = [words.say("suggest.possible", most=found.possible)]
    if found.unsettled:
        told.append(words.say("suggest.unsettled", count=found.unsettled, most=found.unsettled_most))
    elif found.others_most:
        told.append(words.say("suggest.settled", count=found.solved, most=found.others_most))
    elif not found.solved:
        told.append(words.say("suggest.settled-none"))
    else:
        told.append(words.say("suggest.settled-all", count=found.solved))
    if len(found.items) > 1:
        told.append(words.say("suggest.alternatives"))
    return told


def suggestion_table(found: Suggestions) -> list[tuple[str, ...]]:
    """Return the suggestions as rows of text, the header first."""
    text = as_text(found.table)
    shown = text.select(
        "rank",
        "kind",
        "customers",
        "units",
        "live_gained_gpu_days",
        "gap_gpu_days",
        "least_gained_gpu_days_any_case",
    )
    return [tuple(shown.columns), *[tuple(cell or "" for cell in row) for row in shown.rows()]]


def suggestions_json(found: Suggestions, *, words: Words, names: Mapping[str, str]) -> dict[str, object]:
    """Return all that a study says as plain values."""
    return {
        "scenario": found.world.settings.name,
        "world_digest": found.world.digest,
        "policy_digest": digest(found.policy.as_json()),
        "software": VERSION,
        "view": found.view.as_json(),
        "summary": suggestion_sentences(found, words=words, names=names),
        "live_gpu_days": value_text(found.live),
        "possible_gpu_days": value_text(found.possible),
        "solved": found.solved,
        "unsettled": found.unsettled,
        "unsettled_gpu_days": value_text(found.unsettled_most),
        "others_at_most_gpu_days": value_text(found.others_most),
        "suggestions": [
            _one_json(rank, one, words=words, names=names) for rank, one in enumerate(found.items, start=1)
        ],
    }


def _one_json(rank: int, one: Suggestion, *, words: Words, names: Mapping[str, str]) -> dict[str, object]:
    return {
        "rank": rank,
        "kind": str(one.kind),
        "title": title_of(one, words=words, names=names),
        "customers": list(one.customers),
        "uses_stock": one.uses_stock,
        "units": one.units,
        "live_gained_gpu_days": value_text(one.gain),
        "gap_gpu_days": value_text(one.gap),
        "least_gained_gpu_days_any_case": value_text(one.least),
        "gains": _days(one.gains),
        "gains_by_case": {str(case): _days(gains) for case, gains in one.by_case.items()},
        "moves": [
            {"lot": send.lot, "quantity": send.units, "to_order": send.order, "site": send.site}
            for send in one.sends
        ],
        "make_goods": [
            {
                "from": due.from_party,
                "to": due.to_party,
                "gpu_days": value_text(due.unit_days),
                "units": due.units,
                "days": due.days,
                "value": None if due.value is None else value_text(due.value),
            }
            for due in one.make_goods
        ],
    }


def _days(gains: Mapping[str, Fraction]) -> dict[str, str | None]:
    return {party: value_text(days) for party, days in gains.items()}
