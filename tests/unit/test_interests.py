"""Who is conflicted, on graphs drawn by hand: days, paths, thresholds and readings."""

from __future__ import annotations

import dataclasses
import datetime as dt
from fractions import Fraction

import pytest

from apportion.govern.conflicts import conflicted_on, find_conflicts, persons_concerned, sides_of
from apportion.govern.interests import Graph, Reading, Share, Span, Tie, union
from tests.interest_graphs import DAY, STRICT, TODAY, graph, owns, standing, tie

BEFORE, AFTER = DAY - dt.timedelta(days=1), DAY + dt.timedelta(days=1)


def test_g02_a_director_of_one_side_alone_is_not_conflicted_in_its_forum() -> None:
    board = graph(tie("p", "a", role="director"))
    assert not standing(board).is_conflicted
    assert standing(board).is_member
    assert standing(board, forum="b").is_conflicted
    every = find_conflicts(board, entities=("a", "b"), persons=["p"], span=TODAY, pack=STRICT)
    assert conflicted_on(every) == frozenset()


def test_g02_an_officer_who_owns_part_of_the_other_side_is_conflicted_in_both_forums() -> None:
    both = graph(tie("p", "a"), owns("p", "b", percent="20"))
    assert standing(both, forum="a").is_conflicted
    assert standing(both, forum="b").is_conflicted
    every = find_conflicts(both, entities=("a", "b"), persons=["p"], span=TODAY, pack=STRICT)
    assert conflicted_on(every) == {"p"}


def test_an_officer_of_one_side_with_a_share_below_the_mark_of_the_other_stands_on_one_side() -> None:
    little = graph(tie("p", "a"), owns("p", "b", percent="1"))
    every = find_conflicts(little, entities=("a", "b"), persons=["p"], span=TODAY, pack=STRICT)
    assert {one.entity: one.is_conflicted for one in every} == {"a": False, "b": True}
    assert all(one.is_tied for one in every)
    assert conflicted_on(every) == frozenset()


def test_g02_what_a_spouse_owns_conflicts_in_both_directions() -> None:
    for family in (tie("p", "s", role="family"), tie("s", "p", role="family")):
        home = graph(tie("p", "a", role="director"), family, owns("s", "b", percent="5"))
        assert standing(home).is_conflicted
        assert [step.entity for path in standing(home).paths for step in path.steps] == ["s", "b"]


@pytest.mark.parametrize(
    ("percent", "is_conflicted"), [("4.99", False), ("4.999999", False), ("5", True), ("5.00", True)]
)
def test_g03_a_share_conflicts_at_five_percent_to_the_letter(percent: str, *, is_conflicted: bool) -> None:
    assert standing(graph(owns("p", "b", percent=percent))).is_conflicted is is_conflicted


def test_a_share_of_ours_and_one_of_our_company_add_up() -> None:
    split = graph(owns("p", "b", percent="3"), owns("p", "own", percent="100"), owns("own", "b", percent="3"))
    assert standing(split).is_conflicted
    assert standing(split).stakes[0].amounts[Reading.PLAIN].percent == 6
    for lone in split.ties[0], split.ties[2]:
        rest = Graph(tuple(one for one in split.ties if one is not lone), split.kinds)
        assert not standing(rest).is_conflicted


def test_shares_multiply_along_a_path_and_are_exact() -> None:
    chain = graph(owns("p", "c", percent="100/3"), owns("c", "b", percent="15"))
    assert standing(chain).stakes[0].amounts[Reading.PLAIN].percent == 5
    assert standing(chain).is_conflicted


@pytest.mark.parametrize(
    "role", ["director", "officer", "controller", "family", "creditor", "employee", "adviser"]
)
def test_every_role_but_an_owners_conflicts_whatever_the_share(role: str) -> None:
    assert standing(graph(tie("p", "b", role=role))).is_conflicted


def test_control_of_the_last_step_weighs_no_more_than_the_share_before_it() -> None:
    controlled = graph(owns("p", "c", percent="3"), tie("c", "b", role="controller"))
    assert not standing(controlled).is_conflicted
    assert standing(controlled).stakes[0].amounts[Reading.PLAIN].percent == 3


def test_what_a_controlled_company_holds_counts_once_and_in_full() -> None:
    held = graph(tie("p", "c", role="controller"), owns("p", "c", percent="60"), owns("c", "b", percent="4"))
    assert standing(held).stakes[0].amounts[Reading.PLAIN].percent == 4
    assert not standing(held).is_conflicted


def test_a_family_of_three_counts_a_share_once() -> None:
    family = [tie("p", "q", role="family"), tie("q", "s", role="family"), tie("s", "p", role="family")]
    assert standing(graph(*family, owns("s", "b", percent="3"))).stakes[0].amounts[Reading.PLAIN].percent == 3


def test_nobody_counts_for_more_than_the_whole() -> None:
    halves = [owns("p", one, percent="60") for one in ("c", "d")]
    joint = [tie(one, "e", role="controller") for one in ("c", "d")]
    found = standing(graph(*halves, *joint, owns("e", "b", percent="4.5")))
    assert found.stakes[0].amounts[Reading.PLAIN].percent == Fraction("4.5")
    assert not found.is_conflicted


def test_under_a_pack_with_a_mark_of_nothing_a_share_of_nothing_still_ties_nobody() -> None:
    pack = dataclasses.replace(STRICT, interest_percent=Fraction(0))
    assert not standing(graph(tie("p", "a")), pack=pack).is_conflicted
    assert standing(graph(owns("p", "b", percent="0.000001")), pack=pack).is_conflicted


def test_no_path_leads_through_the_entity_whose_forum_it_is() -> None:
    through = graph(tie("p", "a", role="officer"), owns("a", "b", percent="40"))
    assert not standing(through, forum="a").is_conflicted
    assert standing(through, forum="a").paths == ()


def test_ownership_does_not_run_backwards() -> None:
    assert not standing(graph(owns("b", "p", percent="100"), tie("b", "c", role="controller"))).is_conflicted


def test_holdings_in_a_circle_end() -> None:
    circle = graph(
        owns("p", "c", percent="50"),
        owns("c", "d", percent="50"),
        owns("d", "c", percent="50"),
        owns("d", "b", percent="20"),
    )
    assert standing(circle).stakes[0].amounts[Reading.PLAIN].percent == 5


def test_a_share_that_is_not_known_counts_as_above_every_mark() -> None:
    unknown = standing(graph(owns("p", "b", percent=None)))
    assert unknown.is_conflicted
    amount = unknown.stakes[0].amounts[Reading.PLAIN]
    assert amount.percent is None
    assert all(amount.reaches(mark) for mark in STRICT.marks_percent)


def test_a_share_that_is_not_known_cannot_exceed_the_rest_of_its_path() -> None:
    small = standing(graph(owns("p", "c", percent=None), owns("c", "b", percent="3")))
    assert not small.is_conflicted
    assert small.stakes[0].amounts[Reading.PLAIN].most == 3


def test_a_share_of_nothing_ties_nobody() -> None:
    nothing = standing(graph(owns("p", "b", percent="0")))
    assert not nothing.is_conflicted
    assert nothing.paths == ()


@pytest.mark.parametrize(
    ("from_on", "until_on", "is_conflicted"),
    [
        (None, None, True),
        (DAY, None, True),
        (AFTER, None, False),
        (None, DAY, False),  # The first day on which it no longer holds.
        (None, AFTER, True),
        (BEFORE, BEFORE, False),
    ],
)
def test_an_expired_interest_does_not_conflict_and_one_day_does(
    from_on: dt.date | None, until_on: dt.date | None, *, is_conflicted: bool
) -> None:
    assert standing(graph(tie("p", "b", from_on=from_on, until_on=until_on))).is_conflicted is is_conflicted


def test_g01_an_interest_conflicts_that_meets_any_day_of_the_span() -> None:
    later = graph(tie("p", "b", from_on=AFTER))
    assert standing(later, span=Span.over(DAY, AFTER)).is_conflicted
    assert not standing(later, span=Span.over(BEFORE, DAY)).is_conflicted


def test_holdings_that_follow_each_other_do_not_add_up() -> None:
    restated = graph(owns("p", "b", percent="3", until_on=AFTER), owns("p", "b", percent="4", from_on=AFTER))
    found = standing(restated, span=Span.over(BEFORE, AFTER))
    assert found.stakes[0].amounts[Reading.PLAIN].percent == 4
    assert not found.is_conflicted


def test_a_range_that_reaches_the_mark_conflicts_and_says_that_it_depends_on_the_reading() -> None:
    ranged = standing(graph(owns("p", "b", percent="4", high="6")))
    assert ranged.is_conflicted
    assert ranged.depends_on_reading
    assert [ranged.answer(one) for one in Reading] == [False, False, True, False]
    assert ranged.stakes[0].matters_at(STRICT.marks_percent) == (Fraction(5),)


def test_what_is_only_asked_for_does_not_conflict_and_is_read_apart() -> None:
    asked = standing(
        graph(owns("p", "b", percent="3"), owns("p", "b", percent="25", basis="claim", from_on=AFTER))
    )
    assert not asked.is_conflicted
    assert asked.depends_on_reading
    amounts = asked.stakes[0].amounts
    assert amounts[Reading.HIGH].percent == Fraction(3)
    assert amounts[Reading.ASKED].percent == Fraction(25)
    assert asked.stakes[0].is_asked


def test_a_claimed_office_conflicts_in_the_reading_of_claims_alone() -> None:
    claimed = standing(graph(tie("p", "b", role="officer", basis="claim")))
    assert [claimed.answer(one) for one in Reading] == [False, False, False, True]
    assert not claimed.is_conflicted


def test_persons_concerned_are_tied_by_some_path_or_named() -> None:
    some = graph(tie("p", "c"), owns("c", "b", percent="1"), tie("q", "d"), tie("s", "b", until_on=DAY))
    assert persons_concerned(some, entities=("a", "b"), span=TODAY) == ("p",)
    assert persons_concerned(some, entities=("a", "b"), span=TODAY, named=["q", ""]) == ("p", "q")


def test_who_is_left_are_the_members_without_a_conflict_and_unknown_is_not_nobody() -> None:
    boards = graph(
        tie("p", "a", role="director"), tie("q", "a", role="director"), owns("q", "b", percent="50")
    )
    every = find_conflicts(boards, entities=("a", "b"), persons=["p", "q"], span=TODAY, pack=STRICT)
    first, second = sides_of(boards, every, entities=("a", "b"), span=TODAY)
    assert (first.left, first.conflicted, first.is_known) == (("p",), ("q",), True)
    assert (second.left, second.conflicted, second.is_known) == ((), (), False)


def test_more_paths_than_can_be_walked_count_as_not_known() -> None:
    middle = [f"m{number}" for number in range(14)]
    dense = graph(
        owns("p", middle[0], percent="1"),
        *(owns(one, other, percent="1") for one in middle for other in middle if one != other),
        owns(middle[-1], "b", percent="1"),
    )
    found = standing(dense)
    assert found.stakes[0].amounts[Reading.PLAIN].percent is None
    assert found.is_conflicted


def test_a_chain_longer_than_is_walked_counts_as_not_known() -> None:
    chain = [owns(f"c{place}", f"c{place + 1}", percent="99") for place in range(3_000)]
    found = standing(graph(owns("p", "c0", percent="99"), *chain, owns("c3000", "b", percent="99")))
    assert found.is_conflicted
    assert found.stakes[0].amounts[Reading.PLAIN].percent is None


def test_days_to_disclosure_are_counted_to_the_day_looked_from_where_none_is_recorded() -> None:
    held = tie("p", "b", from_on=dt.date(2023, 3, 15), disclosed_on=dt.date(2023, 7, 31))
    assert held.days_to_disclosure(dt.date(2024, 1, 1)) == 138
    assert held.days_to_disclosure(dt.date(2023, 5, 1)) == 47
    assert not held.is_disclosed(dt.date(2023, 7, 30))
    assert tie("p", "b", from_on=DAY).days_to_disclosure(AFTER) == 1
    assert tie("p", "b", disclosed_on=DAY).days_to_disclosure(AFTER) is None
    assert tie("p", "b", from_on=AFTER, disclosed_on=DAY).days_to_disclosure(AFTER) == 0


def frozen(one: Tie, *, seen_on: dt.date = DAY) -> dict[str, object]:
    return one.as_json() | {"seen_on": seen_on.isoformat()}


def test_a_tie_reads_back_as_it_was_written() -> None:
    share = Share(low=Fraction(1, 3), plain=Fraction(5), high=Fraction("20.5"))
    full = owns(
        "p", "b", percent="5", from_on=BEFORE, until_on=AFTER, disclosed_on=DAY, file="interests.csv", row=3
    )
    for one in (
        Tie(**{**{name: getattr(full, name) for name in full.__slots__}, "share": share}),
        tie("p", "b"),
    ):
        assert Tie.of_json(one.as_json()) == one


def test_a_frozen_tie_counts_although_the_facts_leave_it_out() -> None:
    gone = union(Graph((), {"p": "person"}), [frozen(owns("p", "b", percent="20"))])
    assert standing(gone).is_conflicted


def test_an_end_that_is_put_back_behind_the_day_it_was_seen_does_not_count() -> None:
    held = owns("p", "b", percent="20")
    put_back, ended = owns("p", "b", percent="20", until_on=DAY), owns("p", "b", percent="20", until_on=AFTER)
    assert standing(union(graph(put_back), [frozen(held)])).is_conflicted
    assert not standing(union(graph(ended), [frozen(held)]), span=Span(AFTER, AFTER)).is_conflicted


def test_a_share_restated_lower_stays_as_it_was_frozen_and_adds_nothing_to_it() -> None:
    lower = union(graph(owns("p", "b", percent="2")), [frozen(owns("p", "b", percent="20"))])
    assert standing(lower).stakes[0].amounts[Reading.PLAIN].percent == 20
    same = union(graph(owns("p", "b", percent="20")), [frozen(owns("p", "b", percent="20"))])
    assert same.ties == graph(owns("p", "b", percent="20")).ties


def test_a_tie_made_a_claim_later_counts_as_it_was_frozen() -> None:
    claimed = union(graph(tie("p", "b", basis="claim")), [frozen(tie("p", "b"))])
    assert standing(claimed).is_conflicted


def test_what_was_only_claimed_when_frozen_is_no_more_than_a_claim() -> None:
    assert not standing(union(graph(), [frozen(tie("p", "b", basis="claim"))])).is_conflicted
