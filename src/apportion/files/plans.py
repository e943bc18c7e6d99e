"""A plan ⇄ its folder: ``plan.json``, one CSV per table, and the page."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl

from apportion.errors import Code, Finding, PlanFileError, Severity, UsageError
from apportion.files.checkpoints import CHECKPOINT_FILE
from apportion.files.folder import is_folder, make_folder
from apportion.files.sources import is_file_source
from apportion.model.canonical import as_text
from apportion.model.plan import FORMAT, SCHEMAS, SHARES, Cut, CutOrder, Plan, StageProof
from apportion.model.policy import Case, Count, LevelBy, Policy, Rule
from apportion.model.world import View

PLAN_FILE = "plan.json"
REPORT_FILE = "report.html"


def plan_files(plan: Plan) -> dict[str, bytes]:
    """Return the files of a plan but for its page, by name; where its scenario lies is left empty."""
    tables = {f"{name}.csv": _table_bytes(frame) for name, frame in plan.tables.items()}
    return {**tables, PLAN_FILE: _plan_bytes(plan, source="")}


def write_plan(
    plan: Plan, folder: Path, *, source: str, page: str, kept: Mapping[str, bytes] | None = None
) -> list[Path]:
    """Write a plan and return its files.

    Args:
        plan: The plan.
        folder: Where; made where it is missing.
        source: The bundled name or path of its scenario, as given.
        page: The report page.
        kept: What says where a plan of a book is kept, by file name; its source is then a name, whatever lies there.
    """
    make_folder(folder)
    _refuse_scenario(folder)
    written: list[Path] = []
    for name, frame in plan.tables.items():
        file = folder / f"{name}.csv"
        file.write_bytes(_table_bytes(frame))
        written.append(file)
    named = source if kept else _relative(source, folder)
    (folder / PLAN_FILE).write_bytes(_plan_bytes(plan, source=named))
    (folder / REPORT_FILE).write_bytes(page.encode())
    (folder / CHECKPOINT_FILE).unlink(missing_ok=True)  # Of the plan that was here before.
    for name, content in (kept or {}).items():
        (folder / name).write_bytes(content)
        written.append(folder / name)
    return [*written, folder / PLAN_FILE, folder / REPORT_FILE]


def _refuse_scenario(folder: Path) -> None:
    """Refuse to write a plan over a scenario: both have a table of sites.

    Raises:
        UsageError: The folder holds a scenario.
    """
    if (folder / "scenario.toml").exists():
        raise UsageError(
            f"The folder {str(folder)!r} holds a scenario, which a plan would overwrite.",
            fix="Name another folder.",
        )


def _table_bytes(frame: pl.DataFrame) -> bytes:
    return as_text(frame).write_csv().encode()


def _plan_bytes(plan: Plan, *, source: str) -> bytes:
    """Return ``plan.json``; where the scenario lies is no part of the plan and of no digest."""
    body = {**plan.body, "tables": plan.table_digests, "digest": plan.digest, "source": source}
    return (json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _relative(source: str, folder: Path) -> str:
    """Return a path as seen from the plan's folder, so that both can move together; a bundled name as it is."""
    if not (is_folder(Path(source)) or is_file_source(Path(source))):
        return source
    return Path(os.path.relpath(source, folder)).as_posix()


def source_of(folder: Path) -> str:
    """Return the name of the scenario that a plan of a book was made from.

    Raises:
        PlanFileError: The plan cannot be read.
    """
    return str(_raw(folder).get("source", ""))


def scenario_of(folder: Path) -> str:
    """Return the scenario that a plan on disk was made from, as a path or bundled name.

    Raises:
        PlanFileError: The plan cannot be read.
    """
    source = source_of(folder)
    path = folder / source
    return str(path) if source and (is_folder(path) or is_file_source(path)) else source


def read_plan(folder: Path) -> Plan:
    """Return the plan of a folder.

    Raises:
        PlanFileError: A file is missing, damaged, or not what its digest says.
    """
    raw = _raw(folder)
    try:
        plan = _plan(raw, folder)
        _ = plan.digest  # Whatever cannot be spelled is no plan either.
    except (KeyError, TypeError, ValueError, ArithmeticError, pl.exceptions.PolarsError) as error:
        raise _damaged(f"plan.json does not hold a plan: {type(error).__name__} {error}.") from error
    stated = raw.get("tables")
    for name, digest in plan.table_digests.items():
        is_stated = isinstance(stated, dict) and stated.get(name) == digest
        if not is_stated or (folder / f"{name}.csv").read_bytes() != _table_bytes(plan.tables[name]):
            raise _damaged(
                f"{name}.csv is not the table that plan.json was written with: its digest differs."
            )
    if raw.get("digest") != plan.digest:
        raise _damaged("The digest of the plan differs from the one it states.")
    if (folder / PLAN_FILE).read_bytes() != _plan_bytes(plan, source=str(raw.get("source", ""))):
        raise _damaged("plan.json was changed after it was written.")
    return plan


def _damaged(message: str) -> PlanFileError:
    return PlanFileError(message, fix="Make the plan again with `apportion plan`; do not edit its files.")


def _raw(folder: Path) -> dict[str, Any]:
    file = folder / PLAN_FILE
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise PlanFileError(
            f"There is no plan in {str(folder)!r}: plan.json is missing.",
            fix="Make one with `apportion plan SCENARIO --out DIR`.",
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(f"plan.json cannot be read: {error}.") from error
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise _damaged(f"plan.json is not of the format {FORMAT}.")
    return raw


def _plan(raw: Mapping[str, Any], folder: Path) -> Plan:
    return Plan(
        scenario=str(raw["scenario"]),
        world_digest=str(raw["world_digest"]),
        view=_view(raw["view"]),
        policy=_policy(raw["policy"]),
        software=str(raw["software"]),
        shares=_typed(
            pl.DataFrame(raw["shares"], schema=dict.fromkeys(SHARES, pl.String), orient="row"), SHARES
        ),
        stages=tuple(_stage(one) for one in raw["stages"]),
        cut_orders=tuple(_cut_order(one) for one in raw["cut_orders"]),
        tables={name: _read_table(folder / f"{name}.csv", schema) for name, schema in SCHEMAS.items()},
        findings=tuple(_finding(one) for one in raw["findings"]),
    )


def _read_table(file: Path, schema: Mapping[str, object]) -> pl.DataFrame:
    if not file.is_file():
        raise _damaged(f"{file.name} is missing.")
    text = pl.read_csv(file, infer_schema=False, empty_string_is_null=True, glob=False)
    if text.columns != list(schema):
        raise _damaged(f"{file.name} has other columns than {', '.join(schema)}.")
    return _typed(text, schema)


def _typed(text: pl.DataFrame, schema: Mapping[str, object]) -> pl.DataFrame:
    columns: list[pl.Expr] = []
    for name, dtype in schema.items():
        if dtype == pl.Date:
            columns.append(pl.col(name).str.to_date("%Y-%m-%d"))
        else:
            columns.append(pl.col(name).cast(dtype))  # type: ignore[arg-type]
    return text.select(columns)


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _view(raw: Mapping[str, Any]) -> View:
    day = raw["as_known_on"]
    return View(
        as_known_on=None if day is None else _day(day),
        viewpoint=str(raw["viewpoint"]),
        case=Case(raw["case"]),
        under=tuple(str(one) for one in raw.get("under", ())),
    )


def _policy(raw: Mapping[str, Any]) -> Policy:
    day = raw["count_from_on"]
    return Policy(
        rule=Rule(raw["rule"]),
        level_by=LevelBy(raw["level_by"]),
        count=Count(raw["count"]),
        readiness=bool(raw["readiness"]),
        whole_lots=bool(raw["whole_lots"]),
        commitments=tuple(str(one) for one in raw["commitments"]),
        count_from_on=None if day is None else _day(day),
    )


def _stage(raw: Mapping[str, Any]) -> StageProof:
    return StageProof(
        round_on=_day(raw["round_on"]),
        tier=int(raw["tier"]),
        levels={name: Fraction(level) for name, level, _ in raw["classes"]},
        named={name: int(cut) for name, _, cut in raw["classes"]},
        cuts=tuple(
            Cut(
                level=Fraction(one["level"]),
                classes={name: Fraction(value) for name, value in one["classes"].items()},
                prices={name: Fraction(value) for name, value in one["prices"].items()},
            )
            for one in raw["cuts"]
        ),
    )


def _cut_order(raw: Mapping[str, Any]) -> CutOrder:
    return CutOrder(
        order=str(raw["order"]),
        kept=Fraction(raw["kept"]),
        first_share=tuple((_day(day), Fraction(share)) for day, share in raw["first_share"]),
    )


def _finding(raw: Mapping[str, Any]) -> Finding:
    return Finding(
        code=Code(raw["code"]),
        severity=Severity[str(raw["severity"]).upper()],
        file=str(raw["file"]),
        row=None if raw["row"] is None else int(raw["row"]),
        column=str(raw["column"]),
        found=str(raw["found"]),
        expected=str(raw["expected"]),
        fix=str(raw["fix"]),
    )
