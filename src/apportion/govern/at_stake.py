"""What is at stake: the value of a proposal with what belongs to it, and what follows from it (G4, G5, G16)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from apportion.govern.facts import Analysis, Dealing
from apportion.govern.state import Case, State, Status
from apportion.govern.window import is_within

# What will not be carried out any more.
_NEVER = frozenset({Status.REJECTED, Status.WITHDRAWN, Status.LAPSED})


def value_at_stake(state: State, case: Case) -> Fraction | None:
    """Return the value of a proposal and of all that adds up with it, in USD; None: not known.

    The highest reading of each, since a threshold is reached where any reading reaches it. Dealings of the same two
    parties in the same SKU within the pack's months add up, whichever came first and in either direction: those of
    every other proposal of the log that may still be or was carried out, and the transfers of the files.
    """
    frozen = case.frozen
    if frozen is None or frozen.value is None:
        return None
    total = frozen.value.high
    for dealing in _others(state, case):
        if _adds_up(dealing, frozen, months=case.pack.window_months):
            if dealing.value is None:
                return None
            total += dealing.value.high
    return total


def units_at_stake(state: State, case: Case) -> int:
    """Return the units of a proposal and of all that adds up with it."""
    if case.frozen is None:
        return 0
    months = case.pack.window_months
    others = sum(one.units for one in _others(state, case) if _adds_up(one, case.frozen, months=months))
    return others + sum(one.units for one in case.frozen.dealings)


def _others(state: State, case: Case) -> Iterator[Dealing]:
    if case.frozen is not None:
        yield from case.frozen.earlier
    for other in state.cases.values():
        if other.proposal != case.proposal and other.status not in _NEVER and other.frozen is not None:
            yield from other.frozen.dealings


def _adds_up(dealing: Dealing, frozen: Analysis, *, months: int) -> bool:
    return any(
        {dealing.giver, dealing.taker} == {own.giver, own.taker}
        and dealing.sku == own.sku
        and is_within(dealing.on, own.on, months=months)
        for own in frozen.dealings
    )


def is_material(state: State, case: Case) -> bool:
    """Return whether what is at stake reaches the pack's materiality; what is not known does (G4)."""
    value = value_at_stake(state, case)
    return value is None or value >= case.pack.materiality_usd


def needs_record(state: State, case: Case) -> bool:
    """Return whether a related-party record is due: somebody is conflicted, and the value is material (G4)."""
    return bool(case.conflicted) and case.frozen is not None and is_material(state, case)


def needs_decision(state: State, case: Case) -> bool:
    """Return whether the forums have to decide: all but what is conflicted and small, where the pack lets it pass."""
    is_small = bool(case.conflicted) and not is_material(state, case)
    return case.pack.needs_conflict_below_materiality or not is_small


def needs_memo(state: State, case: Case) -> bool:
    """Return whether an independent memo is needed before the vote; what is not known counts as over (G16)."""
    least = case.pack.memo_from_usd
    if least is None:
        return False
    value = value_at_stake(state, case)
    return value is None or value >= least
