"""Ways round what a buyer may see: names of files, digests, plans of others, proofs, packs, messages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from apportion.commands.books import list_book
from apportion.commands.plans import plan_scenario
from apportion.commands.session import opened
from apportion.files.plans import read_plan
from tests.books import MAKER, write_book
from tests.decided import set_clock
from tests.shared_market import USERS, foreign_in, write_market
from tests.unit.people.test_recused import written
from tests.unit.test_cli_commands import Runner, run

__all__ = ["run"]


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Give a book, and a folder with a plan of all of it and with one that the buyer made."""
    folder = tmp_path_factory.mktemp("narrow")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APPORTION_KEYS", str(folder / "keys"))
        set_clock(patch).on("2031-01-04")
        named = [USERS[name] for name in ("desk", "buyer", "admin", "auditor")]
        place = write_book(folder / "book.db", users=named, scenarios=[write_market(folder / "market")])
        for name in ("desk", "buyer"):
            with opened(place, name):
                plan_scenario("market", out=folder / f"plan-{name}", changes={})
        yield place, folder


@pytest.mark.parametrize("name", ["buyer", "admin"])
def test_the_list_of_scenarios_names_no_file_of_others_and_no_digest(
    market: tuple[str, Path], name: str
) -> None:
    with opened(market[0], name):
        [row] = list_book()
    assert (row.name, row.world) == ("market", "")
    assert set(row.files) == ({"mercury-first.toml"} if name == "buyer" else set())
    with opened(market[0], MAKER):
        [whole] = list_book()
    assert set(whole.files) == {"mercury-first.toml", "hush-swap.toml"}
    assert whole.world


LINES = (
    ("db", "list"),
    ("check", "market"),
    ("check", "quillon"),
    ("plan", "market", "--viewpoint", "party:zephyr", "--out", "{out}"),
    ("plan", "market", "--viewpoint", "party:nobody", "--out", "{out}"),
    ("plan", "market", "--under", "orders:ORD-@2"),
    ("why", "{desk}", "ORD-M"),
    ("why", "{own}", "ORD-"),
    ("verify", "{desk}"),
    ("trace", "{own}", "customers.z.filled"),
    ("cite", "market", "orders:ORD-"),
    ("cite", "market", "supply:LOT-"),
    ("assess", "market", "hush"),
    ("assess", "market", "mercury-first", "--out", "{out}"),
    ("conflicts", "market", "mercury-first"),
    ("claims", "market", "--out", "{out}"),
    ("transfers", "market", "--out", "{out}"),
    ("suggest", "market", "--out", "{out}"),
    ("timeline", "market", "--out", "{out}"),
    ("adherence", "market", "--out", "{out}"),
    ("export", "market", "--to", "{out}/copy"),
    ("export", "market", "--to", "{out}/copy.zip"),
    ("decision", "show", "market", "hush"),
    ("decision", "notices", "market", "hush"),
    ("audit", "log"),
    ("audit", "prove", "3"),
    ("audit", "verify"),
    ("pack", "mercury-first", "--scenario", "market"),
    ("user", "list"),
    ("db", "backup", "{out}/backup.db"),
)


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_a_buyer_is_told_nothing_of_others_whatever_is_typed(
    run: Runner,
    market: tuple[str, Path],
    line: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place, folder = market
    monkeypatch.setenv("APPORTION_KEYS", str(folder / "keys"))
    set_clock(monkeypatch).on("2031-01-05")
    named = {"out": tmp_path / "out", "desk": folder / "plan-desk", "own": folder / "plan-buyer"}
    typed = [one.format_map(named) for one in line]
    # What was typed may be said again.
    asked = "|".join(one for one in line if foreign_in(one)) or "^$"
    for form in ([], ["--json"]):
        answer = run(*typed, *form, "--db", place, "--as", "buyer")
        assert answer.code in {0, 1, 2, 4}
        told = answer.stdout + answer.stderr + written(tmp_path)
        assert foreign_in(told.replace(asked, "").replace(asked.removeprefix("party:"), "")) == ""


def test_a_plan_kept_in_a_book_is_another_one_for_a_buyer_than_for_the_desk(
    market: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, folder = market
    monkeypatch.setenv("APPORTION_KEYS", str(folder / "keys"))
    with opened(place, "buyer"):
        _, again = plan_scenario("market", out=tmp_path / "again", changes={})
    kept = read_plan(folder / "plan-buyer")
    assert again.digest == kept.digest != read_plan(folder / "plan-desk").digest
    assert foreign_in(written(tmp_path / "again")) == ""
    assert set(kept.tables["allocations"]["order"].to_list()) == {"ORD-M"}


def test_what_is_of_others_is_found_wherever_it_stands_but_not_by_chance_in_a_digest() -> None:
    root = "f710b35174a662eb1942760074624f2250b8e4b7519af3326d5928e9b04b4609"
    for text in (
        "Zephyr",
        "6,007 units",
        '{"micro_units":6007000000}',
        "6007000000000000000",
        f"{root} of zoe",
    ):
        assert foreign_in(text)
    assert foreign_in(f'"root": "{root}"') == ""
