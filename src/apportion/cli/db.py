"""The group `db`: a book itself, where scenarios, results and the ledger are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.in_book import BY_DEFAULT, BookPlace, BookUser, in_book
from apportion.cli.options import AsJson
from apportion.cli.printing import count_of, print_findings, print_json, print_table

group = typer.Typer(
    name="db",
    help="Keep scenarios, results and the ledger of what was done in a book: one file, or a PostgreSQL server.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_DIGITS_SHOWN = 16


@group.command()
def init(
    db: BookPlace = BY_DEFAULT,
    user: BookUser = None,
    checkpoints: Annotated[
        Path | None,
        typer.Option(help="Folder that every checkpoint is written to as well.", metavar="DIR"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a book; whoever makes it is its first admin and desk."""
    import getpass

    from apportion.commands.books import init_book

    made = init_book(db, user=user or getpass.getuser(), checkpoints=checkpoints)
    if as_json:
        print_json(made.as_json())
        return
    typer.echo(f"Made the book {made.label}. {made.user!r} is its first admin and desk.")
    typer.echo(f"What they do is signed by the key {made.fingerprint}, which is in their key folder alone.")


@group.command()
def add(
    scenario: Annotated[str, typer.Argument(help="A folder, workbook, zip or bundled name.")],
    name: Annotated[str, typer.Option(help="Its name in the book; by default its own.")] = "",
    db: BookPlace = BY_DEFAULT,
    user: BookUser = None,
    as_json: AsJson = False,
) -> None:
    """Add a scenario to a book with its proposals, documents and decisions, or revise the one of its name."""
    from apportion.commands.book_adding import add_scenario

    with in_book(db, user):
        added = add_scenario(scenario, name=name)
    if as_json:
        print_json(added.as_json())
        return
    done = "Added" if added.is_new else "Revised" if added.is_changed else "Nothing is new of"
    typer.echo(
        f"{done} {added.name}, world {added.world[:_DIGITS_SHOWN]}; {added.events} events of decisions came with it."
    )


@group.command(name="list")
def list_(db: BookPlace = BY_DEFAULT, user: BookUser = None, as_json: AsJson = False) -> None:
    """List the scenarios of a book."""
    from apportion.commands.books import list_book

    with in_book(db, user):
        rows = list_book()
    if as_json:
        print_json(
            [
                {"name": one.name, "revision": one.revision, "world": one.world, "files": dict(one.files)}
                for one in rows
            ]
        )
        return
    print_table(
        [
            ["Scenario", "Revision", "World", "Files"],
            *([one.name, str(one.revision), one.world[:_DIGITS_SHOWN], str(len(one.files))] for one in rows),
        ]
    )


@group.command()
def migrate(db: BookPlace = BY_DEFAULT, as_json: AsJson = False) -> None:
    """Bring the tables of a book up to this program's version."""
    from apportion.commands.books import migrate_book

    done = migrate_book(db)
    if as_json:
        print_json(done.as_json())
        return
    typer.echo(
        f"The book is of version {done.after} already."
        if done.before == done.after
        else f"Brought from version {done.before} to {done.after}."
    )
    if not done.is_scrubbed:
        typer.echo(
            "Somebody else has the book open, so what was sealed or deleted is still in its files: "
            "run this again once nobody has.",
            err=True,
        )


@group.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    db: BookPlace = BY_DEFAULT,
    user: BookUser = None,
    as_json: AsJson = False,
) -> None:
    """Write one state of a book into one file, which is itself a book."""
    from apportion.commands.books import back_up_book

    with in_book(db, user):
        size = back_up_book(file)
    if as_json:
        print_json({"file": str(file), "keys": f"{file}.keys", "entries": size})
        return
    typer.echo(f"Backup of {size:,} entries: {file}")
    typer.echo(
        f"What people said is sealed in it, and opened by {file}.keys: keep that apart, "
        "and destroy it once words are to be erased."
    )


@group.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    to: Annotated[
        str, typer.Option(help="An empty place: a file, or an address such as postgresql://HOST/NAME.")
    ],
    without_words: Annotated[
        bool,
        typer.Option(
            "--without-words", help="Leave what people said sealed for good, where FILE.keys was destroyed."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a backup back into an empty place; what came is checked before it counts."""
    from apportion.commands.books import restore_book

    size = restore_book(file, to=to, is_with_words=not without_words)
    print_json({"entries": size}) if as_json else typer.echo(f"Restored {size:,} entries.")


@group.command()
def check(db: BookPlace = BY_DEFAULT, user: BookUser = None, as_json: AsJson = False) -> None:
    """Check everything that a book keeps: the ledger, every object, every world, the list of scenarios."""
    from apportion.commands.books import check_book

    with in_book(db, user):
        findings = check_book()
    if as_json:
        print_json([one.as_json() for one in findings])
    elif findings:
        print_findings(findings)
        typer.echo(count_of(findings))
    else:
        typer.echo("Every entry, object and scenario is as it was kept.")
    raise typer.Exit(1 if findings else 0)
