"""Which entries of a ledger are deliberation that is not for whoever acts: votes, memos and committees (G7).

When there was one stays told. By whom it was, and the root over what it says, are withheld: with the root at hand,
trying the few who might have been would find who it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from apportion.commands.book_source import BookSource
from apportion.commands.decision_log import known_of
from apportion.commands.decision_rights import forums_heard
from apportion.commands.permits import internal, person_acting, scope_now
from apportion.commands.session import needed
from apportion.errors import BookError, FindingsError, UsageError
from apportion.govern.events import SYSTEM
from apportion.govern.minutes import is_heard
from apportion.govern.recorded import KIND, event_of
from apportion.govern.rights import Right
from apportion.govern.state import Case
from apportion.govern.stored import read_act

if TYPE_CHECKING:
    from apportion.govern.ledger_faults import StoredEntry
    from apportion.store.book import Reading

__all__ = ["unheard"]


@internal
def unheard(rows: Iterable[StoredEntry], *, reading: Reading) -> frozenset[int]:
    """Return the numbers of those entries that are deliberation which is not for whoever acts.

    Where it cannot be read what an entry says, or on what, it counts as such.
    """
    if scope_now(Right.HEAR).is_all and not person_acting():
        return frozenset()
    cases = _Cases()
    return frozenset(
        row.seq
        for row in rows
        if row.kind == KIND and row.by != SYSTEM and not _is_heard(row, reading=reading, find=cases)
    )


class _Cases:
    """The proposals of each scenario, looked up once."""

    def __init__(self) -> None:
        self._found: dict[str, Mapping[str, Case]] = {}

    def __call__(self, scenario: str) -> Mapping[str, Case]:
        if scenario not in self._found:
            try:
                self._found[scenario] = known_of(BookSource.of(needed(), scenario)).state.cases
            except (UsageError, FindingsError):
                self._found[scenario] = {}
        return self._found[scenario]


def _is_heard(row: StoredEntry, *, reading: Reading, find: Callable[[str], Mapping[str, Case]]) -> bool:
    try:
        # For whom it is does not hang on the words, so any mark does for those that were erased.
        event = event_of(reading.said(row)[1], fetch=reading.object, mark=str)
        act = read_act(event)
    except (BookError, ValueError, TypeError, KeyError):
        return False
    case = find(row.subject).get(event.proposal)
    return is_heard(act, forums=frozenset() if case is None else forums_heard(case))
