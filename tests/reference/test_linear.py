"""The exact linear program of the reference, by hand."""

from fractions import Fraction

import pytest

from .linear import NoFeasiblePoint, NoHighestValue, Program


def test_the_linear_program_finds_exact_corners() -> None:
    # x + 2y <= 4 and 3x + y <= 6 meet at x = 8/5, y = 6/5; x >= 1 needs phase one.
    program = Program([[1, 2], [3, 1], [-1, 0]], [4, 6, -1], size=2)
    assert program.maximise([1, 1]) == Fraction(14, 5)
    assert program.point() == [Fraction(8, 5), Fraction(6, 5)]
    assert program.maximise([-1, 0]) == -1
    # Of the choices with the least x, the highest y: x = 1, y = 3/2.
    assert program.keep_highest([-1, 0]) == -1
    assert program.keep_highest([0, 1]) == Fraction(3, 2)
    assert program.point() == [1, Fraction(3, 2)]
    with pytest.raises(NoFeasiblePoint):
        Program([[1], [-1]], [1, -2], size=1)
    with pytest.raises(NoHighestValue):
        Program([[-1]], [-2], size=1).maximise([1])
