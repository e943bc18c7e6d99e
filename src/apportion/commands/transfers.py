"""Acts on the register of everything that moves: read it, tell it, write it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path

import polars as pl

from apportion.commands.folders import write_files
from apportion.commands.permits import needs
from apportion.commands.scenarios import read_scenario, view_world
from apportion.commands.seen import decided_in, find_seen
from apportion.commands.sources import read_proposals
from apportion.errors import FindingsError
from apportion.files.packs import DEFAULT_PACK, load_pack
from apportion.govern.interests import read_graph
from apportion.govern.materiality import PairYear
from apportion.govern.movements import Movements, read_movements
from apportion.govern.packs import Pack
from apportion.govern.related import InterestTies
from apportion.govern.rights import Right
from apportion.govern.transfers import Transfer
from apportion.govern.worth import Total
from apportion.model.proposal import Proposal
from apportion.model.world import ALL, World
from apportion.report.transfers import movements_json, movements_sentences, transfers_table
from apportion.report.transfers_page import JSON, transfers_html
from apportion.report.words import DEFAULT_LANGUAGE, Words
from apportion.study.assess import Assessment, assess
from apportion.study.known import day_looked_from, is_proposal_known
from apportion.study.programmes import rounded

__all__ = [
    "TRANSFERS_PAGE",
    "movements_of",
    "movements_of_scenario",
    "tell_transfers",
    "transfers_as_json",
    "write_transfers",
]

TRANSFERS_PAGE = "transfers.html"
_TRANSFERS = (
    "transfer",
    "from_party",
    "to_party",
    "kind",
    "on",
    "until_on",
    "quantity",
    "sku",
    "low_usd",
    "usd",
    "high_usd",
    "valued",
    "method",
    "basis",
    "relation",
    "ties",
    "with_earlier_usd",
    "with",
    "material",
)
_YEARS = (
    "first_party",
    "second_party",
    "year",
    "forth_usd",
    "forth_not_valued",
    "back_usd",
    "back_not_valued",
    "together_usd",
    "together_not_valued",
)


@needs(Right.READ)
def movements_of_scenario(
    scenario: str,
    *,
    pack: str = DEFAULT_PACK,
    out: Path | None = None,
    as_known_on: dt.date | None = None,
    viewpoint: str = ALL,
    language: str = DEFAULT_LANGUAGE,
) -> Movements:
    """Return everything that moves between the parties of a scenario, and write it where asked to.

    Args:
        scenario: A folder, workbook, zip or bundled name.
        pack: A policy pack that comes with apportion, or a TOML file.
        out: Where the page and the tables go; None: nowhere.
        as_known_on: Only what was known by the end of this day; None: everything.
        viewpoint: To whom: ``all``, ``public`` or ``party:NAME``.
        language: The language of the page and of the sentences in ``transfers.json``.

    Raises:
        UsageError: There is no such scenario, pack, viewpoint or language, or nothing can be written there.
        FindingsError: The scenario, the pack or a proposal beside the scenario has findings of error grade.
    """
    Words.load(language)
    rules = load_pack(pack)
    source = find_seen(scenario)

    def standing(but: str = "") -> World:
        looked = read_scenario(scenario, but=but)
        return view_world(looked.world, as_known_on=as_known_on, viewpoint=viewpoint)

    world, decided = standing(), decided_in(source)
    found = movements_of(
        world,
        read_proposals(source),
        pack=rules,
        before=lambda one: standing(one.id) if one.id in decided else world,
    )
    if out is not None:
        write_transfers(found, folder=out, pack=pack, language=language)
    return found


@needs(Right.OPEN)
def movements_of(
    world: World,
    proposals: Iterable[Proposal],
    *,
    pack: Pack,
    before: Callable[[Proposal], World] | None = None,
) -> Movements:
    """Return everything that moves between the parties of a world.

    Args:
        world: The facts under a view.
        proposals: What was proposed; one that the viewer does not know of is left out.
        pack: The rules.
        before: The facts that a proposal is judged on, which of one that was carried out are those without it; None:
            these facts.
    """
    assessments, left_out = _assessed(world, proposals, before=before or (lambda _: world))
    return read_movements(
        world,
        ties=InterestTies(read_graph(world), pack=pack),
        pack=pack,
        assessments=assessments,
        left_out=left_out,
    )


def _assessed(
    world: World, proposals: Iterable[Proposal], *, before: Callable[[Proposal], World]
) -> tuple[list[Assessment], list[Proposal]]:
    """Return what the proposals that the viewer knows come to, and those of which the view hides too much."""
    day = day_looked_from(world)
    found: list[Assessment] = []
    left_out: list[Proposal] = []
    for one in proposals:
        if not is_proposal_known(one, view=world.view, day=day):
            continue
        try:
            found.append(assess(before(one), one))
        except FindingsError:
            left_out.append(one)
    return found, left_out


@needs(Right.OPEN)
def tell_transfers(
    found: Movements, *, language: str = DEFAULT_LANGUAGE
) -> tuple[list[str], list[tuple[str, ...]]]:
    """Return the sentences of a register in a language, and its table.

    Raises:
        UsageError: There is no such language.
    """
    words = Words.load(language)
    return movements_sentences(found, words=words), transfers_table(found, words=words)


@needs(Right.OPEN)
def transfers_as_json(found: Movements, *, language: str = DEFAULT_LANGUAGE) -> dict[str, object]:
    """Return all that a register says as plain values.

    Raises:
        UsageError: There is no such language.
    """
    return dict(movements_json(found, words=Words.load(language)))


@needs(Right.OPEN)
def write_transfers(
    found: Movements, *, folder: Path, pack: str, language: str = DEFAULT_LANGUAGE
) -> list[Path]:
    """Write the page of a register, its tables and all it says as JSON; return the files.

    Args:
        found: The register.
        folder: Where.
        pack: How the pack was named.
        language: The language of the page.

    Raises:
        UsageError: There is no such language, the folder holds a scenario, or cannot be written to.
    """
    body = json.dumps(transfers_as_json(found, language=language), ensure_ascii=False, indent=1)
    files = {
        "transfers.csv": _csv([_transfer_row(found, one) for one in found.transfers], columns=_TRANSFERS),
        "pair_years.csv": _csv([_year_row(one) for one in found.years], columns=_YEARS),
        JSON: f"{body}\n".encode(),
        TRANSFERS_PAGE: transfers_html(found, pack=pack, words=Words.load(language)).encode(),
    }
    return write_files(folder, files)


def _csv(rows: Sequence[dict[str, object]], *, columns: Sequence[str]) -> bytes:
    if not rows:
        return f"{','.join(columns)}\n".encode()
    return pl.DataFrame(rows, infer_schema_length=None).select(columns).write_csv().encode()


def _transfer_row(found: Movements, one: Transfer) -> dict[str, object]:
    aggregate = found.aggregates.get(one.transfer)
    return {
        "transfer": one.transfer,
        "from_party": one.giver,
        "to_party": one.receiver,
        "kind": one.kind,
        "on": one.on,
        "until_on": one.until_on,
        "quantity": rounded(one.quantity),
        "sku": one.sku,
        "low_usd": rounded(one.worth.low),
        "usd": rounded(one.worth.plain),
        "high_usd": rounded(one.worth.high),
        "valued": str(one.valued),
        "method": str(one.method),
        "basis": one.basis,
        "relation": str(one.relation),
        "ties": "|".join(one.ties),
        "with_earlier_usd": None if aggregate is None else _usd(aggregate.total),
        "with": "" if aggregate is None else "|".join(aggregate.total.names),
        "material": "" if aggregate is None else str(aggregate.material),
    }


def _year_row(one: PairYear) -> dict[str, object]:
    row: dict[str, object] = {"first_party": one.pair[0], "second_party": one.pair[1], "year": one.year}
    for name, total in (("forth", one.forth), ("back", one.back), ("together", one.together)):
        row |= _total_cells(name, total)
    return row


def _total_cells(name: str, total: Total) -> dict[str, object]:
    return {f"{name}_usd": _usd(total), f"{name}_not_valued": "|".join(total.unvalued)}


def _usd(total: Total) -> Decimal | None:
    """Return a sum; None where nothing in it is valued, since that is not zero."""
    return rounded(total.plain) if total.is_valued else None
