"""Acts on conflicts: find who is conflicted on a proposal, tell it, write it."""

from __future__ import annotations

import datetime as dt
import difflib
import json
from collections.abc import Sequence
from pathlib import Path

from apportion.commands.assessments import open_proposal
from apportion.commands.folders import write_files
from apportion.commands.permits import needs
from apportion.commands.scenarios import read_scenario, view_world
from apportion.errors import FindingsError, UsageError
from apportion.files.folder import bundled_names, find_scenario
from apportion.files.packs import DEFAULT_PACK, load_pack
from apportion.files.proposal_reading import read_proposal
from apportion.files.proposals import find_proposal
from apportion.govern.inquiry import Conflicts, look_for_conflicts
from apportion.govern.rights import Right
from apportion.model.canonical import as_text
from apportion.model.proposal import Proposal
from apportion.model.world import ALL, World
from apportion.report.conflicts import conflicts_json, conflicts_sentences, conflicts_table
from apportion.report.conflicts_page import conflicts_html
from apportion.report.words import DEFAULT_LANGUAGE, Words

__all__ = [
    "CONFLICTS_PAGE",
    "DEFAULT_PACK",
    "conflicts_as_json",
    "conflicts_of",
    "conflicts_of_scenario",
    "tell_conflicts",
    "write_conflicts",
]

CONFLICTS_PAGE = "conflicts.html"
_JSON = "conflicts.json"


@needs(Right.READ)
def conflicts_of_scenario(
    scenario: str,
    proposal: str,
    *,
    pack: str = DEFAULT_PACK,
    on: dt.date | None = None,
    persons: Sequence[str] = (),
    as_known_on: dt.date | None = None,
    viewpoint: str = ALL,
) -> Conflicts:
    """Return who is conflicted on a proposal of a scenario.

    Args:
        scenario: A folder, workbook, zip or bundled name.
        proposal: A file, or the name of one beside the scenario.
        pack: The name of a policy pack, or its file.
        on: The day tested; None: the day it was decided, or else the day looked from.
        persons: Persons to look at besides those concerned.
        as_known_on: Only what was known by the end of this day; None: by the last day of the plan.
        viewpoint: To whom: ``all``, ``public`` or ``party:NAME``.

    Raises:
        UsageError: There is no such scenario, proposal, pack, person or viewpoint.
        FindingsError: The scenario, the proposal or the pack has findings of error grade.
    """
    found = open_proposal(proposal, scenario=scenario)
    looked = read_scenario(scenario, but=found.id)
    world = view_world(looked.world, as_known_on=as_known_on, viewpoint=viewpoint)
    return conflicts_of(world, found, pack=pack, on=on, persons=persons)


@needs(Right.OPEN)
def conflicts_of(
    world: World,
    proposal: Proposal | str | Path,
    *,
    pack: str = DEFAULT_PACK,
    on: dt.date | None = None,
    persons: Sequence[str] = (),
) -> Conflicts:
    """Return who is conflicted on a proposal as far as the viewer of a world knows.

    Args:
        world: The facts, under a view.
        proposal: A proposal, its file, or its name where the world is a bundled scenario's.
        pack: The name of a policy pack, or its file.
        on: The day tested; None: the day it was decided, or else the day looked from.
        persons: Persons to look at besides those concerned.

    Raises:
        UsageError: There is no such proposal, pack or person.
        FindingsError: The proposal or the pack has findings of error grade.
    """
    _check_persons(world, persons)
    found = proposal if isinstance(proposal, Proposal) else _opened(world, str(proposal))
    return look_for_conflicts(world, found, pack=load_pack(pack), on=on, named=persons)


def _opened(world: World, proposal: str) -> Proposal:
    """Return a proposal by its file, or by its name where the world is a bundled scenario's."""
    name = world.settings.name
    file, held = find_proposal(proposal, source=find_scenario(name) if name in bundled_names() else Path())
    found, findings = read_proposal(held, file=file)
    if found is None:
        raise FindingsError(findings)
    return found


def _check_persons(world: World, persons: Sequence[str]) -> None:
    known = [str(party) for party in world.table("parties")["party"]]
    for person in persons:
        if person not in known:
            near = difflib.get_close_matches(person, known, n=1)
            hint = f"Did you mean {near[0]!r}? " if near else ""
            raise UsageError(
                f"There is no person {person!r} in the scenario.",
                fix=f"{hint}Name a party as its table parties does.",
            )


@needs(Right.OPEN)
def tell_conflicts(
    found: Conflicts, *, language: str = DEFAULT_LANGUAGE
) -> tuple[list[str], list[tuple[str, ...]]]:
    """Return what was found in sentences of a language, and as a table.

    Raises:
        UsageError: There is no such language.
    """
    words = Words.load(language)
    return conflicts_sentences(found, words=words), conflicts_table(found, words=words)


@needs(Right.OPEN)
def conflicts_as_json(found: Conflicts, *, language: str = DEFAULT_LANGUAGE) -> dict[str, object]:
    """Return all that was found as plain values.

    Raises:
        UsageError: There is no such language.
    """
    return dict(conflicts_json(found, words=Words.load(language)))


@needs(Right.OPEN)
def write_conflicts(found: Conflicts, *, folder: Path, language: str = DEFAULT_LANGUAGE) -> list[Path]:
    """Write the page of conflicts, its tables and all it says as JSON; return the files.

    Raises:
        UsageError: There is no such language, the folder holds a scenario, or cannot be written to.
    """
    body = json.dumps(conflicts_as_json(found, language=language), ensure_ascii=False, indent=1)
    tables = {
        "conflicts.csv": found.standings_table,
        "stakes.csv": found.stakes,
        "paths.csv": found.paths,
        "register.csv": found.register,
    }
    files = {name: as_text(frame).write_csv().encode() for name, frame in tables.items()}
    files[_JSON] = f"{body}\n".encode()
    files[CONFLICTS_PAGE] = conflicts_html(found, words=Words.load(language)).encode()
    return write_files(folder, files)
