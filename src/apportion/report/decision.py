"""Where a decision stands, side by side, what is missing and what is due: sentences, a table, plain values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from apportion.govern.at_stake import needs_memo
from apportion.govern.eligible import Side
from apportion.govern.eligible import sides as sides_of
from apportion.govern.facts import plain
from apportion.govern.minutes import Entry, may_see_deliberation
from apportion.govern.notices import Due, Kind, due
from apportion.govern.refusal import Rule
from apportion.govern.state import OVER, Case, Mark, State, Status
from apportion.report.refusals import mark_words, status_words
from apportion.report.words import Words

Row = tuple[str, ...]
_COLUMNS = (
    "decision.column.side",
    "decision.column.forum",
    "decision.column.disinterested",
    "decision.column.may",
    "decision.column.yes",
    "decision.column.no",
    "decision.column.abstain",
    "decision.column.stands",
)
_DUES: Mapping[tuple[Kind, bool], str] = {
    (Kind.NOTICE, False): "decision.due.notice",
    (Kind.NOTICE, True): "decision.due.notice-late",
    (Kind.REPLY, False): "decision.due.reply",
    (Kind.MAKE_GOOD, False): "decision.due.make-good",
    (Kind.MAKE_GOOD, True): "decision.due.make-good-late",
    (Kind.REVIEW, False): "decision.due.review",
    (Kind.REVIEW, True): "decision.due.review-late",
    (Kind.APPLY, False): "decision.due.apply",
    (Kind.APPLY, True): "decision.due.apply-late",
}
_NEXT: Mapping[Status, str] = {
    Status.DRAFT: "decision.next.draft",
    Status.ANALYSED: "decision.next.analysed",
    Status.DISCLOSED: "decision.next.disclosed",
    Status.APPROVED: "decision.next.approved",
    Status.MAKE_GOOD_DUE: "decision.next.settle",
    Status.APPLIED: "decision.next.close",
}
_COMMANDS: Mapping[Status, str] = {
    Status.DRAFT: "`apportion decision analyse`",
    Status.ANALYSED: "`apportion disclose`",
    Status.DISCLOSED: "`apportion review`",
    Status.APPROVED: "`apportion apply`",
    Status.MAKE_GOOD_DUE: "`apportion decision settle`",
    Status.APPLIED: "`apportion decision close`",
}
_TELL = "`apportion decision notices --sent`"
_VOTED_ON = frozenset({Status.UNDER_REVIEW, Status.APPROVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Where a proposal stands at a moment, as a reader may see it.

    Attributes:
        case: Its life so far.
        sides: How each side stands.
        dues: What is due.
        lacks_memo: Whether a memo is missing without which no review opens.
        attempts: How many changes were tried that nobody decided.
        is_withheld: Whether the reader takes no part in the decision, so that votes are withheld.
        forums: The sides whose votes the reader may see; None: all.
    """

    case: Case
    sides: tuple[Side, ...]
    dues: tuple[Due, ...]
    lacks_memo: bool
    attempts: int
    is_withheld: bool = False
    forums: frozenset[str] | None = None

    @classmethod
    def of(
        cls,
        state: State,
        proposal: str,
        *,
        now: dt.datetime,
        reader: str | None = None,
        forums: frozenset[str] | None = None,
    ) -> Outlook:
        """Return where a proposal of a log stands at a moment; without a reader, as whoever may see all."""
        case = state.cases[proposal]
        is_shut_out = reader is not None and not may_see_deliberation(case, reader)
        return cls(
            case=case,
            sides=sides_of(state, case, now=now),
            dues=due(case, now=now),
            lacks_memo=needs_memo(state, case) and all(one.digest != case.digest for one in case.memos),
            attempts=len(state.attempts),
            is_withheld=is_shut_out or (forums is not None and not forums),
            forums=forums,
        )

    def hears(self, side: str) -> bool:
        """Return whether the reader may see who voted how in the forum of a side."""
        return not self.is_withheld and (self.forums is None or side in self.forums)


def lead_sentence(case: Case, *, words: Words) -> str:
    """Return what a proposal is, where it stands and under which pack."""
    return words.say(
        "decision.lead",
        proposal=case.proposal,
        status=status_words(case.status, words=words),
        pack=case.pack.name,
    )


def fact_sentences(case: Case, *, words: Words) -> Iterator[str]:
    """Yield who put it forward, what is frozen, what it is worth and who takes no part."""
    yield words.say("decision.proposed", person=case.proposer, day=case.proposed_at.date())
    if case.frozen is not None:
        yield words.say("decision.effect", day=case.frozen.effective_on)
        value = case.frozen.value
        yield (
            words.say("decision.value-unknown")
            if value is None
            else words.say("decision.value", low=value.low, plain=value.plain, high=value.high)
        )
    yield (
        words.say("decision.frozen", digest=case.digest) if case.digest else words.say("decision.frozen-none")
    )
    yield (
        words.say("decision.conflicted", persons=words.listed(sorted(case.conflicted)))
        if case.conflicted
        else words.say("decision.conflicted-none")
    )
    if case.recused:
        yield words.say("decision.recused", persons=words.listed(sorted(case.recused)))


def conflict_sentences(case: Case, *, words: Words) -> Iterator[str]:
    """Yield in which forum each conflicted person is so, and by ties to whom."""
    for row in () if case.frozen is None else case.frozen.standings:
        others = row["conflicted_by"]
        if row["person"] in case.conflicted and row["is_tied"] and isinstance(others, list) and others:
            yield words.say(
                "decision.conflict",
                person=str(row["person"]),
                entity=str(row["entity"]),
                others=words.listed([str(one) for one in others]),
            )


def side_table(outlook: Outlook, *, words: Words) -> list[Row]:
    """Return how each side stands, as a table; from who takes no part, the votes are withheld."""
    rows = [_side_row(one, is_withheld=not outlook.hears(one.entity), words=words) for one in outlook.sides]
    return [tuple(words.say(key) for key in _COLUMNS), *rows]


def _side_row(side: Side, *, is_withheld: bool, words: Words) -> Row:
    votes = ("", "", "") if is_withheld else tuple(_names(one) for one in (side.yes, side.no, side.abstain))
    return (
        side.entity,
        words.say("decision.forum.committee" if side.has_committee else "decision.forum.board"),
        _names(side.disinterested),
        _names(side.disinterested - _barred(side)),
        *votes,
        side_words(side, words=words),
    )


def _names(persons: frozenset[str]) -> str:
    return ", ".join(sorted(persons))


def side_words(side: Side, *, words: Words) -> str:
    """Return how a side stands."""
    if not side.is_needed:
        return words.say("decision.side.not-needed")
    if not side.is_accepted:
        is_missing = side.needs_committee and not side.has_committee
        return words.say("decision.side.committee-needed" if is_missing else "decision.side.small")
    if side.is_advisory:
        return words.say("decision.side.advisory")
    if side.is_approved:
        return words.say("decision.side.approved")
    return words.say("decision.side.lost" if side.is_lost else "decision.side.open")


def outlook_sentences(outlook: Outlook, *, words: Words) -> list[str]:
    """Return what comes next, what is missing and what is due."""
    return [*_next(outlook, words=words), *_due(outlook.dues, words=words)]


def _next(outlook: Outlook, *, words: Words) -> Iterator[str]:
    case, sides = outlook.case, outlook.sides
    if case.status in OVER:
        yield words.say("decision.next.over")
        return
    is_settled = case.status is Status.MAKE_GOOD_DUE and not any(map(case.outstanding, case.obligations))
    if case.status in _NEXT:
        status = Status.APPLIED if is_settled else case.status
        yield words.say(_NEXT[status], command=_COMMANDS[status])
    if case.status in {Status.ANALYSED, Status.DISCLOSED}:
        if outlook.lacks_memo:
            yield words.say("decision.next.memo")
        yield from _missing(sides, words=words)
    elif case.status in _VOTED_ON or case.awaits_review:
        yield from _missing(sides, words=words)
        for side in sides:
            if side.is_needed and side.is_accepted and not side.is_approved and outlook.hears(side.entity):
                yield _left(side, words=words)


def _missing(sides: Sequence[Side], *, words: Words) -> Iterator[str]:
    for side in sides:
        if side.is_needed and not side.is_accepted:
            is_missing = side.needs_committee and not side.has_committee and bool(side.disinterested)
            key = "decision.next.committee" if is_missing else "decision.next.no-forum"
            yield words.say(key, side=side.entity)
        elif side.is_needed and side.is_advisory:
            yield words.say("decision.next.advisory", side=side.entity)


def _barred(side: Side) -> frozenset[str]:
    """Return who never approves; whoever only has to attest once more can."""
    return frozenset(member for member, rule in side.excluded if rule is not Rule.ATTESTATION)


def _left(side: Side, *, words: Words) -> str:
    left = sorted(side.disinterested - side.yes - side.no - side.abstain - _barred(side))
    return words.say(
        "decision.next.left" if left else "decision.next.nobody-left",
        side=side.entity,
        persons=words.listed(left),
        yes=len(side.yes),
        count=len(side.disinterested),
    )


def _due(dues: Sequence[Due], *, words: Words) -> Iterator[str]:
    for one in dues:
        key = (
            "decision.due.make-good-open"
            if one.kind is Kind.MAKE_GOOD and one.due_on is None
            else _DUES[one.kind, one.is_late]
        )
        yield words.say(
            key, party=one.party, day=one.due_on or "", count=one.units, name=one.name, command=_TELL
        )


def condition_sentences(outlook: Outlook, *, words: Words) -> Iterator[str]:
    """Yield the conditions of a decision, who voted against it, and what is shown with it for ever."""
    case = outlook.case
    for owed in case.obligations:
        key = "decision.condition" if owed.due_on is not None else "decision.condition-open"
        yield words.say(
            key,
            debtor=owed.debtor,
            creditor=owed.creditor,
            count=owed.units,
            sku=owed.sku,
            day=owed.due_on or "",
            name=owed.id,
        )
    for cast in case.counting.values():
        if str(cast.choice) == "no" and outlook.hears(cast.side):
            told = words.say("decision.dissent", side=cast.side, person=cast.by)
            yield _said(told, cast.text, words=words)
    if case.marks:
        marks = [mark_words(one, words=words) for one in Mark if one in case.marks]
        yield words.say("decision.mark-lead", marks=words.say("joint.clauses").join(marks))


def entry_sentence(entry: Entry, *, words: Words) -> str:
    """Return one entry of the minutes, with what was said in the words of whoever said it."""
    told = words.say(entry.key, **entry.values)
    return _said(told, entry.text, words=words)


def _said(sentence: str, text: str, *, words: Words) -> str:
    """Return a sentence with what was said, in one line: a line of its own would look like another entry."""
    said = " ".join(text.split())
    return words.say("decision.said", sentence=sentence, text=said) if said else sentence


def minutes_lines(entries: Sequence[Entry], *, words: Words) -> list[str]:
    """Return the minutes, a line for each entry with its time."""
    return [
        words.say(
            "decision.line",
            at=f"{one.at:%Y-%m-%d %H:%M:%S}",
            sentence=entry_sentence(one, words=words),
        )
        for one in entries
    ]


def entry_json(entry: Entry, *, words: Words) -> dict[str, object]:
    """Return an entry of the minutes as plain values, with its sentence."""
    return {
        "at": entry.at.isoformat(),
        "by": entry.by,
        "key": entry.key,
        "values": dict(entry.values),
        "text": entry.text,
        "is_hidden": entry.is_hidden,
        "sentence": entry_sentence(entry, words=words),
    }


def _side_json(side: Side, *, is_withheld: bool) -> dict[str, object]:
    hidden = {"yes", "no", "abstain"} if is_withheld else set()
    told = plain(side)
    return (
        {name: value for name, value in told.items() if name not in hidden} if isinstance(told, dict) else {}
    )


def outlook_json(outlook: Outlook) -> dict[str, object]:
    """Return where a decision stands as plain values; from who takes no part, votes are withheld."""
    case = outlook.case
    return {
        "status": str(case.status),
        "pack": case.pack.name,
        "proposer": case.proposer,
        "facts_digest": case.digest,
        "conflicted": sorted(case.conflicted),
        "recused": sorted(case.recused),
        "marks": sorted(str(one) for one in case.marks),
        "sides": [_side_json(one, is_withheld=not outlook.hears(one.entity)) for one in outlook.sides],
        "lacks_memo": outlook.lacks_memo,
        "due": [plain(one) for one in outlook.dues],
        "attempts": outlook.attempts,
    }
