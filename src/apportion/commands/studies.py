"""Acts that look at a scenario without planning it anew for anyone: how far it departs from a policy."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl

from apportion.commands.folders import write_files
from apportion.commands.permits import needs
from apportion.commands.scenarios import read_scenario, view_world
from apportion.govern.rights import Right
from apportion.model.canonical import as_text
from apportion.model.columns import NUMBER
from apportion.model.world import ALL, World
from apportion.report.adherence import adherence_sentences, adherence_table
from apportion.report.adherence_page import adherence_html
from apportion.report.words import DEFAULT_LANGUAGE, Words
from apportion.study.adherence import Adherence, adherence
from apportion.version import VERSION

__all__ = ["ADHERENCE_PAGE", "study_adherence", "tell_adherence", "write_adherence"]

ADHERENCE_PAGE = "adherence.html"
_DEPARTURES_FILE = "departures.csv"
_ADHERENCE_FILE = "adherence.json"


@needs(Right.READ)
def study_adherence(
    scenario: str,
    *,
    changes: Mapping[str, object],
    out: Path | None = None,
    as_known_on: dt.date | None = None,
    viewpoint: str = ALL,
    case: str = "middle",
    language: str = DEFAULT_LANGUAGE,
) -> Adherence:
    """Return how far shipments and bookings of a scenario depart from a policy, and write it where asked to.

    Args:
        scenario: A folder, workbook, zip or bundled name.
        changes: Fields of `Policy` that differ from the scenario's.
        out: Where its page and files go; None: nowhere.
        as_known_on: Only what was known by the end of this day.
        viewpoint: To whom: ``all``, ``public`` or ``party:NAME``.
        case: The readiness of sites.
        language: The language of the page.

    Raises:
        UsageError: There is no such scenario, viewpoint, case or language, or nothing can be written there.
        FindingsError: The scenario has findings of error grade.
    """
    Words.load(language)
    looked = read_scenario(scenario)
    world = view_world(looked.world, as_known_on=as_known_on, viewpoint=viewpoint, case=case)
    found = adherence(world, replace(world.settings.policy, **changes))  # type: ignore[arg-type]
    if out is not None:
        write_adherence(world, found, folder=out, language=language)
    return found


@needs(Right.OPEN)
def tell_adherence(
    found: Adherence, *, language: str = DEFAULT_LANGUAGE
) -> tuple[list[str], list[tuple[str, ...]]]:
    """Return the sentences of one study in a language, and its table, whose columns are those of its file.

    Raises:
        UsageError: There is no such language.
    """
    return adherence_sentences(found, words=Words.load(language)), adherence_table(found)


@needs(Right.OPEN)
def write_adherence(
    world: World, found: Adherence, *, folder: Path, language: str = DEFAULT_LANGUAGE
) -> list[Path]:
    """Write the page of a study, its departures as a table and all its numbers as JSON; return the files.

    Args:
        world: The facts, under the view they were studied with.
        found: The study.
        folder: Where; made where it is missing.
        language: The language of the page.

    Raises:
        UsageError: There is no such language, the folder holds a scenario, or cannot be written to.
    """
    files = {
        _DEPARTURES_FILE: as_text(found.departures).write_csv().encode(),
        _ADHERENCE_FILE: _json_bytes(_adherence_body(world, found)),
        ADHERENCE_PAGE: adherence_html(world, found, words=Words.load(language)).encode(),
    }
    return write_files(folder, files)


def _adherence_body(world: World, found: Adherence) -> dict[str, object]:
    """Return a study as plain values: what was compared with what, the sums, and every row."""
    sums = pl.DataFrame(
        {"unit_days": [found.unit_days], "delivered_unit_days": [found.delivered_unit_days]},
        schema_overrides={"unit_days": NUMBER, "delivered_unit_days": NUMBER},
    )
    return {
        "scenario": world.settings.name,
        "world_digest": world.digest,
        "software": VERSION,
        "policy": found.policy.as_json(),
        "view": found.view.as_json(),
        **as_text(sums).to_dicts()[0],
        "departures": as_text(found.departures).to_dicts(),
        "paths": as_text(found.paths).to_dicts(),
    }


def _json_bytes(body: Mapping[str, object]) -> bytes:
    return (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode()
