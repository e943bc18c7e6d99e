"""What a party can rent, on which terms: the offers made to it, or, where there is none, SKUs at their list rent.

Source: ``docs/concepts/assessment.md``, "Programmes and rentals".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from apportion.model.plan import MILLION
from apportion.model.room import millionths, millionths_or_none
from apportion.model.world import World
from apportion.study.capacity import PARTS, reference_rates
from apportion.study.elsewhere import CLAIM
from apportion.study.entries import Horizon

HOURS = 24
OFFER = "offer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Units that may be rented; days are ordinals.

    Attributes:
        contract: Its id; empty: a SKU at its list rent.
        provider: From whom; empty for a list rent.
        sku: What.
        first: First day of a contract.
        until: First day after it.
        most_steps: The most steps on one day, over all contracts of the offer.
        least_steps: The fewest steps of one contract.
        step_units: Units of one step.
        least_days: The fewest days of one contract.
        parts: What one unit computes, in parts of 10⁻¹² of a reference unit.
        usd_a_day: Rent of one unit for a day.
        basis: How the offer is known; empty: not said.
        is_list: Whether it is a list rent, without any term.
    """

    contract: str
    provider: str
    sku: str
    first: int
    until: int
    most_steps: int
    least_steps: int
    step_units: int
    least_days: int
    parts: int
    usd_a_day: Fraction
    basis: str = ""
    is_list: bool = False

    @property
    def usd_a_part(self) -> Fraction:
        """Return the rent of a reference unit for a day."""
        return self.usd_a_day * PARTS / self.parts

    @property
    def step_parts(self) -> int:
        """Return what one step computes."""
        return self.step_units * self.parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """Whole steps of one offer over a run of days.

    Attributes:
        offer: What is rented.
        first: First day, as an ordinal.
        until: First day after it.
        steps: How many steps.
    """

    offer: Offer
    first: int
    until: int
    steps: int

    @property
    def units(self) -> int:
        """Return the units rented."""
        return self.steps * self.offer.step_units

    @property
    def usd(self) -> Fraction:
        """Return what it costs."""
        return self.units * (self.until - self.first) * self.offer.usd_a_day


def read_offers(world: World, *, party: str, horizon: Horizon, most: int) -> list[Offer]:
    """Return what a party can rent within the days of a plan.

    Offers of basis `claim`, and those whose terms can never be met, are left out. A contract may run on after the
    plan where its shortest term wants that.

    Args:
        world: The facts.
        party: Who would rent.
        horizon: The days of the plan.
        most: The most parts that can be wanted on one day, which is enough of a list rent.
    """
    rows = world.table("rentals").filter((pl.col("status") == OFFER) & (pl.col("party") == party))
    if rows.is_empty():
        return _list_offers(world, horizon=horizon, most=most)
    rates = reference_rates(world)
    usd = millionths(rows["usd_per_unit_hour"])
    found = []
    for row, each in zip(rows.iter_rows(named=True), usd, strict=True):
        step, days = row["step_units"], row["least_days"]
        latest = horizon.end - 1 + days
        offer = Offer(
            contract=row["contract"],
            provider=row["provider"],
            sku=row["sku"],
            first=max(row["start_on"].toordinal(), horizon.start),
            until=latest if row["end_on"] is None else min(row["end_on"].toordinal(), latest),
            most_steps=row["quantity"] // step,
            least_steps=-(-row["least_units"] // step),
            step_units=step,
            least_days=days,
            parts=rates[row["sku"]] * MILLION,
            usd_a_day=Fraction(each * HOURS, MILLION),
            basis=row.get("basis") or "",
        )
        if is_possible(offer, horizon=horizon) and offer.basis != CLAIM:
            found.append(offer)
    return sorted(found, key=lambda one: one.contract)


def is_possible(offer: Offer, *, horizon: Horizon) -> bool:
    """Return whether any contract of the offer covers a day of the plan."""
    is_enough = offer.most_steps >= offer.least_steps and offer.until - offer.first >= offer.least_days
    return is_enough and offer.first < horizon.end


def _list_offers(world: World, *, horizon: Horizon, most: int) -> list[Offer]:
    skus = world.table("skus")
    rates = reference_rates(world)
    return [
        Offer(
            contract="",
            provider="",
            sku=sku,
            first=horizon.start,
            until=horizon.end,
            most_steps=-(-most // (rates[sku] * MILLION)),
            least_steps=1,
            step_units=1,
            least_days=1,
            parts=rates[sku] * MILLION,
            usd_a_day=Fraction(rent * HOURS, MILLION),
            basis=basis or "",
            is_list=True,
        )
        for sku, rent, basis in sorted(
            zip(
                skus["sku"].to_list(),
                millionths_or_none(skus["rent_usd_per_hour"]),
                skus["basis"].to_list() if "basis" in skus.columns else [""] * len(skus),
                strict=True,
            )
        )
        if rent is not None
    ]


def list_usd_a_day(world: World) -> Fraction | None:
    """Return the list rent of one reference unit for a day; None where the reference SKU has none."""
    named = world.table("skus").filter(pl.col("sku") == world.settings.reference_sku)
    rents = millionths_or_none(named["rent_usd_per_hour"])
    if not rents or rents[0] is None:
        return None
    return Fraction(rents[0] * HOURS, reference_rates(world)[world.settings.reference_sku])


def are_allowed(contracts: Sequence[Contract]) -> bool:
    """Return whether contracts keep the terms of their offers, each and together."""
    for one in contracts:
        offer = one.offer
        is_long = one.until - one.first >= offer.least_days
        if one.steps < offer.least_steps or not is_long or one.first < offer.first or one.until > offer.until:
            return False
    for offer in {id(one.offer): one.offer for one in contracts}.values():
        own = [one for one in contracts if one.offer is offer]
        for day in {one.first for one in own}:
            if sum(one.steps for one in own if one.first <= day < one.until) > offer.most_steps:
                return False
    return True
