"""The two options of every command that meets a scenario: the book it is kept in, and the user who acts there."""

from __future__ import annotations

import functools
import inspect
import os
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typer.models import CommandInfo

DB_VARIABLE = "APPORTION_DB"
USER_VARIABLE = "APPORTION_USER"
_PLACE, _USER = "book_place", "book_user"
_AS = "--as"
# What commands that only read call who does.
_READER = "reader"
# Only commands that have one of these meet a scenario.
_SCENARIO = "scenario"


class BookCommand(TyperCommand):
    """A command that runs in the book that ``--db`` names, signed by the user of ``--as``; without one, on files.

    Where a command has an ``--as`` of its own, it names a person of the scenario's files; in a book, the user who is
    that person.
    """

    def __init__(self, name: str | None, **settings: Any) -> None:  # noqa: ANN401 - typer types none
        """Put the two options behind those of the command."""
        super().__init__(name, **settings)
        own = [one for one in self.params if _AS in one.opts]
        self._as = str(own[0].name) if own else _USER
        self._must_act = bool(own) and own[0].required
        self.params.extend([_options()["--db"], *([] if own else [_options()[_AS]])])

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer types none
        """Let the user of the environment act where a command asks who does, in a book alone."""
        user = os.environ.get(USER_VARIABLE)
        is_said = any(one == _AS or one.startswith(f"{_AS}=") for one in args)
        is_kept = bool(os.environ.get(DB_VARIABLE)) or any(one.partition("=")[0] == "--db" for one in args)
        if self._must_act and user and is_kept and not is_said:
            args = [*args, _AS, user]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - typer types none
        """Run the command, in a session where a book is named."""
        place = ctx.params.pop(_PLACE, None)
        user = ctx.params.pop(_USER, None) if self._as == _USER else ctx.params.get(self._as)
        if not place:
            if self._as == _USER and user:
                raise typer.BadParameter("--as names a user of a book; name the book with --db.")
            return super().invoke(ctx)
        from apportion.commands.session import opened

        with opened(place, user or os.environ.get(USER_VARIABLE)) as session:
            if self._as == _READER:
                # Whoever is nobody's person reads as nobody, which an auditor may.
                ctx.params[self._as] = session.user.person or None
            elif self._as != _USER and user:
                # Whoever is nobody's person acts as nobody, which is refused where the name is looked at.
                ctx.params[self._as] = session.user.person or session.user.name
            try:
                return super().invoke(ctx)
            finally:
                for line in session.warnings:
                    typer.echo(f"warning: {line}", err=True)


@functools.cache
def _options() -> dict[str, Any]:
    """Return the two options by flag, as typer makes them from a signature."""
    made = typer.Typer(add_completion=False)
    made.command()(_asked)
    return {one.opts[0]: one for one in typer.main.get_command(made).params}


def _asked(
    book_place: Annotated[
        str | None,
        typer.Option(
            "--db",
            help="The book it is kept in: a file, or an address such as postgresql://HOST/NAME.",
            metavar="PLACE",
            envvar=DB_VARIABLE,
        ),
    ] = None,
    book_user: Annotated[
        str | None, typer.Option(_AS, help="The user of the book who acts.", metavar="USER")
    ] = None,
) -> None:
    """Say how the two options read; nothing calls it."""


def let_books_be_named(commands: Iterable[CommandInfo]) -> None:
    """Give every command that meets a scenario the two options."""
    for one in commands:
        if one.callback is not None and _SCENARIO in inspect.signature(one.callback).parameters:
            one.cls = BookCommand
