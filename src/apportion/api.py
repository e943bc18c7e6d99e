"""The Python face: functions that read, plan, explain and verify, and a plan with its tables as attributes."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from apportion.commands import assessments, evidence, plans, session, suggestions
from apportion.commands import claims as claim_acts
from apportion.commands import conflicts as conflict_acts
from apportion.commands import scenarios as scenario_acts
from apportion.commands import under_each as trials
from apportion.errors import Finding, UsageError
from apportion.govern.inquiry import Conflicts
from apportion.model.plan import Plan as PlanRecord
from apportion.model.policy import Policy
from apportion.model.proposal import Proposal
from apportion.model.world import World
from apportion.study.assess import Assessment
from apportion.study.claims import Claims
from apportion.study.suggest import MOST, Suggestions
from apportion.study.trace import Trace
from apportion.study.under_each import MOST as MOST_TRIED
from apportion.study.under_each import UnderEach
from apportion.verify import Refusal


@dataclass(frozen=True)
class Plan:
    """A plan beside the world it was made from.

    Its tables are polars frames: `allocations`, `shortages`, `levels`, `customers`, `sites`; `shares` are the
    exact shares before whole lots. Their columns stand in ``docs/reference/plan.md``.

    Attributes:
        world: The facts, under the view they were planned with.
        record: The plan itself: policy, digests, proof and tables.
    """

    world: World
    record: PlanRecord

    @property
    def allocations(self) -> pl.DataFrame:
        """Return who gets what, where and when: one row per order, SKU, site and round."""
        return self.record.tables["allocations"]

    @property
    def shortages(self) -> pl.DataFrame:
        """Return one row per order and reason for which it is short or late."""
        return self.record.tables["shortages"]

    @property
    def levels(self) -> pl.DataFrame:
        """Return the level of each demand class after each stage, exact, with what stopped it."""
        return self.record.tables["levels"]

    @property
    def customers(self) -> pl.DataFrame:
        """Return what each customer ordered, got and runs."""
        return self.record.tables["customers"]

    @property
    def sites(self) -> pl.DataFrame:
        """Return power and load of each site by round."""
        return self.record.tables["sites"]

    @property
    def shares(self) -> pl.DataFrame:
        """Return the exact shares, before least shipments and whole lots."""
        return self.record.shares

    @property
    def policy(self) -> Policy:
        """Return the rules it was made under."""
        return self.record.policy

    @property
    def digest(self) -> str:
        """Return its SHA-256."""
        return self.record.digest

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return warnings and infos on the way."""
        return self.record.findings

    @property
    def summary(self) -> str:
        """Return the one sentence that matters."""
        return plans.summarise(self.world, self.record)[0]

    def why(self, order: str, *, language: str = "en") -> list[str]:
        """Return in sentences what an order gets and why not more or sooner.

        Raises:
            UsageError: There is no such order or language.
        """
        return plans.why(self.world, self.record, order=order, language=language)

    def trace(self, number: str, *, is_under_each: bool = False) -> Trace:
        """Return what a number, ``TABLE.KEY.COLUMN``, rests on: its rows, their evidence, and the weakest basis.

        Args:
            number: Its name, e.g. ``customers.tesla.filled``.
            is_under_each: Whether it is planned again under each statement that does not stand.

        Raises:
            UsageError: There is no such number.
        """
        return evidence.trace_number(self.world, self.record, number=number, is_under_each=is_under_each)

    def under_each(self, *, most: int = MOST_TRIED) -> UnderEach:
        """Return what the plan would come to under each statement of a fact that does not stand, one at a time.

        Args:
            most: So many statements are tried; `left_out` counts the others.

        Raises:
            UsageError: Not even one statement is to be tried.
        """
        return trials.plan_under_each(self.world, self.record, most=most)

    def verify(self) -> list[Refusal]:
        """Return why the plan is not proven; empty if it is. The engine has no part in the proof."""
        return plans.verify_record(self.world, self.record)

    def write(self, folder: str | Path, *, source: str = "", language: str = "en") -> list[Path]:
        """Write the plan's files and return them.

        Args:
            folder: Where.
            source: Where its scenario lies; by default its name.
            language: The language of the page.

        Raises:
            UsageError: There is no such language.
        """
        return plans.write_record(
            self.world,
            self.record,
            folder=Path(folder),
            source=source or self.world.settings.name,
            language=language,
        )

    def report(self, *, language: str = "en") -> str:
        """Return the report as one self-contained page.

        Raises:
            UsageError: There is no such language.
        """
        return plans.report(self.world, self.record, language=language)


@contextmanager
def book(place: str | Path, *, user: str | None = None) -> Iterator[None]:
    """Let the functions inside the block read scenarios from a book and keep their results there, signed by a user.

    Args:
        place: The book: a file, or an address such as ``postgresql://…``.
        user: The user whose key signs; None: the one user whose key is in the key folder.

    Raises:
        BookError: The book cannot be opened, or there is no key of the user's.
        UsageError: The book has no such user, or it is not said who acts.
    """
    with session.opened(str(place), user) as opened:
        try:
            yield
        finally:
            for line in opened.warnings:
                warnings.warn(line, stacklevel=3)


def scenarios() -> list[str]:
    """Return the names of the scenarios that come with apportion."""
    return scenario_acts.list_scenarios()


def read(scenario: str | Path, *, under: Iterable[str] = ()) -> World:
    """Return the world of a scenario folder or bundled name.

    Args:
        scenario: A folder, workbook, zip or bundled name.
        under: Statements, each ``TABLE:KEY@ROW``, taken to be the only ones of their facts.

    Raises:
        UsageError: There is no such scenario or statement.
        FindingsError: It has findings of error grade, all listed in ``error.findings``.
    """
    return scenario_acts.view_world(scenario_acts.read_scenario(str(scenario)).world, under=under)


def check(
    scenario: str | Path, *, as_known_on: dt.date | None = None, viewpoint: str = "all"
) -> list[Finding]:
    """Return every finding of a scenario, in file, row, column order.

    Raises:
        UsageError: There is no such scenario or viewpoint.
    """
    return scenario_acts.check_scenario(str(scenario), as_known_on=as_known_on, viewpoint=viewpoint)


def export(
    scenario: str | Path, to: str | Path, *, made_on: dt.date | None = None, parquet: bool = False
) -> list[Path]:
    """Write a scenario as a workbook, a zip or a folder that reads back to the same world; return its files.

    Args:
        scenario: A folder, workbook, zip or bundled name.
        to: ``FILE.xlsx``, ``FILE.zip`` or a folder.
        made_on: The day a workbook says it was made; today in UTC where None.
        parquet: Whether a folder holds Parquet in place of CSV.

    Raises:
        UsageError: There is no such scenario, or `to` names another kind of file.
        FindingsError: The scenario has findings of error grade, or a cell does not fit a workbook.
    """
    return scenario_acts.export_scenario(
        str(scenario),
        to=Path(to),
        made_on=made_on or dt.datetime.now(dt.UTC).date(),
        suffix=".parquet" if parquet else ".csv",
    )


def plan(world: World, policy: Policy | None = None) -> Plan:
    """Return the plan of a world under a policy, by default the scenario's.

    Raises:
        UsageError: `world` is no world.
        FindingsError: The world has findings of error grade.
    """
    if not isinstance(world, World):
        raise UsageError(
            f"A plan is made of a world, not of {type(world).__name__}.", fix="Use ap.read(…) first."
        )
    return Plan(world, plans.plan_world(world, policy))


def assess(
    world: World,
    proposal: Proposal | str | Path,
    *,
    is_whole_market: bool = False,
    is_under_each: bool = False,
) -> Assessment:
    """Return what a proposal comes to: four futures side by side, in every case, and what the uncertain does.

    Args:
        world: The facts; its view's case is the one that break-evens and second reading speak of.
        proposal: A proposal, its TOML file, or its name where the world is a bundled scenario's.
        is_whole_market: Whether all lots and orders are divided anew, not only those concerned.
        is_under_each: Whether it is assessed again under each statement that does not stand: `Assessment.under_each`.

    Raises:
        UsageError: There is no such proposal, or `world` is no world.
        FindingsError: The proposal has findings of error grade.
    """
    if not isinstance(world, World):
        raise UsageError(
            f"An assessment is made of a world, not of {type(world).__name__}.", fix="Use ap.read(…) first."
        )
    found = assessments.assess_proposal(world, proposal, is_whole_market=is_whole_market)
    return trials.assess_under_each(found) if is_under_each else found


def suggest(world: World, *, most: int = MOST) -> Suggestions:
    """Return the exchanges of one or two customers that raise live unit-days in all and lower no party's, best first.

    Args:
        world: The facts; the case of its view is the one that counts.
        most: How many are listed at the most.

    Raises:
        UsageError: `world` is no world, or not even one is to be listed.
    """
    if not isinstance(world, World):
        raise UsageError(
            f"Suggestions are made for a world, not for {type(world).__name__}.", fix="Use ap.read(…) first."
        )
    return suggestions.suggest(world, most=most)


def claims(
    world: World, *, proposals: Iterable[Proposal] | None = None, is_under_each: bool = False
) -> Claims:
    """Return what was said against what its viewer knew: every claim judged, and what does not hold together.

    Args:
        world: The facts; `world.as_known_on(day, viewpoint)` says who looks, and from which day.
        proposals: What was decided; None: the proposals beside the bundled scenario that the world is of.
        is_under_each: Whether they are judged again under each statement that does not stand: `Claims.under_each`.

    Raises:
        UsageError: `world` is no world.
        FindingsError: A proposal has findings of error grade.
    """
    if not isinstance(world, World):
        raise UsageError(
            f"Claims are judged in a world, not in {type(world).__name__}.", fix="Use ap.read(…) first."
        )
    found = claim_acts.claims_of(world, proposals=proposals)
    return trials.claims_under_each(found) if is_under_each else found


def conflicts(
    world: World,
    proposal: Proposal | str | Path,
    *,
    pack: str = conflict_acts.DEFAULT_PACK,
    on: dt.date | None = None,
    persons: Iterable[str] = (),
) -> Conflicts:
    """Return who is conflicted on a proposal, by which path, and who is left to decide on each side.

    Args:
        world: The facts; `world.as_known_on(day, viewpoint)` says whose knowledge of interests counts.
        proposal: A proposal, its TOML file, or its name where the world is a bundled scenario's.
        pack: The name of a policy pack, or its TOML file.
        on: The day tested; None: the day of the decision, or else the day looked from.
        persons: Persons to look at besides those concerned.

    Raises:
        UsageError: There is no such proposal, pack or person, or `world` is no world.
        FindingsError: The proposal or the pack has findings of error grade.
    """
    if not isinstance(world, World):
        raise UsageError(
            f"Conflicts are looked for in a world, not in {type(world).__name__}.",
            fix="Use ap.read(…) first.",
        )
    return conflict_acts.conflicts_of(world, proposal, pack=pack, on=on, persons=tuple(persons))


def load(folder: str | Path, *, scenario: str | None = None) -> Plan:
    """Return a plan from disk with its scenario.

    Raises:
        PlanFileError: The plan is missing or damaged.
        UsageError: Its scenario is not where it was; name it with `scenario`.
    """
    world, record = plans.open_plan(Path(folder), scenario=scenario)
    return Plan(world, record)


def verify_folder(folder: str | Path, *, scenario: str | None = None) -> list[Refusal]:
    """Return why a plan on disk is not proven, its files included; empty if it is."""
    return plans.verify_plan(Path(folder), scenario=scenario)
