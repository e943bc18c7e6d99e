"""A proposal's life as a pure state machine: may this act be done, and where does every proposal stand.

`decide` checks one act against the rules and gives the event to be stored; `replay` reads stored events and asks
`decide` again about each, with the facts that the event itself and the frozen analyses hold. So a line that was
never decided does not pass, however well it is chained. `proceed` is what a command calls: it notes first what
time and the files did by themselves (`observe`), then decides the act.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from apportion.govern.acts import Act
from apportion.govern.events import Event
from apportion.govern.facts import Facts
from apportion.govern.packs import Pack
from apportion.govern.refusal import Refusal
from apportion.govern.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A log that the rules do not let be.

    Attributes:
        seq: The place of the first event that is refused, counted from 1.
        refusal: Why.
    """

    seq: int
    refusal: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What an act came to.

    Attributes:
        events: What is to be stored, in order; what time and files did is stored even where the act is refused.
        state: Where all stands after them.
        refusal: Why the act is not done; None: it is done.
    """

    events: tuple[Event, ...]
    state: State
    refusal: Refusal | None


def observe(state: State, proposal: str, *, facts: Facts, now: dt.datetime) -> tuple[Event, ...]:
    """Return what is to be noted of a proposal before any act: facts that changed, clocks that ran out."""
    raise NotImplementedError


def decide(
    state: State, act: Act, *, facts: Facts, pack: Pack, now: dt.datetime
) -> tuple[Event, ...] | Refusal:
    """Return the events that an act comes to, or why it is refused.

    Args:
        state: Where all stands.
        act: What is to be done.
        facts: The present world.
        pack: The pack for a proposal that is put forward or analysed; others are decided under their own.
        now: The moment, with its zone.
    """
    raise NotImplementedError


def proceed(state: State, act: Act, *, facts: Facts, pack: Pack, now: dt.datetime) -> Step:
    """Return what an act comes to, after what time and the files did by themselves."""
    raise NotImplementedError


def replay(events: Iterable[Event]) -> State | Broken:
    """Return where all stands after stored events, each of them decided again; or the first that is refused."""
    raise NotImplementedError
