"""Acts on plans: make, write, read, explain, verify."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl

from apportion.commands.permits import needs
from apportion.commands.results import checkpoint_file, checkpoint_now, checkpoint_of, keep_plan
from apportion.commands.scenarios import read_scenario, view_world
from apportion.commands.session import current
from apportion.engine.checks import check_world
from apportion.engine.explain import REASONS
from apportion.engine.planning import draft_plan
from apportion.errors import Code, Finding, FindingsError, PlanFileError, UsageError, has_errors
from apportion.files.plans import PLAN_FILE, REPORT_FILE, read_plan, scenario_of, source_of, write_plan
from apportion.files.workbook_plan import write_plan_workbook
from apportion.govern.checkpoints import Signed
from apportion.govern.rights import Right
from apportion.model.plan import Plan
from apportion.model.policy import Policy, Rule
from apportion.model.world import ALL, World
from apportion.report.page import language_of, report_html
from apportion.report.summary import summary_sentence, summary_table
from apportion.report.why import why_sentences
from apportion.report.words import DEFAULT_LANGUAGE, Words
from apportion.study.chosen import choose
from apportion.study.replay import Replay, replay
from apportion.study.summaries import customers_table, sites_table
from apportion.verify import Refusal, verify
from apportion.version import VERSION

_LEVEL = re.compile(r"\d+(/[1-9]\d*)?")
_OF_BOOKING = {Code.BOOKED_ABOVE_QUANTITY, Code.BOOKED_SKU_NOT_ACCEPTED, Code.BOOKED_SITE_NOT_ACCEPTED}


@needs(Right.OPEN)
def make_plan(world: World, policy: Policy | None = None) -> Plan:
    """Return the plan of a world under a policy (by default the scenario's).

    Raises:
        FindingsError: The world has findings of error grade.
        UsageError: The rule is not built yet.
        ProofError: The plan did not prove; a bug of ours.
    """
    findings = check_world(world)
    if has_errors(findings):
        raise FindingsError(findings)
    chosen = policy or world.settings.policy
    draft = draft_plan(world, chosen)
    return Plan(
        scenario=world.settings.name,
        world_digest=world.digest,
        view=world.view,
        policy=chosen,
        software=VERSION,
        shares=draft.shares,
        stages=draft.stages,
        cut_orders=draft.cut_orders,
        tables={
            "allocations": draft.allocations,
            "shortages": draft.shortages,
            "levels": draft.levels,
            **_studied(world, draft.allocations, policy=chosen),
        },
        findings=(*findings, *draft.findings),
    )


def _studied(world: World, allocations: pl.DataFrame, *, policy: Policy) -> Mapping[str, pl.DataFrame]:
    outcome = replay(world, allocations)
    return {
        "customers": customers_table(world, allocations, policy=policy, outcome=outcome),
        "sites": sites_table(world, allocations),
    }


@needs(Right.READ)
def plan_scenario(
    scenario: str,
    *,
    out: Path | None,
    changes: Mapping[str, object],
    as_known_on: dt.date | None = None,
    viewpoint: str = ALL,
    case: str = "middle",
    under: Iterable[str] = (),
    language: str = DEFAULT_LANGUAGE,
) -> tuple[World, Plan]:
    """Plan a scenario and write its files.

    Args:
        scenario: A folder or bundled name.
        out: Where the files go; None: nowhere.
        changes: Fields of `Policy` that differ from the scenario's.
        as_known_on: Only what was known by the end of this day.
        viewpoint: To whom: ``all``, ``public`` or ``party:NAME``.
        case: The readiness of sites.
        under: Statements, each ``TABLE:KEY@ROW``, taken to be the only ones of their facts.
        language: The language of the page; nothing else of a plan depends on it.

    Returns:
        The world as it was looked at and its plan.
    """
    Words.load(language)
    looked = read_scenario(scenario)
    world = view_world(looked.world, as_known_on=as_known_on, viewpoint=viewpoint, case=case, under=under)
    plan = make_plan(world, replace(world.settings.policy, **changes))  # type: ignore[arg-type]
    keep_plan(world, plan, scenario=scenario)
    if out is not None:
        write_record(world, plan, folder=out, source=scenario, language=language)
    return world, plan


@needs(Right.OPEN)
def plan_world(world: World, policy: Policy | None = None) -> Plan:
    """Return the plan of a world under a policy (by default the scenario's), kept in the book of a session.

    Raises:
        FindingsError: The world has findings of error grade.
        UsageError: The rule is not built yet.
    """
    plan = make_plan(world, policy)
    keep_plan(world, plan, scenario=world.settings.name)
    return plan


@needs(Right.READ)
def open_plan(folder: Path, *, scenario: str | None = None) -> tuple[World, Plan]:
    """Return a plan on disk with the world it was made from, under the plan's view.

    Raises:
        PlanFileError: The plan is missing or damaged.
        UsageError: Its scenario is not where it was; name it with `scenario`.
        FindingsError: The scenario has findings of error grade.
    """
    world, plan = _plan_and_scenario(folder, scenario=scenario)
    if plan.world_digest != world.digest or not _names_are_known(world, plan):
        raise PlanFileError(
            "The plan was not made from this scenario as it is now.",
            fix="Plan it again, or name with --scenario where the facts it was made from lie.",
        )
    return world, plan


def _plan_and_scenario(folder: Path, *, scenario: str | None) -> tuple[World, Plan]:
    plan = read_plan(folder)
    looked = read_scenario(scenario or (scenario_of if current() is None else source_of)(folder))
    view = plan.view
    world = view_world(
        looked.world, as_known_on=view.as_known_on, viewpoint=view.viewpoint, case=str(view.case)
    )
    try:
        return choose(world, view.under), plan
    except UsageError as error:
        raise PlanFileError(
            f"The plan was made under a statement that this scenario has no longer. {error.message}",
            fix="Plan it again, or name with --scenario where the facts it was made from lie.",
        ) from error


def _names_are_known(world: World, plan: Plan) -> bool:
    """Return whether a plan names orders, SKUs, sites and reasons that there are, and levels that are numbers."""
    allocations, shortages = plan.tables["allocations"], plan.tables["shortages"]
    orders = set(world.table("orders")["order"].to_list())
    return (
        orders.issuperset([*allocations["order"].to_list(), *shortages["order"].to_list()])
        and set(world.table("skus")["sku"].to_list()).issuperset(allocations["sku"].to_list())
        and set(world.table("sites")["site"].to_list()).issuperset(allocations["site"].to_list())
        and REASONS.issuperset(shortages["reason"].to_list())
        and all(_LEVEL.fullmatch(level or "") for level in plan.tables["levels"]["level"].to_list())
    )


@needs(Right.READ)
def verify_plan(folder: Path, *, scenario: str | None = None) -> list[Refusal]:
    """Return why a plan on disk is not proven; empty if it is.

    Beside the proof, its customers, sites and page are made again and compared.
    """
    world, plan = _plan_and_scenario(folder, scenario=scenario)
    refusals = verify(world, plan)
    if refusals:
        return refusals
    for name, frame in _studied(world, plan.tables["allocations"], policy=plan.policy).items():
        if not frame.equals(plan.tables[name]):
            refusals.append(_differs(f"{name}.csv"))
    if plan.scenario != world.settings.name or _kinds(plan.findings) != _kinds(_findings(world, plan)):
        refusals.append(_differs(PLAN_FILE))
    signed, broken = checkpoint_of(folder)
    if not _is_page_of(world, plan, signed=signed, file=folder / REPORT_FILE):
        refusals.append(_differs(REPORT_FILE))
    return [*refusals, *broken]


def _is_page_of(world: World, plan: Plan, *, signed: Signed | None, file: Path) -> bool:
    """Return whether a file is the page of a plan, in whichever language it says that it is."""
    page = file.read_bytes() if file.is_file() else b""
    language = language_of(page.decode(errors="replace"))
    if language is None:
        return False
    return page == report_html(world, plan, checkpoint=signed, language=language).encode()


def _findings(world: World, plan: Plan) -> list[Finding]:
    """Return the findings that the plan must carry; those of booking lots are left to the plan."""
    booked = [one for one in plan.findings if one.code in _OF_BOOKING and plan.policy.rule is Rule.AS_BOOKED]
    return [*check_world(world), *booked]


def _kinds(findings: Collection[Finding]) -> Counter[tuple[str, str, str]]:
    """Count findings by what they say, wherever the rows lie: a copy of a scenario may order them anew.

    Of a file with too many only their number counts, since which of them are listed depends on that order.
    """
    cut = {one.file: one.found for one in findings if one.code is Code.FINDINGS_CUT}
    kinds = Counter((str(one.code), one.severity.word, one.column) for one in findings if one.file not in cut)
    return kinds + Counter((str(Code.FINDINGS_CUT), "", found) for found in cut.values())


@needs(Right.READ)
def write_plan_as_workbook(folder: Path, *, to: Path, made_on: dt.date, scenario: str | None = None) -> Path:
    """Write a plan on disk as a workbook with its tables and charts, and return the file.

    Raises:
        UsageError: `to` does not end in ``.xlsx`` or cannot be written.
    """
    if to.suffix.lower() != ".xlsx":
        raise UsageError(f"A workbook does not end in {to.suffix!r}.", fix="Name a file ending in .xlsx.")
    world, plan = open_plan(folder, scenario=scenario)
    sentence, _ = summarise(world, plan)
    return write_plan_workbook(plan, to, world=world, made_on=made_on, sentence=sentence)


@needs(Right.READ)
def replay_plan(folder: Path, *, scenario: str | None = None) -> Replay:
    """Return what happens to the units of a plan on disk after they ship."""
    world, plan = open_plan(folder, scenario=scenario)
    return replay(world, plan.tables["allocations"])


def _differs(file: str) -> Refusal:
    return Refusal(
        rule="file-differs",
        order="",
        round_on=None,
        sentence=f"{file} is not what the plan and its scenario give.",
    )


@needs(Right.OPEN)
def verify_record(world: World, plan: Plan) -> list[Refusal]:
    """Return why a plan is not proven from its world; empty if it is."""
    return verify(world, plan)


@needs(Right.OPEN)
def write_record(
    world: World, plan: Plan, *, folder: Path, source: str, language: str = DEFAULT_LANGUAGE
) -> list[Path]:
    """Write a plan and its page, and return the files.

    Raises:
        UsageError: There is no such language.
    """
    signed = checkpoint_now()
    page = report_html(world, plan, checkpoint=signed, language=language)
    return write_plan(plan, folder, source=source, page=page, kept=checkpoint_file(signed))


@needs(Right.OPEN)
def report(world: World, plan: Plan, *, language: str = DEFAULT_LANGUAGE) -> str:
    """Return the report of a plan as one self-contained page.

    Raises:
        UsageError: There is no such language.
    """
    return report_html(world, plan, language=language)


@needs(Right.READ)
def explain_order(
    folder: Path, order: str, *, scenario: str | None = None, language: str = DEFAULT_LANGUAGE
) -> list[str]:
    """Return in sentences what an order gets and why not more or sooner.

    Raises:
        UsageError: There is no such order or language.
    """
    world, plan = open_plan(folder, scenario=scenario)
    return why(world, plan, order=order, language=language)


@needs(Right.OPEN)
def why(world: World, plan: Plan, *, order: str, language: str = DEFAULT_LANGUAGE) -> list[str]:
    """Return in sentences what an order of a plan gets and why not more or sooner.

    Raises:
        UsageError: There is no such order or language.
    """
    return why_sentences(world, plan, order=order, words=Words.load(language))


@needs(Right.OPEN)
def summarise(
    world: World, plan: Plan, *, language: str = DEFAULT_LANGUAGE
) -> tuple[str, list[tuple[str, ...]]]:
    """Return the one sentence that matters of a plan, and a short table of its customers.

    Raises:
        UsageError: There is no such language.
    """
    words = Words.load(language)
    return summary_sentence(world, plan, words=words), summary_table(world, plan, words=words)
