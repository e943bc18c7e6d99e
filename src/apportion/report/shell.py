"""What every page of ours shares: one shell of a template, with style, scripts and the policy that lets them run.

A page is a template that extends ``layout.html``; every text is escaped. It forbids itself, by its own content
policy, to ask any host for anything.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import jinja2
from markupsafe import Markup, escape

from apportion.model.world import World
from apportion.report.charts import Figure, figures_json
from apportion.report.words import Words

MANIFEST = "manifest.json"
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b", re.ASCII)


@dataclass(frozen=True, slots=True)
class Assets:
    """What is inlined in every page: style, scripts, their notices and the policy that allows them."""

    style: Markup
    charts: Markup
    script: Markup
    notices: Markup
    content_policy: str


def render_page(
    template: str,
    /,
    world: World,
    *,
    figures: Sequence[Figure],
    words: Words,
    until: dt.date | None = None,
    **parts: object,
) -> str:
    """Return a page, complete in itself.

    Args:
        template: The file in ``templates`` that extends ``layout.html``.
        world: The facts, for the title and the days that its charts span.
        figures: Every chart of the page, in the order in which they stand.
        words: The language.
        until: The last day that its charts span; None: the end of the plan.
        parts: What the template names besides.
    """
    return (
        _environment()
        .get_template(template)
        .render(
            say=words.say,
            language=words.language,
            assets=_assets(),
            title=world.settings.title or world.settings.name,
            charts_json=Markup(figures_json(world, figures, words=words, until=until)),  # noqa: S704 - escaped there
            script_words=_script_words(words),
            **parts,
        )
    )


def _script_words(words: Words) -> Markup:
    """Return the words that the script needs, as JSON that is safe inside a script element."""
    needed = {
        "thousands": words.say("numbers.thousands"),
        "decimal": words.say("numbers.decimal"),
        "between": words.say("script.between"),
        "shown": words.say("script.shown", shown="{shown}", all="{all}"),
        "sorted_up": words.say("script.sorted-up", column="{column}"),
        "sorted_down": words.say("script.sorted-down", column="{column}"),
    }
    text = json.dumps(needed, sort_keys=True).replace("<", "\\u003c").replace("&", "\\u0026")
    return Markup(text)  # noqa: S704 - our own words, and "<" is escaped above


@cache
def _environment() -> jinja2.Environment:
    folder = resources.files("apportion") / "report" / "templates"
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (folder / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["whole_days"] = whole_days
    return environment


def whole_days(text: str) -> Markup:
    """Return a text with its days in boxes of their own, since a line may end at a hyphen.

    >>> whole_days("by 2024-04-23 & later")
    Markup('by <span class="day">2024-04-23</span> &amp; later')
    """
    return Markup(_DAY.sub(r'<span class="day">\g<0></span>', str(escape(text))))  # noqa: S704 - escaped here


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
