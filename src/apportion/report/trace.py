"""A number of a plan down to its evidence, in sentences and tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from apportion.report.facts import basis_words, place_of
from apportion.report.words import Words
from apportion.study.bearing import Role
from apportion.study.sources import Source
from apportion.study.statements import Fact, Statement, Used
from apportion.study.trace import Alternative, Part, Trace

# A sentence, or a table with its header.
Block = str | list[tuple[str, ...]]
_HOW: Mapping[tuple[str, str], str] = {
    ("customers", "ordered"): "trace.how.customers.ordered",
    ("customers", "filled"): "trace.how.customers.filled",
    ("customers", "fill_share"): "trace.how.customers.fill-share",
    ("customers", "weight"): "trace.how.customers.weight",
    ("customers", "live_units_at_end"): "trace.how.customers.live-units-at-end",
    ("customers", "live_gpu_days"): "trace.how.customers.live-gpu-days",
    ("customers", "idle_gpu_days"): "trace.how.customers.idle-gpu-days",
    ("customers", "held_gpu_days"): "trace.how.customers.held-gpu-days",
    ("allocations", "units"): "trace.how.allocations.units",
    ("allocations", "filled"): "trace.how.allocations.filled",
    ("allocations", "partial"): "trace.how.allocations.partial",
    ("shortages", "short"): "trace.how.shortages.short",
    ("shortages", "late_days"): "trace.how.shortages.late-days",
    ("levels", "level"): "trace.how.levels.level",
    ("sites", "power_kw"): "trace.how.sites.power-kw",
    ("sites", "load_kw"): "trace.how.sites.load-kw",
    ("sites", "units"): "trace.how.sites.units",
}
_UNITS: Mapping[str, str] = {
    "ordered units": "trace.unit.ordered",
    "units": "trace.unit.units",
    "unit-days": "trace.unit.unit-days",
    "days": "trace.unit.days",
    "kW": "trace.unit.kw",
    "share": "trace.unit.share",
    "weight": "trace.unit.weight",
    "counted units per weight": "trace.unit.per-weight",
}
_ROLES: Mapping[Role, str] = {
    Role.ORDER: "trace.role.order",
    Role.SHIPPED: "trace.role.shipped",
    Role.LOT: "trace.role.lot",
    Role.STEP: "trace.role.step",
    Role.FLEET: "trace.role.fleet",
    Role.SITE: "trace.role.site",
    Role.SKU: "trace.role.sku",
    Role.PARTY: "trace.role.party",
    Role.ENTITLEMENT: "trace.role.entitlement",
    Role.RAISE: "trace.role.raise",
    Role.QUOTA: "trace.role.quota",
    Role.RIVAL: "trace.role.rival",
}
_USED: Mapping[Used, str] = {
    Used.LATEST: "trace.used.latest",
    Used.ONLY_DATED_LATER: "trace.used.only-dated-later",
}


def trace_blocks(found: Trace, *, words: Words) -> list[Block]:
    """Return a trace as sentences and tables, in the order in which they are read."""
    blocks: list[Block] = [lead_sentence(found, words=words)]
    blocks.append(words.say(_HOW[found.number.table, found.number.column]))
    blocks.append(weakest_sentence(found, words=words))
    settings = [words.say("trace.setting", name=name, value=value) for name, value in found.settings]
    blocks.append(words.say("trace.settings", settings=words.say("list.between").join(settings)))
    if found.parts:
        blocks.append(_rows_table(found.parts, words=words))
        blocks.extend(_more(found.parts, words=words))
    if found.sources:
        blocks.append(sources_table(found.sources, words=words))
    blocks.extend(_facts(found, words=words))
    return [*blocks, *_alternatives(found, words=words)]


def lead_sentence(found: Trace, *, words: Words) -> str:
    """Return the number with its value and unit, and beside it the weakest class on the way."""
    if found.value is None:
        return words.say("trace.says-nothing", number=found.number.text)
    basis = words.say("trace.no-row") if found.weakest is None else basis_words(found.weakest, words=words)
    return words.say(
        "trace.value",
        number=found.number.text,
        value=value_words(found.value, unit=found.number.unit, words=words),
        basis=basis,
    )


def value_words(value: str | None, *, unit: str, words: Words) -> str:
    """Return a value with its unit as people read it; JSON has it exact."""
    if value is None:
        return words.say("trace.nothing")
    return words.say(_UNITS[unit], count=Fraction(value))


def weakest_sentence(found: Trace, *, words: Words) -> str:
    """Return how many rows are on the way, and how they are known."""
    if not found.row_count:
        return words.say("trace.rests-on-nothing")
    told = [
        words.say("trace.of-basis", count=count, basis=basis_words(basis, words=words))
        for basis, count in found.bases.items()
    ]
    return words.say("trace.rests-on", count=found.row_count, bases=words.listed(told))


def _rows_table(parts: Sequence[Part], *, words: Words) -> list[tuple[str, ...]]:
    header = ("role", "row", "says", "place", "basis", "evidence")
    titles = {
        "role": "trace.column.role",
        "row": "trace.column.row",
        "says": "trace.column.says",
        "place": "trace.column.place",
        "basis": "trace.column.basis",
        "evidence": "trace.column.evidence",
    }
    rows = [
        (
            words.say(_ROLES[part.role]),
            row.name,
            says_words(row.says, words=words),
            place_of(row.file, row.row, words=words),
            basis_words(row.basis, words=words),
            words.say("list.between").join(row.evidence),
        )
        for part in parts
        for row in part.rows
    ]
    return [tuple(words.say(titles[name]) for name in header), *rows]


def says_words(says: Iterable[tuple[str, str]], *, words: Words) -> str:
    """Return the cells of a row, each with the name of its column."""
    return words.say("list.between").join(
        words.say("trace.setting", name=name, value=value or words.say("trace.empty")) for name, value in says
    )


def _more(parts: Sequence[Part], *, words: Words) -> Iterator[str]:
    for part in parts:
        left = part.count - len(part.rows)
        if left:
            yield words.say("trace.more-rows", count=left, role=words.say(_ROLES[part.role]))


def sources_table(sources: Sequence[Source], *, words: Words) -> list[tuple[str, ...]]:
    """Return evidence as a table: what it is, when it was published, where it is listed."""
    header = (
        words.say("trace.column.evidence"),
        words.say("trace.column.title"),
        words.say("trace.column.published"),
        words.say("trace.column.basis"),
        words.say("trace.column.place"),
    )
    return [header, *(_source_row(one, words=words) for one in sources)]


def _source_row(one: Source, *, words: Words) -> tuple[str, ...]:
    if not one.is_known:
        return one.id, words.say("trace.source-unknown"), "", "", ""
    return (
        one.id,
        one.title,
        one.published_on,
        basis_words(one.basis, words=words),
        place_of(one.place[0], one.place[1], words=words),
    )


def _facts(found: Trace, *, words: Words) -> Iterator[Block]:
    """Yield every statement of each fact that was stated more than once, with the one that is used."""
    for fact in found.facts:
        yield words.say("trace.restated", fact=fact.name, count=len(fact.statements))
        yield _statements_table(fact, words=words)
        yield words.say(_USED[fact.why], row=str(fact.statements[fact.used].row))
    left = found.fact_count - len(found.facts)
    if left:
        yield words.say("trace.more-facts", count=left)


def _statements_table(fact: Fact, *, words: Words) -> list[tuple[str, ...]]:
    header = (
        words.say("trace.column.used"),
        words.say("trace.column.place"),
        words.say("trace.column.known"),
        words.say("trace.column.says"),
        words.say("trace.column.basis"),
        words.say("trace.column.evidence"),
    )
    rows = [
        (
            words.say("trace.is-used") if place == fact.used else "",
            place_of(said.file, said.row, words=words),
            said.known_on or words.say("trace.always"),
            says_words(said.says, words=words) or words.say("trace.same"),
            basis_words(said.basis, words=words),
            words.say("list.between").join(said.evidence),
        )
        for place, said in enumerate(fact.statements)
    ]
    return [header, *rows]


def _alternatives(found: Trace, *, words: Words) -> Iterator[str]:
    """Yield what the number would be under each statement that does not stand."""
    if found.alternatives is None:
        if found.facts:
            yield words.say("trace.ask-under-each")
        return
    for one in found.alternatives:
        yield _alternative(found, one, words=words)
    tried, left = len(found.alternatives), found.alternative_count - len(found.alternatives)
    if tried and not any(one.is_changed for one in found.alternatives):
        yield words.say("trace.choice-does-not-matter", count=tried)
    if left:
        yield words.say("trace.more-statements", count=left)
    if not found.fact_count:
        yield words.say("trace.stated-once")


def _alternative(found: Trace, one: Alternative, *, words: Words) -> str:
    statement = statement_words(one.fact, one.statement, words=words)
    if one.problem:
        return words.say("trace.under.problem", statement=statement, code=one.problem)
    unit = found.number.unit
    value = value_words(one.value, unit=unit, words=words)
    if not one.is_changed:
        return words.say("trace.under.same", statement=statement, value=value)
    before = value_words(found.value, unit=unit, words=words)
    return words.say("trace.under.other", statement=statement, value=value, before=before)


def statement_words(fact: Fact, statement: Statement, *, words: Words) -> str:
    """Return a statement of a fact: which fact, what it says, and where."""
    place = place_of(statement.file, statement.row, words=words)
    says = says_words(statement.says, words=words)
    named = words.say("joint.titled", title=fact.name, text=says) if says else fact.name
    return words.say("joint.named", name=named, note=place)
