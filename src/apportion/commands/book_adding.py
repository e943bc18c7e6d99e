"""Acts on the scenarios of a book: add one from its files with all that lies beside it, or revise it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apportion.commands.book_source import ATTACHMENT, PROPOSAL, BookSource, drafts_of, log_in
from apportion.commands.decision_log import known_of, laid_over, note_attempts
from apportion.commands.decision_rights import check_may_edit
from apportion.commands.permits import needs
from apportion.commands.scenarios import read_files
from apportion.commands.session import Recording, Session, needed, recording
from apportion.commands.sources import FileSource
from apportion.errors import UsageError
from apportion.files.documents import FOLDER
from apportion.files.proposal_reading import read_proposal
from apportion.files.sources import find_source
from apportion.govern.events import Event, Plain
from apportion.govern.rights import Right
from apportion.model.world import World

if TYPE_CHECKING:
    from apportion.store.book import ScenarioRow, Writing

__all__ = ["Added", "add_scenario"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What adding a scenario came to.

    Attributes:
        name: Its name in the book.
        world: The digest of its world.
        is_new: Whether the book had none of the name.
        is_changed: Whether anything of it was not there yet.
        events: How many decisions were taken over from its files.
    """

    name: str
    world: str
    is_new: bool
    is_changed: bool
    events: int

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Brought:
    """A scenario as its files state it.

    Attributes:
        world: Its facts.
        files: Its proposals and documents by file name.
        events: Its decisions.
        last: The digest of the last line of its decisions.
    """

    world: World
    files: Mapping[str, bytes]
    events: tuple[Event, ...]
    last: str


@needs(Right.CHANGE)
def add_scenario(scenario: str, *, name: str = "") -> Added:
    """Add a scenario to the book, or revise the one of its name: world, proposals, documents and decisions at once.

    Files that a revision lacks stay, since decisions may rest on them. What a revision changes while a proposal is
    waiting is held back like any edit of files. Decisions of the files are taken over with a scenario that is new, and
    never with a revision: in a book whoever decides is known by their key, and a file says who it likes.

    Args:
        scenario: A folder, workbook, zip or bundled name.
        name: Its name in the book; empty: the name in its settings.

    Raises:
        UsageError: There is no such scenario or no session, or its proposals or decisions are others than those that
            the book has decided on.
        FindingsError: It, or its log of decisions, has findings of error grade.
        NotPermitted: The user has no right to it.
        BookError: The book cannot be written.
    """
    session = needed()
    brought = _brought(scenario)
    chosen = name or brought.world.settings.name
    _check_may_revise(session, brought.world, name=chosen)
    with recording() as act:
        rows = {one.name: one for one in act.writing.scenarios()}
        added = _write(act, brought, row=rows.get(chosen), name=chosen)
    source = BookSource.of(session, chosen)
    standing, known = laid_over(brought.world, source)
    note_attempts(known, standing.attempts)
    return added


def _check_may_revise(session: Session, world: World, *, name: str) -> None:
    """Refuse a revision to whoever is shut out of what waits there (G7), or would decide it by its rules (G26).

    Raises:
        NotPermitted: They are.
    """
    with session.book.read() as reading:
        if name not in {one.name for one in reading.scenarios()}:
            return
    source = BookSource.of(session, name)
    check_may_edit(known_of(source), before=source.read().world, after=world)


def _brought(scenario: str) -> _Brought:
    source = FileSource(find_source(scenario))
    world = read_files(source).world
    known = known_of(source)
    files = {**source.proposals(), **source.attachments()}
    return _Brought(world=world, files=files, events=known.log.events, last=known.log.last)


def _write(act: Recording, brought: _Brought, *, row: ScenarioRow | None, name: str) -> Added:
    """Write what is new of a scenario, and say what it was."""
    decided = log_in(act.writing, name).events
    new = _new_events(brought.events, decided, is_new=row is None, name=name)
    world = act.writing.put_world(brought.world)
    before = {} if row is None else dict(row.files)
    files = {
        **before,
        **{file: _put(act.writing, held, file=file) for file, held in sorted(brought.files.items())},
    }
    if row is not None:
        _check_decided(act, brought, row=row, decided=decided)
    is_changed = row is None or (world, files) != (row.world, before)
    if is_changed:
        act.writing.set_scenario(name, world=world, files=files)
    if is_changed or new:
        groups: dict[str, Plain] = {"scenario": {"name": name, "world": world, "files": dict(files)}}
        if new:
            groups["decisions"] = {"events": len(new), "last": brought.last}
        act.add("scenario-added" if row is None else "scenario-revised", name, groups=groups)
    if new:
        act.add_all(drafts_of(new, name, act=act))
    return Added(
        name=name, world=world, is_new=row is None, is_changed=is_changed or bool(new), events=len(new)
    )


def _put(writing: Writing, held: bytes, *, file: str) -> str:
    return writing.put_object(ATTACHMENT if file.startswith(f"{FOLDER}/") else PROPOSAL, held)


def _new_events(
    brought: Sequence[Event], decided: Sequence[Event], *, is_new: bool, name: str
) -> tuple[Event, ...]:
    """Return the decisions to take over from files: all, of a scenario that is new to the book; else there may be none.

    Raises:
        UsageError: The files have other decisions than the book, or more.
    """
    if is_new:
        return tuple(brought)
    shared = min(len(brought), len(decided))
    if tuple(brought[:shared]) != tuple(decided[:shared]):
        raise UsageError(
            f"The decisions in the files are not those that the book has on {name!r}.",
            fix="Add it under another name with --name, or export it from the book and change that.",
        )
    more = len(brought) - shared
    if more:
        first = brought[shared]
        raise UsageError(
            f"The files have {more} more events of decisions than the book has on {name!r}: the first is "
            f"{first.verb!r} by {first.by!r}. They were made outside it, where nobody's key shows who acts.",
            fix="Let each of them do it in the book, or add the files under another name with --name.",
        )
    return ()


def _check_decided(act: Recording, brought: _Brought, *, row: ScenarioRow, decided: Sequence[Event]) -> None:
    """Refuse other files for proposals that are being decided.

    Raises:
        UsageError: There is such a file.
    """
    named = {one.proposal for one in decided}
    for file, held in brought.files.items():
        if file not in row.files:
            continue
        kept = act.writing.object(row.files[file])
        proposal = read_proposal(kept, file=file)[0] if kept != held else None
        if proposal is not None and proposal.id in named:
            raise UsageError(
                f"The proposal {proposal.id!r} was put forward, and {file} says something else than it did then.",
                fix="Put its file back, or put the changed one forward under another id.",
            )
