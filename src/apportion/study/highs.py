"""HiGHS, the one solver in floats: a program given as arrays, solved from cold, and what it proposes.

It is never trusted: whoever asks proves the answer. It runs in one thread with a solver of its own each time, since
one that starts from an answer of before has been seen to end in a wrong one; and it must not print. It is imported
where it is used, for it costs a quarter of a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from apportion.errors import UsageError

Floats: TypeAlias = npt.NDArray[np.float64]
Option: TypeAlias = bool | int | float | str
_OPTIONS: Mapping[str, Option] = {"output_flag": False, "parallel": "off", "threads": 1, "random_seed": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Least Σ cost × column within the limits of columns and rows.

    Attributes:
        costs: float64[column].
        lowers: float64[column], the least of each.
        uppers: float64[column], the most of each.
        row_lowers: float64[row].
        row_uppers: float64[row].
        lines: The entries, by row where `is_by_row`, else by column: of each line what stands at which place.
        is_by_row: Whether a line is a row.
        whole: The columns that are whole numbers; None: none, and rows have prices.
    """

    costs: Floats
    lowers: Floats
    uppers: Floats
    row_lowers: Floats
    row_uppers: Floats
    lines: list[Mapping[int, float]]
    is_by_row: bool
    whole: frozenset[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the solver proposes.

    Attributes:
        values: float64[column].
        prices: float64[row], by how much the least cost rises with a row's limit; 0 where columns are whole.
        is_best: Whether it says that nothing is better.
        is_feasible: Whether it says that every limit holds.
        free_columns: bool[column], whether it is basic; empty where the solver names no corner.
        free_rows: bool[row], the same of the row's own value.
    """

    values: Floats
    prices: Floats
    is_best: bool
    is_feasible: bool
    free_columns: tuple[bool, ...]
    free_rows: tuple[bool, ...]


def solve_cold(model: Model, *, options: Mapping[str, Option]) -> Answer:
    """Return the solver's answer to a model.

    Args:
        model: What is asked.
        options: Options of HiGHS beside those that keep it silent and repeatable.

    Raises:
        UsageError: The process has loaded a package that holds another copy of the solver.
    """
    highspy = _highspy()
    solver = highspy.Highs()
    for name, value in {**_OPTIONS, **options}.items():
        solver.setOptionValue(name, value)
    solver.passModel(_program(highspy, model))
    solver.run()
    answer, corner, basic = solver.getSolution(), solver.getBasis(), highspy.HighsBasisStatus.kBasic
    feasible = highspy.SolutionStatus.kSolutionStatusFeasible
    return Answer(
        values=np.array(answer.col_value, dtype=np.float64),
        prices=np.array(answer.row_dual, dtype=np.float64),
        is_best=solver.getModelStatus() == highspy.HighsModelStatus.kOptimal,
        is_feasible=solver.getInfo().primal_solution_status == feasible,
        free_columns=tuple(one == basic for one in corner.col_status) if corner.valid else (),
        free_rows=tuple(one == basic for one in corner.row_status) if corner.valid else (),
    )


def _highspy() -> ModuleType:
    try:
        import highspy  # noqa: PLC0415 - only a study that solves pays for it
    except ImportError as error:
        raise UsageError(
            f"The solver cannot be loaded: {error}.",
            fix="A package loaded before it, e.g. ortools, may hold another copy: import apportion's in a process of "
            "its own.",
        ) from error
    return highspy


def _program(highspy: ModuleType, model: Model) -> Any:  # noqa: ANN401 - the solver's own types
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = len(model.costs), len(model.row_lowers)
    program.col_cost_ = model.costs
    program.col_lower_, program.col_upper_ = model.lowers, model.uppers
    program.row_lower_, program.row_upper_ = model.row_lowers, model.row_uppers
    matrix, formats = program.a_matrix_, highspy.MatrixFormat
    matrix.format_ = formats.kRowwise if model.is_by_row else formats.kColwise
    matrix.num_col_, matrix.num_row_ = len(model.costs), len(model.row_lowers)
    matrix.start_ = np.cumsum([0, *(len(line) for line in model.lines)], dtype=np.int32)
    matrix.index_ = np.array([place for line in model.lines for place in line], dtype=np.int32)
    matrix.value_ = np.array([value for line in model.lines for value in line.values()], dtype=np.float64)
    if model.whole is not None:
        kinds = highspy.HighsVarType
        program.integrality_ = [
            kinds.kInteger if column in model.whole else kinds.kContinuous
            for column in range(len(model.costs))
        ]
    return program
