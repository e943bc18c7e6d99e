"""The policy and the view of a plan, each setting as a sentence."""

from __future__ import annotations

from apportion.model.plan import Plan
from apportion.model.policy import Case, Count, LevelBy, Rule
from apportion.model.world import ALL, PARTY_PREFIX, PUBLIC, World
from apportion.report.words import Words

_RULES = {
    Rule.MAX_MIN: "policy.rule.max-min",
    Rule.PRO_RATA: "policy.rule.pro-rata",
    Rule.FIRST_COME: "policy.rule.first-come",
    Rule.PRIORITY: "policy.rule.priority",
    Rule.AS_BOOKED: "policy.rule.as-booked",
}
_LEVELS = {
    LevelBy.POOL: "policy.level-by.pool",
    LevelBy.CUSTOMER: "policy.level-by.customer",
    LevelBy.GROUP: "policy.level-by.group",
    LevelBy.ORDER: "policy.level-by.order",
}
_CASES = {
    Case.FAVOURABLE: "view.case.favourable",
    Case.MIDDLE: "view.case.middle",
    Case.UNFAVOURABLE: "view.case.unfavourable",
}


def policy_sentences(world: World, plan: Plan, *, words: Words) -> list[str]:
    """Return each setting of the policy as a sentence."""
    policy = plan.policy
    counts_reference = policy.count is Count.REFERENCE
    return [
        words.say(_RULES[policy.rule]),
        words.say(_LEVELS[policy.level_by]),
        words.say("policy.count.reference", sku=world.settings.reference_sku)
        if counts_reference
        else words.say("policy.count.units"),
        words.say("policy.readiness.kept" if policy.readiness else "policy.readiness.ignored"),
        words.say("policy.lots.whole" if policy.whole_lots else "policy.lots.exact"),
        words.say("policy.commitments", commitments=words.listed(policy.commitments)),
        words.say("policy.count-from", day=policy.count_from_on or world.settings.calendar.start_on),
    ]


def view_sentences(plan: Plan, *, words: Words) -> list[str]:
    """Return which statements were looked at: known when, to whom, and which case."""
    view = plan.view
    known = words.say("view.known-always")
    if view.as_known_on is not None:
        known = words.say("view.known-on", day=view.as_known_on)
    viewpoints = {ALL: "view.all", PUBLIC: "view.public"}
    if view.viewpoint in viewpoints:
        viewpoint = words.say(viewpoints[view.viewpoint])
    else:
        viewpoint = words.say("view.party", party=view.viewpoint.removeprefix(PARTY_PREFIX))
    return [known, viewpoint, words.say(_CASES[view.case])]
