"""The group `key`: one's own key."""

from __future__ import annotations

import typer

from apportion.cli.in_book import BY_DEFAULT, BookPlace, BookUser, in_book
from apportion.cli.options import AsJson, Language
from apportion.cli.printing import print_json, print_table

group = typer.Typer(
    name="key",
    help="Show the key that signs what you do in a book, and put a new one in its place.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@group.command()
def show(
    db: BookPlace = BY_DEFAULT, user: BookUser = None, lang: Language = "en", as_json: AsJson = False
) -> None:
    """Show the public keys of whoever acts, from and until which entry each counts, and where the private one lies."""
    from apportion.commands.keys import key_place, keys_as_json, own_keys, tell_keys

    with in_book(db, user):
        keys, place = own_keys(), key_place()
        if as_json:
            print_json({"file": place, "keys": keys_as_json(keys)})
            return
        print_table(tell_keys(keys, language=lang))
        typer.echo(place)


@group.command()
def rotate(
    db: BookPlace = BY_DEFAULT, user: BookUser = None, lang: Language = "en", as_json: AsJson = False
) -> None:
    """Make a new key and put it in the place of the old one, under the signatures of both."""
    from apportion.commands.keys import keys_as_json, rotate_key, tell_keys

    with in_book(db, user):
        new = rotate_key()
    # After the session, whose key does not count any more.
    if as_json:
        print_json(keys_as_json([new]))
        return
    print_table(tell_keys([new], language=lang))
