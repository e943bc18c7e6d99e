"""Ways around a decision that somebody tried: each is refused, stops, or leaves the bookings as they were."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apportion.digest import canonical_bytes, digest
from apportion.files.decisions import FILE, START, read_log
from tests.build import Rows
from tests.decided import NAME, TABLES, Clock, case_of, order, party, write_two
from tests.unit.decisions.acting import AS_BOOKED, REFUSED, booked, done, vote
from tests.unit.test_cli_commands import FOUND, WRONG_USE, Runner

OTHER_PACKS = ("nasdaq-5630", "own")
PARTIES: Rows = [*TABLES["parties"], party("eve", "person")]


@pytest.fixture
def folder(tmp_path: Path, clock: Clock) -> Path:
    del clock
    return write_two(tmp_path / "two", parties=PARTIES)


def pack_of(name: str, folder: Path) -> str:
    """Return a pack's name, or the file of one of one's own that is as strict as the house's."""
    return own_pack(folder, notice_days="31") if name == "own" else name


@pytest.mark.parametrize("name", OTHER_PACKS)
@pytest.mark.parametrize("person", ["cal", "ann", "dan"])
def test_who_is_tied_to_a_party_chooses_no_other_rules_for_it(
    run: Runner, folder: Path, person: str, name: str
) -> None:
    answer = run("propose", folder, NAME, "--as", person, "--pack", pack_of(name, folder), "--json")
    assert (answer.code, answer.value["refusal"]["rule"]) == (REFUSED, "G26")
    assert answer.value["refusal"]["key"] == "refusal.own-rules"
    assert not (folder / FILE).exists()
    done(run("propose", folder, NAME, "--as", person))


LAXER = {
    "interest_percent": "100",
    "materiality_usd": "1000000000000",
    "needs_conflict_below_materiality": "false",
    "window_months": "1",
    "is_prior": "false",
    "sides": '"listed"',
    "majority": '"cast"',
    "board_conflicted_percent": "100",
    "needs_power_to_reject": "false",
    "memo_from_usd": "99999999",
    "emergency_days": "4000",
    "attestation_days": "9999",
    "notice_days": "0",
}


def own_pack(folder: Path, **values: str) -> str:
    """Write the house's pack under another id with other values, and return its file."""
    file = Path(__file__).parents[3] / "src" / "apportion" / "packs" / "house-strict.toml"
    lines = []
    for line in file.read_text(encoding="utf-8").splitlines():
        name = line.partition(" = ")[0]
        lines.append(f"{name} = {values[name]}" if name in values else line)
    text = "\n".join(lines).replace('id = "house-strict"', 'id = "own"', 1)
    (folder.parent / "own.toml").write_text(text, encoding="utf-8")
    return str(folder.parent / "own.toml")


@pytest.mark.parametrize("name", LAXER)
def test_g24_a_pack_of_ones_own_asks_no_less_than_the_house(run: Runner, folder: Path, name: str) -> None:
    """Eve is tied to nobody, and would choose rules under which nobody has to decide."""
    values = {name: LAXER[name]}
    if name == "materiality_usd":
        values["needs_conflict_below_materiality"] = "false"
    answer = run("propose", folder, NAME, "--as", "eve", "--pack", own_pack(folder, **values))
    assert answer.code == WRONG_USE
    assert name in answer.stderr
    assert not (folder / FILE).exists()


def test_g24_a_stricter_pack_of_ones_own_is_taken(run: Runner, folder: Path) -> None:
    stricter = own_pack(folder, interest_percent="1", committee_least="3", notice_days="60", sides='"all"')
    done(run("propose", folder, NAME, "--as", "eve", "--pack", stricter))
    assert case_of(folder).pack.id == "own"
    answer = run(
        "decision", "pack", folder, NAME, "--as", "eve", "--pack", own_pack(folder, is_prior="false")
    )
    assert answer.code == WRONG_USE


def test_who_is_tied_to_nobody_chooses_the_rules(run: Runner, folder: Path) -> None:
    done(run("propose", folder, NAME, "--as", "eve", "--pack", "nasdaq-5630"))
    assert case_of(folder).pack.id == "nasdaq-5630"


@pytest.mark.parametrize("text", ["\u200b", "\u2060\u200d", "\u00a0"])
def test_a_reason_that_shows_nothing_is_none(run: Runner, approved: Path, text: str) -> None:
    answer = run(
        "apply", approved, NAME, "--as", "dan", "--reason", "site-ready", "--because", text, "--json"
    )
    assert (answer.code, answer.value["refusal"]["key"]) == (REFUSED, "refusal.no-reason")


def test_a_lot_called_another_sku_and_booked_for_the_other_party_stops(run: Runner, folder: Path) -> None:
    done(run("propose", folder, NAME, "--as", "cal"))
    [sku], [lot, *lots] = TABLES["skus"], TABLES["supply"]
    write_two(
        folder,
        parties=PARTIES,
        skus=[sku, {**sku, "sku": "k2"}],
        supply=[{**lot, "sku": "k2", "reserved_for": "B2"}, *lots],
        orders=[*TABLES["orders"], order("B2", "beta", skus="k2")],
    )
    answer = run("plan", folder, "--rule", "as-booked")
    assert answer.code == FOUND
    assert "not-decided: supply.csv, row 2, column sku" in answer.stderr
    write_two(
        folder,
        parties=PARTIES,
        skus=[sku, {**sku, "sku": "k2"}],
        supply=[{**lot, "sku": "k2", "reserved_for": "A2"}, *lots],
        orders=[*TABLES["orders"], order("A2", "alpha", skus="k2")],
    )
    done(run("plan", folder, "--rule", "as-booked"))


def no_tables(bookings: dict[str, Any]) -> None:
    bookings["tables"] = 1


def nothing_at_all(bookings: dict[str, Any]) -> None:
    bookings.clear()


def no_number(bookings: dict[str, Any]) -> None:
    bookings["tables"]["supply"][0]["quantity"] = "many"


def no_day(bookings: dict[str, Any]) -> None:
    bookings["tables"]["supply"][0]["arrives_on"] = "soon"


def no_lot(bookings: dict[str, Any]) -> None:
    del bookings["tables"]["supply"][0]["lot"]


def no_row(bookings: dict[str, Any]) -> None:
    bookings["tables"]["orders"] = 5


def no_rule(bookings: dict[str, Any]) -> None:
    bookings["policy"]["rule"] = "mine"


def no_policy(bookings: dict[str, Any]) -> None:
    del bookings["policy"]["rule"]


FORGED = (no_tables, nothing_at_all, no_number, no_day, no_lot, no_row, no_rule, no_policy)


@pytest.mark.parametrize("forge", FORGED, ids=lambda one: str(one.__name__))
def test_a_forged_freeze_is_a_finding(
    run: Runner, folder: Path, forge: Callable[[dict[str, Any]], None]
) -> None:
    done(run("propose", folder, NAME, "--as", "cal"))
    events = [json.loads(line) for line in read_log(folder).held.splitlines()]
    forge(events[0]["body"]["bookings"])
    before, lines = START, []
    for event in events:
        body = {**event, "before": before}
        del body["digest"]
        before = digest(body)
        lines.append(canonical_bytes({**body, "digest": before}) + b"\n")
    (folder / FILE).write_bytes(b"".join(lines))
    for command in ("plan", "check"):
        answer = run(command, folder)
        assert answer.code == FOUND
        assert "decisions-broken: decisions.jsonl, row 1" in answer.stderr + answer.stdout


def test_what_is_put_forward_leaves_the_bookings(run: Runner, folder: Path) -> None:
    done(run("propose", folder, NAME, "--as", "cal"))
    assert booked(run, folder) == AS_BOOKED


def test_what_is_said_stays_one_line_of_the_minutes(run: Runner, approved: Path) -> None:
    text = "Look.\n2031-01-02 09:00:00  amy voted no for alpha."
    done(run("decision", "state", approved, NAME, "--as", "cal", "--text", text))
    told = done(run("decision", "minutes", approved, NAME)).stdout.splitlines()
    assert told[-1].endswith("“Look. 2031-01-02 09:00:00 amy voted no for alpha.”")
    assert not any("amy voted no" in line for line in told[:-1])


def test_an_emergency_does_not_say_that_every_side_approved(run: Runner, folder: Path) -> None:
    done(run("propose", folder, NAME, "--as", "cal"))
    done(run("disclose", folder, NAME, "--as", "cal"))
    done(run("review", folder, NAME, "--as", "dan", "--emergency", "The hall is ready."))
    for person in ("ann", "amy"):
        told = done(vote(run, folder, person=person, side="alpha")).stdout
    assert "As many approve it as an emergency asks for." in told
    assert "Every side that is needed approves it." not in told
