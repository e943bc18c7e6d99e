"""Rules of the acts before a review: who puts forward, what is frozen, who has seen it (G6, G7, G13, G17, G26)."""

from __future__ import annotations

from apportion.govern import acts
from apportion.govern.events import SYSTEM
from apportion.govern.refusal import Refusal, Rule
from apportion.govern.rules.scene import Scene, blank, first, out_of_turn, shut_out
from apportion.govern.state import CARRIED_OUT, OVER, Status

OPEN = frozenset(Status) - OVER - CARRIED_OUT
FROZEN = OPEN - {Status.DRAFT}
SHOWN = frozenset({Status.DISCLOSED, Status.UNDER_REVIEW, Status.APPROVED})


def analyse(scene: Scene, act: acts.Analyse) -> Refusal | None:
    """Refuse an analysis by somebody conflicted, of other facts than the present, or without the policy's result."""
    case, found, facts = scene.case, scene.facts.analysis, scene.facts
    values = {"proposal": case.proposal}
    in_the_way = first(
        shut_out(scene, act.by),
        None
        if case.status is Status.DRAFT
        else Refusal(rule=Rule.DISCLOSURE, key="refusal.analysed-already", values=values),
    )
    if in_the_way is not None:
        return in_the_way
    if found is None or not (found.policy_result and found.assessment):
        return Refusal(rule=Rule.POLICY_FIRST, key="refusal.no-policy-result", values=values)
    if (found.material, found.proposal) != (facts.material, facts.proposal):
        return Refusal(rule=Rule.DISCLOSURE, key="refusal.other-facts", values=values)
    if not found.entities:
        return Refusal(rule=Rule.PATH, key="refusal.no-sides", values=values)
    return None


def disclose(scene: Scene, act: acts.Disclose) -> Refusal | None:
    """Refuse a disclosure before the policy's own result is stored (G17)."""
    del act
    return out_of_turn(scene, allowed=frozenset({Status.ANALYSED}), rule=Rule.DISCLOSURE)


def acknowledge(scene: Scene, act: acts.Acknowledge) -> Refusal | None:
    """Refuse what acknowledges other facts than those that are frozen and disclosed (G13)."""
    case = scene.case
    if not case.awaits_review:
        early = out_of_turn(scene, allowed=SHOWN, rule=Rule.DISCLOSURE)
        if early is not None:
            return early
    if act.digest != case.digest:
        values = {"proposal": case.proposal, "digest": act.digest, "frozen": case.digest}
        return Refusal(rule=Rule.DISCLOSURE, key="refusal.other-digest", values=values)
    return None


def statement(scene: Scene, act: acts.Statement) -> Refusal | None:
    """Refuse a statement that says nothing; anyone may make one, whatever the status (G7)."""
    return blank(act.text, rule=Rule.RECUSAL, key="refusal.blank-statement", proposal=scene.case.proposal)


def recuse(scene: Scene, act: acts.Recuse) -> Refusal | None:
    """Refuse to step aside twice, or once all is over."""
    case = scene.case
    if act.by in case.recused:
        values = {"person": act.by, "proposal": case.proposal}
        return Refusal(rule=Rule.RECUSAL, key="refusal.recused", values=values)
    return None if case.awaits_review else out_of_turn(scene, allowed=OPEN, rule=Rule.RECUSAL)


def withdraw(scene: Scene, act: acts.Withdraw) -> Refusal | None:
    """Refuse to take back what somebody else put forward, or what is decided and done."""
    case = scene.case
    if act.by != case.proposer:
        values = {"person": act.by, "proposal": case.proposal, "proposer": case.proposer}
        return Refusal(rule=Rule.PROPOSER, key="refusal.not-proposer", values=values)
    return out_of_turn(scene, allowed=OPEN, rule=Rule.PROPOSER)


def change_pack(scene: Scene, act: acts.ChangePack) -> Refusal | None:
    """Refuse a change of the rules by whoever they decide about (G26)."""
    case = scene.case
    values = {"person": act.by, "proposal": case.proposal}
    frozen = case.frozen
    if frozen is None:
        # Who waits in the same line is known from an analysis on.
        return Refusal(rule=Rule.SELF_POLICY, key="refusal.line-unknown", values=values)
    in_line = (
        {case.proposer, *frozen.in_line, *(one.id for one in frozen.entities)} | case.barred | case.shut_out
    )
    if act.by in in_line:
        return Refusal(rule=Rule.SELF_POLICY, key="refusal.in-line", values=values)
    if act.pack.digest == case.pack.digest:
        same = {"proposal": case.proposal, "pack": case.pack.name}
        return Refusal(rule=Rule.REGIME, key="refusal.same-pack", values=same)
    return out_of_turn(scene, allowed=OPEN, rule=Rule.SELF_POLICY)


def facts_changed(scene: Scene, act: acts.FactsChanged) -> Refusal | None:
    """Refuse to call facts changed that are the same, or after the change is carried out."""
    del act
    case, frozen = scene.case, scene.case.frozen
    if case.status in FROZEN and frozen is not None:
        now, then = (scene.facts.material, scene.facts.proposal), (frozen.material, frozen.proposal)
        if now != then:
            return None
    return Refusal(rule=Rule.DISCLOSURE, key="refusal.facts-same", values={"proposal": case.proposal})


def by_program(act: acts.Act) -> Refusal | None:
    """Refuse what the program does if a person claims it, and the other way round."""
    is_for_program = isinstance(act, acts.FactsChanged | acts.Lapse | acts.Attempt)
    is_for_both = isinstance(act, acts.Analyse)
    if is_for_both or (act.by == SYSTEM) is is_for_program:
        return None
    return Refusal(rule=Rule.RECUSAL, key="refusal.not-own-act", values={"person": act.by, "verb": act.verb})
