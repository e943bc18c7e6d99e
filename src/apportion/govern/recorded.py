"""An event of a decision ⇄ the groups of its ledger entry, so that its words or a vote can be withheld on their own.

    act: who, when, what, on what · said: free words · choice: a vote · facts: the rest

Facts that are large are kept as an object of the book, and the group names their digest.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields

from apportion.digest import canonical_bytes
from apportion.govern import acts
from apportion.govern.events import Event, Plain

KIND = "decision"
ACT, SAID, CHOICE, FACTS, FACTS_KEPT = "act", "said", "choice", "facts", "facts-kept"
_WORDS = ("text", "reason", "finding", "how", "late_reason")
_VOTE = "choice"
# Facts of more bytes than these are kept as an object.
_MOST_INLINE_BYTES = 1 << 18


def groups_of(event: Event, *, keep: Callable[[bytes], str]) -> dict[str, Plain]:
    """Return the groups of the entry that an event becomes; one without words or a vote has no group of them.

    Args:
        event: The event.
        keep: Keeps bytes and returns their digest; asked for large facts alone.
    """
    body = dict(event.body)
    told = body.get("act")
    groups: dict[str, Plain] = {
        ACT: {"at": event.at, "by": event.by, "verb": event.verb, "proposal": event.proposal}
    }
    if isinstance(told, dict):
        apart = {*_WORDS, _VOTE}
        body["act"] = {name: value for name, value in told.items() if name not in apart}
        said: dict[str, Plain] = {name: told[name] for name in _WORDS if name in told}
        if said:
            groups[SAID] = said
        if _VOTE in told:
            groups[CHOICE] = told[_VOTE]
    spelled = canonical_bytes(body)
    if len(spelled) > _MOST_INLINE_BYTES:
        return {**groups, FACTS_KEPT: keep(spelled)}
    return {**groups, FACTS: body}


def event_of(
    groups: Mapping[str, object], *, fetch: Callable[[str], bytes], mark: Callable[[str], str]
) -> Event:
    """Return the event that the groups of an entry tell; words that were erased are marked so.

    Args:
        groups: The groups that can be read, by name.
        fetch: Returns kept bytes by their digest.
        mark: Gives what stands in place of the words of a person that were erased; a reason that has to be given is
            then still one that was.

    Raises:
        ValueError: They tell none.
    """
    act = groups.get(ACT)
    if not isinstance(act, dict):
        raise ValueError("It does not say who did what.")  # noqa: TRY004 - a value of a book
    kept = groups.get(FACTS_KEPT)
    body = groups.get(FACTS) if kept is None else json.loads(fetch(str(kept)))
    if not isinstance(body, dict):
        raise ValueError("It does not say what was done.")  # noqa: TRY004 - a value of a book
    told = body.get("act")
    if isinstance(told, dict):
        said = groups.get(SAID)
        words = said if isinstance(said, dict) else {}
        if SAID in groups and not words:
            words = _erased(str(act.get("verb")), mark=mark(str(act.get("by"))))
        vote = {_VOTE: groups[CHOICE]} if CHOICE in groups else {}
        body = {**body, "act": {**told, **words, **vote}}
    return Event.from_json({**act, "body": body})


def _erased(verb: str, *, mark: str) -> dict[str, str]:
    """Return a mark for each of the words that an act of this verb says, where an entry had some once."""
    kind = acts.VERBS.get(verb)
    if kind is None:
        return {}
    return {one.name: mark for one in fields(kind) if one.name in _WORDS}
