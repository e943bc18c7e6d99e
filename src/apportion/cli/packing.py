"""The command `pack`: one decision as an archive that a stranger can check. Policy packs are listed by `packs`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.in_book import BY_DEFAULT, BookPlace, BookUser, in_book
from apportion.cli.options import AsJson

commands = typer.Typer()


@commands.command()
def pack(
    decision: Annotated[str, typer.Argument(help="The proposal that is decided.", metavar="DECISION")],
    scenario: Annotated[
        str, typer.Option(help="Its scenario, where the book has several.", metavar="NAME")
    ] = "",
    view: Annotated[
        str, typer.Option(help="For whom: full, vendor, buyer or auditor.", metavar="VIEW")
    ] = "full",
    party: Annotated[str, typer.Option(help="The party of the buyer.", metavar="PARTY")] = "",
    to: Annotated[
        Path | None, typer.Option(help="The archive, which must not be there yet.", metavar="FILE")
    ] = None,
    db: BookPlace = BY_DEFAULT,
    user: BookUser = None,
    as_json: AsJson = False,
) -> None:
    """Write the evidence of one decision as an archive that a stranger can check (not a policy pack: see packs)."""
    from apportion.cli.printing import print_json
    from apportion.commands.packing import make_pack

    with in_book(db, user):
        packed = make_pack(decision, scenario=scenario, view=view, party=party, to=to)
    if as_json:
        print_json(packed.as_json())
        return
    stated = packed.checkpoint.checkpoint
    of_party = f" of {packed.party}" if packed.party else ""
    typer.echo(f"Pack of {packed.decision}, view {packed.view}{of_party}: {packed.file}")
    typer.echo(
        f"It is entry {packed.entry:,} of the ledger, under the checkpoint of {stated.size:,} entries, "
        f"root {stated.root}, signed by the key {stated.key}."
    )
    typer.echo("To check it takes Python 3.9 and nothing else: unpack it, and run `python verify.py` there.")
