"""The rule of a plan or a study, as steps in words that hold for its settings, and its view as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from apportion.model.policy import Case, Count, LevelBy, Policy, Rule
from apportion.model.world import ALL, PARTY_PREFIX, PUBLIC, View, World
from apportion.report.facts import commitment_words
from apportion.report.words import DEFAULT_LANGUAGE, Words

_RULES = {
    Rule.MAX_MIN: "policy.rule.max-min",
    Rule.PRO_RATA: "policy.rule.pro-rata",
    Rule.FIRST_COME: "policy.rule.first-come",
    Rule.PRIORITY: "policy.rule.priority",
    Rule.AS_BOOKED: "policy.rule.as-booked",
}
_LINES = {
    Rule.FIRST_COME: "step.line.first-come",
    Rule.PRIORITY: "step.line.priority",
}
_LEVELS = {
    LevelBy.POOL: "step.level.pool",
    LevelBy.CUSTOMER: "step.level.customer",
    LevelBy.GROUP: "step.level.group",
    LevelBy.ORDER: "step.level.order",
}
_CASES = {
    Case.FAVOURABLE: "view.case.favourable",
    Case.MIDDLE: "view.case.middle",
    Case.UNFAVOURABLE: "view.case.unfavourable",
}


class Viewed(Protocol):
    """What was made under a view: facts, a plan, or a study."""

    @property
    def view(self) -> View:
        """Return which statements were looked at."""


class Ruled(Viewed, Protocol):
    """What was made under a policy and a view: a plan, or a study."""

    @property
    def policy(self) -> Policy:
        """Return the rules."""


def rule_words(rule: Rule, *, words: Words) -> str:
    """Return a rule in one sentence."""
    return words.say(_RULES[rule])


def rule_sentence(plan: Ruled, *, words: Words) -> str:
    """Return the rule of a plan or study in one sentence."""
    return rule_words(plan.policy.rule, words=words)


def rule_steps(world: World, plan: Ruled, *, words: Words) -> list[str]:
    """Return what the rule does, step by step, each as it is under the plan's own settings."""
    policy = plan.policy
    kinds = [commitment_words(one, words=words) for one in policy.commitments]
    planned = words.say("step.planned", commitments=words.listed(kinds))
    if policy.rule is Rule.AS_BOOKED:
        return [planned, *_booked(world, words=words)]
    limits = words.say("step.limits.kept" if policy.readiness else "step.limits.ignored")
    lots = words.say("step.lots.whole" if policy.whole_lots else "step.lots.exact")
    if policy.rule in _LINES:
        return [planned, *_in_turn(policy.rule, words=words), limits, words.say("step.least.turn"), lots]
    sharing = (
        [words.say("step.base"), words.say("step.parts")]
        if policy.rule is Rule.PRO_RATA
        else _levelled(world, policy, words=words)
    )
    return [
        planned,
        words.say("step.rounds"),
        *sharing,
        words.say("step.routing"),
        limits,
        words.say("step.least.waits"),
        lots,
    ]


def _booked(world: World, *, words: Words) -> list[str]:
    calendar = world.settings.calendar
    return [
        words.say("step.booked.lots", start=calendar.start_on, end=calendar.end_on),
        words.say("step.booked.order"),
        words.say("step.booked.nothing-else"),
        words.say("step.booked.rest"),
    ]


def _in_turn(rule: Rule, *, words: Words) -> list[str]:
    return [words.say(_LINES[rule]), words.say("step.earliest"), words.say("step.choices")]


def _levelled(world: World, policy: Policy, *, words: Words) -> list[str]:
    """Return what a level is, what counts in it, and which rise; a level by orders never counts worth."""
    settings = world.settings
    counts_worth = policy.count is Count.REFERENCE and policy.level_by is not LevelBy.ORDER
    return [
        words.say(_LEVELS[policy.level_by], day=policy.count_from_on or settings.calendar.start_on),
        words.say("step.count.reference", sku=settings.reference_sku)
        if counts_worth
        else words.say("step.count.units"),
        words.say("step.raise"),
    ]


def view_sentences(plan: Viewed, *, words: Words, names: Mapping[str, str] | None = None) -> list[str]:
    """Return which statements were looked at: known when, to whom, and which case."""
    return [*seen_by(plan.view, words=words, names=names), words.say(_CASES[plan.view.case])]


def seen_by(view: View, *, words: Words, names: Mapping[str, str] | None = None) -> list[str]:
    """Return which statements a view looks at: known when, to whom (by its name where one is given), which by hand."""
    known = words.say("view.known-always")
    if view.as_known_on is not None:
        known = words.say("view.known-on", day=view.as_known_on)
    viewpoints = {ALL: "view.all", PUBLIC: "view.public"}
    if view.viewpoint in viewpoints:
        viewpoint = words.say(viewpoints[view.viewpoint])
    else:
        party = view.viewpoint.removeprefix(PARTY_PREFIX)
        viewpoint = words.say("view.party", party=(names or {}).get(party, party))
    named = words.say("list.between").join(view.under)
    chosen = [words.say("view.under", statements=named)] if view.under else []
    return [known, viewpoint, *chosen]


def view_options(view: View, *, words: Words) -> list[str]:
    """Return the options with which a command looks at the facts in the same way, and answers in the same language."""
    return ["--case", str(view.case), *seen_options(view, words=words)]


def seen_options(view: View, *, words: Words) -> list[str]:
    """Return the options of a command that looks at no case of readiness by itself."""
    options = []
    if view.as_known_on is not None:
        options += ["--as-known-on", view.as_known_on.isoformat()]
    if view.viewpoint != ALL:
        options += ["--viewpoint", view.viewpoint]
    for statement in view.under:
        options += ["--under", statement]
    if words.language != DEFAULT_LANGUAGE:
        options += ["--lang", words.language]
    return options
