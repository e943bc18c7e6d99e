"""The commands of a book's users: add, change, withdraw, list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from apportion.cli.options import AsJson, Language
from apportion.cli.printing import print_json, print_table

if TYPE_CHECKING:
    from apportion.commands.people import Changed

group = typer.Typer(
    name="user",
    no_args_is_help=True,
    help="Say who uses a book and what they may do there: roles, persons and keys.",
)
Name = Annotated[str, typer.Argument(help="The user's name.", metavar="NAME")]
Db = Annotated[
    str,
    typer.Option(
        "--db",
        help="The book: a file, or an address such as postgresql://HOST/NAME.",
        metavar="PLACE",
        envvar="APPORTION_DB",
    ),
]
ActsAs = Annotated[
    str | None,
    typer.Option("--as", help="The user of the book who acts.", metavar="USER", envvar="APPORTION_USER"),
]
Roles = Annotated[
    list[str] | None,
    typer.Option(
        "--role",
        help="desk, buyer, committee, auditor or admin; may be repeated.",
        metavar="ROLE[:PARTY]",
    ),
]
Party = Annotated[
    str, typer.Option("--party", help="The party of the roles that name none.", metavar="PARTY")
]
Key = Annotated[str, typer.Option("--key", help="Their public key, 64 hexadecimal digits.", metavar="PUBLIC")]
MakeKey = Annotated[
    bool, typer.Option("--make-key", help="Make a key for them in the key folder of this machine.")
]
BOOK = "apportion.db"


def _tell(changed: Changed, language: str, *, is_json: bool) -> None:
    from apportion.commands.people import tell_user

    if is_json:
        print_json(changed.as_json())
        return
    typer.echo("\n".join(tell_user(changed, language=language)))


@group.command()
def add(
    name: Name,
    role: Roles = None,
    party: Party = "",
    person: Annotated[
        str, typer.Option(help="The person or body of the scenarios they are.", metavar="PERSON")
    ] = "",
    key: Key = "",
    make_key: MakeKey = False,
    db: Db = BOOK,
    user: ActsAs = None,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Add a user to a book, with their roles, the person they are and their public key."""
    from apportion.commands.people import add_user, memberships_of
    from apportion.commands.session import opened

    with opened(db, user):
        held = memberships_of(role or (), party=party)
        done = add_user(name, memberships=held, person=person, key=key, is_key_made=make_key)
        _tell(done, lang, is_json=as_json)


@group.command()
def change(
    name: Name,
    role: Roles = None,
    party: Party = "",
    person: Annotated[
        str | None, typer.Option(help="The person they are from now on; empty: none.", metavar="PERSON")
    ] = None,
    key: Key = "",
    make_key: MakeKey = False,
    db: Db = BOOK,
    user: ActsAs = None,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Change a user of a book: the roles given take the place of all that they had."""
    from apportion.commands.people import change_user, memberships_of
    from apportion.commands.session import opened

    with opened(db, user):
        held = None if role is None else memberships_of(role, party=party)
        done = change_user(name, memberships=held, person=person, key=key, is_key_made=make_key)
        _tell(done, lang, is_json=as_json)


@group.command()
def withdraw(
    name: Name, db: Db = BOOK, user: ActsAs = None, lang: Language = "en", as_json: AsJson = False
) -> None:
    """Withdraw a user and their key: what they did stays, and they do nothing more."""
    from apportion.commands.people import withdraw_user
    from apportion.commands.session import opened

    with opened(db, user):
        _tell(withdraw_user(name), lang, is_json=as_json)


@group.command("list")
def list_all(db: Db = BOOK, user: ActsAs = None, lang: Language = "en", as_json: AsJson = False) -> None:
    """List the users of a book, those withdrawn too."""
    from apportion.commands.people import list_users, tell_users, users_as_json
    from apportion.commands.session import opened

    with opened(db, user):
        users = list_users()
        print_json(users_as_json(users)) if as_json else print_table(tell_users(users, language=lang))
