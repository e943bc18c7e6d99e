"""A world ⇄ objects of a book: each table as Parquet under the digest of its bytes, the settings as JSON.

Tables that a revision leaves as they were are kept once.
"""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import fields

import polars as pl

from apportion.calendar import Calendar, RoundLength
from apportion.digest import canonical_bytes
from apportion.model.policy import Policy, Settings
from apportion.model.world import World

__all__ = ["TABLE", "WORLD", "parts_of", "world_of"]

WORLD, TABLE = "world", "table"
# What TOML has and JSON has not, by the name that marks it.
_READ: Mapping[str, Callable[[str], object]] = {
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "float": float,
}


def parts_of(world: World, *, keep: Callable[[bytes], str]) -> bytes:
    """Return what a world is as bytes that name its tables.

    Args:
        world: The world; its view is not kept.
        keep: Keeps the bytes of a table and returns their digest.
    """
    tables = {name: keep(_parquet(frame)) for name, frame in sorted(world.tables.items())}
    return canonical_bytes({"settings": _settings_json(world.settings), "tables": tables})


def world_of(held: bytes, *, fetch: Callable[[str], bytes]) -> World:
    """Return the world that `parts_of` gave.

    Args:
        held: The bytes.
        fetch: Returns the bytes of a table by their digest.

    Raises:
        ValueError: They tell none.
    """
    try:
        told = json.loads(held)
        tables = {name: pl.read_parquet(io.BytesIO(fetch(digest))) for name, digest in told["tables"].items()}
        return World(settings=_settings(told["settings"]), tables=tables)
    except (KeyError, TypeError, AttributeError, pl.exceptions.PolarsError) as problem:
        raise ValueError(f"The bytes tell no world: {problem}.") from problem


def _parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", statistics=False)
    return buffer.getvalue()


def _settings_json(settings: Settings) -> dict[str, object]:
    calendar = settings.calendar
    plain = ("name", "title", "reference_sku", "currency", "capital_percent_per_year")
    return {
        **{name: getattr(settings, name) for name in plain},
        "start_on": calendar.start_on.isoformat(),
        "end_on": calendar.end_on.isoformat(),
        "round": str(calendar.length),
        "policy": settings.policy.as_json(),
        "unknown": [[name, _marked(value)] for name, value in settings.unknown],
        "unknown_policy": [[name, _marked(value)] for name, value in settings.unknown_policy],
    }


def _settings(told: Mapping[str, object]) -> Settings:
    plain = ("name", "title", "reference_sku", "currency", "capital_percent_per_year")
    named = {name: told[name] for name in plain}
    return Settings(
        **named,  # type: ignore[arg-type] - as they were written
        calendar=Calendar(
            start_on=_day(told["start_on"]), end_on=_day(told["end_on"]), length=RoundLength(told["round"])
        ),
        policy=_policy(told["policy"]),
        unknown=_unmarked_pairs(told["unknown"]),
        unknown_policy=_unmarked_pairs(told["unknown_policy"]),
    )


def _day(told: object) -> dt.date:
    return dt.date.fromisoformat(str(told))


def _policy(told: object) -> Policy:
    if not isinstance(told, dict):
        raise TypeError("The policy is no object.")
    named = {one.name: told[one.name] for one in fields(Policy)}
    day = named["count_from_on"]
    return Policy(
        **{
            **named,
            "commitments": tuple(named["commitments"]),
            "count_from_on": None if day is None else _day(day),
        }
    )


def _marked(value: object) -> object:
    """Return a value of TOML as JSON that reads back to the same value."""
    if isinstance(value, dict):
        return {"table": [[name, _marked(part)] for name, part in value.items()]}
    if isinstance(value, list):
        return [_marked(part) for part in value]
    for name, kind in (("datetime", dt.datetime), ("date", dt.date), ("time", dt.time)):
        if isinstance(value, kind):
            return {name: value.isoformat()}
    if isinstance(value, float):
        return {"float": repr(value)}
    return value


def _unmarked(value: object) -> object:
    if isinstance(value, list):
        return [_unmarked(part) for part in value]
    if not isinstance(value, dict):
        return value
    [(name, held)] = value.items()
    if name == "table":
        return {one: _unmarked(part) for one, part in held}
    return _READ[name](str(held))


def _unmarked_pairs(pairs: object) -> tuple[tuple[str, object], ...]:
    if not isinstance(pairs, list):
        raise TypeError("Settings are no list.")
    return tuple((str(name), _unmarked(value)) for name, value in pairs)
