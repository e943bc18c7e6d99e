"""Why an act of a decision is refused, as a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from apportion.govern.refusal import Refusal
from apportion.govern.state import Mark, Status
from apportion.report.words import Words

STATUSES: Mapping[Status, str] = {
    Status.DRAFT: "decision.status.draft",
    Status.ANALYSED: "decision.status.analysed",
    Status.DISCLOSED: "decision.status.disclosed",
    Status.UNDER_REVIEW: "decision.status.under-review",
    Status.APPROVED: "decision.status.approved",
    Status.REJECTED: "decision.status.rejected",
    Status.WITHDRAWN: "decision.status.withdrawn",
    Status.APPLIED: "decision.status.applied",
    Status.LAPSED: "decision.status.lapsed",
    Status.MAKE_GOOD_DUE: "decision.status.make-good-due",
    Status.CLOSED: "decision.status.closed",
}
_MARKS: Mapping[Mark, str] = {
    Mark.RATIFICATION: "decision.mark.ratification",
    Mark.LATER_REVIEW: "decision.mark.later-review",
    Mark.EMERGENCY: "decision.mark.emergency",
    Mark.REVERSE_DUE: "decision.mark.reverse-due",
    Mark.ADVISORY: "decision.mark.advisory",
    Mark.RELATED_PARTY_RECORD: "decision.mark.related-party-record",
    Mark.NO_DECISION_NEEDED: "decision.mark.no-decision-needed",
}


def refusal_sentence(refusal: Refusal, *, words: Words) -> str:
    """Return why an act is refused; where its sentence names a status, in words."""
    told = dict(refusal.values)
    if str(told.get("status", "")) in set(Status):
        told["status"] = status_words(Status(str(told["status"])), words=words)
    return words.say(refusal.key, **told)


def status_words(status: Status, *, words: Words) -> str:
    """Return where a proposal stands."""
    return words.say(STATUSES[status])


def mark_words(mark: Mark, *, words: Words) -> str:
    """Return what is shown with a proposal for ever."""
    return words.say(_MARKS[mark])
