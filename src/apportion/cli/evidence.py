"""The commands about evidence: what numbers rest on, and what was known when."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apportion.cli.options import (
    AsJson,
    KnownOn,
    Language,
    PlanFolder,
    Scenario,
    ScenarioAt,
    Viewpoint,
    day_of,
)
from apportion.cli.printing import print_json, print_table, told_on_terminal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apportion.report.trace import Block

commands = typer.Typer()


@commands.command()
def trace(
    plan_folder: PlanFolder,
    number: Annotated[
        str,
        typer.Argument(help="TABLE.KEY.COLUMN, e.g. customers.tesla.filled.", metavar="NUMBER"),
    ],
    scenario: ScenarioAt = None,
    under_each: Annotated[
        bool,
        typer.Option("--under-each", help="Plan again under each statement that is not used, up to --most."),
    ] = False,
    most: Annotated[int, typer.Option(help="So many rows of each part, facts and statements.", min=1)] = 12,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Follow a number of a plan to the rows and the evidence it rests on, and say how well these are known."""
    from apportion.commands.evidence import tell_trace, trace_plan
    from apportion.report.words import Words

    Words.load(lang)
    with told_on_terminal("statements tried") as tell:
        found = trace_plan(
            plan_folder, number, scenario=scenario, most=most, is_under_each=under_each, tell=tell
        )
    if as_json:
        print_json(found.as_json())
        return
    _print_blocks(tell_trace(found, language=lang))


@commands.command()
def timeline(
    scenario: Scenario,
    as_known_on: KnownOn = None,
    viewpoint: Viewpoint = "all",
    out: Annotated[Path | None, typer.Option(help="Folder for its CSV and JSON.", metavar="DIR")] = None,
    most: Annotated[int, typer.Option(help="So many entries are printed.", min=1)] = 300,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Lay out facts, statements, events, claims and decisions by the days known and made public, with what changed."""
    from apportion.commands.evidence import lay_timeline, tell_timeline, timeline_as_json
    from apportion.report.words import Words

    Words.load(lang)
    found, view = lay_timeline(scenario, out=out, as_known_on=day_of(as_known_on), viewpoint=viewpoint)
    if as_json:
        print_json(timeline_as_json(found, view))
        return
    _print_blocks(tell_timeline(found, view, most=most, language=lang))


@commands.command()
def cite(
    scenario: Scenario,
    row: Annotated[
        str,
        typer.Argument(
            help="TABLE:KEY, e.g. orders:T1 or readiness:giga_texas,hall-1; or decision:ID.", metavar="ROW"
        ),
    ],
    as_known_on: KnownOn = None,
    viewpoint: Viewpoint = "all",
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Print the source lines of a row: title, kind, day published, where it can be found, basis, file and row."""
    from apportion.commands.evidence import cite_row, tell_citations
    from apportion.report.words import Words

    Words.load(lang)
    found = cite_row(scenario, row, as_known_on=day_of(as_known_on), viewpoint=viewpoint)
    if as_json:
        print_json([one.as_json() for one in found])
        return
    typer.echo("\n".join(tell_citations(found, language=lang)))


@commands.command()
def attach(
    scenario: Scenario,
    evidence: Annotated[str, typer.Argument(help="The id of evidence it is a copy of.", metavar="EVIDENCE")],
    file: Annotated[
        Path, typer.Argument(help="A .pdf, .png, .jpg, .txt, .csv, .html or .eml file.", metavar="FILE")
    ],
    most_megabytes: Annotated[
        int, typer.Option(help="The largest that is kept, in millions of bytes.", min=1, max=1000)
    ] = 25,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Keep a document with a scenario's folder under its SHA-256, listed as a copy of evidence; it is never changed."""
    from apportion.commands.attachments import attach_document, tell_attached
    from apportion.report.words import Words

    Words.load(lang)
    attached = attach_document(scenario, evidence, file=file, most_megabytes=most_megabytes)
    print_json(attached.as_json()) if as_json else typer.echo(tell_attached(attached, language=lang))


def _print_blocks(blocks: Iterable[Block]) -> None:
    for block in blocks:
        typer.echo(block) if isinstance(block, str) else print_table(block)
