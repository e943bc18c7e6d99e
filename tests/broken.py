"""A small scenario with nothing wrong, row by row, and what differs from it in a broken one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apportion.errors import Severity
from apportion.model.policy import Rule
from tests.build import Rows

Cells = dict[str, str]
SETTINGS: dict[str, Any] = {"name": "small", "start_on": dt.date(2024, 1, 1), "end_on": dt.date(2024, 2, 1)}


def order(**cells: str) -> Cells:
    plain = {
        "order": "A",
        "customer": "c",
        "skus": "k",
        "quantity": "5",
        "sites": "s",
        "requested_on": "2024-01-05",
    }
    return plain | cells


def lot(**cells: str) -> Cells:
    plain = {"lot": "L", "sku": "k", "supplier": "v", "arrives_on": "2024-01-02", "quantity": "4"}
    return plain | cells


def sku(**cells: str) -> Cells:
    return {"sku": "k", "name": "K", "vendor": "v", "site_kw": "1"} | cells


def site(**cells: str) -> Cells:
    return {"site": "s", "name": "S", "operator": "v"} | cells


def step(**cells: str) -> Cells:
    return {"site": "s", "step": "hall-1", "ready_on": "2024-01-01", "power_kw": "9"} | cells


def shipment(**cells: str) -> Cells:
    plain = {
        "shipment": "H",
        "order": "A",
        "sku": "k",
        "site": "s",
        "quantity": "2",
        "shipped_on": "2023-12-20",
    }
    return plain | cells


def rental(**cells: str) -> Cells:
    plain = {
        "contract": "R",
        "party": "c",
        "provider": "v",
        "sku": "k",
        "quantity": "10",
        "start_on": "2024-01-02",
        "usd_per_unit_hour": "2",
        "status": "offer",
    }
    return plain | cells


def claim(**cells: str) -> Cells:
    plain = {
        "claim": "K",
        "party": "c",
        "speaker": "c",
        "said_on": "2024-01-03",
        "metric": "units_active",
        "value": "4",
        "unit": "units",
        "as_of_on": "2024-01-03",
        "statement": "We run four.",
    }
    return plain | cells


def party(**cells: str) -> Cells:
    return {"party": "c", "name": "C", "kind": "customer"} | cells


GOOD: dict[str, Rows] = {
    "parties": [party(), party(party="v", name="V", kind="supplier")],
    "skus": [sku()],
    "sites": [site()],
    "readiness": [step()],
    "supply": [lot()],
    "orders": [order()],
}


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A scenario with one thing wrong, and what is told of it.

    Attributes:
        file: The file told; `row` and `column` likewise.
        quoted: What the finding quotes of what stands there.
        severity: Its grade.
        tables: The tables that differ from a good scenario; None takes one out.
        settings: The settings that differ; None takes one out.
        files: Files written beside them, or over them.
        encoding: What those files are written in.
        as_known_on: The day looked at.
        rule: The rule under which planning finds it; checks find it without.
        tied: Two parties tied by a conflict, the decision log begun before there was any shipment; empty: no log.
    """

    file: str
    row: int | None = None
    column: str = ""
    quoted: str
    severity: Severity = Severity.ERROR
    tables: Mapping[str, Rows | None] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    encoding: str = "utf-8"
    as_known_on: dt.date | None = None
    rule: Rule | None = None
    tied: frozenset[str] = frozenset()
