"""The commands about registers: policy packs, and everything that moves between related parties."""

from __future__ import annotations

from typing import Annotated

import typer

from apportion.cli.options import AsJson, Language, day_of
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
