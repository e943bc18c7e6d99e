"""What was known when, in sentences and as a table for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from apportion.model.world import View
from apportion.report.facts import basis_words, place_of
from apportion.report.words import Words
from apportion.study.timeline import Timeline

_KINDS: Mapping[str, str] = {
    "row": "timeline.kind.row",
    "statement": "timeline.kind.statement",
    "event": "timeline.kind.event",
    "claim": "timeline.kind.claim",
    "evidence": "timeline.kind.evidence",
    "decision": "timeline.kind.decision",
}
_COUNTS: Mapping[str, str] = {
    "row": "timeline.count.row",
    "statement": "timeline.count.statement",
    "event": "timeline.count.event",
    "claim": "timeline.count.claim",
    "evidence": "timeline.count.evidence",
    "decision": "timeline.count.decision",
}
_COLUMNS = (
    "timeline.column.known",
    "timeline.column.public",
    "timeline.column.knew",
    "timeline.column.kind",
    "timeline.column.entry",
    "timeline.column.says",
    "timeline.column.basis",
    "timeline.column.evidence",
    "timeline.column.place",
)


def timeline_sentences(found: Timeline, *, view: View, words: Words) -> list[str]:
    """Return how many entries there are of each kind, and which was known longest before it was public."""
    entries = found.entries
    if not len(entries):
        return [words.say("timeline.nothing")]
    counts = dict(entries["kind"].value_counts().iter_rows())
    told = [words.say(key, count=counts[kind]) for kind, key in _COUNTS.items() if kind in counts]
    key = "timeline.lead" if view.as_known_on is None else "timeline.lead-by"
    day = view.as_known_on or ""
    return [
        words.say(key, day=day, viewpoint=view.viewpoint, kinds=words.listed(told)),
        *_before_public(entries, words=words),
        *_always(entries, words=words),
    ]


def _before_public(entries: pl.DataFrame, *, words: Words) -> Iterator[str]:
    days = (pl.col("public_on") - pl.col("known_on")).dt.total_days().alias("days")
    early = entries.select("name", "known_on", "public_on", days).filter(pl.col("days") > 0)
    hidden = entries.filter(pl.col("known_on").is_not_null() & pl.col("public_on").is_null())
    if len(early):
        longest = early.sort("days", descending=True, maintain_order=True).row(0, named=True)
        yield words.say(
            "timeline.before-public",
            count=len(early),
            name=longest["name"],
            known=longest["known_on"],
            public=longest["public_on"],
            days=longest["days"],
        )
    if len(hidden):
        yield words.say("timeline.not-public", count=len(hidden))


def _always(entries: pl.DataFrame, *, words: Words) -> Iterator[str]:
    always = entries["known_on"].null_count()
    if always:
        yield words.say("timeline.always", count=always)


def timeline_table(found: Timeline, *, most: int, words: Words) -> list[tuple[str, ...]]:
    """Return the first entries with a day as a table; those always known are only counted."""
    shown = found.entries.drop_nulls("known_on").head(most)
    changed = changed_texts(found, empty=words.say("timeline.none"))
    rows = [_row(row, changed=changed, words=words) for row in shown.iter_rows(named=True)]
    return [tuple(words.say(key) for key in _COLUMNS), *rows]


def more_sentence(found: Timeline, *, most: int, words: Words) -> str:
    """Return how many entries with a day the table leaves out; empty: none."""
    left = len(found.entries) - found.entries["known_on"].null_count() - most
    return words.say("timeline.more", count=left) if left > 0 else ""


def changed_texts(found: Timeline, *, empty: str = "") -> dict[int, str]:
    """Return what each entry changed as text, e.g. ``ready_on: 2024-01-03 → 2024-01-06``.

    Args:
        found: The time line.
        empty: What stands for nothing before or after.
    """
    pieces: dict[int, list[str]] = {}
    for entry, column, before, after in found.changes.iter_rows():
        pieces.setdefault(entry, []).append(f"{column}: {before or empty} → {after or empty}")
    return {entry: "; ".join(parts) for entry, parts in pieces.items()}


def _row(row: Mapping[str, object], *, changed: Mapping[int, str], words: Words) -> tuple[str, ...]:
    known_to, evidence = row["known_to"], row["evidence"]
    knew = list(map(str, known_to)) if isinstance(known_to, list) else []
    is_open = row["public_on"] is not None and row["public_on"] == row["known_on"]
    change = changed.get(int(str(row["entry"])), "")
    says = str(row["says"] or "")
    return (
        str(row["known_on"]),
        words.say("timeline.hidden") if row["public_on"] is None else str(row["public_on"]),
        words.say("timeline.anyone") if is_open else words.say("list.between").join(knew),
        words.say(_KINDS[str(row["kind"])]),
        str(row["name"]),
        words.say("timeline.changes", says=says, change=change) if change else says,
        basis_words(str(row["basis"] or ""), words=words),
        words.say("list.between").join(map(str, evidence)) if isinstance(evidence, list) else "",
        str(row["file"])
        if row["row"] is None
        else place_of(str(row["file"]), int(str(row["row"])), words=words),
    )
