"""Rules of a review: committees, memo, opening and votes (G6-G11, G13, G15, G16, G20)."""

from __future__ import annotations

from apportion.govern import acts
from apportion.govern.at_stake import needs_memo
from apportion.govern.eligible import Side, is_attested
from apportion.govern.refusal import Refusal, Rule
from apportion.govern.rules.opening import FROZEN
from apportion.govern.rules.scene import Scene, blank, first, out_of_turn, shut_out
from apportion.govern.state import Status

VOTING = frozenset({Status.UNDER_REVIEW, Status.APPROVED})
FORMING = frozenset({Status.ANALYSED, Status.DISCLOSED, Status.UNDER_REVIEW})


def convene(scene: Scene, act: acts.Convene) -> Refusal | None:
    """Refuse a committee that is too small, chosen or found disinterested wrongly, or formed after votes (G9)."""
    case = scene.case
    values = {"side": act.side, "proposal": case.proposal}
    early = None if case.awaits_review else out_of_turn(scene, allowed=FORMING, rule=Rule.COMMITTEE)
    if (found := first(shut_out(scene, act.by), early, _finder(scene, act))) is not None:
        return found
    side = scene.side(act.side)
    if side is None:
        return Refusal(rule=Rule.COMMITTEE, key="refusal.no-such-side", values=values)
    if side.yes or side.no or side.abstain:
        return Refusal(rule=Rule.COMMITTEE, key="refusal.side-voted", values=values)
    least = case.pack.committee_least
    if len(set(act.members)) < least or len(set(act.members)) != len(act.members):
        return Refusal(rule=Rule.COMMITTEE, key="refusal.committee-small", values={**values, "count": least})
    return first(*(_fit_for_committee(scene, act, member=member) for member in act.members))


def _finder(scene: Scene, act: acts.Convene) -> Refusal | None:
    """Refuse a finding that is another's, one's own about oneself, or without grounds."""
    values = {"person": act.found_disinterested_by, "side": act.side, "proposal": scene.case.proposal}
    if act.found_disinterested_by != act.by:
        return Refusal(rule=Rule.RECUSAL, key="refusal.delegated", values=values)
    if act.by in act.members:
        return Refusal(rule=Rule.COMMITTEE, key="refusal.finds-self", values=values)
    return blank(act.finding, rule=Rule.COMMITTEE, key="refusal.no-finding", proposal=scene.case.proposal)


def _fit_for_committee(scene: Scene, act: acts.Convene, *, member: str) -> Refusal | None:
    case = scene.case
    values = {"person": member, "side": act.side, "proposal": case.proposal}
    board = () if case.frozen is None else case.frozen.members(act.side, day=scene.now.date())
    if member not in board:
        return Refusal(rule=Rule.COMMITTEE, key="refusal.not-on-board", values=values)
    if member in case.shut_out:
        return Refusal(rule=Rule.COMMITTEE, key="refusal.member-not-disinterested", values=values)
    if member in case.barred:
        return Refusal(rule=Rule.PROPOSER, key="refusal.barred", values=values)
    return None


def memo(scene: Scene, act: acts.Memo) -> Refusal | None:
    """Refuse a memo whose author is not independent, or that leaves out the policy's own result (G16)."""
    case = scene.case
    values = {"person": act.by, "proposal": case.proposal}
    decided_by = None if case.frozen is None else case.frozen.decided_by
    found = first(
        shut_out(scene, act.by),
        out_of_turn(scene, allowed=FROZEN, rule=Rule.MEMO),
        blank(act.text, rule=Rule.MEMO, key="refusal.blank-memo", proposal=case.proposal),
    )
    if found is not None:
        return found
    if act.by in {case.proposer, decided_by} or any(by == act.by for _, by in case.counting):
        return Refusal(rule=Rule.MEMO, key="refusal.memo-author", values=values)
    others = {one for one in act.alternatives if one.strip()} - {acts.POLICY_RESULT}
    if acts.POLICY_RESULT not in act.alternatives or not others:
        return Refusal(rule=Rule.MEMO, key="refusal.memo-alternatives", values=values)
    return None


def open_review(scene: Scene, act: acts.OpenReview) -> Refusal | None:
    """Refuse a review before disclosure, without a memo that is needed, or an emergency that the pack lacks."""
    case = scene.case
    values = {"proposal": case.proposal, "pack": case.pack.name}
    found = first(
        shut_out(scene, act.by),
        out_of_turn(scene, allowed=frozenset({Status.DISCLOSED}), rule=Rule.DISCLOSURE),
    )
    if found is not None:
        return found
    if act.emergency:
        if case.pack.emergency_days is None:
            return Refusal(rule=Rule.EMERGENCY, key="refusal.no-emergencies", values=values)
        if not act.reason.strip():
            return Refusal(rule=Rule.EMERGENCY, key="refusal.emergency-reason", values=values)
    # A memo on facts that have changed since says nothing about these.
    if needs_memo(scene.state, case) and not any(one.digest == case.digest for one in case.memos):
        return Refusal(rule=Rule.MEMO, key="refusal.memo-missing", values=values)
    return None


def vote(scene: Scene, act: acts.Vote) -> Refusal | None:
    """Refuse a vote by whoever is conflicted, barred, no member, uninformed or unattested, in that order."""
    case = scene.case
    values = {"person": act.by, "side": act.side, "proposal": case.proposal}
    early = None if case.awaits_review else out_of_turn(scene, allowed=VOTING, rule=Rule.DISCLOSURE)
    if (found := first(shut_out(scene, act.by), early)) is not None:
        return found
    side = scene.side(act.side)
    if side is None or act.by not in side.members:
        return Refusal(rule=Rule.ELIGIBLE, key="refusal.no-member", values=values)
    if act.by in case.barred:
        return Refusal(rule=Rule.PROPOSER, key="refusal.barred", values=values)
    return _informed(scene, act) or _accepted(side, values=values)


def _informed(scene: Scene, act: acts.Vote) -> Refusal | None:
    case = scene.case
    values = {"person": act.by, "proposal": case.proposal}
    if case.acknowledged.get(act.by) != case.digest:
        return Refusal(rule=Rule.DISCLOSURE, key="refusal.unacknowledged", values=values)
    if not is_attested(scene.state, act.by, pack=case.pack, now=scene.now):
        days = case.pack.attestation_days
        return Refusal(
            rule=Rule.ATTESTATION, key="refusal.attestation-lapsed", values={**values, "count": days}
        )
    return None


def _accepted(side: Side, *, values: dict[str, str]) -> Refusal | None:
    if side.is_accepted:
        return None
    key = (
        "refusal.committee-needed"
        if side.needs_committee and not side.has_committee
        else "refusal.forum-small"
    )
    return Refusal(rule=Rule.COMMITTEE, key=key, values={name: values[name] for name in ("side", "proposal")})
