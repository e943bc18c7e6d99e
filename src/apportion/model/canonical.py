"""Typed columns → their one spelling as text: what a digest hashes and what an export writes."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

_UNIT = "\x1f"
_END = "\x1e"
_KEPT = 1_024
_STAND_INS = (("\\", "\\\\"), (_UNIT, "\\u"), (_END, "\\e"), ("\n", "\\n"))


def as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with every cell as the text that reads back to the same value; empty stays null.

    >>> as_text(pl.DataFrame({"a": [[" x", "y"], None], "n": [1, None]})).rows()
    [(' x|y', '1'), (None, None)]
    >>> as_text(pl.DataFrame({"n": pl.Series([100, 0], dtype=pl.Decimal(9, 0))})).rows()
    [('100',), ('0',)]
    """
    return frame.select(_text_of(name, dtype) for name, dtype in frame.schema.items())


# To say what is done to a column takes longer than to do it to a small table, so that it is said once.
@lru_cache(maxsize=_KEPT)
def _text_of(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(dtype, pl.List):
        return column.list.join("|")
    if isinstance(dtype, pl.Decimal):
        return column.cast(pl.String).str.replace(r"(\.\d*?)0*$", "${1}").str.strip_suffix(".")
    return column.cast(pl.String)


def row_lines(frame: pl.DataFrame, *, table: str) -> list[str]:
    """Return one line per row, the same for the same facts whatever the order of rows and columns.

    Empty cells are left out; the marks between name and value are escaped inside values, so that two
    different rows never share a line.
    """
    schema = frame.schema
    lines = frame.select(_line_of(table, tuple((name, schema[name]) for name in sorted(schema))))
    return lines["line"].to_list()


@lru_cache(maxsize=_KEPT)
def _line_of(table: str, schema: tuple[tuple[str, pl.DataType], ...]) -> pl.Expr:
    parts = [_part(name, dtype) for name, dtype in schema]
    return pl.concat_str([pl.lit(f"{table}{_END}"), *parts]).alias("line")


def _part(name: str, dtype: pl.DataType) -> pl.Expr:
    value = _text_of(name, dtype)
    # Only what is spelt by people can hold a mark.
    if not (dtype.is_numeric() or dtype.is_temporal() or dtype == pl.Boolean):
        value = _escaped(value)
    # An empty cell empties the whole part.
    return pl.concat_str([pl.lit(f"{_escaped_name(name)}{_UNIT}"), value, pl.lit(_END)]).fill_null("")


def _escaped(value: pl.Expr) -> pl.Expr:
    for mark, stand_in in _STAND_INS:
        value = value.str.replace_all(mark, stand_in, literal=True)
    return value


def _escaped_name(name: str) -> str:
    for mark, stand_in in _STAND_INS:
        name = name.replace(mark, stand_in)
    return name
