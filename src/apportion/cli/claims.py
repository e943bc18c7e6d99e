"""The command about claims: what was said, against what was known."""

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
from apportion.cli.printing import print_json, print_table, told_on_terminal

commands = typer.Typer()


@commands.command()
def claims(
    scenario: Scenario,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the page, the tables and all that is said.", metavar="DIR")
    ] = None,
    lang: Language = "en",
    as_known_on: KnownOn = None,
    viewpoint: Viewpoint = "all",
    case: CaseName = "middle",
    under: Under = None,
    under_each: UnderEach = False,
    most: MostTried = 12,
    as_json: AsJson = False,
) -> None:
    """Lay every claim against what was known: documented, gap and verdict, and what does not hold together."""
    from apportion.commands.claims import (
        CLAIMS_PAGE,
        claims_as_json,
        claims_of_scenario,
        tell_claims,
        write_claims,
    )
    from apportion.commands.folders import tell_page
    from apportion.commands.under_each import claims_under_each, tell_under_each
    from apportion.report.words import Words

    Words.load(lang)
    found = claims_of_scenario(
        scenario, as_known_on=day_of(as_known_on), viewpoint=viewpoint, case=case, under=under or ()
    )
    if under_each:
        with told_on_terminal("statements tried") as tell:
            found = claims_under_each(found, most=most, tell=tell)
    if out is not None:
        write_claims(found, folder=out, language=lang)
    if as_json:
        print_json(claims_as_json(found, language=lang))
        return
    sentences, rows = tell_claims(found, language=lang)
    if found.judged:
        print_table(rows)
    typer.echo("\n".join(sentences))
    if found.under_each is not None:
        typer.echo("\n".join(tell_under_each(found.under_each, found.world, language=lang)))
    if out is not None:
        typer.echo(tell_page(out / CLAIMS_PAGE, language=lang))
