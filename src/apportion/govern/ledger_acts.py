"""Whether an act of a decision is of the person whose user entered it, as the ledger tells both.

Who may sign entries is another question: without this one, whoever has a key could enter the vote of somebody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from apportion.govern.events import SYSTEM
from apportion.govern.ledger_faults import StoredGroup
from apportion.govern.ledger_rows import shown_values
from apportion.govern.recorded import ACT
from apportion.govern.recorded import KIND as DECISION
from apportion.govern.rights import User

__all__ = ["Acts"]

ADDED, TAKEN = "scenario-added", "decisions"
KINDS = frozenset({DECISION, ADDED})


class Acts:
    """The acts of a ledger, read in order."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        # Of events that a new scenario brought along from its files, how many are still to come.
        self._taken: dict[str, int] = {}

    def other_person(
        self, groups: Sequence[StoredGroup], *, kind: str, by: str, subject: str, users: Mapping[str, User]
    ) -> str | None:
        """Return the person that an entry of `KINDS` names in place of its user's own; None: it names no other.

        Events that a scenario brought along when it was added are as its files told them, and say nothing of keys.

        Args:
            groups: Its groups.
            kind: Its kind.
            by: The user who wrote it; ``apportion``: nobody.
            subject: Its scenario.
            users: The users at its place.

        Raises:
            ValueError: A group is none.
        """
        if kind == ADDED:
            self._taken[subject] = _count(shown_values([one for one in groups if one[1] == TAKEN]).get(TAKEN))
            return None
        if self._taken.get(subject):
            self._taken[subject] -= 1
            return None
        act = shown_values([one for one in groups if one[1] == ACT]).get(ACT)
        user = users.get(by)
        if not isinstance(act, dict) or (user is None and by != SYSTEM):
            return None
        own = SYSTEM if user is None else user.person
        return None if act.get("by") == own else str(act.get("by"))


def _count(told: object) -> int:
    events = told.get("events") if isinstance(told, dict) else None
    return events if isinstance(events, int) else 0
