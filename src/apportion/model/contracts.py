"""Every table and column that apportion reads: the one source of the checks, the docs and the templates.

The meaning of each is fixed in ``docs/reference/scenario.md``, which is made from this page.
"""

from __future__ import annotations

from apportion.model.columns import Column, Kind, Same, Table
from apportion.model.records import (
    ATTACHMENTS,
    CLAIMS,
    EVENTS,
    EVIDENCE,
    INTERESTS,
    LEAD_TIMES,
    PROGRAMMES,
    RENTALS,
    TRANSFERS,
)

TEXT, COUNT, NUMBER = Kind.TEXT, Kind.COUNT, Kind.NUMBER
DAY, LIST, CHOICE = Kind.DAY, Kind.LIST, Kind.CHOICE

PARTIES = Table(
    "parties",
    "A company, person or body.",
    ("party",),
    (
        Column("party", TEXT, "The party's id.", required=True),
        Column("name", TEXT, "Its name; persons appear by role.", required=True),
        Column(
            "kind",
            CHOICE,
            "What it is.",
            required=True,
            choices=("supplier", "customer", "operator", "cloud", "person", "body"),
        ),
        Column("group", TEXT, "The group it belongs to.", default_words="a group of its own"),
        Column("weight", NUMBER, "Its entitlement.", default=1, above=0, filled_once_present=True),
        Column("listed", CHOICE, "Whether its shares are traded in public.", choices=("yes", "no")),
        Column("country", TEXT, "Where it is based."),
    ),
    always_known=True,
)
ENTITLEMENTS = Table(
    "entitlements",
    "A party's weight in one pool from a day on; it overrides `parties.weight` there.",
    ("party", "pool", "from_on"),
    (
        Column("party", TEXT, "The entitled party.", required=True, refers="parties"),
        Column("pool", TEXT, "The pool, as in `skus.pool`.", required=True),
        Column("from_on", DAY, "First day it holds.", required=True),
        Column("weight", NUMBER, "The entitlement.", required=True, above=0),
        Column("until_on", DAY, "First day it no longer holds.", default_words="no end"),
    ),
)
SKUS = Table(
    "skus",
    "A kind of accelerator.",
    ("sku",),
    (
        Column("sku", TEXT, "The SKU's id.", required=True),
        Column("name", TEXT, "Its name.", required=True),
        Column("vendor", TEXT, "Who makes it.", required=True),
        Column(
            "site_kw",
            NUMBER,
            "Power one unit takes at its site, cooling included.",
            unit="kW",
            required=True,
            least=0,
        ),
        Column("pool", TEXT, "What a desk shares as one.", default=Same("sku")),
        Column(
            "cooling",
            LIST,
            "The kinds of cooling it can use.",
            choices=("air", "liquid"),
            default_words="any",
        ),
        Column("lot_units", COUNT, "Units that ship together.", unit="units", default=1, least=1),
        Column("unit_price_usd", NUMBER, "Price of one unit.", unit="USD", least=0),
        Column("rent_usd_per_hour", NUMBER, "Rent of one unit.", unit="USD per hour", least=0),
        Column("useful_life_days", COUNT, "Days over which a unit loses its value.", unit="days", least=1),
        Column(
            "reference_units",
            NUMBER,
            "Reference-SKU equivalents of one unit.",
            unit="reference units",
            default=1,
            above=0,
        ),
    ),
    required=True,
    always_known=True,
)
SITES = Table(
    "sites",
    "A place where units can run.",
    ("site",),
    (
        Column("site", TEXT, "The site's id.", required=True),
        Column("name", TEXT, "Its name.", required=True),
        Column("operator", TEXT, "Who runs it.", required=True, refers="parties", loose=True),
        Column("users", LIST, "The parties that may use it.", refers="parties", default_words="all"),
        Column(
            "cooling", LIST, "The kinds of cooling it offers.", choices=("air", "liquid"), default_words="any"
        ),
        Column(
            "lead_days",
            COUNT,
            "Days from shipping to power on in a ready hall.",
            unit="days",
            default=0,
            least=0,
        ),
        Column("country", TEXT, "Where it stands."),
    ),
    required=True,
    always_known=True,
)
READINESS = Table(
    "readiness",
    "What a site can power from a day on. A site without a row has no known date: nothing ships there.",
    ("site", "step"),
    (
        Column("site", TEXT, "The site.", required=True, refers="sites"),
        Column("step", TEXT, "The step, e.g. `hall-1`.", required=True),
        Column("ready_on", DAY, "First day it can be used.", required=True),
        Column(
            "power_kw", NUMBER, "Usable power in all from that day on.", unit="kW", required=True, least=0
        ),
        Column(
            "liquid_kw",
            NUMBER,
            "The part of it that liquid-only units can use.",
            unit="kW",
            least=0,
            default_words="as the step before; no limit if never given",
        ),
        Column(
            "units_at_most",
            COUNT,
            "What racks, network and optics take in all.",
            unit="units",
            least=0,
            default_words="as the step before; no limit if never given",
        ),
    ),
    required=True,
)
SUPPLY = Table(
    "supply",
    "Units of one SKU that arrive at the supplier on one day.",
    ("lot",),
    (
        Column("lot", TEXT, "The lot's id.", required=True),
        Column("sku", TEXT, "What it is.", required=True, refers="skus"),
        Column("supplier", TEXT, "Who supplies it.", required=True, refers="parties", loose=True),
        Column("arrives_on", DAY, "The day it can be shipped from.", required=True),
        Column("quantity", COUNT, "How many.", unit="units", required=True, least=0),
        Column(
            "reserved_for", TEXT, "The order it is booked for; used by `as-booked` only.", refers="orders"
        ),
        Column(
            "reserved_site",
            TEXT,
            "The site it is booked for, one that the order accepts; used as `reserved_for` is.",
            refers="sites",
            default_words="the order's first site",
        ),
        Column("balance", TEXT, "Rows of one balance always keep the sum of their plain quantities."),
    ),
    required=True,
)
ORDERS = Table(
    "orders",
    "One order line: who wants how many of what, where and when.",
    ("order",),
    (
        Column("order", TEXT, "The order line's id, kept to the letter.", required=True),
        Column("customer", TEXT, "Who ordered.", required=True, refers="parties"),
        Column(
            "skus",
            LIST,
            "Accepted SKUs, best first; `B200:2` says that one fills two ordered units (1 for the first).",
            required=True,
            refers="skus",
        ),
        Column("quantity", COUNT, "Ordered units.", unit="ordered units", required=True, least=1),
        Column("sites", LIST, "Accepted sites, best first.", required=True, refers="sites"),
        Column("requested_on", DAY, "Day wanted; lateness counts from its round.", required=True),
        Column("earliest_on", DAY, "First day the customer takes delivery.", default=Same("requested_on")),
        Column("placed_on", DAY, "Day ordered."),
        Column("promised_on", DAY, "Day the seller confirmed."),
        Column("tier", COUNT, "1 is served first.", default=1, least=1),
        Column("status", CHOICE, "Where it stands.", default="open", choices=("open", "hold", "closed")),
        Column(
            "commitment",
            CHOICE,
            "How firm it is.",
            default="firm",
            choices=("firm", "soft", "forecast"),
        ),
        Column(
            "min_ship",
            COUNT,
            "Least that ships at once; the quantity: all or nothing.",
            unit="ordered units",
            least=1,
        ),
        Column(
            "max_late_days",
            COUNT,
            "Days after `requested_on` on which it is still wanted.",
            unit="days",
            least=0,
            default_words="no limit",
        ),
        Column("unit_price_usd", NUMBER, "Price agreed.", unit="USD", least=0),
        Column("balance", TEXT, "Rows of one balance always keep the sum of their plain quantities."),
    ),
    required=True,
)
RAISES = Table(
    "raises",
    "A standing instruction: orders of a party are of a smaller tier for a time. A raise never puts an order back.",
    ("party", "from_on"),
    (
        Column("party", TEXT, "Whose orders are raised.", required=True, refers="parties"),
        Column("from_on", DAY, "First round day it holds.", required=True),
        Column(
            "tier", COUNT, "The tier they have in those rounds; 0 comes before 1.", required=True, least=0
        ),
        Column("until_on", DAY, "First day it no longer holds.", default_words="no end"),
    ),
)
SHIPMENTS = Table(
    "shipments",
    "Units gone already: they fill the order, use their lot, draw power, and no plan moves them.",
    ("shipment",),
    (
        Column("shipment", TEXT, "The shipment's id.", required=True),
        Column("order", TEXT, "The order it fills.", required=True, refers="orders"),
        Column("sku", TEXT, "What was shipped.", required=True, refers="skus"),
        Column("site", TEXT, "Where to.", required=True, refers="sites"),
        Column("quantity", COUNT, "How many.", unit="units", required=True, least=1),
        Column("shipped_on", DAY, "Day shipped.", required=True),
        Column("lot", TEXT, "The lot it came from.", refers="supply"),
        Column("delivered_on", DAY, "Day delivered."),
        Column("live_on", DAY, "Day it drew power.", default_words="`shipped_on` and the site's `lead_days`"),
    ),
)
FLEET = Table(
    "fleet",
    "Units that a party holds beside this plan: they draw power and never count in a level.",
    ("holding",),
    (
        Column("holding", TEXT, "The holding's id.", required=True),
        Column("party", TEXT, "Who holds it.", required=True, refers="parties"),
        Column("site", TEXT, "Where.", required=True, refers="sites"),
        Column("sku", TEXT, "What.", required=True, refers="skus"),
        Column("quantity", COUNT, "How many more from that day on.", unit="units", required=True, least=0),
        Column("since_on", DAY, "First day it draws power.", required=True),
        Column("until_on", DAY, "First day it no longer does.", default_words="no end"),
    ),
)
QUOTAS = Table(
    "quotas",
    "The most units that this plan may ship to what matches every column given; all rows hold together.",
    ("quota",),
    (
        Column("quota", TEXT, "The quota's id.", required=True),
        Column("party", TEXT, "The customer.", refers="parties"),
        Column("group", TEXT, "The customer's group."),
        Column("sku", TEXT, "The SKU.", refers="skus"),
        Column("site", TEXT, "The site.", refers="sites"),
        Column("country", TEXT, "The site's country."),
        Column("from_on", DAY, "First round day it holds.", default_words="from the first"),
        Column("until_on", DAY, "First day it no longer holds.", default_words="no end"),
        Column("at_most", COUNT, "The most units; 0 forbids.", unit="units", required=True, least=0),
    ),
)
UNDECIDED = Table(
    "undecided",
    "Units of a lot that a proposal would send elsewhere and nobody has decided: they are not sent (A51).",
    ("proposal", "lot", "order", "site"),
    (
        Column("proposal", TEXT, "The proposal's id.", required=True),
        Column("lot", TEXT, "The lot.", required=True, refers="supply"),
        Column("order", TEXT, "The order that would receive them.", required=True, refers="orders"),
        Column("site", TEXT, "Where.", required=True, refers="sites"),
        Column("quantity", COUNT, "How many.", unit="units", required=True, least=1),
    ),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        PARTIES,
        ENTITLEMENTS,
        SKUS,
        SITES,
        READINESS,
        SUPPLY,
        ORDERS,
        RAISES,
        SHIPMENTS,
        FLEET,
        QUOTAS,
        UNDECIDED,
        PROGRAMMES,
        RENTALS,
        INTERESTS,
        TRANSFERS,
        CLAIMS,
        LEAD_TIMES,
        EVENTS,
        EVIDENCE,
        ATTACHMENTS,
    )
}
