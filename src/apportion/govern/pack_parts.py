"""What a decision pack says, as groups of fields, each of which can be withheld by itself.

    world, proposal, plans, assessment, life of the decision → `Part`s: path, value, and what it is about

A path tells nothing of what is in it: rows and orders stand under names drawn from the pack's seed.
Source: ``docs/concepts/decision-pack.md``.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from apportion.govern.pack_rows import Sort, sort_of
from apportion.govern.redaction import opaque
from apportion.govern.rows import plain_rows
from apportion.model.canonical import as_text
from apportion.model.contracts import TABLES
from apportion.model.parsing import FILE, ROW
from apportion.model.plan import Plan
from apportion.model.world import World


class Document(enum.StrEnum):
    """The documents of a pack."""

    WORLD = "world"
    PROPOSAL = "proposal"
    POLICY_RESULT = "plan-by-policy"  # The plan that the policy gives without the proposal.
    PLAN = "plan-with-proposal"
    ASSESSMENT = "assessment"
    DECISION = "decision"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One group of fields.

    Attributes:
        document: The document.
        path: Its path there, which tells nothing of its value.
        value: What it says, in plain values.
        topic: What kind of row or section it is of, e.g. the table.
        sort: What kind of fields.
        row: The row it is of, beside other groups of the same; empty: of none.
        cells: The whole row, for telling whose it is; nothing of it is written.
    """

    document: Document
    path: str
    value: object
    topic: str
    sort: Sort
    row: str = ""
    cells: Mapping[str, object]


def world_parts(world: World, *, seed: bytes) -> Iterator[Part]:
    """Yield the settings and every statement of a world, its place in its file left out."""
    settings = world._settings_as_json()  # noqa: SLF001 - what its digest is of
    for name, value in settings.items():
        sort = Sort.IDENTITY if name not in {"title", "unknown", "unknown_policy"} else Sort.NOTE
        yield _part(Document.WORLD, f"settings/{name}", value={name: value}, topic="settings", sort=sort)
    for table in sorted(world.tables):
        frame = world.tables[table].drop(ROW, FILE)
        columns = list(TABLES[table].by_name)
        alike: Counter[tuple[str, ...]] = Counter()
        for plain in plain_rows(frame, columns=columns):
            cells = {name: _exact(cell) for name, cell in plain.items()}
            said = tuple(f"{name}={cells[name]}" for name in sorted(cells))
            alike[said] += 1
            row = f"{table}/{opaque(seed, 'row', table, str(alike[said]), *said)}"
            yield from _row_parts(table, cells, row=row)


def _exact(cell: object) -> object:
    return str(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell


def _row_parts(table: str, cells: Mapping[str, object], *, row: str) -> Iterator[Part]:
    by_sort: dict[Sort, dict[str, object]] = {}
    for name, cell in cells.items():
        by_sort.setdefault(sort_of(table, name), {})[name] = cell
    for sort, value in by_sort.items():
        yield _part(
            Document.WORLD, f"{row}/{sort}", value=value, topic=table, sort=sort, row=row, cells=cells
        )


def _part(
    document: Document,
    path: str,
    *,
    value: object,
    topic: str,
    sort: Sort = Sort.IDENTITY,
    row: str = "",
    cells: Mapping[str, object] | None = None,
) -> Part:
    return Part(document=document, path=path, value=value, topic=topic, sort=sort, row=row, cells=cells or {})


def proposal_parts(proposal: Mapping[str, object], *, seed: bytes) -> Iterator[Part]:
    """Yield what a proposal says: what goes, to whom, and each other field by itself."""
    for name, value in proposal.items():
        if name not in {"moves", "raises"}:
            sort = Sort.NOTE if name in {"title", "evidence", "known_to", "decided_by"} else Sort.IDENTITY
            yield _part(Document.PROPOSAL, name, value={name: value}, topic="proposal", sort=sort)
    for name in ("moves", "raises"):
        for at, one in enumerate(_rows(proposal.get(name))):
            path = f"{name}/{opaque(seed, name, str(at))}"
            to = {key: one[key] for key in ("to_orders", "site") if key in one}
            what = {key: value for key, value in one.items() if key not in to}
            yield _part(Document.PROPOSAL, f"{path}/what", value=what, topic=name, cells=one)
            # Which one it is of how many is told apart: a reader of one learns nothing of the others.
            yield _part(Document.PROPOSAL, f"{path}/place", value={"place": at}, topic="place", cells=one)
            if to:
                yield _part(Document.PROPOSAL, f"{path}/to", value=to, topic=name, cells=one)


def plan_parts(document: Document, plan: Plan, *, seed: bytes) -> Iterator[Part]:
    """Yield what a plan says, by order, customer, site and class; its proof as one group."""
    body = plan.body
    for name in ("format", "software", "scenario", "view", "policy", "policy_digest"):
        yield _part(document, name, value={name: body[name]}, topic="plan")
    digests = {"digest": plan.digest, "world_digest": plan.world_digest, "tables": plan.table_digests}
    yield _part(document, "digests", value=digests, topic="plan", sort=Sort.DIGEST)
    yield _part(document, "totals", value=body["totals"], topic="totals", sort=Sort.QUANTITY)
    proof = {name: body[name] for name in ("cut_orders", "stages", "findings")}
    yield _part(document, "proof", value=proof, topic="proof", sort=Sort.QUANTITY)
    frames = {"shares": plan.shares, **plan.tables}
    for name, by in (
        ("shares", "order"),
        ("allocations", "order"),
        ("shortages", "order"),
        ("customers", "customer"),
        ("sites", "site"),
        ("levels", "demand_class"),
    ):
        for key, rows in _by(as_text(frames[name]).to_dicts(), by):
            path = f"{name}/{opaque(seed, document, name, *key)}"
            yield _part(document, path, value=rows, topic=f"plan-{name}", sort=Sort.QUANTITY, cells=rows[0])


def assessment_parts(assessment: Mapping[str, object], *, currency: str, seed: bytes) -> Iterator[Part]:
    """Yield what an assessment says, by party and site, money apart from all else."""
    tables = ("comparison", "ranges", "programmes", "rentals", "rental_totals", "break_evens")
    sorts = {"summary": Sort.NOTE, "world_digest": Sort.DIGEST, "proposal_digest": Sort.DIGEST}
    for name, value in assessment.items():
        if name not in tables:
            sort = sorts.get(name, Sort.QUANTITY)
            yield _part(
                Document.ASSESSMENT,
                name,
                value={name: value},
                topic="assessment",
                sort=sort,
            )
            continue
        for key, rows in _by(_rows(value), "party", "site"):
            paid = [one for one in rows if _is_money(one, name, currency=currency)]
            for sort, some in ((Sort.MONEY, paid), (Sort.QUANTITY, [one for one in rows if one not in paid])):
                path = f"{name}/{opaque(seed, name, *key)}/{sort}"
                if some:
                    yield _part(
                        Document.ASSESSMENT,
                        path,
                        value=some,
                        topic=f"assessed-{name}",
                        sort=sort,
                        cells=rows[0],
                    )


def _is_money(row: Mapping[str, object], table: str, *, currency: str) -> bool:
    unit = str(row.get("unit", ""))
    return table in {"programmes", "rentals", "rental_totals"} or currency in unit or "USD" in unit


def decision_parts(life: Mapping[str, Sequence[Mapping[str, object]]], *, seed: bytes) -> Iterator[Part]:
    """Yield the life of a decision: each row of each section by itself, under a name that tells nothing.

    Args:
        life: Rows by section: ``outcome``, ``sides``, ``votes``, ``conflicts``, ``disclosures``, ``minutes``,
            ``notices``, ``obligations`` and ``events`` (entries of the ledger: ``seq``, ``entry``, ``by``). No row
            says which one it is of how many.
        seed: What names are drawn from.
    """
    for section, rows in life.items():
        for at, one in enumerate(rows):
            path = f"{section}/{opaque(seed, section, str(at))}"
            # Who wrote an entry tells who may see it, and stands in the entry alone.
            value = {name: cell for name, cell in one.items() if section != "events" or name != "by"}
            yield _part(Document.DECISION, path, value=value, topic=section, cells=one)


def _rows(value: object) -> list[dict[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _by(
    rows: Iterable[dict[str, object]], *columns: str
) -> Iterator[tuple[tuple[str, ...], list[dict[str, object]]]]:
    """Yield the rows that have the same values in some columns, with these values."""
    found: dict[tuple[str, ...], list[dict[str, object]]] = {}
    for one in rows:
        found.setdefault(tuple(str(one.get(name) or "") for name in columns), []).append(one)
    yield from found.items()
