"""The arguments and options that several commands share, and how their text is read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

Scenario = Annotated[
    str, typer.Argument(help="A scenario folder, workbook, zip or bundled name, e.g. tesla-x-2023.")
]
PlanFolder = Annotated[
    Path, typer.Argument(help="The folder that `apportion plan --out` wrote.", metavar="PLAN")
]
KnownOn = Annotated[
    str | None,
    typer.Option("--as-known-on", help="Only what was known by the end of this day.", metavar="DAY"),
]
Viewpoint = Annotated[
    str, typer.Option(help="To whom it was known: all, public or party:NAME.", metavar="VIEWPOINT")
]
CaseName = Annotated[
    str, typer.Option("--case", help="Readiness of sites: favourable, middle or unfavourable.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON in place of text.")]
Language = Annotated[
    str, typer.Option("--lang", help="Language of sentences and page: en or zh-Hant.", metavar="LANG")
]
ScenarioAt = Annotated[
    str | None, typer.Option("--scenario", help="Where the plan's scenario lies now.", metavar="SCENARIO")
]

Under = Annotated[
    list[str] | None,
    typer.Option(
        "--under",
        help="Take this statement, TABLE:KEY@ROW, to be the only one of its fact; may be repeated.",
        metavar="STATEMENT",
    ),
]
UnderEach = Annotated[
    bool,
    typer.Option(
        "--under-each", help="Try each statement that is not used, up to --most, and say what it changes."
    ),
]
MostTried = Annotated[int, typer.Option("--most", help="So many statements are tried.", min=1)]

RULES = "max-min, pro-rata, first-come, priority or as-booked."


def today() -> dt.date:
    """Return the day in UTC: only what a workbook says of its making depends on it."""
    return dt.datetime.now(dt.UTC).date()


def day_of(text: str | None) -> dt.date | None:
    """Return the day that a text names, None where there is none; anything else is wrong use."""
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; write it as YYYY-MM-DD.") from None
