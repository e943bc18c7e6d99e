"""Acts on decisions of the past: walk through one under each policy pack, tell it."""

from __future__ import annotations

from collections.abc import Sequence

from apportion.commands.assessments import open_proposal
from apportion.commands.permits import needs
from apportion.commands.scenarios import read_scenario, view_world
from apportion.errors import UsageError
from apportion.files.packs import load_pack, pack_names
from apportion.govern.inquiry import look_for_conflicts
from apportion.govern.interests import read_graph
from apportion.govern.movements import read_movements
from apportion.govern.related import InterestTies
from apportion.govern.rights import Right
from apportion.govern.walk import Walk, walk_decision
from apportion.report.walk import walk_json, walk_sentences
from apportion.report.words import DEFAULT_LANGUAGE, Words
from apportion.study.assess import assess

__all__ = ["tell_walks", "walk_scenario", "walks_as_json"]


@needs(Right.READ)
def walk_scenario(scenario: str, proposal: str, *, packs: Sequence[str] = ()) -> list[Walk]:
    """Return what each policy pack asks of a decision of the past, and what the facts show of it.

    Args:
        scenario: A folder, workbook, zip or bundled name.
        proposal: A file, or the name of one beside the scenario.
        packs: Policy packs, by name or file; none: all that come with apportion.

    Raises:
        UsageError: There is no such scenario, proposal or pack, or the proposal names no day of its decision.
        FindingsError: The scenario, the proposal or a pack has findings of error grade.
    """
    rules = [load_pack(name) for name in packs or pack_names()]
    found = open_proposal(proposal, scenario=scenario)
    if found.decided_on is None:
        raise UsageError(
            f"{found.id!r} names no day on which it was decided, so there is nothing to walk through.",
            fix="Add decided_on, or bring it to a decision with `apportion propose`.",
        )
    world = view_world(read_scenario(scenario, but=found.id).world)
    assessment = assess(world, found)
    graph = read_graph(world)
    return [
        walk_decision(
            look_for_conflicts(world, found, pack=pack),
            read_movements(world, ties=InterestTies(graph, pack=pack), pack=pack, assessments=[assessment]),
        )
        for pack in rules
    ]


@needs(Right.OPEN)
def tell_walks(walks: Sequence[Walk], *, language: str = DEFAULT_LANGUAGE) -> list[str]:
    """Return walks in sentences of a language, what is the same under all packs once.

    Raises:
        UsageError: There is no such language.
    """
    return walk_sentences(walks, words=Words.load(language))


@needs(Right.OPEN)
def walks_as_json(walks: Sequence[Walk], *, language: str = DEFAULT_LANGUAGE) -> list[dict[str, object]]:
    """Return walks as plain values, each with its sentences.

    Raises:
        UsageError: There is no such language.
    """
    words = Words.load(language)
    return [walk_json(walk, words=words) for walk in walks]
