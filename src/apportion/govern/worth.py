"""What a dealing is worth, as a range or not known at all, and sums that keep what is not known apart.

Unknown is not zero: a sum says whose worth is missing from it, and counts as at or above every threshold.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

NOTHING = Fraction(0)


class PartName(enum.StrEnum):
    """What a value at stake is made of (G4)."""

    CASH = "cash"
    SLOT = "slot"  # What the moved time is worth.
    BRIDGE = "bridge"  # What it costs to rent meanwhile.


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a worth, in USD; None: not known.

    Attributes:
        name: Which part.
        low: The least it may be.
        plain: As stated.
        high: The most it may be.
    """

    name: PartName
    low: Fraction | None
    plain: Fraction | None
    high: Fraction | None

    def as_json(self) -> dict[str, object]:
        """Return the part as plain values."""
        return {"name": str(self.name), **_plain((self.low, self.plain, self.high))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What a dealing is worth, in USD, exact; None in all three: not known.

    Attributes:
        low: The least it may be.
        plain: As stated.
        high: The most it may be.
        parts: What it is made of; none: it is one amount.
    """

    low: Fraction | None
    plain: Fraction | None
    high: Fraction | None
    parts: tuple[Part, ...] = ()

    @property
    def is_known(self) -> bool:
        """Return whether it is known."""
        return self.plain is not None

    def as_json(self) -> dict[str, object]:
        """Return the worth as plain values; amounts as text, exact."""
        whole = _plain((self.low, self.plain, self.high))
        return {**whole, "parts": [one.as_json() for one in self.parts]}


NOT_VALUED = Worth(low=None, plain=None, high=None)


def worth_of(low: Fraction | None, plain: Fraction | None, *, high: Fraction | None) -> Worth:
    """Return a worth between two ends, which are as stated where they are not given; of no amount, not known."""
    if plain is None:
        return NOT_VALUED
    ends = (plain if low is None else low, plain, plain if high is None else high)
    return Worth(low=min(ends), plain=plain, high=max(ends))


def sum_of_parts(parts: Iterable[Part]) -> Worth:
    """Return the worth made of parts; not known where one of them is not."""
    held = tuple(parts)
    low, plain, high = (
        None if any(end is None for end in ends) else sum((end for end in ends if end is not None), NOTHING)
        for ends in zip(*((one.low, one.plain, one.high) for one in held), strict=True)
    )
    if low is None or plain is None or high is None:
        return Worth(low=None, plain=None, high=None, parts=held)
    return Worth(low=low, plain=plain, high=high, parts=held)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """The sum of several worths, in USD.

    Attributes:
        low: The least the known ones come to.
        plain: What they come to as stated.
        high: The most.
        counted: The ids of what is in the sum, in the order given.
        unvalued: The ids of what is not valued, so that the sum is no more than a part.
    """

    low: Fraction
    plain: Fraction
    high: Fraction
    counted: tuple[str, ...] = ()
    unvalued: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return the ids of all that was added up."""
        return (*self.counted, *self.unvalued)

    @property
    def is_valued(self) -> bool:
        """Return whether anything in it is valued, or it is a sum of nothing, which is zero."""
        return bool(self.counted) or not self.unvalued

    def as_json(self) -> dict[str, object]:
        """Return the sum as plain values; amounts as text, exact; none where nothing in it is valued."""
        whole = _plain((self.low, self.plain, self.high) if self.is_valued else (None, None, None))
        return {**whole, "counted": list(self.counted), "not_valued": list(self.unvalued)}


def total_of(parts: Iterable[tuple[str, Worth, Fraction]]) -> Total:
    """Return the sum of parts of worths: each with its id and the share of it that counts."""
    low = plain = high = NOTHING
    counted, unvalued = [], []
    for name, worth, share in parts:
        if worth.low is None or worth.plain is None or worth.high is None:
            unvalued.append(name)
            continue
        low, plain, high = low + worth.low * share, plain + worth.plain * share, high + worth.high * share
        counted.append(name)
    return Total(low=low, plain=plain, high=high, counted=tuple(counted), unvalued=tuple(unvalued))


def _plain(ends: tuple[Fraction | None, Fraction | None, Fraction | None]) -> dict[str, str | None]:
    named = zip(("low_usd", "usd", "high_usd"), ends, strict=True)
    return {name: None if end is None else str(end) for name, end in named}
