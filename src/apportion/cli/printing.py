"""What commands print: text in aligned columns, or one JSON value."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from apportion.errors import Finding


def print_json(value: object) -> None:
    """Print one JSON value."""
    import json

    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))


def tables_json(tables: object) -> object:
    """Return tables as lists of rows of text, by name."""
    from apportion.model.canonical import as_text

    return {name: as_text(frame).to_dicts() for name, frame in dict(tables).items()}  # type: ignore[call-overload]


def print_findings(findings: Sequence[Finding], *, to_error: bool = False) -> None:
    """Print each finding as a line."""
    for finding in findings:
        typer.echo(finding.sentence, err=to_error)


def count_of(findings: Sequence[Finding]) -> str:
    """Return how many findings there are of each grade, in words."""
    grades = [finding.severity.word for finding in findings]
    return ", ".join(f"{grades.count(word)} {word}(s)" for word in ("error", "warning", "info"))


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows under their header; numbers stand right, and a terminal gets a ruled table."""
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(*rows[0])
        for row in rows[1:]:
            table.add_row(*(Text(cell) for cell in row))
        Console().print(table)
        return
    widths = [max(_width(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


def _width(text: str) -> int:
    """Return how many places a text takes in a terminal, where a Chinese character takes two."""
    return len(text) + sum(unicodedata.east_asian_width(one) in {"W", "F"} for one in text)


@contextmanager
def told_on_terminal(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """Give what shows on a terminal how far long work is: how much is done, and how much is waiting; elsewhere None."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    console = Console(stderr=True)
    with console.status(f"0 {what}") as status:
        yield lambda done, waiting: status.update(f"{done:,} {what}, {waiting:,} waiting")
