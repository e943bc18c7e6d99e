"""The remedy law: with all of it the allocations plus one lot are feasible; with any part left out, not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from apportion.verify.alone import Granted
from apportion.verify.facts import Facts, Option, Order
from apportion.verify.figures import AMOUNT, MICRO, USE

NO_REMEDY = frozenset({"on-hold", "no-round", "no-usable-site", "not-booked", "not-decided"})
_PART = re.compile(r"(\d{1,30}(?:\.\d{1,24})?) (.+)", re.DOTALL | re.ASCII)
_WORDS = {
    "power": "kW at {}",
    "liquid": "liquid kW at {}",
    "units": "units of room at {}",
    "supply": "units of {}",
    "quota": "units of quota {}",
}


class Remedies:
    """What one more lot would lack, beside all that ships."""

    def __init__(self, facts: Facts, granted: Granted) -> None:
        self.facts = facts
        self.granted = granted
        self._missing: dict[str, list[int | None]] = {}

    def lot_round(self, order: Order, *, is_short: bool) -> int:
        """Return the round of the lot: the last open one for short units, the one wanted for late ones."""
        return order.end_round - 1 if is_short else max(order.wanted_round, order.first_round)

    def lacks(self, order: Order, *, is_short: bool) -> dict[str, int]:
        """Return what the order's next lot lacks by its words, e.g. ``kW at oslo``, in 10**-18.

        Source: "each the largest lack over that and all later rounds, measured before the clip at 0".
        """
        at = self.lot_round(order, is_short=is_short)
        option = next((option for option in order.options if option.is_usable), None)
        if option is None or not 0 <= at < len(self.facts.calendar):
            return {}
        units = self._next_lot(order, option)
        lacks: dict[str, int] = {}
        for resource, use in option.uses.items():
            missing = self._missing_from(resource)[at]
            if missing is not None and missing + use * units > 0:
                lacks[_words(resource)] = missing + use * units
        for quota in self.facts.active_quotas(option, at):
            beyond = self.granted.taken(quota)[-1] + USE * units - self.facts.quotas[quota].at_most
            if beyond > 0:
                lacks[_words(quota)] = beyond
        return lacks

    def _next_lot(self, order: Order, option: Option) -> int:
        """Return the next lot in millionths of a unit: whole units still open if fewer than a lot, else a lot."""
        still_open = order.open_amount - self.granted.filled_by(order, len(self.facts.calendar))
        whole = max(0, still_open) // option.rate // MICRO
        lot = self.facts.lot_units[option.sku]
        return (min(lot, whole) if whole else lot) * MICRO

    def _missing_from(self, resource: str) -> list[int | None]:
        """Return the most by which use passes the limit from each round on; below 0, what is left over."""
        if resource not in self._missing:
            taken = self.granted.taken(resource)
            most: int | None = None
            reverse: list[int | None] = []
            for at in range(len(taken) - 1, -1, -1):
                limit = self.facts.limits[resource][at]
                if limit is not None:
                    most = taken[at] - limit if most is None else max(most, taken[at] - limit)
                reverse.append(most)
            self._missing[resource] = reverse[::-1]
        return self._missing[resource]


def _words(resource: str) -> str:
    kind, _, name = resource.partition(":")
    return _WORDS[kind].format(name)


def broken_law(remedy: str | None, *, lacks: dict[str, int]) -> str:
    """Return what is wrong with a remedy in words; empty where the law holds."""
    stated: Sequence[str] = remedy.split("|") if remedy else []
    seen: set[str] = set()
    for part in stated:
        match = _PART.fullmatch(part)
        if match is None:
            return f"{part!r} is no amount of a resource"
        amount, words = Fraction(match[1]) * AMOUNT, match[2]
        if words not in lacks:
            return f"without {part!r} the lot is feasible as well"
        if words in seen:
            return f"{words!r} stands twice"
        seen.add(words)
        # Exact, or rounded up to a millionth.
        if not 0 <= amount - lacks[words] < AMOUNT // MICRO:
            return f"{part!r} is not what the lot lacks"
    left_out = sorted(set(lacks) - seen)
    return f"the lot lacks {left_out[0]!r} as well" if left_out else ""
