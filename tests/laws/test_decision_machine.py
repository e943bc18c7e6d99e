"""No way leads to a conflicted change that is applied without its approvals: random worlds, random and hostile acts.

The acts go to the rules; what went through is remembered beside them by an oracle of its own
(``decision_oracle.py``), which is asked at every application, and at every refusal that speaks of an approval.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from apportion.govern import acts
from apportion.govern.acts import Act, Choice
from apportion.govern.decision import Broken, proceed, replay
from apportion.govern.events import SYSTEM, Event, Plain, stamp
from apportion.govern.facts import Analysis, Entity, Facts, Loser, Obligation, Seat, plain
from apportion.govern.interests import Tie
from apportion.govern.packs import Majority, Pack, Sides
from apportion.govern.refusal import Rule
from apportion.govern.state import Case, State, Status
from apportion.govern.stored import act_values, read_act
from tests.governed import ALPHA, BETA, EFFECT, START, make_dealing, make_pack, money, strict
from tests.laws.decision_oracle import Done, Memory

SIDES = (ALPHA, BETA)
PERSONS = ("ada", "bo", "cy", "di", "ed", "flo", "gus", "hal")
EVERYBODY = (*PERSONS, "clerk", "adviser")
PACKS = (
    strict(),
    make_pack(memo_from_usd=None, committee_least=2),
    make_pack(memo_from_usd=None, majority=Majority.CAST, quorum_percent=Fraction(60), is_prior=False),
    make_pack(memo_from_usd=None, sides=Sides.LISTED, needs_power_to_reject=False),
    make_pack(
        memo_from_usd=None,
        sides=Sides.ALL,
        materiality_usd=Fraction(120_000),
        needs_conflict_below_materiality=False,
    ),
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

person = st.sampled_from(EVERYBODY)
side = st.sampled_from(SIDES)
choice = st.sampled_from([Choice.YES, Choice.YES, Choice.NO, Choice.ABSTAIN])
which = st.integers(0, 9)
values = st.sampled_from([None, 1, 30_000, 30_000, 5_000_000])
few = st.sets(st.sampled_from(PERSONS), max_size=2)
coin = st.booleans()


@dataclass
class Files:
    """The present files: who sits where, who is tied to whom, and how often they were edited."""

    seats: dict[tuple[str, str], dt.date | None] = field(default_factory=dict)
    officers: set[tuple[str, str]] = field(default_factory=set)
    edits: int = 0

    def ties(self) -> list[tuple[str, str, str, dt.date | None]]:
        """Return every tie: who, to whom, as what, until when."""
        listed = [(who, of, "director", until) for (who, of), until in self.seats.items()]
        return sorted([*listed, *((who, of, "officer", None) for who, of in self.officers)], key=str)

    def conflicted(self, today: dt.date) -> frozenset[str]:
        """Return who is tied to both sides today or later, by these files alone."""
        tied = {(who, of) for who, of, _, until in self.ties() if until is None or until > today}
        return frozenset(who for who in PERSONS if all((who, of) in tied for of in SIDES))


class Decisions(RuleBasedStateMachine):
    """One log, and everybody at it."""

    def __init__(self) -> None:
        super().__init__()
        self.files = Files()
        self.past: list[Files] = []
        self.state = State()
        self.events: list[Event] = []
        self.memory = Memory()
        self.now = START
        self.analyses: dict[str, Analysis] = {}
        # Ties that an analysis froze: who, to whom, as what, until when, last seen active.
        self.frozen: list[tuple[str, str, str, dt.date | None, dt.date]] = []

    @initialize(
        # Boards of up to five that may share one member; beta's may be empty.
        boards=st.tuples(
            st.sets(st.sampled_from(PERSONS[:5]), min_size=1), st.sets(st.sampled_from(PERSONS[4:]))
        ),
        officers=st.sets(st.tuples(st.sampled_from(PERSONS), side), max_size=4),
        pack=st.sampled_from(PACKS),
        value=values,
    )
    def begin(
        self,
        *,
        boards: tuple[set[str], set[str]],
        officers: set[tuple[str, str]],
        pack: Pack,
        value: int | None,
    ) -> None:
        """Draw boards, which may overlap, and officers, who may sit on the other board."""
        COUNTS["runs"] += 1
        self.files.seats = {(who, of): None for of, board in zip(SIDES, boards, strict=True) for who in board}
        self.files.officers = set(officers)
        self.puts("bo", pack=pack, value=value)

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
            if isinstance(act, acts.Apply) and step.refusal.key in ABOUT_APPROVAL:
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

    # Acts.

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
        worth = None if value is None else money(value)
        rows = [
            tie_row(who, of, role=role, until=until, seen_on=effective_on)
            for who, of, role, until in self.files.ties()
        ]
        self.analyses[name] = Analysis(
            material=f"facts-{self.files.edits}",
            proposal=f"of-{name}",
            policy_result="plan",
            assessment="assessment",
            effective_on=effective_on,
            decided_by=None,
            entities=(
                Entity(id=ALPHA, has_outside_owners=True, is_listed=True),
                Entity(id=BETA, has_outside_owners=True, is_listed=False),
            ),
            seats=tuple(
                Seat(entity=of, person=who, until_on=until) for (who, of), until in self.files.seats.items()
            ),
            ties=tuple(rows),
            conflicted=self.files.conflicted(today) if is_honest else frozenset(),
            dealings=(make_dealing(999, value=worth, on=EFFECT),),
            value=worth,
            losers=(Loser(party=ALPHA, units=999, delay_days=None, quota_units=None),),
            obligations=(
                (
                    Obligation(
                        id="back", debtor=BETA, creditor=ALPHA, sku="h100", units=returns, due_on=EFFECT
                    ),
                )
                if returns
                else ()
            ),
        )

    @precondition(lambda self: len(self.state.cases) < 6)
    @rule(
        by=person,
        pack=st.sampled_from(PACKS),
        value=values,
        is_honest=coin,
        returns=st.sampled_from([0, 0, 999]),
    )
    def puts_forward(self, *, by: str, pack: Pack, value: int | None, is_honest: bool, returns: int) -> None:
        """Put a change forward, or another slice of one."""
        self.puts(by, pack=pack, value=value, is_honest=is_honest, returns=returns)

    def puts(
        self, by: str, *, pack: Pack, value: int | None, is_honest: bool = False, returns: int = 0
    ) -> None:
        """Put a change forward and analyse it."""
        name = f"p{len(self.state.cases)}"
        self.do(acts.Propose(by=by, proposal=name), pack=pack)
        self.look(name, value=value, is_honest=is_honest, returns=returns)
        self.do(acts.Analyse(proposal=name))

    @precondition(lambda self: bool(self.state.cases))
    @rule(number=which, by=st.sampled_from([SYSTEM, *EVERYBODY]), is_honest=coin)
    def analyses_again(self, *, number: int, by: str, is_honest: bool) -> None:
        """Freeze the facts again."""
        name = self.name(number)
        self.look(name, value=30_000, is_honest=is_honest, returns=0)
        self.do(acts.Analyse(by=by, proposal=name))

    @precondition(lambda self: bool(self.state.cases))
    @rule(number=which, by=person, kind=st.integers(0, 9), text=st.sampled_from(["Because.", " "]))
    def does(self, *, number: int, by: str, kind: int, text: str) -> None:
        """Do one of the acts that need no more than a name, whoever it is."""
        case = self.case(number)
        name = case.proposal
        every: tuple[Act, ...] = (
            acts.Disclose(by=by, proposal=name),
            acts.Acknowledge(by=by, proposal=name, digest=case.digest if text.strip() else "0" * 64),
            acts.Attest(by=by, proposal=name),
            acts.Statement(by=by, proposal=name, text=text),
            acts.Recuse(by=by, proposal=name),
            acts.Withdraw(by=by, proposal=name),
            acts.SendNotice(by=by, proposal=name, party=ALPHA),
            acts.Settle(by=by, proposal=name, obligation="back", units=500),
            acts.Close(by=by, proposal=name),
            acts.Override(by=by, proposal=name, code="x", text=text, winner=BETA, loser=ALPHA, delta_units=9),
        )
        self.do(every[kind])

    @precondition(lambda self: bool(self.state.cases))
    @rule(number=which, by=person, emergency=coin, has_policy=coin)
    def reviews(self, *, number: int, by: str, emergency: bool, has_policy: bool) -> None:
        """Write a memo and open the review, whoever it is."""
        name = self.name(number)
        ways = ("bridge", acts.POLICY_RESULT) if has_policy else ("bridge",)
        self.do(acts.Memo(by=by, proposal=name, text="Both.", alternatives=ways))
        self.do(acts.OpenReview(by=by, proposal=name, emergency=emergency, reason="Floods."))

    @precondition(lambda self: bool(self.state.cases))
    @rule(number=which, by=person, of=side, members=st.lists(person, max_size=3), power=coin, own=coin)
    def convenes(self, *, number: int, by: str, of: str, members: list[str], power: bool, own: bool) -> None:
        """Form a committee of whomever, found disinterested by whomever."""
        act = acts.Convene(
            by=by,
            proposal=self.name(number),
            side=of,
            members=tuple(members),
            found_disinterested_by=by if own else "clerk",
            finding="No tie.",
            may_negotiate=True,
            may_reject=power,
        )
        self.do(act)

    @precondition(lambda self: bool(self.state.cases))
    @rule(number=which, by=person, of=side, says=choice)
    def votes(self, *, number: int, by: str, of: str, says: Choice) -> None:
        """Vote, whoever it is and wherever they sit."""
        self.do(acts.Vote(by=by, proposal=self.name(number), side=of, choice=says))

    @precondition(lambda self: bool(self.state.cases))
    @rule(number=which, by=person, text=st.sampled_from(["Power is late.", "Power is late.", ""]))
    def applies_now(self, *, number: int, by: str, text: str) -> None:
        """Carry out, whoever it is and wherever it stands."""
        self.do(acts.Apply(by=by, proposal=self.name(number), code="swap", text=text, late_reason="Late."))

    @precondition(lambda self: bool(self.state.cases))
    @rule(number=which, by=person, pack=st.sampled_from(PACKS))
    def changes_rules(self, *, number: int, by: str, pack: Pack) -> None:
        """Put a proposal under other rules."""
        self.do(acts.ChangePack(by=by, proposal=self.name(number), pack=pack))

    @precondition(lambda self: bool(self.state.cases))
    @rule(
        number=which,
        silent=few,
        against=few,
        emergency=st.sampled_from([False, False, True]),
        steps=st.integers(1, 6),
    )
    def goes_on(
        self, *, number: int, silent: set[str], against: set[str], emergency: bool, steps: int
    ) -> None:
        """Take a proposal some steps along its usual way, with whoever dissents or says nothing."""
        self.goes(self.name(number), silent=silent, against=against, emergency=emergency, steps=steps)

    @precondition(lambda self: bool(self.state.cases))
    @rule(number=which, silent=few, against=few)
    def goes_all_the_way(self, *, number: int, silent: set[str], against: set[str]) -> None:
        """Take a proposal as far as its usual way leads."""
        self.goes(self.name(number), silent=silent, against=against, emergency=False, steps=9)

    def goes(self, name: str, *, silent: set[str], against: set[str], emergency: bool, steps: int) -> None:
        """Do what comes next, so many times."""
        for _ in range(steps):
            if not self.next_step(name, silent=silent, against=against, emergency=emergency):
                return

    def next_step(self, name: str, *, silent: set[str], against: set[str], emergency: bool) -> bool:
        """Do what comes next; return whether anything did."""
        status = self.state.cases[name].status
        if status is Status.DRAFT:
            before = self.analyses.get(name)
            # Facts that are what they were once are frozen as they were once: nothing else tells the two apart.
            if before is None or before.material != f"facts-{self.files.edits}":
                self.look(name, value=30_000, is_honest=True, returns=0)
            return self.do(acts.Analyse(proposal=name))
        if status is Status.ANALYSED:
            return self.do(acts.Disclose(by="clerk", proposal=name))
        if status is Status.DISCLOSED:
            self.do(
                acts.Memo(by="adviser", proposal=name, text="Both.", alternatives=("b", acts.POLICY_RESULT))
            )
            return self.do(acts.OpenReview(by="clerk", proposal=name, emergency=emergency, reason="Floods."))
        carry = acts.Apply(by="clerk", proposal=name, code="swap", text="Power.", late_reason="Late.")
        if status is Status.UNDER_REVIEW and not self.do(carry):
            self.everybody_votes(name, silent=silent, against=against)
        if status in {Status.UNDER_REVIEW, Status.APPROVED}:
            return self.do(carry)
        return False

    def everybody_votes(self, name: str, *, silent: set[str], against: set[str]) -> None:
        """Let the members of each board vote, after a committee of those left where one is needed."""
        for of in SIDES:
            board = [who for (who, at), _ in self.files.seats.items() if at == of]
            left = tuple(who for who in board if who not in self.state.cases[name].shut_out)
            if len(left) < len(board) / 2:
                self.do(committee(name, of, members=left))
            for who in left:
                if who not in silent:
                    self.do(acts.Acknowledge(by=who, proposal=name, digest=self.state.cases[name].digest))
                    says = Choice.NO if who in against else Choice.YES
                    self.do(acts.Vote(by=who, proposal=name, side=of, choice=says))

    # What happens to the world, and to the log behind everybody's back.

    @rule(who=st.sampled_from(PERSONS), of=side, kind=st.integers(0, 3))
    def edits(self, *, who: str, of: str, kind: int) -> None:
        """Edit the files: a seat given or ended today, a tie added or taken out."""
        self.past.append(replace(self.files, seats=dict(self.files.seats), officers=set(self.files.officers)))
        edits = max(one.edits for one in [*self.past, self.files]) + 1
        self.files = replace(
            self.past[-1], seats=dict(self.files.seats), officers=set(self.files.officers), edits=edits
        )
        if kind == 0:
            self.files.seats[who, of] = None
        elif kind == 1 and (who, of) in self.files.seats:
            self.files.seats[who, of] = self.now.date()
        elif kind == 2:
            self.files.officers.add((who, of))
        else:
            self.files.officers.discard((who, of))

    @precondition(lambda self: bool(self.past))
    @rule(number=which, by=person)
    def undoes(self, *, number: int, by: str) -> None:
        """Let somebody act on the edited files, then put them back as they were before the last edit."""
        if self.state.cases:
            self.do(acts.Attest(by=by, proposal=self.name(number)))
        self.files = self.past.pop()

    @rule(days=st.sampled_from([0, 1, 1, 15, 91, 370]))
    def waits(self, days: int) -> None:
        """Let time pass."""
        self.now += dt.timedelta(days=days)

    @precondition(lambda self: bool(self.state.cases))
    @rule(number=which, by=person)
    def turns_the_clock_back(self, *, number: int, by: str) -> None:
        """Act before the last line of the log."""
        act = acts.Attest(by=by, proposal=self.name(number))
        self.now, now = self.state.last_at or self.now, self.now
        assert not self.do(act, after=dt.timedelta(days=-1))
        self.now = now

    @precondition(lambda self: bool(self.state.cases))
    @rule(number=which, by=person, of=side, is_vote=coin, back=st.sampled_from([0, 0, 5]))
    def forges(self, *, number: int, by: str, of: str, is_vote: bool, back: int) -> None:
        """Append a line to the file that says nobody is conflicted and the facts are as they were."""
        case = self.case(number)
        act: Act = (
            acts.Vote(by=by, proposal=case.proposal, side=of, choice=Choice.YES)
            if is_vote
            else acts.Apply(by=by, proposal=case.proposal, code="swap", text="Power.", late_reason="Late.")
        )
        event = forged(act, case=case, at=self.now - dt.timedelta(minutes=back))
        COUNTS["forged"] += 1
        told = replay([event], after=self.state)
        if isinstance(told, Broken):
            COUNTS[f"forged, found by {told.refusal.rule.value}"] += 1
            if not is_vote and told.refusal.key in ABOUT_APPROVAL:
                assert not self.asked(case.proposal, shown=frozenset(), now=event.time)
            return
        # It is what the rules would have stored: no forgery, if the oracle agrees.
        COUNTS["forged, as the rules would have it"] += 1
        self.hears((event,), pack=None, facts=None, now=event.time)
        self.state, self.now = told, max(self.now, event.time)

    def teardown(self) -> None:
        """Read the whole log again: it has to say the same, and cut short it breaks or says less."""
        assert replay(self.events) == self.state
        COUNTS["events"] += len(self.events)


def committee(name: str, of: str, *, members: tuple[str, ...]) -> acts.Convene:
    """Return the committee that the clerk forms."""
    return acts.Convene(
        by="clerk",
        proposal=name,
        side=of,
        members=members,
        found_disinterested_by="clerk",
        finding="No tie.",
        may_negotiate=True,
        may_reject=True,
    )


def tie_row(who: str, of: str, *, role: str, until: dt.date | None, seen_on: dt.date) -> dict[str, Plain]:
    """Return a tie as an analysis freezes it."""
    row = Tie(holder=who, entity=of, role=role, until_on=until).as_json()
    return {**{key: plain(value) for key, value in row.items()}, "seen_on": seen_on.isoformat()}


def forged(act: Act, *, case: Case, at: dt.datetime) -> Event:
    """Return a line as the rules would store the act if nothing were in its way."""
    frozen = case.frozen
    seen: dict[str, Plain] = {
        "material": frozen.material if frozen else "facts",
        "proposal": frozen.proposal if frozen else "of",
        "conflicted": [],
        "pack": case.pack.name,
    }
    body: dict[str, Plain] = {"act": act_values(act), "seen": seen}
    if isinstance(act, acts.Apply):
        moved = frozen.dealings if frozen else ()
        body["approved_at"] = None if case.approved_at is None else stamp(case.approved_at)
        body["overrides"] = [
            {"winner": one.taker, "loser": one.giver, "sku": one.sku, "units": one.units} for one in moved
        ]
    return Event(at=stamp(at), by=act.by, verb=act.verb, proposal=act.proposal, body=body)


def test_nothing_conflicted_is_applied_without_its_approvals(
    record_property: Callable[[str, object], None],
) -> None:
    COUNTS.clear()
    run_state_machine_as_test(Decisions, settings=settings(stateful_step_count=40))
    told = ", ".join(f"{name}: {count}" for name, count in sorted(COUNTS.items()))
    record_property("told", f"decision machine: {told}")
    refused = {rule for rule in Rule if COUNTS[f"refused {rule.value}"]}
    # A machine that reaches nothing holds nothing.
    assert COUNTS["applied, conflicted"] > 0, told
    assert COUNTS["forged"] > 0, told
    assert {Rule.RECUSAL, Rule.DISCLOSURE, Rule.PRIOR, Rule.ELIGIBLE} <= refused, told
