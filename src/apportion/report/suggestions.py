"""What is suggested, in sentences and as a table for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from apportion.model.canonical import as_text
from apportion.model.proposal import Kind
from apportion.report.words import Words
from apportion.study.makegood import MakeGood
from apportion.study.suggest import Suggestion, Suggestions

MOST_SENTENCES = 5
MOST_NAMES = 4
_KINDS = {Kind.SWAP: "suggest.kind.swap", Kind.DIVERT: "suggest.kind.divert"}


def suggestion_sentences(
    found: Suggestions, *, words: Words, names: Mapping[str, str] | None = None
) -> list[str]:
    """Return what runs as booked, the best suggestions, and what is certain about all that are not listed.

    Args:
        found: The study.
        words: The language.
        names: What customers are called, by id; by default by their ids.
    """
    called = names or {}
    return [
        _lead(found, words=words),
        *(
            suggestion_sentence(one, rank=rank, words=words, names=called)
            for rank, one in enumerate(found.items[:MOST_SENTENCES], start=1)
        ),
        *certain_sentences(found, words=words),
    ]


def _lead(found: Suggestions, *, words: Words) -> str:
    end_on = found.world.settings.calendar.end_on
    if not found.items:
        key = "suggest.none-found" if found.unsettled else "suggest.none"
        return words.say(key, live=found.live, day=end_on)
    return words.say(
        "suggest.best", live=found.live, day=end_on, gain=found.items[0].gain, units=found.items[0].units
    )


def suggestion_sentence(one: Suggestion, *, rank: int, words: Words, names: Mapping[str, str]) -> str:
    """Return one suggestion as sentences: who moves how much, who gains what, and what evens it out."""
    parts = [
        words.say(
            "suggest.one",
            rank=rank,
            kind=kind_words(one, words=words),
            parties=parties_words(one, words=words, names=names),
            count=one.units,
        ),
        words.say("suggest.gains", gains=gains_words(one, words=words, names=names)),
    ]
    if one.gap:
        parts.append(words.say("suggest.gap", gap=one.gap))
    parts += [make_good_sentence(due, words=words, names=names) for due in one.make_goods[:MOST_NAMES]]
    if len(one.make_goods) > MOST_NAMES:
        parts.append(words.say("suggest.more-dues", count=len(one.make_goods) - MOST_NAMES))
    return " ".join(parts)


def kind_words(one: Suggestion, *, words: Words) -> str:
    """Return what an exchange is called."""
    return words.say(_KINDS[one.proposal.kind])


def parties_words(one: Suggestion, *, words: Words, names: Mapping[str, str]) -> str:
    """Return who takes part, the stock last."""
    shown = [names.get(party, party) for party in one.parties]
    stock = [words.say("suggest.stock")] if one.gives_stock else []
    return words.listed([*_shortened(shown, words=words), *stock])


def gains_words(one: Suggestion, *, words: Words, names: Mapping[str, str]) -> str:
    """Return what each party gains, the most first."""
    ranked = sorted(one.gains.items(), key=lambda pair: (-pair[1], pair[0]))
    each = [words.say("suggest.gain", party=names.get(party, party), days=days) for party, days in ranked]
    return words.listed(_shortened(each, words=words))


def _shortened(parts: Sequence[str], *, words: Words) -> list[str]:
    if len(parts) <= MOST_NAMES:
        return list(parts)
    return [*parts[:MOST_NAMES], words.say("suggest.others", count=len(parts) - MOST_NAMES)]


def make_good_sentence(due: MakeGood, *, words: Words, names: Mapping[str, str]) -> str:
    """Return a make-good as a sentence."""
    debtor, creditor = (names.get(party, party) for party in (due.from_party, due.to_party))
    parts = [words.say("suggest.due", debtor=debtor, creditor=creditor, days=due.unit_days)]
    if due.days is not None:
        parts.append(words.say("suggest.due-units", units=due.units, count=due.days))
    if due.value_usd is not None:
        parts.append(words.say("suggest.due-worth", usd=round(due.value_usd)))
    return "".join([*parts, words.say("suggest.due-end")])


def certain_sentences(found: Suggestions, *, words: Words) -> list[str]:
    """Return what holds for all exchanges that are not on the list."""
    told = []
    if found.possible is not None:
        told.append(words.say("suggest.possible", most=found.possible))
    if found.unsettled:
        told.append(words.say("suggest.unsettled", count=found.unsettled, most=found.unsettled_most))
    else:
        told.append(words.say("suggest.settled"))
    if len(found.items) > 1:
        told.append(words.say("suggest.alternatives"))
    return told


def suggestion_table(found: Suggestions) -> list[tuple[str, ...]]:
    """Return the suggestions as rows of text, the header first."""
    text = as_text(found.table)
    return [tuple(text.columns), *[tuple(cell or "" for cell in row) for row in text.rows()]]
