"""Random small worlds as text tables, the way a planner's files would hold them.

One generator serves the laws, the comparison with the reference and the proofs: it draws from a
`random.Random`, so that hypothesis can shrink what it finds and a long run can count on seeds alone.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from random import Random
from typing import Any

Rows = list[dict[str, str]]
START_ON = dt.date(2024, 1, 1)
# When the statements of a restated fact became known, and a day between the two.
FIRST_KNOWN_ON, BETWEEN_ON, THEN_KNOWN_ON = "2023-12-01", dt.date(2023, 12, 15), "2023-12-20"
SHARE_RESTATED, SHARE_SEEN_BETWEEN = 0.25, 0.4
SHARE_FITTING = 0.8
KEYS = {"readiness": ("site", "step"), "orders": ("order",)}


@dataclass(slots=True)
class RawWorld:
    """Settings and tables of one world, every cell text.

    `as_known_on` is the day whose knowledge is looked at; None: all of it.
    """

    settings: dict[str, Any]
    tables: dict[str, Rows] = field(default_factory=dict)
    as_known_on: dt.date | None = None

    @property
    def standing(self) -> dict[str, Rows]:
        """The tables with one row per key: of the statements known by the day, the one known last."""
        last = "9999-12-31" if self.as_known_on is None else self.as_known_on.isoformat()
        tables = dict(self.tables)
        for name, key in KEYS.items():
            stands: dict[tuple[str, ...], dict[str, str]] = {}
            for row in sorted(tables[name], key=lambda row: row.get("known_on", "")):
                if row.get("known_on", "") <= last:
                    stands[tuple(row[column] for column in key)] = row
            tables[name] = list(stands.values())
        return tables

    @property
    def restated_steps(self) -> int:
        """The steps of readiness with two statements."""
        rows = self.tables["readiness"]
        return len(rows) - len({(row["site"], row["step"]) for row in rows})


def random_world(rng: Random) -> RawWorld:
    """Return a small world that any of the constraints may bind; every fact is stated once."""
    return _Maker(rng).world()


def restated_world(rng: Random) -> RawWorld:
    """Return a world in which a step of readiness and an order may have been stated otherwise before."""
    raw = random_world(rng)
    if rng.random() < SHARE_RESTATED:
        for name, earlier in (("readiness", _earlier_step), ("orders", _earlier_order)):
            rows = [row | {"known_on": ""} for row in raw.tables[name]]
            if rows:
                place = rng.randrange(len(rows))
                place, row = earlier(rows, place, rng=rng)
                rows[place]["known_on"] = THEN_KNOWN_ON
                rows.insert(rng.randint(0, len(rows)), row | {"known_on": FIRST_KNOWN_ON})
            raw.tables[name] = rows
        if rng.random() < SHARE_SEEN_BETWEEN:
            raw.as_known_on = BETWEEN_ON
    return raw


def booked_world(rng: Random) -> RawWorld:
    """Return a world in which most lots are booked, some at a site named, and some moves wait for a decision."""
    raw = random_world(rng)
    orders = raw.tables["orders"]
    for lot in raw.tables["supply"]:
        order = rng.choice(orders)
        fits = [one for one in orders if lot["sku"] in one["skus"]]
        order = rng.choice(fits or orders) if rng.random() < SHARE_FITTING else order
        sites = order["sites"].split("|")
        site = rng.choice(["", *sites, rng.choice(raw.tables["sites"])["site"]])
        lot |= {"reserved_for": rng.choice([order["order"]] * 4 + [""]), "reserved_site": site}
    rows: Rows = []
    for number in range(rng.choice([0, 1, 2, 4])):
        row = {
            "proposal": f"p{number % 2}",
            "lot": rng.choice(raw.tables["supply"])["lot"],
            "order": rng.choice(orders)["order"],
            "site": rng.choice(raw.tables["sites"])["site"],
        }
        if row not in [{name: cell for name, cell in one.items() if name != "quantity"} for one in rows]:
            rows.append(row | {"quantity": str(rng.choice([1, 3, 9]))})
    if rows:
        raw.tables["undecided"] = rows
    return raw


def _earlier_step(rows: Rows, place: int, *, rng: Random) -> tuple[int, dict[str, str]]:
    """Return the last step of a site, and a statement of it that keeps power from falling."""
    site = rows[place]["site"]
    place = max(number for number, row in enumerate(rows) if row["site"] == site)
    ready_on = dt.date.fromisoformat(rows[place]["ready_on"])
    is_only = sum(row["site"] == site for row in rows) == 1
    days = rng.choice([-3, -1, 1, 3]) if is_only else rng.choice([0, 1, 3])
    power_kw = int(rows[place]["power_kw"]) + rng.choice([0, 3, 10])
    stated = {"ready_on": (ready_on + dt.timedelta(days=days)).isoformat(), "power_kw": str(power_kw)}
    return place, rows[place] | stated


def _earlier_order(rows: Rows, place: int, *, rng: Random) -> tuple[int, dict[str, str]]:
    """Return an order, and a statement of it with more units and another tier."""
    stated = {
        "quantity": str(int(rows[place]["quantity"]) + rng.choice([0, 2, 9])),
        "tier": rng.choice(["1", "2"]),
    }
    return place, rows[place] | stated


class _Maker:
    """Draws one world, table after table.

    Most worlds are crowded: orders of several customers, with several options each, want the same few
    units at once. In the others windows, holds and sites that nobody may use are as likely as a contest.
    """

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        length = rng.choice(["day", "day", "week", "month"])
        self._days = {"day": 6, "week": 35, "month": 120}[length]
        self._length = length
        self._is_crowded = self._chance(0.6)
        self._customers = [f"c{n}" for n in range(rng.randint(2 if self._is_crowded else 1, 4))]
        self._skus = [f"k{n}" for n in range(rng.randint(1, 3))]
        self._sites = [f"s{n}" for n in range(rng.randint(2 if self._is_crowded else 1, 3))]
        self._orders = [f"o{n}" for n in range(rng.randint(3 if self._is_crowded else 1, 6))]

    def world(self) -> RawWorld:
        """Return the world."""
        tables: dict[str, Rows] = {
            "parties": self._parties(),
            "skus": self._sku_rows(),
            "sites": self._site_rows(),
            "readiness": self._readiness(),
            "supply": self._supply(),
            "orders": self._order_rows(),
        }
        optional = {
            "entitlements": self._entitlements(),
            "shipments": self._shipments(tables["orders"]),
            "fleet": self._fleet(),
            "quotas": self._quotas(),
            "raises": self._raises(),
        }
        tables.update({name: rows for name, rows in optional.items() if rows})
        return RawWorld(self._settings(), tables)

    def _chance(self, share: float) -> bool:
        return self._rng.random() < share

    def _day(self, first: int = 0, last: int | None = None) -> str:
        end = self._days if last is None else last
        return (START_ON + dt.timedelta(days=self._rng.randint(first, end))).isoformat()

    def _settings(self) -> dict[str, Any]:
        rng = self._rng
        policy: dict[str, Any] = {
            "rule": "max-min",
            "level_by": rng.choice(["pool", "pool", "customer", "group", "group", "order"]),
            "count": rng.choice(["units", "units", "reference"]),
            "readiness": self._chance(0.85),
            "whole_lots": self._chance(0.7),
            "commitments": rng.choice([["firm"], ["firm"], ["firm", "soft"]]),
        }
        if self._chance(0.2):
            policy["count_from_on"] = START_ON - dt.timedelta(days=rng.randint(0, 4))
        return {
            "name": "random",
            "start_on": START_ON,
            "end_on": START_ON + dt.timedelta(days=self._days),
            "round": self._length,
            "policy": policy,
        }

    def _parties(self) -> Rows:
        return [
            {
                "party": party,
                "name": party,
                "kind": "customer",
                "group": self._rng.choice(["g1", "g1", "g2"] if self._is_crowded else ["", "", "g1", "g2"]),
                "weight": self._rng.choice(["1", "1", "2", "3", "0.5", "7"]),
            }
            for party in self._customers
        ]

    def _sku_rows(self) -> Rows:
        rng = self._rng
        return [
            {
                "sku": sku,
                "name": sku,
                "vendor": "v",
                "site_kw": rng.choice(["1", "1", "1.43", "2", "0.3", "3"]),
                "pool": rng.choice(["", "", "p1"]),
                "cooling": rng.choice(["", "", "air", "liquid", "air|liquid"]),
                "lot_units": rng.choice(["1", "1", "2", "3", "8", "8"]),
                "reference_units": rng.choice(["1", "1", "2", "2.274"]),
            }
            for sku in self._skus
        ]

    def _site_rows(self) -> Rows:
        rng = self._rng
        return [
            {
                "site": site,
                "name": site,
                "operator": "v",
                "users": ""
                if self._is_crowded or self._chance(0.8)
                else "|".join(rng.sample(self._customers, 1)),
                "cooling": rng.choice(["", "", "air", "liquid", "air|liquid"]),
                "lead_days": rng.choice(["0", "0", "0", "1", "3"]),
                "country": rng.choice(["", "NO", "US"]),
            }
            for site in self._sites
        ]

    def _readiness(self) -> Rows:
        rng = self._rng
        rows: Rows = []
        for site in self._sites:
            power, day = 0, rng.choice([-10, 0, 0, 2])
            for step in range(rng.choice([0, 1, 1, 1, 2, 3])):
                power += rng.choice([0, 5, 10, 20, 60]) if step else rng.choice([4, 12, 30, 100])
                liquid = rng.choice(["", "", "0", "6", "20"])
                rows.append(
                    {
                        "site": site,
                        "step": f"hall-{step}",
                        "ready_on": (START_ON + dt.timedelta(days=day)).isoformat(),
                        "power_kw": str(power),
                        "liquid_kw": liquid,
                        "units_at_most": rng.choice(["", "", "", "7", "15"]),
                    }
                )
                day += rng.choice([0, 1, self._days // 3])
        return rows

    def _supply(self) -> Rows:
        rng = self._rng
        return [
            {
                "lot": f"l{number}",
                "sku": rng.choice(self._skus),
                "supplier": "v",
                "arrives_on": self._day(-3),
                "quantity": str(rng.choice([0, 1, 5, 7, 10, 16, 25, 40])),
                "reserved_for": rng.choice(["", rng.choice(self._orders)]),
            }
            for number in range(rng.randint(1, 4 if self._is_crowded else 6))
        ]

    def _order_rows(self) -> Rows:
        rows: Rows = []
        for order in self._orders:
            rng = self._rng
            quantity = rng.choice([5, 12, 20, 33, 50] if self._is_crowded else [1, 3, 8, 10, 12, 20, 33])
            few = len(self._skus) if self._is_crowded else 1
            skus = rng.sample(self._skus, rng.choice([1, few, min(2, len(self._skus)), len(self._skus)]))
            accepted = [skus[0]] + [
                f"{sku}{rng.choice(['', ':2', ':0.5', ':2.274', ':3'])}" for sku in skus[1:]
            ]
            many = len(self._sites)
            sites = rng.sample(self._sites, rng.choice([1, many, many] if self._is_crowded else [1, 1, many]))
            requested = rng.randint(-2, self._days // 3 if self._is_crowded else self._days)
            rows.append(
                {
                    "order": order,
                    "customer": rng.choice(self._customers),
                    "skus": "|".join(accepted),
                    "quantity": str(quantity),
                    "sites": "|".join(sites),
                    "requested_on": (START_ON + dt.timedelta(days=requested)).isoformat(),
                    "earliest_on": self._day(-3, max(-3, requested + 2)) if self._chance(0.3) else "",
                    "placed_on": self._day(-30, -1) if self._chance(0.5) else "",
                    "promised_on": self._day() if self._chance(0.3) else "",
                    "tier": rng.choice(["1", "1", "1", "2", "3"]),
                    "status": "open" if self._is_crowded else rng.choice(["open"] * 6 + ["hold", "closed"]),
                    "commitment": rng.choice(["firm"] * 8 + ["soft", "forecast"]),
                    "min_ship": str(rng.randint(1, quantity)) if self._chance(0.25) else "",
                    "max_late_days": str(rng.choice([0, 1, self._days // 2])) if self._chance(0.3) else "",
                }
            )
        return rows

    def _shipments(self, orders: Rows) -> Rows:
        if not self._chance(0.3):
            return []
        rows: Rows = []
        for number in range(self._rng.randint(1, 2)):
            order = self._rng.choice(orders)
            sku = self._rng.choice(self._skus)
            rows.append(
                {
                    "shipment": f"h{number}",
                    "order": order["order"],
                    "sku": sku,
                    "site": self._rng.choice(self._sites),
                    "quantity": str(self._rng.choice([1, 2, 5])),
                    "shipped_on": self._day(-20, 3),
                    "live_on": "",
                }
            )
        return rows

    def _fleet(self) -> Rows:
        if not self._chance(0.35):
            return []
        since = self._rng.randint(-10, self._days)
        return [
            {
                "holding": "f0",
                "party": self._rng.choice(self._customers),
                "site": self._rng.choice(self._sites),
                "sku": self._rng.choice(self._skus),
                "quantity": str(self._rng.choice([1, 4, 9])),
                "since_on": (START_ON + dt.timedelta(days=since)).isoformat(),
                "until_on": "" if self._chance(0.5) else self._day(since + 1, self._days + 12),
            }
        ]

    def _quotas(self) -> Rows:
        if not self._chance(0.65):
            return []
        rng = self._rng
        rows: Rows = []
        for number in range(rng.randint(1, 2)):
            first = rng.randint(-1, self._days)
            rows.append(
                {
                    "quota": f"q{number}",
                    "party": rng.choice(["", "", rng.choice(self._customers)]),
                    "group": rng.choice(["", "", "", "g1"]),
                    "sku": rng.choice(["", "", rng.choice(self._skus)]),
                    "site": rng.choice(["", "", rng.choice(self._sites)]),
                    "country": rng.choice(["", "", "", "", "US"]),
                    "from_on": "" if self._chance(0.5) else (START_ON + dt.timedelta(days=first)).isoformat(),
                    "until_on": "" if self._chance(0.5) else self._day(first + 1, self._days + 2),
                    "at_most": str(rng.choice([0, 3, 6, 11])),
                }
            )
        return rows

    def _entitlements(self) -> Rows:
        if not self._chance(0.4):
            return []
        return [
            {
                "party": self._rng.choice(self._customers),
                "pool": self._rng.choice([*self._skus, "p1"]),
                "from_on": self._day(-3),
                "weight": self._rng.choice(["1", "4", "0.25"]),
                "until_on": "",
            }
        ]

    def _raises(self) -> Rows:
        if not self._chance(0.35):
            return []
        rng = self._rng
        rows: Rows = []
        for party in rng.sample(self._customers, rng.randint(1, min(2, len(self._customers)))):
            for first in rng.sample(range(-2, self._days), rng.choice([1, 1, 2])):
                rows.append(
                    {
                        "party": party,
                        "from_on": (START_ON + dt.timedelta(days=first)).isoformat(),
                        "tier": rng.choice(["0", "1", "1", "2"]),
                        "until_on": "" if self._chance(0.3) else self._day(first + 1, self._days + 1),
                    }
                )
        return rows
