"""What a claim may measure: every metric with its units, as data.

The check of the table `claims` and the page of concepts are made from this list; `study.metrics` says how each
is computed from the facts.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class MetricKind(enum.Enum):
    """What a metric measures, and so in which ways a claim of it can be judged."""

    COUNT = "count"  # Units on a day; what is not documented may still be there.
    FLOW = "flow"  # What comes in a period; as a count.
    LEVEL = "level"  # A power, price, share or room on a day.
    DATE = "date"  # A day, which stands in `as_of_on`.


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing that a claim may measure.

    Attributes:
        name: As in the column `metric`.
        kind: What it measures.
        units: The units that a value may have.
        meaning: How it is computed from the facts, in one sentence.
    """

    name: str
    kind: MetricKind
    units: tuple[str, ...]
    meaning: str


UNITS = "units"
REFERENCE_UNITS = "reference units"
_COUNTED = (UNITS, REFERENCE_UNITS)

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            "units_ordered",
            MetricKind.COUNT,
            _COUNTED,
            "What the party's orders ask for, forecasts left out; of a closed order, what was shipped.",
        ),
        Metric(
            "units_reserved",
            MetricKind.COUNT,
            _COUNTED,
            "Units of lots and shipments that arrive by the day and go to the party, after the moves decided.",
        ),
        Metric(
            "units_delivered",
            MetricKind.COUNT,
            _COUNTED,
            "The party's fleet on the day, and all that was delivered to it by then.",
        ),
        Metric(
            "units_active",
            MetricKind.COUNT,
            _COUNTED,
            "The fleet on the day and what of the deliveries is live; at most all that was delivered.",
        ),
        Metric(
            "units_planned",
            MetricKind.COUNT,
            _COUNTED,
            "As `units_active` on the day of the target; the gap is what is to be added less what is documented.",
        ),
        Metric(
            "units_room",
            MetricKind.LEVEL,
            (UNITS,),
            "The most units of the SKU for which the party's sites had power left on a day of the period.",
        ),
        Metric(
            "units_output",
            MetricKind.FLOW,
            _COUNTED,
            "Units of the lots that the party supplies, by the day they arrive.",
        ),
        Metric(
            "spend_usd",
            MetricKind.FLOW,
            ("USD",),
            "Deliveries to the party in the period at the order's price, or else the SKU's.",
        ),
        Metric(
            "value_usd",
            MetricKind.FLOW,
            ("USD",),
            "With a counterparty: units of the party's lots that decided moves send to it; else what the party holds.",
        ),
        Metric("unit_price_usd", MetricKind.LEVEL, ("USD",), "The price of the SKU, with its range."),
        Metric(
            "power_kw",
            MetricKind.LEVEL,
            ("kW",),
            "Usable power of the site, or of all sites of the party, on the day, in each case.",
        ),
        Metric(
            "ready_on", MetricKind.DATE, ("date",), "The first day on which the site has power, in each case."
        ),
        Metric(
            "share_percent",
            MetricKind.LEVEL,
            ("percent",),
            "The share of the party that the counterparty owns on the day, by the table interests.",
        ),
    )
}
