"""Whole numbers for exact sums: every quantity is an integer in a fixed small unit.

    units       millionths of a unit (`MICRO`)
    use, value  what one unit uses or counts, in 10**-12 (`USE`)
    amount      use times units, in 10**-18 (`AMOUNT`)

So a product of two table decimals never rounds, and sums over thousands of rows stay fast.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

MICRO = 10**6
USE = 10**12
AMOUNT = 10**18


def scaled(value: Decimal | int | Fraction, scale: int) -> int | None:
    """Return `value` as a whole number of 1/`scale`; None where it is no whole number of them.

    >>> scaled(Decimal("2.5"), MICRO), scaled(Fraction(1, 3), MICRO)
    (2500000, None)
    """
    numerator, denominator = value.as_integer_ratio()
    whole, rest = divmod(numerator * scale, denominator)
    return None if rest else whole


def exact(value: Decimal | int | Fraction, scale: int) -> int:
    """Return a fact of the world as a whole number of 1/`scale`, cut down where it is finer."""
    numerator, denominator = value.as_integer_ratio()
    return numerator * scale // denominator


def ordered_units(amount: int) -> Fraction:
    """Return an amount in its own unit."""
    return Fraction(amount, AMOUNT)
