"""Everything that moves between related parties, in words: a table for a terminal, sentences, and plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction

from apportion.govern.materiality import Material, PairYear
from apportion.govern.movements import Movements, Proposed
from apportion.govern.transfers import Method, Relation, Transfer, Valued
from apportion.govern.worth import PartName, Total, Worth
from apportion.report.facts import basis_words
from apportion.report.others import customers_named
from apportion.report.packs import governed_words
from apportion.report.rules import seen_by
from apportion.report.words import Words
from apportion.version import VERSION

_KINDS = {
    "people": "transfers.kind.people",
    "compute": "transfers.kind.compute",
    "hall": "transfers.kind.hall",
    "data": "transfers.kind.data",
    "money": "transfers.kind.money",
    "opportunity": "transfers.kind.opportunity",
    "company": "transfers.kind.company",
}
_METHODS = {
    Method.STATED: "transfers.method.stated",
    Method.PERSON_YEARS: "transfers.method.person-years",
    Method.RENT: "transfers.method.rent",
    Method.NO_QUANTITY: "transfers.method.no-quantity",
    Method.NO_END: "transfers.method.no-end",
    Method.NO_PERSON_YEAR: "transfers.method.no-person-year",
    Method.NO_SKU: "transfers.method.no-sku",
    Method.NO_RENT: "transfers.method.no-rent",
    Method.NO_METHOD: "transfers.method.no-method",
}
_MATERIALS = {
    Material.RECORD: "transfers.material.record",
    Material.READING: "transfers.material.reading",
    Material.NOT_VALUED: "transfers.material.not-valued",
    Material.BELOW: "transfers.material.below",
}
_PARTS = {
    PartName.CASH: "transfers.part.cash",
    PartName.SLOT: "transfers.part.slot",
    PartName.BRIDGE: "transfers.part.bridge",
}
_WHOLE_FROM = 1000
_HEAD = (
    "transfers.head.transfer",
    "transfers.head.giver",
    "transfers.head.receiver",
    "transfers.head.kind",
    "transfers.head.on",
    "transfers.head.quantity",
    "transfers.head.worth",
    "transfers.head.method",
    "transfers.head.basis",
    "transfers.head.ties",
    "transfers.head.record",
)


def kind_words(kind: str, *, words: Words) -> str:
    """Return what moved."""
    return words.say(_KINDS[kind])


def worth_words(worth: Worth, *, words: Words) -> str:
    """Return what something is worth in USD, with its range, or that it is not valued."""
    if worth.low is None or worth.plain is None or worth.high is None:
        return words.say("transfers.not-valued")
    low, plain, high = (shown_usd(end) for end in (worth.low, worth.plain, worth.high))
    if low == high:
        return words.text_of(plain)
    return words.say("transfers.range", plain=plain, low=low, high=high)


def shown_usd(usd: Fraction) -> Fraction:
    """Return an amount as it is told: from a thousand on in whole dollars."""
    return Fraction(round(usd)) if usd >= _WHOLE_FROM else usd


def total_words(total: Total, *, words: Words) -> str:
    """Return a sum in USD; where something in it is not valued, that it is the least."""
    if not total.names:
        return words.say("transfers.nothing")
    if not total.is_valued:
        return words.say("transfers.not-valued")
    whole = Worth(low=total.low, plain=total.plain, high=total.high)
    value = worth_words(whole, words=words)
    return words.say("transfers.at-least", value=value) if total.unvalued else value


def method_words(one: Transfer, *, words: Words) -> str:
    """Return how a value was found, or why there is none; after it what the table says of that."""
    told = words.say(_METHODS[one.method])
    return words.say("joint.titled", title=told, text=one.stated_method) if one.stated_method else told


def on_words(one: Transfer, *, words: Words) -> str:
    """Return the day of a transfer, with its end and the range in which it may have been."""
    day = one.on.isoformat()
    if one.until_on is not None:
        day = words.say("transfers.until", on=one.on, until=one.until_on)
    if not one.is_day_uncertain:
        return day
    within = words.say("transfers.within", first=one.earliest, last=one.latest)
    return words.say("joint.named", name=day, note=within)


def ties_words(one: Transfer, *, names: Mapping[str, str], words: Words) -> str:
    """Return who ties the parties of a transfer, or that nobody does as far as is known."""
    if one.relation is Relation.UNRELATED:
        return words.say("transfers.not-related")
    tying = words.listed([names.get(tie, tie) for tie in one.ties])
    return words.say("transfers.possibly", ties=tying) if one.relation is Relation.POSSIBLY else tying


def record_words(found: Movements, name: str, *, words: Words) -> str:
    """Return whether a record is made of something; empty where it is not between related parties."""
    one = found.aggregates.get(name)
    return "" if one is None else words.say(_MATERIALS[one.material])


def transfers_table(found: Movements, *, words: Words) -> list[tuple[str, ...]]:
    """Return a line for each transfer under a header."""
    names = customers_named(found.world)
    rows = [
        (
            one.transfer,
            names.get(one.giver, one.giver),
            names.get(one.receiver, one.receiver),
            kind_words(one.kind, words=words),
            on_words(one, words=words),
            words.say("transfers.not-known") if one.quantity is None else words.text_of(one.quantity),
            worth_words(one.worth, words=words),
            method_words(one, words=words),
            basis_words(one.basis, words=words),
            ties_words(one, names=names, words=words),
            record_words(found, one.transfer, words=words),
        )
        for one in found.transfers
    ]
    return [tuple(words.say(key) for key in _HEAD), *rows]


def movements_sentences(found: Movements, *, words: Words) -> list[str]:
    """Return what the register holds: pair by pair and year by year, proposals, records, and what it rests on."""
    return [
        lead_sentence(found, words=words),
        *(year_sentence(found, one, words=words) for one in found.years),
        *proposal_sentences(found, words=words),
        *record_sentences(found, words=words),
        words.say("transfers.unknown"),
        words.together(seen_by(found.world.view, words=words)),
        words.say("packs.disclaimer"),
    ]


def lead_sentence(found: Movements, *, words: Words) -> str:
    """Return how many transfers there are, how many of them between related parties, and how these are valued."""
    if not found.transfers:
        return words.say("transfers.none")
    related = found.related
    counted = Counter(one.valued for one in related)
    return words.say(
        "transfers.lead",
        count=len(related),
        all=len(found.transfers),
        stated=counted[Valued.STATED],
        imputed=counted[Valued.IMPUTED],
        missing=counted[Valued.NOT_VALUED],
    )


def year_sentence(found: Movements, one: PairYear, *, words: Words) -> str:
    """Return what two parties dealt in a year, both ways apart and together, and what of it is not valued."""
    names = customers_named(found.world)
    first, second = (names.get(party, party) for party in one.pair)
    told = words.say(
        "transfers.year",
        first=first,
        second=second,
        year=str(one.year),
        forth=total_words(one.forth, words=words),
        back=total_words(one.back, words=words),
        together=total_words(one.together, words=words),
    )
    if not one.together.unvalued:
        return told
    missing = words.listed(one.together.unvalued)
    return words.together(
        [told, words.say("transfers.missing", count=len(one.together.unvalued), names=missing)]
    )


def proposal_sentences(found: Movements, *, words: Words) -> list[str]:
    """Return what each proposal has at stake, part by part, and which could not be looked at."""
    told = [_proposal_sentence(found, one, words=words) for one in found.proposed]
    if found.left_out:
        names = words.listed([one.id for one in found.left_out])
        told.append(words.say("transfers.left-out", proposals=names))
    return told


def _proposal_sentence(found: Movements, one: Proposed, *, words: Words) -> str:
    stake = words.say(
        "transfers.stake",
        proposal=one.dealing.name,
        day=one.dealing.on,
        worth=worth_words(one.worth, words=words),
    )
    if not one.ties:
        return words.together(
            [stake, parts_words(one.worth, words=words), words.say("transfers.not-between")]
        )
    names = customers_named(found.world)
    tying = sorted({names.get(tie, tie) for ties in one.ties.values() for tie in ties})
    total = found.aggregates[one.dealing.name].total
    return words.together(
        [
            stake,
            parts_words(one.worth, words=words),
            words.say("transfers.between", ties=words.listed(tying)),
            words.say(
                "transfers.window",
                months=found.pack.window_months,
                total=total_words(total, words=words),
                count=len(total.names),
            ),
        ]
    )


def parts_words(worth: Worth, *, words: Words) -> str:
    """Return the parts of a value at stake."""
    parts = [
        words.say(
            _PARTS[one.name],
            worth=worth_words(Worth(low=one.low, plain=one.plain, high=one.high), words=words),
        )
        for one in worth.parts
    ]
    return words.say("transfers.parts", parts=words.listed(parts))


def record_sentences(found: Movements, *, words: Words) -> list[str]:
    """Return what comes to a record under the pack, what stays below, and what the pack did not govern."""
    pack, told = found.pack, []
    below = [name for name in found.aggregates if name not in found.records]
    if found.records:
        told.append(
            words.say(
                "transfers.records",
                pack=pack.name,
                usd=pack.materiality_usd,
                names=words.listed(found.records),
                count=len(found.records),
            )
        )
    if below:
        told.append(words.say("transfers.below", names=words.listed(below), count=len(below)))
        needs = pack.needs_conflict_below_materiality
        told.append(words.say("transfers.below-needs" if needs else "transfers.below-free", pack=pack.name))
    if found.not_governed:
        days = governed_words(pack, words=words)
        names = words.listed(found.not_governed)
        told.append(words.say("transfers.not-governed", pack=pack.name, days=days, names=names))
        told += [pack.note] if pack.note else []
    return told


def movements_json(found: Movements, *, words: Words) -> Mapping[str, object]:
    """Return all that the register says as plain values."""
    return {
        "scenario": found.world.settings.name,
        "world_digest": found.world.digest,
        "software": VERSION,
        "language": words.language,
        "view": found.world.view.as_json(),
        "pack": found.pack.name,
        "pack_digest": found.pack.digest,
        "sentences": movements_sentences(found, words=words),
        "transfers": _with_records(found, [(one.transfer, one.as_json()) for one in found.transfers]),
        "proposals": _with_records(found, [(one.dealing.name, one.as_json()) for one in found.proposed]),
        "proposals_left_out": [one.id for one in found.left_out],
        "years": [one.as_json() for one in found.years],
        "records": found.records,
        "not_governed": found.not_governed,
    }


def _with_records(found: Movements, rows: Sequence[tuple[str, dict[str, object]]]) -> list[dict[str, object]]:
    """Return rows with what each comes to with earlier ones; of what is not between related parties, nothing."""
    return [
        {**row, "aggregate": found.aggregates[name].as_json() if name in found.aggregates else None}
        for name, row in rows
    ]
