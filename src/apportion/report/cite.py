"""Source lines: what a row rests on, one line for each of its documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from apportion.report.facts import basis_words, place_of
from apportion.report.words import Words
from apportion.study.cite import Citation
from apportion.study.sources import Source

_KINDS: Mapping[str, str] = {
    "memo": "cite.kind.memo",
    "email": "cite.kind.email",
    "call": "cite.kind.call",
    "post": "cite.kind.post",
    "filing": "cite.kind.filing",
    "press": "cite.kind.press",
    "survey": "cite.kind.survey",
}


def citation_lines(citations: Iterable[Citation], *, words: Words) -> Iterator[str]:
    """Yield a line for each statement of a row, and one for each of its documents."""
    every = list(citations)
    for one in every:
        if one.row is None:
            yield _decision_line(one, words=words)
        else:
            yield _row_line(one, row=one.row, is_alone=len(every) == 1, words=words)
        for source in one.sources:
            yield source_line(source, words=words)
            if source.disputed_by:
                yield words.say("cite.disputed", id=source.id, others=words.listed(source.disputed_by))
            for sha256 in source.copies:
                yield words.say("cite.copy", id=source.id, sha256=sha256)
        if not one.sources:
            yield words.say("cite.no-evidence")


def _row_line(one: Citation, *, row: int, is_alone: bool, words: Words) -> str:
    key = "cite.row" if is_alone else "cite.row-used" if one.is_used else "cite.row-not-used"
    return words.say(
        key,
        row=one.name,
        place=place_of(one.file, row, words=words),
        basis=basis_words(one.basis, words=words),
        known=one.known_on or words.say("cite.always"),
    )


def _decision_line(one: Citation, *, words: Words) -> str:
    return words.say(
        "cite.decision" if one.title else "cite.row",
        row=one.name,
        title=one.title,
        place=one.file,
        basis=basis_words(one.basis, words=words),
        known=one.known_on or words.say("cite.always"),
    )


def source_line(source: Source, *, words: Words) -> str:
    """Return a document as one line: title, kind, day published, where it can be found, basis, file and row."""
    if not source.is_known:
        return words.say("cite.unknown", id=source.id)
    kind = words.say(_KINDS[source.kind]) if source.kind in _KINDS else source.kind
    published = source.published_on
    return words.say(
        "cite.line",
        id=source.id,
        title=source.title,
        kind=kind,
        published=words.say("cite.published", day=published) if published else words.say("cite.no-day"),
        source=source.source,
        basis=basis_words(source.basis, words=words),
        place=place_of(source.place[0], source.place[1], words=words),
    )
