"""Every broken plan is refused by the rule it breaks, and none ends in a traceback."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest

from apportion.model.plan import CutOrder, Plan
from apportion.model.policy import Policy, Rule
from apportion.verify import verify
from tests.unit.test_verify_build import Text, make_plan, scarce_tables

Change = Callable[[Plan], Plan]
HUGE = Fraction(10**6000 + 1, 10**5999)


def refused_by(tables: Text, change: Change) -> str:
    """Return the first rule that refuses the changed plan of a world; empty where it is proven."""
    world, plan = make_plan(tables)
    assert not verify(world, plan)
    refusals = verify(world, change(plan))
    assert all(one.sentence and one.rule for one in refusals)
    return refusals[0].rule if refusals else ""


def with_table(name: str, change: Callable[[pl.DataFrame], pl.DataFrame]) -> Change:
    """Return a change of one table."""

    def changed(plan: Plan) -> Plan:
        if name == "shares":
            return replace(plan, shares=change(plan.shares))
        return replace(plan, tables={**plan.tables, name: change(plan.tables[name])})

    return changed


def set_cell(name: str, column: str, *, to: object, row: int = 0) -> Change:
    """Return a change of one cell."""

    def changed(frame: pl.DataFrame) -> pl.DataFrame:
        values = frame[column].to_list()
        values[row] = to
        return frame.with_columns(pl.Series(column, values, dtype=frame.schema[column]))

    return with_table(name, changed)


def set_stage(stage: int, **fields: object) -> Change:
    """Return a change of one stage's proof."""

    def changed(plan: Plan) -> Plan:
        stages = list(plan.stages)
        stages[stage] = replace(stages[stage], **fields)  # type: ignore[arg-type]
        return replace(plan, stages=tuple(stages))

    return changed


def set_cut(**fields: object) -> Change:
    """Return a change of the first cut of the first stage."""

    def changed(plan: Plan) -> Plan:
        cuts = plan.stages[0].cuts
        first = replace(cuts[0], **fields)  # type: ignore[arg-type]
        return set_stage(0, cuts=(first, *cuts[1:]))(plan)

    return changed


def scaled_cut(factor: int) -> Change:
    """Return a change that multiplies the prices of the first cut."""

    def changed(plan: Plan) -> Plan:
        cut = plan.stages[0].cuts[0]
        return set_cut(prices={name: price * factor for name, price in cut.prices.items()})(plan)

    return changed


def without_row(row: int) -> Callable[[pl.DataFrame], pl.DataFrame]:
    return lambda frame: pl.concat([frame[:row], frame[row + 1 :]])


def move_between_equals(plan: Plan) -> Plan:
    """Move a tenth of a unit from an order to one that is alike and comes after it, in one round."""
    units = plan.shares["units"].to_list()
    names, days = plan.shares["order"].to_list(), plan.shares["round_on"].to_list()
    at = {(name, day): row for row, (name, day) in enumerate(zip(names, days, strict=True))}
    day = dt.date(2025, 1, 4)
    units[at["A1", day]] -= Decimal("0.1")
    units[at["A2", day]] += Decimal("0.1")
    shares = plan.shares.with_columns(pl.Series("units", units, dtype=plan.shares.schema["units"]))
    return replace(plan, shares=shares)


MALFORMED: dict[str, Change] = {
    "no shares": with_table("shares", lambda frame: frame.drop("units")),
    "shares as floats": with_table("shares", lambda frame: frame.cast({"units": pl.Float64})),
    "an empty cell": set_cell("shares", "units", to=None),
    "an empty order": set_cell("allocations", "order", to=None),
    "no tables": lambda plan: replace(plan, tables={}),
    "tables of nothing": lambda plan: replace(plan, tables=None),  # type: ignore[arg-type]
    "stages of nothing": lambda plan: replace(plan, stages=None),  # type: ignore[arg-type]
    "stages of words": lambda plan: replace(plan, stages=("a",)),  # type: ignore[arg-type]
    "a level as float": set_stage(0, levels={"alder/chip": 1.5}),
    "a cut as words": set_stage(0, cuts=("cut",)),
    "a name that is no number": set_stage(0, named={"alder/chip": None}),
    "a price as float": set_cut(prices={"supply:chip": 0.5}),
    "a day that is none": set_stage(0, round_on="2025-01-01"),
    "a policy of nothing": lambda plan: replace(plan, policy=None),  # type: ignore[arg-type]
    "a view of nothing": lambda plan: replace(plan, view=None),  # type: ignore[arg-type]
    "statements that are no names": lambda plan: replace(plan, view=replace(plan.view, under=(3,))),  # type: ignore[arg-type]
    "a statement in place of a list of them": lambda plan: replace(
        plan,
        view=replace(plan.view, under="supply:l1@2"),  # type: ignore[arg-type]
    ),
    "a cut order of words": lambda plan: replace(plan, cut_orders=("A1",)),  # type: ignore[arg-type]
    "a cut order without days": lambda plan: replace(
        plan,
        cut_orders=(CutOrder(order="A1", kept=Fraction(1), first_share=(("x", 1),)),),  # type: ignore[arg-type]
    ),
}
REFUSED: list[tuple[str, str, Change]] = [
    ("world-digest", "another world", lambda plan: replace(plan, world_digest="0" * 64)),
    ("row-unknown", "an unknown order", set_cell("shares", "order", to="nobody")),
    ("row-unknown", "an unknown site", set_cell("shares", "site", to="moon")),
    ("row-unknown", "a day that is no round", set_cell("shares", "round_on", to=dt.date(2031, 1, 1))),
    ("row-unknown", "negative units", set_cell("shares", "units", to=Decimal(-3))),
    ("row-unknown", "no units", set_cell("shares", "units", to=Decimal(0))),
    ("row-unknown", "a row twice", with_table("shares", lambda frame: pl.concat([frame, frame[:1]]))),
    ("row-unknown", "an allocation to nobody", set_cell("allocations", "order", to="nobody")),
    ("quantity", "more than is open", set_cell("shares", "units", to=Decimal("8.1"), row=3)),
    ("supply", "more than arrived", set_cell("shares", "units", to=Decimal(14))),
    ("window", "after the window", set_cell("shares", "round_on", to=dt.date(2025, 1, 8), row=5)),
    ("power", "a huge share", set_cell("shares", "units", to=Decimal(10**20))),
    ("stages", "an empty certificate", lambda plan: replace(plan, stages=())),
    ("stages", "a stage left out", lambda plan: replace(plan, stages=plan.stages[1:])),
    ("stages", "a stage too many", lambda plan: replace(plan, stages=(*plan.stages, plan.stages[0]))),
    ("stages", "a stage of another tier", set_stage(0, tier=7)),
    ("classes", "a class left out", set_stage(0, levels={}, named={})),
    ("classes", "a class that takes no part", set_stage(0, levels={"nobody": Fraction(1)})),
    ("cut-missing", "a dropped cut", lambda plan: set_stage(0, cuts=plan.stages[0].cuts[:-1])(plan)),
    ("cut-unused", "a cut too many", lambda plan: set_stage(0, cuts=plan.stages[0].cuts * 2)(plan)),
    ("cut-level", "a moved level of a cut", set_cut(level=Fraction(1, 3))),
    ("cut-level", "a huge level of a cut", set_cut(level=HUGE)),
    ("cut-negative", "a price below 0", set_cut(prices={"supply:chip": Fraction(-1)})),
    ("cut-negative", "a coefficient below 0", set_cut(classes={"alder/chip": Fraction(-1)})),
    ("cut-unknown", "a price on nothing", set_cut(prices={"supply:moon": Fraction(1)})),
    ("cut-unknown", "a price of no kind", set_cut(prices={"moon": Fraction(1)})),
    ("cut-unknown", "a price on an unknown order", set_cut(prices={"quantity:nobody": Fraction(1)})),
    ("cut-unknown", "a class that takes no part", set_cut(classes={"nobody/chip": Fraction(1)})),
    ("cut-unlimited", "a price on what has no limit", set_cut(prices={"units:north": Fraction(1)})),
    ("cut-empty", "a cut that counts nobody", set_cut(classes={})),
    ("cut-bound", "no prices", set_cut(prices={})),
    ("cut-bound", "prices too low", scaled_cut(0)),
    ("cut-slack", "prices too high", scaled_cut(2)),
    ("cut-slack", "a huge price", set_cut(prices={"supply:chip": HUGE})),
    ("level", "a smaller share", set_cell("shares", "units", to=Decimal(1))),
    ("routing", "a share moved between equal orders", move_between_equals),
    (
        "level",
        "a moved level",
        lambda plan: set_stage(0, levels=dict.fromkeys(plan.stages[0].levels, HUGE))(plan),
    ),
    ("levels", "a level row left out", with_table("levels", without_row(0))),
    ("levels", "a moved level row", set_cell("levels", "level", to="99")),
    ("levels", "a level row twice", with_table("levels", lambda frame: pl.concat([frame, frame[:1]]))),
    ("allocations", "an allocation left out", with_table("allocations", without_row(0))),
    (
        "allocations",
        "a lot shipped a round early",
        set_cell("allocations", "round_on", to=dt.date(2025, 1, 3), row=-1),
    ),
    ("allocations", "another customer", set_cell("allocations", "customer", to="birch")),
    ("allocations", "other ordered units", set_cell("allocations", "filled", to=Decimal(7))),
    ("allocations", "other partial units", set_cell("allocations", "partial", to=Decimal(1))),
    ("shortages", "a shortage left out", with_table("shortages", without_row(0))),
    ("shortages", "a shortage twice", with_table("shortages", lambda frame: pl.concat([frame, frame[:1]]))),
    ("shortages", "other units short", set_cell("shortages", "short", to=Decimal(99))),
    ("shortages", "another reason", set_cell("shortages", "reason", to="quota")),
    ("shortages", "an unknown order", set_cell("shortages", "order", to="nobody")),
    ("late-days", "other late days", set_cell("shortages", "late_days", to=Decimal(99))),
    ("remedy", "no remedy", set_cell("shortages", "remedy", to="")),
    ("remedy", "a remedy of nothing", set_cell("shortages", "remedy", to="please")),
    ("remedy", "a remedy too large", set_cell("shortages", "remedy", to="4000 units of chip")),
    ("remedy", "a remedy that is not needed", set_cell("shortages", "remedy", to="4 units of moon")),
    (
        "cut-orders",
        "a cut without a least shipment",
        lambda plan: replace(plan, cut_orders=(CutOrder(order="A1", kept=Fraction(0), first_share=()),)),
    ),
    ("stages", "under another rule", lambda plan: replace(plan, policy=Policy(rule=Rule.PRIORITY))),
]


@pytest.mark.parametrize("change", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_plan_is_refused(change: Change) -> None:
    assert refused_by(scarce_tables(), change) == "plan-malformed"


@pytest.mark.parametrize(
    ("rule", "change"), [(rule, one) for rule, _, one in REFUSED], ids=[f"{r}: {w}" for r, w, _ in REFUSED]
)
def test_a_broken_plan_is_refused_by_the_rule_it_breaks(rule: str, change: Change) -> None:
    assert refused_by(scarce_tables(), change) == rule
