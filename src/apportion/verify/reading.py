"""A plan as plain values, or refusals: whatever object is given, nothing after this page can raise.

Frames must have their schemas and no null where a value is needed; fractions must be fractions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from apportion.model.plan import ALLOCATIONS, LEVELS, SHARES, SHORTAGES, Cut, CutOrder, Plan, StageProof
from apportion.model.policy import Case, Count, LevelBy, Policy, Rule
from apportion.model.world import ALL, PARTY_PREFIX, PUBLIC, View
from apportion.verify.facts import Facts, Option, Order
from apportion.verify.figures import MICRO, scaled
from apportion.verify.refusal import Refusal

MALFORMED = "plan-malformed"
_TABLES: dict[str, Mapping[str, Any]] = {
    "shares": SHARES,
    "allocations": ALLOCATIONS,
    "shortages": SHORTAGES,
    "levels": LEVELS,
}
_MAY_BE_NULL = {"late_days", "resource", "until_on", "remedy", "bottleneck"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Units of one order by one option in one round, in millionths of a unit."""

    order: Order
    place: int
    at: int
    units: int

    @property
    def option(self) -> Option:
        """Return the option it goes by."""
        return self.order.options[self.place]


def malformed(sentence: str) -> Refusal:
    """Return the refusal of a plan that is no plan."""
    return Refusal(rule=MALFORMED, sentence=sentence)


def check_shape(plan: Plan) -> list[Refusal]:
    """List what in the plan has not the type that a plan has."""
    given: Any = plan
    if not isinstance(given, Plan):
        return [malformed("This is no plan.")]
    found = [*_check_head(plan), *_check_frames(plan)]
    if not _are_all(plan.stages, StageProof):
        found.append(malformed("The stages are no tuple of stage proofs."))
    else:
        found.extend(refusal for stage in plan.stages for refusal in _check_stage(stage))
    if not _are_all(plan.cut_orders, CutOrder) or not all(_is_cut_order(one) for one in plan.cut_orders):
        found.append(malformed("The cut orders are no tuple of cut orders with days and fractions."))
    return found


def _check_head(plan: Plan) -> Iterator[Refusal]:
    policy: object = plan.policy
    if not (isinstance(policy, Policy) and _is_policy(policy)):
        yield malformed("The policy of the plan is none: a field is missing or of another kind.")
    view: object = plan.view
    if not (isinstance(view, View) and _is_view(view)):
        yield malformed(
            "The view of the plan is none: a day, viewpoint, case or statement that does not exist."
        )


def _is_policy(policy: Policy) -> bool:
    fields: list[tuple[object, type]] = [
        (policy.rule, Rule),
        (policy.level_by, LevelBy),
        (policy.count, Count),
        (policy.readiness, bool),
        (policy.whole_lots, bool),
    ]
    is_day = policy.count_from_on is None or _is_day(policy.count_from_on)
    return is_day and _are_all(policy.commitments, str) and all(isinstance(one, kind) for one, kind in fields)


def _is_view(view: View) -> bool:
    viewpoint: object = view.viewpoint
    if not isinstance(viewpoint, str) or not (view.as_known_on is None or _is_day(view.as_known_on)):
        return False
    under: object = view.under
    if not (isinstance(under, tuple) and _are_all(under, str)):
        return False
    is_known = viewpoint in {ALL, PUBLIC} or viewpoint.startswith(PARTY_PREFIX)
    return is_known and any(view.case is case for case in Case)


def _check_frames(plan: Plan) -> Iterator[Refusal]:
    tables: object = plan.tables
    if not isinstance(tables, Mapping):
        yield malformed("The tables of the plan are no mapping.")
        return
    for name, schema in _TABLES.items():
        frame: object = plan.shares if name == "shares" else tables.get(name)
        if not isinstance(frame, pl.DataFrame):
            yield malformed(f"The table {name} is missing.")
            continue
        if frame.columns != list(schema) or any(
            frame.schema[column] != kind for column, kind in schema.items()
        ):
            yield malformed(f"The table {name} has not the columns {', '.join(schema)} in their types.")
            continue
        for column in schema:
            if column not in _MAY_BE_NULL and frame[column].null_count():
                yield malformed(f"The table {name} has an empty cell in the column {column}.")


def _is_day(value: object) -> bool:
    return isinstance(value, dt.date) and not isinstance(value, dt.datetime)


def _is_fraction(value: object) -> bool:
    return isinstance(value, Fraction) or (isinstance(value, int) and not isinstance(value, bool))


def _are_fractions(values: object) -> bool:
    return isinstance(values, Mapping) and all(
        isinstance(name, str) and _is_fraction(value) for name, value in values.items()
    )


def _check_stage(stage: StageProof) -> Iterator[Refusal]:
    cuts: Any = stage.cuts
    named: object = stage.named
    fits = (
        _is_day(stage.round_on)
        and _is_whole(stage.tier)
        and _are_fractions(stage.levels)
        and isinstance(named, Mapping)
        and all(isinstance(name, str) and _is_whole(place) for name, place in named.items())
        and _are_all(cuts, Cut)
        and all(_is_cut(cut) for cut in cuts)
    )
    if not fits:
        yield malformed("A stage has a day, tier, level, name or cut of another kind than a stage has.")


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_cut(cut: Cut) -> bool:
    return _is_fraction(cut.level) and _are_fractions(cut.classes) and _are_fractions(cut.prices)


def _are_all(values: object, kind: type) -> bool:
    return isinstance(values, tuple) and all(isinstance(one, kind) for one in values)


def _is_cut_order(value: CutOrder) -> bool:
    name: object = value.order
    shares: object = value.first_share
    return (
        isinstance(name, str)
        and _is_fraction(value.kept)
        and isinstance(shares, tuple)
        and all(_is_dated(part) for part in shares)
    )


def _is_dated(part: object) -> bool:
    """Return whether this is a day and a fraction."""
    match part:
        case (day, share):
            return _is_day(day) and _is_fraction(share)
        case _:
            return False


def read_movements(
    facts: Facts, rows: Iterable[tuple[str, str, str, dt.date, Decimal]], *, table: str
) -> tuple[list[Movement], list[Refusal]]:
    """Return the rows of shares or allocations as movements, and what is wrong with those that are none.

    Args:
        facts: The world.
        rows: Order, SKU, site, round day and units.
        table: What the rows are called in a refusal.
    """
    at_day = {day: at for at, day in enumerate(facts.calendar.rounds)}
    movements: list[Movement] = []
    refusals: list[Refusal] = []
    seen: set[tuple[str, int, int]] = set()
    for name, sku, site, round_on, units_in_table in rows:
        order = facts.orders.get(name)
        place = None if order is None else order.by_place.get((sku, site))
        at = at_day.get(round_on)
        units = scaled(units_in_table, MICRO)
        wrong = ""
        if order is None:
            wrong = "there is no such order"
        elif place is None:
            wrong = f"the order accepts no {sku} at {site}"
        elif at is None:
            wrong = "that day is no round"
        elif units is None or units <= 0:
            wrong = "the units are no positive whole number of millionths"
        elif (name, place, at) in seen:
            wrong = "the row stands twice"
        if wrong or order is None or place is None or at is None or units is None:
            sentence = f"A row of {table} gives {sku} at {site} to {name} on {round_on}, but {wrong}."
            refusals.append(Refusal(rule="row-unknown", order=name, round_on=round_on, sentence=sentence))
            continue
        seen.add((name, place, at))
        movements.append(Movement(order=order, place=place, at=at, units=units))
    movements.sort(key=lambda one: (one.at, one.order.tier_in(one.at), one.order.canonical, one.place))
    return movements, refusals
