"""Acts on proposals: read one, assess it, write what it comes to."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl

from apportion.commands.folders import write_files
from apportion.commands.permits import internal, needs
from apportion.commands.results import keep_assessment
from apportion.commands.scenarios import read_scenario, view_world
from apportion.commands.seen import find_seen
from apportion.commands.session import current
from apportion.commands.sources import Source, find_proposal
from apportion.commands.under_each import UNDER_EACH_TABLE, write_under_each
from apportion.errors import FindingsError, has_errors, in_order
from apportion.files.folder import bundled_names, find_scenario
from apportion.files.proposal_reading import read_partly, read_proposal
from apportion.files.proposals import find_proposal as find_file
from apportion.govern.rights import Right
from apportion.model.canonical import as_text
from apportion.model.proposal import Proposal
from apportion.model.world import ALL, World
from apportion.report.assessment import assessment_html, assessment_json, assessment_sentences
from apportion.report.words import DEFAULT_LANGUAGE, Words
from apportion.study.assess import Assessment, assess
from apportion.study.book import read_book
from apportion.study.breakeven import break_evens_frame
from apportion.study.moves import check_alone

__all__ = [
    "ASSESSMENT_PAGE",
    "assess_proposal",
    "assess_scenario",
    "assessment_as_json",
    "open_proposal",
    "page_of",
    "proposal_of",
    "tell_assessment",
    "write_assessment",
]

ASSESSMENT_PAGE = "assessment.html"


@needs(Right.READ)
def open_proposal(name_or_path: str, *, scenario: str) -> Proposal:
    """Return a proposal by its file, or by its name where it lies beside the scenario.

    Raises:
        UsageError: There is no such proposal.
        FindingsError: It cannot be read; all that is wrong is in ``findings``.
    """
    return proposal_of(name_or_path, source=find_seen(scenario))


@internal
def proposal_of(name_or_path: str, *, source: Source) -> Proposal:
    """Return a proposal by its file, or by its name where it lies beside a scenario that was found.

    Raises:
        UsageError: There is no such proposal.
        FindingsError: It cannot be read; all that is wrong is in ``findings``.
    """
    file, held = find_proposal(name_or_path, source=source)
    proposal, findings = read_proposal(held, file=file)
    if proposal is None:
        raise FindingsError(findings)
    return proposal


@needs(Right.READ)
def assess_scenario(
    scenario: str,
    proposal: str,
    *,
    as_known_on: dt.date | None = None,
    viewpoint: str = ALL,
    case: str = "middle",
    under: Iterable[str] = (),
    is_whole_market: bool = False,
) -> Assessment:
    """Return what a proposal comes to.

    Args:
        scenario: A folder, workbook, zip or bundled name.
        proposal: A file, or the name of one beside the scenario.
        as_known_on: Only what was known by the end of this day.
        viewpoint: To whom: ``all``, ``public`` or ``party:NAME``.
        case: The readiness of sites that the page speaks of first.
        under: Statements, each ``TABLE:KEY@ROW``, taken to be the only ones of their facts.
        is_whole_market: Whether all lots and orders are divided anew.

    Raises:
        UsageError: There is no such scenario, proposal, viewpoint, case or statement.
        FindingsError: The scenario or the proposal has findings of error grade.
    """
    file, held = find_proposal(proposal, source=find_seen(scenario))
    # What was decided already is judged as it was: on the facts without it.
    looked = read_scenario(scenario, but=open_proposal(proposal, scenario=scenario).id)
    world = view_world(looked.world, as_known_on=as_known_on, viewpoint=viewpoint, case=case, under=under)
    found = _assess_file(world, held, file=file, is_whole_market=is_whole_market)
    keep_assessment(found, scenario=scenario, files=lambda: _numbers(found))
    return found


@needs(Right.OPEN)
def assess_proposal(
    world: World, proposal: Proposal | str | Path, *, is_whole_market: bool = False
) -> Assessment:
    """Return what a proposal comes to.

    Args:
        world: The facts.
        proposal: A proposal, its file, or its name where the world is a bundled scenario's.
        is_whole_market: Whether all lots and orders are divided anew.

    Raises:
        UsageError: There is no such proposal.
        FindingsError: The proposal has findings of error grade.
    """
    if isinstance(proposal, Proposal):
        found = assess(world, proposal, is_whole_market=is_whole_market)
    else:
        file, held = _beside(world, str(proposal))
        found = _assess_file(world, held, file=file, is_whole_market=is_whole_market)
    keep_assessment(found, scenario=world.settings.name, files=lambda: _numbers(found))
    return found


def _beside(world: World, proposal: str) -> tuple[str, bytes]:
    """Return a proposal's file name and content: a file, or one of the scenario that a world says it is of."""
    name = world.settings.name
    if current() is not None:
        return find_proposal(proposal, source=find_seen(name))
    return find_file(proposal, source=find_scenario(name) if name in bundled_names() else Path())


def _assess_file(world: World, held: bytes, *, file: str, is_whole_market: bool) -> Assessment:
    """Return what a proposal's file comes to, with what was found of the file beside what was found of its moves."""
    proposal, warnings = read_partly(held, file=file)
    if proposal is None:
        raise FindingsError(warnings)
    if has_errors(warnings):
        raise FindingsError(in_order([*warnings, *check_alone(world, proposal, book=read_book(world))]))
    try:
        found = assess(world, proposal, is_whole_market=is_whole_market)
    except FindingsError as error:
        raise FindingsError(in_order([*warnings, *error.findings])) from error
    return replace(found, findings=in_order([*warnings, *found.findings]))


@needs(Right.OPEN)
def tell_assessment(found: Assessment, *, language: str = DEFAULT_LANGUAGE) -> list[str]:
    """Return the summary of an assessment in sentences.

    Raises:
        UsageError: There is no such language.
    """
    return assessment_sentences(found, words=Words.load(language))


@needs(Right.OPEN)
def page_of(found: Assessment, *, language: str = DEFAULT_LANGUAGE) -> str:
    """Return an assessment as one self-contained page.

    Raises:
        UsageError: There is no such language.
    """
    return assessment_html(found, language=language)


@needs(Right.OPEN)
def assessment_as_json(found: Assessment, *, language: str = DEFAULT_LANGUAGE) -> dict[str, object]:
    """Return all that an assessment says as plain values, its summary in a language.

    Raises:
        UsageError: There is no such language.
    """
    return assessment_json(found, language=language)


@needs(Right.OPEN)
def write_assessment(found: Assessment, *, folder: Path, language: str = DEFAULT_LANGUAGE) -> list[Path]:
    """Write the page of an assessment and its numbers, and return the files.

    Raises:
        UsageError: There is no such language, the folder holds a scenario, or it cannot be written to.
    """
    files = _numbers(found, language=language)
    files[ASSESSMENT_PAGE] = page_of(found, language=language).encode()
    written = write_files(folder, files)
    write_under_each(found.under_each, folder=folder)
    return [*written, *([folder / UNDER_EACH_TABLE] if found.under_each else [])]


def _numbers(found: Assessment, *, language: str = DEFAULT_LANGUAGE) -> dict[str, bytes]:
    """Return the files of an assessment but for its page, by name."""
    tables: Mapping[str, pl.DataFrame] = {
        "comparison": found.comparison,
        "ranges": found.ranges,
        "break-evens": break_evens_frame(found.break_evens),
        "programmes": found.programmes,
        "rentals": found.rentals,
        "rental-totals": found.rental_totals,
    }
    files = {f"{name}.csv": _csv_bytes(frame) for name, frame in tables.items()}
    body = json.dumps(assessment_json(found, language=language), ensure_ascii=False, indent=1)
    files["comparison.json"] = f"{body}\n".encode()
    return files


def _csv_bytes(frame: pl.DataFrame) -> bytes:
    """Return a table as CSV in which an empty text is an empty cell, without quotation marks."""
    text = as_text(frame)
    return text.select(pl.when(pl.all() != "").then(pl.all()).name.keep()).write_csv().encode()
