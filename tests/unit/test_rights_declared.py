"""Every public function of the commands says which right it needs, and no face calls one that asks for none."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import apportion.commands
from apportion.commands.permits import DECLARED
from apportion.govern.rights import Right

SOURCE = Path(inspect.getfile(apportion.commands)).resolve().parent.parent
FACES = [*(SOURCE / "cli").glob("*.py"), SOURCE / "api.py"]


# What finds out who acts, before there is anybody to ask for a right.
MACHINERY = "session."


def public_functions() -> Iterator[tuple[str, object]]:
    """Yield every function that a module of the commands defines and does not hide."""
    for found in pkgutil.iter_modules(apportion.commands.__path__):
        module = importlib.import_module(f"apportion.commands.{found.name}")
        for name, value in vars(module).items():
            is_own = inspect.isfunction(value) and value.__module__ == module.__name__
            if is_own and not name.startswith("_"):
                yield f"{found.name}.{name}", value


PUBLIC = dict(public_functions())


def called_by_faces() -> Iterator[tuple[str, str]]:
    """Yield each function of the commands that a face names, with the face."""
    for face in FACES:
        tree = ast.parse(face.read_text(encoding="utf-8"))
        modules: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "apportion.commands":
                modules |= {(one.asname or one.name): one.name for one in node.names}
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("apportion.commands."):
                module = str(node.module).rpartition(".")[2]
                for one in node.names:
                    yield f"{module}.{one.name}", face.name
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                module = modules.get(node.value.id, "")
                if module:
                    yield f"{module}.{node.attr}", face.name


def test_every_public_function_declares_its_right() -> None:
    undeclared = sorted(
        name
        for name, function in PUBLIC.items()
        if not hasattr(function, DECLARED) and not name.startswith(MACHINERY)
    )
    assert undeclared == []


def test_what_is_declared_is_a_right() -> None:
    declared = {name: getattr(function, DECLARED, None) for name, function in PUBLIC.items()}
    assert all(one is None or isinstance(one, Right) for one in declared.values())
    assert {one for one in declared.values() if one is not None} >= {Right.READ, Right.PROPOSE, Right.FOLLOW}


# What opens and names a session asks for its user itself.
OPENERS = {"session.opened", "session.current", "session.needed"}


def test_no_face_calls_what_asks_for_no_right() -> None:
    inside = {name for name, function in PUBLIC.items() if getattr(function, DECLARED, None) is None}
    called = {(name, face) for name, face in called_by_faces() if name in inside - OPENERS}
    assert called == set()
    assert len({name for name, _ in called_by_faces() if name in PUBLIC}) > 50
