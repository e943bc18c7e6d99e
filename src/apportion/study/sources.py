"""The evidence that rows name, as its table knows it to a viewer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from apportion.model.canonical import as_text
from apportion.model.parsing import FILE, ROW
from apportion.model.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One id of evidence.

    Attributes:
        id: The id.
        is_known: Whether the viewer knows it; where not, all that follows is empty.
        kind: What it is.
        title: Its title.
        published_on: Day published, as text.
        source: Where it can be found.
        basis: How it is known.
        place: File and row where it is listed.
        copies: The SHA-256 of each copy that is kept with the scenario.
        disputed_by: The evidence, as far as the viewer knows, that speaks against it.
    """

    id: str
    is_known: bool
    kind: str = ""
    title: str = ""
    published_on: str = ""
    source: str = ""
    basis: str = ""
    place: tuple[str, int] = ("", 0)
    copies: tuple[str, ...] = ()
    disputed_by: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the evidence as plain values."""
        return {
            "id": self.id,
            "is_known": self.is_known,
            "kind": self.kind,
            "title": self.title,
            "published_on": self.published_on,
            "source": self.source,
            "basis": self.basis,
            "file": self.place[0],
            "file_row": self.place[1] or None,
            "copies": list(self.copies),
            "disputed_by": list(self.disputed_by),
        }


def sources_of(world: World, *, ids: Iterable[str]) -> tuple[Source, ...]:
    """Return the evidence of these ids, each once, by id."""
    wanted = sorted(set(ids))
    evidence = world.table("evidence")
    frame = evidence.filter(pl.col("id").is_in(wanted))
    text = as_text(frame.drop(ROW, FILE)).with_columns(frame[ROW], frame[FILE])
    there = {str(row["id"]): row for row in text.iter_rows(named=True)}
    copies = _by_id(world.table("attachments").select("document", "sha256"), wanted=wanted)
    disputes = _by_id(evidence.explode("disputes").select("disputes", "id"), wanted=wanted)
    return tuple(
        _source(one, row=there.get(one), copies=copies.get(one, []), disputed_by=disputes.get(one, []))
        for one in wanted
    )


def _by_id(pairs: pl.DataFrame, *, wanted: list[str]) -> dict[str, list[str]]:
    """Return the second cell of each pair, in order, by the first where it is wanted."""
    found: dict[str, list[str]] = {}
    for one, other in sorted(pairs.filter(pl.col(pairs.columns[0]).is_in(wanted)).iter_rows()):
        found.setdefault(one, []).append(other)
    return found


def _source(one: str, *, row: dict[str, object] | None, copies: list[str], disputed_by: list[str]) -> Source:
    if row is None:
        return Source(id=one, is_known=False)
    told = {name: str(row.get(name) or "") for name in ("kind", "title", "published_on", "source", "basis")}
    place = (str(row[FILE]), int(str(row[ROW])))
    return Source(
        id=one, is_known=True, place=place, copies=tuple(copies), disputed_by=tuple(disputed_by), **told
    )
