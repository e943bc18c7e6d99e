"""What a rule looks at, and the refusals that more than one act meets."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from apportion.govern.eligible import Side, sides
from apportion.govern.facts import Facts
from apportion.govern.refusal import Refusal, Rule
from apportion.govern.state import CARRIED_OUT, OVER, Case, State, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A proposal at the moment of an act.

    Attributes:
        state: Where all stands.
        case: The proposal; whoever the present files show as conflicted is counted among its conflicted.
        facts: The present world.
        now: The moment.
    """

    state: State
    case: Case
    facts: Facts
    now: dt.datetime

    def sides(self) -> tuple[Side, ...]:
        """Return how each side stands now."""
        return sides(self.state, self.case, now=self.now)

    def side(self, entity: str) -> Side | None:
        """Return how one side stands now; None: the entity has no side."""
        return next((one for one in self.sides() if one.entity == entity), None)


def shut_out(scene: Scene, person: str) -> Refusal | None:
    """Refuse whoever is conflicted or has stepped aside (G7)."""
    values = {"person": person, "proposal": scene.case.proposal}
    if person in scene.case.conflicted:
        return Refusal(rule=Rule.RECUSAL, key="refusal.conflicted", values=values)
    if person in scene.case.recused:
        return Refusal(rule=Rule.RECUSAL, key="refusal.recused", values=values)
    return None


def out_of_turn(scene: Scene, *, allowed: frozenset[Status], rule: Rule) -> Refusal | None:
    """Refuse what the proposal's status does not allow, by the rule that sets the order."""
    case = scene.case
    if case.status in allowed:
        return None
    values = {"proposal": case.proposal, "status": str(case.status)}
    if case.status in OVER:
        return Refusal(rule=rule, key="refusal.over", values=values)
    if case.status in CARRIED_OUT:
        return Refusal(rule=rule, key="refusal.carried-out", values=values)
    if case.status is Status.DRAFT:
        return Refusal(rule=Rule.POLICY_FIRST, key="refusal.no-analysis", values=values)
    return Refusal(rule=rule, key="refusal.out-of-turn", values=values)


def blank(text: str, *, rule: Rule, key: str, proposal: str) -> Refusal | None:
    """Refuse an empty text where a reason is needed; what shows nothing is empty."""
    shows = any(one.isprintable() and not one.isspace() for one in text)
    return None if shows else Refusal(rule=rule, key=key, values={"proposal": proposal})


def first(*refusals: Refusal | None) -> Refusal | None:
    """Return the first refusal that there is."""
    return next((one for one in refusals if one is not None), None)
