"""No way leads to a conflicted change that is applied without its approvals: random worlds, random and hostile acts.

The acts go to the rules; what went through is remembered beside them by an oracle of its own
(``decision_oracle.py``), which is asked at every application, and at every refusal that speaks of an approval.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from apportion.govern import acts
from apportion.govern.acts import Act, Choice
from apportion.govern.decision import Broken, replay
from apportion.govern.events import SYSTEM
from apportion.govern.packs import Pack
from apportion.govern.refusal import Rule
from apportion.govern.state import Status
from tests.governed import ALPHA, BETA
from tests.laws.decision_witness import ABOUT_APPROVAL, COUNTS, Witnessed
from tests.laws.decision_worlds import (
    EVERYBODY,
    PACKS,
    PERSONS,
    SIDES,
    Way,
    committee,
    forged,
)

person = st.sampled_from(EVERYBODY)
side = st.sampled_from(SIDES)
choice = st.sampled_from([Choice.YES, Choice.YES, Choice.NO, Choice.ABSTAIN])
which = st.integers(0, 9)
values = st.sampled_from([None, 1, 30_000, 30_000, 5_000_000])
coin = st.booleans()


few = st.frozensets(st.sampled_from(PERSONS), max_size=2)
seldom = st.sampled_from([False, False, True])
ways = st.builds(
    Way, silent=few, against=few, emergency=seldom, has_committee=seldom, may_reject=st.booleans()
)


class Decisions(Witnessed):
    """Everybody at one log."""

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

    # Acts.

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
    @rule(number=which, way=ways, steps=st.integers(1, 6))
    def goes_on(self, *, number: int, way: Way, steps: int) -> None:
        """Take a proposal some steps along its usual way, with whoever dissents or says nothing."""
        for _ in range(steps):
            if not self.next_step(self.name(number), way=way):
                return

    @precondition(lambda self: bool(self.state.cases))
    @rule(number=which, way=ways)
    def goes_all_the_way(self, *, number: int, way: Way) -> None:
        """Take a proposal as far as its usual way leads."""
        self.goes_on(number=number, way=way, steps=9)

    def next_step(self, name: str, *, way: Way) -> bool:
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
            both = ("bridge", acts.POLICY_RESULT)
            self.do(acts.Memo(by="adviser", proposal=name, text="Both.", alternatives=both))
            opens = acts.OpenReview(by="clerk", proposal=name, emergency=way.emergency, reason="Floods.")
            return self.do(opens)
        carry = acts.Apply(by="clerk", proposal=name, code="swap", text="Power.", late_reason="Late.")
        if status is Status.UNDER_REVIEW and not self.do(carry):
            # Votes may be left as they are: what is approved and not carried out meets edits that are undone.
            self.everybody_votes(name, way=way)
            return self.state.cases[name].status is Status.APPROVED
        return status is Status.APPROVED and self.do(carry)

    def everybody_votes(self, name: str, *, way: Way) -> None:
        """Let the members of each board vote, after a committee of those left where one is formed."""
        for of in SIDES:
            board = [who for (who, at), _ in self.files.seats.items() if at == of]
            left = tuple(who for who in board if who not in self.state.cases[name].shut_out)
            if way.has_committee or len(left) < len(board) / 2:
                self.do(committee(name, of, members=left, may_reject=way.may_reject))
            for who in left:
                if who not in way.silent:
                    self.do(acts.Acknowledge(by=who, proposal=name, digest=self.state.cases[name].digest))
                    says = Choice.NO if who in way.against else Choice.YES
                    self.do(acts.Vote(by=who, proposal=name, side=of, choice=says))

    # What happens to the world, and to the log behind everybody's back.

    @rule(who=st.sampled_from(PERSONS), of=side, kind=st.integers(0, 3))
    def edits(self, *, who: str, of: str, kind: int) -> None:
        """Edit the files: a seat given or ended today, a tie added or taken out."""
        self.past.append(replace(self.files, seats=dict(self.files.seats), officers=set(self.files.officers)))
        self.edited += 1
        self.files = replace(
            self.files, seats=dict(self.files.seats), officers=set(self.files.officers), edits=self.edited
        )
        if kind == 0:
            self.files.seats[who, of] = None
        elif kind == 1 and (who, of) in self.files.seats:
            self.files.seats[who, of] = self.now.date()
        elif kind == 2:
            self.files.officers.add((who, of))
        elif self.files.officers:
            self.files.officers.discard(min(self.files.officers))

    @precondition(lambda self: bool(self.past))
    @rule(number=which, by=person)
    def undoes(self, *, number: int, by: str) -> None:
        """Let somebody act on the edited files, then put them back as they were before the last edit."""
        if self.state.cases:
            self.do(acts.Attest(by=by, proposal=self.name(number)))
        self.files = self.past.pop()

    @precondition(lambda self: bool(self.state.cases))
    @rule(number=which, by=person, way=ways)
    def edits_for_a_moment(self, *, number: int, by: str, way: Way) -> None:
        """Edit the files, let somebody act on them, put them back, and go on as if nothing had been."""
        before, self.edited = self.files, self.edited + 1
        self.files = replace(self.files, edits=self.edited)
        self.do(acts.Attest(by=by, proposal=self.name(number)))
        self.files = before
        self.goes_on(number=number, way=way, steps=4)

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
            is_told = not is_vote and told.refusal.key in ABOUT_APPROVAL
            if is_told and not self.is_careful(case.proposal):
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


def test_nothing_conflicted_is_applied_without_its_approvals(
    record_property: Callable[[str, object], None],
) -> None:
    COUNTS.clear()
    runs = 2 * settings().max_examples
    run_state_machine_as_test(Decisions, settings=settings(max_examples=runs, stateful_step_count=40))
    told = ", ".join(f"{name}: {count}" for name, count in sorted(COUNTS.items()))
    record_property("told", f"decision machine: {told}")
    refused = {rule for rule in Rule if COUNTS[f"refused {rule.value}"]}
    # A machine that reaches nothing holds nothing.
    assert COUNTS["applied, conflicted"] > 0, told
    assert COUNTS["forged"] > 0, told
    assert {Rule.RECUSAL, Rule.DISCLOSURE, Rule.PRIOR, Rule.MAJORITY} <= refused, told
