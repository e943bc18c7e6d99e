"""``adherence.html``: what happened beside what a policy would have done, as one page that holds all it needs."""

from __future__ import annotations

import shlex

from apportion.digest import digest
from apportion.model.world import World
from apportion.report.adherence import adherence_sentences
from apportion.report.departures import departure_bars, departure_keys, departures_grid
from apportion.report.others import customers_named
from apportion.report.paths import path_figures
from apportion.report.rules import rule_sentence, rule_steps, view_options, view_sentences
from apportion.report.shell import render_page
from apportion.report.words import Words
from apportion.study.adherence import Adherence
from apportion.version import VERSION


def adherence_html(world: World, found: Adherence, *, words: Words) -> str:
    """Return the page of a study, complete in itself; the same bytes for the same facts and policy."""
    names = customers_named(world)
    figures, more_figures = path_figures(world, found, names=names, words=words)
    lead, *sentences = adherence_sentences(found, words=words, names=names)
    return render_page(
        "adherence.html",
        world,
        figures=figures,
        words=words,
        scenario=world.settings.name,
        software=VERSION,
        sentence=lead,
        sentences=sentences,
        key_figures=departure_keys(found, words=words),
        by_path=figures,
        more_paths=more_figures,
        bars=departure_bars(found, names=names, words=words),
        departures=departures_grid(found, names=names, words=words),
        start_on=world.settings.calendar.start_on,
        rule=rule_sentence(found, words=words),
        steps=rule_steps(world, found, words=words),
        compared=_compared(world, words=words),
        view=view_sentences(found, words=words),
        command=_command(found, words=words),
        digests=[
            (words.say("digest.world"), world.digest),
            (words.say("digest.policy"), digest(found.policy.as_json())),
        ],
    )


def _compared(world: World, *, words: Words) -> list[str]:
    """Return what the numbers rest on."""
    calendar = world.settings.calendar
    return [
        words.say("departure.in-fact", start=calendar.start_on, end=calendar.end_on),
        words.say("departure.by-policy", start=calendar.start_on),
        words.say("departure.matched"),
        words.say("departure.replayed"),
        words.say("departure.cost"),
    ]


def _command(found: Adherence, *, words: Words) -> str:
    """Return the command that makes the page again."""
    options = ["--rule", str(found.policy.rule), *view_options(found.view, words=words)]
    return words.say("departure.check-command", options=shlex.join(options))
