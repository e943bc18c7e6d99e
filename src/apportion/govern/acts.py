"""What people can do to a proposal, one plain value for each. ``VERBS`` names them as the log does.

Nobody acts for somebody else: an act is done by its ``by``, and there is no delegation (G7).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from apportion.govern.events import SYSTEM, Plain
from apportion.govern.packs import Pack


class Choice(enum.StrEnum):
    """What a member says."""

    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


POLICY_RESULT = "policy-result"  # How a memo names the plan that the policy gives without the proposal.


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What every act says: who, and about which proposal; `proposal` may be empty for Attest and Attempt alone."""

    by: str
    proposal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Propose(About):
    """Put a proposal forward, under the pack given to `decide`; conflicted persons may."""

    verb: ClassVar[str] = "propose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Analyse(About):
    """Freeze what the present facts show (`Facts.analysis`); by ``apportion`` itself, or a person not conflicted."""

    by: str = SYSTEM
    verb: ClassVar[str] = "analyse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclose(About):
    """Lay the frozen facts before the forums; attests the interests of whoever does."""

    text: str = ""
    verb: ClassVar[str] = "disclose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge(About):
    """Say that one has seen the frozen facts, by their digest."""

    digest: str
    verb: ClassVar[str] = "acknowledge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attest(About):
    """Say that one's interests are told in full."""

    verb: ClassVar[str] = "attest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Convene(About):
    """Form a committee of one side.

    Attributes:
        side: The entity whose forum it is.
        members: Directors of that entity.
        found_disinterested_by: Who finds each of them disinterested: whoever convenes, and none of them.
        finding: What that rests on.
        may_negotiate: Whether its mandate says that it may negotiate.
        may_reject: Whether its mandate says that it may say no.
    """

    side: str
    members: tuple[str, ...]
    found_disinterested_by: str
    finding: str
    may_negotiate: bool
    may_reject: bool
    verb: ClassVar[str] = "convene"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReview(About):
    """Open the vote; with `emergency` one forum is enough for now, and a full review falls due (G15)."""

    emergency: bool = False
    reason: str = ""  # Why it cannot wait; needed in an emergency.
    verb: ClassVar[str] = "open-review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Memo(About):
    """An independent analysis, naming the alternatives; `POLICY_RESULT` has to be one of them (G16)."""

    text: str
    alternatives: tuple[str, ...]
    verb: ClassVar[str] = "memo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(About):
    """A statement by anyone; one by a conflicted person is labelled so."""

    text: str
    verb: ClassVar[str] = "state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recuse(About):
    """Step aside, for good."""

    reason: str = ""
    verb: ClassVar[str] = "recuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote(About):
    """Vote in one side's forum; attests the voter's interests. A later vote of the same member replaces it."""

    side: str
    choice: Choice
    text: str = ""
    verb: ClassVar[str] = "vote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(About):
    """Take one's own proposal back."""

    reason: str = ""
    verb: ClassVar[str] = "withdraw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply(About):
    """Carry an approved proposal out.

    Attributes:
        code: Reason code, a word.
        text: The reason; never empty (G18).
        late_reason: Why approval came no earlier than the effect; needed where it makes a ratification (G14).
    """

    code: str
    text: str
    late_reason: str = ""
    verb: ClassVar[str] = "apply"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsChanged(About):
    """Note that the facts are no longer those that were frozen: votes are void (G13)."""

    by: str = SYSTEM
    verb: ClassVar[str] = "facts-changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse(About):
    """Note that a clock ran out: of an approval that was not applied, or of an emergency not reviewed."""

    by: str = SYSTEM
    verb: ClassVar[str] = "lapse"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePack(About):
    """Put the proposal under another pack; it has to be analysed again (G26)."""

    pack: Pack
    verb: ClassVar[str] = "change-pack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle(About):
    """Note that units of an obligation came back."""

    obligation: str
    units: int
    verb: ClassVar[str] = "settle"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendNotice(About):
    """Note that a party which loses was told, and how (G27)."""

    party: str
    how: str = ""
    verb: ClassVar[str] = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Override(About):
    """Note a manual change beside what the proposal itself moves (G18)."""

    code: str
    text: str
    winner: str
    loser: str
    delta_units: int
    verb: ClassVar[str] = "override"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt(About):
    """Note a change in the files between parties tied by a conflict that no applied decision carries."""

    by: str = SYSTEM
    content: Mapping[str, Plain]
    verb: ClassVar[str] = "attempt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(About):
    """End it, once nothing is owed any more."""

    verb: ClassVar[str] = "close"


Act: TypeAlias = (
    Propose
    | Analyse
    | Disclose
    | Acknowledge
    | Attest
    | Convene
    | OpenReview
    | Memo
    | Statement
    | Recuse
    | Vote
    | Withdraw
    | Apply
    | FactsChanged
    | Lapse
    | ChangePack
    | Settle
    | SendNotice
    | Override
    | Attempt
    | Close
)
VERBS: Mapping[str, type[Act]] = {
    act.verb: act
    for act in (
        *(Propose, Analyse, Disclose, Acknowledge, Attest, Convene, OpenReview, Memo, Statement, Recuse),
        *(
            Vote,
            Withdraw,
            Apply,
            FactsChanged,
            Lapse,
            ChangePack,
            Settle,
            SendNotice,
            Override,
            Attempt,
            Close,
        ),
    )
}
