"""What the ties in a log say by themselves, whatever the analysis that froze them claims.

An analysis says who is conflicted. Its own ties, with all that earlier analyses of the same log froze, are asked
again, so that a stored list of names can add to them and take nobody away (G1 to G3).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from apportion.govern.conflicts import conflicted_on, find_conflicts
from apportion.govern.events import Plain
from apportion.govern.facts import Analysis
from apportion.govern.interests import Graph, Reading, Span, Tie, union
from apportion.govern.packs import Pack
from apportion.govern.stakes import Ways

CONTROLLER = "controller"


def register_of(analysis: Analysis, earlier: Iterable[Mapping[str, Plain]]) -> Graph:
    """Return the ties that an analysis froze, with those that earlier ones did.

    Raises:
        ValueError: A row is none that `Tie.as_json` writes with ``seen_on``.
    """
    try:
        return union(Graph(tuple(Tie.of_json(row) for row in analysis.ties), {}), earlier)
    except KeyError as lacking:
        raise ValueError(f"A tie of the log lacks {lacking}.") from None


def conflicted_by_register(graph: Graph, analysis: Analysis, *, pack: Pack, day: dt.date) -> frozenset[str]:
    """Return every party that the ties show as conflicted on a proposal, organisations among them.

    Args:
        graph: The ties.
        analysis: What is frozen.
        pack: The rules.
        day: The day it was frozen; ties count from it to the effect.
    """
    persons = {tie.holder for tie in graph.ties} | {tie.entity for tie in graph.ties}
    entities = sorted(one.id for one in analysis.entities)
    span = Span.over(day, analysis.effective_on)
    standings = find_conflicts(
        graph, entities=entities, persons=persons - set(entities), span=span, pack=pack
    )
    return conflicted_on(standings)


def needs_power_to_reject(
    graph: Graph, analysis: Analysis, *, persons: Iterable[str], pack: Pack, day: dt.date
) -> bool:
    """Return whether a mandate has to say that a committee may negotiate and reject (G11).

    Where the pack asks for it from a share on: whether somebody conflicted controls an entity of the proposal, or
    owns so much of one under the highest reading; a share that is not known is as much.
    """
    if not pack.needs_power_to_reject or pack.power_to_reject_from_percent is None:
        return pack.needs_power_to_reject
    entities = {one.id for one in analysis.entities}
    span = Span.over(day, analysis.effective_on)
    among = set(persons)
    controls = any(
        tie.role == CONTROLLER and tie.holder in among and tie.entity in entities
        for tie in graph.active(span)
    )
    ways = Ways(graph, span=span)
    return controls or any(
        ways.amount(person, target=entity, forum="", reading=Reading.HIGH).reaches(
            pack.power_to_reject_from_percent
        )
        for person in sorted(among - entities)
        for entity in sorted(entities)
    )
