"""The group `audit`: the ledger of a book, its checkpoints, and proofs of what is in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.in_book import BY_DEFAULT, BookPlace, BookUser, in_book
from apportion.cli.options import AsJson, Language
from apportion.cli.printing import print_findings, print_json, print_table, told_on_terminal

group = typer.Typer(
    name="audit",
    help="Read, verify and prove the ledger of a book, and hand its checkpoints out.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_KIND = "Only entries of this kind, e.g. decision."
_TO = "A file to write it to, which must not be there yet."
To = Annotated[Path | None, typer.Option("--to", help=_TO, metavar="FILE")]


@group.command()
def log(
    kind: Annotated[str | None, typer.Option(help=_KIND, metavar="KIND")] = None,
    subject: Annotated[
        str | None, typer.Option(help="Only entries about this, e.g. a scenario.", metavar="SUBJECT")
    ] = None,
    last: Annotated[int | None, typer.Option(help="Only the last so many.", metavar="N")] = None,
    db: BookPlace = BY_DEFAULT,
    user: BookUser = None,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """List the entries of the ledger: when, who, what, about which scenario."""
    from apportion.commands.audit import list_entries, tell_log
    from apportion.commands.audit_notes import notes_on

    with in_book(db, user):
        entries = list_entries(kind=kind, subject=subject, last=last)
        notes = notes_on(entries, language=lang)
        if as_json:
            print_json(
                [{**one.as_json(), "digest": one.digest, "note": notes.get(one.seq, "")} for one in entries]
            )
        else:
            print_table(tell_log(entries, notes=notes, language=lang))


@group.command()
def verify(
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(help="A file of checkpoints kept outside the book; may be repeated.", metavar="FILE"),
    ] = None,
    db: BookPlace = BY_DEFAULT,
    user: BookUser = None,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Check every entry, group, key and checkpoint, and say what was changed and what nobody can see from within."""
    from apportion.commands.audit import verified_of, verify_damaged, verify_ledger
    from apportion.errors import BookError, Code

    files = checkpoint or ()
    with told_on_terminal("entries checked") as tell:
        try:
            with in_book(db, user):
                found = verify_ledger(files, tell=tell)
        except BookError as error:
            # Where the entries about users are at fault nobody can be asked for a right, and this is how to find out.
            if error.code is not Code.BOOK_DAMAGED:
                raise
            found = verify_damaged(db, checkpoints=files, tell=tell)
    told = verified_of(found, language=lang)
    if as_json:
        print_json(told.as_json)
    else:
        print_findings(told.findings)
        typer.echo("\n".join(told.sentences))
        print_table(told.keys)
    raise typer.Exit(0 if found.is_whole else 1)


@group.command()
def checkpoint(
    to: To = None,
    add: Annotated[
        Path | None,
        typer.Option(help="A countersigned checkpoint of this book, to keep in it.", metavar="FILE"),
    ] = None,
    db: BookPlace = BY_DEFAULT,
    user: BookUser = None,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Show the last signed checkpoint, write it to a file to be kept elsewhere, or keep a countersigned one."""
    from apportion.commands.audit_proofs import add_countersigned, checkpoint_of_book, tell_signed

    if to is not None and add is not None:
        raise typer.BadParameter("--to writes a checkpoint and --add reads one; name one of them.")
    with in_book(db, user):
        signed = checkpoint_of_book(to=to) if add is None else add_countersigned(add)
        if as_json:
            print_json(signed.as_json())
        else:
            typer.echo("\n".join(tell_signed(signed, language=lang)))


@group.command()
def countersign(
    file: Annotated[
        Path, typer.Argument(help="A checkpoint, as `audit checkpoint` writes it.", metavar="FILE")
    ],
    name: Annotated[str, typer.Option("--as", help="Who signs, with the key of this name.", metavar="NAME")],
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Sign a checkpoint that somebody else's book made, as a witness of it; no book is needed."""
    from apportion.commands.audit_proofs import countersign_file, tell_signed

    signed = countersign_file(file, name=name)
    if as_json:
        print_json(signed.as_json())
    else:
        typer.echo("\n".join(tell_signed(signed, language=lang)))


@group.command()
def prove(
    entry: Annotated[int | None, typer.Argument(help="The number of the entry.", metavar="ENTRY")] = None,
    since: Annotated[
        Path | None,
        typer.Option("--from", help="Prove that the ledger goes on from this checkpoint.", metavar="FILE"),
    ] = None,
    to: To = None,
    db: BookPlace = BY_DEFAULT,
    user: BookUser = None,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Prove that one entry is in the ledger, or that the ledger goes on from an earlier checkpoint."""
    from apportion.commands.audit_proofs import prove_entry, prove_since, tell_proof

    if (entry is None) == (since is None):
        raise typer.BadParameter("Name either an entry, or a checkpoint with --from.")
    with in_book(db, user):
        proof = prove_since(since, to=to) if since is not None else prove_entry(entry or 0, to=to)
        if as_json:
            print_json(proof.as_json())
        else:
            typer.echo("\n".join(tell_proof(proof, language=lang)))


@group.command()
def check_proof(
    file: Annotated[Path, typer.Argument(help="A proof, as `audit prove` writes it.", metavar="FILE")],
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Check a proof, and say what it shows and by which key; no book is needed."""
    from apportion.commands import audit_proofs

    proof = audit_proofs.check_proof(file)
    if as_json:
        print_json({"holds": proof.failing is None, "failing": proof.failing, "proof": proof.as_json()})
    else:
        typer.echo("\n".join(audit_proofs.tell_proof(proof, language=lang)))
    raise typer.Exit(0 if proof.failing is None else 1)
