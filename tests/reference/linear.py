"""A small exact linear program: maximise c·x with A x <= b and x >= 0, b of any sign.

The tableau is kept as a dictionary: one equation per basic variable,

    scale · basic + sum of (entry · nonbasic) = right,

each multiplied through to whole numbers and divided by their greatest common divisor.
An equation may be scaled at will, so nothing is rounded. Phase one brings in one
artificial variable; both phases choose by Bland's rule, which cannot cycle.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm

Numbers = Sequence[Fraction | int]

ARTIFICIAL = -1


class NoFeasiblePoint(Exception):
    """The constraints contradict each other."""


class NoHighestValue(Exception):
    """The objective can grow without end."""


class Equation:
    """One row of the dictionary, in whole numbers; `scale` stays above 0."""

    __slots__ = ("entries", "right", "scale")

    def __init__(self, entries: list[int], *, right: int, scale: int) -> None:
        self.entries = entries
        self.right = right
        self.scale = scale

    def remove(self, column: int, *, source: "Equation") -> None:
        """Take the entering variable out of this equation with the help of the pivot equation.

        `source` is the pivot equation after the exchange, so that `source.scale` belongs to the
        entering variable and its entry in `column` to the leaving one.
        """
        factor = self.entries[column]
        if factor == 0:
            return
        self.entries[column] = 0
        pivot = source.scale
        entries = [
            mine * pivot - factor * other for mine, other in zip(self.entries, source.entries, strict=True)
        ]
        right = self.right * pivot - factor * source.right
        scale = self.scale * pivot
        divisor = gcd(scale, right, *entries)
        if divisor > 1:
            entries = [entry // divisor for entry in entries]
            right //= divisor
            scale //= divisor
        self.entries, self.right, self.scale = entries, right, scale


class Program:
    """A feasible set with a current corner; objectives can be maximised over it one after another."""

    def __init__(self, rows: Sequence[Numbers], bounds: Numbers, *, size: int) -> None:
        """Take the constraints rows · x <= bounds over `size` variables and find a corner.

        Raises:
            NoFeasiblePoint: There is none.
        """
        self.size = size
        self.nonbasic = list(range(size))
        self.basic = list(range(size, size + len(rows)))
        self.equations = [whole_equation(row, right=bound) for row, bound in zip(rows, bounds, strict=True)]
        if any(equation.right < 0 for equation in self.equations):
            self._find_corner()

    def maximise(self, objective: Numbers) -> Fraction:
        """Return the highest value of objective · x and stand at a corner that attains it."""
        goal = self._climb(self._expressed(objective))
        return Fraction(goal.right, goal.scale)

    def keep_highest(self, objective: Numbers) -> Fraction:
        """Maximise, then keep of the feasible set only the points that attain the maximum.

        At the maximum the objective is the maximum less a sum of (entry · nonbasic) with no entry
        below 0. So the other maximisers are the points where every nonbasic variable with an entry
        above 0 is 0, and those variables are dropped.
        """
        goal = self._climb(self._expressed(objective))
        for column in reversed(range(len(self.nonbasic))):
            if goal.entries[column] > 0:
                self._drop(column)
        return Fraction(goal.right, goal.scale)

    def point(self) -> list[Fraction]:
        """Return the current corner."""
        values = [Fraction(0)] * self.size
        for variable, equation in zip(self.basic, self.equations, strict=True):
            if 0 <= variable < self.size:
                values[variable] = Fraction(equation.right, equation.scale)
        return values

    def _find_corner(self) -> None:
        """Phase one: let every equation miss its bound by one artificial amount, and bring that to 0."""
        for equation in self.equations:
            equation.entries.append(-equation.scale)
        self.nonbasic.append(ARTIFICIAL)
        column = len(self.nonbasic) - 1
        worst = min(
            range(len(self.equations)),
            key=lambda at: Fraction(self.equations[at].right, self.equations[at].scale),
        )
        self._exchange(worst, column=column)
        if self._climb(self._expressed_single(ARTIFICIAL, factor=-1)).right < 0:
            raise NoFeasiblePoint
        if ARTIFICIAL in self.basic:
            at = self.basic.index(ARTIFICIAL)
            columns = [number for number, entry in enumerate(self.equations[at].entries) if entry]
            if columns:
                self._exchange(at, column=columns[0])
            else:
                del self.basic[at], self.equations[at]
        if ARTIFICIAL in self.nonbasic:
            self._drop(self.nonbasic.index(ARTIFICIAL))

    def _expressed(self, objective: Numbers) -> Equation:
        """Return the objective as an equation over the present nonbasic variables."""
        entries = [Fraction(0)] * len(self.nonbasic)
        right = Fraction(0)
        for column, variable in enumerate(self.nonbasic):
            if 0 <= variable < self.size:
                entries[column] -= objective[variable]
        for variable, equation in zip(self.basic, self.equations, strict=True):
            if 0 <= variable < self.size and objective[variable]:
                factor = Fraction(objective[variable]) / equation.scale
                right += factor * equation.right
                for column, entry in enumerate(equation.entries):
                    if entry:
                        entries[column] += factor * entry
        return whole_equation(entries, right=right)

    def _expressed_single(self, variable: int, *, factor: int) -> Equation:
        """Return factor · (one basic variable) as an equation over the nonbasic variables."""
        equation = self.equations[self.basic.index(variable)]
        entries = [factor * entry for entry in equation.entries]
        return Equation(entries, right=factor * equation.right, scale=equation.scale)

    def _climb(self, goal: Equation) -> Equation:
        """Exchange variables by Bland's rule until no nonbasic variable can raise the goal."""
        while True:
            rising = [column for column, entry in enumerate(goal.entries) if entry < 0]
            if not rising:
                return goal
            column = min(rising, key=lambda number: self.nonbasic[number])
            self._exchange(self._leaving(column), column=column, goal=goal)

    def _leaving(self, column: int) -> int:
        """Return the equation that stops the entering variable first; ties go to the lowest variable."""
        best: tuple[Fraction, int, int] | None = None
        for at, equation in enumerate(self.equations):
            if equation.entries[column] > 0:
                ratio = Fraction(equation.right, equation.entries[column])
                if best is None or (ratio, self.basic[at]) < best[:2]:
                    best = (ratio, self.basic[at], at)
        if best is None:
            raise NoHighestValue
        return best[2]

    def _exchange(self, at: int, *, column: int, goal: Equation | None = None) -> None:
        """Let the nonbasic variable of `column` and the basic variable of equation `at` trade places."""
        source = self.equations[at]
        pivot = source.entries[column]
        source.entries[column] = source.scale
        source.scale = pivot
        if pivot < 0:
            source.entries = [-entry for entry in source.entries]
            source.right = -source.right
            source.scale = -pivot
        for number, equation in enumerate(self.equations):
            if number != at:
                equation.remove(column, source=source)
        if goal is not None:
            goal.remove(column, source=source)
        self.basic[at], self.nonbasic[column] = self.nonbasic[column], self.basic[at]

    def _drop(self, column: int) -> None:
        """Hold a nonbasic variable at 0 for good."""
        del self.nonbasic[column]
        for equation in self.equations:
            del equation.entries[column]


def whole_equation(row: Numbers, *, right: Fraction | int) -> Equation:
    """Return slack + row · x = right, multiplied through to whole numbers."""
    scale = lcm(right.denominator, *(entry.denominator for entry in row))
    entries = [entry.numerator * (scale // entry.denominator) for entry in row]
    return Equation(entries, right=right.numerator * (scale // right.denominator), scale=scale)
