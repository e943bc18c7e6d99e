"""The command line: arguments in, text or JSON out; every act is a call of `commands`.

Exit codes: 0 done, 1 findings of error grade or a plan refused, 2 wrong use, 3 our fault.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apportion.version import VERSION

if TYPE_CHECKING:
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


Scenario = Annotated[
    str, typer.Argument(help="A scenario folder, workbook, zip or bundled name, e.g. tesla-x-2023.")
]
PlanFolder = Annotated[
    Path, typer.Argument(help="The folder that `apportion plan --out` wrote.", metavar="PLAN")
]
KnownOn = Annotated[
    str | None,
    typer.Option("--as-known-on", help="Only what was known by the end of this day.", metavar="DAY"),
]
Viewpoint = Annotated[
    str, typer.Option(help="To whom it was known: all, public or party:NAME.", metavar="VIEWPOINT")
]
CaseName = Annotated[
    str, typer.Option("--case", help="Readiness of sites: favourable, middle or unfavourable.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON in place of text.")]
ScenarioAt = Annotated[
    str | None, typer.Option("--scenario", help="Where the plan's scenario lies now.", metavar="SCENARIO")
]


RULES = "max-min, pro-rata, first-come, priority or as-booked."


@app.command()
def scenarios(as_json: AsJson = False) -> None:
    """List the scenarios that come with apportion."""
    from apportion.commands.scenarios import list_scenarios

    names = list_scenarios()
    _print_json(names) if as_json else typer.echo("\n".join(names))


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

    findings = check_scenario(scenario, as_known_on=_day(as_known_on), viewpoint=viewpoint)
    if as_json:
        _print_json([finding.as_json() for finding in findings])
    else:
        _print_findings(findings)
        typer.echo(_count(findings))
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
    as_json: AsJson = False,
) -> None:
    """Divide the supply of a scenario, explain every shortage, prove it, and write the files."""
    from apportion.commands.plans import plan_scenario, summarise
    from apportion.commands.policies import policy_changes

    changes = policy_changes(
        rule=rule, level_by=level_by, count=count, exact_shares=exact_shares, no_readiness=no_readiness
    )
    world, made = plan_scenario(
        scenario,
        out=out,
        changes=changes,
        as_known_on=_day(as_known_on),
        viewpoint=viewpoint,
        case=case,
    )
    if as_json:
        _print_json({**made.body, "tables": _tables_json(made.tables), "digest": made.digest})
        return
    _print_findings(made.findings[:_FINDINGS_SHOWN], to_error=True)
    if len(made.findings) > _FINDINGS_SHOWN:
        more = len(made.findings) - _FINDINGS_SHOWN
        typer.echo(f"… and {more} more findings: `apportion check {scenario}` lists all.", err=True)
    sentence, rows = summarise(world, made)
    _print_table(rows)
    typer.echo(sentence)
    if out is not None:
        typer.echo(f"Report: {out / 'report.html'}")


@app.command()
def why(
    plan_folder: PlanFolder,
    order: Annotated[str, typer.Argument(help="The order.")],
    scenario: ScenarioAt = None,
    as_json: AsJson = False,
) -> None:
    """Say what an order gets, and why not more or sooner, in sentences that a customer could be sent."""
    from apportion.commands.plans import explain_order

    sentences = explain_order(plan_folder, order, scenario=scenario)
    _print_json(sentences) if as_json else typer.echo("\n".join(sentences))


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
        _print_json({"is_proven": not refusals, "refusals": rows})
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
        _print_json(_tables_json(vars(outcome)))
        return
    days = as_text(outcome.days)
    _print_table([tuple(days.columns), *[tuple(cell or "" for cell in row) for row in days.rows()]])


@app.command()
def adherence(
    scenario: Scenario,
    rule: Annotated[str | None, typer.Option(help=RULES)] = None,
    as_known_on: KnownOn = None,
    viewpoint: Viewpoint = "all",
    case: CaseName = "middle",
    as_json: AsJson = False,
) -> None:
    """Lay what was shipped and booked beside what the policy would have done: who was ahead, who behind."""
    from apportion.commands.policies import policy_changes
    from apportion.commands.studies import study_adherence, tell_adherence

    found = study_adherence(
        scenario,
        changes=policy_changes(rule=rule),
        as_known_on=_day(as_known_on),
        viewpoint=viewpoint,
        case=case,
    )
    sentences, rows = tell_adherence(found)
    if as_json:
        departures = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
        _print_json({"unit_days": str(found.unit_days), "departures": departures})
        return
    _print_table(rows)
    typer.echo("\n".join(sentences))


@app.command()
def export(
    scenario: Scenario,
    to: Annotated[Path, typer.Option(help="FILE.xlsx, FILE.zip or a folder to write.", metavar="TO")],
    parquet: Annotated[bool, typer.Option("--parquet", help="Write Parquet in place of CSV.")] = False,
) -> None:
    """Write a scenario as a workbook, a zip or a folder that reads back to the same world."""
    from apportion.commands.scenarios import export_scenario

    suffix = ".parquet" if parquet else ".csv"
    for file in export_scenario(scenario, to=to, made_on=_today(), suffix=suffix):
        typer.echo(str(file))


@app.command()
def template(
    file: Annotated[Path, typer.Argument(help="The workbook to write, ending in .xlsx.", metavar="FILE")],
) -> None:
    """Write an empty workbook to fill in: a sheet per table, with units and meanings in its headers."""
    from apportion.commands.scenarios import make_template

    typer.echo(str(make_template(file, made_on=_today())))


@app.command()
def workbook(
    plan_folder: PlanFolder,
    to: Annotated[Path, typer.Option(help="The workbook to write, ending in .xlsx.", metavar="FILE")],
    scenario: ScenarioAt = None,
) -> None:
    """Write a plan as a workbook: its tables, with charts that live in the spreadsheet."""
    from apportion.commands.plans import write_plan_as_workbook

    typer.echo(str(write_plan_as_workbook(plan_folder, to=to, made_on=_today(), scenario=scenario)))


def _today() -> dt.date:
    """Return the day in UTC: only what a workbook says of its making depends on it."""
    return dt.datetime.now(dt.UTC).date()


def _day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; write it as YYYY-MM-DD.") from None


def _print_json(value: object) -> None:
    import json

    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))


def _tables_json(tables: object) -> object:
    from apportion.model.canonical import as_text

    return {name: as_text(frame).to_dicts() for name, frame in dict(tables).items()}  # type: ignore[call-overload]


def _print_findings(findings: Sequence[Finding], *, to_error: bool = False) -> None:
    for finding in findings:
        typer.echo(finding.sentence, err=to_error)


def _count(findings: Sequence[Finding]) -> str:
    grades = [finding.severity.word for finding in findings]
    return ", ".join(f"{grades.count(word)} {word}(s)" for word in ("error", "warning", "info"))


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows under their header; numbers stand right, and a terminal gets a ruled table."""
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(*rows[0])
        for row in rows[1:]:
            table.add_row(*(Text(cell) for cell in row))
        Console().print(table)
        return
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


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
    from apportion.errors import FindingsError, ProofError, UsageError

    findings = error.findings if isinstance(error, FindingsError) else []
    if "--json" in sys.argv:
        _print_json(
            {
                "code": str(error.code),
                "title": error.message,
                "fix": error.fix,
                "findings": [finding.as_json() for finding in findings],
            }
        )
    elif findings:
        _print_findings(findings, to_error=True)
        typer.echo(_count(findings), err=True)
    else:
        typer.echo(f"{error.code}: {error.message} {error.fix}".strip(), err=True)
    if isinstance(error, UsageError):
        return 2
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
