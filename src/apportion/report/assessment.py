"""``assessment.html``: what a proposal comes to, as one page that holds all it needs; and the same as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from apportion.digest import digest
from apportion.model.canonical import as_text
from apportion.model.policy import Case
from apportion.report.assessment_figures import live_figures, site_figures
from apportion.report.assessment_programmes import programme_section
from apportion.report.assessment_words import assessment_sentences, extremes_told, number_of
from apportion.report.shell import render_page
from apportion.report.tables import NUMBER, TEXT, Bar, BarTable, Cell, Grid, cell_of, rows_of
from apportion.report.words import Value as Told
from apportion.report.words import Words
from apportion.study.assess import Assessment
from apportion.study.breakeven import Question, break_evens_frame
from apportion.study.futures import Future, fair_policy
from apportion.study.measures import UNITS
from apportion.study.measures import Value as Measure
from apportion.study.ranges import Interval
from apportion.version import VERSION

__all__ = ["assessment_html", "assessment_json", "assessment_sentences"]

_SHOWN = {
    "units": "assess.measure.units",
    "live_gpu_days": "assess.measure.live-gpu-days",
    "live_gained_gpu_days": "assess.measure.live-gained-gpu-days",
    "idle_gpu_days": "assess.measure.idle-gpu-days",
    "held_gpu_days": "assess.measure.held-gpu-days",
    "shifted_gpu_days": "assess.measure.shifted-gpu-days",
    "delay_days_mean": "assess.measure.delay-days-mean",
    "level_after_move": "assess.measure.level-after-move",
    "capital_idle_usd": "assess.measure.capital-idle-usd",
    "rent_value_usd": "assess.measure.rent-value-usd",
    "depreciation_usd": "assess.measure.depreciation-usd",
    "live_gpu_days_all_sites": "assess.measure.live-gpu-days-all-sites",
    "live_gained_gpu_days_all_sites": "assess.measure.live-gained-gpu-days-all-sites",
}
_FULL = 100
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
_VARIED = {
    "dates": "assess.varied.dates",
    "split": "assess.varied.split",
    "quantity": "assess.varied.quantity",
    "power": "assess.varied.power",
    "price": "assess.varied.price",
    "rent": "assess.varied.rent",
    "life": "assess.varied.life",
    "fleet": "assess.varied.fleet",
    "readiness": "assess.varied.readiness",
}
_QUESTIONS = {
    Question.READY_ON: "assess.question.ready-on",
    Question.DAYS_EARLIER: "assess.question.days-earlier",
    Question.ELSEWHERE: "assess.question.elsewhere",
    Question.SPLIT: "assess.question.split",
}
_BREAK_EVEN_COLUMNS = (
    "assess.column.question",
    "assess.column.party",
    "assess.column.place",
    "assess.column.from",
    "assess.column.found",
    "assess.column.stated-on",
    "assess.column.stated",
    "assess.column.basis",
    "assess.column.evidence",
)
_FACT_COLUMNS = (
    "assess.column.table",
    "assess.column.row",
    "assess.column.basis",
    "assess.column.evidence",
)


def assessment_html(found: Assessment, *, language: str = "en") -> str:
    """Return the page of an assessment, complete in itself; the same bytes for the same facts and proposal.

    Raises:
        UsageError: There are no words in the language.
    """
    words = Words.load(language)
    lead, *sentences = assessment_sentences(found, words=words)
    live, sites = live_figures(found, words=words), site_figures(found, words=words)
    view = found.world.view
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
        waterfall=_waterfall(found, words=words),
        tornado=_tornado(found, words=words),
        extremes=extremes_told(found, words=words),
        break_evens=_break_evens(found, words=words),
        grounds=_grounds(found, words=words),
        programmes=programme_section(found, words=words),
        facts=_facts(found, words=words),
        settings=[
            words.say("assess.setting-view", day=view.as_known_on or "–", viewpoint=view.viewpoint),
            words.say("assess.setting-rule", rule=str(fair_policy(found.world).rule)),
        ],
        digests=[
            (words.say("digest.world"), found.world.digest),
            (words.say("digest.policy"), digest(found.world.settings.policy.as_json())),
            (words.say("assess.digest-proposal"), found.proposal.digest),
        ],
    )


def assessment_json(found: Assessment) -> dict[str, object]:
    """Return all that an assessment says as plain values."""
    return {
        "proposal": found.proposal.as_json(),
        "proposal_digest": found.proposal.digest,
        "world_digest": found.world.digest,
        "view": found.world.view.as_json(),
        "baseline": str(found.baseline),
        "scope": {"lots": sorted(found.scope.lots), "orders": sorted(found.scope.orders)},
        "summary": assessment_sentences(found, words=Words.load("en")),
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
                unit = found.world.settings.currency if UNITS[name] == "USD" else UNITS[name]
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


def _waterfall(found: Assessment, *, words: Words) -> BarTable:
    """Return each party's live unit-days as booked and what the proposal adds or takes."""
    sides = []
    for party in found.parties:
        before = number_of(found.value(found.baseline, "live_gpu_days", party=party))
        after = number_of(found.value(Future.PROPOSED, "live_gpu_days", party=party))
        sides.append((party, before, after))
    longest = max([Fraction(1), *(max(before, after) for _, before, after in sides)])
    bars = []
    for party, before, after in sides:
        kept, change = min(before, after) * _FULL / longest, abs(after - before) * _FULL / longest
        role = "ran" if after >= before else "rest"
        parts = (("stock", "", f"{float(kept):.3f}"), (role, f"{float(kept):.3f}", f"{float(change):.3f}"))
        cells = (cell_of(before, words=words), cell_of(after, words=words))
        bars.append(Bar(name=party, parts=parts, value=_signed(words, after - before), cells=cells))
    return BarTable(
        caption=words.say("assess.waterfall-caption"),
        columns=(
            (words.say("column.customer"), TEXT),
            (words.say("assess.column.change"), NUMBER),
            (words.say("assess.column.before"), NUMBER),
            (words.say("assess.column.after"), NUMBER),
        ),
        bars=tuple(bars),
    )


def _signed(words: Words, value: Told) -> str:
    text = words.text_of(value)
    return text if text.startswith("-") or text == "0" else f"+{text}"


def _tornado(found: Assessment, *, words: Words) -> BarTable:
    """Return how far each range alone moves what all together gain, the widest first."""
    measure = "live_gained_gpu_days"
    own = [
        one
        for one in found.intervals
        if (one.measure, one.party) == (measure, "")
        and (one.name or one.varied == "readiness")
        and one.case in {"", str(found.case)}
    ]
    ranked = sorted(own, key=lambda one: (-one.swing, one.varied, one.name))
    low, high = min((one.low for one in own), default=0), max((one.high for one in own), default=1)
    width = max(high - low, 1)
    bars = tuple(
        Bar(
            name=_knob_name(one, words=words),
            parts=(
                (
                    "ran",
                    f"{float((one.low - low) * _FULL / width):.3f}",
                    f"{max(0.4, float(one.swing * _FULL / width)):.3f}",
                ),
            ),
            value=words.text_of(one.swing),
            cells=(cell_of(one.low, words=words), cell_of(one.high, words=words)),
        )
        for one in ranked
    )
    return BarTable(
        caption=words.say("assess.tornado-caption"),
        columns=(
            (words.say("assess.column.varied"), TEXT),
            (words.say("assess.column.swing"), NUMBER),
            (words.say("assess.column.least"), NUMBER),
            (words.say("assess.column.most"), NUMBER),
        ),
        bars=bars,
    )


def _knob_name(one: Interval, *, words: Words) -> str:
    return " ".join(part for part in (words.say(_VARIED[one.varied]), one.name) if part)


def _break_evens(found: Assessment, *, words: Words) -> Grid:
    rows: list[Sequence[Told | None]] = [
        (
            words.say(_QUESTIONS[one.question]),
            one.party,
            one.site or one.name,
            one.from_on,
            (one.day or one.amount) if one.is_found else words.say("assess.not-found"),
            one.stated_on,
            one.stated,
            one.basis or None,
            ", ".join(one.evidence) or None,
        )
        for one in found.break_evens
    ]
    return Grid(
        id="break-evens",
        caption=words.say("assess.break-evens-caption"),
        columns=tuple((words.say(name), TEXT) for name in _BREAK_EVEN_COLUMNS),
        rows=rows_of(rows, words=words),
    )


def _grounds(found: Assessment, *, words: Words) -> list[str]:
    return [
        words.say(
            "assess.ground-left-out" if one.is_left_out else "assess.ground",
            table=one.table,
            name=one.name,
            basis=one.basis or "unknown",
            evidence=", ".join(one.evidence) or "–",
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
            told = "; ".join(f"{one}: {titles[one]}" if one in titles else one for one in cited)
            cells = (table, name, row.get("basis") or words.say("assess.basis-unknown"), told)
            rows.append(tuple(cell_of(cell, words=words) for cell in cells))
    return Grid(
        id="facts",
        caption=words.say("assess.facts-caption"),
        columns=tuple((words.say(name), TEXT) for name in _FACT_COLUMNS),
        rows=tuple(rows),
    )
