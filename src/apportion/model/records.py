"""The tables that no plan reads: programmes, rentals, interests, transfers, claims, lead times, events, evidence."""

from __future__ import annotations

from apportion.model.columns import Column, Kind, Table

TEXT, COUNT, NUMBER = Kind.TEXT, Kind.COUNT, Kind.NUMBER
DAY, LIST, CHOICE = Kind.DAY, Kind.LIST, Kind.CHOICE
ROLES = ("director", "officer", "controller", "owner", "family", "creditor", "employee", "adviser")
TRANSFER_KINDS = ("people", "compute", "hall", "data", "money", "opportunity", "company")

PROGRAMMES = Table(
    "programmes",
    "What compute is for: training with work to do, or inference to be held.",
    ("programme",),
    (
        Column("programme", TEXT, "The programme's id.", required=True),
        Column("party", TEXT, "Whose it is.", required=True, refers="parties"),
        Column("name", TEXT, "Its name.", required=True),
        Column("kind", CHOICE, "What it is.", required=True, choices=("training", "inference")),
        Column("start_on", DAY, "First day.", required=True),
        Column("deadline_on", DAY, "Day by which it is to be done; the day itself does not count."),
        Column("need_reference_units", NUMBER, "Capacity to be held.", unit="reference units", least=0),
        Column("need_reference_days", NUMBER, "Work to do.", unit="reference-unit days", least=0),
        Column("sites", LIST, "Where it runs.", refers="sites", default_words="anywhere"),
    ),
)
RENTALS = Table(
    "rentals",
    "Capacity rented from a cloud, or offered to one party.",
    ("contract",),
    (
        Column("contract", TEXT, "The contract's id.", required=True),
        Column("party", TEXT, "Who rents, or is offered it.", required=True, refers="parties"),
        Column("provider", TEXT, "From whom.", required=True, refers="parties", loose=True),
        Column("sku", TEXT, "What.", required=True, refers="skus"),
        Column("quantity", COUNT, "How many; of an offer, the most.", unit="units", required=True, least=0),
        Column("start_on", DAY, "First day.", required=True),
        Column("end_on", DAY, "First day after it.", default_words="no end"),
        Column("usd_per_unit_hour", NUMBER, "Rent.", unit="USD per unit and hour", required=True, least=0),
        Column(
            "status",
            CHOICE,
            "Whether the contract is held, or only offered.",
            default="held",
            choices=("held", "offer"),
        ),
        Column("least_units", COUNT, "Of an offer, the fewest units.", unit="units", default=1, least=1),
        Column("step_units", COUNT, "Of an offer, units taken together.", unit="units", default=1, least=1),
        Column("least_days", COUNT, "Of an offer, the shortest term.", unit="days", default=1, least=1),
    ),
)
INTERESTS = Table(
    "interests",
    "What ties a person or party to another, over which days.",
    ("holder", "entity", "role", "from_on"),
    (
        Column("holder", TEXT, "Who holds the interest.", required=True, refers="parties"),
        Column("entity", TEXT, "In whom.", required=True, refers="parties"),
        Column("role", CHOICE, "As what.", required=True, choices=ROLES),
        Column("from_on", DAY, "First day.", default_words="since ever"),
        Column("until_on", DAY, "First day it no longer holds.", default_words="no end"),
        Column("share_percent", NUMBER, "Share held.", unit="percent", least=0),
        Column("disclosed_on", DAY, "Day it was disclosed."),
    ),
)
TRANSFERS = Table(
    "transfers",
    "What moved between parties.",
    ("transfer",),
    (
        Column("transfer", TEXT, "The transfer's id.", required=True),
        Column("from_party", TEXT, "From whom.", required=True, refers="parties"),
        Column("to_party", TEXT, "To whom.", required=True, refers="parties"),
        Column("kind", CHOICE, "What moved.", required=True, choices=TRANSFER_KINDS),
        Column("on", DAY, "When, or from when.", required=True),
        Column("until_on", DAY, "First day after it."),
        Column("quantity", NUMBER, "How much, in the kind's own unit.", least=0),
        Column("sku", TEXT, "The SKU of compute in units.", refers="skus"),
        Column("value_usd", NUMBER, "What it was worth.", unit="USD", least=0),
        Column("method", TEXT, "How the value was found."),
    ),
)
CLAIMS = Table(
    "claims",
    "What a party said of itself: kept apart from orders and facts.",
    ("claim",),
    (
        Column("claim", TEXT, "The claim's id.", required=True),
        Column("party", TEXT, "Of whom it speaks.", required=True, refers="parties"),
        Column("speaker", TEXT, "Who said it, by role.", required=True, refers="parties", loose=True),
        Column("said_on", DAY, "When it was said.", required=True),
        Column("metric", TEXT, "What it measures.", required=True),
        Column("value", NUMBER, "The value claimed."),
        Column("unit", TEXT, "Its unit.", required=True),
        Column("from_on", DAY, "First day of the period meant."),
        Column("as_of_on", DAY, "The day, or last day, meant.", required=True),
        Column("sku", TEXT, "The SKU meant.", refers="skus"),
        Column("site", TEXT, "The site meant.", refers="sites"),
        Column("counterparty", TEXT, "The other party meant.", refers="parties"),
        Column(
            "qualifier",
            CHOICE,
            "How the value was hedged.",
            choices=("about", "more than", "at least", "at most"),
        ),
        Column("statement", TEXT, "The claim in neutral words.", required=True),
    ),
)
LEAD_TIMES = Table(
    "lead_times",
    "How long the supplier took from an order to its delivery, as told on a day.",
    ("lead",),
    (
        Column("lead", TEXT, "The statement's id.", required=True),
        Column("sku", TEXT, "Of which SKU.", required=True, refers="skus"),
        Column("stated_on", DAY, "The day it speaks of; the latest one known is in force.", required=True),
        Column("weeks", NUMBER, "Weeks from order to delivery.", unit="weeks", required=True, least=0),
    ),
)
EVENTS = Table(
    "events",
    "What happened, for the time line.",
    ("event",),
    (
        Column("event", TEXT, "The event's id.", required=True),
        Column("on", DAY, "When.", required=True),
        Column("kind", TEXT, "What kind of event.", required=True),
        Column("parties", LIST, "Who took part.", required=True, refers="parties"),
        Column("sites", LIST, "Where.", refers="sites"),
        Column("title", TEXT, "The event in neutral words.", required=True),
    ),
)
EVIDENCE = Table(
    "evidence",
    "A document or statement that rows rest on.",
    ("id",),
    (
        Column("id", TEXT, "The evidence's id.", required=True),
        Column(
            "kind",
            CHOICE,
            "What it is.",
            required=True,
            choices=("memo", "email", "call", "post", "filing", "press", "survey"),
        ),
        Column("title", TEXT, "Its title.", required=True),
        Column("published_on", DAY, "Day published."),
        Column("source", TEXT, "Where it can be found.", required=True),
        Column("paraphrase", TEXT, "What it says, in our words."),
        Column("disputes", LIST, "The evidence it speaks against.", refers="evidence"),
    ),
)
ATTACHMENTS = Table(
    "attachments",
    "A copy of a document, kept under its SHA-256 in the folder `attachments` beside the tables.",
    ("document", "sha256"),
    (
        Column("document", TEXT, "The evidence it is a copy of.", required=True, refers="evidence"),
        Column("sha256", TEXT, "SHA-256 of its bytes, in hexadecimal.", required=True),
        Column(
            "kind",
            CHOICE,
            "What it is.",
            choices=("pdf", "png", "jpeg", "text", "csv", "html", "eml"),
        ),
        Column("size_bytes", COUNT, "Its size.", unit="bytes", least=1),
        Column("name", TEXT, "The name of the file it came from."),
    ),
)
