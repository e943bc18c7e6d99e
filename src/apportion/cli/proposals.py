"""The commands about proposals: what somebody wants to decide."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.options import (
    AsJson,
    CaseName,
    KnownOn,
    Language,
    MostTried,
    Scenario,
    Under,
    UnderEach,
    Viewpoint,
    day_of,
)
from apportion.cli.printing import print_findings, print_json, print_table, told_on_terminal

commands = typer.Typer()


@commands.command()
def assess(
    scenario: Scenario,
    proposal: Annotated[
        str,
        typer.Argument(help="A TOML file, or the name of one beside the scenario.", metavar="PROPOSAL"),
    ],
    out: Annotated[
        Path | None, typer.Option(help="Folder for the page and its numbers.", metavar="DIR")
    ] = None,
    whole_market: Annotated[
        bool, typer.Option("--whole-market", help="Divide all lots and orders, not only those concerned.")
    ] = False,
    lang: Language = "en",
    as_known_on: KnownOn = None,
    viewpoint: Viewpoint = "all",
    case: CaseName = "middle",
    under: Under = None,
    under_each: UnderEach = False,
    most: MostTried = 12,
    as_json: AsJson = False,
) -> None:
    """Judge a swap, diversion or priority before it happens: four futures, for every side, in every case."""
    from apportion.commands.assessments import (
        ASSESSMENT_PAGE,
        assess_scenario,
        assessment_as_json,
        tell_assessment,
        write_assessment,
    )
    from apportion.commands.folders import tell_page
    from apportion.commands.under_each import assess_under_each, tell_under_each
    from apportion.report.words import Words

    Words.load(lang)
    found = assess_scenario(
        scenario,
        proposal,
        as_known_on=day_of(as_known_on),
        viewpoint=viewpoint,
        case=case,
        under=under or (),
        is_whole_market=whole_market,
    )
    if under_each:
        with told_on_terminal("statements tried") as tell:
            found = assess_under_each(found, most=most, tell=tell)
    if out is not None:
        write_assessment(found, folder=out, language=lang)
    if as_json:
        print_json(assessment_as_json(found, language=lang))
        return
    print_findings(found.findings, to_error=True)
    typer.echo("\n".join(tell_assessment(found, language=lang)))
    if found.under_each is not None:
        typer.echo("\n".join(tell_under_each(found.under_each, found.world, language=lang)))
    if out is not None:
        typer.echo(tell_page(out / ASSESSMENT_PAGE, language=lang))


@commands.command()
def suggest(
    scenario: Scenario,
    most: Annotated[int, typer.Option(help="So many suggestions at the most.", min=1)] = 10,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the page, its numbers and the proposals.", metavar="DIR")
    ] = None,
    lang: Language = "en",
    as_known_on: KnownOn = None,
    viewpoint: Viewpoint = "all",
    case: CaseName = "middle",
    as_json: AsJson = False,
) -> None:
    """Find swaps and diversions that raise live unit-days in all and lower nobody's, best first."""
    from apportion.commands.folders import tell_page
    from apportion.commands.suggestions import (
        SUGGESTIONS_PAGE,
        suggest_scenario,
        suggestions_as_json,
        tell_suggestions,
    )

    with told_on_terminal("customers and pairs solved") as tell:
        found = suggest_scenario(
            scenario,
            most=most,
            out=out,
            as_known_on=day_of(as_known_on),
            viewpoint=viewpoint,
            case=case,
            language=lang,
            tell=tell,
        )
    if as_json:
        print_json(suggestions_as_json(found, language=lang))
        return
    sentences, rows = tell_suggestions(found, language=lang)
    if found.items:
        print_table(rows)
    typer.echo("\n".join(sentences))
    if out is not None:
        typer.echo(tell_page(out / SUGGESTIONS_PAGE, language=lang))
