"""The headline figures of a plan, an assessment and a study of claims: what another statement may change.

Source: ``docs/concepts/evidence.md``, rule V10b.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from apportion.calendar import Calendar
from apportion.model.plan import Plan
from apportion.model.world import World
from apportion.study.assess import Assessment
from apportion.study.claims import Claims
from apportion.study.futures import Future
from apportion.study.measures import UNITS
from apportion.study.ranges import TOGETHER
from apportion.study.under_each import Figure, Headline, Value
from apportion.study.variants import MEASURES

_OF_CUSTOMERS = {
    "ordered": "ordered units",
    "filled": "ordered units",
    "late_gpu_days": "unit-days",
    "live_gpu_days": "unit-days",
    "idle_gpu_days": "unit-days",
    "held_gpu_days": "unit-days",
}
VERDICT = "verdict"
APART = "apart"
RENTALS = "rentals_usd"
# What is worth the same whoever gains; of all others below 0 is the opposite of above.
_UNSIGNED = frozenset({"value_usd", "idle_gpu_days", RENTALS})
_ANSWERS = (*MEASURES, "idle_gpu_days")


def plan_headline(world: World, plan: Plan) -> Headline:
    """Return what all customers and each of them ordered, got, got late and ran.

    Late unit-days are the units of each shipment times the days from the first round on or after the day wanted.
    """
    late = _late_unit_days(world, plan)
    rows = [row | {"late_gpu_days": late[row["customer"]]} for row in plan.tables["customers"].to_dicts()]
    # Of one customer alone the same numbers would be told twice.
    everybody = [""] if len(rows) != 1 else []
    found: dict[Figure, Value] = {}
    for subject in [*everybody, *(str(row["customer"]) for row in rows)]:
        own = [row for row in rows if subject in {"", row["customer"]}]
        for measure, unit in _OF_CUSTOMERS.items():
            amount = sum((Fraction(row[measure]) for row in own), Fraction(0))
            found[Figure(subject=subject, measure=measure, unit=unit)] = amount
    return found


def _late_unit_days(world: World, plan: Plan) -> dict[str, Fraction]:
    calendar = world.settings.calendar
    orders = world.table("orders").select("order", "requested_on").iter_rows()
    due = {order: _due_on(calendar, wanted_on) for order, wanted_on in orders}
    late: dict[str, Fraction] = defaultdict(Fraction)
    shipped = plan.tables["allocations"].select("customer", "order", "round_on", "units")
    for customer, order, round_on, units in shipped.iter_rows():
        due_on = due[order]
        if due_on is not None:
            late[customer] += Fraction(units) * max(0, (round_on - due_on).days)
    return late


def _due_on(calendar: Calendar, wanted_on: dt.date) -> dt.date | None:
    """Return the first round on or after the day wanted; None where the plan ends before."""
    index = calendar.first_round(wanted_on)
    return calendar.rounds[index] if index < len(calendar.rounds) else None


def assess_headline(found: Assessment) -> Headline:
    """Return each answer of an assessment for all parties and each of them, then the least and most it can be."""
    return {figure: value for figure, value in _answers(found) if value is not None}


def _answers(found: Assessment) -> Iterator[tuple[Figure, Value]]:
    for party in ["", *found.parties]:
        for measure in _ANSWERS:
            yield _answer(party, measure), found.value(Future.PROPOSED, measure, party=party)
        study = found.compute.parties.get((found.case, Future.PROPOSED, party))
        if study is not None and study.rentals is not None:
            yield _answer(party, RENTALS), study.rentals.usd
    for one in found.intervals:
        if one.varied == TOGETHER and not one.case:
            yield _answer(one.party, one.measure, bound="least"), one.low
            yield _answer(one.party, one.measure, bound="most"), one.high


def _answer(party: str, measure: str, *, bound: str = "") -> Figure:
    unit = UNITS.get(measure, "USD")
    is_signed = measure not in _UNSIGNED
    return Figure(subject=party, measure=measure, unit=unit, bound=bound, is_signed=is_signed)


def claims_headline(found: Claims) -> Headline:
    """Return the verdict of each claim and its gap, and how many sets of claims do not hold together."""
    figures: dict[Figure, Value] = {}
    for one in found.judged:
        name = one.claim.claim
        figures[Figure(subject=name, measure=VERDICT)] = str(one.verdict)
        if one.gap is not None:
            for bound, value in (("least", one.gap.low), ("most", one.gap.high)):
                figures[Figure(subject=name, measure="gap", unit=one.gap.unit, bound=bound)] = value
    figures[Figure(subject="", measure=APART)] = Fraction(len(found.found))
    return figures
