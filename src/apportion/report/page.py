"""``report.html``: one page that holds all it needs, the same bytes for the same plan.

Stages: the plan → figures, tables and sentences → one template, in which every text is escaped. The page
forbids itself, by its own content policy, to ask any host for anything.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

import jinja2
from markupsafe import Markup

from apportion.digest import digest
from apportion.model.plan import Plan
from apportion.model.policy import Rule
from apportion.model.world import World
from apportion.report import grids
from apportion.report.figures import customer_figures, figures_json, site_figures, supply_figure
from apportion.report.rules import rule_sentence, rule_steps, view_sentences
from apportion.report.series import sites_that_matter
from apportion.report.summary import customer_lines, summary_sentence, totals_of
from apportion.report.words import Words

MANIFEST = "manifest.json"
LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Assets:
    """What is inlined in every page: style, scripts, their notices and the policy that allows them."""

    style: Markup
    charts: Markup
    script: Markup
    notices: Markup
    content_policy: str


def report_html(world: World, plan: Plan) -> str:
    """Return the page of a plan, complete in itself."""
    words = Words.load(LANGUAGE)
    customers = customer_lines(world, plan, words=words)
    supply = supply_figure(world, plan, words=words)
    by_customer = customer_figures(world, plan, customers=customers, words=words)
    by_site = site_figures(world, plan, words=words)
    bars, more_levels = grids.level_bars(plan, words=words)
    return _template().render(
        say=words.say,
        language=words.language,
        assets=_assets(),
        title=world.settings.title or world.settings.name,
        scenario=plan.scenario,
        sentence=summary_sentence(world, plan, words=words),
        key_figures=_key_figures(world, plan, words=words),
        supply=supply,
        by_customer=by_customer,
        more_customers=len(customers) - len(by_customer),
        by_site=by_site,
        more_sites=len(sites_that_matter(plan)) - len(by_site),
        customers=grids.customers_grid(customers, words=words),
        shortages=grids.shortages_grid(plan, words=words),
        allocations=grids.allocations_grid(plan, words=words),
        bars=bars,
        is_max_min=plan.policy.rule is Rule.MAX_MIN,
        is_pro_rata=plan.policy.rule is Rule.PRO_RATA,
        more_levels=more_levels,
        rule=rule_sentence(plan, words=words),
        steps=rule_steps(world, plan, words=words),
        view=view_sentences(plan, words=words),
        findings=grids.findings_grid(plan.findings, words=words),
        digests=_digests(plan, words=words),
        software=plan.software,
        charts_json=Markup(figures_json(world, [supply, *by_customer, *by_site])),  # noqa: S704 - escaped there
        script_words=_script_words(words),
    )


def _key_figures(world: World, plan: Plan, *, words: Words) -> list[tuple[str, str, str]]:
    """Return each key figure as its value, its name and a remark."""
    found = totals_of(world, plan)
    wanted = found.filled + found.short
    percent = found.filled / wanted * 100 if wanted else found.filled
    return [
        (
            words.text_of(found.units),
            words.say("key.shipped"),
            words.say("key.shipped-note", percent=round(percent, 1))
            if wanted
            else words.say("key.nothing-wanted"),
        ),
        (
            words.text_of(found.short),
            words.say("key.short"),
            words.say("key.short-note", number=found.set_aside) if found.set_aside else "",
        ),
        (
            words.text_of(found.late),
            words.say("key.late"),
            words.say("key.late-note"),
        ),
        (
            words.text_of(found.sites),
            words.say("key.sites"),
            words.say("key.sites-note", count=len(world.sites)),
        ),
    ]


def _digests(plan: Plan, *, words: Words) -> list[tuple[str, str]]:
    return [
        (words.say("digest.plan"), plan.digest),
        (words.say("digest.world"), plan.world_digest),
        (words.say("digest.policy"), digest(plan.policy.as_json())),
    ]


def _script_words(words: Words) -> Markup:
    """Return the words that the script needs, as JSON that is safe inside a script element."""
    needed = {
        "thousands": words.say("numbers.thousands"),
        "decimal": words.say("numbers.decimal"),
        "shown": words.say("script.shown", shown="{shown}", all="{all}"),
        "sorted_up": words.say("script.sorted-up", column="{column}"),
        "sorted_down": words.say("script.sorted-down", column="{column}"),
        "excess": words.say("line.excess"),
    }
    text = json.dumps(needed, sort_keys=True).replace("<", "\\u003c").replace("&", "\\u0026")
    return Markup(text)  # noqa: S704 - our own words, and "<" is escaped above


@cache
def _template() -> jinja2.Template:
    source = (resources.files("apportion") / "report" / "templates" / "report.html").read_text(
        encoding="utf-8"
    )
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(source)


@cache
def _assets() -> Assets:
    folder = resources.files("apportion") / "report" / "static"
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    files = [name for entry in manifest for name in entry["sha256"]]
    script = (folder / "report.js").read_text(encoding="utf-8")
    charts = "".join(
        (folder / name).read_text(encoding="utf-8") for name in files if name.endswith(".min.js")
    )
    notices = "\n\n".join(
        (folder / name).read_text(encoding="utf-8") for name in files if name.endswith(".txt")
    )
    return Assets(
        style=_inlined((folder / "report.css").read_text(encoding="utf-8")),
        charts=_inlined(charts),
        script=_inlined(script),
        notices=_inlined(notices),
        content_policy=_content_policy(charts, script),
    )


def _inlined(text: str) -> Markup:
    """Return a file of ours for a script or style element, which ends at the first ``</``.

    Raises:
        ValueError: The text would end its element early.
    """
    lowered = text.lower()
    if any(end in lowered for end in ("</script", "</style", "<!--")):
        raise ValueError("A file to be inlined would end its element early.")
    return Markup(text)  # noqa: S704 - a file of this package, looked through above


def _content_policy(*scripts: str) -> str:
    """Return the policy of the page: its own scripts by their digests, and no request to anywhere."""
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]
    allowed = " ".join(f"'sha256-{one}'" for one in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
