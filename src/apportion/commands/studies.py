"""Acts that look at a scenario without planning it anew for anyone: how far it departs from a policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from apportion.commands.scenarios import read_scenario, view_world
from apportion.model.world import ALL
from apportion.report.adherence import adherence_sentences, adherence_table
from apportion.report.words import Words
from apportion.study.adherence import Adherence, adherence

__all__ = ["study_adherence", "tell_adherence"]


def study_adherence(
    scenario: str,
    *,
    changes: Mapping[str, object],
    as_known_on: dt.date | None = None,
    viewpoint: str = ALL,
    case: str = "middle",
) -> Adherence:
    """Return how far shipments and bookings of a scenario depart from a policy.

    Raises:
        UsageError: There is no such scenario, viewpoint or case.
        FindingsError: The scenario has findings of error grade.
    """
    looked = read_scenario(scenario)
    world = view_world(looked.world, as_known_on=as_known_on, viewpoint=viewpoint, case=case)
    return adherence(world, replace(world.settings.policy, **changes))  # type: ignore[arg-type]


def tell_adherence(found: Adherence) -> tuple[list[str], list[tuple[str, ...]]]:
    """Return the sentences and the table of one study."""
    return adherence_sentences(found, words=Words.load("en")), adherence_table(found)
