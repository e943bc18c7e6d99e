"""An exact simplex tableau: sparse rows of whole numbers, right sides that move with one level λ.

Row ``i`` says ``Σ aᵢⱼ xⱼ = bᵢ + qᵢ λ`` with every variable at least 0; its basic variable has a positive
coefficient and stands in no other row. Each row carries its own scale, so that a pivot only touches rows that
hold the pivot column, and numbers stay small.

Two searches use it: raising λ until a row stops it (a dual simplex in λ, with nothing to optimise), and filling
one objective after another (a primal simplex that keeps to the best face). Both take the lowest index where
there is a choice, which cannot cycle.

Source:
    R. G. Bland, "New finite pivoting rules for the simplex method" (1977), for the choice of the lowest index.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import gcd

ZERO = Fraction(0)


class Tableau:
    """Rows of an exact linear program; variables are whole numbers that the caller gives out.

    Attributes:
        rows: The coefficients of each row by variable.
        basis: The basic variable of each row.
        base: bᵢ of each row.
        slope: qᵢ of each row.
    """

    def __init__(self) -> None:
        """Start without a row."""
        self.rows: list[dict[int, int]] = []
        self.basis: list[int] = []
        self.base: list[Fraction] = []
        self.slope: list[Fraction] = []
        self._holders: dict[int, set[int]] = {}

    def add_row(self, coefficients: Mapping[int, int], *, slack: int, right: int | Fraction) -> None:
        """Add ``Σ coefficients·x + slack = right``; the slack is a new variable and becomes basic."""
        row = {variable: value for variable, value in coefficients.items() if value}
        row[slack] = 1
        index = len(self.rows)
        for variable in row:
            self._holders.setdefault(variable, set()).add(index)
        self.rows.append(row)
        self.basis.append(slack)
        self.base.append(Fraction(right))
        self.slope.append(ZERO)

    def shift(self, slack: int, *, base: Fraction, slope: Fraction = ZERO) -> None:
        """Add ``base + slope·λ`` to the right side of the row that `slack` was added with."""
        for index in self._holders[slack]:
            coefficient = self.rows[index][slack]
            if base:
                self.base[index] += coefficient * base
            if slope:
                self.slope[index] += coefficient * slope

    def next_stop(self) -> Fraction | None:
        """Return the lowest λ at which a falling row reaches 0, or None where no row falls."""
        stops = [-base / slope for base, slope in zip(self.base, self.slope, strict=True) if slope < 0]
        return min(stops, default=None)

    def settle(self, level: Fraction) -> int | None:
        """Pivot until no row is about to fall below 0 at `level`; return a row that cannot be helped, or None.

        Such a row has no negative coefficient: it is a proof that λ cannot rise, and its coefficients on the
        slacks are the prices.
        """
        while True:
            falling = [
                (self.basis[index], index)
                for index, slope in enumerate(self.slope)
                if slope < 0 and self.base[index] + slope * level <= 0
            ]
            if not falling:
                return None
            _, index = min(falling)
            entering = min((one for one, value in self.rows[index].items() if value < 0), default=None)
            if entering is None:
                return index
            self.pivot(index, entering)

    def pivot(self, index: int, entering: int) -> None:
        """Make `entering` basic in row `index`."""
        row = self.rows[index]
        if row[entering] < 0:
            for variable in row:
                row[variable] = -row[variable]
            self.base[index] = -self.base[index]
            self.slope[index] = -self.slope[index]
        self.basis[index] = entering
        for other in self._holders[entering] - {index}:
            self._eliminate(other, entering, index=index)

    def _eliminate(self, other: int, entering: int, *, index: int) -> None:
        row, target = self.rows[index], self.rows[other]
        common = gcd(row[entering], target[entering])
        up, down = row[entering] // common, target[entering] // common
        if up != 1:
            for variable in target:
                target[variable] *= up
        for variable, value in row.items():
            changed = target.get(variable, 0) - down * value
            if changed:
                if variable not in target:
                    self._holders[variable].add(other)
                target[variable] = changed
            elif variable in target:
                del target[variable]
                self._holders[variable].discard(other)
        base = up * self.base[other] - down * self.base[index]
        slope = up * self.slope[other] - down * self.slope[index]
        scale = gcd(*target.values())
        if scale != 1:
            for variable in target:
                target[variable] //= scale
            base, slope = base / scale, slope / scale
        self.base[other], self.slope[other] = base, slope

    def freeze(self, level: Fraction) -> None:
        """Put λ at `level` for good: the right sides become constants."""
        for index, slope in enumerate(self.slope):
            if slope:
                self.base[index] += slope * level
                self.slope[index] = ZERO

    def drop(self, variables: Iterable[int]) -> None:
        """Hold nonbasic variables at 0 for good: their columns are taken out."""
        basic = set(self.basis)
        for variable in variables:
            if variable in basic:
                continue
            for index in self._holders.pop(variable, set()):
                del self.rows[index][variable]

    def maximise(self, objective: Mapping[int, int]) -> None:
        """Move to the best value of ``Σ objective·x`` and stay on the face where it is best."""
        reduced = self._reduced(objective)
        while True:
            entering = min((one for one, value in reduced.items() if value > 0), default=None)
            if entering is None:
                break
            index = self._leaving(entering)
            self.pivot(index, entering)
            row = self.rows[index]
            reduced = _combined(reduced, row, eliminate=entering)
        self.drop([variable for variable, value in reduced.items() if value < 0])

    def _reduced(self, objective: Mapping[int, int]) -> dict[int, int]:
        reduced = {one: value for one, value in objective.items() if value and self._holders.get(one)}
        for index, variable in enumerate(self.basis):
            if variable in reduced:
                reduced = _combined(reduced, self.rows[index], eliminate=variable)
        return reduced

    def _leaving(self, entering: int) -> int:
        best: tuple[Fraction, int, int] | None = None
        for index in self._holders[entering]:
            coefficient = self.rows[index][entering]
            if coefficient > 0:
                candidate = (self.base[index] / coefficient, self.basis[index], index)
                best = candidate if best is None or candidate < best else best
        if best is None:
            raise AssertionError("An order's quantity bounds every share, so some row must bind.")
        return best[2]

    def value(self, variable: int) -> Fraction:
        """Return the value of a variable at λ = 0, or after `freeze`."""
        for index in self._holders.get(variable, ()):
            if self.basis[index] == variable:
                return self.base[index] / self.rows[index][variable]
        return ZERO


def _combined(target: dict[int, int], row: Mapping[int, int], *, eliminate: int) -> dict[int, int]:
    """Return a positive multiple of `target` less a multiple of `row`, without the variable `eliminate`."""
    common = gcd(row[eliminate], target[eliminate])
    up, down = row[eliminate] // common, target[eliminate] // common
    combined = {variable: value * up for variable, value in target.items()}
    for variable, value in row.items():
        changed = combined.get(variable, 0) - down * value
        if changed:
            combined[variable] = changed
        else:
            combined.pop(variable, None)
    return combined
