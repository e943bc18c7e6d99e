"""The value at stake of a proposal: cash, what the moved time is worth, and what it costs to bridge it (G4).

All three come from its assessment, which has looked at every case of readiness already.

Source: ``docs/concepts/transfers.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from apportion.govern.worth import NOTHING, Part, PartName, Worth, sum_of_parts
from apportion.model.policy import Case
from apportion.study.assess import Assessment
from apportion.study.futures import Future


def value_at_stake(assessment: Assessment) -> Worth:
    """Return what is at stake in a proposal, in the currency of the scenario.

    The imputed value lies between what the moved units lose meanwhile and what renting the time gained would cost;
    as stated it is the larger of the two in the case of the view. Bridging is what parties would rent more than
    before, what no offer covers at list rent. Low and high are the least and the most over all cases. A proposal
    names no cash: that part is zero, and zero cash makes no proposal small.

    Args:
        assessment: What the proposal comes to.
    """
    return sum_of_parts((_cash(), _slot(assessment), _bridge(assessment)))


def _cash() -> Part:
    return Part(name=PartName.CASH, low=NOTHING, plain=NOTHING, high=NOTHING)


def _slot(found: Assessment) -> Part:
    ends = {
        case: [
            value if isinstance(value, Fraction) else None
            for value in (
                found.value(Future.PROPOSED, "imputed_low_usd", case=case),
                found.value(Future.PROPOSED, "imputed_high_usd", case=case),
            )
        ]
        for case in found.cases
    }
    low, high = _extremes([value for both in ends.values() for value in both])
    return Part(name=PartName.SLOT, low=low, plain=ends[found.case][1], high=high)


def _bridge(found: Assessment) -> Part:
    by_case = {case: _bridge_in(found, case) for case in found.cases}
    low, high = _extremes(list(by_case.values()))
    return Part(name=PartName.BRIDGE, low=low, plain=by_case[found.case], high=high)


def _extremes(values: Sequence[Fraction | None]) -> tuple[Fraction | None, Fraction | None]:
    """Return the least and the most; neither where one is not known."""
    known = [value for value in values if value is not None]
    return (min(known), max(known)) if len(known) == len(values) else (None, None)


def _bridge_in(found: Assessment, case: Case) -> Fraction | None:
    """Return what parties would rent more than before in one case; None where what is not covered has no price."""
    study, total = found.compute, NOTHING
    for party in sorted({party for _, _, party in study.parties}):
        costs = [
            _rent_of(found, party, future=future, case=case) for future in (Future.PROPOSED, found.baseline)
        ]
        if costs[0] is None or costs[1] is None:
            return None
        total += max(NOTHING, costs[0] - costs[1])
    return total


def _rent_of(found: Assessment, party: str, *, future: Future, case: Case) -> Fraction | None:
    rentals = found.compute.parties[case, future, party].rentals
    if rentals is None:
        return NOTHING
    beyond = found.compute.rent_gap(sum(rentals.uncovered.values()))
    return None if beyond is None else rentals.usd + beyond
