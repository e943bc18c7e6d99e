"""Acts on scenarios: read, check, export."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from apportion.commands.decision_log import findings_of_log, known_of, laid_over, note_attempts
from apportion.commands.decision_rights import check_hears
from apportion.commands.permits import internal, needs, permitted_viewpoint
from apportion.commands.seen import SeenSource, find_seen
from apportion.commands.sources import Source
from apportion.engine.checks import check_world
from apportion.errors import Finding, FindingsError, UsageError, has_errors, in_order
from apportion.files.folder import bundled_names
from apportion.files.proposal_reading import read_partly
from apportion.files.sources import write_source
from apportion.files.workbook import ExtraSheet
from apportion.files.workbook_template import write_template
from apportion.govern.rights import Right
from apportion.model.told import first_of_each
from apportion.model.world import ALL, PARTY_PREFIX, World
from apportion.study.book import read_book
from apportion.study.chosen import choose
from apportion.study.moves import check_alone, resolve_moves

__all__ = [
    "Looked",
    "check_scenario",
    "export_scenario",
    "list_scenarios",
    "make_template",
    "read_files",
    "read_scenario",
    "view_world",
]


@dataclass(frozen=True, slots=True)
class Looked:
    """A world as it was read, with everything that was found of it and the sheets that hold no table.

    Attributes:
        world: The facts; of `read_scenario` as they stand with the log of decisions laid over them.
        findings: Everything that was found.
        extra_sheets: Sheets of its workbook that hold no table.
    """

    world: World
    findings: tuple[Finding, ...]
    extra_sheets: tuple[ExtraSheet, ...] = ()


@needs(Right.LIST)
def list_scenarios() -> list[str]:
    """Return the names of the scenarios that come with apportion."""
    return bundled_names()


@needs(Right.OPEN)
def view_world(
    world: World,
    *,
    as_known_on: dt.date | None = None,
    viewpoint: str = ALL,
    case: str = "middle",
    under: Iterable[str] = (),
) -> World:
    """Return a world under a view.

    Args:
        world: All facts.
        as_known_on: Only what was known by the end of this day.
        viewpoint: To whom: ``all``, ``public`` or ``party:NAME``.
        case: The readiness of sites.
        under: Statements, each ``TABLE:KEY@ROW``, taken to be the only ones of their facts.

    Raises:
        UsageError: There is no such viewpoint, case or statement.
        NotPermitted: The viewpoint is of a party whose facts are not for whoever acts.
    """
    return choose(world.as_known_on(as_known_on, permitted_viewpoint(viewpoint)).case(case), under)


@needs(Right.READ)
def check_scenario(
    scenario: str, *, as_known_on: dt.date | None = None, viewpoint: str = ALL
) -> list[Finding]:
    """Return every finding of a scenario, of the proposals beside it, its documents and its decisions, in order.

    Raises:
        UsageError: There is no such scenario or viewpoint.
    """
    source = find_seen(scenario)
    reading = source.read()
    if reading.world is None:
        return first_of_each(reading.findings)
    world = _looked_at(reading.world, as_known_on=as_known_on, viewpoint=viewpoint, findings=reading.findings)
    findings = check_world(world, known=reading.findings)
    is_sound = not has_errors(findings)
    proposed = _check_proposals(world, source, is_sound=is_sound)
    decided = findings_of_log(reading.world, source, is_sound=is_sound)
    return in_order([*findings, *proposed, *source.check_attachments(reading.world), *decided])


def _check_proposals(world: World, source: Source, *, is_sound: bool) -> Iterator[Finding]:
    """Yield what is wrong with the proposals beside a scenario.

    With their moves only where the facts are sound, and where the view hides none of them.
    """
    for name, held in source.proposals().items():
        proposal, findings = read_partly(held, file=name)
        yield from findings
        if proposal is None or not is_sound or world.view.is_filtered:
            continue
        if has_errors(findings):
            yield from check_alone(world, proposal, book=read_book(world))
        else:
            yield from resolve_moves(world, proposal, book=read_book(world))[1]


def _looked_at(
    world: World, *, as_known_on: dt.date | None, viewpoint: str, findings: Iterable[Finding]
) -> World:
    """Return a world under a view; where not all of it could be read, a party may be named in what could not."""
    try:
        return view_world(world, as_known_on=as_known_on, viewpoint=viewpoint)
    except UsageError:
        if not (viewpoint.startswith(PARTY_PREFIX) and has_errors(findings)):
            raise
    return view_world(world, as_known_on=as_known_on)


@needs(Right.READ)
def read_scenario(scenario: str, *, but: str = "") -> Looked:
    """Return the world of a scenario that can be planned, as it stands, with what was found of it.

    What was decided is carried out, and what waits for a decision is not made. What the files try without one is
    noted in the log of decisions, where that may be written.

    Args:
        scenario: A folder, workbook, zip or bundled name.
        but: A proposal that is looked at as if nobody had put it forward; empty: none.

    Raises:
        UsageError: There is no such scenario.
        FindingsError: It, its log of decisions, or what was decided has findings of error grade.
    """
    source = find_seen(scenario)
    if isinstance(source, SeenSource):
        world = source.standing(but=but)
        return Looked(world, tuple(check_world(world)))
    looked = read_files(source)
    standing, known = laid_over(looked.world, source, but=but)
    note_attempts(known, standing.attempts)
    if has_errors(standing.findings):
        raise FindingsError(in_order([*looked.findings, *standing.findings]))
    return Looked(standing.world, (*looked.findings, *standing.findings), looked.extra_sheets)


@internal
def read_files(source: Source) -> Looked:
    """Return the world of a scenario as its files alone state it, with what was found of it.

    Raises:
        FindingsError: It has findings of error grade.
    """
    reading = source.read()
    if reading.world is None:
        raise FindingsError(first_of_each(reading.findings))
    findings = check_world(reading.world, known=reading.findings)
    if has_errors(findings):
        raise FindingsError(findings)
    return Looked(reading.world, tuple(findings), reading.extra_sheets)


@needs(Right.READ)
def export_scenario(scenario: str, *, to: Path, made_on: dt.date, suffix: str = ".csv") -> list[Path]:
    """Write a scenario as a workbook, a zip or a folder that reads back to the same world; return its files.

    Its proposals, documents and decisions go with it: into the folder or the zip, or beside the workbook. The
    tables are those of its files: what was decided is laid over them again wherever they are read with the log.

    Args:
        scenario: A folder, workbook, zip or bundled name.
        to: ``FILE.xlsx``, ``FILE.zip`` or a folder.
        made_on: The day a workbook says it was made.
        suffix: How a folder holds its tables: ``.csv`` or ``.parquet``.

    Raises:
        UsageError: There is no such scenario, or `to` names another kind of file.
        FindingsError: Reading it gave findings of error grade, or a cell does not fit a workbook.
        NotPermitted: Its decisions hold deliberation that is not for whoever acts.
    """
    source = find_seen(scenario)
    looked = read_files(source)
    # A log that does not hold together is not handed on.
    check_hears(known_of(source).state.cases.values())
    return write_source(
        looked.world,
        to,
        suffix=suffix,
        made_on=made_on,
        extra_sheets=looked.extra_sheets,
        beside={
            **source.proposals(),
            **source.attachments(),
            **source.log_files(),
        },
    )


@needs(Right.OPEN)
def make_template(file: Path, *, made_on: dt.date) -> Path:
    """Write an empty workbook with a sheet per table, units and meanings in its headers, and return it.

    Raises:
        UsageError: The file cannot be written, or does not end in ``.xlsx``.
    """
    if file.suffix.lower() != ".xlsx":
        raise UsageError(f"A template is a workbook, not {file.name!r}.", fix="Name a file ending in .xlsx.")
    return write_template(file, made_on=made_on)
