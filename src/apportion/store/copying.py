"""A whole book into an empty place, row by row as it stands: a backup, and what brings one back.

What opens people's words is no part of a backup: it goes into a file of its own beside it (``beside.py``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, insert, select

from apportion.errors import BookError, Code
from apportion.govern.ledger_check import LedgerCheck
from apportion.store.beside import keys_beside, read_keys, write_keys
from apportion.store.book import Book, Writing, open_book
from apportion.store.checking import differing_objects
from apportion.store.connecting import connect, reading_on, writing_on
from apportion.store.places import Place
from apportion.store.reading import APART, HERE, KEYS, Reading
from apportion.store.schema import check_revision, revision_of, upgrade
from apportion.store.sealing import DataKey
from apportion.store.tables import DATA_KEYS, METADATA

__all__ = ["back_up", "restore"]

_ROWS = 1_000


def back_up(book: Book, file: Path) -> int:
    """Write one state of a book into one file, which is itself a book, and return how many entries it has.

    The file is there whole or not at all, and what opens people's words lies beside it before it is.

    Raises:
        BookError: Something is there already, or it cannot be written.
    """
    keys = keys_beside(file)
    for one in (file, keys):
        if one.exists():
            raise _there(str(one))
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    try:
        copied = _copy(book.place, Place.parse(str(part)), label=str(file), is_with_keys=False)
        _on_disk(part)
        write_keys(keys, keys=copied.keys, book=book.id)
        _put(part, file, keys=keys)
    except OSError as problem:
        raise BookError(
            Code.BOOK_UNREACHABLE,
            f"The backup {str(file)!r} cannot be written: {problem.strerror or problem}.",
            fix="Name a file in a folder that is there and may be written.",
        ) from problem
    finally:
        part.unlink(missing_ok=True)
    return copied.size


def _put(part: Path, file: Path, *, keys: Path) -> None:
    """Give a backup its name once its keys are there; keys without a backup are not left behind."""
    try:
        part.replace(file)
        _on_disk(file.parent)
    except BaseException:
        keys.unlink(missing_ok=True)
        raise


def restore(file: Path, *, to: Place, is_with_words: bool = True) -> int:
    """Bring a backup back into an empty place, all of it or nothing, and return how many entries it has.

    Args:
        file: The backup, with its file of keys beside it.
        to: Where.
        is_with_words: Whether people's words have to come with it; without, they stay sealed for good.

    Raises:
        BookError: There is no such backup or no file of its keys, it is damaged, or something is at the place already.
    """
    source = Place.parse(str(file))
    keys = _keys_of(source, file) if is_with_words else []
    if to.file is not None and to.file.exists() and to.file.stat().st_size:
        raise _there(to.label)
    is_new = to.file is not None and not to.file.exists()
    try:
        return _copy(source, to, label=to.label, is_with_keys=is_with_words, more=keys).size
    except BaseException:
        if is_new and to.file is not None:
            to.file.unlink(missing_ok=True)
        raise


def _keys_of(source: Place, file: Path) -> list[DataKey]:
    """Return the keys beside a backup; there may be none where it needs none, or carries its own as a live book does.

    Raises:
        BookError: There are none, and people's words cannot be opened without.
    """
    keys = keys_beside(file)
    book = open_book(source)
    try:
        with book.read() as reading:
            is_alone = bool(reading.data_keys()) or next(reading.unopened(), None) is None
        if not keys.exists() and not is_alone:
            raise BookError(
                Code.BOOK_UNREACHABLE,
                f"The keys of people's words are not beside the backup: {str(keys)!r} is not there.",
                fix="Put it there, or restore with --without-words: all words then stay sealed for good.",
            )
        return read_keys(keys, book=book.id) if keys.exists() else []
    finally:
        book.close()


@dataclass(frozen=True, kw_only=True)
class _Copied:
    """How many entries were copied, and what opens the words among them."""

    size: int
    keys: Sequence[DataKey]


def _copy(
    source: Place, target: Place, *, label: str, is_with_keys: bool, more: Sequence[DataKey] = ()
) -> _Copied:
    """Copy every row inside one transaction, and check what came before it is committed."""
    from_, to = connect(source), connect(target)
    try:
        with reading_on(from_, label=source.label) as old, writing_on(to, label=label) as new:
            check_revision(old, label=source.label)
            _check_empty(new, label=label)
            upgrade(new)
            _copy_rows(old, new)
            before = Reading(old, label=source.label)
            after = Writing(new, label=label, book=before.meta("book") or "")
            keys = [*before.data_keys().values(), *more]
            if is_with_keys:
                after.put_data_keys(keys)
            after.set_meta(KEYS, HERE if is_with_keys else APART)
            return _Copied(size=_check_same(before, after), keys=keys)
    finally:
        from_.dispose()
        to.dispose()


def _copy_rows(old: Connection, new: Connection) -> None:
    for table in METADATA.sorted_tables:
        if table is DATA_KEYS:
            continue
        rows = old.execute(select(table), execution_options={"yield_per": _ROWS}).mappings()
        for part in rows.partitions(_ROWS):
            new.execute(insert(table), [dict(row) for row in part])


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
