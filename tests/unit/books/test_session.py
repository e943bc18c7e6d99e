"""A session: whose key signs, how time is stamped, and where checkpoints go when an act is done."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from apportion.commands.book_adding import add_scenario
from apportion.commands.decisions import propose
from apportion.commands.session import current, needed, opened, record, recording
from apportion.commands.sources import find_source
from apportion.errors import BookError, Code, NotPermitted, UsageError
from apportion.files.keys import load_or_make_key
from apportion.govern.checkpoints import Signed
from apportion.govern.ledger import Draft, Entry
from apportion.store.book import open_book
from apportion.store.places import Place
from tests.decided import NAME, Clock
from tests.kept import DESK, SCENARIO, Kept

PLAIN = Draft(kind="plan", subject=SCENARIO, groups={"plan": {"digest": "0"}}, by=DESK)


def size_of(kept: Kept) -> int:
    with open_book(Place.parse(kept.place)).read() as reading:
        return reading.head().size


def last_of(kept: Kept) -> Entry:
    with open_book(Place.parse(kept.place)).read() as reading:
        size = reading.head().size
        [stored] = reading.entries(first=size)
        return reading.said(stored)[0]


def test_without_a_session_there_is_none_and_nothing_can_be_recorded() -> None:
    assert current() is None
    with pytest.raises(UsageError, match="--db"):
        needed()


def test_a_session_ends_with_its_block_also_where_that_fails(kept: Kept) -> None:
    with pytest.raises(UsageError), opened(kept.place, DESK):
        find_source("nowhere")
    assert current() is None


def test_each_act_ends_with_a_checkpoint_of_its_user_and_hands_it_out(kept: Kept) -> None:
    [file] = kept.outside.iterdir()
    before = file.read_text(encoding="utf-8").splitlines()
    with opened(kept.place, "u-cal") as session:
        propose(SCENARIO, NAME, by="cal")
        assert file.name == f"{session.book.id}.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[: len(before)] == before
    new = [Signed.from_json(json.loads(line)) for line in lines[len(before) :]]
    assert new == session.sealed
    assert [one.checkpoint.size for one in new] == [size_of(kept)]
    assert all(one.is_signed for one in new)
    assert {one.public_key for one in new} == {load_or_make_key("u-cal").public}


def test_checkpoints_go_to_the_folder_of_the_environment_too(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPORTION_CHECKPOINTS", str(tmp_path / "mine"))
    with opened(kept.place, DESK) as session:
        record([PLAIN])
        name = f"{session.book.id}.jsonl"
    [line] = (tmp_path / "mine" / name).read_text(encoding="utf-8").splitlines()
    assert line == (kept.outside / name).read_text(encoding="utf-8").splitlines()[-1]


def test_where_a_checkpoint_cannot_go_out_the_act_stands_and_it_is_said(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    monkeypatch.setenv("APPORTION_CHECKPOINTS", str(tmp_path / "file" / "within"))
    before = size_of(kept)
    with opened(kept.place, DESK) as session:
        record([PLAIN])
        [told] = session.warnings
    assert size_of(kept) == before + 1
    assert f"{before + 1} entries could not be written" in told


def test_an_exception_leaves_the_book_as_it_was(kept: Kept) -> None:
    before = size_of(kept)

    def write_half() -> None:
        with recording() as act:
            digest = act.writing.put_object("plan", b"half")
            act.add_all([PLAIN])
            act.writing.object(digest[::-1])

    with opened(kept.place, DESK) as session, pytest.raises(BookError):
        write_half()
    assert (size_of(kept), session.sealed) == (before, [])


def test_a_clock_that_steps_back_a_little_stamps_like_the_last_entry(kept: Kept, clock: Clock) -> None:
    before = last_of(kept)
    clock.moment -= dt.timedelta(seconds=4)
    with opened(kept.place, DESK):
        record([PLAIN])
    assert (last_of(kept).at, last_of(kept).seq) == (before.at, before.seq + 1)


def test_a_clock_that_is_far_behind_is_refused_and_nothing_is_written(kept: Kept, clock: Clock) -> None:
    before = last_of(kept)
    clock.moment -= dt.timedelta(seconds=9)
    with opened(kept.place, DESK), pytest.raises(BookError, match=before.at) as raised:
        record([PLAIN])
    assert raised.value.code is Code.CLOCK_BACKWARDS
    assert last_of(kept) == before


def test_a_key_that_the_book_does_not_know_opens_nothing(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "keys" / f"{DESK}.key").unlink()
    load_or_make_key(DESK)
    with pytest.raises(NotPermitted, match="does not count in the book"), opened(kept.place, DESK):
        pass


def test_a_key_that_is_withdrawn_while_a_session_is_open_signs_nothing_more(kept: Kept) -> None:
    key = {"user": "u-dan", "key": load_or_make_key("u-dan").public.hex}
    own = Draft(kind="plan", subject=SCENARIO, groups={"plan": {"digest": "0"}}, by="u-dan")
    with opened(kept.place, "u-dan"):
        record([own])
        with opened(kept.place, DESK):
            record([Draft(kind="key-withdrawn", subject="u-dan", groups={"key": {**key}}, by=DESK)])
        before = size_of(kept)
        with pytest.raises(NotPermitted, match="u-dan"):
            record([own])
    assert size_of(kept) == before


def test_a_user_needs_their_key_and_to_be_one_of_the_book(kept: Kept, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not said who acts"), opened(kept.place):
        pass
    load_or_make_key("nobody")
    with pytest.raises(NotPermitted), opened(kept.place, "nobody"):
        pass
    for file in (tmp_path / "keys").iterdir():
        if file.name != "watch.key":
            file.unlink()
    with opened(kept.place) as session:
        assert session.user.name == "watch"
    with pytest.raises(BookError, match="no key of") as raised, opened(kept.place, DESK):
        pass
    assert raised.value.code is Code.KEY_MISSING


def test_who_may_not_change_the_facts_adds_none(kept: Kept) -> None:
    before = size_of(kept)
    with opened(kept.place, "watch"), pytest.raises(NotPermitted):
        add_scenario(str(kept.folder), name="mine")
    assert size_of(kept) == before


def test_the_same_scenario_again_changes_nothing(kept: Kept) -> None:
    before = size_of(kept)
    with opened(kept.place, DESK):
        again = add_scenario(str(kept.folder))
    assert (again.is_new, again.is_changed, size_of(kept)) == (False, False, before)
