"""Rules of carrying out and of what follows (G9-G12, G14, G15, G18, G19, G27)."""

from __future__ import annotations

import datetime as dt

from apportion.digest import digest
from apportion.govern import acts
from apportion.govern.at_stake import needs_decision
from apportion.govern.eligible import Side
from apportion.govern.refusal import Refusal, Rule
from apportion.govern.rules.opening import FROZEN
from apportion.govern.rules.scene import Scene, blank, first, out_of_turn, shut_out
from apportion.govern.state import CARRIED_OUT, Case, Mark, Status

AFTER = CARRIED_OUT - {Status.CLOSED}


def apply(scene: Scene, act: acts.Apply) -> Refusal | None:
    """Refuse to carry out what is not approved at this very moment, or without a reason."""
    case = scene.case
    found = first(
        shut_out(scene, act.by),
        out_of_turn(scene, allowed=FROZEN, rule=Rule.MAJORITY),
        blank(act.code, rule=Rule.OVERRIDE, key="refusal.no-reason-code", proposal=case.proposal),
        blank(act.text, rule=Rule.OVERRIDE, key="refusal.no-reason", proposal=case.proposal),
    )
    if found is not None:
        return found
    if needs_decision(scene.state, case) and (open_side := not_approved(scene)) is not None:
        return open_side
    if is_late(case, now=scene.now) and case.pack.is_prior:
        return blank(
            act.late_reason, rule=Rule.PRIOR, key="refusal.ratification-reason", proposal=case.proposal
        )
    return None


def not_approved(scene: Scene) -> Refusal | None:
    """Refuse where a side that is needed does not approve now, and say by which rule."""
    case, every = scene.case, scene.sides()
    needed = [one for one in every if one.is_needed]
    missing = [one for one in needed if not one.is_approved]
    if needed and not missing:
        return None
    if case.emergency is not None and needed:
        least = case.pack.emergency_least
        if is_enough_in_emergency(every, least=least):
            return None
        values: dict[str, str | int] = {"proposal": case.proposal, "count": least}
        return Refusal(rule=Rule.EMERGENCY, key="refusal.emergency-forum", values=values)
    if not missing:
        return Refusal(rule=Rule.PATH, key="refusal.no-sides", values={"proposal": case.proposal})
    return _why_open(case, missing[0], is_one_of_more=len(missing) < len(needed))


def is_enough_in_emergency(every: tuple[Side, ...], *, least: int) -> bool:
    """Return whether one side that is needed approves with enough members who may (G15)."""
    return any(one.is_needed and one.is_approved and len(one.eligible) >= least for one in every)


def _why_open(case: Case, side: Side, *, is_one_of_more: bool) -> Refusal:
    """Return why a side does not approve: its forum, its mandate, the other side alone, or its votes."""
    values: dict[str, str | int] = {"side": side.entity, "proposal": case.proposal}
    if not side.is_accepted:
        is_missing = side.needs_committee and not side.has_committee
        key = "refusal.committee-needed" if is_missing else "refusal.forum-small"
        return Refusal(rule=Rule.COMMITTEE, key=key, values=values)
    if side.is_advisory:
        return Refusal(rule=Rule.REJECT, key="refusal.advisory", values=values)
    if case.approved_at is not None:
        # The votes once were enough: somebody who voted may not approve any more.
        return Refusal(rule=Rule.ELIGIBLE, key="refusal.no-longer-approved", values=values)
    if is_one_of_more:
        return Refusal(rule=Rule.BOTH_SIDES, key="refusal.one-sided", values=values)
    counts: dict[str, str | int] = {"yes": len(side.yes), "count": len(side.disinterested)}
    return Refusal(rule=Rule.MAJORITY, key="refusal.no-majority", values={**values, **counts})


def is_late(case: Case, *, now: dt.datetime) -> bool:
    """Return whether approval came no earlier than the day of the effect (G14)."""
    approved = case.approved_at or now
    return case.frozen is not None and case.frozen.effective_on <= approved.date()


def lapse(scene: Scene, act: acts.Lapse) -> Refusal | None:
    """Refuse to call over what still has time."""
    del act
    if clock_is_over(scene.case, now=scene.now):
        return None
    return Refusal(rule=Rule.PRIOR, key="refusal.clock-runs", values={"proposal": scene.case.proposal})


def clock_is_over(case: Case, *, now: dt.datetime) -> bool:
    """Return whether an approval was not applied in time, or an emergency not reviewed in time (G15)."""
    if case.status is Status.APPROVED and case.approved_at is not None:
        return now - case.approved_at > dt.timedelta(days=case.pack.apply_days)
    if case.awaits_review and case.applied is not None and case.pack.emergency_days is not None:
        return now - case.applied.at > dt.timedelta(days=case.pack.emergency_days)
    return False


def settle(scene: Scene, act: acts.Settle) -> Refusal | None:
    """Refuse a return of what is not owed (G19)."""
    case = scene.case
    values = {"obligation": act.obligation, "proposal": case.proposal}
    found = first(
        shut_out(scene, act.by),
        out_of_turn(scene, allowed=frozenset({Status.MAKE_GOOD_DUE}), rule=Rule.MAKE_GOOD),
    )
    if found is not None:
        return found
    owed = next((one for one in case.obligations if one.id == act.obligation), None)
    if owed is None:
        return Refusal(rule=Rule.MAKE_GOOD, key="refusal.no-obligation", values=values)
    left = case.outstanding(owed)
    if not 1 <= act.units <= left:
        return Refusal(
            rule=Rule.MAKE_GOOD,
            key="refusal.more-than-owed",
            values={**values, "units": act.units, "count": left},
        )
    return None


def send_notice(scene: Scene, act: acts.SendNotice) -> Refusal | None:
    """Refuse a notice before the change is carried out, or to a party that loses nothing (G27)."""
    case = scene.case
    found = first(shut_out(scene, act.by), out_of_turn(scene, allowed=AFTER, rule=Rule.NOTICES))
    if found is not None:
        return found
    if case.frozen is None or act.party not in {one.party for one in case.frozen.losers}:
        values = {"party": act.party, "proposal": case.proposal}
        return Refusal(rule=Rule.NOTICES, key="refusal.no-loser", values=values)
    return None


def override(scene: Scene, act: acts.Override) -> Refusal | None:
    """Refuse a manual change that gives no reason, or moves nothing from one party to another (G18)."""
    case = scene.case
    found = first(
        shut_out(scene, act.by),
        out_of_turn(scene, allowed=AFTER, rule=Rule.OVERRIDE),
        blank(act.code, rule=Rule.OVERRIDE, key="refusal.no-reason-code", proposal=case.proposal),
        blank(act.text, rule=Rule.OVERRIDE, key="refusal.no-reason", proposal=case.proposal),
    )
    if found is not None:
        return found
    if act.winner == act.loser or act.delta_units < 1 or not (act.winner.strip() and act.loser.strip()):
        return Refusal(rule=Rule.OVERRIDE, key="refusal.no-delta", values={"proposal": case.proposal})
    return None


def close(scene: Scene, act: acts.Close) -> Refusal | None:
    """Refuse to end what still owes units, notices or a review (G15, G19, G27)."""
    case = scene.case
    values = {"proposal": case.proposal}
    found = first(shut_out(scene, act.by), out_of_turn(scene, allowed=AFTER, rule=Rule.MAKE_GOOD))
    if found is not None:
        return found
    if any(case.outstanding(one) > 0 for one in case.obligations):
        return Refusal(rule=Rule.MAKE_GOOD, key="refusal.still-owed", values=values)
    if case.awaits_review or Mark.REVERSE_DUE in case.marks:
        return Refusal(rule=Rule.EMERGENCY, key="refusal.review-due", values=values)
    told = {one.party for one in case.notices}
    untold = [one.party for one in (case.frozen.losers if case.frozen else ()) if one.party not in told]
    if untold:
        return Refusal(rule=Rule.NOTICES, key="refusal.untold", values={**values, "party": untold[0]})
    return None


def is_new_attempt(scene_attempts: tuple[object, ...], act: acts.Attempt) -> bool:
    """Return whether an attempt of this content is not noted yet."""
    return digest(act.content) not in {digest(one) for one in scene_attempts}
