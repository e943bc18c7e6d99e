"""Why an act of a decision is refused: the rule and a sentence."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class Rule(enum.StrEnum):
    """The rules of governance; ``docs/concepts/governance.md`` says each."""

    INTEREST = "G1"
    PATH = "G2"
    THRESHOLD = "G3"
    MATERIALITY = "G4"
    NO_EVASION = "G5"
    PROPOSER = "G6"
    RECUSAL = "G7"
    ELIGIBLE = "G8"
    COMMITTEE = "G9"
    MAJORITY = "G10"
    REJECT = "G11"
    BOTH_SIDES = "G12"
    DISCLOSURE = "G13"
    PRIOR = "G14"
    EMERGENCY = "G15"
    MEMO = "G16"
    POLICY_FIRST = "G17"
    OVERRIDE = "G18"
    MAKE_GOOD = "G19"
    ATTESTATION = "G20"
    LOG = "G21"
    TRUNCATION = "G22"
    RETENTION = "G23"
    REGIME = "G24"
    MINUTES = "G25"
    SELF_POLICY = "G26"
    NOTICES = "G27"
    WORDS = "G28"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An act that is not done, and why.

    Attributes:
        rule: The rule that refuses it.
        key: The sentence's key in the words, e.g. ``refusal.proposer``; the same key for every such case.
        values: What the sentence names.
    """

    rule: Rule
    key: str
    values: Mapping[str, str | int] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Return the refusal as plain values."""
        return {"rule": str(self.rule), "key": self.key, "values": dict(self.values)}
