"""What stands in the cells `reason`, `resource` and `remedy` of a plan, read back and put into words."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from decimal import Decimal

from apportion.report.facts import commitment_words, status_words
from apportion.report.words import Words


class Kind(enum.StrEnum):
    """What binds: a resource that runs out, or a condition that is not met."""

    SUPPLY = "supply"
    POWER = "power"
    LIQUID = "liquid"
    UNITS = "units"
    QUOTA = "quota"
    QUANTITY = "quantity"
    STATUS = "status"
    COMMITMENT = "commitment"
    USERS = "users"
    COOLING = "cooling"
    PROPOSAL = "proposal"


AT_A_SITE = frozenset({Kind.POWER, Kind.LIQUID, Kind.UNITS})
_PREFIXES = {
    "supply of ": Kind.SUPPLY,
    "power_kw at ": Kind.POWER,
    "liquid_kw at ": Kind.LIQUID,
    "units_at_most at ": Kind.UNITS,
    "quota ": Kind.QUOTA,
    "quantity of ": Kind.QUANTITY,
    "status ": Kind.STATUS,
    "commitment ": Kind.COMMITMENT,
    "users of ": Kind.USERS,
    "cooling at ": Kind.COOLING,
    "proposal ": Kind.PROPOSAL,
}
_RESOURCE_WORDS = {
    Kind.SUPPLY: "resource.supply",
    Kind.POWER: "resource.power",
    Kind.LIQUID: "resource.liquid",
    Kind.UNITS: "resource.units",
    Kind.QUOTA: "resource.quota",
    Kind.QUANTITY: "resource.quantity",
    Kind.STATUS: "resource.status",
    Kind.COMMITMENT: "resource.commitment",
    Kind.USERS: "resource.users",
    Kind.COOLING: "resource.cooling",
    Kind.PROPOSAL: "resource.proposal",
}
# The first that fits counts: "8 units of H100" fits the last alone.
_REMEDIES = (
    (re.compile(r"(?P<amount>\S+) kW at (?P<name>.+)"), "remedy.power"),
    (re.compile(r"(?P<amount>\S+) liquid kW at (?P<name>.+)"), "remedy.liquid"),
    (re.compile(r"(?P<amount>\S+) units of room at (?P<name>.+)"), "remedy.units"),
    (re.compile(r"(?P<amount>\S+) units of quota (?P<name>.+)"), "remedy.quota"),
    (re.compile(r"(?P<amount>\S+) units of (?P<name>.+)"), "remedy.supply"),
)
REASON_NAMES = {
    "on-hold": "reason.on-hold",
    "not-decided": "reason.not-decided",
    "no-usable-site": "reason.no-usable-site",
    "quota": "reason.quota",
    "site-not-ready": "reason.site-not-ready",
    "no-supply": "reason.no-supply",
    "higher-tier": "reason.higher-tier",
    "fair-share": "reason.fair-share",
    "below-min-ship": "reason.below-min-ship",
    "partial-lot": "reason.partial-lot",
    "order-ahead": "reason.order-ahead",
    "taken-early": "reason.taken-early",
    "not-booked": "reason.not-booked",
    "no-round": "reason.no-round",
}
REASON_CAUSES = {
    "on-hold": "summary.because.on-hold",
    "not-decided": "summary.because.not-decided",
    "no-usable-site": "summary.because.no-usable-site",
    "quota": "summary.because.quota",
    "site-not-ready": "summary.because.site-not-ready",
    "no-supply": "summary.because.no-supply",
    "higher-tier": "summary.because.higher-tier",
    "fair-share": "summary.because.fair-share",
    "below-min-ship": "summary.because.below-min-ship",
    "partial-lot": "summary.because.partial-lot",
    "order-ahead": "summary.because.order-ahead",
    "taken-early": "summary.because.taken-early",
    "not-booked": "summary.because.not-booked",
    "no-round": "summary.because.no-round",
}
FILLED = "filled"


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: what it is, and of what or where."""

    kind: Kind
    name: str


def read_resource(cell: str | None) -> Resource | None:
    """Return the resource that a cell names, or None where it names none.

    >>> read_resource("power_kw at giga_texas")
    Resource(kind=<Kind.POWER: 'power'>, name='giga_texas')
    """
    for prefix, kind in _PREFIXES.items():
        if cell and cell.startswith(prefix):
            return Resource(kind, cell.removeprefix(prefix))
    return None


def reason_words(reason: str, *, resource: str | None, words: Words) -> str:
    """Return a reason in a few words; an order whose commitment is left out is not on hold but not planned."""
    bound = read_resource(resource)
    if bound is not None and bound.kind is Kind.COMMITMENT:
        return words.say("reason.not-planned")
    return words.say(REASON_NAMES[reason])


def resource_words(cell: str | None, *, words: Words) -> str:
    """Return the resource of a cell in words; text that names none as it stands."""
    resource = read_resource(cell)
    if resource is None:
        return cell or ""
    name = resource.name
    if resource.kind is Kind.STATUS:
        name = status_words(name, words=words)
    if resource.kind is Kind.COMMITMENT:
        name = commitment_words(name, words=words)
    if resource.kind is Kind.PROPOSAL:
        name = words.listed(name.split("|"))
    return words.say(_RESOURCE_WORDS[resource.kind], name=name)


def bottleneck_words(cell: str | None, *, words: Words) -> str:
    """Return what stopped a level in words: resources joined by plus signs, or the word ``filled``."""
    if cell == FILLED:
        return words.say("resource.filled")
    return words.listed([resource_words(part, words=words) for part in (cell or "").split(" + ") if part])


def remedy_words(cell: str | None, *, words: Words) -> str:
    """Return the list of a remedy cell in words; empty where the cell is."""
    parts = [part.strip() for part in (cell or "").split("|") if part.strip()]
    return words.listed([_one_remedy(part, words=words) for part in parts])


def _one_remedy(part: str, *, words: Words) -> str:
    for pattern, key in _REMEDIES:
        found = pattern.fullmatch(part)
        if found is not None and _is_number(found["amount"]):
            return words.say(key, count=Decimal(found["amount"]), name=found["name"])
    return part


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\d+(\.\d+)?", text) is not None
