"""``assessment.html``: what a proposal comes to, as one page that holds all it needs; and the same as plain values."""

from __future__ import annotations

from fractions import Fraction

from apportion.digest import digest
from apportion.model.canonical import as_text
from apportion.model.policy import Case
from apportion.report.assessment_answers import answers_grid, break_evens_grid
from apportion.report.assessment_bars import tornadoes, waterfall
from apportion.report.assessment_figures import live_figures, site_figures
from apportion.report.assessment_programmes import programme_section
from apportion.report.assessment_words import assessment_sentences, poorest_sentences
from apportion.report.facts import basis_words, source_words, unit_words
from apportion.report.rules import rule_words, seen_by
from apportion.report.shell import render_page
from apportion.report.tables import NUMBER, TEXT, Cell, Grid, cell_of, rows_of
from apportion.report.under_each import under_each_sentences
from apportion.report.words import DEFAULT_LANGUAGE, Words
from apportion.report.words import Value as Told
from apportion.study.assess import Assessment
from apportion.study.breakeven import break_evens_frame
from apportion.study.futures import Future, fair_policy
from apportion.study.measures import UNITS
from apportion.study.measures import Value as Measure
from apportion.version import VERSION

__all__ = ["assessment_html", "assessment_json", "assessment_sentences"]

_SHOWN = {
    "units": "assess.measure.units",
    "power_kw_needed": "assess.measure.power-kw-needed",
    "first_live_on": "assess.measure.first-live-on",
    "all_live_on": "assess.measure.all-live-on",
    "live_gpu_days": "assess.measure.live-gpu-days",
    "live_gained_gpu_days": "assess.measure.live-gained-gpu-days",
    "idle_gpu_days": "assess.measure.idle-gpu-days",
    "held_gpu_days": "assess.measure.held-gpu-days",
    "shifted_gpu_days": "assess.measure.shifted-gpu-days",
    "delay_days_mean": "assess.measure.delay-days-mean",
    "level_after_move": "assess.measure.level-after-move",
    "level_at_end": "assess.measure.level-at-end",
    "capital_idle_usd": "assess.measure.capital-idle-usd",
    "rent_value_usd": "assess.measure.rent-value-usd",
    "depreciation_usd": "assess.measure.depreciation-usd",
    "live_gpu_days_all_sites": "assess.measure.live-gpu-days-all-sites",
    "live_gained_gpu_days_all_sites": "assess.measure.live-gained-gpu-days-all-sites",
}
_FUTURES = {
    Future.BOOKED: "assess.future.booked",
    Future.PROPOSED: "assess.future.proposed",
    Future.POLICY: "assess.future.policy",
    Future.BEST: "assess.future.best",
}
_CASES = {
    Case.FAVOURABLE: "view.case.favourable",
    Case.MIDDLE: "view.case.middle",
    Case.UNFAVOURABLE: "view.case.unfavourable",
}
_FACT_COLUMNS = (
    "assess.column.table",
    "assess.column.row",
    "assess.column.basis",
    "assess.column.evidence",
)


def assessment_html(found: Assessment, *, language: str = DEFAULT_LANGUAGE) -> str:
    """Return the page of an assessment, complete in itself; the same bytes for the same facts and proposal.

    Raises:
        UsageError: There are no words in the language.
    """
    words = Words.load(language)
    lead, *sentences = assessment_sentences(found, words=words)
    live, sites = live_figures(found, words=words), site_figures(found, words=words)
    return render_page(
        "assessment.html",
        found.world,
        figures=[*live, *sites],
        words=words,
        scenario=found.world.settings.name,
        software=VERSION,
        sentence=lead,
        sentences=sentences,
        key_figures=[],
        live=live,
        sites=sites,
        futures=[_futures(found, case, words=words) for case in Case],
        shown=str(found.case),
        poorest=poorest_sentences(found, words=words),
        waterfall=waterfall(found, words=words),
        tornadoes=tornadoes(found, words=words),
        answers=answers_grid(found, words=words),
        break_evens=break_evens_grid(found, words=words),
        grounds=_grounds(found, words=words),
        programmes=programme_section(found, words=words),
        facts=_facts(found, words=words),
        under_each=_under_each(found, words=words),
        settings=[
            *seen_by(found.world.view, words=words),
            rule_words(fair_policy(found.world).rule, words=words),
        ],
        digests=[
            (words.say("digest.world"), found.world.digest),
            (words.say("digest.policy"), digest(found.world.settings.policy.as_json())),
            (words.say("assess.digest-proposal"), found.proposal.digest),
        ],
    )


def _under_each(found: Assessment, *, words: Words) -> list[str]:
    """Return what the other statements change; nothing where that was not asked for."""
    if found.under_each is None:
        return []
    currency = found.world.settings.currency
    return under_each_sentences(found.under_each, currency=currency, words=words)


def assessment_json(found: Assessment, *, language: str = DEFAULT_LANGUAGE) -> dict[str, object]:
    """Return all that an assessment says as plain values; only the summary is in a language, which is named.

    Raises:
        UsageError: There are no words in the language.
    """
    words = Words.load(language)
    return {
        "proposal": found.proposal.as_json(),
        "proposal_digest": found.proposal.digest,
        "world_digest": found.world.digest,
        "view": found.world.view.as_json(),
        "baseline": str(found.baseline),
        "scope": {"lots": sorted(found.scope.lots), "orders": sorted(found.scope.orders)},
        "language": words.language,
        "summary": assessment_sentences(found, words=words),
        "comparison": as_text(found.comparison).to_dicts(),
        "ranges": as_text(found.ranges).to_dicts(),
        "break_evens": as_text(break_evens_frame(found.break_evens)).to_dicts(),
        "programmes": as_text(found.programmes).to_dicts(),
        "rentals": as_text(found.rentals).to_dicts(),
        "rental_totals": as_text(found.rental_totals).to_dicts(),
        "no_capacity": [
            {"table": table, "name": name} for rows in found.compute.claimed.values() for table, name in rows
        ],
        "second_reading_rests_on": [
            {
                "table": one.table,
                "name": one.name,
                "basis": one.basis,
                "evidence": list(one.evidence),
                "is_left_out": one.is_left_out,
            }
            for one in found.grounds
        ],
        "poorest": {
            measure: {str(future): found.poorest(future, measure) for future in Future}
            for measure in ("level_after_move", "level_at_end")
        },
        **({} if found.under_each is None else {"under_each": found.under_each.as_json()}),
        "findings": [one.as_json() for one in found.findings],
        "version": VERSION,
    }


def _futures(found: Assessment, case: Case, *, words: Words) -> tuple[str, Grid]:
    """Return the four futures of one case side by side: one row per party and measure."""
    rows: list[tuple[Told | None, ...]] = []
    for party in ["", *found.parties]:
        for name, key in _SHOWN.items():
            values = [found.value(future, name, party=party, case=case) for future in Future]
            if any(value is not None for value in values):
                unit = unit_words(UNITS[name], currency=found.world.settings.currency, words=words)
                measure = words.say(key)
                told = [_rounded(one) for one in values]
                rows.append((party or words.say("assess.everybody"), measure, *told, unit))
    columns = (
        (words.say("column.customer"), TEXT),
        (words.say("assess.column.measure"), TEXT),
        *((words.say(_FUTURES[future]), NUMBER) for future in Future),
        (words.say("assess.column.unit"), TEXT),
    )
    caption = words.say("assess.futures-caption", case=words.say(_CASES[case]))
    grid = Grid(id=f"futures-{case}", caption=caption, columns=columns, rows=rows_of(rows, words=words))
    return words.say(_CASES[case]), grid


def _rounded(value: Measure) -> Told | None:
    """Return a measure to one decimal, which is what a table is read for."""
    return round(value, 1) if isinstance(value, Fraction) else value


def _grounds(found: Assessment, *, words: Words) -> list[str]:
    return [
        words.say(
            "assess.ground-left-out" if one.is_left_out else "assess.ground",
            table=source_words(one.table, words=words),
            name=one.name,
            basis=basis_words(one.basis, words=words),
            evidence=words.say("list.between").join(one.evidence) or words.say("assess.no-evidence"),
        )
        for one in found.grounds
    ]


def _facts(found: Assessment, *, words: Words) -> Grid:
    """Return the rows that the assessment rests on, each with how it is known and by what evidence."""
    sites = {site for line in found.book.lines.values() for site in line.sites}
    chosen = {
        "supply": ("lot", set(found.scope.lots)),
        "orders": ("order", set(found.scope.orders)),
        "readiness": ("site", sites),
        "fleet": ("site", sites),
        "skus": ("sku", {lot.sku for lot in found.book.lots.values()}),
        "programmes": ("programme", {one.programme for one in found.compute.programmes}),
        "rentals": ("party", {one.party for one in found.compute.programmes}),
    }
    titles = dict(found.world.table("evidence").select("id", "title").iter_rows())
    rows: list[tuple[Cell, ...]] = []
    for table, (key, names) in chosen.items():
        for row in found.world.table(table).iter_rows(named=True):
            if row[key] not in names:
                continue
            name = " ".join(str(row[one]) for one in (key, "step") if one in row)
            cited = row.get("evidence") or []
            told = [
                words.say("joint.titled", title=one, text=titles[one]) if one in titles else one
                for one in cited
            ]
            cells = (
                source_words(table, words=words),
                name,
                basis_words(row.get("basis"), words=words),
                words.say("joint.clauses").join(told),
            )
            rows.append(tuple(cell_of(cell, words=words) for cell in cells))
    return Grid(
        id="facts",
        caption=words.say("assess.facts-caption"),
        columns=tuple((words.say(name), TEXT) for name in _FACT_COLUMNS),
        rows=tuple(rows),
    )
