"""The rules of the house: each refuses what it must and lets pass what it may."""

from __future__ import annotations

import ast

import pytest

from tools.tidy import check_dead_modules, check_file, imported, module_name

WORK_PATH = "/" + "work" + "/main"
REGISTRY = "py" + "pi.org"
REMINDER = "TO" + "DO"
VERDICT = "fra" + "ud"


def told(text: str, *, path: str = "src/apportion/lots.py") -> list[str]:
    """Return the problems of one file, printed."""
    return [str(problem) for problem in check_file(path, text)]


def signature(arguments: str, *, name: str = "share", decorator: str = "") -> str:
    """Return a function of these arguments."""
    return f"{decorator}\ndef {name}({arguments}): ...\n"


def test_a_problem_says_where_and_what_and_what_to_do() -> None:
    assert told("\ndf = 1\n") == [
        "src/apportion/lots.py:2: the name df; use whole words that say what it holds, and the unit"
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x = 1\n" * 401, "401 lines, at most 400"),
        ("def share():\n" + "    x = 1\n" * 60, "share has 61 lines, at most 60"),
        (signature("a, b, c"), "share takes 3 arguments by position"),
        (signature("a, b, /, c"), "share takes 3 arguments by position"),
        (signature("*, a, b, c, d, e, f, g, h, i"), "share takes 9 arguments, at most 8"),
        ("class Lot:\n    def share(self, a, b, c): ...\n", "share takes 3 arguments by position"),
        ("class Lot:\n    @staticmethod\n    def share(a, b, c): ...\n", "share takes 3"),
        ("def outer():\n    def inner(a, b, c): ...\n", "inner takes 3 arguments by position"),
        (f"# {REMINDER}: later\n", f"the reminder {REMINDER}"),
        (f"REASON = '{VERDICT}ulent'\n", f"the word '{VERDICT}' passes a verdict"),
        (f"FOLDER = '{WORK_PATH}'\n", "is a path of one machine"),
        (f"INDEX = 'https://{REGISTRY}/simple'\n", f"{REGISTRY} names a package registry"),
    ],
)
def test_what_is_refused(text: str, found: str) -> None:
    [problem] = told(text)
    assert found in problem


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n" * 400,
        "def share():\n" + "    x = 1\n" * 59,
        signature("a, b, *, c, d, e, f, g, h"),
        "class Lot:\n    def share(self, a, b): ...\n    @classmethod\n    def of(cls, a, b): ...\n",
        "class Lot:\n    def __exit__(self, kind, value, trace): ...\n",
        signature("a, b, c, d, e, f, g, h, i", decorator="@app.command('plan')"),
        signature("a, b, c", decorator="@pytest.fixture"),
        signature("a, b, c", name="test_shares"),
        "FOLDER = 'docs/work/plans'\nPAGE = 'https://planner.example/home/page'\n",
        "found = frame.data\ndescribe(data=found)\n",
        "class Severity:\n    INFO = 'info'\n",
    ],
)
def test_what_may_pass(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "qty = 1",
        "def res(): ...",
        "def share(cap): ...",
        "import polars as df",
        "for tmp in (): ...",
        "class Lot:\n    data: int",
        "with room() as cfg: ...",
        "[alloc for alloc in ()]",
        "match 1:\n    case info: ...",
        "self.cust = 1",
    ],
)
def test_a_short_name_is_refused_wherever_it_is_given(text: str) -> None:
    [problem] = told(text)
    assert "use whole words" in problem


@pytest.mark.parametrize(
    "path", ["src/apportion/utils.py", "src/apportion/common/lots.py", "tests/helpers.py"]
)
def test_a_module_name_that_fits_anything_is_refused(path: str) -> None:
    [problem] = told("", path=path)
    assert "name it for its one idea" in problem


def test_verdicts_are_refused_only_where_a_user_reads() -> None:
    assert told(VERDICT, path="docs/index.md") != []
    assert told(VERDICT, path="changes/0002-words.md") == []


def test_a_module_that_nothing_imports_is_refused() -> None:
    sources = {
        "src/apportion/__init__.py": "HOMES = {'plan': 'apportion.engine.maxmin'}",
        "src/apportion/cli.py": "def main():\n    from apportion.files import folder",
        "src/apportion/engine/__init__.py": "",
        "src/apportion/engine/maxmin.py": "from . import lots\nfrom ..errors import Finding",
        "src/apportion/engine/lots.py": "",
        "src/apportion/engine/attic.py": "import apportion.engine.attic",
        "src/apportion/errors.py": "",
        "src/apportion/files/__init__.py": "",
        "src/apportion/files/folder.py": "",
    }
    problems = check_dead_modules(sources, entry_points={"apportion.cli"})
    assert [problem.path for problem in problems] == ["src/apportion/engine/attic.py"]


def test_a_relative_import_counts_from_its_package() -> None:
    assert module_name("src/apportion/engine/__init__.py") == "apportion.engine"
    tree = ast.parse("from .. import errors\nfrom .lots import whole")
    assert set(imported(tree, package="apportion.engine")) == {
        "apportion",
        "apportion.errors",
        "apportion.engine.lots",
        "apportion.engine.lots.whole",
    }
