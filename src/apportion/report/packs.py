"""Policy packs in words: which there are, on which days they govern, what each value means and where it stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction

from apportion.govern.packs import Majority, Pack, Sides, Source
from apportion.report.words import DEFAULT_LANGUAGE, Words

_PERCENT, _USD, _MONTHS, _DAYS, _MEMBERS = (
    "packs.unit.percent",
    "packs.unit.usd",
    "packs.unit.months",
    "packs.unit.days",
    "packs.unit.members",
)
# What each value means, and the unit of its number.
_VALUES: Mapping[str, tuple[str, str]] = {
    "interest_percent": ("packs.means.interest-percent", _PERCENT),
    "marks_percent": ("packs.means.marks-percent", _PERCENT),
    "materiality_usd": ("packs.means.materiality-usd", _USD),
    "needs_conflict_below_materiality": ("packs.means.needs-conflict-below-materiality", ""),
    "window_months": ("packs.means.window-months", _MONTHS),
    "is_prior": ("packs.means.is-prior", ""),
    "sides": ("packs.means.sides", ""),
    "majority": ("packs.means.majority", ""),
    "quorum_percent": ("packs.means.quorum-percent", _PERCENT),
    "committee_least": ("packs.means.committee-least", _MEMBERS),
    "board_conflicted_percent": ("packs.means.board-conflicted-percent", _PERCENT),
    "needs_power_to_reject": ("packs.means.needs-power-to-reject", ""),
    "power_to_reject_from_percent": ("packs.means.power-to-reject-from-percent", _PERCENT),
    "memo_from_usd": ("packs.means.memo-from-usd", _USD),
    "emergency_least": ("packs.means.emergency-least", _MEMBERS),
    "emergency_days": ("packs.means.emergency-days", _DAYS),
    "attestation_days": ("packs.means.attestation-days", _DAYS),
    "notice_days": ("packs.means.notice-days", _DAYS),
    "apply_days": ("packs.means.apply-days", _DAYS),
    "person_year_usd": ("packs.means.person-year-usd", _USD),
}
_SIDES = {
    Sides.ALL: "packs.sides.all",
    Sides.OUTSIDE_OWNERS: "packs.sides.outside-owners",
    Sides.LISTED: "packs.sides.listed",
}
_MAJORITIES = {Majority.SERVING: "packs.majority.serving", Majority.CAST: "packs.majority.cast"}
# What no value stands for; elsewhere: never.
_NONE = {"power_to_reject_from_percent": "packs.every-deal"}


def number_words(value: Fraction, *, words: Words) -> str:
    """Return a number exactly: with decimals where they end, else whole and a fraction.

    >>> number_words(Fraction(100, 3), words=Words.load("en"))
    '33 1/3'
    """
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest == 1:
        return words.text_of(value)
    whole, part = divmod(value, 1)
    return f"{words.text_of(whole)} {part}" if whole else str(part)


def governed_words(pack: Pack, *, words: Words) -> str:
    """Return the days on which a pack governs."""
    if pack.from_on is None:
        return (
            words.say("packs.ever")
            if pack.until_on is None
            else words.say("packs.before", until=pack.until_on)
        )
    if pack.until_on is None:
        return words.say("packs.since", first=pack.from_on)
    return words.say("packs.between", first=pack.from_on, until=pack.until_on)


def packs_table(packs: Sequence[Pack], *, words: Words) -> list[tuple[str, ...]]:
    """Return a line for each pack under a header."""
    head = (
        "packs.head.pack",
        "packs.head.version",
        "packs.head.days",
        "packs.head.title",
    )
    rows = [(one.id, str(one.version), governed_words(one, words=words), one.title) for one in packs]
    return [tuple(words.say(key) for key in head), *rows]


def packs_sentences(packs: Sequence[Pack], *, default: str, on: dt.date | None, words: Words) -> list[str]:
    """Return which pack governs where none is named, which did not govern on a day, and that none is legal advice."""
    missing = [one for one in packs if on is not None and not one.governs(on)]
    return [
        words.say("packs.default", pack=default),
        *(not_in_force(one, on=on, words=words) for one in missing if on is not None),
        words.say("packs.disclaimer"),
    ]


def not_in_force(pack: Pack, *, on: dt.date, words: Words) -> str:
    """Return the sentence that a pack does not govern on a day, with what its days do not say."""
    days = governed_words(pack, words=words)
    told = words.say("packs.not-in-force", pack=pack.name, day=on, days=days)
    return words.together([told, *([pack.note] if pack.note else [])])


def value_words(pack: Pack, name: str, *, words: Words) -> str:
    """Return what a value of a pack holds, with its unit."""
    value, unit = getattr(pack, name), _VALUES[name][1]
    if value is None:
        return words.say(_NONE.get(name, "packs.never"))
    if isinstance(value, bool):
        return words.say("packs.yes" if value else "packs.no")
    if isinstance(value, Sides):
        return words.say(_SIDES[value])
    if isinstance(value, Majority):
        return words.say(_MAJORITIES[value])
    numbers = value if isinstance(value, tuple) else (value,)
    told = words.listed([number_words(Fraction(one), words=words) for one in numbers])
    return words.say(unit, value=told)


def pack_table(pack: Pack, *, words: Words) -> list[tuple[str, ...]]:
    """Return a line for each value of a pack under a header: its name, what it holds, what it means, and on what."""
    head = ("packs.head.value", "packs.head.holds", "packs.head.means", "packs.head.source")
    rows = [
        (
            name,
            value_words(pack, name, words=words),
            words.say(key),
            words.listed([one.title for one in pack.sources_of(name)]) or words.say("packs.no-source"),
        )
        for name, (key, _) in _VALUES.items()
    ]
    return [tuple(words.say(key) for key in head), *rows]


def pack_sentences(pack: Pack, *, on: dt.date | None, words: Words) -> list[str]:
    """Return what a pack is, whether it governs on a day, its sources, and that it is no legal advice."""
    days = governed_words(pack, words=words)
    told = [words.say("packs.governs", pack=pack.name, title=pack.title, days=days)]
    if on is not None and pack.governs(on):
        told.append(words.say("packs.in-force", day=on))
    if on is not None and not pack.governs(on):
        told.append(not_in_force(pack, on=on, words=words))
    elif pack.note:
        told.append(pack.note)
    return [
        *told,
        *(source_sentence(one, words=words) for one in pack.sources),
        *_disclaimers(pack, words=words),
    ]


def _disclaimers(pack: Pack, *, words: Words) -> list[str]:
    """Return that it is no legal advice, in the language asked for, and what else the pack says of that itself."""
    ours = words.say("packs.disclaimer")
    is_ours = pack.disclaimer == Words.load(DEFAULT_LANGUAGE).say("packs.disclaimer")
    return [ours] if is_ours else [pack.disclaimer, ours]


def source_sentence(source: Source, *, words: Words) -> str:
    """Return a source: its name, where it stands, what it says, and whether its text was not read."""
    named = words.say("joint.named", name=source.title, note=source.where)
    says = [source.says, *([] if source.is_verified else [words.say("packs.not-verified")])]
    return words.say("joint.titled", title=named, text=words.together(says))


def pack_json(pack: Pack, *, on: dt.date | None) -> dict[str, object]:
    """Return a pack as plain values with its digest, and whether it governs on a day."""
    held = {**pack.as_json(), "digest": pack.digest}
    return held if on is None else {**held, "on": on.isoformat(), "governs": pack.governs(on)}
