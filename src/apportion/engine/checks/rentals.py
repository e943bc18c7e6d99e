"""Checks of contracts and offers of rented units."""

from __future__ import annotations

import polars as pl

from apportion.engine.at_row import Row, finding_at, findings_at
from apportion.errors import Code, Finding, Severity
from apportion.model.world import World

_TERMS = ("least_units", "step_units", "least_days")


def check_rental_terms(world: World) -> list[Finding]:
    """List the offers that can never be taken on their terms, and the contracts held that state such terms."""
    rentals = world.table("rentals")
    # The fewest units in whole steps, and the most.
    fewest = -(-pl.col("least_units") // pl.col("step_units")) * pl.col("step_units")
    days = (pl.col("end_on") - pl.col("start_on")).dt.total_days()
    offers = rentals.filter(pl.col("status") == "offer")
    states_terms = pl.any_horizontal(pl.col(name) > 1 for name in _TERMS)
    held = rentals.filter((pl.col("status") == "held") & states_terms)
    return [
        *findings_at(offers.filter(fewest > pl.col("quantity")), _too_many_units),
        *findings_at(offers.filter(pl.col("least_days") > days), _too_many_days),
        *findings_at(held, _held_with_terms),
    ]


def _too_many_units(row: Row) -> Finding:
    return finding_at(
        row,
        Code.RENTAL_TERMS,
        severity=Severity.WARNING,
        column="least_units",
        found=f"Offer {row['contract']!r} of {row['quantity']} asks for at least {row['least_units']} in steps of"
        f" {row['step_units']}.",
        expected="a whole number of steps between the fewest units and the quantity.",
        fix="It is left out of every study; correct least_units, step_units or quantity.",
    )


def _too_many_days(row: Row) -> Finding:
    return finding_at(
        row,
        Code.RENTAL_TERMS,
        severity=Severity.WARNING,
        column="least_days",
        found=f"Offer {row['contract']!r} from {row['start_on']} to {row['end_on']} asks for at least"
        f" {row['least_days']} days.",
        expected="a shortest term that fits between start_on and end_on.",
        fix="It is left out of every study; correct least_days or one of the dates.",
    )


def _held_with_terms(row: Row) -> Finding:
    return finding_at(
        row,
        Code.RENTAL_TERMS,
        severity=Severity.WARNING,
        column="status",
        found=f"Contract {row['contract']!r} is {row['status']!r} and states terms that only an offer has.",
        expected="least_units, step_units and least_days empty, or the status offer.",
        fix="All its units count as held; write offer if it is none, or empty the terms.",
    )


RENTAL_CHECKS = (check_rental_terms,)
