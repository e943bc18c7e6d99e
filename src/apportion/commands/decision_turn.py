"""One try of an act on a log as it is read: what it comes to by the rules, and what is kept where one refuses it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from apportion.commands import clock
from apportion.commands.decision_facts import Scene, analysis_of, facts_of, look_at
from apportion.commands.decision_log import Known, proposals_by_id
from apportion.commands.decision_rights import sides_of
from apportion.commands.permits import check_act
from apportion.errors import UsageError
from apportion.files.packs import DEFAULT_PACK, load_pack
from apportion.govern import acts
from apportion.govern.conflicts import persons_concerned
from apportion.govern.decision import Step, decide, observe, proceed
from apportion.govern.events import Event, Plain, stamp
from apportion.govern.facts import Analysis, Facts
from apportion.govern.fold import fold
from apportion.govern.packs import Pack
from apportion.govern.refusal import Refusal, Rule
from apportion.govern.state import Case, State
from apportion.model.proposal import Proposal
from apportion.model.world import World

__all__ = ["Made", "MakeActs", "New", "Outcome", "Turn"]

# The acts that are to be done, from the proposal's id and its life so far.
MakeActs: TypeAlias = Callable[[str, Case | None], Sequence[acts.Act]]


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """A proposal as it is put forward.

    Attributes:
        proposal: The proposal.
        pack: What it is decided under.
        keep: Its file, where it is not beside the scenario yet.
    """

    proposal: Proposal
    pack: Pack
    keep: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one turn came to: what is to be added, and where it leaves the proposal."""

    events: tuple[Event, ...]
    state: State
    refusal: Refusal | None
    now: dt.datetime


@dataclass
class Made:
    """Analyses made so far, so that a turn taken again does not assess the same facts again."""

    analyses: dict[tuple[str, str, str], Analysis] = field(default_factory=dict)

    def analysis(self, scene: Scene, facts: Facts, *, pack: Pack, today: dt.date) -> Analysis:
        """Return the analysis of the present facts."""
        key = (facts.material, facts.proposal, pack.digest)
        if key not in self.analyses:
            self.analyses[key] = analysis_of(scene, pack=pack, today=today)
        return self.analyses[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One try of an act on a log as it is read."""

    files: World
    known: Known
    by: str
    new: New | None
    made: Made

    def take(self, name: str, *, make: MakeActs) -> Outcome:
        """Return what the acts come to; where one is refused, what time and files did, and the attempt."""
        state, now = self.known.state, clock.now()
        case = state.cases.get(name)
        if case is None and self.new is None:
            raise UsageError(
                f"Nobody has put the proposal {name!r} forward.",
                fix=f"Do it with `apportion propose {self.known.source.label} {name} --as PERSON`.",
            )
        proposal = proposals_by_id(self.known.source).get(name)
        if self.new is not None:
            pack, proposal = self.new.pack, self.new.proposal
        else:
            pack = load_pack(DEFAULT_PACK) if case is None else case.pack
        scene, facts = self._look(proposal, case=case, pack=pack, today=now.date())
        if (chosen := self._own_rules(scene)) is not None:
            return Outcome(events=(), state=state, refusal=chosen, now=now)
        events: list[Event] = []
        sides = {*scene.entities, *sides_of(case)}
        for one in make(name, case):
            check_act(one, sides=sides)
            given = facts
            if isinstance(one, acts.Analyse) and scene.proposal is not None:
                analysis = self.made.analysis(scene, facts, pack=pack, today=now.date())
                given = replace(facts, analysis=analysis)
            step = _step(state, one, facts=given, pack=pack, now=now)
            if step.refusal is not None:
                return self._refused(one, refusal=step.refusal, facts=facts, now=now)
            events.extend(step.events)
            state = step.state
        return Outcome(events=tuple(events), state=state, refusal=None, now=now)

    def _look(
        self, proposal: Proposal | None, *, case: Case | None, pack: Pack, today: dt.date
    ) -> tuple[Scene, Facts]:
        scene = look_at(
            self.files, self.known, proposal=proposal, case=case, pack=pack, by=self.by, today=today
        )
        return scene, facts_of(scene, known=self.known, files=self.files)

    def _own_rules(self, scene: Scene) -> Refusal | None:
        """Refuse other rules than the house's to whoever the proposal is about: who sets them, sets the answer (G26).

        By ties alone, however small: the pack itself says which of them are conflicts.
        """
        if self.new is None or self.new.pack.digest == load_pack(DEFAULT_PACK).digest:
            return None
        tied = persons_concerned(scene.graph, entities=scene.entities, span=scene.span)
        if self.by not in {*tied, self.new.proposal.decided_by}:
            return None
        values = {"person": self.by, "proposal": self.new.proposal.id, "pack": self.new.pack.name}
        return Refusal(rule=Rule.SELF_POLICY, key="refusal.own-rules", values=values)

    def _refused(self, one: acts.Act, *, refusal: Refusal, facts: Facts, now: dt.datetime) -> Outcome:
        """Return what is added although an act is refused: what time and files did, and who was shut out of what."""
        name, state = one.proposal, self.known.state
        pack = load_pack(DEFAULT_PACK)
        noted = [] if name not in state.cases else list(observe(state, name, facts=facts, now=now))
        for event in noted:
            state = fold(state, event)
        if (
            refusal.rule is Rule.RECUSAL
            and name in state.cases
            and one.by in _shut_out(state, name, facts=facts)
        ):
            content: dict[str, Plain] = {
                "person": one.by,
                "verb": one.verb,
                "rule": str(refusal.rule),
                "at": stamp(now),
            }
            tried = acts.Attempt(proposal=name, content=content)
            step = proceed(state, tried, facts=facts, pack=pack, now=now)
            noted, state = [*noted, *step.events], step.state
        return Outcome(events=tuple(noted), state=state, refusal=refusal, now=now)


def _step(state: State, one: acts.Act, *, facts: Facts, pack: Pack, now: dt.datetime) -> Step:
    """Return what an act comes to; of a clock that ran out only that, which else is noted before the act itself."""
    if not isinstance(one, acts.Lapse):
        return proceed(state, one, facts=facts, pack=pack, now=now)
    decided = decide(state, one, facts=facts, pack=pack, now=now)
    if isinstance(decided, Refusal):
        return Step(events=(), state=state, refusal=decided)
    for event in decided:
        state = fold(state, event)
    return Step(events=decided, state=state, refusal=None)


def _shut_out(state: State, name: str, *, facts: Facts) -> frozenset[str]:
    return state.cases[name].shut_out | facts.conflicted
