"""Who is conflicted on a proposal, and who is left to decide: a table for a terminal, sentences, and plain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from apportion.govern.conflicts import Side, Stake, Standing
from apportion.govern.inquiry import Conflicts
from apportion.govern.interests import Reading, Tie
from apportion.govern.stakes import Amount, Path
from apportion.model.canonical import as_text
from apportion.report.others import customers_named
from apportion.report.rules import seen_by
from apportion.report.words import Value, Words
from apportion.version import VERSION

READINGS = {
    Reading.LOW: "conflicts.reading.low",
    Reading.PLAIN: "conflicts.reading.plain",
    Reading.HIGH: "conflicts.reading.high",
    Reading.ASKED: "conflicts.reading.asked",
}
_ROLES = {
    "director": "conflicts.role.director",
    "officer": "conflicts.role.officer",
    "controller": "conflicts.role.controller",
    "owner": "conflicts.role.owner",
    "family": "conflicts.role.family",
    "creditor": "conflicts.role.creditor",
    "employee": "conflicts.role.employee",
    "adviser": "conflicts.role.adviser",
}
_HEAD = (
    "conflicts.head.person",
    "conflicts.head.forum",
    "conflicts.head.member",
    "conflicts.head.conflict",
    "conflicts.head.by",
)


def in_reading_order(found: Conflicts) -> list[Standing]:
    """Return the standings, those conflicted on their own side first."""
    first = set(found.conflicted)
    return sorted(found.standings, key=lambda one: (one.person not in first, one.person, one.entity))


def conflict_words(one: Standing, *, words: Words) -> str:
    """Return whether a conflict is present."""
    return words.say("conflicts.present" if one.is_conflicted else "conflicts.absent")


def role_words(role: str, *, words: Words) -> str:
    """Return a role."""
    return words.say(_ROLES[role])


def tie_words(tie: Tie, *, words: Words) -> str:
    """Return an interest as role and share."""
    role, share = role_words(tie.role, words=words), tie.share
    if not tie.is_owner:
        return words.say("conflicts.tie.asked", role=role) if tie.is_claimed else role
    if share is None:
        return words.say("conflicts.tie.share-unknown", role=role)
    if tie.is_claimed:
        return words.say("conflicts.tie.share-asked", role=role, share=share.plain)
    if share.low == share.high:
        return words.say("conflicts.tie.share", role=role, share=share.plain)
    return words.say(
        "conflicts.tie.share-range", role=role, share=share.plain, low=share.low, high=share.high
    )


def tie_days(tie: Tie, *, words: Words) -> str:
    """Return the days of an interest."""
    if tie.from_on is None:
        if tie.until_on is None:
            return words.say("conflicts.tie.always")
        return words.say("conflicts.tie.until", day=tie.until_on)
    if tie.until_on is None:
        return words.say("conflicts.tie.from", day=tie.from_on)
    return words.say("conflicts.tie.between", first=tie.from_on, last=tie.until_on)


def path_words(path: Path, *, names: Mapping[str, str], words: Words) -> str:
    """Return a path from a person on, each step with its interests."""
    told = path.person
    if not path.steps:
        return words.say("conflicts.itself", person=told)
    for step in path.steps:
        ties = [
            words.say(
                "conflicts.tie.plain", what=tie_words(tie, words=words), days=tie_days(tie, words=words)
            )
            for tie in step.ties
        ]
        entity = names.get(step.entity, step.entity)
        after = words.say("conflicts.step", entity=entity, ties=words.say("joint.clauses").join(ties))
        told = words.say("conflicts.arrow", before=told, after=after)
    return told


def percents(values: Iterable[Fraction], *, words: Words) -> str:
    """Return percentages as one list."""
    return words.listed([words.text_of(value) for value in values])


def stake_words(stake: Stake, *, words: Words) -> str:
    """Return a stake under each reading."""
    amounts = stake.amounts
    if len(set(amounts.values())) == 1:
        return _amount_words(amounts[Reading.PLAIN], words=words)
    shown = [one for one in Reading if one is not Reading.ASKED or stake.is_asked]
    return words.listed(
        [
            _amount_words(amounts[one], words=words)
            if amounts[one].percent is None
            else words.say(
                "conflicts.reading.one",
                percent=amounts[one].percent,
                reading=words.say(READINGS[one]),
            )
            for one in shown
        ]
    )


def _amount_words(amount: Amount, *, words: Words) -> str:
    if amount.percent is not None:
        return words.say("conflicts.reading.every", percent=amount.percent)
    if amount.most < Fraction(100):
        return words.say("conflicts.reading.within", most=amount.most)
    return words.say("conflicts.reading.unknown")


def marks_words(stake: Stake, *, marks: Sequence[Fraction], words: Words) -> str:
    """Return at which marks the reading of a stake matters."""
    if not stake.is_known:
        return ""
    matters = stake.matters_at(marks)
    if matters:
        return words.say("conflicts.reading.matters", marks=percents(matters, words=words))
    return words.say("conflicts.reading.matters-nowhere", marks=percents(marks, words=words))


def conflicts_table(found: Conflicts, *, words: Words) -> list[tuple[str, ...]]:
    """Return a line for each person and forum under a header."""
    names = customers_named(found.world)
    rows = [
        (
            one.person,
            names.get(one.entity, one.entity),
            words.say("conflicts.is-member") if one.is_member else "",
            conflict_words(one, words=words),
            words.listed([names.get(stake.entity, stake.entity) for stake in one.conflicting]),
        )
        for one in in_reading_order(found)
    ]
    return [tuple(words.say(key) for key in _HEAD), *rows]


def conflicts_sentences(found: Conflicts, *, words: Words) -> list[str]:
    """Return who is conflicted and by what, what the readings do, who is left, and what was looked at."""
    return [
        lead_sentence(found, words=words),
        *who_sentences(found, words=words),
        *reading_sentences(found, words=words),
        *aside_sentences(found, words=words),
        *disclosure_sentences(found, words=words),
        *left_sentences(found, words=words),
        words.together(seen_by(found.world.view, words=words)),
        words.say("conflicts.no-advice"),
    ]


def lead_sentence(found: Conflicts, *, words: Words) -> str:
    """Return the day and rules tested, and who is on the proposal."""
    names = customers_named(found.world)
    entities = words.listed([names.get(one, one) for one in found.entities])
    told = words.say("conflicts.tested", day=found.day, pack=found.pack.name, entities=entities)
    is_apart = not found.pack.governs(found.day)
    return words.together([told, words.say("conflicts.not-in-force") if is_apart else ""])


def who_sentences(found: Conflicts, *, words: Words) -> list[str]:
    """Return who is conflicted on their own side, in whose forum and by which path."""
    names = customers_named(found.world)
    told = [] if found.conflicted else [words.say("conflicts.nobody")]
    for person in found.conflicted:
        own = [one for one in found.standings if one.person == person and one.is_conflicted]
        forums = words.listed([names.get(one.entity, one.entity) for one in own])
        told.append(words.say("conflicts.person", person=person, forums=forums))
        told += [_by(one, stake, names=names, words=words) for one in own for stake in one.conflicting]
    return told


def _by(one: Standing, stake: Stake, *, names: Mapping[str, str], words: Words) -> str:
    if not stake.paths:
        return stake_sentence(one.person, stake, names=names, words=words)
    sentence = words.say(
        "conflicts.by",
        forum=names.get(one.entity, one.entity),
        person=one.person,
        entity=names.get(stake.entity, stake.entity),
        path=path_words(stake.paths[0], names=names, words=words),
    )
    more = len(stake.paths) - 1
    return words.together([sentence, words.say("conflicts.by-more", count=more) if more else ""])


def stake_sentence(person: str, stake: Stake, *, names: Mapping[str, str], words: Words) -> str:
    """Return what a person holds of an entity under each reading."""
    return words.say(
        "conflicts.stake",
        person=person,
        entity=names.get(stake.entity, stake.entity),
        readings=stake_words(stake, words=words),
    )


def reading_sentences(found: Conflicts, *, words: Words) -> list[str]:
    """Return what the stakes are under each reading, and whether one changes a mark or an answer."""
    names = customers_named(found.world)
    told = [
        words.together(
            [
                stake_sentence(one.person, stake, names=names, words=words),
                marks_words(stake, marks=found.pack.marks_percent, words=words),
            ]
        )
        for one in found.standings
        for stake in one.stakes
        if stake.is_owned
    ]
    depending = [
        words.say(
            "conflicts.depends",
            person=one.person,
            forum=names.get(one.entity, one.entity),
            **{
                key: words.listed(
                    [words.say(READINGS[each]) for each in _told(one) if one.answer(each) is answer]
                )
                for key, answer in (("with", True), ("without", False))
            },
        )
        for one in found.standings
        if one.depends_on_reading
    ]
    return [*dict.fromkeys(told), *(depending or [words.say("conflicts.no-reading")])]


def _told(one: Standing) -> list[Reading]:
    """Return the readings that are told of a standing; what is asked for only where something is."""
    is_asked = any(stake.is_asked for stake in one.stakes)
    return [each for each in Reading if is_asked or each is not Reading.ASKED]


def aside_sentences(found: Conflicts, *, words: Words) -> list[str]:
    """Return who is tied to an entity without a conflict in its forum, and who to none."""
    names = customers_named(found.world)
    tied: dict[str, list[str]] = defaultdict(list)
    for one in found.standings:
        if one.is_tied and not one.is_conflicted:
            tied[one.entity].append(one.person)
    told = [
        words.say("conflicts.own-side", entity=names.get(entity, entity), persons=words.listed(persons))
        for entity, persons in tied.items()
    ]
    untied = [one for one in found.persons if not any(s.is_tied for s in found.standings if s.person == one)]
    return [*told, *([words.say("conflicts.untied", persons=words.listed(untied))] if untied else [])]


def disclosure_sentences(found: Conflicts, *, words: Words) -> list[str]:
    """Return for how long the interests of those conflicted were held before they were disclosed."""
    alike: dict[tuple[object, ...], list[Tie]] = defaultdict(list)
    for tie in found.ties:
        if tie.holder in found.conflicted and not tie.is_claimed:
            alike[tie.holder, tie.entity, tie.from_on, tie.disclosed_on].append(tie)
    return [_disclosed(ties, found=found, words=words) for ties in alike.values()]


def _disclosed(ties: Sequence[Tie], *, found: Conflicts, words: Words) -> str:
    tie, names = ties[0], customers_named(found.world)
    is_disclosed, days = tie.is_disclosed(found.looked_from), tie.days_to_disclosure(found.looked_from)
    values: dict[str, Value] = {
        "person": tie.holder,
        "entity": names.get(tie.entity, tie.entity),
        "roles": words.listed([role_words(one.role, words=words) for one in ties]),
        "day": tie.disclosed_on if is_disclosed and tie.disclosed_on else found.looked_from,
    }
    if is_disclosed and days is not None and tie.from_on is not None:
        return words.say("conflicts.disclosed.late", first=tie.from_on, count=days, **values)
    if is_disclosed:
        return words.say("conflicts.disclosed.undated", **values)
    told = words.say("conflicts.disclosed.unrecorded", **values)
    if days is not None and tie.from_on is not None:
        told = words.say("conflicts.disclosed.never", first=tie.from_on, count=days, **values)
    return words.together([told, _public(ties, found=found, words=words)])


def _public(ties: Sequence[Tie], *, found: Conflicts, words: Words) -> str:
    """Return since when all of some interests could be known by anyone; empty where that is not said."""
    days = [tie.public_on for tie in ties]
    known = [day for day in days if day is not None and day <= found.looked_from]
    return words.say("conflicts.disclosed.public", day=max(known)) if len(known) == len(days) else ""


def left_sentences(found: Conflicts, *, words: Words) -> list[str]:
    """Return who is left to decide on each side."""
    names = customers_named(found.world)
    return [_left(side, name=names.get(side.entity, side.entity), words=words) for side in found.sides]


def _left(side: Side, *, name: str, words: Words) -> str:
    if not side.is_known:
        return words.say("conflicts.left-unknown", entity=name)
    members = words.listed(side.conflicted)
    if not side.left:
        return words.say("conflicts.left-none", entity=name, members=members)
    told = words.say("conflicts.left", entity=name, members=words.listed(side.left))
    also = words.say("conflicts.members-conflicted", entity=name, members=members) if members else ""
    return words.together([told, also])


def conflicts_json(found: Conflicts, *, words: Words) -> Mapping[str, object]:
    """Return all that was found as plain values."""
    return {
        "scenario": found.world.settings.name,
        "world_digest": found.world.digest,
        "proposal": found.proposal.id,
        "proposal_digest": found.proposal.digest,
        "pack": found.pack.name,
        "pack_digest": found.pack.digest,
        "software": VERSION,
        "language": words.language,
        "view": found.world.view.as_json(),
        "day_on": found.day.isoformat(),
        "looked_from_on": found.looked_from.isoformat(),
        "entities": list(found.entities),
        "conflicted": list(found.conflicted),
        "sides": [
            {
                "entity": side.entity,
                "is_known": side.is_known,
                "left": list(side.left),
                "conflicted": list(side.conflicted),
            }
            for side in found.sides
        ],
        "sentences": conflicts_sentences(found, words=words),
        "standings": as_text(found.standings_table).to_dicts(),
        "stakes": as_text(found.stakes).to_dicts(),
        "paths": as_text(found.paths).to_dicts(),
        "register": as_text(found.register).to_dicts(),
        "findings": [finding.as_json() for finding in found.findings],
    }
