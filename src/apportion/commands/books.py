"""Acts on a book itself: make one, list it, bring it up to date, back it up, bring it back, check it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from apportion.commands import clock
from apportion.commands.permits import needs, scope_now
from apportion.commands.results import PLAN, digest_of_kept_plan
from apportion.commands.seen import find_seen
from apportion.commands.session import needed
from apportion.errors import Code, Finding, Severity, UsageError
from apportion.files.keys import load_or_make_key
from apportion.govern.checkpoints import sign
from apportion.govern.events import stamp
from apportion.govern.keys import KEY_GROUP
from apportion.govern.ledger import SALT_BYTES, Draft
from apportion.govern.ledger_check import LedgerCheck
from apportion.govern.rights import Right

if TYPE_CHECKING:
    from apportion.govern.keys import PrivateKey
    from apportion.store.book import ScenarioRow, Writing
    from apportion.store.migrating import Migrated

__all__ = ["Made", "back_up_book", "check_book", "init_book", "list_book", "migrate_book", "restore_book"]

_ID_BYTES = 16
_CHECKPOINTS = "checkpoints"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A book that was made.

    Attributes:
        label: Where it is.
        book: Its id.
        user: Who made it, its first admin and desk.
        fingerprint: Their key.
    """

    label: str
    book: str
    user: str
    fingerprint: str

    def as_json(self) -> dict[str, str]:
        """Return it as plain values."""
        return {name: getattr(self, name) for name in self.__slots__}


@needs(Right.OPEN)
def init_book(place: str, *, user: str, checkpoints: Path | None = None) -> Made:
    """Make a book where none is; whoever makes it is its first admin and desk, with a key made on first use.

    Args:
        place: A file, or an address such as ``postgresql://…``.
        user: Who makes it.
        checkpoints: A folder that every checkpoint is written to as well; None: none.

    Raises:
        UsageError: The place is none, or the user cannot be called so.
        BookError: Something is there already, it cannot be written, or their key cannot be used.
    """
    from apportion.store.book import make_book  # noqa: PLC0415 - slow to load, and few need it
    from apportion.store.places import Place  # noqa: PLC0415 - as above

    where = Place.parse(place)
    key = load_or_make_key(user)
    folder = "" if checkpoints is None else str(checkpoints.absolute())
    book = make_book(
        where,
        book=secrets.token_hex(_ID_BYTES),
        first=lambda writing: _open_with(writing, user=user, key=key, folder=folder),
    )
    made = Made(label=book.label, book=book.id, user=user, fingerprint=key.public.fingerprint)
    book.close()
    return made


def _open_with(writing: Writing, *, user: str, key: PrivateKey, folder: str) -> None:
    """Write the first entry of a book, and where its checkpoints go."""
    at = stamp(clock.now())
    opening = Draft(
        kind="book-opened",
        subject="",
        by=user,
        groups={KEY_GROUP: {"user": user, "key": key.public.hex}},
    )
    writing.append([opening], at=at, salts=partial(secrets.token_bytes, SALT_BYTES))
    writing.seal(lambda one: sign(one, key), key=key.public, at=at)
    if folder:
        writing.set_meta(_CHECKPOINTS, folder)


@needs(Right.LIST)
def list_book() -> list[ScenarioRow]:
    """Return the scenarios of the book, by name; of each the files and the digest that are for whoever acts.

    A digest of facts of which somebody knows all but a few numbers would let them try these out.

    Raises:
        UsageError: There is no book.
        BookError: It cannot be read.
    """
    with needed().book.read() as reading:
        rows = reading.scenarios()
    if scope_now(Right.READ).is_all:
        return rows
    return [replace(one, world="", files=_files_seen(one)) for one in rows]


def _files_seen(row: ScenarioRow) -> dict[str, str]:
    """Return the files of a scenario that whoever acts knows of."""
    if not scope_now(Right.READ):
        return {}
    source = find_seen(row.name)
    try:
        names = {*source.proposals(), *source.attachments()}
    except UsageError:
        return {}  # It cannot be looked at before something in it is mended.
    return {name: digest for name, digest in row.files.items() if name in names}


@needs(Right.OPEN)
def migrate_book(place: str) -> Migrated:
    """Bring the tables of a book up to this program's version, and clean its files of what was deleted or sealed.

    Nobody acts in a book of another version, so whoever may write to its database may do this.

    Raises:
        UsageError: The place is none.
        BookError: There is no book, it is newer than this program, or it cannot be written.
    """
    from apportion.store.migrating import migrate  # noqa: PLC0415 - slow to load, and few need it
    from apportion.store.places import Place  # noqa: PLC0415 - as above

    return migrate(Place.parse(place))


@needs(Right.DATABASE)
def back_up_book(file: Path) -> int:
    """Write one state of the book into one file, itself a book, and return how many entries it has.

    What opens people's words goes into a second file, of its name and ``.keys``: to erase them later, destroy that.

    Raises:
        UsageError: There is no book.
        BookError: The file is there already, or cannot be written.
    """
    from apportion.store.copying import back_up  # noqa: PLC0415 - slow to load, and few need it

    return back_up(needed().book, file)


@needs(Right.OPEN)
def restore_book(file: Path, *, to: str, is_with_words: bool = True) -> int:
    """Bring a backup back into an empty place of either database, and return how many entries it has.

    Nobody acts in a place that is still empty, so whoever may write there may do this.

    Args:
        file: The backup; the keys of people's words lie beside it, in a file of its name and ``.keys``.
        to: The place.
        is_with_words: Whether people's words have to come with it; without, they stay sealed for good.

    Raises:
        UsageError: The place is none.
        BookError: There is no such backup, or no file of its keys, it does not hold together, or something is at the
            place already.
    """
    from apportion.store.copying import restore  # noqa: PLC0415 - slow to load, and few need it
    from apportion.store.places import Place  # noqa: PLC0415 - as above

    return restore(file, to=Place.parse(to), is_with_words=is_with_words)


@needs(Right.DATABASE)
def check_book() -> list[Finding]:
    """Return everything that does not hold together in the book: ledger, objects, worlds, list of scenarios.

    Raises:
        UsageError: There is no book.
        BookError: It cannot be read.
    """
    session = needed()
    with session.book.read() as reading:
        label = reading.label
        check = LedgerCheck(session.book.id)
        faults = list(
            check.faults(
                reading.entries(), groups=reading.stored_groups(), checkpoints=reading.stored_checkpoints()
            )
        )
        faults.extend(check.differs_from(reading.head()))
        told = [f"Entry {one.seq} of the ledger: {one.kind}." for one in faults]
        told.extend(_differing(is_ledger_sound=not faults))
    return [
        Finding(
            code=Code.LEDGER_BROKEN,
            severity=Severity.ERROR,
            file=label,
            found=one,
            expected="what was kept, under the digest it was kept under.",
            fix="Put back a backup with `apportion db restore`; `apportion audit verify` says more of the ledger.",
        )
        for one in told
    ]


def _differing(*, is_ledger_sound: bool) -> Iterator[str]:
    from apportion.store.checking import (  # noqa: PLC0415 - slow to load, and few need it
        damaged_pages,
        differing_objects,
        differing_scenarios,
        lost_words,
    )

    with needed().book.read() as reading:
        yield from damaged_pages(reading)
        yield from differing_objects(reading, readers={PLAN: digest_of_kept_plan})
        # What a broken ledger says of scenarios is no measure of them.
        if is_ledger_sound:
            yield from differing_scenarios(reading)
            yield from lost_words(reading)
