"""A decision of the past in words: who was conflicted, what each pack asks for, what the facts show of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from apportion.govern.conflicts import Side
from apportion.govern.walk import Answer, Step, Walk
from apportion.report.conflicts import left_sentences, reading_sentences, who_sentences
from apportion.report.others import customers_named
from apportion.report.packs import governed_words
from apportion.report.transfers import shown_usd, total_words
from apportion.report.words import Value, Words
from apportion.version import VERSION

_TOLD = {
    ("decider", Answer.SHOWN): "walk.decider.shown",
    ("decider", Answer.AGAINST): "walk.decider.against",
    ("decider", Answer.MISSING): "walk.decider.missing",
    ("recusal", Answer.SHOWN): "walk.recusal.shown",
    ("recusal", Answer.LATE): "walk.recusal.late",
    ("recusal", Answer.MISSING): "walk.recusal.missing",
    ("interests", Answer.SHOWN): "walk.interests.shown",
    ("interests", Answer.LATE): "walk.interests.late",
    ("interests", Answer.MISSING): "walk.interests.missing",
    ("told", Answer.SHOWN): "walk.told.shown",
    ("told", Answer.LATE): "walk.told.late",
    ("told", Answer.MISSING): "walk.told.missing",
    ("approval", Answer.SHOWN): "walk.approval.shown",
    ("approval", Answer.LATE): "walk.approval.late",
    ("approval", Answer.MISSING): "walk.approval.missing",
    ("memo", Answer.SHOWN): "walk.memo.shown",
    ("memo", Answer.LATE): "walk.memo.late",
    ("memo", Answer.MISSING): "walk.memo.missing",
    ("record", Answer.SHOWN): "walk.record.shown",
    ("record", Answer.MISSING): "walk.record.missing",
    ("compensation", Answer.SHOWN): "walk.compensation.shown",
    ("compensation", Answer.MISSING): "walk.compensation.missing",
    ("notice", Answer.SHOWN): "walk.notice.shown",
    ("notice", Answer.LATE): "walk.notice.late",
    ("notice", Answer.MISSING): "walk.notice.missing",
}
_NEEDED = {
    "decider": "walk.needed.decider",
    "recusal": "walk.needed.recusal",
    "interests": "walk.needed.interests",
    "told": "walk.needed.told",
    "memo": "walk.needed.memo",
    "record": "walk.needed.record",
    "compensation": "walk.needed.compensation",
    "notice": "walk.needed.notice",
}


def walk_sentences(walks: Sequence[Walk], *, words: Words) -> list[str]:
    """Return walks under several packs; of who is conflicted and left, what is the same under all is said once."""
    told: list[str] = []
    for walk in walks:
        who = _who(walk, words=words)
        if not told:
            told += [_lead(walk, words=words), *who]
        told.append(_under(walk, words=words))
        told += [sentence for sentence in who if sentence not in told]
        told += pack_sentences(walk, words=words)
    return [
        *told,
        words.say("walk.not-found"),
        words.say("walk.two-questions"),
        words.say("conflicts.no-advice"),
    ]


def pack_sentences(walk: Walk, *, words: Words) -> list[str]:
    """Return what is at stake, whether the pack holds it, what the facts show, and what would have been needed."""
    needed = [_needed(walk, step, words=words) for step in walk.asked if step.answer is not Answer.SHOWN]
    return [
        _at_stake(walk, words=words),
        _held(walk, words=words),
        *(step_sentence(walk, step, words=words) for step in walk.asked),
        _count(walk, words=words),
        *([words.say("walk.needed.lead")] if needed else []),
        *needed,
    ]


def _lead(walk: Walk, *, words: Words) -> str:
    proposal, names = walk.conflicts.proposal, customers_named(walk.conflicts.world)
    values: dict[str, Value] = {
        "proposal": proposal.id,
        "title": proposal.title or proposal.id,
        "day": walk.decided,
    }
    person = proposal.decided_by
    if not person:
        return words.say("walk.lead-nobody", **values)
    named = words.say("walk.role", person=person, role=names.get(person, person))
    return words.together([words.say("walk.lead", decider=person, **values), named])


def _who(walk: Walk, *, words: Words) -> list[str]:
    found = walk.conflicts
    return [
        *who_sentences(found, words=words),
        *reading_sentences(found, words=words),
        *left_sentences(found, words=words),
    ]


def _under(walk: Walk, *, words: Words) -> str:
    pack = walk.pack
    told = words.say("walk.under", pack=pack.name, title=pack.title)
    if walk.is_in_force:
        return told
    governed = governed_words(pack, words=words)
    return words.together([told, words.say("walk.as-if", days=governed, day=walk.decided)])


def _at_stake(walk: Walk, *, words: Words) -> str:
    total = walk.aggregate
    if total is None:
        return words.say("walk.unrelated")
    usd = total_words(total.total, words=words)
    least = shown_usd(walk.pack.materiality_usd)
    key = "walk.stake.record" if total.is_record else "walk.stake.below"
    return words.say(key, usd=usd, least=least, since=total.since, on=total.on)


def _held(walk: Walk, *, words: Words) -> str:
    if not walk.conflicts.conflicted:
        return words.say("walk.no-conflict")
    if not walk.is_held:
        return words.say("walk.free")
    names = customers_named(walk.conflicts.world)
    sides = [names.get(side.entity, side.entity) for side in walk.sides]
    return words.say("walk.held", sides=words.listed(sides))


def step_sentence(walk: Walk, step: Step, *, words: Words) -> str:
    """Return what the facts show of one thing asked for, with the rule and the events that show it."""
    names = customers_named(walk.conflicts.world)
    told = words.say(
        _TOLD[step.what, step.answer],
        about=_named(walk, step.about, names=names),
        **_values(step, words=words),
    )
    return words.say("walk.step", rule=str(step.rule), told=told)


def _named(walk: Walk, about: str, *, names: Mapping[str, str]) -> str:
    """Return a party by its name, a person as the facts call them."""
    return about if about in walk.conflicts.persons else names.get(about, about)


def _values(step: Step, *, words: Words) -> dict[str, Value]:
    given: dict[str, Value] = dict(step.values)
    if step.on is not None:
        given["day"] = step.on
    given["events"] = words.listed(list(step.events))
    # A sentence with a number of days takes its form by it.
    given.setdefault("count", step.values.get("days", 0))
    return given


def _needed(walk: Walk, step: Step, *, words: Words) -> str:
    about = _named(walk, step.about, names=customers_named(walk.conflicts.world))
    values = _values(step, words=words)
    if step.what == "approval":
        return _approval_needed(walk, step, about=about, words=words)
    return words.say(_NEEDED[step.what], about=about, decided=walk.decided, **values)


def _approval_needed(walk: Walk, step: Step, *, about: str, words: Words) -> str:
    by = words.say("walk.needed.before" if walk.pack.is_prior else "walk.needed.review", day=walk.decided)
    power = words.say("walk.needed.power") if walk.pack.needs_power_to_reject else ""
    bodies = next(_bodies(walk, side) for side in walk.sides if side.entity == step.about)
    if not step.values["members"]:
        told = words.say("walk.needed.approval-unknown", about=about)
    elif bodies:
        told = words.say("walk.needed.approval-body", about=about, bodies=words.listed(bodies))
    elif step.values["needs_committee"]:
        told = words.say(
            "walk.needed.approval-committee", about=about, count=int(step.values["committee_least"])
        )
    else:
        told = words.say(
            "walk.needed.approval-board",
            about=about,
            count=int(step.values["majority"]),
            left=int(step.values["left"]),
        )
    return words.together([told, by, power])


def _bodies(walk: Walk, side: Side) -> list[str]:
    """Return the bodies among who is left on a side: each stands for members whose number is not known."""
    parties = walk.conflicts.world.table("parties")
    kinds = dict(parties.select("party", "kind").iter_rows())
    return [one for one in side.left if kinds.get(one) == "body"]


def _count(walk: Walk, *, words: Words) -> str:
    return words.say(
        "walk.count",
        count=len(walk.asked),
        shown=walk.count(Answer.SHOWN),
        late=walk.count(Answer.LATE),
        against=walk.count(Answer.AGAINST),
        missing=walk.count(Answer.MISSING),
    )


def walk_json(walk: Walk, *, words: Words) -> dict[str, object]:
    """Return a walk as plain values."""
    found = walk.conflicts
    return {
        "scenario": found.world.settings.name,
        "world_digest": found.world.digest,
        "proposal": found.proposal.id,
        "proposal_digest": found.proposal.digest,
        "pack": walk.pack.name,
        "pack_digest": walk.pack.digest,
        "software": VERSION,
        "language": words.language,
        "decided_on": walk.decided.isoformat(),
        "in_force": walk.is_in_force,
        "held": walk.is_held,
        "conflicted": list(found.conflicted),
        "sides": [
            {"entity": side.entity, "left": list(side.left), "conflicted": list(side.conflicted)}
            for side in walk.sides
        ],
        "at_stake": None if walk.aggregate is None else walk.aggregate.as_json(),
        "steps": [step.as_json() for step in walk.steps],
        "sentences": [_under(walk, words=words), *pack_sentences(walk, words=words)],
    }
