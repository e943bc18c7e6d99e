"""Acts on studies under each statement that does not stand: try, tell, write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from apportion.commands.folders import write_files
from apportion.commands.permits import needs
from apportion.commands.plans import make_plan
from apportion.govern.rights import Right
from apportion.model.canonical import as_text
from apportion.model.plan import Plan
from apportion.model.world import World
from apportion.report.under_each import under_each_sentences
from apportion.report.words import DEFAULT_LANGUAGE, Words
from apportion.study.assess import Assessment, assess
from apportion.study.claims import Claims, judge_claims
from apportion.study.headlines import assess_headline, claims_headline, plan_headline
from apportion.study.under_each import COLUMNS, MOST, UnderEach, under_each

__all__ = [
    "UNDER_EACH_TABLE",
    "assess_under_each",
    "claims_under_each",
    "plan_under_each",
    "tell_under_each",
    "write_under_each",
]

UNDER_EACH_TABLE = "under-each.csv"
Tell = Callable[[int, int], None]


@needs(Right.OPEN)
def plan_under_each(world: World, plan: Plan, *, most: int = MOST, tell: Tell | None = None) -> UnderEach:
    """Return what the headline figures of a plan would be under each statement that does not stand.

    Args:
        world: The facts, under the plan's view.
        plan: The plan.
        most: So many statements are tried.
        tell: Is told how many of these were tried and how many wait.

    Raises:
        UsageError: Not even one statement is to be tried.
    """
    return under_each(
        world,
        lambda other: plan_headline(other, make_plan(other, plan.policy)),
        base=plan_headline(world, plan),
        most=most,
        tell=tell,
    )


@needs(Right.OPEN)
def assess_under_each(found: Assessment, *, most: int = MOST, tell: Tell | None = None) -> Assessment:
    """Return an assessment with what its answers would be under each statement that does not stand.

    Args:
        found: The assessment.
        most: So many statements are tried.
        tell: Is told how many of these were tried and how many wait.

    Raises:
        UsageError: Not even one statement is to be tried.
    """
    tried = under_each(
        found.world,
        lambda other: assess_headline(assess(other, found.proposal, is_whole_market=found.is_whole_market)),
        base=assess_headline(found),
        most=most,
        tell=tell,
    )
    return replace(found, under_each=tried)


@needs(Right.OPEN)
def claims_under_each(found: Claims, *, most: int = MOST, tell: Tell | None = None) -> Claims:
    """Return a study of claims with what its verdicts would be under each statement that does not stand.

    Args:
        found: The study.
        most: So many statements are tried, those of claims before all others.
        tell: Is told how many of these were tried and how many wait.

    Raises:
        UsageError: Not even one statement is to be tried.
    """
    tried = under_each(
        found.world,
        lambda other: claims_headline(judge_claims(other, found.proposals)),
        base=claims_headline(found),
        first=("claims",),
        most=most,
        tell=tell,
    )
    return replace(found, under_each=tried)


@needs(Right.OPEN)
def tell_under_each(found: UnderEach, world: World, *, language: str = DEFAULT_LANGUAGE) -> list[str]:
    """Return in sentences which statements are used and why, and what each other one changes.

    Raises:
        UsageError: There is no such language.
    """
    currency = world.settings.currency
    return under_each_sentences(found, currency=currency, words=Words.load(language))


@needs(Right.OPEN)
def write_under_each(found: UnderEach | None, *, folder: Path) -> None:
    """Write what was tried as one table; where nothing was, take away the table of an earlier run in this folder.

    A table that stayed would speak of another result than the one beside it. What is not a table of ours stays.

    Raises:
        UsageError: The folder holds a scenario, or cannot be written to.
    """
    if found is not None:
        write_files(folder, {UNDER_EACH_TABLE: as_text(found.frame).write_csv().encode()})
        return
    file = folder / UNDER_EACH_TABLE
    header = ",".join(COLUMNS)
    if file.is_file() and file.read_bytes().startswith(header.encode()):
        file.unlink()
