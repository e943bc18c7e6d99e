"""The command line: arguments in, text or JSON out; every act is a call of `commands`.

Exit codes: 0 done, 1 findings of error grade or a plan refused, 2 wrong use, 3 our fault, 4 an act that a rule refuses.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apportion.cli import (
    audit,
    claims,
    db,
    decision_group,
    decisions,
    evidence,
    governance,
    holds,
    keys,
    packing,
    people,
    proposals,
    registers,
)
from apportion.cli.keeping import let_books_be_named
from apportion.cli.options import (
    RULES,
    AsJson,
    CaseName,
    KnownOn,
    Language,
    MostTried,
    PlanFolder,
    Scenario,
    ScenarioAt,
    Under,
    UnderEach,
    Viewpoint,
    day_of,
    today,
)
from apportion.cli.printing import (
    count_of,
    print_findings,
    print_json,
    print_table,
    tables_json,
    told_on_terminal,
)
from apportion.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apportion.errors import ApportionError, Finding

# A plan names its first findings; `check` is there to list them all.
_FINDINGS_SHOWN = 5

app = typer.Typer(
    name="apportion",
    help="Decide, and defend, who gets scarce AI accelerators, when, and at which site.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def start(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Decide, and defend, who gets scarce AI accelerators, when, and at which site."""
    if version:
        typer.echo(f"apportion {VERSION}")
        raise typer.Exit


@app.command()
def scenarios(as_json: AsJson = False) -> None:
    """List the scenarios that come with apportion."""
    from apportion.commands.scenarios import list_scenarios

    names = list_scenarios()
    print_json(names) if as_json else typer.echo("\n".join(names))


@app.command()
def check(
    scenario: Scenario,
    as_known_on: KnownOn = None,
    viewpoint: Viewpoint = "all",
    as_json: AsJson = False,
) -> None:
    """List everything that is wrong with a scenario, or worth knowing, at once."""
    from apportion.commands.scenarios import check_scenario
    from apportion.errors import has_errors

    findings = check_scenario(scenario, as_known_on=day_of(as_known_on), viewpoint=viewpoint)
    if as_json:
        print_json([finding.as_json() for finding in findings])
    else:
        print_findings(findings)
        typer.echo(count_of(findings))
    raise typer.Exit(1 if has_errors(findings) else 0)


@app.command()
def plan(
    scenario: Scenario,
    out: Annotated[Path | None, typer.Option(help="Folder for the plan's files.", metavar="DIR")] = None,
    rule: Annotated[str | None, typer.Option(help=RULES)] = None,
    level_by: Annotated[str | None, typer.Option(help="pool, customer, group or order.")] = None,
    count: Annotated[str | None, typer.Option(help="units or reference.")] = None,
    exact_shares: Annotated[
        bool, typer.Option("--exact-shares", help="Ship fractions, not whole lots.")
    ] = False,
    no_readiness: Annotated[
        bool, typer.Option("--no-readiness", help="Ship whether or not a site is ready.")
    ] = False,
    as_known_on: KnownOn = None,
    viewpoint: Viewpoint = "all",
    case: CaseName = "middle",
    under: Under = None,
    under_each: UnderEach = False,
    most: MostTried = 12,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Divide the supply of a scenario, explain every shortage, prove it, and write the files."""
    from apportion.commands.folders import tell_page
    from apportion.commands.plans import plan_scenario, summarise
    from apportion.commands.policies import policy_changes
    from apportion.commands.results import checkpoint_as_json, tell_checkpoint
    from apportion.commands.under_each import plan_under_each, tell_under_each, write_under_each

    changes = policy_changes(
        rule=rule, level_by=level_by, count=count, exact_shares=exact_shares, no_readiness=no_readiness
    )
    world, made = plan_scenario(
        scenario,
        out=out,
        changes=changes,
        as_known_on=day_of(as_known_on),
        viewpoint=viewpoint,
        case=case,
        under=under or (),
        language=lang,
    )
    tried = None
    if under_each:
        with told_on_terminal("statements tried") as tell:
            tried = plan_under_each(world, made, most=most, tell=tell)
    if out is not None:
        write_under_each(tried, folder=out)
    if as_json:
        told = {**checkpoint_as_json(), **({} if tried is None else {"under_each": tried.as_json()})}
        print_json({**made.body, "tables": tables_json(made.tables), "digest": made.digest, **told})
        return
    _tell_first(made.findings, scenario=scenario)
    sentence, rows = summarise(world, made, language=lang)
    print_table(rows)
    typer.echo(sentence)
    if tried is not None:
        typer.echo("\n".join(tell_under_each(tried, world, language=lang)))
    if out is not None:
        typer.echo(tell_page(out / "report.html", language=lang))
    typer.echo("".join(f"{line}\n" for line in tell_checkpoint(language=lang)), nl=False)


def _tell_first(findings: Sequence[Finding], *, scenario: str) -> None:
    print_findings(findings[:_FINDINGS_SHOWN], to_error=True)
    if len(findings) > _FINDINGS_SHOWN:
        more = len(findings) - _FINDINGS_SHOWN
        typer.echo(f"… and {more} more findings: `apportion check {scenario}` lists all.", err=True)


@app.command()
def why(
    plan_folder: PlanFolder,
    order: Annotated[str, typer.Argument(help="The order.")],
    scenario: ScenarioAt = None,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Say what an order gets, and why not more or sooner, in sentences that a customer could be sent."""
    from apportion.commands.plans import explain_order

    sentences = explain_order(plan_folder, order, scenario=scenario, language=lang)
    print_json(sentences) if as_json else typer.echo("\n".join(sentences))


@app.command()
def verify(plan_folder: PlanFolder, scenario: ScenarioAt = None, as_json: AsJson = False) -> None:
    """Prove a plan again from its scenario by a second program, in exact arithmetic."""
    from apportion.commands.plans import verify_plan

    refusals = verify_plan(plan_folder, scenario=scenario)
    if as_json:
        rows = [
            {
                "rule": one.rule,
                "order": one.order,
                "round_on": None if one.round_on is None else one.round_on.isoformat(),
                "sentence": one.sentence,
            }
            for one in refusals
        ]
        print_json({"is_proven": not refusals, "refusals": rows})
    elif refusals:
        first = refusals[0]
        place = " ".join(part for part in (first.order, str(first.round_on or "")) if part)
        typer.echo(f"Refused by {first.rule}{f' ({place})' if place else ''}: {first.sentence}")
        if len(refusals) > 1:
            typer.echo(f"{len(refusals) - 1} more; --json lists them.")
    else:
        typer.echo("Proven: every limit holds in every round, and every unit went where the rule sends it.")
    raise typer.Exit(1 if refusals else 0)


@app.command()
def replay(plan_folder: PlanFolder, scenario: ScenarioAt = None, as_json: AsJson = False) -> None:
    """Count the unit-days of a plan after it ships: held, in transit, idle and live, by party, site and SKU."""
    from apportion.commands.plans import replay_plan
    from apportion.model.canonical import as_text

    outcome = replay_plan(plan_folder, scenario=scenario)
    if as_json:
        print_json(tables_json(vars(outcome)))
        return
    days = as_text(outcome.days)
    print_table([tuple(days.columns), *[tuple(cell or "" for cell in row) for row in days.rows()]])


@app.command()
def adherence(
    scenario: Scenario,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the page and its tables.", metavar="DIR")
    ] = None,
    rule: Annotated[str | None, typer.Option(help=RULES)] = None,
    as_known_on: KnownOn = None,
    viewpoint: Viewpoint = "all",
    case: CaseName = "middle",
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Lay what was shipped and booked beside what the policy would have done: who was ahead, who behind."""
    from apportion.commands.folders import tell_page
    from apportion.commands.policies import policy_changes
    from apportion.commands.studies import ADHERENCE_PAGE, study_adherence, tell_adherence

    found = study_adherence(
        scenario,
        out=out,
        changes=policy_changes(rule=rule),
        as_known_on=day_of(as_known_on),
        viewpoint=viewpoint,
        case=case,
        language=lang,
    )
    sentences, rows = tell_adherence(found, language=lang)
    if as_json:
        departures = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
        print_json({"unit_days": str(found.unit_days), "departures": departures})
        return
    print_table(rows)
    typer.echo("\n".join(sentences))
    if out is not None:
        typer.echo(tell_page(out / ADHERENCE_PAGE, language=lang))


@app.command()
def export(
    scenario: Scenario,
    to: Annotated[Path, typer.Option(help="FILE.xlsx, FILE.zip or a folder to write.", metavar="TO")],
    parquet: Annotated[bool, typer.Option("--parquet", help="Write Parquet in place of CSV.")] = False,
) -> None:
    """Write a scenario as a workbook, a zip or a folder that reads back to the same world."""
    from apportion.commands.scenarios import export_scenario

    suffix = ".parquet" if parquet else ".csv"
    for file in export_scenario(scenario, to=to, made_on=today(), suffix=suffix):
        typer.echo(str(file))


@app.command()
def template(
    file: Annotated[Path, typer.Argument(help="The workbook to write, ending in .xlsx.", metavar="FILE")],
) -> None:
    """Write an empty workbook to fill in: a sheet per table, with units and meanings in its headers."""
    from apportion.commands.scenarios import make_template

    typer.echo(str(make_template(file, made_on=today())))


@app.command()
def workbook(
    plan_folder: PlanFolder,
    to: Annotated[Path, typer.Option(help="The workbook to write, ending in .xlsx.", metavar="FILE")],
    scenario: ScenarioAt = None,
) -> None:
    """Write a plan as a workbook: its tables, with charts that live in the spreadsheet."""
    from apportion.commands.plans import write_plan_as_workbook

    typer.echo(str(write_plan_as_workbook(plan_folder, to=to, made_on=today(), scenario=scenario)))


app.registered_commands.extend(proposals.commands.registered_commands)
app.registered_commands.extend(evidence.commands.registered_commands)
app.registered_commands.extend(claims.commands.registered_commands)
app.registered_commands.extend(governance.commands.registered_commands)
app.registered_commands.extend(registers.commands.registered_commands)
app.registered_commands.extend(decisions.commands.registered_commands)
let_books_be_named([*app.registered_commands, *decision_group.group.registered_commands])
app.registered_commands.extend(packing.commands.registered_commands)
app.add_typer(decision_group.group)
app.add_typer(db.group)
app.add_typer(audit.group)
app.add_typer(keys.group)
app.add_typer(people.group)
app.add_typer(holds.group)
app.registered_commands.extend(holds.commands.registered_commands)


def main() -> None:
    """Run the command line; the outer edge, where every problem becomes text and an exit code."""
    from apportion.errors import ApportionError

    try:
        app()
    except ApportionError as error:
        sys.exit(_tell(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:  # noqa: BLE001 - the outer edge: our own bug becomes a code and a log
        sys.exit(_tell_ours(error))


def _tell(error: ApportionError) -> int:
    """Print an error as text, or as one JSON value where JSON was asked for, and return the exit code."""
    from apportion.errors import FindingsError, ProofError, RefusedError, UsageError

    findings = error.findings if isinstance(error, FindingsError) else []
    if "--json" in sys.argv:
        print_json(
            {
                "code": str(error.code),
                "title": error.message,
                "fix": error.fix,
                "findings": [finding.as_json() for finding in findings],
                **({"refusal": error.refusal} if isinstance(error, RefusedError) else {}),
            }
        )
    elif isinstance(error, RefusedError) and error.rule:
        typer.echo(f"{error.rule}: {error.message} {error.fix}".strip(), err=True)
    elif findings:
        print_findings(findings, to_error=True)
        typer.echo(count_of(findings), err=True)
    else:
        typer.echo(f"{error.code}: {error.message} {error.fix}".strip(), err=True)
    if isinstance(error, UsageError | RefusedError):
        return 2 if isinstance(error, UsageError) else 4
    return 3 if isinstance(error, ProofError) else 1


def _tell_ours(error: Exception) -> int:
    """Keep the trace of a bug of ours in a file and say where it is."""
    import tempfile
    import traceback

    text = "".join(traceback.format_exception(error))
    with tempfile.NamedTemporaryFile(
        "w", prefix="apportion-", suffix=".log", delete=False, encoding="utf-8"
    ) as log:
        log.write(text)
    number = Path(log.name).stem.removeprefix("apportion-")
    typer.echo(
        f"internal-error {number}: this is a bug of ours, not of your data. Its trace is in {log.name}.",
        err=True,
    )
    return 3
