"""The command about claims: what was said, against what was known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.options import AsJson, CaseName, KnownOn, Language, Scenario, Viewpoint, day_of
from apportion.cli.printing import print_json, print_table

commands = typer.Typer()


@commands.command()
def claims(
    scenario: Scenario,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the tables and all that is said.", metavar="DIR")
    ] = None,
    lang: Language = "en",
    as_known_on: KnownOn = None,
    viewpoint: Viewpoint = "all",
    case: CaseName = "middle",
    as_json: AsJson = False,
) -> None:
    """Lay every claim against what was known: documented, gap and verdict, and what does not hold together."""
    from apportion.commands.claims import claims_as_json, claims_of_scenario, tell_claims
    from apportion.commands.folders import tell_page

    found = claims_of_scenario(
        scenario,
        out=out,
        as_known_on=day_of(as_known_on),
        viewpoint=viewpoint,
        case=case,
        language=lang,
    )
    if as_json:
        print_json(claims_as_json(found, language=lang))
        return
    sentences, rows = tell_claims(found, language=lang)
    if found.judged:
        print_table(rows)
    typer.echo("\n".join(sentences))
    if out is not None:
        typer.echo(tell_page(out / "claims.csv", language=lang))
