"""A scenario as whoever acts may see it: all of it, or as a source that holds what their parties know and no more.

What reads a scenario for somebody finds it here; what decides on one takes the whole of it from `commands/sources.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from apportion.commands import clock
from apportion.commands.decision_log import known_of, laid_over
from apportion.commands.permits import internal, parties_seen
from apportion.commands.sources import Source
from apportion.commands.sources import find_source as find_whole
from apportion.engine.checks import check_world
from apportion.errors import Finding, FindingsError, UsageError, has_errors
from apportion.files.decisions import Log
from apportion.files.documents import Document
from apportion.files.proposal_reading import read_proposal
from apportion.files.workbook import WorkbookReading
from apportion.govern.events import Event
from apportion.govern.seen import seen_proposals, seen_world
from apportion.model.world import World

__all__ = ["SeenSource", "decided_in", "find_seen"]


@dataclass(frozen=True, slots=True)
class SeenSource:
    """A scenario as far as parties know it, as it stands with what was decided; it is only read.

    Attributes:
        whole: The scenario.
        parties: The parties.
    """

    whole: Source
    parties: frozenset[str]

    @property
    def label(self) -> str:
        """Return how a command names it."""
        return self.whole.label

    def read(self) -> WorkbookReading:
        """Return what the parties know of its world, without a finding of what they do not."""
        return WorkbookReading(self.standing(), ())

    def standing(self, *, but: str = "") -> World:
        """Return what the parties know of its world as it stands.

        Args:
            but: A proposal that is looked at as if nobody had put it forward; empty: none.

        Raises:
            UsageError: It cannot be looked at; why is for those who see all of it.
        """
        try:
            reading = self.whole.read()
            if reading.world is not None and not has_errors(
                check_world(reading.world, known=reading.findings)
            ):
                standing, _ = laid_over(reading.world, self.whole, but=but)
                if not has_errors(standing.findings):
                    return seen_world(standing.world, parties=self.parties, day=clock.now().date())
        except FindingsError:
            pass
        raise UsageError(
            f"The scenario {self.label!r} cannot be looked at: something in it is to be mended first.",
            fix="Ask its desk.",
        )

    def proposals(self) -> Mapping[str, bytes]:
        """Return the proposals that the parties know of, by file name."""
        read = {
            file: read_proposal(held, file=file)[0] for file, held in sorted(self.whole.proposals().items())
        }
        there = {file: one for file, one in read.items() if one is not None}
        seen = seen_proposals(there.values(), parties=self.parties, day=clock.now().date())
        whole = self.whole.proposals()
        return {file: whole[file] for file, one in there.items() if one.id in seen}

    def attachments(self) -> Mapping[str, bytes]:
        """Return the documents that the parties know of."""
        listed = self.standing().tables.get("attachments")
        known = set() if listed is None else set(listed["sha256"].drop_nulls().to_list())
        return {
            name: held for name, held in self.whole.attachments().items() if PurePosixPath(name).stem in known
        }

    def check_attachments(self, world: World) -> list[Finding]:
        """List the documents that the parties know of and that are not kept with their digest."""
        return self.whole.check_attachments(world)

    def log(self) -> Log:
        """Return no decisions: the world has them carried out, and what was said is for others."""
        return Log()

    def log_files(self) -> Mapping[str, bytes]:
        """Return no decisions."""
        return {}

    def check_decidable(self) -> None:
        """Refuse to decide on a part."""
        raise self._only_read()

    def may_be_added_to(self) -> bool:
        """Return that nothing is added to a part."""
        return False

    def append(self, events: Sequence[Event], *, after: Log, keep: Mapping[str, bytes]) -> Log:
        """Refuse to add to a part."""
        del events, after, keep
        raise self._only_read()

    def refuse_other_files(self, beside: Mapping[str, bytes]) -> None:
        """Refuse to keep files with a part."""
        del beside
        raise self._only_read()

    def check_attachable(self) -> None:
        """Refuse to attach to a part."""
        raise self._only_read()

    def attach(self, document: Document, *, world: World, evidence: str) -> bool:
        """Refuse to attach to a part."""
        del document, world, evidence
        raise self._only_read()

    def _only_read(self) -> UsageError:
        return UsageError(f"What you see of {self.label!r} is only read.", fix="Ask its desk.")


@internal
def find_seen(name_or_path: str) -> Source:
    """Return a scenario as whoever acts may see it.

    Raises:
        UsageError: There is none of this name.
        NotPermitted: They may see no facts.
    """
    parties = parties_seen()
    whole = find_whole(name_or_path)
    return whole if parties is None else SeenSource(whole, parties)


@internal
def decided_in(source: Source) -> Collection[str]:
    """Return the ids of the proposals that the log of a scenario knows, of a part those of the whole.

    Raises:
        FindingsError: The log does not hold together.
    """
    return known_of(source.whole if isinstance(source, SeenSource) else source).state.cases
