"""The commands of retention: hold decisions, and erase what a person said."""

from __future__ import annotations

from typing import Annotated

import typer

from apportion.cli.in_book import BY_DEFAULT, BookPlace, BookUser, in_book
from apportion.cli.options import AsJson, Language
from apportion.cli.printing import print_json, print_table

group = typer.Typer(
    name="hold",
    no_args_is_help=True,
    help="Hold decisions, so that nothing of whoever had a part in them is erased.",
)
commands = typer.Typer()
Target = Annotated[
    str,
    typer.Argument(
        help="A proposal, SCENARIO:PROPOSAL where several have it, or SCENARIO for every decision of it.",
        metavar="TARGET",
    ),
]
Because = Annotated[str, typer.Option("--because", help="The reason, in words.", metavar="TEXT")]


@group.command()
def place(
    target: Target,
    because: Because,
    db: BookPlace = BY_DEFAULT,
    user: BookUser = None,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Place a hold on a decision, or on all of a scenario: of whoever had a part in it nothing is erased."""
    from apportion.commands.erasure import place_hold, tell_hold

    with in_book(db, user):
        held = place_hold(target, reason=because)
        print_json(held.as_json()) if as_json else typer.echo(tell_hold(held, language=lang))


@group.command()
def lift(
    target: Target,
    because: Because,
    db: BookPlace = BY_DEFAULT,
    user: BookUser = None,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Lift a hold, named as it was placed."""
    from apportion.commands.erasure import lift_hold, tell_hold

    with in_book(db, user):
        held = lift_hold(target, reason=because)
        print_json(held.as_json()) if as_json else typer.echo(tell_hold(held, language=lang))


@group.command("list")
def list_all(
    db: BookPlace = BY_DEFAULT, user: BookUser = None, lang: Language = "en", as_json: AsJson = False
) -> None:
    """List the holds that stand."""
    from apportion.commands.erasure import list_holds, tell_holds

    with in_book(db, user):
        holds = list_holds()
        if as_json:
            print_json([one.as_json() for one in holds])
        else:
            print_table(tell_holds(holds, language=lang))


@commands.command()
def erase(
    person: Annotated[str, typer.Argument(help="A person or body of the scenarios.", metavar="PERSON")],
    because: Because,
    db: BookPlace = BY_DEFAULT,
    user: BookUser = None,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Erase the words of a person by destroying the key they are kept under; what is signed still holds."""
    from apportion.commands.erasure import erase_person, tell_erased

    with in_book(db, user):
        done = erase_person(person, reason=because)
        print_json(done.as_json()) if as_json else typer.echo("\n".join(tell_erased(done, language=lang)))
