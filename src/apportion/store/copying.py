"""A whole book into an empty place, row by row as it stands: a backup, and what brings one back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, insert, select
from sqlalchemy.engine import Engine

from apportion.errors import BookError, Code
from apportion.govern.ledger_check import LedgerCheck
from apportion.store.book import Book, open_book
from apportion.store.checking import differing_objects
from apportion.store.connecting import connect, reading_on, writing_on
from apportion.store.places import Place
from apportion.store.reading import Reading
from apportion.store.schema import check_revision, revision_of, upgrade
from apportion.store.tables import METADATA

__all__ = ["back_up", "restore"]

_ROWS = 1_000


def back_up(book: Book, file: Path) -> int:
    """Write one state of a book into one file, which is itself a book, and return how many entries it has.

    The file is there whole or not at all.

    Raises:
        BookError: Something is there already, or it cannot be written.
    """
    if file.exists():
        raise _there(str(file))
    beside = file.with_name(f".{file.name}.part")
    beside.unlink(missing_ok=True)
    try:
        size = _copy(book.place, Place.parse(str(beside)), label=str(file))
        _on_disk(beside)
        beside.replace(file)
        _on_disk(file.parent)
    except OSError as problem:
        raise BookError(
            Code.BOOK_UNREACHABLE,
            f"The backup {str(file)!r} cannot be written: {problem.strerror or problem}.",
            fix="Name a file in a folder that is there and may be written.",
        ) from problem
    finally:
        beside.unlink(missing_ok=True)
    return size


def restore(file: Path, *, to: Place) -> int:
    """Bring a backup back into an empty place, all of it or nothing, and return how many entries it has.

    Raises:
        BookError: There is no such backup, it is damaged, or something is at the place already.
    """
    source = Place.parse(str(file))
    open_book(source).close()
    if to.file is not None and to.file.exists() and to.file.stat().st_size:
        raise _there(to.label)
    is_new = to.file is not None and not to.file.exists()
    try:
        return _copy(source, to, label=to.label)
    except BaseException:
        if is_new and to.file is not None:
            to.file.unlink(missing_ok=True)
        raise


def _copy(source: Place, target: Place, *, label: str) -> int:
    """Copy every row inside one transaction, and check what came before it is committed."""
    from_, to = connect(source), connect(target)
    try:
        return _copy_over(from_, to, source=source, label=label)
    finally:
        from_.dispose()
        to.dispose()


def _copy_over(from_: Engine, to: Engine, *, source: Place, label: str) -> int:
    with reading_on(from_, label=source.label) as old, writing_on(to, label=label) as new:
        check_revision(old, label=source.label)
        _check_empty(new, label=label)
        upgrade(new)
        for table in METADATA.sorted_tables:
            rows = old.execute(select(table), execution_options={"yield_per": _ROWS}).mappings()
            for part in rows.partitions(_ROWS):
                new.execute(insert(table), [dict(row) for row in part])
        return _check_same(Reading(old, label=source.label), Reading(new, label=label))


def _check_same(old: Reading, new: Reading) -> int:
    """Return the number of entries of a copy that holds together and is the same as what it was made of.

    Raises:
        BookError: It is not.
    """
    head = new.head()
    check = LedgerCheck(new.meta("book") or "")
    wrong = list(_wrong(old, new, check=check))
    if wrong:
        raise BookError(
            Code.BOOK_DAMAGED,
            f"What was copied from {old.label!r} does not hold together: {wrong[0]} Nothing was kept of the copy.",
            fix="Find all that was changed with `apportion audit verify` and `apportion db check`.",
        )
    return head.size


def _wrong(old: Reading, new: Reading, *, check: LedgerCheck) -> Iterator[str]:
    if old.head() != new.head():
        yield "it ends elsewhere."
    for fault in check.faults(
        new.entries(), groups=new.stored_groups(), checkpoints=new.stored_checkpoints()
    ):
        yield f"entry {fault.seq}: {fault.kind}."
    if list(old.objects()) != list(new.objects()):
        yield "it has other objects."
    yield from differing_objects(new)


def _check_empty(connection: Connection, *, label: str) -> None:
    if revision_of(connection) is not None:
        raise _there(label)


def _there(label: str) -> BookError:
    return BookError(
        Code.BOOK_UNREACHABLE,
        f"At {label!r} is something already, so nothing was written there.",
        fix="Name another place.",
    )


def _on_disk(path: Path) -> None:
    """Wait until a file, or the list of files of a folder, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
