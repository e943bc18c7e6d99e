"""Acts on documents: keep one with a scenario."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from apportion.commands.decision_log import known_of
from apportion.commands.decision_rights import check_may_edit
from apportion.commands.permits import needs
from apportion.commands.scenarios import read_scenario
from apportion.commands.sources import find_source
from apportion.errors import UsageError
from apportion.files.documents import FOLDER, MOST_MEGABYTES, read_document
from apportion.govern.rights import Right
from apportion.report.words import DEFAULT_LANGUAGE, Words
from apportion.study.cite import near_names

__all__ = ["Attached", "attach_document", "tell_attached"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A document that is kept with a scenario.

    Attributes:
        evidence: The evidence it is a copy of.
        name: The name of the file it came from.
        kind: What it is.
        size_bytes: Its size.
        sha256: Its SHA-256.
        file: Where it is kept, from the scenario's folder on.
        is_new: Whether it was not kept for this evidence before.
    """

    evidence: str
    name: str
    kind: str
    size_bytes: int
    sha256: str
    file: str
    is_new: bool

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return {name: getattr(self, name) for name in self.__slots__}


@needs(Right.CHANGE)
def attach_document(
    scenario: str, evidence: str, *, file: Path, most_megabytes: int = MOST_MEGABYTES
) -> Attached:
    """Keep a document with a scenario as a copy of evidence; the same bytes again change nothing.

    Args:
        scenario: A folder.
        evidence: The id of evidence.
        file: The document.
        most_megabytes: The largest that is kept, in millions of bytes.

    Raises:
        UsageError: The scenario is no folder or comes with apportion, there is no such evidence, or the document may
            not be kept.
        FindingsError: The scenario has findings of error grade.
    """
    source = find_source(scenario)
    source.check_attachable()
    check_may_edit(known_of(source))
    world = read_scenario(scenario).world
    known = world.table("evidence")["id"].to_list()
    if evidence not in known:
        raise UsageError(
            f"The table evidence has no id {evidence!r}.",
            fix=f"{near_names(evidence, known)}List it in evidence first: what it is, and where it can be found.",
        )
    document = read_document(file, most_megabytes=most_megabytes)
    return Attached(
        evidence=evidence,
        name=document.name,
        kind=document.kind,
        size_bytes=len(document.content),
        sha256=document.sha256,
        file=f"{FOLDER}/{document.stored_as}",
        is_new=source.attach(document, world=world, evidence=evidence),
    )


@needs(Right.OPEN)
def tell_attached(attached: Attached, *, language: str = DEFAULT_LANGUAGE) -> str:
    """Return what was kept as a sentence.

    Raises:
        UsageError: There is no such language.
    """
    return Words.load(language).say(
        "attach.kept" if attached.is_new else "attach.kept-already",
        evidence=attached.evidence,
        name=attached.name,
        size=attached.size_bytes,
        file=attached.file,
    )
