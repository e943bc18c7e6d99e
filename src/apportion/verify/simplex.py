"""A small exact linear program over whole numbers: maximise, then stay among the maximisers.

The tableau holds whole numbers over one common denominator (the last pivot), so that no fraction is ever
reduced and nothing is rounded. The origin is feasible (every bound is at least 0), so there is no phase one.
Bland's rule cannot cycle. The work is counted in cells touched, never in time, so that the same plan is
proven to the same depth on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction


class WorkSpent(Exception):
    """The budget of cells is spent: nothing is known, and nothing is refused."""


class Budget:
    """Cells that may still be touched."""

    def __init__(self, cells: int) -> None:
        self.cells = cells

    def spend(self, cells: int) -> None:
        """Take cells off.

        Raises:
            WorkSpent: There are too few.
        """
        self.cells -= cells
        if self.cells < 0:
            raise WorkSpent


class Program:
    """Variables at least 0 under rows ``row · x ≤ bound``, at a corner, with objectives maximised in turn.

    Variables are numbered from 0; slacks come after those given at the start, in the order of their rows, and
    may stand in objectives and later rows as well.
    """

    def __init__(self, size: int, *, budget: Budget) -> None:
        self.budget = budget
        self.denominator = 1
        self.columns = list(range(size))
        self.basic: list[int] = []
        self.rows: list[list[int]] = []
        self.count = size

    def add_variable(self) -> int:
        """Return a new variable that stands in no row yet."""
        self.columns.append(self.count)
        for row in self.rows:
            row.insert(len(row) - 1, 0)
        self.count += 1
        return self.count - 1

    def add_row(self, row: Mapping[int, int], *, bound: int) -> int:
        """Add ``row · x ≤ bound``, which the present corner must satisfy; return the slack."""
        entries = self._expressed(row)
        entries[-1] = bound * self.denominator - entries[-1]
        if entries[-1] < 0:
            raise WorkSpent
        self.rows.append(entries)
        self.basic.append(self.count)
        self.count += 1
        return self.count - 1

    def maximise(self, objective: Mapping[int, int]) -> Fraction:
        """Return the highest value of the objective, and stay among the points that attain it.

        A nonbasic variable whose reduced cost is above 0 is 0 at every maximiser, so it is dropped for good.
        """
        goal = self._climb(self._expressed(objective))
        value = Fraction(goal[-1], self.denominator)
        for place in range(len(self.columns) - 1, -1, -1):
            if goal[place] < 0:
                del self.columns[place]
                for row in self.rows:
                    del row[place]
        return value

    def probe(self, objective: Mapping[int, int]) -> Fraction:
        """Return the highest value of the objective and stand where it is attained, giving up no point."""
        goal = self._climb(self._expressed(objective))
        return Fraction(goal[-1], self.denominator)

    def values(self) -> dict[int, Fraction]:
        """Return the variables that are not 0 at the present corner."""
        return {
            variable: Fraction(row[-1], self.denominator)
            for variable, row in zip(self.basic, self.rows, strict=True)
            if row[-1]
        }

    def _expressed(self, objective: Mapping[int, int]) -> list[int]:
        """Return the objective over the nonbasic variables, its value at the corner last.

        Entries are what the objective gains for one more of each column; all over the common denominator.
        """
        place_of = {variable: place for place, variable in enumerate(self.columns)}
        row_of = {variable: place for place, variable in enumerate(self.basic)}
        entries = [0] * (len(self.columns) + 1)
        for variable, factor in objective.items():
            if variable in place_of:
                entries[place_of[variable]] += factor * self.denominator
            elif variable in row_of:
                # basic = (right - Σ entry · column) / denominator
                row = self.rows[row_of[variable]]
                self.budget.spend(len(row))
                for place, entry in enumerate(row):
                    if entry:
                        entries[place] -= factor * entry
                entries[-1] += 2 * factor * row[-1]
        return entries

    def _climb(self, goal: list[int]) -> list[int]:
        while True:
            rising = [place for place, gain in enumerate(goal[:-1]) if gain > 0]
            if not rising:
                return goal
            place = min(rising, key=lambda one: self.columns[one])
            goal = self._pivot(self._leaving(place), place=place, goal=goal)

    def _leaving(self, place: int) -> int:
        """Return the row that stops the entering column first; ties go to the lowest variable."""
        best: int | None = None
        for number, row in enumerate(self.rows):
            if row[place] <= 0:
                continue
            if best is None:
                best = number
                continue
            mine, other = row[-1] * self.rows[best][place], self.rows[best][-1] * row[place]
            if mine < other or (mine == other and self.basic[number] < self.basic[best]):
                best = number
        if best is None:
            raise WorkSpent
        return best

    def _pivot(self, number: int, *, place: int, goal: list[int]) -> list[int]:
        """Let the basic variable of a row and the nonbasic one of a column trade places."""
        self.budget.spend((len(self.rows) + 1) * len(goal))
        source = self.rows[number]
        pivot, before = source[place], self.denominator
        for other, row in enumerate(self.rows):
            if other != number:
                self.rows[other] = _eliminated(row, source=source, place=place, before=before)
        # The goal's gains fall as its value rises, so both keep one sign rule once the value is negated.
        goal[-1] = -goal[-1]
        changed = _eliminated(goal, source=source, place=place, before=before)
        changed[-1] = -changed[-1]
        source[place] = before
        self.denominator = pivot
        self.basic[number], self.columns[place] = self.columns[place], self.basic[number]
        return changed


def _eliminated(row: list[int], *, source: list[int], place: int, before: int) -> list[int]:
    """Return a row without the entering variable; the division by the denominator before leaves no rest."""
    pivot, factor = source[place], row[place]
    if not factor:
        return row if pivot == before else [entry * pivot // before for entry in row]
    changed = [(entry * pivot - factor * other) // before for entry, other in zip(row, source, strict=True)]
    changed[place] = -factor
    return changed
