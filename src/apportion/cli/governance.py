"""The commands about who may decide."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.options import AsJson, KnownOn, Language, Scenario, Viewpoint, day_of
from apportion.cli.printing import print_findings, print_json, print_table

commands = typer.Typer()

ProposalName = Annotated[
    str, typer.Argument(help="A TOML file, or the name of one beside the scenario.", metavar="PROPOSAL")
]
PackName = Annotated[
    str, typer.Option("--pack", help="The policy pack: a name, or a TOML file.", metavar="PACK")
]


@commands.command()
def conflicts(
    scenario: Scenario,
    proposal: ProposalName,
    pack: PackName = "house-strict",
    on: Annotated[
        str | None,
        typer.Option(help="The day tested; by default the day of the decision.", metavar="DAY"),
    ] = None,
    person: Annotated[
        list[str] | None, typer.Option(help="A person to look at besides; may be repeated.", metavar="PERSON")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the page, its tables and all that is said.", metavar="DIR")
    ] = None,
    lang: Language = "en",
    as_known_on: KnownOn = None,
    viewpoint: Viewpoint = "all",
    as_json: AsJson = False,
) -> None:
    """Find who is conflicted on a proposal, by which path, and who is left to decide on each side."""
    from apportion.commands.conflicts import (
        CONFLICTS_PAGE,
        conflicts_as_json,
        conflicts_of_scenario,
        tell_conflicts,
        write_conflicts,
    )
    from apportion.commands.folders import tell_page

    found = conflicts_of_scenario(
        scenario,
        proposal,
        pack=pack,
        on=day_of(on),
        persons=person or (),
        as_known_on=day_of(as_known_on),
        viewpoint=viewpoint,
    )
    sentences, rows = tell_conflicts(found, language=lang)
    if out is not None:
        write_conflicts(found, folder=out, language=lang)
    if as_json:
        print_json(conflicts_as_json(found, language=lang))
        return
    print_findings(found.findings, to_error=True)
    if found.standings:
        print_table(rows)
    typer.echo("\n".join(sentences))
    if out is not None:
        typer.echo(tell_page(out / CONFLICTS_PAGE, language=lang))
