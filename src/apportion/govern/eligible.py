"""Who may approve, side by side, and how each side stands. Counted anew at every vote, at apply, and for a look."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from apportion.govern.state import Case, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """How one side's forum stands at a moment.

    Attributes:
        entity: The side.
        is_needed: Whether it needs an approval of its own (G12).
        members: Who serves in its forum: its board, or its committee.
        excluded: Who of them may not approve, with the rule's id: G7, G6, G20.
        disinterested: Of whom a majority is needed: members neither conflicted nor recused (G10).
        eligible: Who may approve: the disinterested whom nothing else bars (G8).
        yes: Who of the eligible says yes, on the facts that are frozen and acknowledged.
        no: Who of them says no.
        abstain: Who of them abstains.
        has_committee: Whether the forum is a committee.
        needs_committee: Whether so much of the board is conflicted that only a committee counts (G9).
        is_advisory: Whether its mandate lets it not reject, so that its yes approves nothing (G11).
        is_approved: Whether it approves.
        is_lost: Whether it cannot approve any more.
    """

    entity: str
    is_needed: bool
    members: tuple[str, ...]
    excluded: tuple[tuple[str, str], ...]
    disinterested: frozenset[str]
    eligible: frozenset[str]
    yes: frozenset[str]
    no: frozenset[str]
    abstain: frozenset[str]
    has_committee: bool
    needs_committee: bool
    is_advisory: bool
    is_approved: bool
    is_lost: bool


def sides(state: State, case: Case, *, now: dt.datetime) -> tuple[Side, ...]:
    """Return how each side of a proposal stands at a moment; empty: nothing is frozen."""
    raise NotImplementedError
