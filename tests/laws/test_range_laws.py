"""What is said of uncertain facts, against every point of a small box."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from apportion.model.policy import Case
from apportion.study.assess import Assessment
from apportion.study.futures import Future
from apportion.study.knobs import Knob, Setting
from apportion.study.ranges import TOGETHER
from apportion.study.variants import Answer, Variants
from tests.laws.test_assessment_oracle import Small, assessed, day, number, random_moves, random_small

FEW = settings(max_examples=max(25, settings().max_examples // 8))
MOST_POINTS = 2_000


def uncertain(rng: Random) -> Small:
    """Return a small world whose lots may come earlier or later, two of them with a split that is not known."""
    small = random_small(rng, most_units=4)
    supply = small.rows("supply")
    for row in supply:
        on = number(row["arrives_on"])
        row |= {
            "arrives_on_early": day(on - rng.randint(0, 2)),
            "arrives_on_late": day(on + rng.randint(0, 2)),
        }
        row |= {"quantity_low": "", "quantity_high": "", "balance": ""}
    if rng.random() < 0.5:
        for row in supply[:2]:
            units = int(row["quantity"])
            row |= {"balance": "b", "quantity_low": str(max(0, units - 2)), "quantity_high": str(units + 2)}
    small.rows("skus")[0].update(site_kw="1", site_kw_low="1", site_kw_high=rng.choice(["1", "2"]))
    return small


def draws(seed: int) -> Iterator[Assessment]:
    rng = Random(seed)  # noqa: S311
    small = uncertain(rng)
    for _ in range(3):
        found = assessed(small, random_moves(rng, small))
        if found is not None:
            yield found


def every_point(knob: Knob) -> list[Setting]:
    """Return all settings of a knob that a day or unit tells apart; of a power its ends and some between."""
    cells = list(knob.plain)
    if len(cells) > 1 or knob.column == "site_kw":
        return list(knob.grid)
    [cell] = cells
    ends = [corner[cell] for corner in knob.corners]
    return [{cell: value} for value in range(min(ends), max(ends) + 1)]


def extremes(found: Assessment) -> Mapping[Answer, tuple[Fraction, Fraction]]:
    """Return the least and most of each answer over the whole box in the case shown; none of a box too large."""
    study = found.cases[found.case]
    variants = Variants(world=study.world, book=found.book, sends=found.sends)
    axes = [every_point(knob) for knob in found.knobs]
    points = itertools.islice(itertools.product(*axes), MOST_POINTS + 1)
    spread: dict[Answer, list[Fraction]] = {}
    for count, point in enumerate(points):
        if count == MOST_POINTS:
            return {}
        for answer, value in variants.answers(dict(pair for one in point for pair in one.items())).items():
            if value is not None:
                spread.setdefault(answer, []).append(value)
    return {answer: (min(values), max(values)) for answer, values in spread.items()}


@FEW
@given(st.integers(0, 2**32))
def test_what_is_varied_starts_from_what_is_told(seed: int) -> None:
    for found in draws(seed):
        for one in found.intervals:
            if one.case:
                told = found.value(Future.PROPOSED, one.measure, party=one.party, case=Case(one.case))
                assert one.plain == told, one
                assert one.low <= one.plain <= one.high


@FEW
@given(st.integers(0, 2**32))
def test_nothing_lies_outside_what_is_proven(seed: int) -> None:
    for found in draws(seed):
        told = {
            (one.party, one.measure): one
            for one in found.intervals
            if one.case == "middle" and one.varied == TOGETHER
        }
        for answer, (low, high) in extremes(found).items():
            one = told.get(answer)
            if one is not None and one.is_proven:
                assert (one.low, one.high) == (low, high), answer


@FEW
@given(st.integers(0, 2**32))
def test_over_all_cases_is_what_the_cases_span(seed: int) -> None:
    for found in draws(seed):
        for one in found.intervals:
            if not one.case and one.varied == TOGETHER:
                same = [
                    other
                    for other in found.intervals
                    if other.case
                    and (other.party, other.measure, other.varied) == (one.party, one.measure, TOGETHER)
                ]
                assert (one.low, one.high) == (min(o.low for o in same), max(o.high for o in same))
