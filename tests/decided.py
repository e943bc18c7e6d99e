"""Two companies with boards, one person tied to both, a swap between them, and a clock that a test moves."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from apportion.commands.decision_log import known_of
from apportion.commands.decision_review import cast_vote
from apportion.commands.decisions import act, propose
from apportion.commands.sources import FileSource
from apportion.govern.state import Case
from tests.build import Rows, write_scenario

SETTINGS: dict[str, Any] = {"name": "two", "start_on": dt.date(2031, 1, 1), "end_on": dt.date(2031, 7, 1)}
START = dt.datetime(2031, 1, 2, 9, tzinfo=dt.UTC)
LATER = START + dt.timedelta(hours=1)
NAME = "four-now"
REASON = "Beta can run them in February."
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


def case_of(folder: Path) -> Case:
    """Return the life so far of the proposal in a folder."""
    return known_of(FileSource(folder)).state.cases[NAME]


def lives(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield a copy of the scenario at each turn of its proposal's life, made by the acts themselves."""
    source = write_two(folder / "two")
    with pytest.MonkeyPatch.context() as patch:
        set_clock(patch)
        propose(str(source), NAME, by="cal")
        yield "analysed", _copied(source, folder / "analysed")
        act(str(source), NAME, by="cal", verb="disclose")
        yield "disclosed", _copied(source, folder / "disclosed")
        act(str(source), NAME, by="dan", verb="open-review")
        yield "review", _copied(source, folder / "review")
        for person, side in (("ann", "alpha"), ("amy", "alpha"), ("bea", "beta")):
            cast_vote(str(source), NAME, by=person, side=side, choice="yes", facts=case_of(source).digest)
        yield "approved", _copied(source, folder / "approved")
        said = {"code": "site-ready", "text": REASON}
        act(str(source), NAME, by="dan", verb="apply", said=said)
        yield "applied", _copied(source, folder / "applied")


def _copied(source: Path, to: Path) -> Path:
    return Path(shutil.copytree(source, to))


def bring(stages: Mapping[str, Path], stage: str, *, folder: Path) -> Path:
    """Put a scenario at a turn of its life in place of a folder, and return it."""
    return Path(shutil.copytree(stages[stage], folder, dirs_exist_ok=True))
