"""Acts on the ledger of a book: list it, verify it, prove what is in it, and hand its checkpoints out."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from apportion.commands.keys import keys_as_json
from apportion.commands.permits import internal, needs
from apportion.commands.session import needed
from apportion.errors import BookError, Code, Finding, Severity, UsageError
from apportion.files.proofs import (
    read_checkpoints,
)
from apportion.govern.checkpoints import Signed, Standing, compare
from apportion.govern.ledger import Entry
from apportion.govern.ledger_check import LedgerCheck
from apportion.govern.ledger_faults import Fault, StoredEntry
from apportion.govern.ledger_verified import Compared, Verified
from apportion.govern.rights import Right
from apportion.report.audit import (
    fault_sentence,
    key_rows,
    log_rows,
    standing_sentence,
    verified_sentences,
)
from apportion.report.words import DEFAULT_LANGUAGE, Words

if TYPE_CHECKING:
    from apportion.store.book import Book, Reading

__all__ = [
    "ToldVerified",
    "entry_of",
    "list_entries",
    "tell_log",
    "verified_of",
    "verify_damaged",
    "verify_ledger",
]

# More faults than these are counted, and not listed.
_MOST_FAULTS = 1_000
_TOLD_EVERY = 10_000
_VERIFY = "Find out where with `apportion audit verify`."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outside:
    """A checkpoint that was kept outside, and where."""

    file: str
    signed: Signed


@needs(Right.AUDIT)
def list_entries(
    *, kind: str | None = None, subject: str | None = None, last: int | None = None
) -> list[Entry]:
    """Return entries of the ledger, first to last.

    Args:
        kind: Only those of a kind; None: of all.
        subject: Only those about this; None: about everything.
        last: At most so many, the last ones; None: all.

    Raises:
        UsageError: There is no book, or fewer than one is asked for.
        BookError: An entry cannot be read.
    """
    if last is not None and last < 1:
        raise UsageError(f"The last {last} entries are none.", fix="Ask for 1 or more with --last.")
    with needed().book.read() as reading:
        rows = deque(reading.entries(kind=kind, subject=subject), maxlen=last)
        return [entry_of(row, label=reading.label) for row in rows]


@internal
def entry_of(row: StoredEntry, *, label: str) -> Entry:
    """Return the entry that a row of a book tells.

    Raises:
        BookError: It tells none.
    """
    try:
        return Entry.from_json(json.loads(row.text))
    except (ValueError, AttributeError, RecursionError) as error:
        raise BookError(
            Code.BOOK_DAMAGED, f"Entry {row.seq} of the book {label!r} cannot be read.", fix=_VERIFY
        ) from error


@needs(Right.AUDIT)
def tell_log(
    entries: Sequence[Entry], *, notes: Mapping[int, str] | None = None, language: str = DEFAULT_LANGUAGE
) -> list[list[str]]:
    """Return entries as rows under their header, with what is to be told of some beside them."""
    return log_rows(entries, words=Words.load(language), notes=notes)


@needs(Right.CHECKPOINT)
def verify_ledger(
    checkpoints: Sequence[Path] = (), *, tell: Callable[[int, int], None] | None = None
) -> Verified:
    """Return what a check of the whole ledger found, on one state of the book, whoever writes to it meanwhile.

    Args:
        checkpoints: Files of checkpoints that were kept outside the book.
        tell: Is told how many entries are checked, and how many are left.

    Raises:
        UsageError: There is no book, or a file holds no checkpoint.
        BookError: The book cannot be read.
    """
    return _verified(needed().book, checkpoints=checkpoints, tell=tell)


@needs(Right.CHECKPOINT)
def verify_damaged(
    db: str, *, checkpoints: Sequence[Path] = (), tell: Callable[[int, int], None] | None = None
) -> Verified:
    """Verify a book whose entries about users are at fault, so that no session can be opened in it.

    Whoever can read the database may; there is nobody in it to ask.

    Raises:
        UsageError: A file holds no checkpoint.
        BookError: The book cannot be read.
    """
    from apportion.store.book import open_book  # noqa: PLC0415 - slow to load, and few need it
    from apportion.store.places import Place  # noqa: PLC0415 - as above

    book = open_book(Place.parse(db))
    try:
        return _verified(book, checkpoints=checkpoints, tell=tell)
    finally:
        book.close()


def _verified(
    book: Book, *, checkpoints: Sequence[Path], tell: Callable[[int, int], None] | None
) -> Verified:
    outside = [
        _Outside(file=str(file), signed=signed) for file in checkpoints for signed in read_checkpoints(file)
    ]
    check = LedgerCheck(book.id, sizes=[one.signed.checkpoint.size for one in outside])
    with book.read() as reading:
        faults, count = _faults_of(check, reading, tell=tell)
        label = reading.label
    compared = [
        Compared(
            file=one.file,
            signed=one.signed,
            standing=compare(one.signed, book=book.id, size=check.size, state_at=check.states.get),
        )
        for one in outside
    ]
    return Verified(
        label=label,
        book=book.id,
        size=check.size,
        checkpoints=check.checkpoints,
        signed=check.signed,
        keys=check.people.ring.keys,
        faults=tuple(faults),
        fault_count=count,
        outside=_worth_telling(compared),
    )


def _faults_of(
    check: LedgerCheck, reading: Reading, *, tell: Callable[[int, int], None] | None
) -> tuple[list[Fault], int]:
    head = reading.head()
    faults: list[Fault] = []
    count = 0
    found = check.faults(
        _watched(reading.entries(), total=head.size, tell=tell),
        groups=reading.stored_groups(),
        checkpoints=reading.stored_checkpoints(),
    )
    for source in (found, check.differs_from(head)):
        for fault in source:
            count += 1
            if len(faults) < _MOST_FAULTS:
                faults.append(fault)
    return faults, count


def _watched(
    entries: Iterator[StoredEntry], *, total: int, tell: Callable[[int, int], None] | None
) -> Iterator[StoredEntry]:
    """Return entries as they are, and tell every so many of them how far they are."""
    return entries if tell is None else _told(entries, total=total, tell=tell)


def _told(
    entries: Iterator[StoredEntry], *, total: int, tell: Callable[[int, int], None]
) -> Iterator[StoredEntry]:
    for done, row in enumerate(entries):
        if done % _TOLD_EVERY == 0:
            tell(done, max(0, total - done))
        yield row


def _worth_telling(compared: Sequence[Compared]) -> list[Compared]:
    """Return of each file the largest checkpoint that agrees, and the first of each kind that does not."""
    chosen: dict[tuple[str, Standing, tuple[str, ...]], Compared] = {}
    for one in compared:
        name = (one.file, one.standing, one.false_countersignatures)
        is_larger = name in chosen and one.signed.checkpoint.size > chosen[name].signed.checkpoint.size
        if name not in chosen or (is_larger and one.standing is Standing.CONSISTENT):
            chosen[name] = one
    return list(chosen.values())


def _findings(found: Verified, *, words: Words) -> list[Finding]:
    """Return everything that is wrong with a ledger, each with its entry, by entry."""
    wrong = [(fault.seq, fault_sentence(fault, words=words)) for fault in found.faults]
    wrong += [
        (one.signed.checkpoint.size, standing_sentence(one, size=found.size, words=words))
        for one in found.outside
        if one.standing is not Standing.CONSISTENT
    ]
    wrong += [
        (one.signed.checkpoint.size, words.say("audit.false-countersignature", by=", ".join(named)))
        for one in found.outside
        if (named := one.false_countersignatures)
    ]
    return [
        Finding(
            code=Code.LEDGER_BROKEN,
            severity=Severity.ERROR,
            file=words.say("audit.place", label=found.label, seq=str(seq)),
            found=told,
            expected=words.say("audit.expected"),
            fix=words.say("audit.fix"),
        )
        for seq, told in wrong
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldVerified:
    """A verification in words.

    Attributes:
        findings: Everything that is wrong, each with its entry.
        sentences: What was checked, and what cannot be known.
        keys: The keys, as rows under their header.
        as_json: All of it as plain values.
    """

    findings: list[Finding]
    sentences: list[str]
    keys: list[list[str]]
    as_json: dict[str, object]


@needs(Right.OPEN)
def verified_of(found: Verified, *, language: str = DEFAULT_LANGUAGE) -> ToldVerified:
    """Return a verification in words."""
    words = Words.load(language)
    findings, sentences = _findings(found, words=words), list(verified_sentences(found, words=words))
    return ToldVerified(
        findings=findings,
        sentences=sentences,
        keys=key_rows(found.keys, words=words),
        as_json={
            **_as_json(found),
            "findings": [one.as_json() for one in findings],
            "sentences": sentences,
        },
    )


def _as_json(found: Verified) -> dict[str, object]:
    return {
        "book": found.book,
        "size": found.size,
        "checkpoints": found.checkpoints,
        "is_whole": found.is_whole,
        "fault_count": found.fault_count,
        "faults": [one.as_json() for one in found.faults],
        "last": None if found.signed is None else found.signed.as_json(),
        "outside": [
            {
                "file": one.file,
                "standing": str(one.standing),
                "size": one.signed.checkpoint.size,
                "countersigned_by": list(one.countersigned_by),
                "false_countersignatures": list(one.false_countersignatures),
            }
            for one in found.outside
        ],
        "shown_up_to": found.shown_size,
        "keys": keys_as_json(found.keys),
    }
