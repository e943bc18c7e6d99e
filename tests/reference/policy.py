"""The policy of a plan and its calendar of rounds."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from .tables import setting_day


@dataclass(frozen=True, kw_only=True)
class RefPolicy:
    """The rules of the plan, with the defaults of the scenario page."""

    rule: str = "max-min"
    level_by: str = "pool"
    count: str = "units"
    readiness: bool = True
    whole_lots: bool = True
    commitments: tuple[str, ...] = ("firm",)
    count_from_on: dt.date

    @property
    def is_by_order(self) -> bool:
        """Every order is a class of its own, counting ordered units."""
        return self.rule == "pro-rata" or self.level_by == "order"


def read_policy(settings: Mapping[str, object], *, overrides: Mapping[str, object]) -> RefPolicy:
    """Return the policy of the settings with the defaults, changed in the overridden fields."""
    stated = settings.get("policy", {})
    assert isinstance(stated, Mapping)
    chosen: dict[str, object] = {"count_from_on": settings["start_on"]} | dict(stated) | dict(overrides)
    commitments = chosen.get("commitments", ["firm"])
    assert isinstance(commitments, list | tuple)
    return RefPolicy(
        rule=str(chosen.get("rule", "max-min")),
        level_by=str(chosen.get("level_by", "pool")),
        count=str(chosen.get("count", "units")),
        readiness=bool(chosen.get("readiness", True)),
        whole_lots=bool(chosen.get("whole_lots", True)),
        commitments=tuple(str(commitment) for commitment in commitments),
        count_from_on=setting_day(chosen["count_from_on"]),
    )


def list_rounds(start_on: dt.date, *, until_on: dt.date, every: str) -> list[dt.date]:
    """Return "the first days of periods that lie in [start_on, end_on)"."""
    days = [start_on + dt.timedelta(days=number) for number in range((until_on - start_on).days)]
    if every == "week":
        return [on for on in days if on.weekday() == 0]
    if every == "month":
        return [on for on in days if on.day == 1]
    return days
