"""The best corner of a linear program, exact at any size: a solver in floats names it, exact arithmetic proves it.

HiGHS says which variables and rows are free at the best corner, and nothing more is believed. The corner is worked
out from that in whole numbers, and so are the prices of its rows. If all limits hold, no price is below 0 and no
variable is worth more than its prices, it is the optimum, whoever named it. Where it is not, a simplex in exact
arithmetic finds it, slowly.

Source: weak duality of linear programs, e.g. Chvátal, "Linear Programming", chapter 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

from apportion.engine.tableau import Tableau

# Smaller programs are solved by the exact simplex at once, in less time than the solver takes to load.
MOST_ROWS = 60
ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Limit:
    """One row: Σ coefficient × variable ≤ right, with a right side of at least 0."""

    coefficients: Mapping[int, int]
    right: Fraction


def best_corner(limits: Sequence[Limit], worth: Mapping[int, int], *, count: int) -> dict[int, Fraction]:
    """Return the variables that are not 0 where Σ worth × variable is greatest; all are 0 or more.

    Args:
        limits: The rows; together they bound what is worth something.
        worth: What one of each variable is worth; others are worth 0.
        count: How many variables there are, numbered from 0.
    """
    if len(limits) > MOST_ROWS:
        proven = proven_corner(limits, worth, count=count)
        if proven is not None:
            return proven
    tableau = Tableau()
    for place, limit in enumerate(limits):
        tableau.add_row(limit.coefficients, slack=count + place, right=limit.right)
    tableau.maximise(worth)
    values = {variable: tableau.value(variable) for variable in range(count)}
    return {variable: value for variable, value in values.items() if value}


def proven_corner(
    limits: Sequence[Limit], worth: Mapping[int, int], *, count: int
) -> dict[int, Fraction] | None:
    """Return the corner that the solver names, if it is proven the best; else None."""
    columns: list[dict[int, int]] = [{} for _ in range(count)]
    for place, limit in enumerate(limits):
        for variable, value in limit.coefficients.items():
            columns[variable][place] = value
    free, tight = named_corner(limits, worth, columns=columns)
    if len(free) != len(tight):
        return None
    within = set(free)
    values = solve_exactly(
        [
            (
                {one: value for one, value in limits[row].coefficients.items() if one in within},
                limits[row].right,
            )
            for row in tight
        ]
    )
    rows = set(tight)
    prices = solve_exactly(
        [
            ({row: value for row, value in columns[one].items() if row in rows}, Fraction(worth.get(one, 0)))
            for one in free
        ]
    )
    if values is None or prices is None or not _is_feasible(limits, values):
        return None
    return values if _is_best(columns, prices, worth=worth) else None


def named_corner(
    limits: Sequence[Limit], worth: Mapping[int, int], *, columns: Sequence[Mapping[int, int]]
) -> tuple[list[int], list[int]]:
    """Return the variables that are free at the solver's corner, and the rows that hold it there."""
    import numpy as np  # noqa: PLC0415 - slow to load, and only large programs need it

    from apportion.study.highs import Model, solve_cold  # noqa: PLC0415 - as above

    infinite = np.inf
    answer = solve_cold(
        Model(
            costs=-np.array([worth.get(one, 0) for one in range(len(columns))], dtype=np.float64),
            lowers=np.zeros(len(columns)),
            uppers=np.full(len(columns), infinite),
            row_lowers=np.full(len(limits), -infinite),
            row_uppers=np.array([float(limit.right) for limit in limits]),
            lines=list(columns),
            is_by_row=False,
        ),
        options={"solver": "simplex"},
    )
    free = [one for one, is_free in enumerate(answer.free_columns) if is_free]
    return free, [row for row, is_free in enumerate(answer.free_rows) if not is_free]


def _is_feasible(limits: Sequence[Limit], values: Mapping[int, Fraction]) -> bool:
    if any(value < 0 for value in values.values()):
        return False
    return all(
        sum((value * values.get(one, ZERO) for one, value in limit.coefficients.items()), ZERO) <= limit.right
        for limit in limits
    )


def _is_best(
    columns: Sequence[Mapping[int, int]], prices: Mapping[int, Fraction], *, worth: Mapping[int, int]
) -> bool:
    if any(price < 0 for price in prices.values()):
        return False
    return all(
        sum((value * prices.get(row, ZERO) for row, value in column.items()), ZERO) >= worth.get(one, 0)
        for one, column in enumerate(columns)
    )


def solve_exactly(equations: Sequence[tuple[Mapping[int, int], Fraction]]) -> dict[int, Fraction] | None:
    """Return the one solution of linear equations in whole coefficients; None where there is not just one.

    The equation with fewest unknowns goes first, and in it the unknown that stands in fewest others, so that
    sparse equations stay sparse.
    """
    left = [{unknown: value for unknown, value in row.items() if value} for row, _ in equations]
    rights = [right for _, right in equations]
    holders: dict[int, set[int]] = {}
    for index, row in enumerate(left):
        for unknown in row:
            holders.setdefault(unknown, set()).add(index)
    if len(holders) != len(left):
        return None
    waiting = set(range(len(left)))
    steps: list[tuple[int, int]] = []
    while waiting:
        index = min(waiting, key=lambda one: (len(left[one]), one))
        if not left[index]:
            return None
        waiting.discard(index)
        unknown = min(left[index], key=lambda one: (len(holders[one]), one))
        steps.append((index, unknown))
        for one in left[index]:
            holders[one].discard(index)
        for other in list(holders[unknown]):
            _eliminate(left, rights, holders=holders, at=(index, other), unknown=unknown)
    values: dict[int, Fraction] = {}
    for index, unknown in reversed(steps):
        row = left[index]
        rest = sum((value * values[one] for one, value in row.items() if one != unknown), ZERO)
        values[unknown] = (rights[index] - rest) / row[unknown]
    return values


def _eliminate(
    left: list[dict[int, int]],
    rights: list[Fraction],
    *,
    holders: dict[int, set[int]],
    at: tuple[int, int],
    unknown: int,
) -> None:
    """Take a multiple of one equation from another, so that an unknown stands there no more."""
    index, other = at
    row, target = left[index], left[other]
    common = gcd(row[unknown], target[unknown])
    up, down = row[unknown] // common, target[unknown] // common
    for one in target:
        target[one] *= up
    for one, value in row.items():
        changed = target.get(one, 0) - down * value
        if changed:
            target[one] = changed
            holders[one].add(other)
        elif one in target:
            del target[one]
            holders[one].discard(other)
    rights[other] = rights[other] * up - rights[index] * down
    scale = gcd(*target.values()) if target else 1
    if scale > 1:
        left[other] = {one: value // scale for one, value in target.items()}
        rights[other] /= scale
