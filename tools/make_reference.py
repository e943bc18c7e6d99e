"""Write the parts of the reference pages that follow from the code. Run `python tools/make_reference.py`.

A page holds ``<!-- made: NAME -->`` and ``<!-- end of NAME -->``; what stands between is made here from the
contracts, the plan's schemas, the codes, the command line and the public names. With ``--check`` nothing is
written, and the exit code is 1 where a page is stale.
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import polars as pl
import typer
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import apportion
from apportion.cli import app
from apportion.errors import Code
from apportion.model.columns import PROVENANCE, Column, Kind, Table
from apportion.model.contracts import TABLES
from apportion.model.plan import SCHEMAS, SHARES
from tools.code_meanings import CODE_MEANINGS

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"
_HELP_COLUMNS = "80"

PLAN_MEANINGS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "allocations": {
        "order": ("", "The order."),
        "customer": ("", "Its customer."),
        "sku": ("", "What ships."),
        "site": ("", "Where to."),
        "round_on": ("", "The day it ships: a round; under `as-booked` the lot's own day."),
        "units": ("units", "How many."),
        "filled": ("ordered units", "What they fill of the order: units times the rate of the SKU."),
        "partial": ("units", "The part beyond whole lots; 0 under `--exact-shares` and `as-booked`."),
    },
    "shortages": {
        "order": ("", "The order."),
        "customer": ("", "Its customer."),
        "short": ("ordered units", "Never filled for this reason; 0 where it only made units late."),
        "late_days": ("days", "Mean over the order's shipped units; empty where none shipped."),
        "reason": ("", "One of the reasons below."),
        "resource": ("", "What binds, in words; for `on-hold` and `no-usable-site` what keeps it out."),
        "until_on": ("", "The next day on which there is more of it; empty where no date is known."),
        "remedy": ("", "What the order's next lot lacks, parts separated by bars."),
    },
    "levels": {
        "round_on": ("", "The round of the stage."),
        "tier": ("", "The tier of the stage."),
        "demand_class": ("", "Whose level: `customer/pool`, customer, group or order."),
        "level": ("counted units per weight", "After the stage, exact, as a fraction such as `40/3`."),
        "bottleneck": ("", "The resources that its cut prices; `filled` where only quantities bind."),
    },
    "customers": {
        "customer": ("", "The customer; one row for each that has an order."),
        "ordered": ("ordered units", "Planned commitments; of a closed order only what was shipped."),
        "filled": ("ordered units", "Filled by shipments and by the plan."),
        "fill_share": ("", "Filled over ordered, cut down to a millionth; empty where nothing is ordered."),
        "weight": ("", "Its entitlement, `parties.weight`."),
        "live_units_at_end": ("units", "Units of the plan that run on the last day."),
        "live_gpu_days": ("unit-days", "Days on which units of the plan ran."),
        "idle_gpu_days": ("unit-days", "Days on which they lay at their site without power."),
        "held_gpu_days": ("unit-days", "Days on which they waited in the supplier's stock."),
    },
    "sites": {
        "site": ("", "The site."),
        "round_on": ("", "The first round, and each in which one of the next three changes."),
        "power_kw": ("kW", "Power of the step in force that day."),
        "load_kw": ("kW", "What fleet, shipments and all that the plan delivered by then would draw."),
        "units": ("units", "How many units that is."),
    },
    "shares": {
        "order": ("", "The order."),
        "sku": ("", "The SKU of the option."),
        "site": ("", "The site of the option."),
        "round_on": ("", "The round."),
        "units": ("units", "The exact share of that round, before least shipments and whole lots."),
    },
}


def tables_text() -> Iterator[str]:
    """Yield the lines of every table of a scenario."""
    for table in TABLES.values():
        yield from _table_text(table)


def _table_text(table: Table) -> Iterator[str]:
    keys = ", ".join(f"`{name}`" for name in table.key)
    yield f"### {table.name}"
    yield ""
    yield f"{table.meaning} Key: {keys}. {'Needed.' if table.required else 'May be missing.'}"
    yield ""
    yield from _columns_text(table.columns, key=table.key)


def _columns_text(columns: tuple[Column, ...], *, key: tuple[str, ...]) -> Iterator[str]:
    yield "| column | holds | if empty | meaning |"
    yield "| --- | --- | --- | --- |"
    for column in columns:
        name = f"**{column.name}**" if column.name in key else column.name
        yield f"| {name} | {_holds(column)} | {_if_empty(column)} | {_escaped(column.meaning)} |"
    yield ""


def _holds(column: Column) -> str:
    if column.choices:
        listed = ", ".join(f"`{word}`" for word in column.choices)
        return f"list of {listed}" if column.kind is Kind.LIST else f"one of {listed}"
    parts = [column.kind.value]
    if column.unit:
        parts[0] += f" ({column.unit})"
    if column.least is not None:
        parts.append(f"at least {column.least}")
    if column.above is not None:
        parts.append(f"above {column.above}")
    if column.refers:
        parts.append(f"of `{column.refers}`{' (else a warning)' if column.loose else ''}")
    return ", ".join(parts)


def _if_empty(column: Column) -> str:
    if column.required:
        return "an error"
    if column.filled_once_present:
        return f"an error; column absent: {column.default_text}"
    return column.default_text or "unknown"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def provenance_text() -> Iterator[str]:
    """Yield the lines of the columns that any table may carry."""
    yield from _columns_text(PROVENANCE, key=())


def plan_text() -> Iterator[str]:
    """Yield the lines of every table of a plan.

    Raises:
        KeyError: A column has no meaning here yet.
    """
    for name, schema in {**SCHEMAS, "shares": SHARES}.items():
        meanings = PLAN_MEANINGS[name]
        yield f"### {name}" if name == "shares" else f"### {name}.csv"
        yield ""
        yield "| column | holds | meaning |"
        yield "| --- | --- | --- |"
        for column, dtype in schema.items():
            unit, meaning = meanings[column]
            kind = _kind(dtype)
            yield f"| {column} | {kind}{f' ({unit})' if unit else ''} | {meaning} |"
        yield ""


def _kind(dtype: pl.DataType | type[pl.DataType]) -> str:
    if isinstance(dtype, pl.Decimal):
        return f"decimal of up to {dtype.scale} places"
    words: dict[object, str] = {pl.String: "text", pl.Date: "date", pl.Int64: "whole number"}
    return words[dtype]


def codes_text() -> Iterator[str]:
    """Yield the lines of every code, in the order of the enum.

    Raises:
        KeyError: A code has no meaning here yet.
    """
    yield "| code | grade | meaning |"
    yield "| --- | --- | --- |"
    for code in Code:
        grade, meaning = CODE_MEANINGS[code]
        yield f"| `{code}` | {grade} | {meaning} |"


def commands_text() -> Iterator[str]:
    """Yield what `--help` prints, of the program and of every command."""
    for name in ("", *_command_names(app)):
        yield f"## apportion {name}".rstrip()
        yield ""
        yield "```text"
        arguments = [*name.split(), "--help"]
        answer = CliRunner().invoke(app, arguments, prog_name="apportion", env={"COLUMNS": _HELP_COLUMNS})
        yield from (line.rstrip() for line in answer.output.strip().splitlines())
        yield "```"
        yield ""


def _command_names(group: typer.Typer) -> Iterator[str]:
    """Yield every command, in the order of the help; those of a group after it, with its name before theirs."""
    for command in group.registered_commands:
        # As typer names a command after its function.
        yield command.name or str(getattr(command.callback, "__name__", "")).replace("_", "-")
    for one in group.registered_groups:
        inner = one.typer_instance
        if inner is None:
            continue
        name = str(inner.info.name)
        yield name
        yield from (f"{name} {command}" for command in _command_names(inner))


def names_text() -> Iterator[str]:
    """Yield every public name with what its docstring says first; of a class also what it offers."""
    for name in apportion.__all__:
        if name.startswith("__"):
            continue
        value = getattr(importlib.import_module(apportion._HOMES[name]), name)  # noqa: SLF001 - our own table
        call = _signature(value) if inspect.isfunction(value) else ""
        yield f"`{name}{call}`"
        yield f": {_first_sentence(value)}"
        yield ""
        if name in {"Plan", "World"}:
            for part, told in _members(value):
                yield f"  - `.{part}` {told}"
            yield ""


def _members(value: type) -> Iterator[tuple[str, str]]:
    for part, member in vars(value).items():
        if part.startswith("_"):
            continue
        called = _signature(member) if inspect.isfunction(member) else ""
        if called or isinstance(member, property) or hasattr(member, "func"):
            yield f"{part}{called}", _first_sentence(getattr(member, "func", member))


def _signature(value: Callable[..., object]) -> str:
    parts: list[str] = []
    for parameter in inspect.signature(value).parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in parts:
            parts.append("*")
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        parts.append(f"{parameter.name}: {parameter.annotation}{default}")
    return f"({', '.join(parts)})"


def _first_sentence(value: object) -> str:
    return " ".join((inspect.getdoc(value) or "").partition("\n\n")[0].split())


PAGES: Mapping[str, tuple[str, Callable[[], Iterator[str]]]] = {
    "tables": ("scenario.md", tables_text),
    "provenance": ("scenario.md", provenance_text),
    "plan": ("plan.md", plan_text),
    "codes": ("findings.md", codes_text),
    "commands": ("commands.md", commands_text),
    "names": ("python.md", names_text),
}


def made_again(text: str, *, page: str) -> str:
    """Return a page with every part that is made here made again.

    Raises:
        ValueError: A part has no place in the page.
    """
    for name, (file, lines) in PAGES.items():
        if file != page:
            continue
        opening, ending = f"<!-- made: {name} -->", f"<!-- end of {name} -->"
        place = re.compile(rf"{re.escape(opening)}.*?{re.escape(ending)}", re.DOTALL)
        if not place.search(text):
            raise ValueError(f"{page} has no {opening} … {ending}.")
        part = "\n".join(lines()).strip()
        whole = f"{opening}\n\n{part}\n\n{ending}"
        text = place.sub(lambda _, whole=whole: whole, text)  # type: ignore[misc]
    return text


def main(arguments: list[str]) -> int:
    """Write the stale pages, or with ``--check`` name them; exit code 1 if a check found one."""
    stale = 0
    for page in sorted({file for file, _ in PAGES.values()}):
        file = REFERENCE / page
        before = file.read_text(encoding="utf-8")
        after = made_again(before, page=page)
        if after == before:
            continue
        stale += 1
        if "--check" in arguments:
            print(f"docs/reference/{page} is stale; run python tools/make_reference.py")
        else:
            file.write_text(after, encoding="utf-8")
            print(f"docs/reference/{page} is written.")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
