"""G13 to G17: disclosure first, prior review, emergencies, the memo, and the policy's own result before all."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction

import pytest

from apportion.govern import acts
from apportion.govern.acts import Choice
from apportion.govern.events import stamp
from apportion.govern.notices import Kind, due, in_force
from apportion.govern.packs import Pack
from apportion.govern.refusal import Rule
from apportion.govern.state import Mark, Status
from tests.governed import (
    ALPHA,
    BETA,
    Log,
    apply,
    make_analysis,
    make_pack,
    money,
    vote,
)

MEMO = acts.Memo(by="adviser", text="Both plans.", alternatives=(acts.POLICY_RESULT, "bridge"))


def test_g13_an_edit_after_the_vote_voids_the_votes_and_opens_the_proposal_again() -> None:
    log = Log().approved()
    log.material = "facts-2"
    log.refuses(apply(), Rule.POLICY_FIRST, key="no-analysis")
    assert log.events[-1].verb == "facts-changed"
    assert log.stands(Status.DRAFT)
    assert len(log.case.votes) == 5
    assert not log.case.counting


def test_g13_an_edit_that_is_undone_brings_no_vote_back() -> None:
    log = Log().approved()
    log.material = "facts-2"
    log.do(acts.Statement(by="clerk", text="Looked."))
    log.material = "facts-1"
    log.ok(acts.Analyse(), acts.Disclose(by="founder"), MEMO, acts.OpenReview(by="clerk"))
    assert log.stands(Status.UNDER_REVIEW)
    log.refuses(vote("alpha-1", ALPHA), Rule.DISCLOSURE, key="unacknowledged")
    log.refuses(apply(), Rule.MAJORITY, key="no-majority")


def test_g13_an_edit_of_the_proposal_itself_does_the_same() -> None:
    log = Log().approved()
    log.analysis = make_analysis(proposal="proposal-2")
    log.refuses(apply(), Rule.POLICY_FIRST, key="no-analysis")


def test_g13_the_same_facts_leave_the_votes_as_they_are() -> None:
    assert Log().approved().ok(acts.Statement(by="clerk", text="Looked.")).stands(Status.APPROVED)


def test_g13_an_edit_after_it_is_carried_out_changes_nothing() -> None:
    log = Log().applied()
    log.material = "facts-2"
    assert log.ok(acts.SendNotice(by="clerk", party=ALPHA)).stands(Status.APPLIED)


def test_g13_nobody_votes_before_acknowledging_the_frozen_facts() -> None:
    Log().opened().refuses(vote("alpha-1", ALPHA), Rule.DISCLOSURE, key="unacknowledged")


def test_g13_only_the_digest_that_is_frozen_is_acknowledged() -> None:
    other = acts.Acknowledge(by="alpha-1", digest="0" * 64)
    Log().opened().refuses(other, Rule.DISCLOSURE, key="other-digest")


def test_g13_nothing_is_acknowledged_before_it_is_disclosed() -> None:
    log = Log().proposed()
    log.refuses(acts.Acknowledge(by="alpha-1", digest=log.case.digest), Rule.DISCLOSURE, key="out-of-turn")


def test_g13_an_analysis_is_of_the_facts_of_the_files() -> None:
    log = Log(material="facts-2").ok(acts.Propose(by="founder"))
    refusal = log.do(acts.Analyse())
    assert refusal is not None
    assert refusal.key == "refusal.other-facts"


def test_g13_the_program_does_not_call_facts_changed_that_are_the_same() -> None:
    refusal = Log().opened().do(acts.FactsChanged())
    assert refusal is not None
    assert refusal.key == "refusal.facts-same"


def late(pack: Pack | None = None, *, day: dt.date = dt.date(2023, 12, 1)) -> Log:
    log = Log(analysis=make_analysis(effective_on=day))
    return replace(log, pack=pack or log.pack)


def test_g14_an_approval_before_the_effect_is_no_ratification() -> None:
    assert Mark.RATIFICATION not in Log().applied().case.marks


def test_g14_an_approval_on_the_day_of_the_effect_is_one_and_needs_a_reason() -> None:
    log = late(day=dt.date(2023, 12, 2)).approved()
    log.refuses(apply(), Rule.PRIOR, key="ratification-reason")
    assert Mark.RATIFICATION in log.ok(apply(late_reason="The lot came early.")).case.marks


def test_g14_an_approval_the_day_before_is_none() -> None:
    log = late(day=dt.date(2023, 12, 3)).approved()
    assert Mark.RATIFICATION not in log.ok(apply()).case.marks


def test_g14_the_mark_stays_for_ever() -> None:
    log = late().approved().ok(apply(late_reason="Late."), acts.SendNotice(by="clerk", party=ALPHA))
    assert Mark.RATIFICATION in log.ok(acts.Close(by="clerk")).case.marks


def test_g14_a_pack_that_asks_for_no_prior_review_shows_it_all_the_same() -> None:
    log = late(make_pack(is_prior=False)).approved().ok(apply())
    assert log.case.marks & {Mark.RATIFICATION, Mark.LATER_REVIEW} == {Mark.LATER_REVIEW}


def test_g14_time_does_not_run_backwards() -> None:
    log = Log().opened()
    last = log.events[-1].at
    refusal = log.do(acts.Acknowledge(by="alpha-1", digest=log.case.digest), hours=-2)
    assert refusal is not None
    assert (refusal.rule, refusal.key) == (Rule.PRIOR, "refusal.clock-back")
    assert log.events[-1].at == last


def test_g14_an_approval_that_is_not_applied_in_time_lapses() -> None:
    log = Log(analysis=make_analysis(effective_on=dt.date(2025, 1, 1))).approved()
    days = log.pack.apply_days
    assert [one.kind for one in due(log.case, now=log.now)] == [Kind.APPLY]
    log.wait(days).refuses(apply(), Rule.MAJORITY, key="over")
    assert log.stands(Status.LAPSED)


def test_g14_an_approval_is_applied_on_the_last_day_of_its_time() -> None:
    log = Log(analysis=make_analysis(effective_on=dt.date(2025, 1, 1))).approved()
    assert log.wait(log.pack.apply_days - 1).ok(apply()).stands(Status.APPLIED)


def emergency() -> Log:
    """Return a log whose review is opened as an emergency."""
    log = Log().disclosed().ok(MEMO)
    return log.ok(acts.OpenReview(by="clerk", emergency=True, reason="The hall floods."))


def test_g15_in_an_emergency_one_forum_is_enough_and_the_full_review_falls_due() -> None:
    log = emergency().votes(BETA, ("beta-1", "beta-2")).ok(apply())
    assert Mark.EMERGENCY in log.case.marks
    assert log.case.awaits_review
    assert in_force(log.case, now=log.now)
    assert Kind.REVIEW in {one.kind for one in due(log.case, now=log.now)}


def test_g15_without_an_emergency_one_forum_is_not_enough() -> None:
    log = Log().opened().votes(BETA, ("beta-1", "beta-2"))
    log.refuses(apply(), Rule.BOTH_SIDES, key="one-sided")


def test_g15_one_who_may_decide_is_never_enough() -> None:
    analysis = make_analysis(
        seats=tuple(one for one in make_analysis().seats if one.person in {"alpha-1", "beta-1"})
    )
    log = Log(analysis=analysis).disclosed().ok(MEMO)
    log.ok(acts.OpenReview(by="clerk", emergency=True, reason="The hall floods.")).votes(BETA, ("beta-1",))
    log.refuses(apply(), Rule.EMERGENCY, key="emergency-forum")


def test_g15_a_review_in_time_keeps_it_in_force() -> None:
    log = emergency().votes(BETA, ("beta-1", "beta-2")).ok(apply()).wait(3)
    log.votes(ALPHA, ("alpha-1", "alpha-2", "alpha-3"))
    assert log.case.reviewed_at is not None
    assert in_force(log.wait(400).case, now=log.now)


def test_g15_without_a_review_in_time_it_is_to_be_reversed() -> None:
    log = emergency().votes(BETA, ("beta-1", "beta-2")).ok(apply())
    days = log.pack.emergency_days
    assert days is not None
    log.wait(days - 1)
    assert in_force(log.case, now=log.now)
    log.wait(2)
    # It ends by itself, noted or not.
    assert not in_force(log.case, now=log.now)
    log.do(acts.Statement(by="clerk", text="Looked."))
    assert log.events[-2].verb == "lapse"
    assert Mark.REVERSE_DUE in log.case.marks
    log.refuses(vote("alpha-1", ALPHA), Rule.DISCLOSURE, key="carried-out")
    log.ok(acts.SendNotice(by="clerk", party=ALPHA))
    log.refuses(acts.Close(by="clerk"), Rule.EMERGENCY, key="review-due")


def test_g15_a_review_that_says_no_reverses_it_at_once() -> None:
    log = emergency().votes(BETA, ("beta-1", "beta-2")).ok(apply())
    log.votes(ALPHA, ("alpha-1", "alpha-2", "alpha-3"), choice=Choice.NO)
    assert not in_force(log.case, now=log.now)


def test_g15_an_emergency_needs_a_reason_and_a_pack_that_knows_it() -> None:
    ask = acts.OpenReview(by="clerk", emergency=True)
    Log().disclosed().ok(MEMO).refuses(ask, Rule.EMERGENCY, key="emergency-reason")
    told = replace(ask, reason="The hall floods.")
    log = Log(pack=make_pack(emergency_days=None)).disclosed().ok(MEMO)
    log.refuses(told, Rule.EMERGENCY, key="no-emergencies")


def test_g15_the_program_ends_no_clock_that_still_runs() -> None:
    refusal = Log().approved().do(acts.Lapse())
    assert refusal is not None
    assert refusal.key == "refusal.clock-runs"


def test_g16_without_a_memo_a_review_over_the_threshold_does_not_open() -> None:
    log = Log().disclosed()
    log.refuses(acts.OpenReview(by="clerk"), Rule.MEMO, key="memo-missing")
    assert log.ok(MEMO, acts.OpenReview(by="clerk")).stands(Status.UNDER_REVIEW)


@pytest.mark.parametrize(
    ("value_usd", "memo_from", "opens"),
    [(119_999, 120_000, True), (120_000, 120_000, False), (None, 120_000, False), (None, None, True)],
)
def test_g16_the_threshold_of_the_pack_counts_and_what_is_not_known_is_over(
    value_usd: int | None, memo_from: int | None, *, opens: bool
) -> None:
    pack = make_pack(memo_from_usd=None if memo_from is None else Fraction(memo_from))
    analysis = make_analysis(value=None if value_usd is None else money(value_usd))
    refusal = Log(analysis=analysis, pack=pack).disclosed().do(acts.OpenReview(by="clerk"))
    assert (refusal is None) is opens


def test_g16_a_memo_names_the_policys_own_result_and_another_way() -> None:
    log = Log().disclosed()
    for alternatives in (("bridge",), (acts.POLICY_RESULT,), (acts.POLICY_RESULT, " "), ()):
        log.refuses(replace(MEMO, alternatives=alternatives), Rule.MEMO, key="memo-alternatives")


def test_g16_the_author_of_a_memo_is_independent() -> None:
    log = Log(analysis=make_analysis(decided_by="chief")).disclosed("alpha-1")
    log.refuses(replace(MEMO, by="alpha-1"), Rule.MEMO, key="memo-author")
    log.refuses(replace(MEMO, by="chief"), Rule.MEMO, key="memo-author")
    log.refuses(replace(MEMO, by="founder"), Rule.RECUSAL, key="conflicted")
    log.ok(MEMO, acts.OpenReview(by="clerk")).votes(ALPHA, ("alpha-2",))
    log.refuses(replace(MEMO, by="alpha-2"), Rule.MEMO, key="memo-author")


def test_g16_a_memo_says_something() -> None:
    Log().disclosed().refuses(replace(MEMO, text=""), Rule.MEMO, key="blank-memo")


def test_g16_a_memo_on_facts_that_changed_opens_nothing() -> None:
    log = Log().disclosed().ok(MEMO)
    log.analysis, log.material = make_analysis(material="facts-2"), "facts-2"
    log.ok(acts.Analyse(), acts.Disclose(by="founder"))
    log.refuses(acts.OpenReview(by="clerk"), Rule.MEMO, key="memo-missing")


@pytest.mark.parametrize("missing", ["policy_result", "assessment"])
def test_g17_the_policys_own_result_is_stored_before_anybody_is_asked(missing: str) -> None:
    log = Log(analysis=make_analysis(**{missing: ""})).ok(acts.Propose(by="founder"))
    refusal = log.do(acts.Analyse())
    assert refusal is not None
    assert (refusal.rule, refusal.key) == (Rule.POLICY_FIRST, "refusal.no-policy-result")


def test_g17_nothing_is_disclosed_before_the_analysis() -> None:
    log = Log().ok(acts.Propose(by="founder"))
    log.refuses(acts.Disclose(by="founder"), Rule.POLICY_FIRST, key="no-analysis")


def test_g17_the_order_of_the_log_shows_it() -> None:
    log = Log().approved()
    at = {event.verb: event.time for event in reversed(log.events)}
    assert at["analyse"] < at["disclose"] < at["vote"]


def test_g17_an_analysis_that_stands_is_not_made_again() -> None:
    refusal = Log().opened().do(acts.Analyse())
    assert refusal is not None
    assert refusal.key == "refusal.analysed-already"


def test_a_stamp_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        stamp(dt.datetime(2024, 1, 1))  # noqa: DTZ001 - that is the point
