"""Laws of how targets age: a day on which nothing that bears on a target changed is as the day before it, exactly.

What is fast is held to what is slow: every target judged anew on every day, and every day tried on which it could
first be met.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apportion.model.proposal import Kind, Move, Proposal
from apportion.model.world import ALL, World
from apportion.study import unchanged
from apportion.study.claims import Claims, judge_claims
from apportion.study.known import Known
from apportion.study.metrics import evidence_for
from apportion.study.stated import Claim
from apportion.study.verdicts import Judged
from tests.broken import SETTINGS, Cells, lot, order, party, shipment, site, sku, step
from tests.build import Rows, make_world
from tests.claim_worlds import fleet, lead, stated

FIRST = dt.date(2024, 1, 1)
COUNTS = [
    "units_planned",
    "units_planned",
    "units_active",
    "units_ordered",
    "units_delivered",
    "units_reserved",
]
BASES = ["fact", "order", "assumption", "claim"]


def small_world(seed: int) -> tuple[World, list[Proposal]]:
    """Return a world of two parties whose rows become known one by one, with claims, and a decision."""
    draw = random.Random(seed)  # noqa: S311 - The worlds are to be the same again, not secret.
    tables: dict[str, Rows] = {
        "parties": [party(), *(party(party=name, name=name.upper()) for name in ("d", "v"))],
        "skus": [sku(), sku(sku="l", name="L", reference_units="2.5")],
        "sites": [site(users="c", lead_days="2"), site(site="t", name="T", users="d")],
        "readiness": [_step(draw, number) for number in range(draw.randrange(5))],
        "lead_times": [_lead(draw, number) for number in range(draw.randrange(3))],
        "claims": [_claim(draw, number) for number in range(draw.randrange(2, 8))],
        "rentals": [_rental(draw, number) for number in range(draw.randrange(3))],
        "fleet": [_fleet(draw, number) for number in range(draw.randrange(4))],
    }
    orders = [_order(draw, number) for number in range(draw.randrange(1, 6))]
    tables |= {
        "orders": orders,
        "supply": [_lot(draw, number, orders=orders) for number in range(draw.randrange(6))],
    }
    tables["shipments"] = [_shipment(draw, number, orders=orders) for number in range(draw.randrange(3))]
    # Some facts are stated again later, with another amount.
    for name in ("orders", "supply", "fleet"):
        again = [
            {**row, "quantity": str(draw.randrange(1, 9)), **_known(draw, first=20)} for row in tables[name]
        ]
        tables[name] = [*tables[name], *(row for row in again if draw.random() < 0.3)]
    told = [
        {**claim, "value": str(draw.randrange(1, 12)), **_known(draw, first=20)} for claim in tables["claims"]
    ]
    tables["claims"] = [*tables["claims"], *(row for row in told if draw.random() < 0.3)]
    world = make_world(
        {**SETTINGS, "end_on": dt.date(2024, 3, 1)}, {name: rows for name, rows in tables.items() if rows}
    )
    return world, _decided(draw, tables)


def _decided(draw: random.Random, tables: dict[str, Rows]) -> list[Proposal]:
    if not tables["supply"]:
        return []
    moved, to = draw.choice(tables["supply"]), draw.choice(tables["orders"])
    move = Move(lot=moved["lot"], to_orders=(to["order"],), site="", quantity=None)
    decided_on = FIRST + dt.timedelta(days=draw.randrange(40))
    return [Proposal(id="P", kind=Kind.DIVERT, decided_on=decided_on, moves=(move,))]


def _day(draw: random.Random, *, first: int = 0, last: int = 60) -> str:
    return (FIRST + dt.timedelta(days=draw.randrange(first, last))).isoformat()


def _known(draw: random.Random, *, first: int = 0) -> Cells:
    return {"known_on": _day(draw, first=first, last=45)}


def _base(draw: random.Random) -> Cells:
    return {"basis": draw.choice(BASES), **_known(draw)}


def _step(draw: random.Random, number: int) -> Cells:
    where = {"site": draw.choice("st"), "step": f"h{number}", "ready_on": _day(draw)}
    return step(**where, power_kw=str(draw.randrange(1, 12)), **_base(draw))


def _lead(draw: random.Random, number: int) -> Cells:
    return lead(lead=f"T{number}", sku=draw.choice("kl"), stated_on=_day(draw, last=40), **_known(draw))


def _rental(draw: random.Random, number: int) -> Cells:
    who = {"contract": f"R{number}", "party": draw.choice("cd"), "provider": "v", "sku": draw.choice("kl")}
    return who | {"quantity": "3", "start_on": _day(draw), "usd_per_unit_hour": "1"} | _base(draw)


def _fleet(draw: random.Random, number: int) -> Cells:
    until = {"until_on": _day(draw, first=30, last=70)} if draw.random() < 0.5 else {}
    where = {"party": draw.choice("cd"), "site": draw.choice("st"), "sku": draw.choice("kl")}
    since_on = _day(draw, last=30)
    return fleet(
        holding=f"F{number}",
        quantity=str(draw.randrange(1, 6)),
        since_on=since_on,
        **where,
        **until,
        **_base(draw),
    )


def _order(draw: random.Random, number: int) -> Cells:
    cells = {
        "customer": draw.choice("cd"),
        "skus": draw.choice("kl"),
        "sites": draw.choice("st"),
        "quantity": str(draw.randrange(1, 9)),
        "requested_on": _day(draw),
        "commitment": draw.choice(["firm", "forecast"]),
    }
    placed = {"placed_on": _day(draw, last=40)} if draw.random() < 0.5 else {}
    return order(order=f"O{number}", **cells, **placed, **_base(draw))


def _lot(draw: random.Random, number: int, *, orders: Rows) -> Cells:
    to = draw.choice(orders)
    quantity, arrives_on = str(draw.randrange(1, 9)), _day(draw)
    reserved = {"reserved_for": to["order"]} if draw.random() < 0.8 else {}
    return lot(
        lot=f"L{number}", sku=to["skus"], quantity=quantity, arrives_on=arrives_on, **reserved, **_base(draw)
    )


def _shipment(draw: random.Random, number: int, *, orders: Rows) -> Cells:
    to = draw.choice(orders)
    cells = {
        "order": to["order"],
        "sku": to["skus"],
        "site": to["sites"],
        "quantity": str(draw.randrange(1, 4)),
    }
    return shipment(shipment=f"S{number}", shipped_on=_day(draw, last=40), **cells, **_base(draw))


def _claim(draw: random.Random, number: int) -> Cells:
    said = {
        "said_on": _day(draw, last=30),
        "as_of_on": _day(draw, first=20, last=80),
        "party": draw.choice("cd"),
    }
    what = {"sku": draw.choice(["k", "l", ""]), "site": draw.choice(["", "", "s", "t"])}
    cells = said | what | {"unit": draw.choice(["units", "reference units"]), "claim": f"K{number}"}
    return stated(draw.choice(COUNTS), str(draw.randrange(1, 12)), **cells, **_known(draw))


def slowly(world: World, proposals: list[Proposal], *, patch: pytest.MonkeyPatch) -> Claims:
    with patch.context() as patched:
        patched.setattr(unchanged.Between, "bears_on", lambda _between, _judged: True)
        return judge_claims(world, proposals)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
@example(seed=1261528)  # An order placed between two days looked from meets a target without any new row.
def test_what_is_carried_over_is_what_would_be_judged_anew(seed: int) -> None:
    world, proposals = small_world(seed)
    with pytest.MonkeyPatch.context() as patch:
        slow = slowly(world, proposals, patch=patch)
    fast = judge_claims(world, proposals)
    assert fast.aged == slow.aged
    assert fast.ageing.equals(slow.ageing)


def first_met(known: Known, claim: Claim) -> dt.date | None:
    """Return the first day on which a target is met, by trying every day since anything of anybody first happened."""
    own = [one for one in known.deliveries if one.party == claim.party]
    days = {day for one in own for day in (one.arrives, one.delivered)}
    days.update(since for one in known.deliveries for live in one.live.values() for since, _ in live)
    days.update(day.toordinal() for day in known.world.table("fleet")["since_on"].to_list())
    placed = known.world.table("orders").filter(customer=claim.party)["placed_on"].drop_nulls().to_list()
    days.update(day.toordinal() for day in placed)
    for day in range(min(days, default=known.day.toordinal() + 1), known.day.toordinal() + 1):
        on = dt.date.fromordinal(day)
        found = evidence_for(known, replace(claim, as_of_on=on))
        if not isinstance(found, str) and claim.meant is not None and not claim.meant.exceeds(found.plain):
            return on
    return None


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), after=st.integers(0, 60))
def test_a_target_is_met_on_the_first_day_that_trying_every_day_finds(seed: int, after: int) -> None:
    world, proposals = small_world(seed)
    world = world.as_known_on(FIRST + dt.timedelta(days=after), ALL)
    found = judge_claims(world, proposals)
    for one in found.judged:
        if _is_a_target(one):
            assert one.met_on == first_met(found.known, one.claim), one.claim


def _is_a_target(one: Judged) -> bool:
    return one.evidence is not None and one.claim.as_of_on > one.claim.said_on


def test_the_worlds_hold_what_the_laws_are_about() -> None:
    """Carried over, judged anew, met and not met: else the laws above would hold of nothing."""
    carried = anew = met = 0
    for seed in range(20):
        found = judge_claims(*small_world(seed))
        met += sum(one.met_on is not None for one in found.judged)
        kept = {id(one.judged) for one in found.aged}
        anew += len(kept)
        carried += len(found.aged) - len(kept)
    assert carried > 50
    assert anew > 100
    assert met > 5
