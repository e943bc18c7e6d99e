"""The file of data keys beside a backup: the one part of it that erasing has to reach.

A backup is kept for years and in many places, and holds people's words sealed. What opens them lies in this small
file alone, so that words that were erased since are gone from every backup whose file of keys is destroyed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from apportion.errors import BookError, Code
from apportion.store.sealing import DataKey

__all__ = ["keys_beside", "read_keys", "write_keys"]

_FORMAT = "apportion-data-keys/1"
_SUFFIX = ".keys"


def keys_beside(backup: Path) -> Path:
    """Return where the data keys of a backup lie."""
    return backup.with_name(f"{backup.name}{_SUFFIX}")


def write_keys(file: Path, *, keys: Iterable[DataKey], book: str) -> None:
    """Write data keys, readable by their owner alone and on the disk at the end.

    Raises:
        FileExistsError: Something is there already.
        OSError: It cannot be written.
    """
    rows = [{"id": one.id, "person": one.person, "key": one.secret.hex()} for one in keys]
    held = json.dumps({"format": _FORMAT, "book": book, "keys": rows}, ensure_ascii=False, indent=1)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(f"{held}\n".encode())
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def read_keys(file: Path, *, book: str) -> list[DataKey]:
    """Return the data keys of a file.

    Args:
        file: The file.
        book: The id of the book they have to be of.

    Raises:
        BookError: It cannot be read, is no such file, or of another book.
    """
    try:
        told = json.loads(file.read_bytes())
        keys = [
            DataKey(id=str(one["id"]), person=str(one["person"]), secret=bytes.fromhex(one["key"]))
            for one in told["keys"]
        ]
        is_ours = told["format"] == _FORMAT and told["book"] == book
    except OSError as problem:
        raise _refused(file, f"cannot be read: {problem.strerror or problem}.") from problem
    except (ValueError, KeyError, TypeError) as problem:
        raise _refused(file, "is damaged, or no file of keys.") from problem
    if not is_ours:
        raise _refused(file, "holds the keys of another book.")
    return keys


def _refused(file: Path, found: str) -> BookError:
    return BookError(
        Code.BOOK_UNREACHABLE,
        f"The file {str(file)!r} {found}",
        fix="Put the file of keys that was written with the backup beside it, or restore with --without-words.",
    )
