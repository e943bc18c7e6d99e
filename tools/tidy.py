"""Style as a test: what no linter knows of this house. Run `python tools/tidy.py`.

Each check takes a file, or the modules of the package, and gives problems; a problem says where,
what, and what to do. Checks of text see every file that git tracks or would track; checks of
Python see its syntax tree. Strings that must not be in any file are put together from halves
here, so that this file passes its own checks.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "apportion"

MODULE_LINES = 400
# A stranger reads and runs it as one file, so that one it has to be.
WHOLE_MODULES = {"src/apportion/govern/verify_pack.py": 800}
FUNCTION_LINES = 60
ARGUMENTS = 8
POSITIONAL_ARGUMENTS = 2

MODULE_NAMES = frozenset({"utils", "common", "helpers", "misc", "base", "manager"})
IDENTIFIERS = frozenset({"qty", "cap", "alloc", "cust", "cfg", "df", "res", "tmp", "data", "info"})

REMINDERS = re.compile(rf"\b({'|'.join(('TO' + 'DO', 'FIX' + 'ME', 'X' * 3))})\b")
# A finding describes facts; whether they break a law is for a court to say.
VERDICTS = re.compile(
    r"fraud|illegal|unlawful|\bguilt|\bcrim(?:e|inal)|wrongdo|embezzl|culprit|\bscandal|\bstolen\b|\btheft\b",
    re.IGNORECASE,
)
VERDICT_FREE = ("src/", "docs/", "examples/", "README.md")
# A folder at the head of a path, not one in the middle of a path or of an address.
MACHINE_PATH = re.compile(r"(?<![\w.\-/~$})])/(work|home|root|Users)/")
REGISTRY_HALVES = (
    ("py", "pi.org"),
    ("python", "hosted.org"),
    ("npm", "js.org"),
    ("npm", "js.com"),
    ("yarn", "pkg.com"),
    ("crates", ".io"),
    ("ana", "conda.org"),
    ("proxy.go", "lang.org"),
    ("deb.", "debian.org"),
    ("index", "-url"),
)
REGISTRY = re.compile("|".join(re.escape("".join(halves)) for halves in REGISTRY_HALVES))

# Copied word for word from elsewhere.
VENDORED = re.compile(r"^src/apportion/report/static/.*\.(min\.js|txt)$")

# Whoever calls these passes every argument by name, so their number misleads nobody:
# typer fills the parameters of a command, pytest and hypothesis those of a test or fixture.
FRAMEWORK_DECORATORS = frozenset({"command", "callback", "fixture", "rule", "initialize"})
FRAMEWORK_NAMES = ("test_", "pytest_")

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


class Problem(NamedTuple):
    """One thing to mend; printed as ``path:line: what, and what to do``."""

    path: str
    line: int
    told: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.told}"


def check_reminders(path: str, text: str) -> Iterator[Problem]:
    """Yield the reminders left in a file."""
    for line, found in matches(REMINDERS, text):
        yield Problem(path, line, f"the reminder {found}; do it now or open an issue")


def check_verdicts(path: str, text: str) -> Iterator[Problem]:
    """Yield the words that pass a verdict, in what a user may read."""
    if path.startswith(VERDICT_FREE):
        for line, found in matches(VERDICTS, text):
            yield Problem(path, line, f"the word '{found}' passes a verdict; state the fact that was found")


def check_places(path: str, text: str) -> Iterator[Problem]:
    """Yield paths of one machine and addresses of package registries."""
    for line, found in matches(MACHINE_PATH, text):
        yield Problem(path, line, f"{found} is a path of one machine; make it relative to the repository")
    for line, found in matches(REGISTRY, text):
        yield Problem(
            path, line, f"{found} names a package registry; leave it to the settings of the machine"
        )


def matches(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the words of each match."""
    for number, line in enumerate(text.splitlines(), start=1):
        for match in pattern.finditer(line):
            yield number, match.group()


def check_module(path: str, text: str) -> Iterator[Problem]:
    """Yield a module that is too long or whose name says nothing."""
    lines = len(text.splitlines())
    most = WHOLE_MODULES.get(path, MODULE_LINES)
    if lines > most:
        told = f"{lines} lines, at most {most}; move one idea into a module of its own"
        yield Problem(path, lines, told)
    for name in MODULE_NAMES.intersection(Path(path).with_suffix("").parts):
        yield Problem(path, 1, f"the module name {name} fits anything; name it for its one idea")


def check_functions(path: str, tree: ast.Module) -> Iterator[Problem]:
    """Yield functions that are too long or take too much."""
    for function, in_class in functions(tree):
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        if lines > FUNCTION_LINES:
            told = f"{function.name} has {lines} lines, at most {FUNCTION_LINES}; split it by its steps"
            yield Problem(path, function.lineno, told)
        if not called_by_framework(function):
            yield from check_arguments(path, function, in_class=in_class)


def check_arguments(path: str, function: Function, *, in_class: bool) -> Iterator[Problem]:
    """Yield too many arguments, or too many that may be given by position."""
    positional = [*function.args.posonlyargs, *function.args.args]
    if in_class and "staticmethod" not in decorator_names(function):
        positional = positional[1:]
    count = len(positional) + len(function.args.kwonlyargs)
    if count > ARGUMENTS:
        told = (
            f"{function.name} takes {count} arguments, at most {ARGUMENTS}; bring those that belong together"
        )
        yield Problem(path, function.lineno, f"{told} into one value")
    if len(positional) > POSITIONAL_ARGUMENTS:
        told = (
            f"{function.name} takes {len(positional)} arguments by position, at most {POSITIONAL_ARGUMENTS}"
        )
        yield Problem(path, function.lineno, f"{told}; put a bare * before the others")


def functions(tree: ast.AST, *, in_class: bool = False) -> Iterator[tuple[Function, bool]]:
    """Yield every function, and whether it stands directly in a class."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node, in_class
        is_body_of_class = isinstance(node, ast.ClassDef)
        # A method inside `if` or `try` of a class body is still a method.
        passes_on = in_class and isinstance(node, ast.If | ast.Try | ast.With)
        yield from functions(node, in_class=is_body_of_class or passes_on)


def called_by_framework(function: Function) -> bool:
    """Return whether the arguments are chosen by Python itself or by a framework."""
    is_dunder = function.name.startswith("__") and function.name.endswith("__")
    by_name = is_dunder or function.name.startswith(FRAMEWORK_NAMES)
    return by_name or not FRAMEWORK_DECORATORS.isdisjoint(decorator_names(function))


def decorator_names(function: Function) -> set[str]:
    """Return the last word of each decorator: ``command`` for ``@app.command("plan")``."""
    called = [node.func if isinstance(node, ast.Call) else node for node in function.decorator_list]
    return {node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "") for node in called}


def check_identifiers(path: str, tree: ast.Module) -> Iterator[Problem]:
    """Yield names bound in this file that are no whole words."""
    for node in ast.walk(tree):
        for name in bound_names(node):
            if name in IDENTIFIERS:
                told = f"the name {name}; use whole words that say what it holds, and the unit"
                yield Problem(path, getattr(node, "lineno", 1), told)


def bound_names(node: ast.AST) -> Iterator[str]:
    """Yield the names that this node gives to something; names made elsewhere are not ours to choose."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
            yield name
        case ast.arg(arg=name):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.alias(asname=str(name)):
            yield name
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case _:
            pass


def check_dead_modules(sources: dict[str, str], *, entry_points: set[str]) -> Iterator[Problem]:
    """Yield the modules that no other module of the package imports.

    Args:
        sources: Text of each file of the package by its path from the root of the repository.
        entry_points: Modules that are called from outside, by dotted name.
    """
    names = {path: module_name(path) for path in sources}
    alive = {PACKAGE, f"{PACKAGE}.__main__", *entry_points}
    for path, text in sources.items():
        tree = ast.parse(text)
        package = names[path] if path.endswith("__init__.py") else names[path].rpartition(".")[0]
        alive.update(name for name in imported(tree, package=package) if name != names[path])
    # A package lives while one of its modules does.
    alive |= {name[:dot] for name in alive for dot, letter in enumerate(name) if letter == "."}
    for path, name in names.items():
        if name not in alive:
            yield Problem(path, 1, f"nothing in {PACKAGE} imports {name}; use it or remove it")


def module_name(path: str) -> str:
    """Return the dotted name of a file under ``src/``."""
    parts = Path(path).with_suffix("").parts[1:]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.Module, *, package: str) -> Iterator[str]:
    """Yield the dotted names a module imports, those in strings for lazy imports too."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                yield from (alias.name for alias in aliases)
            case ast.ImportFrom(module=module, names=aliases, level=level):
                above = package.split(".")[: -(level - 1) or None] if level else []
                origin = ".".join([*above, *([module] if module else [])])
                yield origin
                yield from (f"{origin}.{alias.name}" for alias in aliases)
            case ast.Constant(value=str(text)) if re.fullmatch(r"\.?\w+(\.\w+)*", text) and "." in text:
                yield text
                yield f"{PACKAGE}.{text.removeprefix('.')}"
            case _:
                pass


def entry_points() -> set[str]:
    """Return the modules that the commands of pyproject.toml start, and those that alembic finds by their place."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    started = {target.partition(":")[0] for target in project.get("scripts", {}).values()}
    source = ROOT / "src"
    migrations = (source / PACKAGE / "store" / "migrations").rglob("*.py")
    return started | {".".join(path.relative_to(source).with_suffix("").parts) for path in migrations}


def check_file(path: str, text: str) -> Iterator[Problem]:
    """Yield every problem that one file shows by itself."""
    yield from check_reminders(path, text)
    yield from check_verdicts(path, text)
    yield from check_places(path, text)
    if path.endswith(".py"):
        tree = ast.parse(text)
        yield from check_module(path, text)
        yield from check_functions(path, tree)
        yield from check_identifiers(path, tree)


def our_files() -> list[str]:
    """Return the path of every file that git tracks, or would if it were added."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return sorted(set(listed.stdout.split("\0")) - {""})
    # An unpacked archive has no git; what a run made there lies in these folders or hidden ones.
    paths = [path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file()]
    made = {"demo", "out", "dist", "_build", "__pycache__"}
    kept = [path for path in paths if not any(part in made or part.startswith(".") for part in path.parts)]
    return sorted(path.as_posix() for path in kept)


def our_texts() -> dict[str, str]:
    """Return path and text of every file of ours; pictures and vendored scripts are left out."""
    texts = {}
    for path in our_files():
        file = ROOT / path
        if VENDORED.match(path) or not file.is_file():
            continue
        try:
            texts[path] = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return texts


def main() -> int:
    """Print every problem; exit code 1 if there is one."""
    texts = our_texts()
    problems = [problem for path, text in texts.items() for problem in check_file(path, text)]
    package = {
        path: text
        for path, text in texts.items()
        if path.startswith(f"src/{PACKAGE}/") and path.endswith(".py")
    }
    problems.extend(check_dead_modules(package, entry_points=entry_points()))
    for problem in sorted(problems):
        print(problem)
    if problems:
        print(f"tidy: {len(problems)} to mend")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
