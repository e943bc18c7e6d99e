"""Acts on claims: lay what was said against what was known, tell it, write it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path

from apportion.commands.folders import write_files
from apportion.commands.permits import internal, needs
from apportion.commands.results import keep_claims
from apportion.commands.scenarios import read_scenario, view_world
from apportion.commands.seen import decided_in, find_seen
from apportion.commands.session import current
from apportion.commands.sources import Source, read_proposals
from apportion.commands.under_each import UNDER_EACH_TABLE, write_under_each
from apportion.files.folder import bundled_names, find_scenario
from apportion.files.proposals import read_proposals as read_files
from apportion.govern.rights import Right
from apportion.model.canonical import as_text
from apportion.model.proposal import Proposal
from apportion.model.world import ALL, World
from apportion.report.claims import claims_json, claims_sentences, claims_table
from apportion.report.claims_page import claims_html
from apportion.report.words import DEFAULT_LANGUAGE, Words
from apportion.study.claims import Claims, judge_claims

__all__ = [
    "CLAIMS_PAGE",
    "claims_as_json",
    "claims_of",
    "claims_of_scenario",
    "tell_claims",
    "write_claims",
]

CLAIMS_PAGE = "claims.html"
_JSON = "claims.json"


@needs(Right.READ)
def claims_of_scenario(
    scenario: str,
    *,
    as_known_on: dt.date | None = None,
    viewpoint: str = ALL,
    case: str = "middle",
    under: Iterable[str] = (),
) -> Claims:
    """Return the claims of a scenario against what its viewer knew.

    Args:
        scenario: A folder, workbook, zip or bundled name.
        as_known_on: Only what was known by the end of this day; None: by the last day of the plan.
        viewpoint: To whom: ``all``, ``public`` or ``party:NAME``.
        case: The readiness of sites that plain evidence is of.
        under: Statements, each ``TABLE:KEY@ROW``, taken to be the only ones of their facts.

    Raises:
        UsageError: There is no such scenario, viewpoint, case or statement.
        FindingsError: The scenario, or a proposal beside it, has findings of error grade.
    """
    looked = read_scenario(scenario)
    world = view_world(looked.world, as_known_on=as_known_on, viewpoint=viewpoint, case=case, under=under)
    found = judge_claims(world, undecided_proposals(find_seen(scenario)))
    keep_claims(world, scenario=scenario, files=lambda: _numbers(found))
    return found


@needs(Right.OPEN)
def claims_of(world: World, *, proposals: Iterable[Proposal] | None = None) -> Claims:
    """Return the claims of a world against what its viewer knew.

    Args:
        world: The facts, under a view.
        proposals: What was decided; None: the proposals beside the bundled scenario that the world is of.

    Raises:
        FindingsError: A proposal has findings of error grade.
    """
    name = world.settings.name
    found = judge_claims(world, _decided(name) if proposals is None else proposals)
    keep_claims(world, scenario=name, files=lambda: _numbers(found))
    return found


def _decided(scenario: str) -> Iterable[Proposal]:
    """Return what was decided on a scenario of a book, or lies beside a bundled one; of any other nothing is known."""
    if current() is not None:
        return undecided_proposals(find_seen(scenario))
    return read_files(find_scenario(scenario)) if scenario in bundled_names() else ()


@internal
def undecided_proposals(source: Source) -> list[Proposal]:
    """Return the proposals beside a scenario that its log of decisions knows nothing of.

    What the log knows was carried out, and the facts as they stand have it already, or was not, and nothing of it
    happened, whatever the file says of who decided it when.

    Raises:
        FindingsError: One has findings of error grade, or the log does not hold together.
    """
    decided = decided_in(source)
    return [one for one in read_proposals(source) if one.id not in decided]


@needs(Right.OPEN)
def tell_claims(
    found: Claims, *, language: str = DEFAULT_LANGUAGE
) -> tuple[list[str], list[tuple[str, ...]]]:
    """Return the sentences of a study in a language, and its board.

    Raises:
        UsageError: There is no such language.
    """
    words = Words.load(language)
    return claims_sentences(found, words=words), claims_table(found, words=words)


@needs(Right.OPEN)
def claims_as_json(found: Claims, *, language: str = DEFAULT_LANGUAGE) -> dict[str, object]:
    """Return all that a study says as plain values.

    Raises:
        UsageError: There is no such language.
    """
    return dict(claims_json(found, words=Words.load(language)))


@needs(Right.OPEN)
def write_claims(found: Claims, *, folder: Path, language: str = DEFAULT_LANGUAGE) -> list[Path]:
    """Write the page of a study, its tables and all it says as JSON; return the files.

    Raises:
        UsageError: There is no such language, the folder holds a scenario, or cannot be written to.
    """
    page = claims_html(found, words=Words.load(language)).encode()
    written = write_files(folder, {**_numbers(found, language=language), CLAIMS_PAGE: page})
    write_under_each(found.under_each, folder=folder)
    return [*written, *([folder / UNDER_EACH_TABLE] if found.under_each else [])]


def _numbers(found: Claims, *, language: str = DEFAULT_LANGUAGE) -> dict[str, bytes]:
    """Return the files of a study but for its page, by name."""
    body = json.dumps(claims_as_json(found, language=language), ensure_ascii=False, indent=1)
    return {
        "claims.csv": as_text(found.claims).write_csv().encode(),
        "contradictions.csv": as_text(found.contradictions).write_csv().encode(),
        "ageing.csv": as_text(found.ageing).write_csv().encode(),
        _JSON: f"{body}\n".encode(),
    }
