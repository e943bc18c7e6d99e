"""Words of a face → the fields of `Policy` that they change."""

from __future__ import annotations

import enum

from apportion.commands.permits import needs
from apportion.errors import UsageError
from apportion.govern.rights import Right
from apportion.model.policy import Count, LevelBy, Rule


@needs(Right.OPEN)
def policy_changes(
    *,
    rule: str | None = None,
    level_by: str | None = None,
    count: str | None = None,
    exact_shares: bool = False,
    no_readiness: bool = False,
) -> dict[str, object]:
    """Return the fields that differ from the scenario's policy.

    Raises:
        UsageError: A word is none of those a field allows.
    """
    changes: dict[str, object] = {}
    for name, text, kinds in (("rule", rule, Rule), ("level_by", level_by, LevelBy), ("count", count, Count)):
        if text is not None:
            changes[name] = _choice(name, text, kinds=kinds)
    if exact_shares:
        changes["whole_lots"] = False
    if no_readiness:
        changes["readiness"] = False
    return changes


def _choice(name: str, text: str, *, kinds: type[enum.StrEnum]) -> enum.StrEnum:
    allowed = [str(one) for one in kinds]
    if text not in allowed:
        raise UsageError(f"There is no {name} {text!r}.", fix=f"Use one of {', '.join(allowed)}.")
    return kinds(text)
