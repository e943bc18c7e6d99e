"""The best corner of a linear program: what the solver names and exact arithmetic proves, against the exact simplex."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.study import vertex
from apportion.study.vertex import Limit, best_corner, solve_exactly


def random_program(rng: Random) -> tuple[list[Limit], dict[int, int], int]:
    """Return limits that bound every variable, and what each is worth."""
    count = rng.randint(1, 6)
    limits = [Limit({one: 1}, Fraction(rng.randint(0, 9))) for one in range(count)]
    for _ in range(rng.randint(0, 5)):
        chosen = rng.sample(range(count), rng.randint(1, count))
        limits.append(
            Limit({one: rng.choice([-1, 0, 1, 2, 3]) for one in chosen}, Fraction(rng.randint(0, 12), 2))
        )
    return limits, {one: rng.randint(0, 5) for one in range(count)}, count


def total(worth: dict[int, int], values: dict[int, Fraction]) -> Fraction:
    return sum((worth.get(one, 0) * value for one, value in values.items()), Fraction(0))


@given(st.integers(0, 2**32))
def test_theproven_corner_is_worth_what_the_exact_simplex_finds(seed: int) -> None:
    limits, worth, count = random_program(Random(seed))  # noqa: S311
    exact = best_corner(limits, worth, count=count)
    proven = vertex.proven_corner(limits, worth, count=count)
    assert proven is not None
    assert total(worth, proven) == total(worth, exact)
    for limit in limits:
        met = sum(value * proven.get(one, Fraction(0)) for one, value in limit.coefficients.items())
        assert met <= limit.right
    assert all(value >= 0 for value in proven.values())


def test_a_corner_that_is_not_the_best_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    # x + y ≤ 4, x ≤ 3; x is worth 2, y 1. At the corner named, x is 0 and y is 4: worth 4, not 7.
    limits = [Limit({0: 1, 1: 1}, Fraction(4)), Limit({0: 1}, Fraction(3))]
    monkeypatch.setattr(vertex, "named_corner", lambda *_, **__: ([1], [0]))
    assert vertex.proven_corner(limits, {0: 2, 1: 1}, count=2) is None
    monkeypatch.setattr(vertex, "MOST_ROWS", 0)
    assert best_corner(limits, {0: 2, 1: 1}, count=2) == {0: 3, 1: 1}


def test_a_corner_that_breaks_a_limit_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    # Named is that x is held by the first row alone, where it is 4: the second allows 3.
    limits = [Limit({0: 1}, Fraction(4)), Limit({0: 1}, Fraction(3))]
    monkeypatch.setattr(vertex, "named_corner", lambda *_, **__: ([0], [0]))
    assert vertex.proven_corner(limits, {0: 1}, count=1) is None


def test_equations_are_solved_exactly() -> None:
    # x + y = 1, x − 2y = 0: y = 1/3.
    solved = solve_exactly([({0: 1, 1: 1}, Fraction(1)), ({0: 1, 1: -2}, Fraction(0))])
    assert solved == {0: Fraction(2, 3), 1: Fraction(1, 3)}


@pytest.mark.parametrize(
    "equations",
    [
        [({0: 1, 1: 1}, Fraction(1)), ({0: 2, 1: 2}, Fraction(2))],  # The same twice.
        [({0: 1, 1: 1}, Fraction(1))],  # Too few.
        [({0: 1}, Fraction(1)), ({0: 1}, Fraction(2))],  # Too many.
    ],
)
def test_equations_without_just_one_solution_have_none(
    equations: list[tuple[dict[int, int], Fraction]],
) -> None:
    assert solve_exactly(equations) is None
