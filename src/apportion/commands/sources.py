"""Where a scenario is kept, as every act meets it: its files today, or a book; what either can be asked is one list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from apportion.commands.permits import internal
from apportion.commands.session import current
from apportion.errors import Finding
from apportion.files.attachments import (
    attachments_beside,
    check_attachments,
    folder_to_attach_to,
    keep,
    list_document,
)
from apportion.files.decisions import (
    Log,
    append,
    can_be_added_to,
    decisions_beside,
    folder_to_decide_in,
    read_log,
)
from apportion.files.documents import Document
from apportion.files.proposals import (
    named_among,
    proposals_beside,
    read_all,
    refuse_other_files,
    write_beside,
)
from apportion.files.sources import find_source as find_files
from apportion.files.sources import read_source
from apportion.files.workbook import WorkbookReading
from apportion.govern.events import Event
from apportion.model.proposal import Proposal
from apportion.model.world import World

__all__ = ["FileSource", "Source", "find_proposal", "find_source", "read_proposals"]


class Source(Protocol):
    """One scenario: its facts, and what lies beside them."""

    @property
    def label(self) -> str:
        """Return how a command names it."""

    def read(self) -> WorkbookReading:
        """Return its world as it is stated, with every finding of reading it."""

    def proposals(self) -> Mapping[str, bytes]:
        """Return its proposals by file name."""

    def attachments(self) -> Mapping[str, bytes]:
        """Return the documents kept with it, each under its name with the folder before it."""

    def check_attachments(self, world: World) -> list[Finding]:
        """List the documents that it lists and that are not kept with their digest."""

    def log(self) -> Log:
        """Return its decisions as they were written."""

    def log_files(self) -> Mapping[str, bytes]:
        """Return its decisions as the file they travel in; nothing where there are none."""

    def check_decidable(self) -> None:
        """Refuse what nothing can be decided on.

        Raises:
            UsageError: It is only read.
        """

    def may_be_added_to(self) -> bool:
        """Return whether events may be added to its log by whoever asks."""

    def append(self, events: Sequence[Event], *, after: Log, keep: Mapping[str, bytes]) -> Log:
        """Add events to its log, all of them or none, and return it as it is then.

        Args:
            events: What to add, in order.
            after: The log that they were decided on.
            keep: Proposals that are kept beside it before the log speaks of them.

        Raises:
            Moved: The log has other lines by now.
            UsageError: It is only read, or holds something else under such a name.
        """

    def refuse_other_files(self, beside: Mapping[str, bytes]) -> None:
        """Refuse files that it has under the same names with something else in them.

        Raises:
            UsageError: There is one.
        """

    def check_attachable(self) -> None:
        """Refuse what no document can be attached to.

        Raises:
            UsageError: It is only read.
        """

    def attach(self, document: Document, *, world: World, evidence: str) -> bool:
        """Keep a document as a copy of evidence, and return whether it was not kept for it yet.

        Raises:
            UsageError: It cannot be written.
        """


@dataclass(frozen=True, slots=True)
class FileSource:
    """A scenario in a folder, a workbook or a zip.

    Attributes:
        path: Where it lies.
    """

    path: Path

    @property
    def label(self) -> str:
        """Return its path."""
        return str(self.path)

    def read(self) -> WorkbookReading:
        """Return what its files state."""
        return read_source(self.path)

    def proposals(self) -> Mapping[str, bytes]:
        """Return the proposals in its folder, in its zip, or beside its workbook."""
        return proposals_beside(self.path)

    def attachments(self) -> Mapping[str, bytes]:
        """Return the documents in its folder for them."""
        return attachments_beside(self.path)

    def check_attachments(self, world: World) -> list[Finding]:
        """List the documents that are not there with their digest."""
        return check_attachments(world, self.path)

    def log(self) -> Log:
        """Return the lines of its ``decisions.jsonl``."""
        return read_log(self.path)

    def log_files(self) -> Mapping[str, bytes]:
        """Return its ``decisions.jsonl`` byte for byte."""
        return decisions_beside(self.path)

    def check_decidable(self) -> None:
        """Refuse a zip, and a scenario that comes with apportion."""
        folder_to_decide_in(self.path)

    def may_be_added_to(self) -> bool:
        """Return whether its folder may be written to."""
        return can_be_added_to(self.path)

    def append(self, events: Sequence[Event], *, after: Log, keep: Mapping[str, bytes]) -> Log:
        """Add lines to its ``decisions.jsonl``."""
        folder = folder_to_decide_in(self.path)
        # Before the log says so: what is put forward is never without its file.
        write_beside(keep, folder)
        return append(folder, events, after=after) if events else after

    def refuse_other_files(self, beside: Mapping[str, bytes]) -> None:
        """Refuse files that lie in its folder with something else in them."""
        refuse_other_files(beside, folder_to_decide_in(self.path))

    def check_attachable(self) -> None:
        """Refuse a workbook, a zip, and a scenario that comes with apportion."""
        folder_to_attach_to(self.path)

    def attach(self, document: Document, *, world: World, evidence: str) -> bool:
        """Keep a document in its folder and list it in its table."""
        folder = folder_to_attach_to(self.path)
        is_new_file = keep(document, folder)
        return list_document(world, folder, evidence=evidence, document=document) or is_new_file


@internal
def find_source(name_or_path: str) -> Source:
    """Return the scenario of a name: in a session one of the book, else a folder, workbook, zip or bundled name.

    Raises:
        UsageError: There is none.
    """
    session = current()
    if session is None:
        return FileSource(find_files(name_or_path))
    from apportion.commands.book_source import BookSource  # noqa: PLC0415 - of no use without a book

    return BookSource.of(session, name_or_path)


@internal
def find_proposal(name_or_path: str, *, source: Source) -> tuple[str, bytes]:
    """Return a proposal's file name and content: a file that is there, else one of the scenario's by its name.

    Raises:
        UsageError: Neither, or it cannot be read.
    """
    return named_among(name_or_path, source.proposals)


@internal
def read_proposals(source: Source) -> list[Proposal]:
    """Return the proposals beside a scenario, by file name.

    Raises:
        FindingsError: Any has findings of error grade; the findings are those of all.
    """
    return read_all(source.proposals())
