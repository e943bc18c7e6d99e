"""Whether what a book keeps beside its ledger is what it says: objects, worlds, and the list of scenarios."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from apportion.errors import BookError
from apportion.govern.erasure import ERASED_GROUP, ERASED_KIND, erased_among, erasure_of
from apportion.store.reading import APART, KEYS, Reading, ScenarioRow
from apportion.store.worlds import WORLD

__all__ = ["damaged_pages", "differing_objects", "differing_scenarios", "lost_words"]

_SCENARIO_KINDS = ("scenario-added", "scenario-revised")
_FILE_KEPT = "file-kept"


def damaged_pages(reading: Reading) -> Iterator[str]:
    """Yield a sentence for each thing that SQLite finds wrong with its file, indexes that nobody reads included."""
    yield from (f"The file itself is damaged: {told.rstrip('.')}." for told in reading.damage_of_file())


def differing_objects(
    reading: Reading, *, readers: Mapping[str, Callable[[bytes], str]] | None = None
) -> Iterator[str]:
    """Yield a sentence for each object that is not what was kept under its digest; worlds are digested anew.

    Args:
        reading: A book.
        readers: For each kind that is kept under another digest than the SHA-256 of its bytes: returns the digest of
            what the bytes tell, empty where they tell nothing. None: only held against the hash that is kept with it.
    """
    for digest, kind in reading.objects():
        try:
            if kind == WORLD:
                found = reading.world(digest).digest
            else:
                content = reading.object(digest)
                found = digest if readers is None else sha256(content).hexdigest()
                if readers and found != digest and kind in readers:
                    found = readers[kind](content)
            if found != digest:
                yield (
                    f"The {kind} {digest} reads as another one, {found}."
                    if found
                    else (f"The {kind} {digest} reads as none.")
                )
        except BookError as problem:
            yield problem.message


def differing_scenarios(reading: Reading) -> Iterator[str]:
    """Yield a sentence for each scenario that is listed otherwise than the entries of the ledger tell."""
    told = _told(reading)
    listed = {one.name: one for one in reading.scenarios()}
    for name in sorted(told.keys() | listed.keys()):
        row = listed.get(name)
        if row is None:
            yield f"The scenario {name!r} is in the ledger and not in the list of scenarios."
        elif name not in told:
            yield f"The scenario {name!r} is in the list of scenarios and not in the ledger."
        else:
            yield from _differing(row, told[name])


def lost_words(reading: Reading) -> Iterator[str]:
    """Yield a sentence for each entry whose words cannot be opened though no later entry says that they were erased.

    A backup has the keys of all words in a file beside it, so that nothing is said of one.
    """
    if reading.meta(KEYS) == APART:
        return
    erased = erased_among(
        (entry, groups.get(ERASED_GROUP))
        for entry, groups in (reading.said(one) for one in list(reading.entries(kind=ERASED_KIND)))
    )
    for seq in list(reading.unopened()):
        for stored in reading.entries(seq, seq):
            act = reading.said(stored)[1].get("act")
            person = str(act.get("by", "")) if isinstance(act, dict) else ""
            if erasure_of(erased, person, seq=seq) is None:
                yield (
                    f"The words of {person!r} in entry {seq} are sealed, their key is gone, and no entry says that "
                    "they were erased."
                )


def _differing(row: ScenarioRow, told: tuple[str, Mapping[str, str]]) -> Iterator[str]:
    world, files = told
    if row.world != world:
        yield f"The scenario {row.name!r} is listed with the world {row.world}; the ledger says {world}."
    if dict(row.files) != dict(files):
        yield f"The scenario {row.name!r} is listed with other files than the ledger says."


def _told(reading: Reading) -> dict[str, tuple[str, Mapping[str, str]]]:
    """Return the world and files of each scenario as the entries tell them."""
    told: dict[str, tuple[str, Mapping[str, str]]] = {}
    kinds = (*_SCENARIO_KINDS, _FILE_KEPT)
    rows = sorted(row for kind in kinds for row in reading.entries(kind=kind))
    for row in rows:
        entry, groups = reading.said(row)
        if entry.kind == _FILE_KEPT:
            _keep(told, groups["file"], name=entry.subject)
        else:
            said = groups["scenario"]
            told[said["name"]] = (said["world"], said["files"])
    return told


def _keep(told: dict[str, tuple[str, Mapping[str, str]]], said: Mapping[str, Any], *, name: str) -> None:
    _, files = told.get(name, ("", {}))
    told[name] = (said["world"], {**files, said["name"]: said["digest"]})
