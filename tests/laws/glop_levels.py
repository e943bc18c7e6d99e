"""The levels of one stage by GLOP, the linear solver of OR-tools; it runs in a process of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

# A price below this is rounding.
PRICE = 1e-9
# How far a class that is fixed may fall below its level, so that rounding leaves the next program feasible.
SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Row:
    """A limit: a sum over the stage's options that is at most `right`."""

    coefficients: Mapping[int, float]
    right: float


@dataclass(frozen=True, slots=True)
class FloatStage:
    """A stage in real units: what binds, and for each class its value by option, what it received, its weight."""

    limits: list[Row]
    values: dict[int, dict[int, float]]
    received: dict[int, float]
    weights: dict[int, float]


def levels_by_second_solver(stage: FloatStage) -> dict[int, float]:
    """Return the level of each class, by one linear program for each level."""
    fixed: dict[int, float] = {}
    while len(fixed) < len(stage.weights):
        level, stopped = highest_common_level(stage, fixed)
        assert stopped, "A level that nothing holds down could rise."
        for name in stopped:
            fixed[name] = max(level, stage.received[name] / stage.weights[name])
    return fixed


def highest_common_level(stage: FloatStage, fixed: Mapping[int, float]) -> tuple[float, list[int]]:
    """Return the highest level that all classes not fixed can reach, and which of them hold it down."""
    glop: Any = import_module("ortools.linear_solver.pywraplp")  # Only the process that solves loads it.
    solver = glop.Solver.CreateSolver("GLOP")
    units = {option: solver.NumVar(0, solver.infinity(), "") for by in stage.values.values() for option in by}
    level = solver.NumVar(-solver.infinity(), solver.infinity(), "level")
    for row in stage.limits:
        limit = solver.Constraint(-solver.infinity(), row.right)
        for option, coefficient in row.coefficients.items():
            limit.SetCoefficient(units[option], coefficient)
    rising: dict[int, Any] = {}
    for name, values in stage.values.items():
        if name in fixed:
            gain = fixed[name] * stage.weights[name] - stage.received[name]
            reached = solver.Constraint(gain - SLACK, solver.infinity())
        else:
            reached = rising[name] = solver.Constraint(-stage.received[name], solver.infinity())
            reached.SetCoefficient(level, -stage.weights[name])
        for option, value in values.items():
            reached.SetCoefficient(units[option], value)
    solver.Maximize(level)
    assert solver.Solve() == glop.Solver.OPTIMAL
    stopped = [name for name, reached in rising.items() if abs(reached.dual_value()) > PRICE]
    return level.solution_value(), stopped
