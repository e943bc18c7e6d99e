"""Make the bundled scenario `tesla-x-2023` from the facts. Run `python tools/make_scenarios.py`.

Stages: read ``facts/`` → one function per table turns figures into rows → names, notes and choices are laid
over them → evidence takes its days from the rows that cite it → checks → files. The conventions stand in
``docs/reference/bundled-scenarios.md``. Running it twice writes the same bytes.
"""

from __future__ import annotations

import csv
import sys
import tomllib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.scenario_figures import (  # noqa: E402 - found once the root is on the path
    first_day,
    last_day,
    lead_time_day,
    middle_day,
    month_of,
    ranged,
    scaled,
)

FACTS = ROOT / "facts"
TEXTS = ROOT / "tools" / "scenario_texts"
TARGET = ROOT / "src" / "apportion" / "scenarios" / "tesla-x-2023"

Row: TypeAlias = dict[str, str]
Tables: TypeAlias = dict[str, list[Row]]

# Nothing that became public later is used; evidence without a day of its own stands on it.
CUT_OFF = "2024-06-30"
# No order document shows L7: it is half of a claim, not supply.
NO_SUPPLY = frozenset({"L7"})
# Purchases before the plan that no other event tells.
PURCHASES = frozenset({"PO1", "PO4", "PO5"})
# Tables that the facts hold in the shape of the scenario.
AS_THEY_STAND = ("interests", "transfers")
# The facts name servers and GPUs of one generation.
LEAD_TIME_SKU = "H100-SXM"
USEFUL_LIFE_DAYS = "1826"
LOT_UNITS = "8"
UNITS = {"GPU": ("units", 1), "USD_bn": ("USD", 10**9), "MW": ("kW", 1000)}
KNOWN = ("basis", "known_on", "public_on", "known_to", "evidence")
NEVER_FILTERED = frozenset({"parties", "skus", "sites"})
TABLES = tomllib.loads((TEXTS / "tables.toml").read_text(encoding="utf-8"))
COLUMNS: dict[str, list[str]] = TABLES["columns"]
REFERENCES: dict[str, str] = TABLES["references"]
METRICS: dict[str, str] = TABLES["metrics"]
KEYS = {"readiness": ("site", "step"), "interests": ("holder", "entity", "role", "from_on")}


def rows_of(name: str) -> list[Row]:
    """Return the rows of one file of the facts."""
    with (FACTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def known(fact: Row) -> Row:
    """Return basis, evidence and the day of a fact, which is public from then on."""
    return {"basis": fact["basis"], "evidence": fact["evidence"], "known_on": last_day(fact["known_on"])}


def parties() -> Iterator[Row]:
    """Yield who takes part; persons appear by role."""
    for fact in rows_of("parties"):
        kept = {column: fact[column] for column in ("party", "kind", "listed", "country")}
        yield kept | known(fact)


def skus() -> Iterator[Row]:
    """Yield the accelerators whose power at a site is known, at the price of the bare module."""
    for fact in rows_of("skus"):
        if not fact["facility_kw_per_gpu_mid"]:
            continue
        cooling = [kind for kind in ("air", "liquid") if kind in fact["cooling"]]
        yield {
            "sku": fact["sku"],
            "vendor": fact["vendor"],
            "cooling": "|".join(cooling),
            "lot_units": LOT_UNITS,
            "useful_life_days": USEFUL_LIFE_DAYS,
            "reference_units": fact["h100e_8bit"],
            "basis": fact["basis"],
            "known_on": CUT_OFF,
            **ranged("site_kw", fact, source="facility_kw_per_gpu_{}"),
            **ranged("unit_price_usd", fact, source="module_price_{}_usd"),
        }


def sites() -> Iterator[Row]:
    """Yield the places; a date of readiness means ready to run, so no lead time is added."""
    for fact in rows_of("sites"):
        kept = {column: fact[column] for column in ("site", "operator", "cooling", "country")}
        yield kept | {"users": fact["user"], "lead_days": "0"} | known(fact)


def readiness() -> Iterator[Row]:
    """Yield one row per site and step: case `mid` is plain, `high` favourable, `low` unfavourable."""
    cases: dict[tuple[str, str], dict[str, Row]] = {}
    for fact in rows_of("readiness"):
        cases.setdefault((fact["site"], fact["step"]), {})[fact["case"]] = fact
    for (site, step), case in cases.items():
        evidence = [one for name in ("mid", "high", "low") for one in case[name]["evidence"].split("|")]
        yield known(case["mid"]) | {
            "site": site,
            "step": step,
            "ready_on": case["mid"]["date"],
            "ready_on_early": case["high"]["date"],
            "ready_on_late": case["low"]["date"],
            "power_kw": scaled(case["mid"]["mw"], 1000),
            "power_kw_low": scaled(case["low"]["mw"], 1000),
            "power_kw_high": scaled(case["high"]["mw"], 1000),
            "evidence": "|".join(dict.fromkeys(evidence)),
        }


def supply() -> Iterator[Row]:
    """Yield the lots of the group, on the 15th of the middle month of their period."""
    for fact in rows_of("supply"):
        if fact["scope"] != "group" or fact["lot"] in NO_SUPPLY:
            continue
        year, first = month_of(fact["period_first"])
        last = month_of(fact["period_last"])[1]
        columns = ("lot", "sku", "supplier", "quantity", "quantity_low", "quantity_high")
        middle = f"{year}-{(first + last) // 2:02}-15"
        days = {"arrives_on_early": fact["period_first"], "arrives_on_late": fact["period_last"]}
        yield {column: fact[column] for column in columns} | {"arrives_on": middle} | days | known(fact)


def orders() -> Iterator[Row]:
    """Yield the orders as first booked: a slated day is promised, an asked-for day is requested."""
    for fact in rows_of("orders"):
        if fact["version"] != "original":
            continue
        column = "promised_on" if fact["date_kind"] == "slated" else "requested_on"
        row = known(fact) | {
            "order": fact["order"],
            "customer": fact["customer"],
            "skus": fact["sku"],
            "quantity": fact["quantity"],
            "sites": fact["site"],
            column: fact["date_mid"],
            f"{column}_early": fact["date_low"],
            f"{column}_late": fact["date_high"],
            "tier": "1",
            "status": "open",
            "commitment": "firm",
            "quantity_basis": fact["quantity_basis"],
            "date_basis": fact["date_basis"],
        }
        yield row | {"basis": "order" if fact["quantity_basis"] == "fact" else fact["basis"]}


def fleet() -> Iterator[Row]:
    """Yield Tesla's units as increments; what X bought is an event, what xAI rents is a rental."""
    for fact in rows_of("inventory"):
        if fact["party"] != "tesla":
            continue
        kept = {
            column: fact[column] for column in ("party", "site", "quantity", "quantity_low", "quantity_high")
        }
        yield (
            kept | {"holding": fact["inventory"], "sku": "H100-SXM", "since_on": fact["as_of"]} | known(fact)
        )


def programmes() -> Iterator[Row]:
    """Yield what the compute is for."""
    for fact in rows_of("programmes"):
        yield known(fact) | {
            "programme": fact["programme"],
            "party": fact["party"],
            "kind": fact["kind"],
            "start_on": fact["start"],
            "deadline_on": fact["deadline"],
            "sites": fact["site"],
            **ranged("need_reference_units", fact, source="h100e_{}"),
        }


def rentals() -> Iterator[Row]:
    """Yield the contracts whose count is known; the others are no row of this table."""
    for fact in rows_of("cloud_contracts"):
        if not fact["quantity"]:
            continue
        yield known(fact) | {
            "contract": fact["contract"],
            "party": fact["customer"],
            "provider": fact["provider"],
            "sku": fact["sku"],
            "quantity": fact["quantity"],
            "start_on": middle_day(fact["start"]),
            "start_on_early": first_day(fact["start"]),
            "start_on_late": last_day(fact["start"]),
            "end_on": fact["end"],
            **ranged("usd_per_unit_hour", fact, source="usd_per_gpu_hour_{}"),
        }


def claims() -> Iterator[Row]:
    """Yield the statements in plain units; a year stands at its last day."""
    for fact in rows_of("claims"):
        unit, factor = UNITS.get(fact["unit"], (fact["unit"], 1))
        is_range = fact["value_low"] != fact["value_high"] and bool(fact["value_high"])
        yield known(fact) | {
            "claim": fact["claim"],
            "party": fact["party"],
            "speaker": fact["speaker"],
            "said_on": middle_day(fact["date"]),
            "metric": METRICS.get(fact["metric"], fact["metric"]),
            "value": scaled(fact["value_mid"], factor),
            "value_low": scaled(fact["value_low"], factor) if is_range else "",
            "value_high": scaled(fact["value_high"], factor) if is_range else "",
            "unit": unit,
            "as_of_on": last_day(fact["as_of"].partition("..")[2] or fact["as_of"]),
        }


def lead_times() -> Iterator[Row]:
    """Yield the lead times told before the cut-off, all of them of the SKU that the orders here ask for.

    Each speaks of its own day, though no later than the quarter it is of, and was known once its source was out.
    """
    told = [fact for fact in rows_of("lead_times") if fact["after_cutoff"] == "no"]
    sources = {fact["source"]: fact for fact in rows_of("sources")}
    for number, fact in enumerate(sorted(told, key=lead_time_day), start=1):
        source = sources[fact["source"]]
        weeks = (Decimal(fact["weeks_low"]) + Decimal(fact["weeks_high"])) / 2
        yield {
            "lead": f"LT{number}",
            "sku": LEAD_TIME_SKU,
            "stated_on": lead_time_day(fact),
            "weeks": scaled(str(weeks), 1),
            "weeks_low": fact["weeks_low"],
            "weeks_high": fact["weeks_high"],
            "basis": fact["basis"],
            "known_on": source["published_on"],
            "evidence": source["id"],
        }


def events() -> Iterator[Row]:
    """Yield what happened, and the purchases that stand before the plan."""
    for fact in rows_of("events"):
        span = {"on_early": first_day(fact["date"]), "on_late": last_day(fact["date"][: len("2024-05")])}
        row = {"event": fact["event"], "on": middle_day(fact["date"]), "kind": fact["type"]} | known(fact)
        yield row | (span if fact["date_precision"] == "month" else {})
    for fact in rows_of("past_orders"):
        if fact["order"] in PURCHASES:
            yield {"event": fact["order"], "on": middle_day(fact["date"])} | known(fact)


def evidence(tables: Tables) -> Iterator[Row]:
    """Yield the sources that have words of ours.

    `published_on` is the day of the document. `known_on` and `public_on` are those of the fact behind it: no
    later than of any row that cites it, so that no row stands on a day without its evidence.
    """
    citing: dict[str, list[Row]] = {}
    for name, rows in tables.items():
        for row in rows if name not in NEVER_FILTERED else []:
            for one in row["evidence"].split("|"):
                citing.setdefault(one, []).append(row)
    for fact in rows_of("sources"):
        published_on = fact["published_on"] or CUT_OFF
        rows = citing.get(fact["id"], [])
        days = [fact["known_on"] or published_on, *(row["known_on"] for row in rows)]
        told = [fact["known_to"], *(row["known_to"] for row in rows)]
        parties_told = sorted({party for cell in told for party in cell.split("|") if party})
        kept = {
            column: fact[column] for column in ("id", "kind", "published_on", "source", "disputes", "basis")
        }
        yield kept | {
            "known_on": min(days),
            "public_on": min([published_on, *(row["public_on"] for row in rows)]),
            "known_to": "|".join(parties_told),
        }


def key_of(table: str, row: Row) -> str:
    """Return the key of a row in one text."""
    columns = KEYS.get(table, (COLUMNS[table][0],))
    return " ".join(row[column] for column in columns)


class Overlay:
    """Our own words and choices, to be laid over the figures: by table, key and column."""

    def __init__(self) -> None:
        """Read both files."""
        self.cells: dict[tuple[str, str], Row] = {}
        for cell in rows_of("texts"):
            self.cells.setdefault((cell["table"], cell["id"]), {})[cell["column"]] = cell["text"]
        for cell in rows_of("choices"):
            self.cells.setdefault((cell["table"], cell["id"]), {})[cell["column"]] = cell["value"]

    def finished(self, table: str, rows: Iterable[Row]) -> list[Row]:
        """Return whole rows of a table; a fact is public once known unless a choice says otherwise."""
        columns = [*COLUMNS[table], *KNOWN, "note"]
        whole = []
        for row in rows:
            name = row["interest"] if table == "interests" else key_of(table, row)
            public_on = row.get("public_on", row["known_on"])
            merged = row | {"public_on": public_on} | self.cells.get((table, name), {})
            if merged["known_on"] == merged["public_on"]:
                merged["known_to"] = ""
            whole.append({column: merged.get(column, "") for column in columns})
        return whole


def check(tables: Tables) -> Iterator[str]:
    """Yield every name that leads nowhere, range out of order, and day out of order."""
    keys = {name: {key_of(name, row) for row in rows} for name, rows in tables.items()}
    for table, rows in tables.items():
        own = COLUMNS[table][0]
        if len(keys[table]) != len(rows):
            yield f"{table}: a key stands twice"
        for row in rows:
            where = f"{table} {key_of(table, row)}"
            for column in (one for one in row if one in REFERENCES and (table, one) != (table, own)):
                lost = [one for one in row[column].split("|") if one and one not in keys[REFERENCES[column]]]
                if lost:
                    yield f"{where}: {column} names {lost}"
            if row["known_on"] > row["public_on"] or (
                row["known_on"] < row["public_on"] and not row["known_to"]
            ):
                yield f"{where}: known {row['known_on']} to {row['known_to']!r}, public {row['public_on']}"
            yield from (f"{where}: {told}" for told in disordered(row))


def disordered(row: Row) -> Iterator[str]:
    """Yield the ranges of a row that do not hold their plain value."""
    for column, plain in row.items():
        early, late = row.get(f"{column}_early"), row.get(f"{column}_late")
        low, high = row.get(f"{column}_low"), row.get(f"{column}_high")
        if early and late and not early <= plain <= late:
            yield f"{column} {plain} is not in {early} to {late}"
        if low and high and not Decimal(low) <= Decimal(plain) <= Decimal(high):
            yield f"{column} {plain} is not in {low} to {high}"


def proposal() -> str:
    """Return the swap as TOML: the lots of each original order go to the orders of the other side."""
    facts = [
        fact
        for fact in rows_of("orders")
        if fact["customer"] in {"tesla", "x"} and fact["date_kind"] == "slated"
    ]
    booked = [fact for fact in facts if fact["version"] == "original"]
    text = (TEXTS / "swap-2023-12.toml").read_text(encoding="utf-8")
    move = (TEXTS / "move.toml").read_text(encoding="utf-8")
    for fact in booked:
        for other in (one for one in booked if one["customer"] != fact["customer"]):
            quantity = min(int(fact["quantity"]), int(other["quantity"]))
            lot, order, site = fact["lot"], other["order"], other["site"]
            text += move.format(lot=lot, quantity=quantity, order=order, site=site)
    return text


def main() -> int:
    """Write the scenario folder; exit code 1 and nothing written if a check fails."""
    overlay = Overlay()
    book = (parties, skus, sites, readiness, supply, orders, fleet, programmes, rentals)
    makers = (*book, claims, lead_times, events)
    tables = {make.__name__: overlay.finished(make.__name__, make()) for make in makers}
    for name in AS_THEY_STAND:
        tables[name] = overlay.finished(name, rows_of(name))
    with_words = {key for table, key in overlay.cells if table == "evidence"}
    worded = (row for row in evidence(tables) if row["id"] in with_words)
    tables["evidence"] = overlay.finished("evidence", worded)
    problems = list(check(tables))
    if problems:
        print("\n".join(problems))
        return 1
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / "scenario.toml").write_bytes((TEXTS / "scenario.toml").read_bytes())
    (TARGET / "swap-2023-12.toml").write_text(proposal(), encoding="utf-8", newline="\n")
    for name, rows in tables.items():
        with (TARGET / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    print(f"{TARGET.relative_to(ROOT)}: {len(tables)} tables, {sum(map(len, tables.values()))} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
