"""apportion decides, and can defend, who gets scarce AI accelerators, when, and at which site.

>>> import apportion as ap
>>> world = ap.read("three-orders")
>>> plan = ap.plan(world)
>>> plan.customers.select("customer", "ordered", "fill_share").rows()[0]
('alder', 160, Decimal('0.750000'))
>>> plan.verify()
[]

Every name below is imported when it is first used, so that ``import apportion`` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apportion import version as _version

if TYPE_CHECKING:
    from apportion.api import (
        Plan,
        assess,
        book,
        check,
        claims,
        conflicts,
        export,
        load,
        plan,
        read,
        scenarios,
        suggest,
        verify_folder,
    )
    from apportion.errors import ApportionError, Finding, FindingsError, Severity, UsageError
    from apportion.model.policy import Policy
    from apportion.model.proposal import Proposal
    from apportion.model.world import World
    from apportion.study.adherence import adherence
    from apportion.study.replay import replay

__version__ = _version.VERSION

_HOMES = {
    "ApportionError": "apportion.errors",
    "Finding": "apportion.errors",
    "FindingsError": "apportion.errors",
    "Plan": "apportion.api",
    "Policy": "apportion.model.policy",
    "Proposal": "apportion.model.proposal",
    "Severity": "apportion.errors",
    "UsageError": "apportion.errors",
    "World": "apportion.model.world",
    "adherence": "apportion.study.adherence",
    "assess": "apportion.api",
    "book": "apportion.api",
    "check": "apportion.api",
    "claims": "apportion.api",
    "conflicts": "apportion.api",
    "export": "apportion.api",
    "load": "apportion.api",
    "plan": "apportion.api",
    "read": "apportion.api",
    "replay": "apportion.study.replay",
    "scenarios": "apportion.api",
    "suggest": "apportion.api",
    "verify_folder": "apportion.api",
}

__all__ = [
    "ApportionError",
    "Finding",
    "FindingsError",
    "Plan",
    "Policy",
    "Proposal",
    "Severity",
    "UsageError",
    "World",
    "__version__",
    "adherence",
    "assess",
    "book",
    "check",
    "claims",
    "conflicts",
    "export",
    "load",
    "plan",
    "read",
    "replay",
    "scenarios",
    "suggest",
    "verify_folder",
]


if not TYPE_CHECKING:  # A type checker reads the imports above, and finds misspelt names.

    def __getattr__(name: str) -> object:
        """Import a public name when it is first used."""
        import importlib  # noqa: PLC0415 - only a first use pays for it

        if name not in _HOMES:
            raise AttributeError(f"apportion has no {name!r}; it has {', '.join(__all__)}.")
        return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return list(__all__)
