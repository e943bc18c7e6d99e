"""From the plain values of a stored line back to acts, analyses and packs: strictly, or not at all.

One reader for every dataclass, driven by its types, so that what is written and what is read cannot part ways.
"""

from __future__ import annotations

import datetime as dt
import enum
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeVar

from apportion.govern.acts import VERBS, Act
from apportion.govern.events import Event, Plain
from apportion.govern.facts import plain

Kind = TypeVar("Kind")
_GIVEN = frozenset({"by", "proposal"})  # What an event says beside its body.


def act_values(act: Act) -> dict[str, Plain]:
    """Return what an act says beside who and about what, in plain values."""
    return {one.name: plain(getattr(act, one.name)) for one in fields(act) if one.name not in _GIVEN}


def read_act(event: Event) -> Act:
    """Return the act that an event tells.

    Raises:
        ValueError: There is no such verb, or its values are not of its kind.
    """
    kind = VERBS.get(event.verb)
    if kind is None:
        raise ValueError(f"There is no verb {event.verb!r}.")
    said = event.body.get("act")
    if not isinstance(said, dict) or not _GIVEN.isdisjoint(said):
        raise ValueError(f"The event does not say its act: {said!r}.")
    return read_as(kind, {**said, "by": event.by, "proposal": event.proposal})


def read_as(kind: type[Kind], value: object) -> Kind:
    """Return plain values as a dataclass, every part of the type it declares.

    Raises:
        ValueError: A part is missing, unknown, or not of its type.

    >>> from apportion.govern.facts import Value
    >>> read_as(Value, {"low": "1/3", "plain": "1", "high": "2"}).low
    Fraction(1, 3)
    """
    if not isinstance(value, Mapping):
        raise ValueError(f"{value!r} is no object.")  # noqa: TRY004 - a value of a file
    whole: Any = kind
    hints, needed = _parts(whole)
    unknown, missing = sorted(set(value) - set(hints)), sorted(needed - set(value))
    if unknown or missing:
        raise ValueError(f"A {kind.__name__} has no {unknown} and lacks {missing}.")
    return kind(**{name: _read(hints[name], value[name]) for name in value})


@lru_cache
def _parts(kind: Any) -> tuple[Mapping[str, object], frozenset[str]]:  # noqa: ANN401 - any dataclass at all
    """Return the type of each part of a dataclass, and which parts have no default."""
    hints = typing.get_type_hints(kind)
    parts = fields(kind)
    needed = frozenset(one.name for one in parts if one.default is MISSING and one.default_factory is MISSING)
    return {one.name: hints[one.name] for one in parts}, needed


def _read(hint: object, value: object) -> object:
    origin = typing.get_origin(hint)
    if origin in {types.UnionType, typing.Union}:
        return _read_option(typing.get_args(hint), value)
    if origin is tuple:
        return tuple(_read(typing.get_args(hint)[0], one) for one in _listed(value))
    if origin is frozenset:
        return frozenset(_read(typing.get_args(hint)[0], one) for one in _listed(value))
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, dict):
            raise ValueError(f"{value!r} is no object.")
        return value
    if not isinstance(hint, type):
        raise TypeError(f"{hint!r} is no type that a log holds.")
    return _read_one(hint, value)


def _read_option(hints: tuple[object, ...], value: object) -> object:
    """Return a value that may be missing: of the one type beside None."""
    if value is None and type(None) in hints:
        return None
    one, *others = [hint for hint in hints if hint is not type(None)]
    if others:
        raise TypeError(f"{hints!r} leaves open what is read.")
    return _read(one, value)


def _listed(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(f"{value!r} is no list.")  # noqa: TRY004 - a value of a file
    return value


def _read_one(hint: type[object], value: object) -> object:
    if is_dataclass(hint):
        return read_as(hint, value)
    if hint in {int, bool, str}:
        if type(value) is not hint:
            raise ValueError(f"{value!r} is no {hint.__name__}.")
        return value
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text.")  # noqa: TRY004 - a value of a file
    if hint is dt.date:
        return dt.date.fromisoformat(value)
    if hint is Fraction:
        return _read_fraction(value)
    if issubclass(hint, enum.Enum):
        return hint(value)
    raise TypeError(f"{hint!r} is no type that a log holds.")


def _read_fraction(value: str) -> Fraction:
    try:
        return Fraction(value)
    except ZeroDivisionError:
        raise ValueError(f"{value!r} is no fraction.") from None
