"""Acts on scenarios: read, check, export."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from apportion.engine.checks import check_world
from apportion.errors import Finding, FindingsError, has_errors
from apportion.files.folder import Reading, bundled_names, find_scenario, read_folder, write_folder
from apportion.model.world import ALL, World

__all__ = ["Looked", "check_scenario", "export_scenario", "list_scenarios", "read_scenario", "view_world"]


@dataclass(frozen=True, slots=True)
class Looked:
    """A world as it was looked at, with everything that was found of it."""

    world: World
    findings: tuple[Finding, ...]


def list_scenarios() -> list[str]:
    """Return the names of the scenarios that come with apportion."""
    return bundled_names()


def view_world(
    world: World, *, as_known_on: dt.date | None = None, viewpoint: str = ALL, case: str = "middle"
) -> World:
    """Return a world under a view.

    Raises:
        UsageError: There is no such viewpoint or case.
    """
    return world.as_known_on(as_known_on, viewpoint).case(case)


def check_scenario(
    scenario: str, *, as_known_on: dt.date | None = None, viewpoint: str = ALL
) -> list[Finding]:
    """Return every finding of a scenario, of reading and of all checks, in order; they are the same in each case.

    Raises:
        UsageError: There is no such scenario or viewpoint.
    """
    reading: Reading = read_folder(find_scenario(scenario))
    if reading.world is None:
        return list(reading.findings)
    world = view_world(reading.world, as_known_on=as_known_on, viewpoint=viewpoint)
    return check_world(world, known=reading.findings)


def read_scenario(scenario: str) -> Looked:
    """Return the world of a scenario that can be planned, with what was found of it.

    Raises:
        UsageError: There is no such scenario.
        FindingsError: It has findings of error grade.
    """
    reading = read_folder(find_scenario(scenario))
    if reading.world is None:
        raise FindingsError(reading.findings)
    findings = check_world(reading.world, known=reading.findings)
    if has_errors(findings):
        raise FindingsError(findings)
    return Looked(reading.world, tuple(findings))


def export_scenario(scenario: str, *, to: Path, suffix: str = ".csv") -> list[Path]:
    """Write a scenario as a folder that reads back to the same world, and return its files.

    Raises:
        UsageError: There is no such scenario.
        FindingsError: Reading it gave findings of error grade.
    """
    return write_folder(read_scenario(scenario).world, to, suffix=suffix)
