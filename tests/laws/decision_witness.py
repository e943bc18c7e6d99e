"""A log whose every act an oracle hears of: what went through, and what it would have said of what did not."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from hypothesis.stateful import (
    RuleBasedStateMachine,
)

from apportion.govern import acts
from apportion.govern.acts import Act
from apportion.govern.decision import proceed, replay
from apportion.govern.events import Event
from apportion.govern.facts import Analysis, Facts
from apportion.govern.packs import Pack
from apportion.govern.state import Case, State
from apportion.govern.stored import read_act
from tests.governed import EFFECT, START, strict
from tests.laws.decision_oracle import Done, Memory
from tests.laws.decision_worlds import (
    PERSONS,
    SIDES,
    Files,
    analysis_of,
)

ABOUT_APPROVAL = {
    "refusal.no-majority",
    "refusal.one-sided",
    "refusal.committee-needed",
    "refusal.forum-small",
    "refusal.advisory",
    "refusal.no-longer-approved",
    "refusal.emergency-forum",
}
COUNTS: Counter[str] = Counter()


class Witnessed(RuleBasedStateMachine):
    """One log, the files beside it, and the oracle."""

    def __init__(self) -> None:
        super().__init__()
        self.files = Files()
        self.past: list[Files] = []
        self.edited = 0
        self.state = State()
        self.events: list[Event] = []
        self.memory = Memory()
        self.now = START
        self.analyses: dict[str, Analysis] = {}
        # Ties that an analysis froze: who, to whom, as what, until when, last seen active.
        self.frozen: list[tuple[str, str, str, dt.date | None, dt.date]] = []

    # What goes through, and what the oracle says of it.

    def facts(self, name: str) -> Facts:
        """Return the present world as the act meets it."""
        return Facts(
            material=f"facts-{self.files.edits}",
            proposal=f"of-{name}",
            conflicted=self.files.conflicted(self.now.date()),
            analysis=self.analyses.get(name),
        )

    def do(
        self, act: Act, *, pack: Pack | None = None, after: dt.timedelta = dt.timedelta(minutes=1)
    ) -> bool:
        """Try an act; return whether it went through."""
        moment = self.now + after
        facts = self.facts(act.proposal)
        step = proceed(self.state, act, facts=facts, pack=pack or strict(), now=moment)
        assert replay(step.events, after=self.state) == step.state
        assert after >= dt.timedelta(0) or not step.events, "a log ran backwards"
        may = self.hears(step.events, pack=pack, facts=facts, now=moment)
        if step.events:
            self.now = moment
        self.state = step.state
        COUNTS["acts"] += 1
        COUNTS[f"act {act.verb}"] += 1
        if step.refusal is not None:
            COUNTS[f"refused {step.refusal.rule.value}"] += 1
            is_told = isinstance(act, acts.Apply) and step.refusal.key in ABOUT_APPROVAL
            if is_told and not self.is_careful(act.proposal):
                assert not may(act.proposal), step.refusal
        return step.refusal is None

    def hears(
        self, events: tuple[Event, ...], *, pack: Pack | None, facts: Facts | None, now: dt.datetime
    ) -> Callable[[str], bool]:
        """Tell the oracle what went through; return how it answers for an act that did not."""
        for event in events:
            act = read_act(event)
            if isinstance(act, acts.Propose):
                assert pack is not None
                self.memory.packs[act.proposal] = pack
            shown = facts.conflicted if facts is not None and act.proposal else frozenset()
            if isinstance(act, acts.Apply):
                self.applies(act, shown=shown, now=event.time)
            analysis = self.analyses[act.proposal] if isinstance(act, acts.Analyse) else None
            if analysis is not None:
                shown |= analysis.conflicted | self.by_register(today=event.time.date())
                self.freezes(analysis)
            if isinstance(act, acts.ChangePack):
                self.memory.packs[act.proposal] = act.pack
            self.memory.note(Done(event.time, act, analysis, shown))
        self.events += events
        return lambda name: self.asked(name, shown=facts.conflicted if facts else frozenset(), now=now)

    def is_careful(self, name: str) -> bool:
        """Return whether the program may ask for approvals that the oracle does not.

        Where only somebody who takes no part is tied by the register, a small change is no conflicted one to it.
        """
        case = self.state.cases[name]
        return not case.conflicted and not case.pack.needs_conflict_below_materiality

    def asked(self, name: str, *, shown: frozenset[str], now: dt.datetime) -> bool:
        """Ask the oracle whether a proposal may be applied, with whom the files show as conflicted now."""
        looked = acts.Statement(by="clerk", proposal=name, text="Looks.")
        seen = replace(self.memory, done=[*self.memory.done, Done(now, looked, None, shown)])
        return seen.may_apply(name, now=now)

    def applies(self, act: acts.Apply, *, shown: frozenset[str], now: dt.datetime) -> None:
        """Hold that what is applied may be: the law of this test."""
        name = act.proposal
        assert self.asked(name, shown=shown, now=now), (name, self.memory.of(name))
        assert act.by not in self.memory.conflicted(name) | shown
        assert not self.memory.is_applied(name)
        assert act.text.strip()
        COUNTS["applied"] += 1
        COUNTS["applied, conflicted"] += bool(self.memory.conflicted(name) | shown)
        COUNTS["applied in an emergency"] += self.state.cases[name].emergency is not None

    def by_register(self, *, today: dt.date) -> frozenset[str]:
        """Return who is tied to both sides by what was frozen before, whatever the files say now."""
        present = {(who, of, role): until for who, of, role, until in self.files.ties()}
        tied = {(who, of) for who, of, _, until in self.files.ties() if until is None or until > today}
        for who, of, role, until, seen_on in self.frozen:
            ends = present.get((who, of, role), dt.date.min)
            if (until is None or until > today) and ends is not None and ends <= seen_on:
                tied.add((who, of))
        return frozenset(who for who in PERSONS if all((who, of) in tied for of in SIDES))

    def freezes(self, analysis: Analysis) -> None:
        """Remember the ties that an analysis froze."""
        self.frozen += [
            (who, of, role, until, analysis.effective_on) for who, of, role, until in self.files.ties()
        ]

    def name(self, number: int) -> str:
        """Return one of the proposals there are, the latest ones more often."""
        names = list(self.state.cases)
        return names[-1 - number % len(names)]

    def case(self, number: int) -> Case:
        """Return where that proposal stands."""
        return self.state.cases[self.name(number)]

    def look(self, name: str, *, value: int | None, is_honest: bool, returns: int) -> None:
        """Make the analysis that the next act freezes; a hostile one names nobody as conflicted."""
        today = self.now.date()
        effective_on = max(EFFECT, today + dt.timedelta(days=1)) if value != 1 else today
        found = analysis_of(self.files, name=name, effective_on=effective_on, value=value, returns=returns)
        conflicted = self.files.conflicted(today) if is_honest else frozenset()
        self.analyses[name] = replace(found, conflicted=conflicted)

    def puts(
        self, by: str, *, pack: Pack, value: int | None, is_honest: bool = False, returns: int = 0
    ) -> None:
        """Put a change forward and analyse it."""
        name = f"p{len(self.state.cases)}"
        self.do(acts.Propose(by=by, proposal=name), pack=pack)
        self.look(name, value=value, is_honest=is_honest, returns=returns)
        self.do(acts.Analyse(proposal=name))
