"""Decisions in a book: the same events as on files, each an entry; who acts; what others did meanwhile."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from apportion.commands.book_adding import add_scenario
from apportion.commands.decision_log import known_of
from apportion.commands.decision_review import Mandate, cast_vote, open_review
from apportion.commands.decisions import act, propose
from apportion.commands.plans import make_plan, plan_scenario
from apportion.commands.scenarios import check_scenario, export_scenario
from apportion.commands.session import opened
from apportion.commands.sources import FileSource, Source, find_source
from apportion.errors import Code, FindingsError, NotPermitted, RefusedError, UsageError
from apportion.files.decisions import FILE, Log, Moved
from apportion.govern.events import Event
from apportion.govern.state import Status
from apportion.store.book import Reading, open_book
from apportion.store.places import Place
from tests.decided import NAME, REASON, Clock, write_two
from tests.kept import DESK, SCENARIO, Kept

TODAY = dt.date(2031, 1, 2)
MEMO = "The policy result is four units later."


def log_of(kept: Kept, *, scenario: str = SCENARIO) -> Log:
    with opened(kept.place, DESK):
        return find_source(scenario).log()


def said(events: tuple[Event, ...]) -> list[tuple[str, str, str, object]]:
    """Return events without the instants, which no two runs share."""
    return [
        (one.by, one.verb, one.proposal, {name: one.body[name] for name in one.body if name != "approved_at"})
        for one in events
    ]


def decide(kept: Kept) -> None:
    """Bring the proposal of the scenario to its end, each act by its own user."""
    with opened(kept.place, "u-cal"):
        propose(SCENARIO, NAME, by="cal")
        act(SCENARIO, NAME, by="cal", verb="disclose", said={"text": "All of it."})
    with opened(kept.place, "u-dan"):
        act(SCENARIO, NAME, by="dan", verb="open-review")
    for user, person, side in (
        ("u-ann", "ann", "alpha"),
        ("u-amy", "amy", "alpha"),
        ("u-bea", "bea", "beta"),
    ):
        with opened(kept.place, user):
            frozen = known_of(find_source(SCENARIO)).state.cases[NAME].digest
            cast_vote(SCENARIO, NAME, by=person, side=side, choice="yes", facts=frozen)
    with opened(kept.place, "u-dan"):
        act(SCENARIO, NAME, by="dan", verb="apply", said={"code": "site-ready", "text": REASON})


def decide_on_files(folder: Path) -> None:
    name = str(folder)
    propose(name, NAME, by="cal")
    act(name, NAME, by="cal", verb="disclose", said={"text": "All of it."})
    act(name, NAME, by="dan", verb="open-review")
    for person, side in (("ann", "alpha"), ("amy", "alpha"), ("bea", "beta")):
        frozen = known_of(FileSource(folder)).state.cases[NAME].digest
        cast_vote(name, NAME, by=person, side=side, choice="yes", facts=frozen)
    act(name, NAME, by="dan", verb="apply", said={"code": "site-ready", "text": REASON})


def test_a_decision_in_a_book_is_the_same_events_as_on_files_and_gives_the_same_plan(
    kept: Kept, tmp_path: Path
) -> None:
    decide(kept)
    files = write_two(tmp_path / "files" / SCENARIO)
    decide_on_files(files)
    assert said(log_of(kept).events) == said(FileSource(files).log().events)
    on_files = plan_scenario(str(files), out=None, changes={})[1]
    with opened(kept.place, DESK):
        assert known_of(find_source(SCENARIO)).state.cases[NAME].status is Status.MAKE_GOOD_DUE
        assert plan_scenario(SCENARIO, out=None, changes={})[1].digest == on_files.digest


def test_each_event_is_an_entry_whose_words_and_vote_are_groups_of_their_own(kept: Kept) -> None:
    decide(kept)
    with open_book(Place.parse(kept.place)).read() as reading:
        entries = list(reading.entries(kind="decision"))
        groups = {one.seq: reading.said(one)[1] for one in entries}
    assert {one.subject for one in entries} == {SCENARIO}
    by_verb = {str(held["act"]["verb"]): held for held in groups.values()}
    assert by_verb["vote"]["choice"] == "yes"
    assert by_verb["apply"]["said"] == {"text": REASON, "late_reason": ""}
    assert by_verb["propose"].keys() == {"act", "facts", "groups"}
    assert "choice" not in by_verb["vote"]["facts"]["act"]
    # What apportion did by itself is its own; what a user did is signed as theirs.
    assert {one.by for one in entries} == {"u-cal", "u-dan", "u-ann", "u-amy", "u-bea", "apportion"}
    actor = {one.seq: one.by for one in entries}
    persons = {
        "cal": "u-cal",
        "dan": "u-dan",
        "ann": "u-ann",
        "amy": "u-amy",
        "bea": "u-bea",
        "apportion": "apportion",
    }
    assert all(persons[str(held["act"]["by"])] == actor[seq] for seq, held in groups.items())


def test_what_an_analysis_was_made_of_is_kept_under_the_digests_that_its_event_names(kept: Kept) -> None:
    with opened(kept.place, "u-cal"):
        propose(SCENARIO, NAME, by="cal")
    analysis = log_of(kept).events[1].body["analysis"]
    assert isinstance(analysis, dict)
    with open_book(Place.parse(kept.place)).read() as reading:
        assessment = reading.object(str(analysis["assessment"]))
        plan = json.loads(json.loads(reading.object(str(analysis["policy_result"])))["plan.json"])
        world = reading.world(plan["world_digest"])
    assert hashlib.sha256(assessment).hexdigest() == analysis["assessment"]
    assert make_plan(world).digest == analysis["policy_result"]


def test_facts_that_are_large_are_kept_as_an_object_and_read_back(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apportion.govern.recorded._MOST_INLINE_BYTES", 1000)
    decide(kept)
    with open_book(Place.parse(kept.place)).read() as reading:
        held = [reading.said(one)[1] for one in list(reading.entries(kind="decision"))]
        apart = [one for one in held if "facts-kept" in one]
        assert apart
        assert all(reading.has_object(one["facts-kept"]) for one in apart)
    log = log_of(kept)
    assert log.findings == ()
    assert any("bookings" in one.body for one in log.events)


def test_a_scenario_goes_from_a_book_into_a_folder_and_into_a_book_again(kept: Kept, tmp_path: Path) -> None:
    decide(kept)
    first = log_of(kept)
    to = tmp_path / "exported"
    with opened(kept.place, "watch"):
        export_scenario(SCENARIO, to=to, made_on=TODAY)
    with opened(kept.place, DESK):
        as_it_was = plan_scenario(SCENARIO, out=None, changes={})[1].digest
    assert FileSource(to).log().events == first.events
    with opened(kept.place, DESK):
        again = add_scenario(str(to), name="again")
        assert (again.is_new, again.events) == (True, len(first.events))
        assert find_source("again").log().events == first.events
        assert find_source("again").log_files()[FILE] == (to / FILE).read_bytes()
        assert plan_scenario("again", out=None, changes={})[1].digest == as_it_was
    with open_book(Place.parse(kept.place)).read() as reading:
        [added] = reading.entries(kind="scenario-added", subject="again")
        told = reading.said(added)[1]
        taken = list(reading.entries(kind="decision", subject="again"))
    assert told["decisions"] == {"events": len(first.events), "last": FileSource(to).log().last}
    assert [one.seq for one in taken] == [added.seq + place for place in range(1, len(taken) + 1)]


def test_no_decisions_come_from_files_into_a_scenario_that_the_book_has(kept: Kept, tmp_path: Path) -> None:
    to = tmp_path / "exported"
    with opened(kept.place, "u-cal"):
        propose(SCENARIO, NAME, by="cal")
    with opened(kept.place, DESK):
        export_scenario(SCENARIO, to=to, made_on=TODAY)
        assert not add_scenario(str(to)).is_changed
    before = log_of(kept)
    # A file says that anybody did anything.
    act(str(to), NAME, by="cal", verb="disclose")
    with opened(kept.place, DESK), pytest.raises(UsageError, match=r"'disclose' by 'cal'.* outside it"):
        add_scenario(str(to))
    assert log_of(kept) == before
    with opened(kept.place, DESK):
        assert add_scenario(str(to), name="beside").events == len(before.events) + 1
    with opened(kept.place, "u-dan"):
        act(SCENARIO, NAME, by="dan", verb="state", said={"text": "Here."})
    before = log_of(kept)
    with opened(kept.place, DESK), pytest.raises(UsageError, match="are not those that the book has"):
        add_scenario(str(to))
    assert log_of(kept) == before


def test_a_log_of_files_that_does_not_hold_together_is_not_taken_over(kept: Kept, tmp_path: Path) -> None:
    files = write_two(tmp_path / "files" / SCENARIO)
    propose(str(files), NAME, by="cal")
    file = files / FILE
    file.write_bytes(file.read_bytes().replace(b'"verb":"propose"', b'"verb":"analyse"', 1))
    with opened(kept.place, DESK), pytest.raises(FindingsError) as raised:
        add_scenario(str(files), name="other")
    assert raised.value.code is Code.DECISIONS_BROKEN
    with open_book(Place.parse(kept.place)).read() as reading:
        assert [one.name for one in reading.scenarios()] == [SCENARIO]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE groups SET text = replace(text, '\"sealed\":\"', '\"sealed\":\"AAAA') WHERE name = 'said'",
        "UPDATE entries SET text = replace(text, 'u-cal', 'u-dan') WHERE kind = 'decision'",
        "DELETE FROM groups WHERE name = 'said'",
    ],
)
def test_a_decision_that_was_changed_is_named_and_nothing_is_decided_on_it(kept: Kept, change: str) -> None:
    with opened(kept.place, "u-cal"):
        propose(SCENARIO, NAME, by="cal")
        act(SCENARIO, NAME, by="cal", verb="disclose", said={"text": "All of it."})
    assert log_of(kept).findings == ()
    engine = create_engine(Place.parse(kept.place).url)
    with engine.begin() as connection:
        connection.execute(text(change))
    engine.dispose()
    [first, *_] = findings = log_of(kept).findings
    assert {one.code for one in findings} == {Code.DECISIONS_BROKEN}
    assert (first.file, first.found.count(f"Entry {first.row}")) == ("ledger", 1)
    with opened(kept.place, "u-dan"), pytest.raises(FindingsError, match="decisions-broken"):
        act(SCENARIO, NAME, by="dan", verb="open-review")
    with opened(kept.place, DESK):
        assert Code.DECISIONS_BROKEN in {one.code for one in check_scenario(SCENARIO)}


def test_who_is_second_decides_anew_on_what_the_first_left(kept: Kept) -> None:
    with opened(kept.place, "u-cal"):
        propose(SCENARIO, NAME, by="cal")
        source = find_source(SCENARIO)
        before = source.log()
        act(SCENARIO, NAME, by="cal", verb="state", said={"text": "First."})
        late = Event(at=before.events[-1].at, by="cal", verb="state", proposal=NAME, body={})
        with pytest.raises(Moved):
            source.append([late], after=before, keep={})
    assert [one.verb for one in log_of(kept).events] == ["propose", "analyse", "state"]


def test_nothing_is_decided_on_facts_that_were_revised_meanwhile(kept: Kept, tmp_path: Path) -> None:
    with opened(kept.place, "u-cal"):
        propose(SCENARIO, NAME, by="cal")
        source = find_source(SCENARIO)
    with opened(kept.place, DESK):
        add_scenario(str(revised(tmp_path)), name=SCENARIO)
    with opened(kept.place, "u-cal"):
        log = source.log()
        event = Event(at=log.events[-1].at, by="cal", verb="state", proposal=NAME, body={})
        with pytest.raises(UsageError, match="was revised while this was done"):
            source.append([event], after=log, keep={})


def revised(folder: Path) -> Path:
    """Write the scenario with one order larger."""
    files = write_two(folder / "revised")
    orders = files / "orders.csv"
    orders.write_text(orders.read_text(encoding="utf-8").replace(",8,", ",9,", 1), encoding="utf-8")
    return files


def test_what_a_revision_moves_while_a_proposal_waits_is_held_back_and_noted(
    kept: Kept, tmp_path: Path
) -> None:
    with opened(kept.place, "u-cal"):
        propose(SCENARIO, NAME, by="cal")
    files = write_two(tmp_path / "moved")
    supply = files / "supply.csv"
    # The very swap that waits, carried out in the files by hand.
    supply.write_text(
        supply.read_text(encoding="utf-8").replace("2031-02-01,8,A", "2031-02-01,8,B"), encoding="utf-8"
    )
    with opened(kept.place, DESK):
        before = plan_scenario(SCENARIO, out=None, changes={})[1]
        assert add_scenario(str(files), name=SCENARIO).is_changed
        assert (
            plan_scenario(SCENARIO, out=None, changes={})[1]
            .tables["allocations"]
            .equals(before.tables["allocations"])
        )
        log = find_source(SCENARIO).log()
    assert log.events[-1].verb == "attempt"
    propose_on_files = write_two(tmp_path / "files")
    propose(str(propose_on_files), NAME, by="cal")
    (propose_on_files / "supply.csv").write_bytes(supply.read_bytes())
    plan_scenario(str(propose_on_files), out=None, changes={})
    assert said(log.events) == said(FileSource(propose_on_files).log().events)


def test_a_proposal_that_was_put_forward_is_not_revised(kept: Kept, tmp_path: Path) -> None:
    with opened(kept.place, "u-cal"):
        propose(SCENARIO, NAME, by="cal")
    files = write_two(tmp_path / "files")
    file = files / f"{NAME}.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("quantity = 4", "quantity = 3"), encoding="utf-8"
    )
    with opened(kept.place, DESK), pytest.raises(UsageError, match="says something else than it did then"):
        add_scenario(str(files), name=SCENARIO)


def test_only_the_user_of_a_person_acts_as_that_person(kept: Kept) -> None:
    with opened(kept.place, "u-cal"):
        propose(SCENARIO, NAME, by="cal")
        for person in ("dan", "ann"):
            with pytest.raises(NotPermitted, match="does not act as"):
                act(SCENARIO, NAME, by=person, verb="state", said={"text": "Not I."})
    with opened(kept.place, DESK), pytest.raises(NotPermitted):
        act(SCENARIO, NAME, by=DESK, verb="state", said={"text": "Nobody."})
    assert [one.verb for one in log_of(kept).events] == ["propose", "analyse"]


def test_a_memo_and_a_finding_are_signed_by_those_who_made_them(kept: Kept, tmp_path: Path) -> None:
    memo = tmp_path / "memo.txt"
    memo.write_text(MEMO, encoding="utf-8")
    with opened(kept.place, "u-cal"):
        propose(SCENARIO, NAME, by="cal")
        act(SCENARIO, NAME, by="cal", verb="disclose")
    with opened(kept.place, "u-dan") as session:
        open_review(
            SCENARIO,
            NAME,
            by="dan",
            committees=["alpha=ann,amy"],
            mandate=Mandate(
                found_by="u-bea", finding="None has a share.", may_negotiate=True, may_reject=True
            ),
            memo=(memo, "ann", ("policy-result", "wait")),
        )
        assert [one.checkpoint.key for one in session.sealed[:2]] != [
            one.checkpoint.key for one in session.sealed[2:]
        ]
    with open_book(Place.parse(kept.place)).read() as reading:
        signed = {str(held["act"]["verb"]): by for by, held in told_in(reading)}
    assert (signed["memo"], signed["convene"], signed["open-review"]) == ("u-ann", "u-bea", "u-dan")


def told_in(reading: Reading) -> list[tuple[str, dict[str, dict[str, str]]]]:
    return [(one.by, reading.said(one)[1]) for one in list(reading.entries(kind="decision"))]


def test_a_memo_of_somebody_whose_key_is_not_here_is_not_lodged(kept: Kept, tmp_path: Path) -> None:
    memo = tmp_path / "memo.txt"
    memo.write_text(MEMO, encoding="utf-8")
    with opened(kept.place, "u-cal"):
        propose(SCENARIO, NAME, by="cal")
        act(SCENARIO, NAME, by="cal", verb="disclose")
    (tmp_path / "keys" / "u-bea.key").unlink()
    with opened(kept.place, "u-dan"), pytest.raises(Exception, match="no key of 'u-bea'"):
        open_review(SCENARIO, NAME, by="dan", memo=(memo, "bea", ("policy-result", "wait")))
    assert [one.verb for one in log_of(kept).events] == ["propose", "analyse", "disclose"]


def test_of_an_act_that_is_refused_only_the_attempt_is_an_entry(kept: Kept) -> None:
    with opened(kept.place, "u-cal"):
        propose(SCENARIO, NAME, by="cal")
        with pytest.raises(RefusedError):
            act(SCENARIO, NAME, by="cal", verb="apply", said={"code": "site-ready", "text": REASON})
    events = log_of(kept).events
    assert [(one.verb, one.by) for one in events] == [
        ("propose", "cal"),
        ("analyse", "apportion"),
        ("attempt", "apportion"),
    ]


def test_words_that_are_gone_leave_the_decision_standing(kept: Kept) -> None:
    decide(kept)
    engine = create_engine(Place.parse(kept.place).url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE groups SET text = NULL, salt = NULL WHERE name = 'said'"))
    engine.dispose()
    with opened(kept.place, DESK):
        known = known_of(find_source(SCENARIO))
    assert known.state.cases[NAME].status is Status.MAKE_GOOD_DUE
    assert REASON not in str(known.log.events)
    assert "[sealed, and its key is not in this book]" in str(known.log.events)


def test_a_scenario_that_a_book_has_not_is_none(kept: Kept, clock: Clock) -> None:
    del clock
    with opened(kept.place, DESK), pytest.raises(UsageError, match="Did you mean 'two'"):
        find_source("twp")
    with opened(kept.place, DESK), pytest.raises(UsageError, match="db add"):
        find_source(str(kept.folder))
    source: Source = find_source(str(kept.folder))
    assert source.label == str(kept.folder)
