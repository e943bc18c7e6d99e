"""Holds and erasure (G23): words go with their key, and everything that was signed or decided still holds."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from apportion.commands.decision_record import check_log, minutes_of, show_decision
from apportion.commands.decisions import act
from apportion.commands.erasure import (
    erase_person,
    lift_hold,
    list_holds,
    place_hold,
    tell_erased,
    tell_holds,
)
from apportion.commands.session import needed, opened
from apportion.digest import canonical_bytes
from apportion.errors import NotPermitted, UsageError
from apportion.govern.ledger import Hidden
from apportion.govern.ledger_check import LedgerCheck
from apportion.govern.ledger_faults import StoredCheckpoint
from tests.books import MAKER, write_book
from tests.shared_market import SWAP_ID, USERS, text_of
from tests.unit.people.conftest import OTHER_WORDS, WORDS

WHY = "Asked for by letter."


def faults(place: str) -> list[object]:
    """Return every fault of the ledger of a book."""
    with opened(place, MAKER), needed().book.read() as reading:
        stored = [
            StoredCheckpoint(one.checkpoint.size, canonical_bytes(one.as_json()).decode())
            for one in reading.checkpoints()
        ]
        checked = LedgerCheck(needed().book.id)
        return list(
            checked.faults(reading.entries(), groups=list(reading.stored_groups()), checkpoints=stored)
        )


def bytes_of(place: str) -> bytes:
    path = Path(place)
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


def key_of(place: str, person: str) -> bytes | None:
    with opened(place, MAKER), needed().book.read() as reading:
        held = reading.data_keys().values()
        return next((one.secret for one in held if one.person == person), None)


def said_by_whom(place: str) -> dict[str, bool]:
    """Return of each person with words whether they can be read."""
    found: dict[str, bool] = {}
    with opened(place, MAKER), needed().book.read() as reading:
        for one in list(reading.entries(kind="decision")):
            groups = {group.name: group for group in reading.groups(one.seq)}
            if "said" in groups:
                who = groups["act"].value["by"]  # type: ignore[union-attr, index, call-overload]
                found[str(who)] = not isinstance(groups["said"], Hidden)
    return found


def test_g23_words_are_kept_under_a_key_of_their_persons_own(book: str) -> None:
    held = bytes_of(book)
    for words in (WORDS, OTHER_WORDS):
        assert words.encode() not in held
    assert key_of(book, "zoe-zephyr") not in {None, key_of(book, "ava-mercury")}
    with opened(book, "auditor"):
        assert WORDS in text_of(minutes_of("market", SWAP_ID))


def test_g23_erased_words_are_gone_and_ledger_and_decision_still_hold(book: str) -> None:
    key = key_of(book, "zoe-zephyr")
    assert key is not None
    assert faults(book) == []
    with opened(book, "auditor"):
        before = check_log("market").body
    with opened(book, "admin"):
        done = erase_person("zoe-zephyr", reason=WHY)
        told = tell_erased(done)
    assert "1 act of theirs stays" in told[0]
    assert "by admin" in told[0]
    assert key not in bytes_of(book)
    assert said_by_whom(book) == {"cal-both": True, "zoe-zephyr": False, "ava-mercury": True}
    assert faults(book) == []
    with opened(book, "auditor"):
        after = check_log("market").body
        read = text_of([minutes_of("market", SWAP_ID), show_decision("market", SWAP_ID)])
    assert after == before
    assert WORDS not in read
    assert OTHER_WORDS in read
    assert f"[erased on {done.at[:10]} by admin: {WHY}]" in read


def test_g23_nothing_is_erased_while_a_decision_is_held(book: str) -> None:
    with opened(book, "admin"):
        place_hold(SWAP_ID, reason="Claim 12 of 2031.")
        assert [one.proposal for one in list_holds()] == [SWAP_ID]
        assert tell_holds(list_holds())[1][2:] == ("admin", "Claim 12 of 2031.")
        with pytest.raises(NotPermitted, match="is held") as refused:
            erase_person("zoe-zephyr", reason=WHY)
        assert refused.value.rule == "G23"
        with pytest.raises(UsageError, match="held already"):
            place_hold(f"market:{SWAP_ID}", reason="Again.")
        lift_hold(SWAP_ID, reason="Settled.")
        assert list_holds() == []
        with pytest.raises(UsageError, match="not held"):
            lift_hold(SWAP_ID, reason="Settled.")
        done = erase_person("zoe-zephyr", reason=WHY)
        assert erase_person("zoe-zephyr", reason="Once more.") == done
    assert faults(book) == []


def test_g23_nothing_is_erased_while_a_proposal_with_the_person_is_open(
    market: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPORTION_KEYS", str(tmp_path / "keys"))
    place = write_book(tmp_path / "b.db", users=[USERS["admin"]], scenarios=[market])
    with opened(place, "admin"):
        with pytest.raises(NotPermitted, match="not at its end"):
            erase_person("zoe-zephyr", reason=WHY)
        with pytest.raises(UsageError, match="keeps no words"):
            erase_person("nobody-there", reason=WHY)
    assert said_by_whom(place)["zoe-zephyr"]


@pytest.mark.parametrize("name", ["desk", "buyer", "auditor", "committee"])
def test_g23_only_an_admin_holds_and_erases(book: str, name: str) -> None:
    with opened(book, name):
        for call in (
            lambda: place_hold(SWAP_ID, reason="x"),
            lambda: lift_hold(SWAP_ID, reason="x"),
            list_holds,
            lambda: erase_person("zoe-zephyr", reason=WHY),
        ):
            with pytest.raises(NotPermitted, match="role admin"):
                call()


def test_g23_words_said_after_an_erasure_are_under_a_new_key(book: str) -> None:
    with opened(book, "committee"):
        act("market", SWAP_ID, by="ava-mercury", verb="attest")
    with opened(book, "admin"):
        first = key_of(book, "ava-mercury")
        erase_person("ava-mercury", reason=WHY)
    with opened(book, "committee"):
        act("market", SWAP_ID, by="ava-mercury", verb="state", said={"text": "Once more."})
    assert key_of(book, "ava-mercury") not in {None, first}
    with opened(book, "auditor"):
        read = text_of(minutes_of("market", SWAP_ID))
    assert "Once more." in read
    assert OTHER_WORDS not in read
    assert faults(book) == []


def test_g23_sealed_words_that_were_changed_are_found(book: str) -> None:
    with sqlite3.connect(book) as raw:
        seq, text = raw.execute(
            "select seq, text from groups where name = 'said' order by seq limit 1"
        ).fetchone()
        raw.execute(
            "update groups set text = ? where seq = ? and name = 'said'",
            (text.replace('"sealed":"', '"sealed":"AAAA'), seq),
        )
    raw.close()
    assert faults(book) != []
