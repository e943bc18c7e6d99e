"""Linear programs in whole numbers: solved fast and in floats, bounded in exact arithmetic.

HiGHS is never trusted: its answer is only a proposal, and what it says of prices is only a guess. Any prices give a
bound on the optimum, worked out here in whole numbers; good prices give a good one.

Source: weak duality of linear programs, e.g. Chvátal, "Linear Programming", chapter 5.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from apportion.study.highs import Floats, Model, solve_cold

# Prices are rounded to whole numbers where they are as good as whole, else to so small a part of one.
_PART = 2**40
_SNAP = 1e-6
_MOST_NODES = 500
_FAR = 1e-6  # A proof this much above what was found, in parts of it, is tried again another way.


@dataclass(slots=True)
class Row:
    """One row: low ≤ Σ value × variable ≤ high; None: no limit on that side."""

    variables: list[int]
    values: list[int]
    low: Fraction | None
    high: Fraction | None


@dataclass(slots=True)
class Linear:
    """A linear program: variables from 0 up to a limit each, and rows.

    Attributes:
        worth: What one of each variable counts.
        limits: The most of each variable; always finite, so that any prices bound the optimum.
        least: The least of a variable that is not 0.
        whole: The variables that count in whole numbers.
        rows: The rows.
    """

    worth: list[int] = field(default_factory=list)
    limits: list[Fraction] = field(default_factory=list)
    least: dict[int, int] = field(default_factory=dict)
    whole: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def add(self, limit: int | Fraction, *, worth: int = 0, is_whole: bool = False) -> int:
        """Add a variable and return its number."""
        self.worth.append(worth)
        self.limits.append(Fraction(limit))
        if is_whole:
            self.whole.append(len(self.worth) - 1)
        return len(self.worth) - 1

    def limit(
        self,
        terms: Mapping[int, int],
        *,
        low: int | Fraction | None = None,
        high: int | Fraction | None = None,
    ) -> None:
        """Add a row, divided by what all its values have in common."""
        if not terms:
            return
        each = math.gcd(*terms.values())
        self.rows.append(
            Row(
                list(terms),
                [value // each for value in terms.values()],
                None if low is None else Fraction(low) / each,
                None if high is None else Fraction(high) / each,
            )
        )


@dataclass(frozen=True, slots=True)
class Solved:
    """What a solver proposes.

    Attributes:
        values: float64[variable].
        prices: float64[row]; empty where whole numbers were asked for.
        worth: What it counts.
    """

    values: Floats
    prices: Floats
    worth: float


def solve_most(program: Linear) -> tuple[Solved | None, Fraction]:
    """Return what a solver proposes for the most worth, and a bound on it that is proven; None: it has no answer."""
    best = _run(program, program.worth, is_whole=False, presolve="on")
    bound = proven_bound(program, () if best is None else best.prices)
    if best is None or float(bound) > best.worth + _FAR * (1 + abs(best.worth)):
        again = _run(program, program.worth, is_whole=False, presolve="off")
        if again is not None:
            other = proven_bound(program, again.prices)
            if best is None or other < bound:
                best, bound = again, min(bound, other)
    return best, bound


def solve_whole(program: Linear, worth: Sequence[int]) -> Solved | None:
    """Return what a solver proposes with whole variables whole; None: it has no answer."""
    return _run(program, worth, is_whole=True, presolve="on")


def solve_parts(program: Linear, worth: Sequence[int]) -> Solved | None:
    """Return what a solver proposes whatever is whole; None: it has no answer."""
    return _run(program, worth, is_whole=False, presolve="on")


def proven_bound(program: Linear, prices: Sequence[float] | Floats) -> Fraction:
    """Return a bound on the worth of every solution, in exact arithmetic.

    Each row, times its price, limits a sum of the variables. What that leaves of a variable's worth is taken at
    the variable's own limit. So the bound holds whatever the prices are.
    """
    left = [worth * _PART for worth in program.worth]
    total = Fraction(0)
    for row, price in zip(program.rows, prices, strict=False):
        parts = _parts(price)
        side = row.high if parts > 0 else row.low
        if not parts or side is None:
            continue
        total += parts * side
        for variable, value in zip(row.variables, row.values, strict=True):
            left[variable] -= parts * value
    for rest, limit in zip(left, program.limits, strict=True):
        if rest > 0:
            total += rest * limit
    return total / _PART


def _parts(price: float) -> int:
    nearest = round(price)
    return nearest * _PART if abs(price - nearest) < _SNAP else round(price * _PART)


def _run(program: Linear, worth: Sequence[int], *, is_whole: bool, presolve: str) -> Solved | None:
    options: dict[str, bool | int | float | str] = {
        "presolve": presolve,
        "mip_max_nodes": _MOST_NODES,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 0.0,
    }
    model = Model(
        costs=-np.array(worth, dtype=np.float64),
        lowers=np.array([program.least.get(one, 0) for one in range(len(program.worth))], dtype=np.float64),
        uppers=np.array([float(limit) for limit in program.limits]),
        row_lowers=np.array([-np.inf if row.low is None else float(row.low) for row in program.rows]),
        row_uppers=np.array([np.inf if row.high is None else float(row.high) for row in program.rows]),
        lines=[dict(zip(row.variables, row.values, strict=True)) for row in program.rows],
        is_by_row=True,
        whole=frozenset(program.whole) if is_whole else None,
    )
    answer = solve_cold(model, options=options)
    if not (answer.is_best or (is_whole and answer.is_feasible)):
        return None
    prices = np.zeros(0) if is_whole else -answer.prices
    return Solved(answer.values, prices, float(np.dot(answer.values, np.array(worth, dtype=np.float64))))
