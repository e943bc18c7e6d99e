"""Problems as values and as exceptions.

A **finding** is a problem in the user's facts: a value, never raised, reported with all the others.
An **exception** is an operation that cannot go on. The tree, so that a caller can choose what to catch:

    ApportionError
    ├── FindingsError       facts with findings of error grade: ``.findings`` lists them
    ├── UsageError          a name or option that does not exist
    ├── PlanFileError       a plan on disk that cannot be read as one
    ├── RefusedError        an act of a decision that a rule of governance does not let happen
    │   └── NotPermitted    an act of a user of a book who has no right to it
    ├── BookError           a book that cannot be opened, read or written, or a key of its user
    └── ProofError          our own plan failed its own proof: a bug of ours, never a plan
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


class Severity(enum.IntEnum):
    """How much a finding weighs; an error stops the plan."""

    INFO = 0
    WARNING = 1
    ERROR = 2

    @property
    def word(self) -> str:
        """Return the grade as it is printed."""
        return self.name.lower()


class Code(enum.StrEnum):
    """Every code that a finding or exception can carry. A code never changes its meaning."""

    # Reading: the file as a file.
    TABLE_MISSING = "table-missing"
    TABLE_UNKNOWN = "table-unknown"
    TABLE_EMPTY = "table-empty"
    FILE_UNREADABLE = "file-unreadable"
    FILE_ENCODING = "file-encoding"
    FILE_SEPARATOR = "file-separator"
    FINDINGS_CUT = "findings-cut"
    ROW_SHORT = "row-short"
    COLUMN_MISSING = "column-missing"
    COLUMN_DUPLICATE = "column-duplicate"
    COLUMN_UNKNOWN = "column-unknown"
    OTHER_NAMES = "other-names"
    OTHER_MEANING = "other-meaning"
    SETTING_MISSING = "setting-missing"
    SETTING_INVALID = "setting-invalid"
    SETTING_UNKNOWN = "setting-unknown"
    # Reading: the cells.
    VALUE_MISSING = "value-missing"
    VALUE_INVALID = "value-invalid"
    VALUE_OUT_OF_RANGE = "value-out-of-range"
    # Checks: rows against each other.
    KEY_DUPLICATE = "key-duplicate"
    FACTS_CONFLICT = "conflicting-facts"
    REFERENCE_UNKNOWN = "reference-unknown"
    PUBLIC_BEFORE_KNOWN = "public-before-known"
    KNOWN_TO_MISSING = "known-to-missing"
    KNOWN_TO_NOBODY = "known-to-nobody"
    PERIOD_EMPTY = "period-empty"
    METRIC_UNKNOWN = "metric-unknown"
    METRIC_UNIT = "metric-unit"
    METRIC_PLACE = "metric-place"
    CLAIM_KNOWN_EARLY = "claim-known-early"
    CLAIM_BEFORE_SAID = "claim-before-said"
    RANGE_DISORDERED = "range-disordered"
    READINESS_FALLS = "readiness-falls"
    FIRST_SKU_RATE = "first-sku-rate"
    OPTION_REPEATED = "option-repeated"
    MIN_SHIP_ABOVE_QUANTITY = "min-ship-above-quantity"
    SHIPMENT_SKU_NOT_ACCEPTED = "shipment-sku-not-accepted"
    SHIPMENT_ABOVE_QUANTITY = "shipment-above-quantity"
    SHIPMENT_ABOVE_LOT = "shipment-above-lot"
    LIVE_BEFORE_SHIPPED = "live-before-shipped"
    PROMISED_BEFORE_PLACED = "promised-before-placed"
    SITE_NEVER_READY = "site-never-ready"
    NO_USABLE_SITE = "no-usable-site"
    NO_ROUND = "no-round"
    SPLIT_POOL = "split-pool"
    BALANCE_DISAGREES = "balance-disagrees"
    RAISE_CHANGES_NOTHING = "raise-changes-nothing"
    RENTAL_TERMS = "rental-terms"
    INTEREST_SHARE = "interest-share"
    INTEREST_IN_ITSELF = "interest-in-itself"
    INTEREST_SUM = "interest-sum"
    COUNT_FROM_AFTER_START = "count-from-after-start"
    NOTHING_KNOWN_YET = "nothing-known-yet"
    EVIDENCE_MISSING = "evidence-missing"
    ATTACHMENT_CHANGED = "attachment-changed"
    # Planning as booked.
    BOOKED_ABOVE_QUANTITY = "booked-above-quantity"
    BOOKED_SKU_NOT_ACCEPTED = "booked-sku-not-accepted"
    BOOKED_SITE_NOT_ACCEPTED = "booked-site-not-accepted"
    # Proposals.
    PROPOSAL_EMPTY = "proposal-empty"
    MOVE_ABOVE_LOT = "move-above-lot"
    MOVE_REPEATED = "move-repeated"
    MOVE_ABOVE_ORDER = "move-above-order"
    MOVE_NOT_ACCEPTED = "move-not-accepted"
    MOVE_CHANGES_NOTHING = "move-changes-nothing"
    # Decisions.
    DECISIONS_BROKEN = "decisions-broken"
    ACT_REFUSED = "act-refused"
    NOT_PERMITTED = "not-permitted"
    NOT_DECIDED = "not-decided"
    # Books.
    BOOK_UNREACHABLE = "book-unreachable"
    BOOK_DAMAGED = "book-damaged"
    BOOK_OLDER = "book-older"
    BOOK_NEWER = "book-newer"
    BOOK_BUSY = "book-busy"
    BOOK_FULL = "book-full"
    BOOK_READ_ONLY = "book-read-only"
    CLOCK_BACKWARDS = "clock-backwards"
    # The ledger of a book, and the keys of its users.
    LEDGER_BROKEN = "ledger-broken"
    KEY_MISSING = "key-missing"
    KEY_UNUSABLE = "key-unusable"
    # Proof.
    PLAN_UNREADABLE = "plan-unreadable"
    PROOF_FAILED = "proof-failed"
    # Use.
    USAGE = "usage"
    INTERNAL = "internal-error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One problem in the facts: where, what was found, what was expected, what to do.

    Attributes:
        code: The stable code.
        severity: Error stops the plan; warning and info do not.
        file: The file (or ``scenario.toml``) it stands in, as the user named it.
        row: The row of that file as a spreadsheet counts it (the header is row 1); None for the whole file.
        column: The column; empty for the whole row or file.
        found: What stands there, with the value quoted.
        expected: What was expected.
        fix: What to do.
    """

    code: Code
    severity: Severity
    file: str
    row: int | None = None
    column: str = ""
    found: str
    expected: str
    fix: str

    @property
    def where(self) -> str:
        """Return the place in words, e.g. ``orders.csv, row 7, column quantity``."""
        parts = [self.file]
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column:
            parts.append(f"column {self.column}")
        return ", ".join(parts)

    @property
    def sentence(self) -> str:
        """Return the finding as one line of text."""
        return f"{self.severity.word} {self.code}: {self.where}: {self.found} Expected: {self.expected} {self.fix}"

    def as_json(self) -> dict[str, str | int | None]:
        """Return the finding as plain values, for ``--json``."""
        return {
            "code": str(self.code),
            "severity": self.severity.word,
            "file": self.file,
            "row": self.row,
            "column": self.column,
            "found": self.found,
            "expected": self.expected,
            "fix": self.fix,
        }


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings by file, row, column and code, each once: the order in which they are shown.

    The one that counts what is not listed of a file comes last in it.
    """
    unique = dict.fromkeys(findings)
    return sorted(unique, key=_place)


def _place(one: Finding) -> tuple[str, bool, int, str, str, str]:
    return one.file, one.code is Code.FINDINGS_CUT, one.row or 0, one.column, one.code, one.found


def has_errors(findings: Iterable[Finding]) -> bool:
    """Return whether any finding is of error grade."""
    return any(one.severity is Severity.ERROR for one in findings)


class ApportionError(Exception):
    """An operation that cannot go on.

    Attributes:
        code: The stable code.
        message: What happened.
        fix: What to do.
    """

    code: Code = Code.INTERNAL

    def __init__(self, message: str, *, fix: str = "") -> None:
        """Keep the message and the remedy apart, so that each face can lay them out."""
        super().__init__(f"{message} {fix}".strip())
        self.message = message
        self.fix = fix


class FindingsError(ApportionError):
    """The facts have findings of error grade, all of them listed in ``findings``."""

    code = Code.VALUE_INVALID

    def __init__(self, findings: Iterable[Finding]) -> None:
        """Put all findings in their order; the message counts them and quotes the first."""
        self.findings = in_order(findings)
        errors = [one for one in self.findings if one.severity is Severity.ERROR]
        self.code = errors[0].code if errors else Code.VALUE_INVALID
        first = errors[0].sentence if errors else "none of error grade"
        super().__init__(f"{len(errors)} finding(s) of error grade; the first: {first}")


class UsageError(ApportionError):
    """A name, option or argument that does not exist or does not fit."""

    code = Code.USAGE


class PlanFileError(ApportionError):
    """A plan on disk is missing, damaged or not a plan."""

    code = Code.PLAN_UNREADABLE


class RefusedError(ApportionError):
    """An act of a decision that a rule does not let happen.

    Attributes:
        rule: The rule, ``G1`` to ``G28``.
        refusal: The refusal as plain values: its rule, key and what its sentence names.
    """

    code = Code.ACT_REFUSED

    def __init__(self, sentence: str, *, rule: str, refusal: Mapping[str, object]) -> None:
        """Say the refusal in words, and keep it as values beside them."""
        super().__init__(sentence)
        self.rule = rule
        self.refusal = dict(refusal)


class NotPermitted(RefusedError):
    """An act of a user of a book who has no right to it; it never says what is hidden.

    Attributes:
        rule: ``G7`` or ``G26`` where a rule takes the right away; else empty.
    """

    code = Code.NOT_PERMITTED

    def __init__(self, sentence: str, *, rule: str = "", fix: str = "", **told: object) -> None:
        """Say who may, and whom to ask; `told` are the same as values."""
        super().__init__(f"{sentence} {fix}".strip(), rule=rule, refusal={"rule": rule, **told})
        self.message = sentence
        self.fix = fix


class BookError(ApportionError):
    """A book that cannot be opened, read or written, or a key of its user that cannot be used."""

    def __init__(self, code: Code, message: str, *, fix: str = "") -> None:
        """Keep the code of what went wrong beside the sentence."""
        super().__init__(message, fix=fix)
        self.code = code


class ProofError(ApportionError):
    """A plan of ours did not pass its own proof: our bug, so no plan is given."""

    code = Code.PROOF_FAILED
