"""Which targets stand on a day as they stood on the day before, since nothing that bears on them changed.

What a claim of units is judged by is: rows of its party, what its party receives, sites, SKUs, readiness, shipments
and lead times, and the claim that it counts from. And the day itself counts where it passes the day of the claim, its
last day to order, or a delivery to its party. A target may first be met on any day on which units of anybody begin
to run or to be held, so those up to the day count too.

Source: ``docs/concepts/claims.md``, E25: what is judged, and how, is not decided here.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from apportion.study.known import Known
from apportion.study.verdicts import Judged, changes_of

# A change of one of these may bear on any claim.
_OF_ALL = ("sites", "skus", "readiness", "shipments", "lead_times")
# Of these only the rows of a claim's party bear on it.
_OF_PARTY = (("fleet", "party"), ("orders", "customer"), ("rentals", "party"))


@dataclass(frozen=True)
class Between:
    """What changed from one day looked from to a later one.

    Attributes:
        before: What was known on the first.
        then: What is known on the second.
    """

    before: Known
    then: Known
    _same: dict[str, bool] = field(default_factory=dict)

    def bears_on(self, judged: Judged) -> bool:
        """Return whether anything changed that may bear on a claim of units, as it was judged on the first day."""
        party = judged.claim.party
        if party not in self._same:
            self._same[party] = self._is_same_for_all() and self._is_same_for(party)
        return not self._same[party] or self._passes(judged)

    def _is_same_for_all(self) -> bool:
        if "" not in self._same:
            is_same_so_far = _so_far(self.before) == _so_far(self.then)
            stated = self._is_any_passed(self._lead_days_stated())
            self._same[""] = is_same_so_far and not stated and self._are_tables_same()
        return self._same[""]

    def _are_tables_same(self) -> bool:
        before, then = self.before, self.then
        return all(before.world.table(name).equals(then.world.table(name)) for name in _OF_ALL) and (
            before.stated.table("readiness").equals(then.stated.table("readiness"))
        )

    def _lead_days_stated(self) -> list[int]:
        return sorted(
            day.toordinal() for day in self.then.world.table("lead_times")["stated_on"].drop_nulls().to_list()
        )

    def _is_same_for(self, party: str) -> bool:
        before, then = self.before, self.then
        received = then.deliveries_of.get(party, ())
        if received != before.deliveries_of.get(party, ()):
            return False
        for table, column in _OF_PARTY:
            for one, other in ((before.lookup, then.lookup), (before.claimed, then.claimed)):
                if one.rows(table, column=column, values=[party]) != other.rows(
                    table, column=column, values=[party]
                ):
                    return False
        # A count of the party may change by the passing of such a day alone, and so the day on which it is met.
        return not self._is_any_passed(changes_of(then, party))

    def _passes(self, judged: Judged) -> bool:
        turns = [judged.claim.as_of_on]
        if judged.reach is not None:
            # The reach is over on the day after its last day.
            turns.append(judged.reach.best_on + dt.timedelta(days=1))
        return self._is_any_passed(sorted(day.toordinal() for day in turns))

    def _is_any_passed(self, days: Sequence[int]) -> bool:
        """Return whether one of some days, in order, is after the first day and not after the second."""
        first, last = self.before.day.toordinal(), self.then.day.toordinal()
        return bisect_right(days, first) < bisect_right(days, last)


def _so_far(known: Known) -> Sequence[int]:
    """Return the days up to the one looked from on which units of anybody begin to run or to be held."""
    return known.event_days[: bisect_right(known.event_days, known.day.toordinal())]
