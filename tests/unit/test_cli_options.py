"""No setting, rule or option is read and ignored: each changes what is planned, or stands here with its reason."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from apportion.calendar import RoundLength
from apportion.cli import app
from apportion.cli.keeping import BookCommand
from apportion.commands.plans import make_plan
from apportion.engine.checks import check_world
from apportion.errors import Severity, UsageError
from apportion.model.policy import Case, Count, LevelBy, Policy, Rule, Settings
from apportion.model.world import World
from tests.build import make_world, write_scenario
from tests.unit.test_cli_commands import COMMANDS

Cells = dict[str, str]
SETTINGS: dict[str, Any] = {"name": "options", "start_on": dt.date(2025, 1, 1), "end_on": dt.date(2025, 3, 1)}
EARLY_LATE = {"ready_on_early": "2025-01-08", "ready_on_late": "2025-01-25"}


def order(name: str, customer: str, *, skus: str, quantity: int, **cells: str) -> Cells:
    plain = {"order": name, "customer": customer, "skus": skus, "quantity": str(quantity)}
    return plain | {"sites": "n", "requested_on": "2025-01-02"} | cells


# Each rule, level, count, case and round gives this world another plan.
TABLES: dict[str, list[Cells]] = {
    "parties": [
        {"party": "ann", "name": "Ann", "kind": "customer", "group": "g", "weight": "2"},
        {"party": "bob", "name": "Bob", "kind": "customer", "group": "g", "weight": "1"},
        {"party": "cid", "name": "Cid", "kind": "customer", "group": "", "weight": "1"},
        {"party": "v", "name": "V", "kind": "supplier", "group": "", "weight": "1"},
    ],
    "skus": [
        {"sku": "a", "name": "A", "vendor": "v", "site_kw": "1", "lot_units": "4"},
        {"sku": "b", "name": "B", "vendor": "v", "site_kw": "1", "reference_units": "3"},
    ],
    "sites": [{"site": "n", "name": "North", "operator": "v"}],
    "readiness": [
        {"site": "n", "step": "one", "ready_on": "2025-01-01", "power_kw": "20"},
        {"site": "n", "step": "two", "ready_on": "2025-01-13", "power_kw": "500"} | EARLY_LATE,
    ],
    "supply": [
        {"lot": "L1", "sku": "a", "supplier": "v", "arrives_on": "2025-01-01", "quantity": "32", "reserved_for": "A1"},
        {"lot": "L2", "sku": "b", "supplier": "v", "arrives_on": "2025-01-04", "quantity": "30", "reserved_for": ""},
        {"lot": "L3", "sku": "a", "supplier": "v", "arrives_on": "2025-02-04", "quantity": "20", "reserved_for": "C1"},
    ],
    "orders": [
        order("A1", "ann", skus="a", quantity=40, placed_on="2024-12-05", promised_on="2025-01-07"),
        order("A2", "ann", skus="b", quantity=10, placed_on="2024-12-09"),
        order("B1", "bob", skus="b|a", quantity=40, placed_on="2024-12-03", promised_on="2025-01-09"),
        order("C1", "cid", skus="a|b", quantity=30, placed_on="2024-12-04", promised_on="2025-01-05"),
        order("C2", "cid", skus="b", quantity=12, placed_on="2024-12-02", commitment="soft"),
    ],
    "shipments": [
        {"shipment": "H", "order": "C1", "sku": "a", "site": "n", "quantity": "6", "shipped_on": "2024-12-20"},
    ],
}  # fmt: skip


def world_of(*, policy: Mapping[str, object] | None = None, **settings: object) -> World:
    return make_world({**SETTINGS, **settings, "policy": dict(policy or {})}, TABLES)


def rows_of(world: World, policy: Policy | None = None) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows that the plan of a world says."""
    plan = make_plan(world, policy)
    return {name: frame.rows() for name, frame in {**plan.tables, "shares": plan.shares}.items()}


@pytest.fixture(scope="module")
def plain() -> dict[str, list[tuple[object, ...]]]:
    return rows_of(world_of())


def distinct(plans: list[dict[str, list[tuple[object, ...]]]]) -> int:
    return len({repr(plan) for plan in plans})


MEMBERS: list[tuple[str, type[enum.StrEnum]]] = [("rule", Rule), ("level_by", LevelBy), ("count", Count)]


@pytest.mark.parametrize(("name", "kinds"), MEMBERS)
def test_each_member_of_a_policy_gives_another_plan(name: str, kinds: type[enum.StrEnum]) -> None:
    plans = [rows_of(world_of(policy={name: str(member)})) for member in kinds]
    assert distinct(plans) == len(kinds)


def test_each_case_and_each_length_of_round_gives_another_plan() -> None:
    assert distinct([rows_of(world_of().case(case)) for case in Case]) == len(Case)
    assert distinct([rows_of(world_of(round=str(length))) for length in RoundLength]) == len(RoundLength)


OTHER_POLICY: dict[str, object] = {
    "rule": Rule.AS_BOOKED,
    "level_by": LevelBy.GROUP,
    "count": Count.REFERENCE,
    "readiness": False,
    "whole_lots": False,
    "commitments": ("firm", "soft"),
    "count_from_on": dt.date(2024, 12, 1),
}


@pytest.mark.parametrize("field", dataclasses.fields(Policy), ids=lambda field: field.name)
def test_each_field_of_a_policy_changes_a_plan_from_the_file_and_from_code(
    field: dataclasses.Field[object], plain: dict[str, list[tuple[object, ...]]]
) -> None:
    value = OTHER_POLICY[field.name]
    from_code = rows_of(world_of(), Policy(**{field.name: value}))  # type: ignore[arg-type]
    assert from_code != plain
    told = str(value) if isinstance(value, enum.Enum) else list(value) if isinstance(value, tuple) else value
    assert rows_of(world_of(policy={field.name: told})) == from_code


OTHER_SETTINGS: dict[str, object] = {
    "start_on": dt.date(2025, 1, 6),
    "end_on": dt.date(2025, 2, 1),
    "round": "month",
}
# No share rests on these; the worth of the last three is for later studies.
LABELS: dict[str, object] = {
    "name": "other",
    "title": "Other",
    "reference_sku": "b",
    "currency": "EUR",
    "capital_percent_per_year": 9,
}


@pytest.mark.parametrize("name", [*OTHER_SETTINGS, *LABELS])
def test_each_setting_changes_the_plan_or_is_a_label(
    name: str, plain: dict[str, list[tuple[object, ...]]]
) -> None:
    world = world_of(**{name: (OTHER_SETTINGS | LABELS)[name]})  # type: ignore[arg-type]
    assert world.digest != world_of().digest
    assert (rows_of(world) == plain) == (name in LABELS)


def test_every_setting_is_in_one_list() -> None:
    known = {field.name for field in dataclasses.fields(Settings)} - {
        "calendar",
        "policy",
        "unknown",
        "unknown_policy",
    }
    assert known | {"start_on", "end_on", "round"} == {*OTHER_SETTINGS, *LABELS}
    assert {field.name for field in dataclasses.fields(Policy)} == set(OTHER_POLICY)


def test_an_unknown_setting_is_told_and_changes_nothing(plain: dict[str, list[tuple[object, ...]]]) -> None:
    world = world_of(policy={"rulez": "as-booked"}, rounds="month")
    assert rows_of(world) == plain
    assert world.digest != world_of().digest


def test_a_reference_sku_that_is_none_is_found() -> None:
    [finding] = [one for one in check_world(world_of(reference_sku="z")) if one.severity is Severity.ERROR]
    assert (finding.file, finding.column, str(finding.code)) == (
        "scenario.toml",
        "reference_sku",
        "reference-unknown",
    )


# What each option of the command line is given, by command, to hold that it changes what is planned or printed.
PLAN_OPTIONS: dict[str, list[str]] = {
    "--rule": ["as-booked"],
    "--level-by": ["group"],
    "--count": ["reference"],
    "--exact-shares": [],
    "--no-readiness": [],
    "--as-known-on": ["2024-12-01"],
    "--viewpoint": ["public"],
    "--case": ["favourable"],
}
# Where the answer goes or how it is laid out; held by the tests of each command.
LAYOUT = {"--json", "--lang", "--out", "--to", "--parquet", "--scenario", "--help"}
VIEW = {"--as-known-on", "--viewpoint"}
STUDY_OPTIONS = {"--rule", "--case", *VIEW}
ASSESS_OPTIONS = {"--whole-market", "--case", *VIEW}
SUGGEST_OPTIONS = {"--most", "--case", *VIEW}
CLAIMS_OPTIONS = {"--case", *VIEW}
CONFLICTS_OPTIONS = {"--pack", "--on", "--person", *VIEW}
# What these change is held in test_under_each.
UNDER = {"--under", "--under-each", "--most"}


AS = {"--as"}
GIVEN = {"--role", "--party", "--person", "--key", "--make-key"}
COMMITTEE = {"--committee", "--finding", "--may-negotiate", "--may-reject"}
DECISION_OPTIONS: dict[str, set[str]] = {
    "propose": AS | {"--pack"},
    "disclose": AS | {"--text"},
    "review": AS | COMMITTEE | {"--found-by", "--memo", "--memo-by", "--alternative", "--emergency"},
    "vote": AS | {"--side", "--yes", "--no", "--abstain", "--text", "--facts"},
    "recuse": AS | {"--because"},
    "apply": AS | {"--reason", "--because", "--ratify"},
    "decision show": AS,
    "decision minutes": AS,
    "decision notices": AS | {"--sent", "--how"},
    "decision acknowledge": AS | {"--facts"},
    "decision attest": AS,
    "decision convene": AS | COMMITTEE,
    "decision memo": AS | {"--file", "--alternative"},
    "decision state": AS | {"--text"},
    "decision withdraw": AS | {"--because"},
    "decision settle": AS | {"--obligation", "--units"},
    "decision override": AS | {"--reason", "--because", "--winner", "--loser", "--units"},
    "decision close": AS,
    "decision pack": AS | {"--pack"},
    "decision analyse": AS,
    "decision check": {"--last"},
    "decision walk": {"--pack"},
}


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> str:
    hidden = {"known_on": "2024-12-20", "public_on": "2026-01-01", "known_to": "ann"}
    rows = [TABLES["supply"][0] | hidden, *TABLES["supply"][1:]]
    return str(write_scenario(tmp_path_factory.mktemp("in"), SETTINGS, tables={**TABLES, "supply": rows}))


def planned(*arguments: str) -> dict[str, Any]:
    """Return the tables of a plan that the command line prints as JSON."""
    answer = CliRunner().invoke(app, ["plan", *arguments, "--json"], catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    tables = json.loads(answer.stdout)["tables"]
    assert isinstance(tables, dict)
    return tables


@pytest.fixture(scope="module")
def plainly(scenario: str) -> dict[str, Any]:
    return planned(scenario)


@pytest.mark.parametrize("option", PLAN_OPTIONS)
def test_each_option_of_plan_changes_the_plan(option: str, scenario: str, plainly: dict[str, Any]) -> None:
    assert planned(scenario, option, *PLAN_OPTIONS[option]) != plainly


def test_every_option_of_every_command_is_known_here() -> None:
    for name, command in COMMANDS.items():
        options = {
            option for parameter in command.params for option in parameter.opts if option.startswith("--")
        }
        known = {
            "plan": set(PLAN_OPTIONS) | UNDER,
            "check": VIEW,
            "adherence": STUDY_OPTIONS,
            "assess": ASSESS_OPTIONS | UNDER,
            "suggest": SUGGEST_OPTIONS,
            # What these change is held in test_interests_story.
            "conflicts": CONFLICTS_OPTIONS,
            "claims": CLAIMS_OPTIONS | UNDER,
            # What these change is held by the tests of each: test_trace, test_timeline, test_cite and so on.
            "trace": {"--most", "--under-each"},
            "timeline": VIEW | {"--most"},
            "cite": VIEW,
            "attach": {"--most-megabytes"},
            "packs": {"--on"},
            "transfers": VIEW | {"--pack"},
            # What these change is held in tests/unit/books/test_db.py.
            "db init": {"--checkpoints", "--db", "--as"},
            "db add": {"--name", "--db", "--as"},
            "db list": {"--db", "--as"},
            "db migrate": {"--db"},
            "db backup": {"--db", "--as"},
            "db restore": {"--without-words"},
            "db check": {"--db", "--as"},
            # What these change is held in tests/unit/people/test_users.py.
            "user add": GIVEN | {"--db", "--as"},
            "user change": GIVEN | {"--db", "--as"},
            "user withdraw": {"--db", "--as"},
            "user list": {"--db", "--as"},
            # What these change is held in tests/unit/people/test_erasure.py and test_erasure_faces.py.
            "hold place": {"--because", "--db", "--as"},
            "hold lift": {"--because", "--db", "--as"},
            "hold list": {"--db", "--as"},
            "erase": {"--because", "--db", "--as"},
            # What these change is held in tests/unit/books/test_packing.py.
            "pack": {"--view", "--party", "--db", "--as"},
            # What these change is held in tests/unit/books/test_audit.py.
            "audit log": {"--kind", "--subject", "--last", "--db", "--as"},
            "audit verify": {"--checkpoint", "--db", "--as"},
            "audit checkpoint": {"--add", "--db", "--as"},
            "audit countersign": {"--as"},
            "audit prove": {"--from", "--db", "--as"},
            "key show": {"--db", "--as"},
            "key rotate": {"--db", "--as"},
            # What these change is held in tests/unit/decisions.
            **DECISION_OPTIONS,
        }
        # What these two change is held in tests/unit/books.
        kept = {"--db", *AS} if isinstance(command, BookCommand) else set()
        assert kept <= options, name
        assert options - LAYOUT - kept == known.get(name, set()) - LAYOUT - kept, name


@pytest.mark.parametrize("option", sorted(STUDY_OPTIONS))
def test_each_option_of_adherence_changes_what_it_says(option: str, scenario: str) -> None:
    def told(*arguments: str) -> str:
        answer = CliRunner().invoke(
            app, ["adherence", scenario, *arguments, "--json"], catch_exceptions=False
        )
        assert answer.exit_code == 0, answer.output
        return answer.stdout

    value = {**PLAN_OPTIONS, "--rule": ["first-come"]}[option]
    assert told(option, *value) != told()


@pytest.mark.parametrize("option", sorted(VIEW))
def test_each_view_of_check_changes_what_is_found(option: str, tmp_path: Path) -> None:
    def found(*arguments: str) -> str:
        return CliRunner().invoke(app, ["check", str(tmp_path), *arguments, "--json"]).stdout

    rows = [
        row | {"known_on": "2024-12-20", "public_on": "2026-01-01", "known_to": "ann"}
        for row in TABLES["orders"]
    ]
    write_scenario(tmp_path, SETTINGS, tables={**TABLES, "orders": rows})
    day = ["--as-known-on", "2025-01-01"]
    if option == "--viewpoint":
        assert found(*day, option, "public") != found(*day)
    else:
        assert found(option, "2024-12-01") != found()


WRONG_WORDS = {
    "--rule": "fair",
    "--level-by": "desk",
    "--count": "chips",
    "--case": "best",
    "--viewpoint": "us",
}


@pytest.mark.parametrize(("option", "word"), WRONG_WORDS.items())
def test_a_word_that_an_option_does_not_know_is_wrong_use(option: str, word: str) -> None:
    answer = CliRunner().invoke(app, ["plan", "three-orders", option, word])
    assert isinstance(answer.exception, UsageError)
    assert word in str(answer.exception)
    assert "Use " in str(answer.exception)
