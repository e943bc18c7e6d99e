"""Ties that come to light after a proposal was carried out, and changes that are told and stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.decided import TABLES, tie, write_two
from tests.unit.decisions.acting import AS_BOOKED, AS_DECIDED, booked, done
from tests.unit.test_cli_commands import Runner

OWNER = {"role": "owner", "share_percent": "40"}


def units(found: dict[str, list[tuple[str, str]]]) -> dict[str, list[tuple[str, str]]]:
    """Return what the two parties of the swap get."""
    return {name: found[name] for name in ("A", "B")}


@pytest.mark.parametrize("person", ["ann", "dan"])
def test_g07_a_tie_of_who_decided_or_carried_out_that_shows_later_takes_it_back(
    run: Runner, applied: Path, person: str
) -> None:
    """Ann voted yes for alpha, dan carried it out; beta is partly theirs, as the files say only now."""
    assert units(booked(run, applied)) == AS_DECIDED
    others = [row for row in TABLES["interests"] if (row["holder"], row["entity"]) != (person, "beta")]
    write_two(
        applied, interests=[*others, tie(person, "beta", **OWNER), tie(person, "alpha", role="officer")]
    )
    assert units(booked(run, applied)) == AS_BOOKED
    told = run("check", applied).stdout
    assert f"'{person}', who decided it or carried it out" in told
    assert "It is treated as not made." in told


def test_a_tie_that_began_after_it_was_carried_out_takes_nothing_back(run: Runner, applied: Path) -> None:
    later = [{"from_on": "", **row} for row in TABLES["interests"]]
    late = [{**tie("ann", "beta", **OWNER), "from_on": "2032-01-01"}]
    write_two(applied, interests=[*later, *late])
    assert units(booked(run, applied)) == AS_DECIDED


def test_a_tie_of_who_said_nothing_takes_nothing_back(run: Runner, applied: Path) -> None:
    """Cal is known to be tied to both, and did not vote; gamma's owner is on no side of it."""
    write_two(applied, interests=[*TABLES["interests"], tie("ann", "gamma", **OWNER)])
    assert units(booked(run, applied)) == AS_DECIDED


def test_what_changed_and_stands_is_told(run: Runner, folder: Path) -> None:
    done(run("propose", folder, "four-now", "--as", "cal"))
    orders = [{**row, "quantity": "9"} if row["order"] == "G" else row for row in TABLES["orders"]]
    write_two(folder, orders=orders)
    told = run("check", folder).stdout
    assert "info not-decided: orders.csv, row 4, column quantity: 9 stands where 8 did" in told
