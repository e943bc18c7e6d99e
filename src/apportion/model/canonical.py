"""Typed columns → their one spelling as text: what a digest hashes and what an export writes."""

from __future__ import annotations

import polars as pl

_UNIT = "\x1f"
_END = "\x1e"
_STAND_INS = (("\\", "\\\\"), (_UNIT, "\\u"), (_END, "\\e"), ("\n", "\\n"))


def as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with every cell as the text that reads back to the same value; empty stays null.

    >>> as_text(pl.DataFrame({"a": [[" x", "y"], None], "n": [1, None]})).rows()
    [(' x|y', '1'), (None, None)]
    >>> as_text(pl.DataFrame({"n": pl.Series([100, 0], dtype=pl.Decimal(9, 0))})).rows()
    [('100',), ('0',)]
    """
    return frame.select(_text_of(pl.col(name), frame.schema[name]).alias(name) for name in frame.columns)


def _text_of(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
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
    text = as_text(frame)
    parts = [_part(name) for name in sorted(text.columns)]
    lines = text.select(pl.concat_str([pl.lit(f"{table}{_END}"), *parts]).alias("line"))
    return lines["line"].to_list()


def _part(name: str) -> pl.Expr:
    value, escaped = pl.col(name), name
    for mark, stand_in in _STAND_INS:
        value = value.str.replace_all(mark, stand_in, literal=True)
        escaped = escaped.replace(mark, stand_in)
    part = pl.concat_str([pl.lit(f"{escaped}{_UNIT}"), value, pl.lit(_END)])
    return pl.when(pl.col(name).is_null()).then(pl.lit("")).otherwise(part)
