"""Acts on evidence: trace a number."""

from __future__ import annotations

from pathlib import Path

from apportion.commands.plans import make_plan, open_plan
from apportion.errors import UsageError
from apportion.model.plan import Plan
from apportion.model.world import World
from apportion.report.trace import Block, trace_blocks
from apportion.report.words import DEFAULT_LANGUAGE, Words
from apportion.study.trace import MOST, Trace, trace, trace_under_each

__all__ = ["tell_trace", "trace_number", "trace_plan"]


def trace_plan(
    folder: Path, number: str, *, scenario: str | None = None, most: int = MOST, is_under_each: bool = False
) -> Trace:
    """Return what a number of a plan on disk rests on.

    Args:
        folder: The plan.
        number: Its name, ``TABLE.KEY.COLUMN``.
        scenario: Where its scenario lies now; None: where it was.
        most: How many rows of each part are told in full.
        is_under_each: Whether it is planned again under each statement that does not stand.

    Raises:
        PlanFileError: The plan is missing or damaged.
        UsageError: There is no such number, or the scenario is not where it was.
    """
    world, plan = open_plan(folder, scenario=scenario)
    return trace_number(world, plan, number=number, most=most, is_under_each=is_under_each)


def trace_number(
    world: World, plan: Plan, *, number: str, most: int = MOST, is_under_each: bool = False
) -> Trace:
    """Return what a number of a plan rests on.

    Raises:
        UsageError: There is no such number, or not even one row is to be told.
    """
    if most < 1:
        raise UsageError(f"{most} rows cannot be told.", fix="Ask for at least one.")
    if not is_under_each:
        return trace(world, plan, number=number, most=most)
    return trace_under_each(
        world, plan, number=number, most=most, replan=lambda other: make_plan(other, plan.policy)
    )


def tell_trace(found: Trace, *, language: str = DEFAULT_LANGUAGE) -> list[Block]:
    """Return a trace as sentences and tables.

    Raises:
        UsageError: There is no such language.
    """
    return trace_blocks(found, words=Words.load(language))
