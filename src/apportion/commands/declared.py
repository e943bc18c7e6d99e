"""What each public function of ``commands/`` declares of rights: which one it needs, or that no face calls it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
DECLARED = "__right__"


def internal(command: Callable[P, T]) -> Callable[P, T]:
    """Declare that no face calls a function; whoever calls it has asked for the right already."""
    setattr(command, DECLARED, None)
    return command


internal(internal)
