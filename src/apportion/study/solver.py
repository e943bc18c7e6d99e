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
        import numpy as np  # noqa: PLC0415 - as the solver, loaded only where something is to be rented

        from apportion.study.highs import Model, solve_cold  # noqa: PLC0415 - as above

        model = Model(
            costs=np.array(self.costs),
            lowers=np.zeros(len(self.costs)),
            uppers=np.array(self.uppers),
            row_lowers=np.array(self.row_lowers),
            row_uppers=np.array(self.row_uppers),
            lines=list(self.entries),
            is_by_row=False,
            whole=None if most_nodes is None else frozenset(i for i, one in enumerate(self.whole) if one),
        )
        limits: dict[str, bool | int | float | str] = {}
        if most_nodes is not None:
            limits = {"mip_rel_gap": 1e-5, "mip_abs_gap": 0.0, "mip_max_nodes": most_nodes}
            limits["mip_allow_restart"] = False
        answer = solve_cold(model, options=limits)
        if not answer.is_feasible:
            return None
        prices = () if most_nodes is not None else tuple(map(float, answer.prices))
        return Solved(tuple(map(float, answer.values)), prices)
