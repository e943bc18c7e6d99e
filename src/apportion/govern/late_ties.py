"""Ties that come to light when a proposal is carried out already: whose yes, or whose hand, does not count by them.

A decision was taken on the interests that were known. Where the files show later that somebody who decided it was
tied to another side all the while, it was not decided by the unconflicted, and is not made.

Source: ``docs/concepts/held.md``, H12.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from apportion.govern.acts import Choice
from apportion.govern.conflicts import Standing, conflicted_on, find_conflicts
from apportion.govern.interests import Graph, Span
from apportion.govern.state import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class LateTies:
    """What came to light about a proposal that was carried out.

    Attributes:
        proposal: The proposal.
        persons: Who decided it or carried it out, and was tied to another side by then; sorted.
        pairs: The parties tied by them.
    """

    proposal: str
    persons: tuple[str, ...]
    pairs: frozenset[frozenset[str]]


def late_ties(case: Case, graph: Graph) -> LateTies | None:
    """Return who decided a proposal and turns out to have been conflicted; None: nobody.

    Looked at are those whose yes counted, who carried it out, and who found a committee or wrote a memo. A tie that
    began after the proposal was carried out is none.

    Args:
        case: A proposal that was carried out.
        graph: The interests as the files show them now.
    """
    if case.applied is None or case.frozen is None:
        return None
    span = Span.over(case.proposed_at.date(), case.applied.at.date())
    entities = tuple(entity.id for entity in case.frozen.entities)
    persons = set(_deciders(case))
    standings = find_conflicts(graph, entities=entities, persons=persons, span=span, pack=case.pack)
    found = conflicted_on(standings) - case.conflicted
    if not found:
        return None
    pairs = frozenset(pair for one in standings if one.person in found for pair in _pairs(one))
    return LateTies(proposal=case.proposal, persons=tuple(sorted(found)), pairs=pairs)


def _deciders(case: Case) -> Iterator[str]:
    """Yield who decided: a vote that is void or no yes decided nothing."""
    yield from (one.by for one in case.counting.values() if one.choice is Choice.YES)
    yield from (one.found_disinterested_by for one in case.committees.values())
    yield from (one.by for one in case.memos)
    if case.applied is not None:
        yield case.applied.by


def _pairs(one: Standing) -> Iterator[frozenset[str]]:
    """Yield the forum and each other entity that the person is tied to, where the person stands on its side."""
    if one.is_tied:
        yield from (frozenset({one.entity, stake.entity}) for stake in one.conflicting)
