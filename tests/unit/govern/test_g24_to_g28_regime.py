"""G24 to G26 and G28: the pack on every line, minutes from the events, nobody's own rules, neutral words."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from apportion.files.packs import load_pack
from apportion.govern import acts
from apportion.govern.acts import Choice
from apportion.govern.eligible import sides
from apportion.govern.events import Event
from apportion.govern.facts import plain
from apportion.govern.minutes import minutes
from apportion.govern.packs import Pack
from apportion.govern.refusal import Rule
from apportion.govern.state import Mark, Status
from apportion.govern.stored import read_as
from apportion.report.words import Words, languages
from tests.governed import ALPHA, BETA, Log, apply, convene, make_analysis, make_pack, strict

PACKS = ("house-strict", "de-144-2025", "nasdaq-5630", "nyse-314-2021-08")


def late_swap(pack: Pack) -> Log:
    """Return a swap approved by both sides after it took effect."""
    log = Log(analysis=make_analysis(effective_on=Log().now.date()), pack=pack)
    log.disclosed().do(acts.Memo(by="adviser", text="Both.", alternatives=(acts.POLICY_RESULT, "bridge")))
    log.ok(acts.OpenReview(by="clerk"))
    return log.votes(ALPHA, ("alpha-1", "alpha-2", "alpha-3")).votes(BETA, ("beta-1", "beta-2"))


def test_g24_the_same_facts_under_two_packs_come_out_in_two_ways() -> None:
    late_swap(load_pack("house-strict")).refuses(apply(), Rule.PRIOR, key="ratification-reason")
    log = late_swap(load_pack("nasdaq-5630")).ok(apply())
    assert Mark.LATER_REVIEW in log.case.marks


@pytest.mark.parametrize("name", PACKS)
def test_g24_every_line_of_a_decision_names_its_pack_and_version(name: str) -> None:
    pack = load_pack(name)
    log = late_swap(pack)
    seen = [event.body["seen"] for event in log.events]
    assert all(isinstance(one, dict) and one["pack"] == pack.name for one in seen)


@pytest.mark.parametrize("name", PACKS)
def test_g24_the_log_holds_the_pack_whole(name: str) -> None:
    log = Log(pack=load_pack(name)).proposed()
    held = read_as(Pack, log.events[0].body["pack"])
    assert held == load_pack(name)
    assert held.digest == log.case.pack.digest
    assert "no legal advice" in held.disclaimer or "not legal advice" in held.disclaimer


def test_g24_a_pack_whose_file_changes_later_changes_no_open_decision() -> None:
    log = Log().approved()
    log.pack = make_pack(apply_days=0)
    assert log.ok(apply()).case.pack == strict()


def test_g25_the_minutes_keep_every_event_dissent_and_abstention() -> None:
    log = Log().opened().votes(ALPHA, ("alpha-1", "alpha-2", "alpha-3")).votes(BETA, ("beta-1", "beta-2"))
    log.ok(acts.Acknowledge(by="alpha-4", digest=log.case.digest))
    log.ok(acts.Vote(by="alpha-4", side=ALPHA, choice=Choice.NO, text="We need these units."))
    log.votes(ALPHA, ("alpha-5",), choice=Choice.ABSTAIN)
    told = minutes(log.events, proposal=log.name)
    assert len(told) >= len(log.events)
    keys = [entry.key for entry in told]
    assert keys.count("minutes.vote-yes") == 5
    assert keys.count("minutes.vote-abstain") == 1
    [dissent] = [entry for entry in told if entry.key == "minutes.vote-no"]
    assert (dissent.by, dissent.text) == ("alpha-4", "We need these units.")
    assert keys.count("minutes.approved") == 1


def test_g25_no_vote_is_without_minutes_not_even_one_that_became_void() -> None:
    log = Log().approved()
    log.material = "facts-2"
    log.do(apply())
    told = minutes(log.events, proposal=log.name)
    assert sum(entry.key == "minutes.vote-yes" for entry in told) == len(log.case.votes) == 5
    [void] = [entry for entry in told if entry.key == "minutes.facts-changed"]
    assert void.values["count"] == 5


def test_g25_minutes_of_one_proposal_hold_nothing_of_another() -> None:
    log = Log().proposed()
    other = Log(name="other", now=log.now, events=log.events, state=log.state).proposed()
    assert len(minutes(other.events, proposal="other")) == len(minutes(log.events, proposal=log.name))


def whole_life() -> list[Event]:
    """Return the events of lives that between them do everything."""
    log = Log().opened().ok(convene(ALPHA, ("alpha-1", "alpha-2")))
    log.ok(convene(BETA, ("beta-1", "beta-2"), may_reject=False), acts.Attest(by="beta-3"))
    log.votes(ALPHA, ("alpha-1",)).votes(ALPHA, ("alpha-2",), choice=Choice.ABSTAIN)
    return log.events


@pytest.mark.parametrize("language", languages())
def test_g25_every_entry_can_be_said(language: str) -> None:
    words = Words.load(language)
    log = Log().applied().ok(acts.SendNotice(by="clerk", party=ALPHA), acts.Close(by="clerk"))
    for events in (whole_life(), log.events):
        for entry in minutes(events, proposal=log.name):
            assert words.say(entry.key, **entry.values)


def test_g26_whoever_is_in_line_does_not_change_the_rules() -> None:
    seats = make_analysis().seats
    log = Log(analysis=make_analysis(in_line=frozenset({"gamma", "buyer"}), seats=seats)).opened()
    log.ok(acts.Recuse(by="alpha-5"))
    other = make_pack()
    for person in ("founder", ALPHA, "gamma", "buyer", "alpha-5", "adviser"):
        log.refuses(acts.ChangePack(by=person, pack=other), Rule.SELF_POLICY, key="in-line")


def test_g26_somebody_else_may_and_all_votes_are_void() -> None:
    log = Log().approved().ok(acts.ChangePack(by="clerk", pack=make_pack(memo_from_usd=None)))
    assert log.stands(Status.DRAFT)
    assert log.case.pack.id == "of-a-test"
    log.ok(acts.Analyse(), acts.Disclose(by="founder"), acts.OpenReview(by="clerk"))
    assert not any(one.yes for one in sides(log.state, log.case, now=log.now))


def test_g26_nobody_changes_the_rules_before_it_is_known_who_waits_in_line() -> None:
    log = Log().ok(acts.Propose(by="founder"))
    log.refuses(acts.ChangePack(by="clerk", pack=make_pack()), Rule.SELF_POLICY, key="line-unknown")


def test_g26_nobody_changes_the_rules_of_what_is_carried_out() -> None:
    Log().applied().refuses(
        acts.ChangePack(by="clerk", pack=make_pack()), Rule.SELF_POLICY, key="carried-out"
    )


def test_g26_the_same_pack_is_no_change() -> None:
    Log().proposed().refuses(acts.ChangePack(by="clerk", pack=strict()), Rule.REGIME, key="same-pack")


def test_g28_no_refusal_and_no_minute_passes_a_verdict() -> None:
    verdict = re.compile(r"\b(fraud|illegal|unlawful|guilty|corrupt|breach|wrong)\w*", re.IGNORECASE)
    words = Words.load("en")
    texts = {key: text for key, text in words.sentences.items() if key.startswith(("refusal.", "minutes."))}
    assert len(texts) > 80
    assert not {key for key, text in texts.items() if isinstance(text, str) and verdict.search(text)}


def test_a_pack_reads_back_exactly_whatever_its_fractions() -> None:
    pack = make_pack(interest_percent=Fraction(1, 3), emergency_days=None)
    assert read_as(Pack, plain(pack)) == pack
