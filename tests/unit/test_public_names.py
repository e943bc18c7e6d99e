"""What `import apportion` gives is a short list, each name of it there, explained, and free of surprises."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import apportion as ap

NAMES = [name for name in ap.__all__ if name != "__version__"]
STUB = Path(str(ap.__file__)).read_text(encoding="utf-8")


def test_the_list_is_short_and_sorted() -> None:
    # One for each question that a user asks; a name that only leads to another is none of them.
    assert 10 <= len(NAMES) <= 24
    assert sorted(NAMES) == NAMES
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_name_is_there_and_says_what_it_is(name: str) -> None:
    named = getattr(ap, name)
    text = inspect.getdoc(named) or ""
    assert text.splitlines()[0].endswith("."), f"the first line of {name} is no sentence"
    assert named.__module__.startswith("apportion.")


@pytest.mark.parametrize("name", [name for name in NAMES if inspect.isclass(getattr(ap, name))])
def test_each_public_method_says_what_it_does(name: str) -> None:
    for member, value in vars(getattr(ap, name)).items():
        is_method = inspect.isfunction(value) or isinstance(value, property | classmethod)
        if not member.startswith("_") and is_method:
            assert inspect.getdoc(value), f"{name}.{member}"


@pytest.mark.parametrize("name", [name for name in NAMES if inspect.isfunction(getattr(ap, name))])
def test_each_public_function_is_typed_and_takes_at_most_two_arguments_by_position(name: str) -> None:
    signature = inspect.signature(getattr(ap, name))
    by_position = [one for one in signature.parameters.values() if one.kind is one.POSITIONAL_OR_KEYWORD]
    assert len(by_position) <= 2
    assert all(one.annotation is not one.empty for one in signature.parameters.values())
    assert signature.return_annotation is not signature.empty


def test_what_a_checker_of_types_sees_is_what_there_is() -> None:
    imported = {
        alias.asname or alias.name
        for node in ast.walk(ast.parse(STUB))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("apportion.")
        for alias in node.names
    }
    assert imported == set(NAMES)
    assert set(ap.__all__) <= set(dir(ap))


def test_an_unknown_name_is_told_with_those_there_are() -> None:
    misspelt = "alocate"
    with pytest.raises(AttributeError, match=r"apportion has no 'alocate'; it has .*plan"):
        getattr(ap, misspelt)


def test_the_version_is_that_of_the_package() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", ap.__version__)


def run_script(script: str, *arguments: str) -> None:
    """Run a script in a Python of its own."""
    subprocess.run([sys.executable, "-c", script, *arguments], check=True)


@pytest.mark.parametrize("name", ["Plan", "plan", "replay", "FindingsError"])
def test_each_name_can_be_the_first_to_be_used(name: str) -> None:
    run_script("import sys, apportion; getattr(apportion, sys.argv[1])", name)


def test_each_name_stays_what_it_is_while_others_are_used() -> None:
    run_script(
        "import apportion as ap\n"
        "ap.plan(ap.read('three-orders')).verify()\n"
        "modules = [name for name in ap.__all__ if type(getattr(ap, name)) is type(ap)]\n"
        "assert not modules, modules\n"
    )
