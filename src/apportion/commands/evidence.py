"""Acts on evidence: trace a number, lay out what was known when, cite a row."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl

from apportion.commands.folders import write_files
from apportion.commands.permits import needs
from apportion.commands.plans import make_plan, open_plan
from apportion.commands.scenarios import read_scenario, view_world
from apportion.commands.seen import find_seen
from apportion.commands.sources import read_proposals
from apportion.errors import UsageError
from apportion.govern.rights import Right
from apportion.model.canonical import as_text
from apportion.model.plan import Plan
from apportion.model.world import ALL, View, World
from apportion.report.cite import citation_lines
from apportion.report.timeline import changed_texts, more_sentence, timeline_sentences, timeline_table
from apportion.report.trace import Block, trace_blocks
from apportion.report.words import DEFAULT_LANGUAGE, Words
from apportion.study.cite import Citation, cite
from apportion.study.timeline import DECISION, Timeline, timeline
from apportion.study.trace import MOST, Trace, trace, trace_under_each

__all__ = [
    "MOST_ENTRIES",
    "cite_row",
    "lay_timeline",
    "tell_citations",
    "tell_timeline",
    "tell_trace",
    "timeline_as_json",
    "trace_number",
    "trace_plan",
]

# So many entries of a timeline are printed.
MOST_ENTRIES = 300


@needs(Right.READ)
def trace_plan(
    folder: Path,
    number: str,
    *,
    scenario: str | None = None,
    most: int = MOST,
    is_under_each: bool = False,
    tell: Callable[[int, int], None] | None = None,
) -> Trace:
    """Return what a number of a plan on disk rests on.

    Args:
        folder: The plan.
        number: Its name, ``TABLE.KEY.COLUMN``.
        scenario: Where its scenario lies now; None: where it was.
        most: How many rows of each part are told in full.
        is_under_each: Whether it is planned again under each statement that does not stand.
        tell: Is told how many of these were tried and how many wait.

    Raises:
        PlanFileError: The plan is missing or damaged.
        UsageError: There is no such number, or the scenario is not where it was.
    """
    world, plan = open_plan(folder, scenario=scenario)
    return trace_number(world, plan, number=number, most=most, is_under_each=is_under_each, tell=tell)


@needs(Right.OPEN)
def trace_number(
    world: World,
    plan: Plan,
    *,
    number: str,
    most: int = MOST,
    is_under_each: bool = False,
    tell: Callable[[int, int], None] | None = None,
) -> Trace:
    """Return what a number of a plan rests on.

    Raises:
        UsageError: There is no such number, or not even one row is to be told.
    """
    if most < 1:
        raise UsageError(f"{most} rows cannot be told.", fix="Ask for at least one.")
    if not is_under_each:
        return trace(world, plan, number=number, most=most)
    return trace_under_each(
        world,
        plan,
        number=number,
        most=most,
        replan=lambda other: make_plan(other, plan.policy),
        tell=tell,
    )


@needs(Right.OPEN)
def tell_trace(found: Trace, *, language: str = DEFAULT_LANGUAGE) -> list[Block]:
    """Return a trace as sentences and tables.

    Raises:
        UsageError: There is no such language.
    """
    return trace_blocks(found, words=Words.load(language))


@needs(Right.READ)
def lay_timeline(
    scenario: str, *, out: Path | None = None, as_known_on: dt.date | None = None, viewpoint: str = ALL
) -> tuple[Timeline, View]:
    """Return what a viewer of a scenario and of the proposals beside it knew when, and the view.

    Args:
        scenario: A folder, workbook, zip or bundled name.
        out: Where its files go; None: nowhere.
        as_known_on: Only what was known by the end of this day.
        viewpoint: To whom: ``all``, ``public`` or ``party:NAME``.

    Raises:
        UsageError: There is no such scenario or viewpoint.
        FindingsError: The scenario or a proposal beside it has findings of error grade.
    """
    looked = read_scenario(scenario)
    world = view_world(looked.world, as_known_on=as_known_on, viewpoint=viewpoint)
    found = timeline(world, read_proposals(find_seen(scenario)))
    if out is not None:
        _write_timeline(found, folder=out, view=world.view)
    return found, world.view


def _write_timeline(found: Timeline, *, folder: Path, view: View) -> None:
    changed = pl.DataFrame(
        list(changed_texts(found).items()), schema={"entry": pl.UInt32, "changed": pl.String}, orient="row"
    )
    entries = found.entries.join(changed, on="entry", how="left", maintain_order="left")
    body = json.dumps(timeline_as_json(found, view), ensure_ascii=False, indent=1)
    files = {
        "timeline.csv": as_text(entries).write_csv().encode(),
        "changes.csv": as_text(found.changes).write_csv().encode(),
        "timeline.json": f"{body}\n".encode(),
    }
    write_files(folder, files)


@needs(Right.OPEN)
def timeline_as_json(found: Timeline, view: View) -> dict[str, object]:
    """Return a timeline as plain values."""
    looked = {name: value for name, value in view.as_json().items() if name != "case"}
    return {**looked, "entries": found.as_json()}


@needs(Right.OPEN)
def tell_timeline(
    found: Timeline, view: View, *, most: int = MOST_ENTRIES, language: str = DEFAULT_LANGUAGE
) -> list[Block]:
    """Return a timeline as sentences and a table of its first entries.

    Raises:
        UsageError: There is no such language.
    """
    words = Words.load(language)
    blocks: list[Block] = [*timeline_sentences(found, view=view, words=words)]
    table = timeline_table(found, most=most, words=words)
    more = more_sentence(found, most=most, words=words)
    return [*blocks, *([table] if len(table) > 1 else []), *([more] if more else [])]


@needs(Right.READ)
def cite_row(
    scenario: str, row: str, *, as_known_on: dt.date | None = None, viewpoint: str = ALL
) -> list[Citation]:
    """Return every statement of a row, ``TABLE:KEY``, or a ``decision:ID``, that a viewer knew, with its evidence.

    Raises:
        UsageError: There is no such scenario, row, decision or viewpoint.
        FindingsError: The scenario, or where a decision is asked for a proposal beside it, has findings of error grade.
    """
    looked = read_scenario(scenario)
    world = view_world(looked.world, as_known_on=as_known_on, viewpoint=viewpoint)
    is_decision = row.startswith(f"{DECISION}:")
    return cite(world, row, proposals=read_proposals(find_seen(scenario)) if is_decision else ())


@needs(Right.OPEN)
def tell_citations(citations: list[Citation], *, language: str = DEFAULT_LANGUAGE) -> list[str]:
    """Return citations as source lines.

    Raises:
        UsageError: There is no such language.
    """
    return list(citation_lines(citations, words=Words.load(language)))
