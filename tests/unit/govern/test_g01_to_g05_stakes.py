"""G1 to G5 as a decision meets them: the frozen register speaks for itself, and what is at stake adds up."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction

import pytest

from apportion.govern import acts
from apportion.govern.at_stake import units_at_stake, value_at_stake
from apportion.govern.facts import Dealing
from apportion.govern.refusal import Rule
from apportion.govern.state import Mark
from apportion.govern.window import is_within
from tests.governed import (
    ALPHA,
    BETA,
    CHEAP,
    DEAR,
    EFFECT,
    Log,
    apply,
    make_analysis,
    make_dealing,
    make_pack,
    money,
    tie,
    vote,
)

RECORD = Mark.RELATED_PARTY_RECORD
# As at an exchange: from 120,000 USD on a record and a decision, below that neither.
EXCHANGE = make_pack(
    materiality_usd=Fraction(120_000), needs_conflict_below_materiality=False, memo_from_usd=None
)


def with_ties(*ties: object, **values: object) -> Log:
    """Return a log whose analysis names nobody as conflicted, whatever its ties say."""
    return Log(analysis=make_analysis(ties=ties, conflicted=frozenset(), **values)).proposed("founder")


def test_g01_a_tie_in_the_frozen_register_counts_though_the_list_of_names_leaves_it_out() -> None:
    log = with_ties(tie("alpha-1", BETA), tie("alpha-1", ALPHA, role="director"))
    assert log.case.conflicted == {"alpha-1"}


def test_g01_a_tie_that_ended_before_does_not_count() -> None:
    ended = {**tie("alpha-1", BETA), "until_on": "2023-12-01"}
    assert with_ties(ended, tie("alpha-1", ALPHA, role="director")).case.conflicted == set()


def test_g01_a_tie_that_overlaps_by_one_day_counts() -> None:
    ended = {**tie("alpha-1", BETA), "until_on": "2023-12-02"}
    assert with_ties(ended, tie("alpha-1", ALPHA, role="director")).case.conflicted == {"alpha-1"}


def test_g01_a_tie_frozen_once_counts_although_a_later_analysis_leaves_it_out() -> None:
    log = with_ties(tie("alpha-1", BETA), tie("alpha-1", ALPHA, role="director"))
    later = make_analysis(material="facts-3", proposal="proposal-2", conflicted=frozenset())
    other = Log(
        analysis=later, name="other", material="facts-3", now=log.now, events=log.events, state=log.state
    )
    assert other.proposed("someone").case.conflicted == {"alpha-1"}


def test_g02_a_director_of_one_side_alone_is_not_conflicted() -> None:
    assert with_ties(tie("alpha-1", ALPHA, role="director")).case.conflicted == set()


def test_g02_a_tie_by_way_of_a_company_of_ones_own_conflicts() -> None:
    ties = (
        tie("alpha-1", "holding", role="controller"),
        tie("holding", BETA, role="owner", percent=40),
        tie("alpha-1", ALPHA, role="director"),
    )
    assert "alpha-1" in with_ties(*ties).case.conflicted


@pytest.mark.parametrize(("percent", "is_conflicted"), [("499/100", False), ("5", True)])
def test_g03_a_share_conflicts_from_the_mark_of_the_pack_on(percent: str, *, is_conflicted: bool) -> None:
    held = {**tie("alpha-1", BETA, role="owner", percent=1), "share_percent": percent}
    held |= {"share_percent_low": percent, "share_percent_high": percent}
    log = with_ties(held, tie("alpha-1", ALPHA, role="director"))
    assert ("alpha-1" in log.case.conflicted) is is_conflicted


def test_g03_a_share_that_is_not_known_is_not_nothing() -> None:
    log = with_ties(tie("alpha-1", BETA, role="owner"), tie("alpha-1", ALPHA, role="director"))
    assert log.case.conflicted == {"alpha-1"}


def small(value_usd: int | None = 100, *, pack: object = EXCHANGE, conflicted: str = "founder") -> Log:
    """Return a log under the exchange's pack, analysed."""
    value = None if value_usd is None else money(value_usd)
    analysis = make_analysis(
        value=value, dealings=(make_dealing(value=value),), conflicted=frozenset({conflicted} - {""})
    )
    return Log(analysis=analysis, pack=pack).proposed()  # type: ignore[arg-type]


def test_g04_a_swap_of_12000_units_for_no_cash_is_recorded() -> None:
    assert RECORD in Log(analysis=make_analysis(value=DEAR)).proposed().case.marks


@pytest.mark.parametrize(("value_usd", "is_record"), [(119_999, False), (120_000, True), (None, True)])
def test_g04_a_record_is_made_from_materiality_on_and_where_the_value_is_not_known(
    value_usd: int | None, *, is_record: bool
) -> None:
    assert (RECORD in small(value_usd).case.marks) is is_record


def test_g04_without_a_conflict_there_is_no_record() -> None:
    assert RECORD not in small(None, conflicted="").case.marks


def test_g04_the_highest_reading_is_what_reaches_materiality() -> None:
    wide = replace(CHEAP, high=Fraction(120_000))
    analysis = make_analysis(value=wide, dealings=(make_dealing(value=wide),))
    assert RECORD in Log(analysis=analysis, pack=EXCHANGE).proposed().case.marks


def test_g04_under_materiality_the_exchange_asks_for_no_decision_and_it_is_marked() -> None:
    log = small(100).ok(apply())
    assert Mark.NO_DECISION_NEEDED in log.case.marks
    assert RECORD not in log.case.marks


def test_g04_under_materiality_the_strict_pack_asks_for_a_decision_all_the_same() -> None:
    strict = replace(EXCHANGE, needs_conflict_below_materiality=True)
    small(100, pack=strict).refuses(apply(), Rule.MAJORITY, key="no-majority")


def test_g04_at_materiality_the_exchange_asks_for_a_decision() -> None:
    small(120_000).refuses(apply(), Rule.MAJORITY, key="no-majority")


def test_g04_whoever_is_conflicted_does_not_carry_out_what_needs_no_decision() -> None:
    small(100).refuses(apply("founder"), Rule.RECUSAL, key="conflicted")


def slices(count: int, *, each_usd: int = 11_000, days: int = 20, sku: str = "h100") -> Log:
    """Return a log of as many small swaps of the same two, each put forward by itself."""
    log = Log(pack=EXCHANGE)
    for number in range(count):
        on = EFFECT + dt.timedelta(days=days * number)
        value = money(each_usd)
        dealing = make_dealing(999, value=value, on=on, giver=ALPHA if number % 2 else BETA, sku=sku)
        analysis = make_analysis(
            value=value, dealings=(dealing,), effective_on=on, proposal=f"proposal-{number}"
        )
        log = Log(
            analysis=analysis,
            pack=EXCHANGE,
            name=f"slice-{number}",
            now=log.now,
            events=log.events,
            state=log.state,
        ).proposed()
    return log


def test_g05_twelve_swaps_of_999_are_one_of_11988() -> None:
    log = slices(12)
    assert units_at_stake(log.state, log.case) == 11_988
    assert value_at_stake(log.state, log.case) == 132_000
    log.refuses(apply(), Rule.MAJORITY, key="no-majority")
    assert all(RECORD in case.marks for case in log.state.cases.values())


def test_g05_eleven_that_stay_under_together_need_no_decision() -> None:
    log = slices(10).ok(apply())
    assert Mark.NO_DECISION_NEEDED in log.case.marks


def test_g05_the_first_slice_is_held_too_once_the_others_are_put_forward() -> None:
    last = slices(12)
    first = Log(
        analysis=replace(last.analysis, proposal="proposal-0"),
        pack=EXCHANGE,
        name="slice-0",
        now=last.now,
        events=last.events,
        state=last.state,
    )
    first.refuses(apply(), Rule.MAJORITY, key="no-majority")


def test_g05_what_lies_more_than_the_window_apart_does_not_add_up() -> None:
    log = slices(12, days=34)
    assert value_at_stake(log.state, log.case) == 132_000 - 11_000


def test_g05_another_sku_or_another_party_does_not_add_up() -> None:
    log = slices(1)
    foreign = Dealing(giver=ALPHA, taker="gamma", sku="h100", units=1, value=money(9), on=EFFECT)
    others = (make_dealing(value=money(7), sku="b200"), foreign)
    analysis = make_analysis(value=money(1), dealings=others, proposal="other")
    other = Log(
        analysis=analysis, pack=EXCHANGE, name="other", now=log.now, events=log.events, state=log.state
    )
    other.proposed()
    assert value_at_stake(other.state, other.state.cases["slice-0"]) == 11_000


def test_g05_transfers_of_the_files_add_up_and_one_that_is_not_valued_counts_as_over() -> None:
    earlier = (make_dealing(value=money(119_900)),)
    analysis = make_analysis(value=money(100), dealings=(make_dealing(value=money(100)),), earlier=earlier)
    assert RECORD in Log(analysis=analysis, pack=EXCHANGE).proposed().case.marks
    unknown = replace(analysis, earlier=(make_dealing(value=None),))
    assert RECORD in Log(analysis=unknown, pack=EXCHANGE).proposed().case.marks


def test_g05_what_was_withdrawn_does_not_add_up() -> None:
    log = slices(11).ok(acts.Withdraw(by="founder"))
    other = Log(
        analysis=replace(log.analysis, proposal="proposal-11"),
        pack=EXCHANGE,
        name="slice-11",
        now=log.now,
        events=log.events,
        state=log.state,
    ).proposed()
    assert value_at_stake(other.state, other.case) == 11 * 11_000


@pytest.mark.parametrize(
    ("first", "last", "is_one"),
    [
        ("2023-12-15", "2024-12-15", True),
        ("2023-12-15", "2024-12-16", False),
        ("2023-02-28", "2024-02-29", True),  # A year before the last of February is the last of February.
        ("2023-02-27", "2024-02-29", False),
    ],
)
def test_g05_months_are_counted_by_the_calendar(first: str, last: str, *, is_one: bool) -> None:
    days = [dt.date.fromisoformat(first), dt.date.fromisoformat(last)]
    assert is_within(*days, months=12) is is_one
    assert is_within(*reversed(days), months=12) is is_one
    own, earlier = (make_dealing(value=money(60_000), on=day) for day in reversed(days))
    analysis = make_analysis(value=money(60_000), dealings=(own,), earlier=(earlier,))
    log = Log(analysis=analysis, pack=EXCHANGE).proposed()
    assert value_at_stake(log.state, log.case) == (120_000 if is_one else 60_000)


def test_g05_votes_on_a_slice_are_votes_on_that_slice_alone() -> None:
    log = slices(2)
    log.refuses(vote("alpha-1", ALPHA), Rule.DISCLOSURE, key="out-of-turn")
