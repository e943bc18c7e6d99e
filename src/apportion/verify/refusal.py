"""`Refusal`: one broken rule of a plan, as a value."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

_DIGITS_SHOWN = 40
_TENTHS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One rule that a plan breaks.

    Attributes:
        rule: The rule, as a code that never changes its meaning.
        order: The order; empty where the rule is about a stage or the whole plan.
        round_on: The round's day; None where the rule is about no one round.
        sentence: What was found and what was expected.
    """

    rule: str
    order: str = ""
    round_on: dt.date | None = None
    sentence: str


def shown(value: Fraction | int) -> str:
    """Return a number as text, shortened where it would fill the page.

    >>> shown(Fraction(7, 2)), shown(10**5000)
    ('7/2', 'a number of more than 40 digits')
    """
    fraction = Fraction(value)
    limit = _TENTHS**_DIGITS_SHOWN
    if abs(fraction.numerator) >= limit or fraction.denominator >= limit:
        return f"a number of more than {_DIGITS_SHOWN} digits"
    return str(fraction)
