"""Two companies with boards, one person tied to both, a swap between them, and a clock that a test moves."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.build import Rows, write_scenario

SETTINGS: dict[str, Any] = {"name": "two", "start_on": dt.date(2031, 1, 1), "end_on": dt.date(2031, 7, 1)}
START = dt.datetime(2031, 1, 2, 9, tzinfo=dt.UTC)
# Alpha gives four units of February to beta and gets four of April back.
SWAP = """\
id = "four-now"
kind = "swap"
title = "Four now for four in April"
decided_by = "cal"

[[moves]]
lot = "L1"
quantity = 4
to_order = "B"

[[moves]]
lot = "L2"
to_order = "A"
"""


def party(name: str, kind: str, **cells: str) -> dict[str, str]:
    return {"party": name, "name": name.title(), "kind": kind, "listed": ""} | cells


def tie(holder: str, entity: str, *, role: str, **cells: str) -> dict[str, str]:
    return {"holder": holder, "entity": entity, "role": role, "share_percent": ""} | cells


def order(name: str, customer: str, **cells: str) -> dict[str, str]:
    plain = {"order": name, "customer": customer, "skus": "k", "quantity": "8", "sites": f"at-{customer}"}
    return plain | {"requested_on": "2031-02-01"} | cells


def lot(name: str, day: str, *, quantity: int, reserved_for: str) -> dict[str, str]:
    held = {"lot": name, "sku": "k", "supplier": "v", "arrives_on": day, "quantity": str(quantity)}
    return held | {"reserved_for": reserved_for}


TABLES: dict[str, Rows] = {
    "parties": [
        party("alpha", "customer", listed="yes"),
        party("beta", "customer", listed="no"),
        party("gamma", "customer", listed="no"),
        party("v", "supplier"),
        *(party(name, "person") for name in ("ann", "amy", "bea", "cal", "dan")),
    ],
    "skus": [
        {
            "sku": "k",
            "name": "K",
            "vendor": "v",
            "site_kw": "1",
            "unit_price_usd": "1000",
            "rent_usd_per_hour": "0.01",
            "useful_life_days": "1000",
        }
    ],
    "sites": [{"site": f"at-{name}", "name": name, "operator": name} for name in ("alpha", "beta", "gamma")],
    "readiness": [
        {"site": f"at-{name}", "step": "hall", "ready_on": "2031-01-01", "power_kw": "50"}
        for name in ("alpha", "beta", "gamma")
    ],
    "supply": [
        lot("L1", "2031-02-01", quantity=8, reserved_for="A"),
        lot("L2", "2031-04-01", quantity=4, reserved_for="B"),
        lot("L3", "2031-04-01", quantity=4, reserved_for="B"),
    ],
    "orders": [order("A", "alpha"), order("B", "beta"), order("G", "gamma")],
    "interests": [
        tie("ann", "alpha", role="director"),
        tie("amy", "alpha", role="director"),
        tie("bea", "beta", role="director"),
        tie("cal", "alpha", role="director"),
        tie("cal", "beta", role="owner", share_percent="40"),
        tie("dan", "beta", role="owner", share_percent="4.99"),
    ],
}


def write_two(folder: Path, **tables: Rows) -> Path:
    """Write the scenario with its proposal, and return its folder."""
    write_scenario(folder, SETTINGS, tables={**TABLES, **tables})
    (folder / "four-now.toml").write_text(SWAP, encoding="utf-8")
    return folder


@dataclass
class Clock:
    """The clock that acts of decisions are stamped by, as a test sets it."""

    moment: dt.datetime = START

    def now(self) -> dt.datetime:
        """Return the moment; each look is a second after the last, as in life."""
        self.moment += dt.timedelta(seconds=1)
        return self.moment

    def on(self, day: str) -> None:
        """Set the clock to nine in the morning of a day."""
        self.moment = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(9), tzinfo=dt.UTC)


def set_clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let acts be stamped by a clock that the test moves."""
    clock = Clock()
    monkeypatch.setattr("apportion.commands.clock.now", clock.now)
    return clock
