"""The commands about registers: policy packs, and everything that moves between related parties."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.options import AsJson, KnownOn, Language, Scenario, Viewpoint, day_of
from apportion.cli.printing import print_json, print_table

commands = typer.Typer()


@commands.command()
def packs(
    name: Annotated[
        str | None, typer.Argument(help="A pack to show: a bundled name or a TOML file.", metavar="NAME")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", help="Say which governed on this day.", metavar="DAY")
    ] = None,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """List the policy packs with the days they govern, or show every value of one with its meaning and sources."""
    from apportion.commands.packs import list_packs, load_pack, pack_as_json, tell_pack, tell_packs

    day = day_of(on)
    if as_json:
        shown = list_packs(on=day) if name is None else [load_pack(name)]
        print_json(pack_as_json(shown, on=day))
        return
    sentences, rows = (
        tell_packs(on=day, language=lang)
        if name is None
        else tell_pack(load_pack(name), on=day, language=lang)
    )
    print_table(rows)
    typer.echo("\n".join(sentences))


@commands.command()
def transfers(
    scenario: Scenario,
    pack: Annotated[
        str, typer.Option(help="A policy pack: a bundled name or a TOML file.", metavar="PACK")
    ] = "house-strict",
    out: Annotated[
        Path | None, typer.Option(help="Folder for the page, the tables and all that is said.", metavar="DIR")
    ] = None,
    as_known_on: KnownOn = None,
    viewpoint: Viewpoint = "all",
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """List everything that moves between related parties, what it is worth, and what of it comes to a record."""
    from apportion.commands.folders import tell_page
    from apportion.commands.transfers import (
        TRANSFERS_PAGE,
        movements_of_scenario,
        tell_transfers,
        transfers_as_json,
    )

    found = movements_of_scenario(
        scenario,
        pack=pack,
        out=out,
        as_known_on=day_of(as_known_on),
        viewpoint=viewpoint,
        language=lang,
    )
    if as_json:
        print_json(transfers_as_json(found, language=lang))
        return
    sentences, rows = tell_transfers(found, language=lang)
    if found.transfers:
        print_table(rows)
    typer.echo("\n".join(sentences))
    if out is not None:
        typer.echo(tell_page(out / TRANSFERS_PAGE, language=lang))
