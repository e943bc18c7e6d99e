"""A world by hand for claims, and claims in it.

c holds 3 units since December, ordered 5 and receives a lot of 4 on 2 January; v supplies it. The hall s has 9 kW
from 1 January on, a unit takes 1 kW and costs 100 dollars; o owns 25 percent of c. The day looked from is 31 January.
So: ordered 5, reserved 4, delivered 3 + 4 = 7, active 7 of at most 9, room 9 - 3 = 6.
"""

from __future__ import annotations

from collections.abc import Sequence

from apportion.model.proposal import Proposal
from apportion.model.world import World
from apportion.study.claims import Claims, judge_claims
from apportion.study.verdicts import Judged
from tests.broken import SETTINGS, Cells, claim, lot, order, party, site, sku, step
from tests.build import Rows, make_world

AFTER = "2024-03-01"
NOW = "2024-01-31"


def fleet(**cells: str) -> Cells:
    plain = {"holding": "F", "party": "c", "site": "s", "sku": "k", "quantity": "3", "since_on": "2023-12-01"}
    return plain | cells


def world_of(*claims: Cells, basis: str = "fact", **tables: Rows) -> World:
    known = {"basis": basis}
    plain: dict[str, Rows] = {
        "parties": [party(), *(party(party=name, name=name.upper()) for name in ("d", "o", "v"))],
        "skus": [sku(unit_price_usd="100", **known)],
        "sites": [site(users="c"), site(site="t", name="T", users="d")],
        "readiness": [step(**known)],
        "supply": [lot(reserved_for="A", **known)],
        "orders": [order(**known)],
        "fleet": [fleet(**known)],
        "interests": [
            {"holder": "o", "entity": "c", "role": "owner", "from_on": "2020-01-01", "share_percent": "25"}
            | known
        ],
        "claims": list(claims),
    }
    return make_world({**SETTINGS}, {name: rows for name, rows in {**plain, **tables}.items() if rows})


def judged(world: World, *, proposals: Sequence[Proposal] = ()) -> Judged:
    found = judge_claims(world, proposals).judged
    assert len(found) == 1
    return found[0]


def stated(metric: str, value: str, *, as_of_on: str = NOW, **cells: str) -> Cells:
    units = {
        "units": "units",
        "spend": "USD",
        "value": "USD",
        "unit": "USD",
        "power": "kW",
        "share": "percent",
    }
    unit = "USD" if metric == "unit_price_usd" else units.get(metric.partition("_")[0], "date")
    needed = {
        "units_room": {"sku": "k"},
        "unit_price_usd": {"sku": "k"},
        "share_percent": {"counterparty": "o"},
        "ready_on": {"site": "s"},
        "units_output": {"party": "v"},
    }
    plain = {"metric": metric, "value": value, "unit": unit, "as_of_on": as_of_on} | needed.get(metric, {})
    return claim(**plain | cells)


def target(**cells: str) -> list[Cells]:
    base = stated("units_active", "6", as_of_on="2024-01-03", claim="B", sku="k")
    return [base, stated("units_planned", "20", as_of_on=AFTER, claim="T", sku="k", **cells)]


def together(*values: object) -> tuple[object, ...]:
    return values


def of(found: Claims, claim_id: str) -> Judged:
    return next(one for one in found.judged if one.claim.claim == claim_id)


def lead(**cells: str) -> Cells:
    plain = {"lead": "LT", "sku": "k", "stated_on": "2024-01-10", "weeks": "3", "weeks_low": "2"}
    return plain | cells
