"""What each code of a finding means, and of which grade it is: the source of the page on findings."""

from __future__ import annotations

from collections.abc import Mapping

from apportion.errors import Code, Severity

# Severity as it is reported; empty for what is an exception or a refusal rather than a finding.
ERROR, WARNING, INFO, RAISED = Severity.ERROR.word, Severity.WARNING.word, Severity.INFO.word, "exception"

CODE_MEANINGS: Mapping[Code, tuple[str, str]] = {
    Code.TABLE_MISSING: (ERROR, "A table that every scenario needs has no file."),
    Code.TABLE_UNKNOWN: (
        f"{WARNING}, {ERROR}",
        "A file is named like no table and is left out (warning); or one table has two files (error).",
    ),
    Code.TABLE_EMPTY: (WARNING, "A needed table has a header and no row."),
    Code.FILE_UNREADABLE: (ERROR, "A file is missing, is no table, is no TOML, or is not in UTF-8."),
    Code.FILE_ENCODING: (INFO, "A CSV file is in UTF-16 or UTF-32; it is read so."),
    Code.FILE_SEPARATOR: (
        INFO,
        "The cells of a CSV file are separated by semicolons or tabs, or its first line says by what; it is read so.",
    ),
    Code.FINDINGS_CUT: (
        f"{INFO}, {WARNING}, {ERROR}",
        "A file has more than 1,000 findings; the rest are counted, graded as the worst of them.",
    ),
    Code.ROW_SHORT: (
        WARNING,
        "A row of a CSV file has fewer cells than the header; those that lack are read as empty.",
    ),
    Code.COLUMN_MISSING: (ERROR, "A needed column is not in the header."),
    Code.COLUMN_DUPLICATE: (ERROR, "The header names a column twice."),
    Code.COLUMN_UNKNOWN: (
        WARNING,
        "A column has nearly the name of one that is missing; it is kept as it is.",
    ),
    Code.OTHER_NAMES: (
        INFO,
        "A table bears a name of another system; it says which columns are read as which.",
    ),
    Code.OTHER_MEANING: (
        f"{WARNING}, {ERROR}",
        "What another system means by a rank, a status or a column is read as stated (warning) or not at all (error).",
    ),
    Code.SETTING_MISSING: (ERROR, "`scenario.toml` lacks `name`, `start_on` or `end_on`."),
    Code.SETTING_INVALID: (ERROR, "A setting holds a value of the wrong kind, or no round fits the horizon."),
    Code.SETTING_UNKNOWN: (WARNING, "A setting is not known; it is kept by export and changes nothing."),
    Code.VALUE_MISSING: (ERROR, "A cell that must be filled is empty."),
    Code.VALUE_INVALID: (ERROR, "A cell holds what its column cannot: no number, no date, no allowed word."),
    Code.VALUE_OUT_OF_RANGE: (ERROR, "A number is lower than its column allows."),
    Code.KEY_DUPLICATE: (ERROR, "Two rows have the same key and the same `known_on`."),
    Code.FACTS_CONFLICT: (WARNING, "Two statements of one fact differ; the one known last stands."),
    Code.REFERENCE_UNKNOWN: (
        f"{ERROR}, {WARNING}",
        "A cell names a row that is not there. A warning where no plan rests on it (operator, supplier).",
    ),
    Code.PUBLIC_BEFORE_KNOWN: (ERROR, "`public_on` lies before `known_on`."),
    Code.KNOWN_TO_MISSING: (ERROR, "A row was known before it was public and does not say to whom."),
    Code.KNOWN_TO_NOBODY: (
        WARNING,
        "A row is never public and known to no party, so that only the viewpoint `all` sees it.",
    ),
    Code.PERIOD_EMPTY: (ERROR, "A period ends on or before its first day."),
    Code.METRIC_UNKNOWN: (WARNING, "A claim measures something that is no metric."),
    Code.METRIC_UNIT: (WARNING, "A claim is stated in a unit that does not fit its metric."),
    Code.METRIC_PLACE: (
        WARNING,
        "A claim names no SKU, site or counterparty, and its metric says nothing without.",
    ),
    Code.CLAIM_KNOWN_EARLY: (WARNING, "A claim was known, or public, before it was made."),
    Code.CLAIM_BEFORE_SAID: (WARNING, "A plan is for a day that had passed when it was made."),
    Code.RANGE_DISORDERED: (ERROR, "A low value exceeds the plain one, or the plain one the high one."),
    Code.READINESS_FALLS: (ERROR, "A later step of a site has less power than an earlier one."),
    Code.FIRST_SKU_RATE: (ERROR, "An order's first SKU has a rate other than 1."),
    Code.OPTION_REPEATED: (ERROR, "An order names a SKU or a site twice."),
    Code.MIN_SHIP_ABOVE_QUANTITY: (ERROR, "`min_ship` exceeds the quantity."),
    Code.SHIPMENT_SKU_NOT_ACCEPTED: (WARNING, "A shipment is of a SKU that its order does not accept."),
    Code.SHIPMENT_ABOVE_QUANTITY: (WARNING, "More was shipped than the order asks for."),
    Code.SHIPMENT_ABOVE_LOT: (WARNING, "More was shipped than the lot holds."),
    Code.LIVE_BEFORE_SHIPPED: (ERROR, "A shipment drew power before it was shipped."),
    Code.PROMISED_BEFORE_PLACED: (WARNING, "An order was promised for a day before it was placed."),
    Code.SITE_NEVER_READY: (INFO, "An open order accepts a site of which no readiness is known."),
    Code.NO_USABLE_SITE: (WARNING, "The customer may use none of an order's sites, or none can cool it."),
    Code.NO_ROUND: (WARNING, "No round falls into the window of an open order."),
    Code.SPLIT_POOL: (WARNING, "A customer's orders of several pools accept the same SKU."),
    Code.BALANCE_DISAGREES: (WARNING, "A lot and the order it is reserved for have different balances."),
    Code.RAISE_CHANGES_NOTHING: (
        INFO,
        "No open order of the party has a greater tier number in a round of the raise.",
    ),
    Code.RENTAL_TERMS: (
        WARNING,
        "An offer of rented units can never be taken on its terms, or a contract held states such terms.",
    ),
    Code.INTEREST_SHARE: (
        f"{ERROR}, {WARNING}",
        "An interest states a share above 100 percent (error), or a share in a role that owns nothing (warning).",
    ),
    Code.INTEREST_IN_ITSELF: (WARNING, "A party holds an interest in itself, which ties nobody to anybody."),
    Code.INTEREST_SUM: (WARNING, "The owners of an entity hold more than 100 percent of it on one day."),
    Code.COUNT_FROM_AFTER_START: (ERROR, "`count_from_on` lies after `start_on`."),
    Code.NOTHING_KNOWN_YET: (INFO, "The viewer knew no row of a table on the day looked at."),
    Code.EVIDENCE_MISSING: (
        INFO,
        "Rows of a table are of basis fact, order, estimate or claim and name no evidence, where some is listed.",
    ),
    Code.ATTACHMENT_CHANGED: (
        WARNING,
        "A document that is listed is not there with the digest it is listed under.",
    ),
    Code.BOOKED_ABOVE_QUANTITY: (WARNING, "Rule `as-booked`: a lot holds more than its order has open."),
    Code.BOOKED_SKU_NOT_ACCEPTED: (WARNING, "Rule `as-booked`: the order does not accept the lot's SKU."),
    Code.BOOKED_SITE_NOT_ACCEPTED: (
        WARNING,
        "Rule `as-booked`: the order does not accept the lot's `reserved_site`.",
    ),
    Code.PROPOSAL_EMPTY: (ERROR, "A proposal names nothing that would change."),
    Code.MOVE_ABOVE_LOT: (ERROR, "The moves of a lot take more than it holds."),
    Code.MOVE_REPEATED: (ERROR, "The same part of a lot goes to the same order twice."),
    Code.MOVE_ABOVE_ORDER: (ERROR, "An order would receive more than it still wants."),
    Code.MOVE_NOT_ACCEPTED: (
        ERROR,
        "An order does not accept the SKU or site of a move, its customer may not use it, or it cannot cool the SKU.",
    ),
    Code.MOVE_CHANGES_NOTHING: (
        WARNING,
        "A proposal leaves everything as it is: as booked, after the end of the plan, or no tier is raised.",
    ),
    Code.DECISIONS_BROKEN: (
        ERROR,
        "The log of decisions was changed or cut in the middle, or holds an act that its rules refuse.",
    ),
    Code.ACT_REFUSED: (
        RAISED,
        "A rule of governance does not let somebody do this to a proposal, or not now.",
    ),
    Code.NOT_PERMITTED: (
        RAISED,
        "A user of a book has no right to an act, or is shut out from it by a rule; it says who may and whom to ask.",
    ),
    Code.NOT_DECIDED: (
        f"{WARNING}, {ERROR}",
        "An edit or shipment moves units between tied parties, undecided: it is not made (warning) or stops (error).",
    ),
    Code.BOOK_UNREACHABLE: (RAISED, "There is no book there, or it cannot be opened."),
    Code.BOOK_DAMAGED: (RAISED, "A book was changed from outside or its file is damaged, or it is no book."),
    Code.BOOK_OLDER: (
        RAISED,
        "A book is of an earlier version: `apportion db migrate` brings it up to date.",
    ),
    Code.BOOK_NEWER: (RAISED, "A book is of a later version than this program knows."),
    Code.BOOK_BUSY: (RAISED, "Others were writing to a book for so long that this was given up."),
    Code.BOOK_FULL: (RAISED, "There is no room left where a book is, or the disk fails."),
    Code.BOOK_READ_ONLY: (RAISED, "A book may not be written by this user."),
    Code.CLOCK_BACKWARDS: (
        RAISED,
        "The clock of this machine is behind the last entry of a book by more than five seconds; nothing is written.",
    ),
    Code.LEDGER_BROKEN: (
        ERROR,
        "The ledger of a book is not as it was written, or not what a checkpoint kept outside it states.",
    ),
    Code.KEY_MISSING: (RAISED, "The key that an act in a book is signed with is not in the key folder."),
    Code.KEY_UNUSABLE: (
        RAISED,
        "A file of the key folder is damaged, a link, another's, or can be read or written by others.",
    ),
    Code.PLAN_UNREADABLE: (
        RAISED,
        "A plan on disk is missing, damaged, or was changed after it was written.",
    ),
    Code.PROOF_FAILED: (RAISED, "A plan of ours failed its own proof: a bug of ours, so there is no plan."),
    Code.USAGE: (RAISED, "A name, option or argument that does not exist."),
    Code.INTERNAL: (RAISED, "A bug of ours; the message says where its trace was written."),
}

# Of each column of a plan: its unit, and what it says.
