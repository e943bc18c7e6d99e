"""The commands about evidence: what numbers rest on."""

from __future__ import annotations

from typing import Annotated

import typer

from apportion.cli.options import AsJson, Language, PlanFolder, ScenarioAt
from apportion.cli.printing import print_json, print_table

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
        typer.Option("--under-each", help="Plan again under each statement that is not used."),
    ] = False,
    most: Annotated[int, typer.Option(help="So many rows of each part are told in full.", min=1)] = 12,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Follow a number of a plan to the rows and the evidence it rests on, and say how well these are known."""
    from apportion.commands.evidence import tell_trace, trace_plan
    from apportion.report.words import Words

    Words.load(lang)
    found = trace_plan(plan_folder, number, scenario=scenario, most=most, is_under_each=under_each)
    if as_json:
        print_json(found.as_json())
        return
    for block in tell_trace(found, language=lang):
        typer.echo(block) if isinstance(block, str) else print_table(block)
