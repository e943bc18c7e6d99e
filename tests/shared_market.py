"""A market of two companies that swap, a third that stands aside, and names and numbers that are easy to find again.

Mercury's own users are to see what Mercury knows; `foreign_in` finds what none of it may show.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from apportion.errors import ApportionError, FindingsError, RefusedError
from apportion.govern.rights import Membership, Role, User
from apportion.model.world import World
from tests.build import Rows, write_scenario
from tests.decided import SETTINGS, lot, order, party, tie

OWN, OTHER, THIRD = "mercury", "zephyr", "quillon"
SWAP_ID, RAISE_ID = "hush-swap", "mercury-first"
# Of others: their names, persons, orders, lots and quantities, in whatever spelling.
_FOREIGN = re.compile(
    r"zephyr|quillon|zoe|zed-|cal-both|ord-z|ord-q|lot-z|lot-q|7,?919|6,?007|hush", re.IGNORECASE
)
# A digest, a key or a signature in hexadecimal holds any four digits now and then, and says nothing by them.
_DIGEST = re.compile(r"\b(?=[0-9]*[a-f])[0-9a-f]{16,}\b")
SWAP = f"""\
id = "{SWAP_ID}"
kind = "swap"
title = "Hush: Mercury and Zephyr change places"
decided_by = "cal-both"

[[moves]]
lot = "LOT-M1"
quantity = 4
to_order = "ORD-Z"

[[moves]]
lot = "LOT-Z1"
to_order = "ORD-M"
"""
RAISE = f"""\
id = "{RAISE_ID}"
kind = "priority"
title = "Serve us first"
known_to = ["{OWN}"]
known_on = 2031-01-01

[[raise]]
party = "{OWN}"
tier = 0
from_on = 2031-02-01
"""
PERSONS = ("ava-mercury", "abe-mercury", "eve-mercury", "gil-mercury", "zoe-zephyr", "cal-both")


def told(party_told: str) -> dict[str, str]:
    return {"known_on": "2031-01-01", "known_to": party_told, "public_on": ""}


def evidence(name: str, *, title: str, known_to: str) -> dict[str, str]:
    return {"id": name, "kind": "memo", "title": title, "source": "file", **told(known_to)}


TABLES: dict[str, Rows] = {
    "parties": [
        party(OWN, "customer", listed="yes"),
        party(OTHER, "customer", listed="no"),
        party(THIRD, "customer", listed="no"),
        party("v", "supplier"),
        *(party(name, "person") for name in PERSONS),
    ],
    "skus": [
        {
            "sku": "k",
            "name": "K",
            "vendor": "v",
            "site_kw": "1",
            "unit_price_usd": "1000",
            "rent_usd_per_hour": "0.01",
            "useful_life_days": "1000",
        }
    ],
    "sites": [
        {"site": f"at-{name}", "name": name, "operator": name, "users": name} for name in (OWN, OTHER, THIRD)
    ],
    "readiness": [
        {"site": f"at-{name}", "step": "hall", "ready_on": "2031-01-01", "power_kw": kw}
        for name, kw in ((OWN, "50"), (OTHER, "6007"), (THIRD, "7919"))
    ],
    "supply": [
        lot("LOT-M1", "2031-02-01", quantity=8, reserved_for="ORD-M"),
        lot("LOT-Z1", "2031-04-01", quantity=4, reserved_for="ORD-Z"),
        lot("LOT-Q1", "2031-04-01", quantity=7919, reserved_for="ORD-Q"),
    ],
    "orders": [
        order("ORD-M", OWN),
        order("ORD-Z", OTHER, quantity="6007"),
        order("ORD-Q", THIRD, quantity="7919"),
    ],
    "interests": [
        tie("ava-mercury", OWN, role="director"),
        tie("abe-mercury", OWN, role="director"),
        tie("zoe-zephyr", OTHER, role="director"),
        tie("cal-both", OWN, role="director"),
        tie("cal-both", OTHER, role="owner", share_percent="40"),
    ],
    "evidence": [
        evidence("E-M", title="Ours", known_to=OWN),
        evidence("E-Z", title="Of Zephyr", known_to=OTHER),
    ],
    "claims": [
        {
            "claim": "C-Z",
            "party": OTHER,
            "speaker": OTHER,
            "said_on": "2031-01-01",
            "metric": "units_planned",
            "value": "6007",
            "unit": "units",
            "as_of_on": "2031-06-01",
            "sku": "k",
            "statement": "Zephyr plans 6007.",
            **told(OTHER),
        }
    ],
}


def write_market(folder: Path) -> Path:
    """Write the scenario with its two proposals, and return its folder."""
    write_scenario(
        folder, SETTINGS | {"name": "market", "title": "Mercury, Zephyr and Quillon"}, tables=TABLES
    )
    (folder / f"{SWAP_ID}.toml").write_text(SWAP, encoding="utf-8")
    (folder / f"{RAISE_ID}.toml").write_text(RAISE, encoding="utf-8")
    return folder


def member(name: str, *held: tuple[Role, str], person: str = "", gone: bool = False) -> User:
    """Return a user with roles."""
    roles = frozenset(Membership(role, of) for role, of in held)
    return User(name=name, person=person, memberships=roles, is_withdrawn=gone)


USERS: Mapping[str, User] = {
    "desk": member("desk", (Role.DESK, "v"), person="abe-mercury"),
    "buyer": member("buyer", (Role.BUYER, OWN), person="eve-mercury"),
    "committee": member("committee", (Role.COMMITTEE, OWN), person="ava-mercury"),
    "committee-third": member("committee-third", (Role.COMMITTEE, THIRD), person="zoe-zephyr"),
    "auditor": member("auditor", (Role.AUDITOR, "")),
    "auditor-own": member("auditor-own", (Role.AUDITOR, OWN)),
    "admin": member("admin", (Role.ADMIN, "")),
    "nobody": member("nobody"),
    "withdrawn": member("withdrawn", (Role.DESK, ""), person="gil-mercury", gone=True),
}


def foreign_in(text: str) -> str:
    """Return the first thing of others that a text says, with what stands around it; empty where it says none."""
    said = _DIGEST.sub("", text)
    hit = _FOREIGN.search(said)
    return said[max(0, hit.start() - 200) : hit.end() + 100] if hit else ""


def text_of(value: object) -> str:
    """Return everything that a result says, however deep, files that it names included."""
    return "\n".join(_texts(value, seen=set()))


def _texts(value: object, *, seen: set[int]) -> Iterator[str]:
    if id(value) in seen:
        return
    if isinstance(value, ApportionError):
        yield from _of_error(value)
    elif isinstance(value, pl.DataFrame):
        yield value.write_ndjson()
    elif isinstance(value, World):
        yield f"{value.settings} {value.digest}"
        yield from (f"{name} {frame.write_ndjson()}" for name, frame in value.tables.items())
    elif isinstance(value, Path):
        yield from _of_path(value)
    elif (parts := _parts(value)) is not None:
        seen.add(id(value))
        for part in parts:
            yield from _texts(part, seen=seen)
    else:
        yield str(value)


def _parts(value: object) -> list[object] | None:
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [getattr(value, one.name) for one in dataclasses.fields(value)]
    return None


def _of_error(error: ApportionError) -> Iterator[str]:
    yield f"{error} {error.message} {error.fix}"
    if isinstance(error, FindingsError):
        yield "\n".join(one.sentence for one in error.findings)
    if isinstance(error, RefusedError):
        yield str(error.refusal)


def _of_path(path: Path) -> Iterator[str]:
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.is_file():
                yield from _of_path(file)
    elif path.suffix in {".zip", ".xlsx"}:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield f"{name} {archive.read(name).decode(errors='replace')}"
    elif path.is_file():
        yield f"{path.name} {path.read_bytes().decode(errors='replace')}"


DAY = dt.date(2031, 3, 1)
