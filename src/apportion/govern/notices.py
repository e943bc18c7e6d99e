"""What is due after a proposal is carried out: notices to those who lose, and units that come back."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass

from apportion.govern.state import Case


class Kind(enum.StrEnum):
    """What is due."""

    NOTICE = "notice"  # A party that loses has not been told (G27).
    REPLY = "reply"  # A party that was told may still reply (G27).
    MAKE_GOOD = "make-good"  # Units are owed back (G19).
    REVIEW = "review"  # The full review of an emergency (G15).
    APPLY = "apply"  # An approval that is not applied.


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One thing that is due.

    Attributes:
        kind: What.
        party: Who is to be told, may reply or is owed; empty: nobody in particular.
        due_on: By which day; None: no day is known.
        units: How many units; 0: none.
        is_late: Whether that day is over.
        name: The obligation; empty: none.
    """

    kind: Kind
    party: str
    due_on: dt.date | None
    units: int
    is_late: bool
    name: str = ""


def due(case: Case, *, now: dt.datetime) -> tuple[Due, ...]:
    """Return what is due on a proposal at a moment, the late first."""
    raise NotImplementedError


def in_force(case: Case, *, now: dt.datetime) -> bool:
    """Return whether a proposal is carried out and stays so: an emergency that was not reviewed in time does not."""
    raise NotImplementedError
