"""The one sentence that matters, and the rows for a terminal."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from apportion.model.plan import Plan
from apportion.model.world import World
from apportion.report.summary import customer_lines, summary_sentence, summary_table, totals_of
from apportion.report.words import Words
from tests.unit.test_report_sample import START, make_plan, sample_plan, sample_world

WORDS = Words.load("en")


def plan_of(
    world: World, *, shipped: int, shortages: list[tuple[str, str, int]], day: dt.date = START
) -> Plan:
    amount = Decimal(shipped)
    rows: list[tuple[Any, ...]] = [
        ("T1", "tesla", Decimal(short), None, reason, resource, None, None)
        for reason, resource, short in shortages
    ]
    allocations = (
        [("T1", "tesla", "H100-SXM", "giga_texas", day, amount, amount, Decimal(0))] if shipped else []
    )
    return make_plan(world, tables={"allocations": allocations, "shortages": rows})


def said(*, shipped: int, shortages: list[tuple[str, str, int]], day: dt.date = START) -> str:
    world = sample_world()
    return summary_sentence(world, plan_of(world, shipped=shipped, shortages=shortages, day=day), words=WORDS)


def test_the_sentence_names_what_makes_up_most_of_the_shortage() -> None:
    world = sample_world()
    assert summary_sentence(world, sample_plan(world), words=WORDS) == (
        "100,000 of 124,000 ordered units ship before 2025-03-31; 24,000 are short, most of them because "
        "giga_texas is not ready. 35,000 more units are forecast only and not planned."
    )


def test_the_sentence_names_a_sku_that_runs_out() -> None:
    assert said(shipped=10, shortages=[("no-supply", "supply of H100-SXM", 2)]) == (
        "10 of 12 ordered units ship before 2025-03-31; 2 are short, because there is not enough H100-SXM."
    )


def test_several_sites_are_not_blamed_on_one() -> None:
    shortages = [
        ("site-not-ready", "power_kw at a", 2),
        ("site-not-ready", "power_kw at b", 2),
        ("quota", "quota Q", 5),
        ("fair-share", "supply of H100-SXM", 3),
    ]
    assert said(shipped=1, shortages=shortages[:2]).endswith("4 are short, because sites are not ready.")
    assert "5 are short" not in said(shipped=1, shortages=shortages)
    assert said(shipped=1, shortages=shortages).endswith(
        "the largest part because quotas let no more through."
    )


def test_a_plan_in_full_says_so_and_how_much_is_late() -> None:
    assert said(shipped=5, shortages=[]) == "All 5 ordered units ship before 2025-03-31."
    late = dt.date(2024, 2, 1)
    assert said(shipped=5, shortages=[("site-not-ready", "power_kw at a", 0)], day=late) == (
        "All 5 ordered units ship before 2025-03-31, all of them later than wanted, "
        "for most orders because sites are not ready."
    )


def test_a_plan_of_nothing_says_so() -> None:
    assert said(shipped=0, shortages=[]) == "No order is open in this plan."


def test_orders_on_hold_are_short_and_orders_left_out_are_told_apart() -> None:
    assert said(shipped=1, shortages=[("on-hold", "status hold", 7)]) == (
        "1 of 8 ordered units ships before 2025-03-31; 7 are short, because orders are on hold."
    )
    world = sample_world()
    rows = [("T2", "tesla", Decimal(7), None, "on-hold", "commitment forecast", None, None)]
    plan = make_plan(world, tables={"shortages": rows, "customers": [("tesla", 0, *[None] * 7)]})
    assert summary_sentence(world, plan, words=WORDS) == (
        "No order is open in this plan. 7 more units are forecast only and not planned."
    )
    assert [line.reason for line in customer_lines(world, plan, words=WORDS)] == ["Not planned"]


def test_late_counts_from_the_first_round_on_or_after_the_day_wanted() -> None:
    world = sample_world()
    on_time = plan_of(world, shipped=5, shortages=[], day=dt.date(2023, 12, 1))
    a_day_later = plan_of(world, shipped=5, shortages=[], day=dt.date(2023, 12, 2))
    assert (totals_of(world, on_time).late, totals_of(world, a_day_later).late) == (Decimal(0), Decimal(5))


def test_a_customer_is_given_its_largest_reason() -> None:
    world = sample_world()
    lines = {line.customer: line for line in customer_lines(world, sample_plan(world), words=WORDS)}
    assert lines["harbour"].reason == "No supply"
    assert lines["x"].reason == "Fair share (late only)"
    assert lines["tesla"].first_on == dt.date(2024, 6, 17)
    assert (lines["xai"].ordered, lines["xai"].filled, lines["xai"].short) == (
        Decimal(26000),
        Decimal(22000),
        Decimal(4000),
    )


def test_the_table_is_plain_text_the_most_short_first() -> None:
    world = sample_world()
    rows = summary_table(world, sample_plan(world), words=WORDS)
    assert rows[0] == ("Customer", "Ordered", "Filled", "Short", "First shipment", "Main reason")
    assert rows[1] == ("tesla", "52,000", "36,000", "16,000", "2024-06-17", "Site not ready")
    assert [row[0] for row in rows[2:]] == ["xai", "harbour", "ministry", "x"]
