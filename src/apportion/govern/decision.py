"""A proposal's life as a pure state machine: may this act be done, and where does every proposal stand.

`decide` checks one act against the rules and gives the event to be stored; `replay` reads stored events and asks
`decide` again about each, with the facts that the event itself and the frozen analyses hold. So a line that was
never decided does not pass, however well it is chained. `proceed` is what a command calls: it notes first what
time and the files did by themselves (`observe`), then decides the act.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from apportion.govern import acts
from apportion.govern.acts import Act
from apportion.govern.events import SYSTEM, Event, Plain, stamp
from apportion.govern.facts import Analysis, Facts, plain
from apportion.govern.fold import fold, overrides_of
from apportion.govern.packs import Pack
from apportion.govern.refusal import Refusal, Rule
from apportion.govern.rules import carrying, forum, opening
from apportion.govern.rules.carrying import is_new_attempt
from apportion.govern.rules.opening import by_program
from apportion.govern.rules.scene import Scene
from apportion.govern.state import Case, State
from apportion.govern.stored import act_values, read_act, read_as


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A log that the rules do not let be.

    Attributes:
        seq: The place of the first event that is refused, counted from 1.
        refusal: Why.
    """

    seq: int
    refusal: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What an act came to.

    Attributes:
        events: What is to be stored, in order; what time and files did is stored even where the act is refused.
        state: Where all stands after them.
        refusal: Why the act is not done; None: it is done.
    """

    events: tuple[Event, ...]
    state: State
    refusal: Refusal | None


def observe(state: State, proposal: str, *, facts: Facts, now: dt.datetime) -> tuple[Event, ...]:
    """Return what is to be noted of a proposal before any act: a clock that ran out, or facts that changed."""
    for act in (acts.Lapse(proposal=proposal), acts.FactsChanged(proposal=proposal)):
        if _refused(state, act, facts=facts, now=now) is None:
            return (_event(state, act, facts=facts, pack=None, now=now),)
    return ()


def decide(
    state: State, act: Act, *, facts: Facts, pack: Pack, now: dt.datetime
) -> tuple[Event, ...] | Refusal:
    """Return the events that an act comes to, or why it is refused; none where it is noted already.

    Args:
        state: Where all stands.
        act: What is to be done.
        facts: The present world.
        pack: The pack for a proposal that is put forward; every other act is decided under the proposal's own.
        now: The moment, with its zone.
    """
    if isinstance(act, acts.Attempt) and not is_new_attempt(state.attempts, act):
        return ()
    refusal = _refused(state, act, facts=facts, now=now) or _unnoted(state, act, facts=facts, now=now)
    return refusal or (_event(state, act, facts=facts, pack=pack, now=now),)


def proceed(state: State, act: Act, *, facts: Facts, pack: Pack, now: dt.datetime) -> Step:
    """Return what an act comes to, after what time and the files did by themselves."""
    noted = observe(state, act.proposal, facts=facts, now=now)
    for event in noted:
        state = fold(state, event)
    decided = decide(state, act, facts=facts, pack=pack, now=now)
    if isinstance(decided, Refusal):
        return Step(events=noted, state=state, refusal=decided)
    for event in decided:
        state = fold(state, event)
    return Step(events=(*noted, *decided), state=state, refusal=None)


def replay(events: Iterable[Event], *, after: State | None = None) -> State | Broken:
    """Return where all stands after stored events, each of them decided again; or the first that is refused.

    Args:
        events: The events, in order.
        after: Where all stood before them; None: they are the whole log.
    """
    state = after or State()
    for seq, event in enumerate(events, start=state.count + 1):
        try:
            refusal = _refuses_stored(state, event)
            if refusal is None:
                state = fold(state, event)
                continue
        except ValueError as problem:
            values = {"found": str(problem)}
            refusal = Refusal(rule=Rule.LOG, key="refusal.no-event", values=values)
        return Broken(seq=seq, refusal=refusal)
    return state


def _refuses_stored(state: State, event: Event) -> Refusal | None:
    """Decide a stored event again on what it says was seen and on what is frozen: it has to come out the same."""
    act = read_act(event)
    facts = _facts_seen(event)
    # Only what is put forward brings a pack of its own; the others carry theirs in the log already.
    pack = read_as(Pack, event.body.get("pack")) if isinstance(act, acts.Propose) else None
    refusal = _refused(state, act, facts=facts, now=event.time)
    refusal = refusal or _unnoted(state, act, facts=facts, now=event.time)
    if refusal is not None:
        return refusal
    is_noted = isinstance(act, acts.Attempt) and not is_new_attempt(state.attempts, act)
    if is_noted or _event(state, act, facts=facts, pack=pack, now=event.time) != event:
        return Refusal(
            rule=Rule.LOG, key="refusal.not-as-decided", values={"verb": event.verb, "person": event.by}
        )
    return None


def _facts_seen(event: Event) -> Facts:
    seen = event.body.get("seen")
    found = event.body.get("analysis")
    bookings = event.body.get("bookings")
    if not isinstance(seen, dict):
        raise ValueError(f"The event does not say what was seen: {seen!r}.")  # noqa: TRY004 - a value of a file
    facts = read_as(Facts, {name: value for name, value in seen.items() if name != "pack"})
    return replace(
        facts,
        analysis=None if found is None else read_as(Analysis, found),
        bookings=bookings if isinstance(bookings, dict) else {},
    )


def _refused(state: State, act: Act, *, facts: Facts, now: dt.datetime) -> Refusal | None:
    """Return the first rule that is in the way of an act."""
    if state.last_at is not None and now < state.last_at:
        values = {"at": stamp(now), "last": stamp(state.last_at)}
        return Refusal(rule=Rule.PRIOR, key="refusal.clock-back", values=values)
    if (claimed := by_program(act)) is not None:
        return claimed
    case = state.cases.get(act.proposal)
    if isinstance(act, acts.Propose):
        return _unproposable(case, act, facts=facts)
    if isinstance(act, acts.Attest | acts.Attempt):
        return None
    if case is None:
        return Refusal(rule=Rule.LOG, key="refusal.no-such-proposal", values={"proposal": act.proposal})
    case = case.seen_with(facts.conflicted, by=act.by)
    seen_state = replace(state, cases={**state.cases, case.proposal: case})
    return RULES[act.verb](Scene(state=seen_state, case=case, facts=facts, now=now), act)


def _unproposable(case: Case | None, act: acts.Propose, *, facts: Facts) -> Refusal | None:
    values = {"proposal": act.proposal}
    if case is not None:
        # One name is one life: what was decided under it stays to be read.
        return Refusal(rule=Rule.LOG, key="refusal.proposed-already", values=values)
    if not (act.proposal and facts.proposal):
        return Refusal(rule=Rule.LOG, key="refusal.no-such-proposal", values=values)
    return None


def _unnoted(state: State, act: Act, *, facts: Facts, now: dt.datetime) -> Refusal | None:
    """Refuse an act before it is noted what time and files did: it would stand on facts that are no more (G13)."""
    if act.by == SYSTEM or not observe(state, act.proposal, facts=facts, now=now):
        return None
    return Refusal(rule=Rule.DISCLOSURE, key="refusal.unnoted", values={"proposal": act.proposal})


def _event(state: State, act: Act, *, facts: Facts, pack: Pack | None, now: dt.datetime) -> Event:
    case = state.cases.get(act.proposal)
    under = pack if isinstance(act, acts.Propose) else None if case is None else case.pack
    seen: dict[str, Plain] = {
        "material": facts.material,
        "proposal": facts.proposal,
        "conflicted": plain(facts.conflicted),
        "pack": "" if under is None else under.name,
    }
    body: dict[str, Plain] = {"act": act_values(act), "seen": seen}
    if state.count == 0:
        body["bookings"] = plain(facts.bookings)
    if isinstance(act, acts.Propose):
        body["pack"] = plain(pack)
    if isinstance(act, acts.Analyse):
        body["analysis"] = plain(facts.analysis)
    if isinstance(act, acts.Apply) and case is not None:
        moved = overrides_of(case, act, at=now)
        body["approved_at"] = None if case.approved_at is None else stamp(case.approved_at)
        body["overrides"] = [
            {"winner": one.winner, "loser": one.loser, "sku": one.sku, "units": one.delta_units}
            for one in moved
        ]
    return Event(at=stamp(now), by=act.by, verb=act.verb, proposal=act.proposal, body=body)


RULES: Mapping[str, Callable[[Scene, Any], Refusal | None]] = {
    "analyse": opening.analyse,
    "disclose": opening.disclose,
    "acknowledge": opening.acknowledge,
    "convene": forum.convene,
    "open-review": forum.open_review,
    "memo": forum.memo,
    "state": opening.statement,
    "recuse": opening.recuse,
    "vote": forum.vote,
    "withdraw": opening.withdraw,
    "apply": carrying.apply,
    "facts-changed": opening.facts_changed,
    "lapse": carrying.lapse,
    "change-pack": opening.change_pack,
    "settle": carrying.settle,
    "notice": carrying.send_notice,
    "override": carrying.override,
    "close": carrying.close,
}
