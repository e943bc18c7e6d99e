"""The rule of a plan in words: steps that hold for its own settings, and what was looked at."""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
import re
from typing import Any, cast

import pytest

from apportion.model.policy import Count, LevelBy, Policy, Rule
from apportion.report.page import report_html
from apportion.report.rules import rule_sentence, rule_steps, view_sentences
from apportion.report.words import Words
from tests.unit.test_report_sample import END, START, make_plan, sample_world

WORDS = Words.load("en")


def steps(**settings: object) -> list[str]:
    world = sample_world()
    policy = dataclasses.replace(Policy(), **cast("dict[str, Any]", settings))
    return rule_steps(world, make_plan(world, tables={}, policy=policy), words=WORDS)


@pytest.mark.parametrize(
    ("rule", "number"),
    [
        (Rule.MAX_MIN, 9),
        (Rule.PRO_RATA, 8),
        (Rule.FIRST_COME, 7),
        (Rule.PRIORITY, 7),
        (Rule.AS_BOOKED, 5),
    ],
)
def test_the_page_explains_its_rule_as_an_ordered_list_of_steps(rule: Rule, number: int) -> None:
    world = sample_world()
    plan = make_plan(world, tables={}, policy=Policy(rule=rule))
    said = rule_steps(world, plan, words=WORDS)
    assert len(said) == len(set(said)) == number
    assert all(step.endswith(".") for step in said)
    page = report_html(world, plan)
    listed = page.split('<ol class="steps">')[1].split("</ol>")[0]
    assert [html.unescape(step) for step in re.findall("<li>(.*?)</li>", listed)] == said
    assert rule_sentence(plan, words=WORDS) in html.unescape(page)


@pytest.mark.parametrize("rule", [rule for rule in Rule if rule is not Rule.AS_BOOKED])
def test_steps_follow_the_settings_of_the_plan(rule: Rule) -> None:
    usual, other = steps(rule=rule), steps(rule=rule, readiness=False, whole_lots=False)
    assert [one for one in usual if one not in other] == [
        WORDS.say("step.limits.kept"),
        WORDS.say("step.lots.whole"),
    ]
    assert [one for one in other if one not in usual] == [
        WORDS.say("step.limits.ignored"),
        WORDS.say("step.lots.exact"),
    ]
    assert "firm and soft take part" in steps(rule=rule, commitments=("firm", "soft"))[0]


@pytest.mark.parametrize(
    ("level_by", "text"),
    [
        (LevelBy.POOL, "A customer has a level in each pool of SKUs"),
        (LevelBy.CUSTOMER, "Each customer has a level"),
        (LevelBy.GROUP, "Each group of companies has a level"),
        (LevelBy.ORDER, "Each order has a level"),
    ],
)
def test_max_min_says_whose_levels_rise_and_since_when(level_by: LevelBy, text: str) -> None:
    said = steps(level_by=level_by, count_from_on=dt.date(2023, 6, 1))[2]
    assert said.startswith(text)
    assert "since 2023-06-01" in said
    assert f"since {START}" in steps(level_by=level_by)[2]


def test_worth_counts_in_levels_but_not_in_those_of_orders() -> None:
    worth = WORDS.say("step.count.reference", sku=sample_world().settings.reference_sku)
    assert worth in steps(count=Count.REFERENCE)
    assert worth not in steps(count=Count.REFERENCE, level_by=LevelBy.ORDER)


@pytest.mark.parametrize("rule", [rule for rule in Rule if rule is not Rule.MAX_MIN])
def test_other_rules_look_at_no_level_settings(rule: Rule) -> None:
    others: dict[str, object] = {
        "level_by": LevelBy.GROUP,
        "count": Count.REFERENCE,
        "count_from_on": dt.date(2023, 6, 1),
    }
    assert steps(rule=rule, **others) == steps(rule=rule)


def test_lots_as_booked_follow_no_setting_but_who_takes_part() -> None:
    said = steps(rule=Rule.AS_BOOKED)
    assert steps(rule=Rule.AS_BOOKED, readiness=False, whole_lots=False) == said
    assert str(START) in said[1]
    assert str(END) in said[1]


def test_pro_rata_states_its_base() -> None:
    assert steps(rule=Rule.PRO_RATA)[2].startswith(
        "Each order stands by itself. Its base is what it still has open before the round"
    )


def test_the_line_of_each_rule_is_its_own() -> None:
    assert steps(rule=Rule.PRIORITY)[1].startswith("They stand in line by tier, then by day promised")
    assert steps(rule=Rule.FIRST_COME)[1].startswith("They stand in line by day placed, then by id.")


def test_the_view_says_who_knew_what_when() -> None:
    world = sample_world().case("favourable").as_known_on(dt.date(2024, 6, 4), "party:tesla")
    assert view_sentences(make_plan(world, tables={}), words=WORDS) == [
        "Only what was known on 2024-06-04 was looked at.",
        "Only what tesla could know was looked at.",
        "The sites are taken to be ready as early as they may be.",
    ]
    public = sample_world().as_known_on(None, "public")
    assert "Only what was public was looked at." in view_sentences(make_plan(public, tables={}), words=WORDS)
