"""``report.html``: one page that holds all it needs, the same bytes for the same plan.

Stages: the plan → figures, tables and sentences → one template, in which every text is escaped.
"""

from __future__ import annotations

import re

from apportion.digest import digest
from apportion.govern.checkpoints import Signed
from apportion.model.plan import Plan
from apportion.model.policy import Rule
from apportion.model.world import World
from apportion.report import grids
from apportion.report.checkpoint import checkpoint_digests
from apportion.report.figures import customer_figures, site_figures, supply_figure
from apportion.report.rules import rule_sentence, rule_steps, view_sentences
from apportion.report.series import sites_that_matter
from apportion.report.shell import render_page
from apportion.report.summary import customer_lines, summary_sentence, totals_of
from apportion.report.words import DEFAULT_LANGUAGE, Words, languages

_LANGUAGE = re.compile(r'<!doctype html>\n<html lang="([A-Za-z-]+)">')


def language_of(page: str) -> str | None:
    """Return the language in which a page of ours says that it is; None where it says none that there are words for.

    A plan does not depend on the language of its page, so nothing but the page tells it.
    """
    found = _LANGUAGE.match(page)
    return found[1] if found is not None and found[1] in languages() else None


def report_html(
    world: World, plan: Plan, *, checkpoint: Signed | None = None, language: str = DEFAULT_LANGUAGE
) -> str:
    """Return the page of a plan, complete in itself.

    Args:
        world: The facts, under the plan's view.
        plan: The plan.
        checkpoint: Of the book that keeps it; None: none does.
        language: The language of its words.

    Raises:
        UsageError: There are no words in the language.
    """
    words = Words.load(language)
    customers = customer_lines(world, plan, words=words)
    supply = supply_figure(world, plan, words=words)
    by_customer = customer_figures(world, plan, customers=customers, words=words)
    by_site = site_figures(world, plan, words=words)
    return render_page(
        "report.html",
        world,
        figures=[supply, *by_customer, *by_site],
        words=words,
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
        levels=grids.level_bars(plan, words=words),
        is_max_min=plan.policy.rule is Rule.MAX_MIN,
        is_pro_rata=plan.policy.rule is Rule.PRO_RATA,
        rule=rule_sentence(plan, words=words),
        steps=rule_steps(world, plan, words=words),
        view=view_sentences(plan, words=words),
        findings=grids.findings_grid(plan.findings, words=words),
        digests=[*_digests(plan, words=words), *checkpoint_digests(checkpoint, words=words)],
        software=plan.software,
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
