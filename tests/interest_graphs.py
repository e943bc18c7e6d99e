"""Interests by hand, and a slow oracle that walks every simple path over them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

from apportion.files.packs import load_pack
from apportion.govern.conflicts import Standing, find_conflicts
from apportion.govern.interests import Graph, Reading, Share, Span, Tie
from apportion.govern.packs import Pack

DAY = dt.date(2024, 1, 1)
TODAY = Span(DAY, DAY)
STRICT = load_pack("house-strict")
PERSONS = ("p", "q", "s")


def graph(*ties: Tie) -> Graph:
    """Return a graph in which p, q and s are persons and everybody else is a customer."""
    parties = {party for tie in ties for party in (tie.holder, tie.entity)}
    return Graph(ties, {party: "person" if party in PERSONS else "customer" for party in parties})


def tie(holder: str, entity: str, *, role: str = "officer", **cells: object) -> Tie:
    return Tie(holder=holder, entity=entity, role=role, **cells)  # type: ignore[arg-type]


def owns(holder: str, entity: str, *, percent: str | None, high: str | None = None, **cells: object) -> Tie:
    """Return an owner's tie; a share that is None is not known."""
    share = None
    if percent is not None:
        plain = Fraction(percent)
        share = Share(low=plain, plain=plain, high=Fraction(high or percent))
    return tie(holder, entity, role="owner", share=share, **cells)


def standing(
    ties: Graph, person: str = "p", *, forum: str = "a", span: Span = TODAY, pack: Pack = STRICT
) -> Standing:
    """Return where a person stands in the forum of one of the entities a and b."""
    (found,) = (
        one
        for one in find_conflicts(ties, entities=("a", "b"), persons=[person], span=span, pack=pack)
        if one.entity == forum
    )
    return found


def house_pack(folder: Path, **values: str) -> str:
    """Write the house's pack with other values, as text of TOML, and return its file."""
    from importlib import resources  # noqa: PLC0415 - only packs of tests are made from the bundled one

    text = (resources.files("apportion") / "packs" / "house-strict.toml").read_text(encoding="utf-8")
    lines = [
        f"{line.partition(' = ')[0]} = {values[line.partition(' = ')[0]]}"
        if line.partition(" = ")[0] in values
        else line
        for line in text.splitlines()
    ]
    file = folder / "pack.toml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(file)


def simple_paths(
    ties: Iterable[Tie], *, start: str, end: str, avoided: frozenset[str]
) -> Iterator[list[str]]:
    """Yield every path that meets nobody twice, by trying every order of steps."""
    steps = {(one.holder, one.entity) for one in ties}
    steps |= {(one.entity, one.holder) for one in ties if one.role in {"family", "creditor"}}

    def walk(nodes: list[str]) -> Iterator[list[str]]:
        for _, entity in (step for step in steps if step[0] == nodes[-1]):
            if entity == end:
                yield [*nodes, entity]
            elif entity not in nodes and entity not in avoided:
                yield from walk([*nodes, entity])

    return walk([start])


def weight_between(ties: Iterable[Tie], *, holder: str, entity: str) -> Fraction:
    """Return what all ties of one to another weigh, of the plain shares; a share not known weighs the whole."""
    ties = list(ties)
    there = [one for one in ties if (one.holder, one.entity) == (holder, entity)]
    back = [
        one
        for one in ties
        if (one.entity, one.holder) == (holder, entity) and one.role in {"family", "creditor"}
    ]
    if back or any(one.role != "owner" for one in there):
        return Fraction(1)
    shares = [
        one.share.at(Reading.PLAIN) if one.share else Fraction(100) for one in there if one.role == "owner"
    ]
    return min(sum(shares, Fraction(0)) / 100, Fraction(1))
