"""What is told beside entries of the ledger: of holds, of erasures, and of words that are gone (G23)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from apportion.commands.book_source import erased_in
from apportion.commands.permits import needs
from apportion.commands.session import needed
from apportion.govern.erasure import ERASED_GROUP, ERASED_KIND, HOLD_GROUP, HOLD_KIND, erasure_of
from apportion.govern.ledger import Entry
from apportion.govern.recorded import ACT
from apportion.govern.rights import Right
from apportion.report.audit import gone_note, reason_note
from apportion.report.words import DEFAULT_LANGUAGE, Words

if TYPE_CHECKING:
    from apportion.store.book import Reading

__all__ = ["notes_on"]


@needs(Right.AUDIT)
def notes_on(entries: Sequence[Entry], *, language: str = DEFAULT_LANGUAGE) -> dict[int, str]:
    """Return what is to be told of entries beside them, by number; of most there is nothing.

    Raises:
        UsageError: There is no book.
        BookError: An entry was changed after it was written.
    """
    if not entries:
        return {}
    words = Words.load(language)
    with needed().book.read() as reading:
        return {
            **dict(_reasons(reading, entries, words=words)),
            **dict(_gone(reading, entries, words=words)),
        }


def _reasons(reading: Reading, entries: Sequence[Entry], *, words: Words) -> Iterator[tuple[int, str]]:
    groups = {HOLD_KIND: HOLD_GROUP, ERASED_KIND: ERASED_GROUP}
    for one in entries:
        if one.kind not in groups:
            continue
        for stored in reading.entries(one.seq, one.seq):
            said = reading.said(stored)[1].get(groups[one.kind])
            if isinstance(said, dict):
                yield one.seq, reason_note(said, words=words)


def _gone(reading: Reading, entries: Sequence[Entry], *, words: Words) -> Iterator[tuple[int, str]]:
    listed = {one.seq for one in entries}
    erased = erased_in(reading)
    for seq in list(reading.unopened(min(listed), max(listed))):
        for stored in reading.entries(seq, seq) if seq in listed else ():
            act = reading.said(stored)[1].get(ACT)
            person = str(act.get("by", "")) if isinstance(act, dict) else ""
            yield seq, gone_note(erasure_of(erased, person, seq=seq), words=words)
