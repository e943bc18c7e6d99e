"""Acts on suggestions: look for exchanges that help and harm nobody, tell them, write them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import tomli_w

from apportion.commands.folders import write_files
from apportion.commands.permits import needs
from apportion.commands.scenarios import read_scenario, view_world
from apportion.govern.rights import Right
from apportion.model.canonical import as_text
from apportion.model.proposal import Proposal
from apportion.model.world import ALL
from apportion.report.others import customers_named
from apportion.report.suggestions import (
    suggestion_sentences,
    suggestion_table,
    suggestions_json,
    title_of,
)
from apportion.report.suggestions_page import JSON, suggestions_html
from apportion.report.words import Words
from apportion.study.suggest import MOST, Suggestions, suggest

__all__ = [
    "SUGGESTIONS_PAGE",
    "proposals_of",
    "suggest",
    "suggest_scenario",
    "suggestions_as_json",
    "tell_suggestions",
    "write_suggestions",
]

SUGGESTIONS_PAGE = "suggestions.html"
_TABLE = "suggestions.csv"


@needs(Right.READ)
def suggest_scenario(
    scenario: str,
    *,
    most: int = MOST,
    out: Path | None = None,
    as_known_on: dt.date | None = None,
    viewpoint: str = ALL,
    case: str = "middle",
    language: str = "en",
    tell: Callable[[int, int], None] | None = None,
) -> Suggestions:
    """Return the best exchanges of a scenario's customers, and write them where asked to.

    Args:
        scenario: A folder, workbook, zip or bundled name.
        most: How many are listed at the most.
        out: Where page, numbers and proposals go; None: nowhere.
        as_known_on: Only what was known by the end of this day.
        viewpoint: To whom: ``all``, ``public`` or ``party:NAME``.
        case: The readiness of sites that counts.
        language: The language of page and titles.
        tell: Is told how many customers and pairs are solved, and how many are waiting.

    Raises:
        UsageError: There is no such scenario, viewpoint, case or language, or the folder cannot be written to.
        FindingsError: The scenario has findings of error grade.
    """
    Words.load(language)
    looked = read_scenario(scenario)
    world = view_world(looked.world, as_known_on=as_known_on, viewpoint=viewpoint, case=case)
    found = suggest(world, most=most, tell=tell)
    if out is not None:
        write_suggestions(found, folder=out, language=language)
    return found


@needs(Right.OPEN)
def tell_suggestions(found: Suggestions, *, language: str = "en") -> tuple[list[str], list[tuple[str, ...]]]:
    """Return the sentences and the table of a study.

    Raises:
        UsageError: There is no such language.
    """
    names = customers_named(found.world)
    return suggestion_sentences(found, words=Words.load(language), names=names), suggestion_table(found)


@needs(Right.OPEN)
def suggestions_as_json(found: Suggestions, *, language: str = "en") -> dict[str, object]:
    """Return all that a study says as plain values.

    Raises:
        UsageError: There is no such language.
    """
    return suggestions_json(found, words=Words.load(language), names=customers_named(found.world))


@needs(Right.OPEN)
def proposals_of(found: Suggestions, *, language: str = "en") -> list[Proposal]:
    """Return each suggestion as a proposal that can be assessed.

    Raises:
        UsageError: There is no such language.
    """
    words, names = Words.load(language), customers_named(found.world)
    return [
        one.proposal(id=f"suggestion-{rank}", title=title_of(one, words=words, names=names))
        for rank, one in enumerate(found.items, start=1)
    ]


@needs(Right.OPEN)
def write_suggestions(found: Suggestions, *, folder: Path, language: str = "en") -> list[Path]:
    """Write the page of a study, its numbers and each suggestion as a proposal, and return the files.

    Raises:
        UsageError: There is no such language, the folder holds a scenario, or it cannot be written to.
    """
    body = json.dumps(suggestions_as_json(found, language=language), ensure_ascii=False, indent=1)
    files = {f"{one.id}.toml": _toml_of(one).encode() for one in proposals_of(found, language=language)}
    files[_TABLE] = as_text(found.table).write_csv().encode()
    files[JSON] = f"{body}\n".encode()
    files[SUGGESTIONS_PAGE] = suggestions_html(found, words=Words.load(language)).encode()
    return write_files(folder, files)


def _toml_of(proposal: Proposal) -> str:
    """Return a proposal as the file that a planner would have written."""
    head = {"id": proposal.id, "kind": str(proposal.kind), "title": proposal.title}
    moves = (
        {"lot": move.lot, "quantity": move.quantity, "to_order": move.to_orders[0], "site": move.site}
        for move in proposal.moves
    )
    return tomli_w.dumps(head) + "".join(f"\n[[moves]]\n{tomli_w.dumps(move)}" for move in moves)
