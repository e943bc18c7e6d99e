"""The reference is current, and nothing that a user can name is missing from it."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import apportion
from apportion.engine import explain
from apportion.errors import Code, UsageError
from apportion.model.columns import PROVENANCE
from apportion.model.contracts import TABLES
from apportion.model.plan import SCHEMAS, SHARES
from apportion.model.policy import Policy, Rule
from apportion.verify import routing
from tests.unit.test_cli_commands import COMMANDS
from tools.code_meanings import CODE_MEANINGS
from tools.make_reference import PAGES, PLAN_MEANINGS, REFERENCE, made_again

ROOT = REFERENCE.parent.parent
SOURCE = ROOT / "src" / "apportion"
ALLOCATION = ROOT / "docs" / "concepts" / "allocation.md"
# Rules that are no literal beside the word rule: kinds of a resource, names of a policy's rule, and pairs in a list.
RULES_BY_NAME = {"supply", "power", "liquid", "units", "priority", "first-come"}
RULES_IN_PAIRS = {"order-closed", "window", "site-not-usable"}


def page(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """Return what stands under a heading until the next of its rank or above."""
    rank = heading.split(" ", maxsplit=1)[0]
    found = re.search(
        rf"^{re.escape(heading)}$(.*?)(?=^#{{1,{len(rank)}}} |\Z)", text, re.DOTALL | re.MULTILINE
    )
    assert found, f"there is no {heading!r}"
    return found[1]


@pytest.mark.parametrize("name", sorted({file for file, _ in PAGES.values()}))
def test_a_generated_page_is_current(name: str) -> None:
    assert made_again(page(name), page=name) == page(name), "run python tools/make_reference.py"


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_column_of_a_scenario_is_documented(table) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    told = section(page("scenario.md"), f"### {table.name}")
    for column in table.columns:
        assert re.search(rf"^\| (\*\*)?{column.name}(\*\*)? \|", told, re.MULTILINE), column.name


def test_every_column_that_any_table_may_carry_is_documented() -> None:
    told = section(page("scenario.md"), "## Rules for every table")
    assert [column.name for column in PROVENANCE if f"| {column.name} |" not in told] == []


def test_every_setting_is_documented_with_its_default() -> None:
    told = section(page("scenario.md"), "## scenario.toml")
    for field in dataclasses.fields(Policy):
        row = re.search(rf"^\| `policy\.{field.name}` \| (.*?) \|", told, re.MULTILINE)
        assert row, field.name
        default = str(getattr(Policy(), field.name)).lower()
        words = {"none": "start_on", "('firm',)": '["firm"]'}
        assert row[1] == f"`{words.get(default, default)}`"


def test_the_rules_that_are_not_planned_are_named_and_no_other() -> None:
    world = apportion.read("three-orders")
    refused = set()
    for rule in Rule:
        try:
            apportion.plan(world, dataclasses.replace(world.settings.policy, rule=rule))
        except UsageError:
            refused.add(str(rule))
    row = next(line for line in page("scenario.md").splitlines() if line.startswith("| `policy.rule` |"))
    kept = set(re.findall(r"`([a-z-]+)`", row.partition(";")[2]))
    built = set(re.findall(r"`([a-z-]+)`", row.partition(";")[0].split("|")[3]))
    assert (kept, built) == (refused, {str(rule) for rule in Rule} - refused)
    limits = section((ROOT / "README.md").read_text(encoding="utf-8"), "## Not built yet")
    assert {rule for rule in refused if f"`{rule}`" not in limits} == set()


def test_every_file_and_column_of_a_plan_is_documented() -> None:
    assert {name: list(columns) for name, columns in PLAN_MEANINGS.items()} == {
        name: list(schema) for name, schema in {**SCHEMAS, "shares": SHARES}.items()
    }
    files = section(page("plan.md"), "# The plan").partition("## ")[0]
    assert [name for name in SCHEMAS if f"`{name}.csv`" not in files] == []


def test_every_key_of_a_plan_on_disk_is_documented(tmp_path: Path) -> None:
    plan = apportion.plan(apportion.read("three-orders"))
    plan.write(tmp_path)
    told = section(page("plan.md"), "## plan.json")
    keys = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert [key for key in keys if f"`{key}`" not in told] == []
    written = {file.name for file in tmp_path.iterdir()}
    assert [name for name in written if f"`{name}`" not in page("plan.md")] == []


def test_every_reason_and_every_remedy_is_documented() -> None:
    reasons = {value for name, value in vars(explain).items() if name.isupper() and isinstance(value, str)}
    assert "fair-share" in reasons
    told = section(page("plan.md"), "## Reasons")
    concept = ALLOCATION.read_text(encoding="utf-8")
    assert sorted(reason for reason in reasons if f"`{reason}`" not in told) == []
    assert sorted(reason for reason in reasons if f"`{reason}`" not in concept) == []
    remedies = section(page("plan.md"), "## Remedies")
    for words in (
        "units of SKU",
        "kW at SITE",
        "liquid kW at SITE",
        "units of room at SITE",
        "units of quota ID",
    ):
        assert words in remedies


def test_every_code_is_documented() -> None:
    assert list(CODE_MEANINGS) == list(Code)


def rules_in_source() -> Iterator[str]:
    """Yield every rule that a refusal can name, as the source spells it."""
    for file in [*sorted((SOURCE / "verify").glob("*.py")), SOURCE / "commands" / "plans.py"]:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name) and isinstance(node.value.value, str)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                defaults = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
                given: list[ast.expr] = [
                    one for name, one in defaults if name.arg == "rule" and one is not None
                ]
            elif isinstance(node, ast.Call):
                given = [keyword.value for keyword in node.keywords if keyword.arg == "rule"]
            else:
                continue
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_refusal":
                given += node.args[1:2]
            for value in given:
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield value.value
                elif isinstance(value, ast.Name) and value.id in constants:
                    yield constants[value.id]


def test_every_rule_that_refuses_a_plan_is_documented() -> None:
    told = section(page("findings.md"), "## Rules that a refusal names")
    documented = set(
        re.findall(
            r"`([a-z-]+)`",
            "\n".join(line.split("|")[1] for line in told.splitlines() if line.startswith("| `")),
        )
    )
    found = set(rules_in_source()) | RULES_BY_NAME | RULES_IN_PAIRS
    assert found - documented == set()
    assert documented - found == set()


def test_every_command_and_option_is_documented() -> None:
    told = page("commands.md")
    assert set(COMMANDS) == {command for command in COMMANDS if f"| `apportion {command}" in told}
    for name, command in COMMANDS.items():
        help_text = section(told, f"## apportion {name}")
        for parameter in command.params:
            for option in parameter.opts:
                assert option in help_text or not option.startswith("--"), f"{name} {option}"


def test_every_public_name_is_documented() -> None:
    told = section(page("python.md"), "## Public names")
    public = [name for name in apportion.__all__ if not name.startswith("__")]
    assert [name for name in public if not re.search(rf"^`{name}[(`]", told, re.MULTILINE)] == []


def test_the_sizes_up_to_which_routing_is_proven_are_those_of_the_code() -> None:
    told = ALLOCATION.read_text(encoding="utf-8")
    sizes = f"at most {routing.PART_ORDERS} orders and {routing.PART_COLUMNS} options"
    for words in (sizes, f"the first {routing.STAGES} stages", f"a budget of {routing.CELLS:,} steps"):
        assert words in " ".join(told.split())


def test_the_rules_of_the_allocation_are_numbered_without_a_gap_and_cited_rightly() -> None:
    told = ALLOCATION.read_text(encoding="utf-8")
    numbers = [int(number) for number in re.findall(r"^\*\*A(\d+)", told, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    pages = [*(ROOT / "docs").glob("*.md"), *(ROOT / "docs").glob("[a-z]*/*.md"), ROOT / "README.md"]
    cited = {int(number) for file in pages for number in re.findall(r"\bA(\d\d?)\b", file.read_text("utf-8"))}
    assert max(cited) <= len(numbers)
