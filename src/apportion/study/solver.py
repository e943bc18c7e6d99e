"""A linear or mixed-integer program and its answer by HiGHS, in floats: a proposal, to be proven by whoever asks.

Solved from cold, in one thread, with limits that are counted and not timed, so that the same program gives the
same answer. HiGHS is imported where it is used, and must not print.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

INFINITE = float("inf")


@dataclass(frozen=True, slots=True)
class Solved:
    """What the solver proposes.

    Attributes:
        values: Of each column.
        prices: Of each row; empty for a program with whole columns.
    """

    values: tuple[float, ...]
    prices: tuple[float, ...]


@dataclass(slots=True)
class Program:
    """Rows and columns; the sum of cost is to be least, and no column is below 0."""

    costs: list[float] = field(default_factory=list)
    uppers: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    entries: list[dict[int, float]] = field(default_factory=list)
    row_lowers: list[float] = field(default_factory=list)
    row_uppers: list[float] = field(default_factory=list)

    def add_row(self, *, lower: float = -INFINITE, upper: float = INFINITE) -> int:
        """Add a row and return its place."""
        self.row_lowers.append(lower)
        self.row_uppers.append(upper)
        return len(self.row_lowers) - 1

    def add_column(
        self,
        entries: Mapping[int, float],
        *,
        cost: float = 0,
        upper: float = INFINITE,
        is_whole: bool = False,
    ) -> int:
        """Add a column with its entries by row, and return its place."""
        self.entries.append(dict(entries))
        self.costs.append(cost)
        self.uppers.append(upper)
        self.whole.append(is_whole)
        return len(self.costs) - 1

    def add_entry(self, column: int, *, row: int, value: float) -> None:
        """Let a column count in one more row."""
        self.entries[column][row] = value

    def solve_relaxed(self) -> Solved | None:
        """Return the answer where no column need be whole; None where the solver finds none."""
        return self._solve(most_nodes=None)

    def solve_whole(self, *, most_nodes: int) -> Solved | None:
        """Return the best answer found within so many nodes; None where the solver finds none."""
        return self._solve(most_nodes=most_nodes)

    def _solve(self, *, most_nodes: int | None) -> Solved | None:
        import highspy  # noqa: PLC0415 - a quarter of a second that only a gap to be rented costs
        import numpy as np  # noqa: PLC0415 - as above

        solver = highspy.Highs()  # type: ignore[no-untyped-call] # it has no types for its own making
        options: dict[str, float] = {"output_flag": False, "threads": 1, "random_seed": 0}
        if most_nodes is not None:
            options |= {"mip_rel_gap": 1e-5, "mip_abs_gap": 0.0, "mip_max_nodes": most_nodes}
            options["mip_allow_restart"] = False
        for name, value in options.items():
            solver.setOptionValue(name, value)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.costs), len(self.row_lowers)
        model.col_cost_ = np.array(self.costs)
        model.col_lower_, model.col_upper_ = np.zeros(len(self.costs)), np.array(self.uppers)
        model.row_lower_, model.row_upper_ = np.array(self.row_lowers), np.array(self.row_uppers)
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        starts = np.cumsum([0, *(len(one) for one in self.entries)])
        model.a_matrix_.start_ = starts.astype(np.int32)
        model.a_matrix_.index_ = np.array([row for one in self.entries for row in one], dtype=np.int32)
        model.a_matrix_.value_ = np.array([value for one in self.entries for value in one.values()])
        if most_nodes is not None:
            kinds = highspy.HighsVarType
            model.integrality_ = [kinds.kInteger if one else kinds.kContinuous for one in self.whole]
        solver.passModel(model)
        solver.run()
        if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        answer = solver.getSolution()
        prices = tuple(answer.row_dual) if most_nodes is None else ()
        return Solved(values=tuple(answer.col_value), prices=prices)
