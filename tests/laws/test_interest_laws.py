"""Laws of conflicts over random small graphs, and an oracle that walks every simple path."""

from __future__ import annotations

import dataclasses
import datetime as dt
from fractions import Fraction
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from apportion.govern.conflicts import Standing, find_conflicts
from apportion.govern.interests import Graph, Reading, Share, Span, Tie
from tests.interest_graphs import STRICT, graph, owns, simple_paths, weight_between

PARTIES = ("p", "q", "a", "b", "c", "d", "e")
ROLES = ("owner", "owner", "owner", "controller", "officer", "director", "family", "creditor")
DAYS = [dt.date(2024, 1, day) for day in (1, 2, 3, 4)]
SPAN = Span(DAYS[1], DAYS[2])
AT = (("a", "b"), ("p", "q"))
SHARES = [Fraction(text) for text in ("0", "1", "4.99", "5", "12.5", "100/3", "50", "100")]


@st.composite
def ties(draw: st.DrawFn, *, dated: bool = True) -> Tie:
    holder, entity = draw(st.permutations(PARTIES))[:2]
    role = draw(st.sampled_from(ROLES))
    share = None
    if role == "owner" and draw(st.integers(0, 5)):
        low, plain, high = sorted(draw(st.tuples(*[st.sampled_from(SHARES)] * 3)))
        share = Share(low=low, plain=plain, high=high)
    from_on, until_on = None, None
    if dated:
        from_on, until_on = draw(st.tuples(*[st.sampled_from([None, *DAYS])] * 2))
    basis = draw(st.sampled_from(["fact", "fact", "assumption", "claim"]))
    return Tie(
        holder=holder, entity=entity, role=role, from_on=from_on, until_on=until_on, share=share, basis=basis
    )


graphs = st.lists(ties(), max_size=14).map(lambda found: graph(*found))
still = st.lists(ties(dated=False), max_size=14).map(lambda found: graph(*found))


def found_in(one: Graph) -> tuple[Standing, ...]:
    entities, persons = AT
    return find_conflicts(one, entities=entities, persons=persons, span=SPAN, pack=STRICT)


def conflicted(one: Graph) -> set[tuple[str, str, Reading]]:
    return {
        (each.person, each.entity, reading)
        for each in found_in(one)
        for reading in Reading
        if each.answer(reading)
    }


@given(graphs, st.integers(0, 1000))
def test_taking_a_tie_away_conflicts_nobody(full: Graph, number: int) -> None:
    gone = number % max(1, len(full.ties))
    less = Graph(full.ties[:gone] + full.ties[gone + 1 :], full.kinds)
    assert conflicted(less) <= conflicted(full)


@given(graphs, ties())
def test_a_tie_more_frees_nobody(less: Graph, more: Tie) -> None:
    assert conflicted(less) <= conflicted(Graph((*less.ties, more), less.kinds))


@given(graphs, st.permutations(PARTIES), st.randoms(use_true_random=False))
def test_neither_names_nor_the_order_of_rows_change_anything(
    full: Graph, others: list[str], random: object
) -> None:
    new = dict(zip(PARTIES, (f"n-{one}" for one in others), strict=True))
    renamed = [dataclasses.replace(one, holder=new[one.holder], entity=new[one.entity]) for one in full.ties]
    random.shuffle(renamed)  # type: ignore[attr-defined]
    other = Graph(tuple(renamed), {})
    entities, persons = AT
    after = find_conflicts(
        other,
        entities=[new[one] for one in entities],
        persons=[new[one] for one in persons],
        span=SPAN,
        pack=STRICT,
    )
    told = {(one.person, one.entity): one for one in after}
    for one in found_in(full):
        twin = told[new[one.person], new[one.entity]]
        assert (one.is_conflicted, one.depends_on_reading, one.is_member, one.is_tied) == (
            twin.is_conflicted,
            twin.depends_on_reading,
            twin.is_member,
            twin.is_tied,
        )
        assert [stake.amounts for stake in one.stakes] == [stake.amounts for stake in twin.stakes]


@settings(max_examples=300)
@given(still)
def test_the_answer_is_that_of_every_simple_path(full: Graph) -> None:
    held = [one for one in full.ties if one.basis != "claim"]
    for one in found_in(full):
        for stake in one.stakes:
            avoided = frozenset({one.entity})
            paths = list(simple_paths(held, start=one.person, end=stake.entity, avoided=avoided))
            weights = [_weights(held, path) for path in paths]
            is_tied = any(all(is_full for _, is_full in path) for path in weights)
            assert (Reading.PLAIN in stake.tied) == is_tied
            amount = stake.amounts[Reading.PLAIN].most / 100
            if not is_tied:
                # Nobody counts for more than the whole, so all paths together bound a stake from above; the
                # largest of them bounds it from below.
                every = [_product(path) for path in weights]
                assert max(every, default=Fraction(0)) <= amount <= sum(every, Fraction(0))
            answer = is_tied or (amount > 0 and amount * 100 >= STRICT.interest_percent)
            assert one.answer(Reading.PLAIN) == answer


def _weights(held: list[Tie], path: list[str]) -> list[tuple[Fraction, bool]]:
    """Return of each step what it weighs, and whether it does so without a share."""
    full = [one for one in held if one.role != "owner"]
    return [
        (
            weight_between(held, holder=holder, entity=entity),
            weight_between(full, holder=holder, entity=entity) == 1,
        )
        for holder, entity in pairwise(path)
    ]


def _product(path: list[tuple[Fraction, bool]]) -> Fraction:
    product = Fraction(1)
    for weight, _ in path:
        product *= weight
    return product


shares_of_one = st.lists(st.integers(0, 40), min_size=6, max_size=6)


@given(st.lists(shares_of_one, min_size=4, max_size=4))
def test_where_all_is_owned_the_stake_is_the_sum_over_every_simple_path(rows: list[list[int]]) -> None:
    """Each entity is owned by six others, of which no more than the whole is held."""
    held = []
    for entity, row in zip(("b", "c", "d", "e"), rows, strict=True):
        owners = [one for one in ("p", "q", "b", "c", "d", "e") if one != entity]
        scale = max(100, sum(row))
        held += [
            owns(owner, entity, percent=f"{percent * 100}/{scale}")
            for owner, percent in zip(owners, row, strict=False)
            if percent
        ]
    (found,) = (
        stake
        for one in found_in(graph(*held))
        if (one.person, one.entity) == ("p", "a")
        for stake in one.stakes
    )
    paths = simple_paths(held, start="p", end="b", avoided=frozenset({"a"}))
    every = sum((_product(_weights(held, path)) for path in paths), Fraction(0))
    assert found.amounts[Reading.PLAIN].percent == every * 100
