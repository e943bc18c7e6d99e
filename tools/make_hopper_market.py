"""Make the bundled scenario `hopper-market` from its facts. Run `python tools/make_hopper_market.py`.

Stages: read ``facts/hopper-market/`` → one list of purchases per model → orders and monthly lots, one row for each
model's statement → the other tables → checks of names, ranges and sums → files. The conventions stand in
``docs/reference/bundled-scenarios.md``. Running it twice writes the same bytes.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.make_scenarios import ROOT, Row, Tables, check
from tools.scenario_figures import last_day, middle_day

FACTS = ROOT / "facts" / "hopper-market"
LEAD_TIMES = ROOT / "facts" / "lead_times.csv"
TARGET = ROOT / "src" / "apportion" / "scenarios" / "hopper-market"

START_ON = "2023-01-01"
# Specifications and prices are those of the first half of 2024; no view leaves SKUs out.
SKUS_KNOWN_ON = "2024-06-30"
SUPPLIER = "nvidia"
UNASSIGNED = "unassigned"
# More than all units of the market need together, at the top of every range.
SITE_POWER_KW = 6_000_000
USEFUL_LIFE_DAYS = "1826"
MONTHS_IN_QUARTER = 3
QUARTERS_OF_2023 = ("2023Q1", "2023Q2", "2023Q3", "2023Q4")
HOPPER = frozenset({"H100-SXM", "H800-SXM", "H20"})

SETTINGS = """\
name = "hopper-market"
title = "The market for Hopper, January 2023 to June 2024"
start_on = 2023-01-01
end_on = 2024-07-01
round = "month"
reference_sku = "H100-SXM"
currency = "USD"
capital_percent_per_year = 8

[policy]
rule = "max-min"
level_by = "pool"
count = "units"
readiness = true
whole_lots = true
commitments = ["firm"]
count_from_on = 2023-01-01
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What one customer bought of one SKU in one quarter, as one model states it.

    Attributes:
        customer: The party.
        sku: The SKU.
        quarter: ``2023Q1``.
        units: The plain value.
        known: Basis, the day it was known, evidence and note of the statement.
        low: The low end of its range; None: unknown.
        high: The high end.
    """

    customer: str
    sku: str
    quarter: str
    units: int
    known: Row
    low: int | None = None
    high: int | None = None

    @property
    def order(self) -> str:
        """Return the id of the order that stands for it."""
        return f"{self.customer}-{self.balance}"

    @property
    def balance(self) -> str:
        """Return the name of what the customers of a SKU divide in a quarter."""
        return f"{self.sku.partition('-')[0].lower()}-{self.quarter.lower()}"


def rows_of(path: Path) -> list[Row]:
    """Return the rows of one file of the facts."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def facts(name: str) -> list[Row]:
    """Return the rows of one file of this scenario's facts."""
    return rows_of(FACTS / f"{name}.csv")


def months_of(quarter: str) -> list[str]:
    """Return the months of ``2023Q1``: ``2023-01`` to ``2023-03``."""
    first = MONTHS_IN_QUARTER * (int(quarter[-1]) - 1) + 1
    return [f"{quarter[:4]}-{month:02}" for month in range(first, first + MONTHS_IN_QUARTER)]


def thirds(units: int | None) -> list[int | None]:
    """Return a quarter's units by month: a third each, what is left over in the last."""
    if units is None:
        return [None] * MONTHS_IN_QUARTER
    third = units // MONTHS_IN_QUARTER
    return [third, third, units - 2 * third]


def divided(units: int, weights: Sequence[Decimal]) -> list[int]:
    """Return whole parts in proportion to weights that sum to the units: largest remainders, ties to the first."""
    whole = Fraction(sum(weights, Decimal(0)))
    exact = [Fraction(weight) * units / whole for weight in weights]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda place: parts[place] - exact[place])
    for place in by_remainder[: units - sum(parts)]:
        parts[place] += 1
    return parts


def as_known(known_on: str, basis: str, *, evidence: str, note: str = "") -> Row:
    """Return the columns that tell how a row is known; whatever is known here is public."""
    days = {"known_on": known_on, "public_on": known_on, "known_to": ""}
    return {"basis": basis, **days, "evidence": evidence, "note": note}


def bought_by_quarter() -> list[Purchase]:
    """Return the first model: units by customer and quarter, and what it gives to nobody."""
    found = [
        Purchase(
            customer=fact["customer"],
            sku=fact["sku"],
            quarter=fact["quarter"],
            units=int(fact["units"]),
            known=as_known(fact["known_on"], fact["basis"], evidence="epoch-purchases"),
            low=int(fact["units_low"]),
            high=int(fact["units_high"]),
        )
        for fact in facts("purchases")
    ]
    note = "Supply of the quarter less all purchases."
    for fact in facts("supply"):
        quarter, sku = fact["quarter"], fact["sku"]
        rest = int(fact["units"]) - units_of(found, quarter=quarter, sku=sku)
        known = as_known(fact["known_on"], "assumption", evidence="epoch-supply|epoch-purchases", note=note)
        if rest:
            found.append(Purchase(customer=UNASSIGNED, sku=sku, quarter=quarter, units=rest, known=known))
    return found


def bought_in_year() -> list[Purchase]:
    """Return the second model: six customers' units of 2023, by quarter like Nvidia's revenue of that year.

    A fiscal quarter ends with the first month of a calendar quarter, so a third of the one before and two thirds of
    its own make the weight of each. A statement is known when its last part is: the year's units, or that revenue.
    """
    fiscal = facts("revenue")
    revenues = [Decimal(fact["data_centre_usd_bn"]) for fact in fiscal]
    weights = [before + 2 * own for before, own in pairwise(revenues)]
    last_known_on = max(fact["known_on"] for fact in fiscal)
    found = []
    for fact in facts("purchases_year"):
        known = as_known(
            max(fact["known_on"], last_known_on),
            "assumption",
            evidence="omdia-2023|nvidia-revenue",
            note=f"{int(fact['units']):,} in the year, by quarter like Nvidia's data-centre revenue.",
        )
        parts = zip(QUARTERS_OF_2023, divided(int(fact["units"]), weights), strict=True)
        for quarter, units in parts:
            who, sku = fact["customer"], fact["sku"]
            found.append(Purchase(customer=who, sku=sku, quarter=quarter, units=units, known=known))
    return found


def units_of(purchases: Iterable[Purchase], **wanted: str) -> int:
    """Return the units of the purchases with that customer, SKU or quarter; a year stands for its quarters."""
    return sum(
        one.units
        for one in purchases
        if one.customer == wanted.get("customer", one.customer)
        and one.sku == wanted.get("sku", one.sku)
        and one.quarter.startswith(wanted.get("quarter", ""))
    )


def site_of(party: str) -> str:
    """Return the id of the one site assumed for a customer."""
    return f"{party}_sites"


def spelled(units: int | None) -> str:
    """Return a count as text; unknown is empty."""
    return "" if units is None else str(units)


def orders(purchases: Iterable[Purchase]) -> Iterator[Row]:
    """Yield a statement of an order for each purchase, wanted from the first day of its quarter."""
    for one in purchases:
        yield {
            "order": one.order,
            "customer": one.customer,
            "skus": one.sku,
            "quantity": str(one.units),
            "quantity_low": spelled(one.low),
            "quantity_high": spelled(one.high),
            "sites": site_of(one.customer),
            "requested_on": f"{months_of(one.quarter)[0]}-01",
            "balance": one.balance,
            **one.known,
        }


def supply(purchases: Iterable[Purchase]) -> Iterator[Row]:
    """Yield a statement of a lot for each month of each purchase, reserved for its order."""
    for one in purchases:
        months = months_of(one.quarter)
        parts = zip(months, thirds(one.units), thirds(one.low), thirds(one.high), strict=True)
        for month, units, low, high in parts:
            yield {
                "lot": f"{one.order.removesuffix(one.quarter.lower())}{month}",
                "sku": one.sku,
                "supplier": SUPPLIER,
                "arrives_on": f"{month}-01",
                "arrives_on_early": f"{month}-01",
                "arrives_on_late": last_day(month),
                "quantity": spelled(units),
                "quantity_low": spelled(low),
                "quantity_high": spelled(high),
                "reserved_for": one.order,
                "balance": one.balance,
                **one.known,
                "basis": "assumption",
                "evidence": f"{one.known['evidence']}|choices",
                "note": "",
            }


def parties() -> Iterator[Row]:
    """Yield who takes part."""
    for fact in facts("customers"):
        known = as_known(SKUS_KNOWN_ON, fact["basis"], evidence=fact["evidence"], note=fact["note"])
        yield {column: fact[column] for column in ("party", "name", "kind", "country")} | known


def skus() -> Iterator[Row]:
    """Yield the accelerators; `lot_units` is left out, since estimates are no counts of servers."""
    figures = ("site_kw", "unit_price_usd", "rent_usd_per_hour")
    ranges = [f"{figure}{end}" for figure in figures for end in ("", "_low", "_high")]
    for fact in facts("skus"):
        kept = {column: fact[column] for column in ("sku", "name", "vendor", "pool", "cooling", *ranges)}
        known = as_known(SKUS_KNOWN_ON, fact["basis"], evidence=fact["evidence"], note=fact["note"])
        life = {"useful_life_days": USEFUL_LIFE_DAYS, "reference_units": fact["reference_units"]}
        yield kept | life | known


def customers() -> list[Row]:
    """Return the parties that buy."""
    return [fact for fact in facts("customers") if fact["kind"] == "customer"]


def sites() -> Iterator[Row]:
    """Yield one site for each customer, an assumption."""
    for fact in customers():
        yield {
            "site": site_of(fact["party"]),
            "name": f"{fact['name']}: data centres",
            "operator": fact["party"],
            "users": fact["party"],
            "lead_days": "0",
            "country": fact["country"],
            **as_known(START_ON, "assumption", evidence="choices"),
        }


def readiness() -> Iterator[Row]:
    """Yield power that never binds, from the first day on."""
    for fact in customers():
        yield {
            "site": site_of(fact["party"]),
            "step": "all",
            "ready_on": START_ON,
            "power_kw": str(SITE_POWER_KW),
            **as_known(START_ON, "assumption", evidence="choices", note="Assumed so that it never binds."),
        }


def claims() -> Iterator[Row]:
    """Yield what was said of the market."""
    for fact in facts("claims"):
        known = as_known(fact["said_on"], fact["basis"], evidence=fact["evidence"], note=fact["note"])
        yield fact | known


def events() -> Iterator[Row]:
    """Yield the lead times that were told, on the day they speak of."""
    told = {fact["source"]: fact for fact in facts("sources")}
    facts_told = [fact for fact in rows_of(LEAD_TIMES) if fact["after_cutoff"] == "no"]
    for number, fact in enumerate(facts_told, start=1):
        weeks = " to ".join(dict.fromkeys((fact["weeks_low"], fact["weeks_high"])))
        source = told[fact["source"]]
        yield {
            "event": f"lead-time-{number}",
            "on": middle_day(fact["as_of"]),
            "kind": "lead_time",
            "parties": SUPPLIER,
            "title": f"Lead time of {fact['scope']}: {weeks} weeks",
            **as_known(source["known_on"], fact["basis"], evidence=source["id"]),
        }


def evidence() -> Iterator[Row]:
    """Yield the sources."""
    for fact in facts("sources"):
        columns = ("id", "kind", "title", "published_on", "source", "paraphrase")
        yield {column: fact[column] for column in columns} | as_known(
            fact["known_on"], fact["basis"], evidence=""
        )


def wrong_sums(first: Sequence[Purchase], second: Sequence[Purchase]) -> Iterator[str]:
    """Yield the sums that are not those of ``expected.csv``."""
    named = [one for one in first if one.customer != UNASSIGNED]
    hopper = [one for one in named if one.sku in HOPPER]
    for fact in facts("expected"):
        who = {} if fact["case"] == "all" else {"customer": fact["case"]}
        match fact["answer"], fact["unit"]:
            case "M1", _:
                found = units_of(first, quarter=fact["case"], sku="H100-SXM")
            case "M2", "units":
                found = units_of(hopper, quarter="2023", **who)
            case "M3", _:
                found = units_of(named, quarter="2024", sku="H100-SXM", **who)
            case "M6", "units":
                found = units_of(second, quarter="2023", **who)
            case _:
                continue
        if str(found) != fact["value"]:
            yield f"{fact['answer']} {fact['case']}: {found} is not {fact['value']}"


def power_bound() -> Iterator[str]:
    """Yield a problem if all units of the market at the top of their ranges could use up one site."""
    site_kw = {fact["sku"]: Decimal(fact["site_kw_high"]) for fact in facts("skus")}
    needed = sum(int(fact["units_high"]) * site_kw[fact["sku"]] for fact in facts("supply"))
    if needed > SITE_POWER_KW:
        yield f"the market may need {needed} kW, more than the {SITE_POWER_KW} kW of a site"


def write(tables: Tables) -> None:
    """Write the folder."""
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / "scenario.toml").write_text(SETTINGS, encoding="utf-8", newline="\n")
    for name, rows in tables.items():
        with (TARGET / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    print(f"{TARGET.name}: {len(tables)} tables, {sum(map(len, tables.values()))} rows")


def main() -> int:
    """Write the scenario folder; exit code 1 and nothing written if a check fails."""
    first, second = bought_by_quarter(), bought_in_year()
    makers = (parties, skus, sites, readiness, claims, events, evidence)
    tables: Tables = {make.__name__: list(make()) for make in makers}
    problems = [*wrong_sums(first, second), *power_bound()]
    # A key stands once in each model; the two together repeat it on purpose.
    for model in (first, second):
        problems += check(tables | {"orders": list(orders(model)), "supply": list(supply(model))})
    if problems:
        print("\n".join(problems))
        return 1
    both = sorted([*first, *second], key=lambda one: (one.quarter, one.sku, one.customer))
    write(tables | {"supply": list(supply(both)), "orders": list(orders(both))})
    return 0


if __name__ == "__main__":
    sys.exit(main())
