"""What the facts give for a claim: least, plain and most, and how far these bound what may be true.

What is documented is there; what is not may be there all the same. So a count has a floor (what rows that are no
assumption document) and a ceiling only where all power is known. A price, share, date or power that the facts
state is both.

Source: ``docs/concepts/claims.md``, E5 and E6.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from apportion.study.counts import NOTHING, Item
from apportion.study.support import ASSUMPTION, Support, weakest


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the facts give for a claim.

    Attributes:
        low: The least; days stand as ordinals.
        plain: As stated, in the case of the view.
        high: The most documented.
        floor: No value below it agrees with the facts; None: no such value.
        ceiling: No value above it does; None: no such value.
        support: The rows this rests on.
        unknown: Sites of which no readiness is known.
    """

    low: Fraction
    plain: Fraction
    high: Fraction
    floor: Fraction | None = None
    ceiling: Fraction | None = None
    support: tuple[Support, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def basis(self) -> str:
        """Return the weakest class of the rows it rests on."""
        return weakest(one.basis for one in self.support)


# What is found for a claim: evidence, or why it cannot be compared, as the words name it.
Found = Evidence | str


def summed(items: Iterable[Item], *, is_floor: bool = True) -> Evidence:
    """Return items as evidence; the floor is what is there and rests on no assumption."""
    listed = list(items)
    firm = [item.low for item in listed if item.is_there and is_firm(item.support)]
    return Evidence(
        low=sum((item.low for item in listed), NOTHING),
        plain=sum((item.plain for item in listed), NOTHING),
        high=sum((item.high for item in listed), NOTHING),
        floor=sum(firm, NOTHING) if is_floor else None,
        support=tuple(dict.fromkeys(one for item in listed for one in item.support)),
    )


def is_firm(support: Iterable[Support]) -> bool:
    """Return whether none of the rows is an assumption."""
    return all(one.basis != ASSUMPTION for one in support)


def bounded(found: Evidence, *, is_whole: bool = True) -> Evidence:
    """Return evidence that bounds what may be true: from below, and, where it is whole, from above.

    What is assumed bounds nothing: it is our choice, and speaks against nobody.
    """
    if not is_firm(found.support):
        return replace(found, floor=None, ceiling=None)
    return replace(found, floor=found.low, ceiling=found.high if is_whole else None)
