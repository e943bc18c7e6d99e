"""A decision log to act on: two companies, their boards, one proposal, and a clock that the test moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from typing import Any

from apportion.files.packs import load_pack
from apportion.govern import acts
from apportion.govern.acts import Act, Choice
from apportion.govern.decision import Broken, proceed, replay
from apportion.govern.events import Event
from apportion.govern.facts import Analysis, Dealing, Entity, Facts, Loser, Obligation, Seat, Value
from apportion.govern.interests import Share, Tie
from apportion.govern.packs import Pack
from apportion.govern.refusal import Refusal, Rule
from apportion.govern.state import Case, State, Status

ALPHA, BETA = "alpha", "beta"
NAME = "swap"
START = dt.datetime(2023, 12, 1, 9, tzinfo=dt.UTC)
EFFECT = dt.date(2024, 1, 15)
DEAR = Value(low=Fraction(4_000_000), plain=Fraction(5_000_000), high=Fraction(6_000_000))
CHEAP = Value(low=Fraction(100), plain=Fraction(100), high=Fraction(100))


@cache
def strict() -> Pack:
    """Return the strictest pack that comes with apportion."""
    return load_pack("house-strict")


def make_pack(**values: Any) -> Pack:  # noqa: ANN401 - any field of a pack
    """Return the strictest pack with other values, under a name of its own."""
    return replace(strict(), id="of-a-test", **values)


def money(usd: int) -> Value:
    """Return a value that is the same under every reading."""
    return Value(low=Fraction(usd), plain=Fraction(usd), high=Fraction(usd))


def board(entity: str, *, count: int, until_on: dt.date | None = None) -> tuple[Seat, ...]:
    """Return the seats of an entity's first directors, e.g. ``alpha-1``."""
    return tuple(
        Seat(entity=entity, person=f"{entity}-{number}", until_on=until_on) for number in range(1, count + 1)
    )


def tie(
    holder: str, entity: str, *, role: str = "officer", percent: int | None = None
) -> Mapping[str, object]:
    """Return a tie as an analysis freezes it."""
    share = (
        None
        if percent is None
        else Share(low=Fraction(percent), plain=Fraction(percent), high=Fraction(percent))
    )
    return {
        **Tie(holder=holder, entity=entity, role=role, share=share).as_json(),
        "seen_on": EFFECT.isoformat(),
    }


def make_dealing(
    units: int = 12_000,
    *,
    giver: str = ALPHA,
    sku: str = "h100",
    value: Value | None = DEAR,
    on: dt.date = EFFECT,
) -> Dealing:
    """Return units that pass between the two."""
    taker = BETA if giver == ALPHA else ALPHA
    return Dealing(giver=giver, taker=taker, sku=sku, units=units, value=value, on=on)


def make_analysis(**values: Any) -> Analysis:  # noqa: ANN401 - any field of an analysis
    """Return an analysis of a swap between alpha, with a board of five, and beta, with one of three."""
    found = Analysis(
        material="facts-1",
        proposal="proposal-1",
        policy_result="plan-1",
        assessment="assessment-1",
        effective_on=EFFECT,
        decided_by=None,
        entities=(
            Entity(id=ALPHA, has_outside_owners=True, is_listed=True),
            Entity(id=BETA, has_outside_owners=True, is_listed=False),
        ),
        seats=(*board(ALPHA, count=5), *board(BETA, count=3)),
        ties=(),
        conflicted=frozenset({"founder"}),
        dealings=(make_dealing(),),
        value=DEAR,
        losers=(Loser(party=ALPHA, units=12_000, delay_days=150, quota_units=3_000),),
    )
    return replace(found, **values)


def owed(units: int = 12_000, *, due_on: dt.date | None = dt.date(2024, 6, 15)) -> Obligation:
    """Return units that come back to alpha."""
    return Obligation(id="return", debtor=BETA, creditor=ALPHA, sku="h100", units=units, due_on=due_on)


@dataclass
class Log:
    """A log, and the present world beside it. What an act stores is decided again: it has to say the same."""

    analysis: Analysis = field(default_factory=make_analysis)
    pack: Pack = field(default_factory=strict)
    name: str = NAME
    now: dt.datetime = START
    events: list[Event] = field(default_factory=list)
    state: State = field(default_factory=State)
    material: str = "facts-1"
    conflicted: frozenset[str] = frozenset()

    @property
    def case(self) -> Case:
        """Return the proposal's life."""
        return self.state.cases[self.name]

    def stands(self, status: Status) -> bool:
        """Return whether the proposal stands so."""
        return self.case.status is status

    def facts(self) -> Facts:
        """Return the present world."""
        return Facts(
            material=self.material,
            proposal=self.analysis.proposal,
            conflicted=self.conflicted,
            analysis=self.analysis,
            bookings={"lot": {"reserved_for": "order"}},
        )

    def do(self, act: Act, *, hours: int = 1) -> Refusal | None:
        """Do an act an hour later; return why not."""
        self.now += dt.timedelta(hours=hours)
        step = proceed(
            self.state, replace(act, proposal=self.name), facts=self.facts(), pack=self.pack, now=self.now
        )
        told = replay(step.events, after=self.state)
        assert told == step.state, told
        self.events += step.events
        self.state = step.state
        return step.refusal

    def ok(self, *every: Act) -> Log:
        """Do acts of which none may be refused."""
        for act in every:
            refusal = self.do(act)
            assert refusal is None, (act, refusal)
        return self

    def refuses(self, act: Act, rule: Rule, *, key: str) -> None:
        """Hold that an act is refused by a rule, and that nothing is stored of it."""
        before = [event for event in self.events if event.by == act.by]
        refusal = self.do(act)
        assert refusal is not None, act
        assert (refusal.rule, refusal.key) == (rule, f"refusal.{key}"), refusal
        assert [event for event in self.events if event.by == act.by] == before

    def wait(self, days: int) -> Log:
        """Let days pass."""
        self.now += dt.timedelta(days=days)
        return self

    def forge(self, event: Event, *, at: int | None = None) -> Broken:
        """Return how a log breaks that holds an event nobody decided."""
        place = len(self.events) if at is None else at
        told = replay([*self.events[:place], event, *self.events[place:]])
        assert isinstance(told, Broken)
        return told

    # The usual way, step by step.

    def proposed(self, by: str = "founder") -> Log:
        """Put forward and analysed."""
        return self.ok(acts.Propose(by=by), acts.Analyse())

    def disclosed(self, by: str = "founder") -> Log:
        """Put forward, analysed and disclosed."""
        return self.proposed(by).ok(acts.Disclose(by=by))

    def opened(self, by: str = "founder", *, clerk: str = "clerk") -> Log:
        """Under review, with a memo by an independent author where the pack asks for one."""
        self.disclosed(by)
        memo = acts.Memo(by="adviser", text="Both plans.", alternatives=(acts.POLICY_RESULT, "rent a bridge"))
        return self.ok(memo, acts.OpenReview(by=clerk))

    def votes(self, side: str, persons: Iterable[str], *, choice: Choice = Choice.YES) -> Log:
        """Acknowledge and vote."""
        for person in persons:
            self.ok(
                acts.Acknowledge(by=person, digest=self.case.digest),
                acts.Vote(by=person, side=side, choice=choice),
            )
        return self

    def approved(self, by: str = "founder") -> Log:
        """Approved by a majority of both boards."""
        self.opened(by)
        return self.votes(ALPHA, ("alpha-1", "alpha-2", "alpha-3")).votes(BETA, ("beta-1", "beta-2"))

    def applied(self, by: str = "founder") -> Log:
        """Approved and carried out."""
        return self.approved(by).ok(apply())


def apply(
    by: str = "clerk", *, code: str = "swap", text: str = "Power is late.", late_reason: str = ""
) -> acts.Apply:
    """Return the act of carrying out."""
    return acts.Apply(by=by, code=code, text=text, late_reason=late_reason)


def vote(by: str, side: str, *, choice: Choice = Choice.YES, text: str = "") -> acts.Vote:
    """Return a vote."""
    return acts.Vote(by=by, side=side, choice=choice, text=text)


def convene(
    side: str,
    members: tuple[str, ...],
    *,
    by: str = "clerk",
    may_negotiate: bool = True,
    may_reject: bool = True,
) -> acts.Convene:
    """Return the act of forming a committee."""
    return acts.Convene(
        by=by,
        side=side,
        members=members,
        found_disinterested_by=by,
        finding="No tie in the register.",
        may_negotiate=may_negotiate,
        may_reject=may_reject,
    )
