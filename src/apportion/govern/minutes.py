"""Minutes: what was done to a proposal, made from the events alone and from nothing else (G25)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from apportion.govern.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the minutes.

    Attributes:
        at: When.
        by: Who.
        key: The sentence's key in the words, e.g. ``minutes.vote``.
        values: What the sentence names.
        is_hidden: Whether the viewer may not see it: deliberation before a conflicted person (G7).
    """

    at: dt.datetime
    by: str
    key: str
    values: Mapping[str, str | int]
    is_hidden: bool = False


def minutes(events: Iterable[Event], *, proposal: str, viewer: str | None = None) -> tuple[Entry, ...]:
    """Return the minutes of a proposal, as a viewer may see them; None: whoever may see all."""
    raise NotImplementedError
