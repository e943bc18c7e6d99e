"""G18 to G20 and G27: the price of an override, units that come back, attestations that lapse, notices."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from apportion.govern import acts
from apportion.govern.eligible import is_attested, sides
from apportion.govern.notices import Due, Kind, due
from apportion.govern.refusal import Rule
from apportion.govern.state import State, Status
from tests.governed import ALPHA, BETA, EFFECT, Log, apply, make_analysis, make_pack, owed, strict, vote


def of_kind(log: Log, kind: Kind) -> list[Due]:
    return [one for one in due(log.case, now=log.now) if one.kind is kind]


def test_g18_an_empty_reason_is_refused() -> None:
    log = Log().approved()
    log.refuses(apply(text=" "), Rule.OVERRIDE, key="no-reason")
    log.refuses(apply(code=""), Rule.OVERRIDE, key="no-reason-code")
    assert log.stands(Status.APPROVED)


def test_g18_carrying_out_stores_who_why_winner_loser_and_difference() -> None:
    log = Log().applied()
    [moved] = log.case.overrides
    told = (moved.by, moved.code, moved.text, moved.winner, moved.loser, moved.sku, moved.delta_units)
    assert told == ("clerk", "swap", "Power is late.", BETA, ALPHA, "h100", 12_000)
    body = log.events[-1].body
    assert body["overrides"] == [{"winner": BETA, "loser": ALPHA, "sku": "h100", "units": 12_000}]


def override(**values: object) -> acts.Override:
    made = acts.Override(
        by="clerk", code="repair", text="Broken in transit.", winner=BETA, loser=ALPHA, delta_units=8
    )
    return replace(made, **values)  # type: ignore[arg-type]


def test_g18_a_manual_change_beside_it_is_stored_too() -> None:
    log = Log().applied().ok(override())
    assert [one.delta_units for one in log.case.overrides] == [12_000, 8]


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"text": ""}, "no-reason"),
        ({"code": ""}, "no-reason-code"),
        ({"delta_units": 0}, "no-delta"),
        ({"winner": ALPHA}, "no-delta"),
        ({"loser": " "}, "no-delta"),
    ],
)
def test_g18_a_manual_change_names_all_of_it(values: dict[str, object], key: str) -> None:
    Log().applied().refuses(override(**values), Rule.OVERRIDE, key=key)


def test_g18_nothing_is_moved_by_hand_before_the_decision() -> None:
    Log().approved().refuses(override(), Rule.OVERRIDE, key="out-of-turn")


def swap(**values: object) -> Log:
    return Log(analysis=make_analysis(obligations=(owed(),), **values)).applied()


def test_g19_a_swap_owes_units_back_and_a_late_return_is_an_alert() -> None:
    log = swap()
    assert log.stands(Status.MAKE_GOOD_DUE)
    [before] = of_kind(log, Kind.MAKE_GOOD)
    assert (before.party, before.units, before.due_on, before.is_late) == (
        ALPHA,
        12_000,
        dt.date(2024, 6, 15),
        False,
    )
    log.now = dt.datetime(2024, 6, 15, 23, tzinfo=dt.UTC)
    assert not of_kind(log, Kind.MAKE_GOOD)[0].is_late
    log.now = dt.datetime(2024, 6, 16, 0, tzinfo=dt.UTC)
    assert of_kind(log, Kind.MAKE_GOOD)[0].is_late
    assert due(log.case, now=log.now)[0].is_late


def test_g19_what_came_back_in_time_is_no_alert() -> None:
    log = swap().ok(acts.Settle(by="clerk", obligation="return", units=12_000))
    log.now = dt.datetime(2024, 7, 1, tzinfo=dt.UTC)
    assert not of_kind(log, Kind.MAKE_GOOD)


def test_g19_a_part_that_came_back_leaves_the_rest_owed() -> None:
    log = swap().ok(acts.Settle(by="clerk", obligation="return", units=5_000))
    assert of_kind(log, Kind.MAKE_GOOD)[0].units == 7_000
    log.ok(acts.SendNotice(by="clerk", party=ALPHA))
    log.refuses(acts.Close(by="clerk"), Rule.MAKE_GOOD, key="still-owed")
    log.ok(acts.Settle(by="clerk", obligation="return", units=7_000), acts.Close(by="clerk"))
    assert log.stands(Status.CLOSED)


@pytest.mark.parametrize("units", [0, -1, 12_001])
def test_g19_no_more_comes_back_than_is_owed(units: int) -> None:
    settle = acts.Settle(by="clerk", obligation="return", units=units)
    swap().refuses(settle, Rule.MAKE_GOOD, key="more-than-owed")


def test_g19_nothing_comes_back_for_what_is_not_owed() -> None:
    swap().refuses(acts.Settle(by="clerk", obligation="other", units=1), Rule.MAKE_GOOD, key="no-obligation")
    Log().applied().refuses(
        acts.Settle(by="clerk", obligation="return", units=1), Rule.MAKE_GOOD, key="carried-out"
    )


def test_g19_a_day_that_is_not_known_is_told_and_never_late() -> None:
    log = Log(analysis=make_analysis(obligations=(owed(due_on=None),))).applied().wait(4000)
    [one] = of_kind(log, Kind.MAKE_GOOD)
    assert (one.due_on, one.is_late) == (None, False)


@pytest.mark.parametrize(("days", "holds"), [(0, True), (365, True), (366, False)])
def test_g20_an_attestation_holds_on_day_365_and_no_longer_on_day_366(days: int, *, holds: bool) -> None:
    given = dt.datetime(2023, 1, 1, 23, 59, tzinfo=dt.UTC)
    state = State(attested={"alpha-1": given})
    later = dt.datetime(2023, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=days)
    assert is_attested(state, "alpha-1", pack=strict(), now=later) is holds


def long_review() -> Log:
    return Log(analysis=make_analysis(effective_on=dt.date(2026, 1, 1)), pack=make_pack(apply_days=2000))


def test_g20_whose_attestation_lapsed_does_not_vote_before_attesting_again() -> None:
    log = long_review().opened()
    log.ok(acts.Acknowledge(by="alpha-1", digest=log.case.digest)).wait(366)
    log.refuses(vote("alpha-1", ALPHA), Rule.ATTESTATION, key="attestation-lapsed")
    log.ok(acts.Attest(by="alpha-1"), vote("alpha-1", ALPHA))


def test_g20_a_yes_of_whose_attestation_lapsed_does_not_count_at_the_close() -> None:
    log = long_review().approved().wait(366)
    log.refuses(apply(), Rule.ELIGIBLE, key="no-longer-approved")
    log.ok(*(acts.Attest(by=f"alpha-{number}") for number in (1, 2, 3)))
    log.ok(acts.Attest(by="beta-1"), acts.Attest(by="beta-2"), apply())


def test_g20_a_vote_attests() -> None:
    log = long_review().opened()
    log.ok(acts.Acknowledge(by="alpha-1", digest=log.case.digest)).wait(200).ok(vote("alpha-1", ALPHA)).wait(
        300
    )
    [side] = [one for one in sides(log.state, log.case, now=log.now) if one.entity == ALPHA]
    assert side.yes == {"alpha-1"}


def test_g20_members_whose_attestation_lapsed_still_count_among_those_of_whom_a_majority_is_needed() -> None:
    log = long_review().opened().votes(ALPHA, ("alpha-1",))
    [side] = [one for one in sides(log.state, log.case, now=log.now) if one.entity == ALPHA]
    assert (len(side.eligible), len(side.disinterested), side.is_approved) == (1, 5, False)


def test_g27_each_loser_is_told_delay_quota_and_until_when_to_reply() -> None:
    log = Log().applied()
    assert [one.party for one in of_kind(log, Kind.NOTICE)] == [ALPHA]
    log.ok(acts.SendNotice(by="clerk", party=ALPHA, how="letter"))
    [notice] = log.case.notices
    assert (notice.delay_days, notice.quota_units, notice.how) == (150, 3_000, "letter")
    assert notice.reply_by == log.now.date() + dt.timedelta(days=30)
    assert not of_kind(log, Kind.NOTICE)


def test_g27_the_clock_to_reply_runs_for_the_days_of_the_pack() -> None:
    log = Log().applied().ok(acts.SendNotice(by="clerk", party=ALPHA)).wait(30)
    assert [one.kind for one in due(log.case, now=log.now)] == [Kind.REPLY]
    assert not due(log.wait(1).case, now=log.now)


def test_g27_a_notice_that_was_not_sent_on_the_day_is_late() -> None:
    log = Log().applied()
    assert not of_kind(log, Kind.NOTICE)[0].is_late
    assert of_kind(log.wait(1), Kind.NOTICE)[0].is_late


def test_g27_nobody_is_told_who_loses_nothing_or_before_it_is_carried_out() -> None:
    Log().applied().refuses(acts.SendNotice(by="clerk", party=BETA), Rule.NOTICES, key="no-loser")
    Log().approved().refuses(acts.SendNotice(by="clerk", party=ALPHA), Rule.NOTICES, key="out-of-turn")


def test_g27_nothing_is_closed_while_somebody_is_not_told() -> None:
    log = Log().applied()
    log.refuses(acts.Close(by="clerk"), Rule.NOTICES, key="untold")
    assert log.ok(acts.SendNotice(by="clerk", party=ALPHA), acts.Close(by="clerk")).stands(Status.CLOSED)


def test_g27_a_second_notice_keeps_the_first_day_to_reply() -> None:
    log = Log().applied().ok(acts.SendNotice(by="clerk", party=ALPHA)).wait(5)
    log.ok(acts.SendNotice(by="clerk", party=ALPHA))
    assert of_kind(log, Kind.REPLY)[0].due_on == log.case.notices[0].reply_by
    assert log.case.notices[0].reply_by < EFFECT
