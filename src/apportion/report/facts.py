"""What stands in the cells of the facts, told inside a sentence or under a heading: one word for each choice."""

from __future__ import annotations

from apportion.errors import Finding, Severity
from apportion.report.words import Words

_BASES = {
    "fact": "basis.fact",
    "order": "basis.order",
    "forecast": "basis.forecast",
    "estimate": "basis.estimate",
    "claim": "basis.claim",
    "assumption": "basis.assumption",
}
_COMMITMENTS = {
    "firm": "commitment.firm",
    "soft": "commitment.soft",
    "forecast": "commitment.forecast",
}
_STATUSES = {
    "open": "status.open",
    "hold": "status.hold",
    "closed": "status.closed",
}
_GRADES = {
    Severity.ERROR: "grade.error",
    Severity.WARNING: "grade.warning",
    Severity.INFO: "grade.info",
}
_CURRENCIES = {
    "USD": "currency.usd",
    "EUR": "currency.eur",
    "JPY": "currency.jpy",
    "TWD": "currency.twd",
}
_UNITS = {
    "units": "unit.units",
    "kW": "unit.kw",
    "date": "unit.date",
    "unit-days": "assess.unit-days",
    "days": "unit.days",
    "months": "unit.months",
    "units per weight": "unit.per-weight",
}
_SOURCES = {
    "parties": "source.parties",
    "entitlements": "source.entitlements",
    "skus": "source.skus",
    "sites": "source.sites",
    "readiness": "source.readiness",
    "supply": "source.supply",
    "orders": "source.orders",
    "raises": "source.raises",
    "shipments": "source.shipments",
    "fleet": "source.fleet",
    "quotas": "source.quotas",
    "undecided": "source.undecided",
    "programmes": "source.programmes",
    "rentals": "source.rentals",
    "interests": "source.interests",
    "transfers": "source.transfers",
    "claims": "source.claims",
    "lead_times": "source.lead-times",
    "events": "source.events",
    "evidence": "source.evidence",
    "attachments": "source.attachments",
}


def basis_words(basis: str | None, *, words: Words) -> str:
    """Return how a fact is known; an empty cell says nothing of it."""
    return words.say(_BASES[basis] if basis else "basis.unknown")


def commitment_words(commitment: str, *, words: Words) -> str:
    """Return how firm an order is; what is no such word, as a plan on disk may hold, as it stands."""
    return words.say(_COMMITMENTS[commitment]) if commitment in _COMMITMENTS else commitment


def status_words(status: str, *, words: Words) -> str:
    """Return where an order stands; what is no such word, as a plan on disk may hold, as it stands."""
    return words.say(_STATUSES[status]) if status in _STATUSES else status


def grade_words(severity: Severity, *, words: Words) -> str:
    """Return how much a finding weighs."""
    return words.say(_GRADES[severity])


def place_words(finding: Finding, *, words: Words) -> str:
    """Return where a finding stands: file, row and column."""
    parts = [finding.file]
    if finding.row is not None:
        parts.append(words.say("place.row", row=str(finding.row)))
    if finding.column:
        parts.append(words.say("place.column", column=finding.column))
    return words.say("list.between").join(parts)


def place_of(file: str, row: int, *, words: Words) -> str:
    """Return where a row stands: file and row."""
    return words.say("list.between").join([file, words.say("place.row", row=str(row))])


def source_words(table: str, *, words: Words) -> str:
    """Return the table of the facts in which a row stands."""
    return words.say(_SOURCES[table])


def currency_words(currency: str, *, words: Words) -> str:
    """Return a currency; one that the words do not know by its code."""
    return words.say(_CURRENCIES[currency]) if currency in _CURRENCIES else currency


def unit_words(unit: str, *, currency: str, words: Words) -> str:
    """Return the unit of a measure; money is in the scenario's currency, whatever the measure is called."""
    return currency_words(currency, words=words) if unit == "USD" else words.say(_UNITS[unit])
