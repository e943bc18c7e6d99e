"""Reading a log decides each line again: what the rules would not have let happen does not pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from apportion.govern import acts
from apportion.govern.decision import Broken, replay
from apportion.govern.events import Event, Plain, stamp
from apportion.govern.refusal import Rule
from apportion.govern.state import State
from apportion.govern.stored import act_values
from apportion.report.words import Words, languages
from tests.governed import ALPHA, BETA, Log, apply, make_analysis, owed, tie, vote


def forged(log: Log, act: acts.Act) -> Event:
    """Return the event that an act would be if no rule were in its way: well formed, and not decided."""
    model = next(event for event in reversed(Log().applied().events) if event.verb == act.verb)
    return replace(model, at=stamp(log.now), by=act.by, body={**model.body, "act": act_values(act)})


def test_every_log_of_decided_acts_reads_back_to_the_same_state() -> None:
    log = Log(analysis=make_analysis(obligations=(owed(),), ties=(tie("founder", BETA),))).applied()
    lines = [json.loads(json.dumps(event.as_json())) for event in log.events]
    assert replay(Event.from_json(line) for line in lines) == log.state


def test_a_forged_vote_of_somebody_conflicted_is_found_though_the_line_says_nobody_is() -> None:
    log = Log().opened()
    told = log.forge(forged(log, vote("founder", ALPHA)))
    assert (told.seq, told.refusal.rule, told.refusal.key) == (6, Rule.RECUSAL, "refusal.conflicted")


def test_a_forged_vote_of_somebody_tied_only_by_the_frozen_register_is_found() -> None:
    ties = (tie("alpha-1", BETA), tie("alpha-1", ALPHA, role="director"))
    log = Log(analysis=make_analysis(ties=ties, conflicted=frozenset())).opened("someone")
    assert log.forge(forged(log, vote("alpha-1", ALPHA))).refusal.rule is Rule.RECUSAL


def test_a_forged_application_without_approval_is_found() -> None:
    log = Log().opened()
    assert log.forge(forged(log, apply())).refusal.rule is Rule.MAJORITY


def test_a_forged_application_that_moves_other_units_is_found() -> None:
    log = Log().applied()
    event = log.events[-1]
    moved: Plain = [{"winner": BETA, "loser": ALPHA, "sku": "h100", "units": 1}]
    told = replay([*log.events[:-1], replace(event, body={**event.body, "overrides": moved})])
    assert isinstance(told, Broken)
    assert told.refusal.key == "refusal.not-as-decided"


def test_a_line_before_its_time_is_found() -> None:
    log = Log().approved()
    early = replace(log.events[-1], at=log.events[0].at)
    told = replay([*log.events[:-1], early])
    assert isinstance(told, Broken)
    assert (told.seq, told.refusal.rule, told.refusal.key) == (
        len(log.events),
        Rule.PRIOR,
        "refusal.clock-back",
    )


@pytest.mark.parametrize("place", range(15))
def test_a_log_that_lacks_a_line_on_which_the_approval_rests_is_found(place: int) -> None:
    log = Log().applied()
    told = replay([*log.events[:place], *log.events[place + 1 :]])
    assert isinstance(told, Broken)


def damaged(change: Callable[[dict[str, Any]], object], *, place: int) -> State | Broken:
    log = Log().applied()
    line = json.loads(json.dumps(log.events[place].as_json()))
    change(line["body"])
    return replay([*log.events[:place], Event.from_json(line), *log.events[place + 1 :]])


DAMAGE: dict[str, tuple[int, Callable[[dict[str, Any]], object]]] = {
    "no act": (0, lambda body: body.pop("act")),
    "no pack": (0, lambda body: body.pop("pack")),
    "no seen": (1, lambda body: body.pop("seen")),
    "no analysis": (1, lambda body: body.pop("analysis")),
    "another word": (2, lambda body: body.update(more="x")),
    "an analysis with nobody conflicted": (1, lambda body: body["analysis"].update(conflicted=[])),
    "a number for a name": (1, lambda body: body["analysis"].update(material=1)),
    "a fraction of none": (1, lambda body: body["analysis"]["value"].update(low="1/0")),
    "a tie without an end": (1, lambda body: body["analysis"].update(ties=[{"holder": "x"}])),
    "a choice that is none": (6, lambda body: body["act"].update(digest=3)),
    "votes claimed to be approved": (15, lambda body: body.update(approved_at="2023-12-01T00:00:00.000000Z")),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_line_that_says_something_else_is_found(name: str) -> None:
    place, change = DAMAGE[name]
    told = damaged(change, place=place)
    assert isinstance(told, Broken), told


def test_an_unknown_verb_is_found() -> None:
    log = Log().proposed()
    told = log.forge(replace(log.events[-1], verb="approve"))
    assert told.refusal.key == "refusal.no-event"


def test_a_name_is_put_forward_once() -> None:
    log = Log().proposed().ok(acts.Withdraw(by="founder"))
    log.refuses(acts.Propose(by="clerk"), Rule.LOG, key="proposed-already")


def test_nothing_is_done_to_what_was_not_put_forward() -> None:
    Log().refuses(acts.Disclose(by="founder"), Rule.LOG, key="no-such-proposal")


def test_the_first_line_freezes_who_holds_which_lot_and_no_other_does() -> None:
    log = Log().proposed()
    assert log.state.bookings == {"lot": {"reserved_for": "order"}}
    assert [("bookings" in event.body) for event in log.events] == [True, False]


def test_an_attempt_is_noted_once_for_each_content() -> None:
    log = Log().proposed()
    for lot in ("L1", "L1", "L2"):
        log.ok(acts.Attempt(content={"lot": lot}))
    assert log.state.attempts == ({"lot": "L1"}, {"lot": "L2"})
    twice = replace(log.events[-1], at=stamp(log.now))
    assert log.forge(twice).refusal.key == "refusal.not-as-decided"


def test_an_event_keeps_nothing_that_its_maker_can_change() -> None:
    line = Log().proposed().events[0].as_json()
    event = Event.from_json(line)
    line["body"].clear()  # type: ignore[union-attr]
    assert event.body


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"at": "2024-01-05", "by": "a", "verb": "vote", "proposal": "p", "body": {}},
        {"at": "2024-01-05T09:30:00Z", "by": "a", "verb": "vote", "proposal": "p", "body": {}},
        {"at": "2024-01-05T09:30:00.000000Z", "by": 1, "verb": "vote", "proposal": "p", "body": {}},
        {"at": "2024-01-05T09:30:00.000000Z", "by": "a", "verb": "vote", "proposal": "p", "body": []},
    ],
)
def test_what_is_no_event_is_none(line: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"event|time|zone|iso"):
        Event.from_json(line)


@pytest.mark.parametrize("language", languages())
def test_every_refusal_of_a_log_can_be_said(language: str) -> None:
    words = Words.load(language)
    log = Log().opened()
    for act in (vote("founder", ALPHA), apply(), vote("alpha-1", ALPHA), acts.Withdraw(by="clerk")):
        refusal = log.do(act)
        assert refusal is not None
        assert words.say(refusal.key, **refusal.values)
