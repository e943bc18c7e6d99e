"""What the commands about a book itself share: where it is, who acts, and the session they run in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from apportion.cli.keeping import DB_VARIABLE, USER_VARIABLE

if TYPE_CHECKING:
    from apportion.commands.session import Session

# The book of a folder, where none is named.
BY_DEFAULT = "apportion.db"

BookPlace = Annotated[
    str,
    typer.Option(
        "--db",
        help="The book: a file, or an address such as postgresql://HOST/NAME.",
        metavar="PLACE",
        envvar=DB_VARIABLE,
    ),
]
BookUser = Annotated[
    str | None,
    typer.Option("--as", help="The user of the book who acts.", metavar="USER", envvar=USER_VARIABLE),
]


@contextmanager
def in_book(place: str, user: str | None) -> Iterator[Session]:
    """Open a book for what a command does, and tell at the end what went wrong beside it."""
    from apportion.commands.session import opened

    with opened(place, user) as session:
        try:
            yield session
        finally:
            for line in session.warnings:
                typer.echo(f"warning: {line}", err=True)
