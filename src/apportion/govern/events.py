"""One line of a decision log: who did what to which proposal, and when. The log is these lines and nothing else.

An event holds what was asked for and what the one who asked could see; what follows from it (an approval, a
rejection, a lapse) is never stored, and is found again from the lines each time they are read.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Plain: TypeAlias = str | int | bool | list["Plain"] | dict[str, "Plain"] | None
SYSTEM = "apportion"  # Who acts where nobody did: the program computes, and notes what time and files did.


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that was done.

    Attributes:
        at: When, in UTC, e.g. ``2024-01-05T09:30:00.000000Z``.
        by: Who: a party of the scenario, or ``apportion`` itself.
        verb: What was done: a verb of ``govern/acts.py``.
        proposal: The proposal; empty where it is about none.
        body: What was said, in plain values.
    """

    at: str
    by: str
    verb: str
    proposal: str
    body: Mapping[str, Plain]

    def as_json(self) -> dict[str, Plain]:
        """Return the event as plain values."""
        return {
            "at": self.at,
            "by": self.by,
            "verb": self.verb,
            "proposal": self.proposal,
            "body": dict(self.body),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, object]) -> Event:
        """Return the event that plain values tell; keys that are none of an event's are left to their reader.

        Raises:
            ValueError: A part is missing or of another kind, or the time is none in UTC.
        """
        texts = {}
        for name in ("at", "by", "verb", "proposal"):
            value = values.get(name)
            if not isinstance(value, str):
                raise ValueError(f"{name!r} of an event is no text: {value!r}.")  # noqa: TRY004 - a value of a file
            texts[name] = value
        body = values.get("body")
        if not isinstance(body, dict):
            raise ValueError(f"'body' of an event is no object: {body!r}.")  # noqa: TRY004 - a value of a file
        time_of(texts["at"])
        # A copy by way of text leaves plain values only, and nothing that its maker can change later.
        return cls(**texts, body=json.loads(json.dumps(body)))

    @property
    def time(self) -> dt.datetime:
        """Return when, in UTC."""
        return time_of(self.at)


def stamp(moment: dt.datetime) -> str:
    """Return a moment as events spell it.

    Raises:
        ValueError: It does not say its zone.

    >>> stamp(dt.datetime(2024, 1, 5, 9, 30, tzinfo=dt.UTC))
    '2024-01-05T09:30:00.000000Z'
    """
    if moment.tzinfo is None:
        raise ValueError(f"The moment {moment} does not say its zone.")
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def time_of(text: str) -> dt.datetime:
    """Return the moment that a stamp tells.

    Raises:
        ValueError: It is not spelt as events spell it.

    >>> time_of("2024-01-05T09:30:00.000000Z").hour
    9
    """
    moment = dt.datetime.fromisoformat(text)
    if stamp(moment) != text:
        raise ValueError(f"{text!r} is no time as a log spells it, such as 2024-01-05T09:30:00.000000Z.")
    return moment
