"""A scenario in a book: its world and files under their digests, its decisions as entries of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from apportion.commands.permits import internal, may_now
from apportion.commands.session import Recording, Session, recording
from apportion.errors import BookError, Code, Finding, Severity, UsageError
from apportion.files.attachments import TABLE, listed_with
from apportion.files.decisions import FILE, Log, Moved, lines_of
from apportion.files.documents import FOLDER, Document
from apportion.files.proposal_reading import SUFFIX
from apportion.files.workbook import WorkbookReading
from apportion.govern.erasure import ERASED_GROUP, ERASED_KIND, Erased, erased_among, erased_mark, erasure_of
from apportion.govern.events import SYSTEM, Event
from apportion.govern.ledger import Draft
from apportion.govern.recorded import KIND, event_of, groups_of
from apportion.govern.rights import Right
from apportion.model.canonical import as_text
from apportion.model.contracts import TABLES
from apportion.model.parsing import ROW, parse_table
from apportion.model.world import World
from apportion.study.cite import near_names

if TYPE_CHECKING:
    from apportion.store.book import Reading, ScenarioRow, Writing

__all__ = ["BookSource", "drafts_of", "log_in"]

# The kinds of objects that a scenario has beside its world.
PROPOSAL, ATTACHMENT, DECISION_FACTS = "proposal", "attachment", "facts"
_LEDGER = "ledger"


@dataclass(slots=True)
class BookSource:
    """A scenario of the book of a session.

    Attributes:
        session: The session.
        name: The scenario's name.
        world_digest: The world that is looked at; nothing is added to a scenario that was revised since.
    """

    session: Session
    name: str
    world_digest: str

    @classmethod
    def of(cls, session: Session, name: str) -> BookSource:
        """Return the scenario of a name.

        Raises:
            UsageError: The book has none.
        """
        with session.book.read() as reading:
            names = [one.name for one in reading.scenarios()]
            if name in names:
                return cls(session, name, reading.scenario(name).world)
        near = near_names(name, names)
        raise UsageError(
            f"The book has no scenario {name!r}.",
            fix=f"{near}Add it with `apportion db add SCENARIO`; `apportion db list` lists those that are there.",
        )

    @property
    def label(self) -> str:
        """Return its name."""
        return self.name

    def read(self) -> WorkbookReading:
        """Return its world, which was read without a finding of error grade before it was added."""
        with self.session.book.read() as reading:
            return WorkbookReading(reading.world(self.world_digest), ())

    def proposals(self) -> Mapping[str, bytes]:
        """Return its proposals by file name."""
        return self._files(lambda name: name.endswith(SUFFIX))

    def attachments(self) -> Mapping[str, bytes]:
        """Return the documents kept with it."""
        return self._files(lambda name: name.startswith(f"{FOLDER}/"))

    def _files(self, is_wanted: Callable[[str], bool]) -> dict[str, bytes]:
        with self.session.book.read() as reading:
            files = reading.scenario(self.name).files
            return {name: reading.object(files[name]) for name in sorted(files) if is_wanted(name)}

    def check_attachments(self, world: World) -> list[Finding]:
        """Return nothing: what a book keeps has its digest, or cannot be read at all."""
        del world
        return []

    def log(self) -> Log:
        """Return its decisions, each checked against its entry's own digest."""
        with self.session.book.read() as reading:
            return log_in(reading, self.name)

    def log_files(self) -> Mapping[str, bytes]:
        """Return its decisions as the file that a folder keeps them in."""
        events = self.log().events
        return {FILE: lines_of(events)} if events else {}

    def check_decidable(self) -> None:
        """Refuse nothing: what stands in a book can be decided on, by whoever has the right."""

    def may_be_added_to(self) -> bool:
        """Return whether who acts may note what the facts try without a decision."""
        return may_now(Right.CHANGE)

    def append(self, events: Sequence[Event], *, after: Log, keep: Mapping[str, bytes]) -> Log:
        """Add events and proposals in one transaction."""
        if not events:
            return after
        with recording() as act:
            row = self._unrevised(act.writing)
            if log_in(act.writing, self.name).last != after.last:
                raise Moved
            if keep:
                keep_files(act, row, files=keep, kind=PROPOSAL)
            act.keep_pending()
            added = act.add_all(drafts_of(events, self.name, act=act))
        self.session.pending.clear()
        digests = (*after.digests, *(one.digest for one in added))
        return replace(after, events=(*after.events, *events), digests=digests, last=digests[-1])

    def _unrevised(self, writing: Writing) -> ScenarioRow:
        """Return the scenario as it is kept.

        Raises:
            UsageError: Its world is no longer the one that was looked at.
        """
        row = writing.scenario(self.name)
        if row.world != self.world_digest:
            raise UsageError(
                f"The scenario {self.name!r} was revised while this was done, so nothing was added.",
                fix="Do it again.",
            )
        return row

    def refuse_other_files(self, beside: Mapping[str, bytes]) -> None:
        """Refuse files that it has with something else in them."""
        there = self._files(beside.__contains__)
        for name, held in there.items():
            if held != beside[name]:
                raise UsageError(
                    f"The scenario has a file {name!r} already, and it does not hold what is to be kept.",
                    fix="Name the file otherwise.",
                )

    def check_attachable(self) -> None:
        """Refuse nothing."""

    def attach(self, document: Document, *, world: World, evidence: str) -> bool:
        """Keep a document and list it in the world, in one transaction."""
        del world  # What was decided is laid over that one; the document is listed in the stated facts.
        stated = self.read().world
        if stated is None:  # A book keeps no half of a world.
            raise BookError(Code.BOOK_DAMAGED, f"The world of {self.name!r} cannot be read.")
        name = f"{FOLDER}/{document.stored_as}"
        rows = listed_with(stated, evidence=evidence, document=document)
        with recording() as act:
            row = self._unrevised(act.writing)
            if rows is None and name in row.files:
                return False
            if rows is not None:
                self.world_digest = act.writing.put_world(_with_documents(stated, rows))
                row = replace(row, world=self.world_digest)
            keep_files(act, row, files={name: document.content}, kind=ATTACHMENT)
        return True


def _with_documents(world: World, rows: pl.DataFrame) -> World:
    """Return a world whose table of documents has other rows."""
    text = as_text(rows)
    numbered = text.select(pl.int_range(2, len(text) + 2, dtype=pl.UInt32).alias(ROW), pl.all())
    listed = parse_table(numbered, TABLES[TABLE], file=f"{TABLE}.csv").frame
    return World(world.settings, {**world.tables, TABLE: listed})


@internal
def keep_files(act: Recording, row: ScenarioRow, *, files: Mapping[str, bytes], kind: str) -> None:
    """Keep files with a scenario, each with an entry, and its world as the row says."""
    digests = {name: act.writing.put_object(kind, content) for name, content in files.items()}
    act.writing.set_scenario(row.name, world=row.world, files={**row.files, **digests})
    for name, digest in digests.items():
        act.add(
            "file-kept",
            row.name,
            groups={"file": {"name": name, "kind": kind, "digest": digest, "world": row.world}},
        )


@internal
def drafts_of(events: Iterable[Event], scenario: str, *, act: Recording) -> list[Draft]:
    """Return the entries that events become, their large facts kept as objects.

    What apportion did by itself is its own; the rest is signed by who acts.
    """
    own = act.session.user.name
    return [
        Draft(
            kind=KIND,
            subject=scenario,
            groups=groups_of(one, keep=lambda held: act.writing.put_object(DECISION_FACTS, held)),
            by=SYSTEM if one.by == SYSTEM else own,
        )
        for one in events
    ]


@internal
def log_in(reading: Reading, scenario: str) -> Log:
    """Return the decisions of a scenario, or each entry of them that is not what it was written as."""
    events: list[Event] = []
    digests: list[str] = []
    findings: list[Finding] = []
    erased = erased_in(reading)
    for stored in list(reading.entries(kind=KIND, subject=scenario)):
        try:
            said = reading.said(stored)[1]
            events.append(event_of(said, fetch=reading.object, mark=_mark_at(stored.seq, erased)))
        except BookError as problem:
            findings.append(_broken(stored.seq, problem.message))
        except (ValueError, TypeError) as problem:
            findings.append(_broken(stored.seq, f"It holds no event of a decision: {problem}"))
        digests.append(stored.digest)
    if findings:
        return Log(findings=tuple(findings))
    return Log(events=tuple(events), digests=tuple(digests), last=digests[-1]) if digests else Log()


@internal
def erased_in(reading: Reading) -> list[Erased]:
    """Return every erasure of words: whose, when, by whom and why."""
    told = [reading.said(one) for one in list(reading.entries(kind=ERASED_KIND))]
    return erased_among((entry, groups.get(ERASED_GROUP)) for entry, groups in told)


def _mark_at(seq: int, erased: Sequence[Erased]) -> Callable[[str], str]:
    return lambda person: erased_mark(erasure_of(erased, person, seq=seq))


def _broken(seq: int, found: str) -> Finding:
    return Finding(
        code=Code.DECISIONS_BROKEN,
        severity=Severity.ERROR,
        file=_LEDGER,
        row=seq,
        found=found,
        expected=f"entry {seq} as it was signed.",
        fix="Find all that was changed with `apportion audit verify`, and put back a copy of the book.",
    )
