"""A scenario's log of decisions as acts and plans need it: read, replayed, and laid over the facts of the files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from apportion.commands import clock
from apportion.commands.permits import internal, may_now
from apportion.commands.sources import Source
from apportion.errors import Code, Finding, FindingsError, Severity
from apportion.files.decisions import FILE, Log, Moved
from apportion.files.packs import DEFAULT_PACK, load_pack
from apportion.files.proposal_reading import read_proposal
from apportion.govern import acts
from apportion.govern.attempts import told_findings
from apportion.govern.decision import Broken, proceed, replay
from apportion.govern.events import Event
from apportion.govern.facts import Facts, plain
from apportion.govern.frozen import Frozen
from apportion.govern.hold import Answer, Attempt, Held, Standing, stand
from apportion.govern.interests import read_graph, union
from apportion.govern.late_ties import LateTies, late_ties
from apportion.govern.notices import in_force
from apportion.govern.refusal import Refusal, Rule
from apportion.govern.rights import Right
from apportion.govern.state import CARRIED_OUT, OVER, Case, State
from apportion.model.proposal import Proposal
from apportion.model.world import View, World
from apportion.report.refusals import refusal_sentence
from apportion.report.words import DEFAULT_LANGUAGE, Words

__all__ = ["Known", "findings_of_log", "held_by", "known_of", "laid_over", "note_attempts", "proposals_by_id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a scenario's log says.

    Attributes:
        source: The scenario.
        log: The lines.
        state: Where every proposal stands after them.
    """

    source: Source
    log: Log
    state: State

    @property
    def is_empty(self) -> bool:
        """Return whether nothing was ever put forward."""
        return not self.log.events


@internal
def known_of(source: Source) -> Known:
    """Return what the log of a scenario says.

    Raises:
        FindingsError: It does not hold together, or holds an act that its rules refuse.
    """
    log = source.log()
    if log.findings:
        raise FindingsError(log.findings)
    state = replay(log.events)
    if isinstance(state, Broken):
        raise FindingsError([_refused(state)])
    if log.events:
        try:
            Frozen.from_json(state.bookings)
        except ValueError as problem:
            refusal = Refusal(rule=Rule.LOG, key="refusal.no-event", values={"found": str(problem)})
            raise FindingsError([_refused(Broken(seq=1, refusal=refusal))]) from problem
    return Known(source=source, log=log, state=state)


def _refused(broken: Broken) -> Finding:
    told = refusal_sentence(broken.refusal, words=Words.load(DEFAULT_LANGUAGE))
    return Finding(
        code=Code.DECISIONS_BROKEN,
        severity=Severity.ERROR,
        file=FILE,
        row=broken.seq,
        column="verb",
        found=f"Rule {broken.refusal.rule} does not let event {broken.seq} be. {told}",
        expected="events that the rules let happen, one after the other.",
        fix="Put back the file as it was last; nothing is decided on a log that does not hold together.",
    )


@internal
def proposals_by_id(source: Source) -> dict[str, Proposal]:
    """Return the proposals beside a scenario that can be read, by their id; of two of one id, the first by file."""
    found: dict[str, Proposal] = {}
    for file, held in sorted(source.proposals().items()):
        proposal, _ = read_proposal(held, file=file)
        if proposal is not None:
            found.setdefault(proposal.id, proposal)
    return found


@internal
def held_by(known: Known, *, world: World, but: str = "") -> Held:
    """Return what a log says of its scenario: what stood, what was applied, what waits.

    Args:
        known: The log.
        world: The facts of the files; an interest that they show only now counts too.
        but: A proposal that is looked at as if nobody had put it forward.

    Raises:
        FindingsError: The file of an applied proposal is gone or says something else now.
    """
    now = clock.now()
    beside = proposals_by_id(known.source)
    cases = [one for one in known.state.cases.values() if one.proposal != but]
    late = {one.proposal: one for one in _late(known, world=world)}
    applied = sorted(
        (one for one in cases if in_force(one, now=now) and one.proposal not in late), key=_applied_at
    )
    return Held(
        frozen=_frozen(known.state.bookings),
        applied=tuple(_as_applied(one, beside) for one in applied),
        open=tuple(
            beside[one.proposal]
            for one in cases
            if one.proposal in beside and (one.status not in OVER | CARRIED_OUT or one.proposal in late)
        ),
        # Whose conflict ties whom is known from it all the same.
        conflicted_pairs=frozenset(
            (
                *(pair for one in known.state.cases.values() for pair in _pairs(one)),
                *(pair for one in late.values() for pair in one.pairs),
            )
        ),
    )


def _late(known: Known, *, world: World) -> Iterator[LateTies]:
    """Yield the proposals carried out by somebody of whom the files show a tie only now."""
    applied = [one for one in known.state.cases.values() if one.applied is not None]
    if not applied:
        return
    graph = union(read_graph(replace(world, view=View())), known.state.ties)
    for case in applied:
        found = late_ties(case, graph)
        if found is not None:
            yield found


def _late_finding(one: LateTies) -> Finding:
    persons = ", ".join(repr(person) for person in one.persons)
    return Finding(
        code=Code.NOT_DECIDED,
        severity=Severity.WARNING,
        file=FILE,
        found=f"{one.proposal!r} was carried out, and the interests show now that {persons}, who decided it or "
        "carried it out, stood on two of its sides then. It is treated as not made.",
        expected="a decision by persons without a conflict.",
        fix="Put it forward again under another id and have the unconflicted decide, or mend the interest if it "
        "is none.",
    )


def _frozen(bookings: Mapping[str, object]) -> Frozen:
    """Return what stood at the first event of a log.

    Raises:
        FindingsError: That event does not say it.
    """
    if all(isinstance(bookings.get(name), dict) for name in ("tables", "policy", "horizon")):
        return Frozen.from_json(bookings)
    raise FindingsError(
        [
            Finding(
                code=Code.DECISIONS_BROKEN,
                severity=Severity.ERROR,
                file=FILE,
                row=1,
                column="body",
                found="The first event does not say what stood when it was written.",
                expected="the bookings, orders and rules that stood then.",
                fix="Put back the file as it was last; nothing is decided on a log that does not hold together.",
            )
        ]
    )


def _applied_at(case: Case) -> str:
    return "" if case.applied is None else case.applied.at.isoformat()


def _as_applied(case: Case, beside: Mapping[str, Proposal]) -> Proposal:
    """Return an applied proposal, which has to be the very one that was decided.

    Raises:
        FindingsError: Its file is gone or says something else.
    """
    proposal = beside.get(case.proposal)
    if case.frozen is not None and proposal is not None and proposal.digest == case.frozen.proposal:
        return proposal
    found = "is not beside the scenario" if proposal is None else "is not what was decided any more"
    raise FindingsError(
        [
            Finding(
                code=Code.DECISIONS_BROKEN,
                severity=Severity.ERROR,
                file=f"{case.proposal}.toml" if proposal is None else proposal.file,
                found=f"The proposal {case.proposal!r}, which was applied, {found}.",
                expected=f"the proposal of digest {'' if case.frozen is None else case.frozen.proposal}.",
                fix="Put back its file as it was when it was decided.",
            )
        ]
    )


def _pairs(case: Case) -> Iterator[frozenset[str]]:
    """Yield each two entities of a proposal between which a conflict lies: somebody is tied to both."""
    for row in () if case.frozen is None else case.frozen.standings:
        others = row["conflicted_by"]
        if row["is_tied"] and isinstance(others, list):
            for other in others:
                yield frozenset({str(row["entity"]), str(other)})


@internal
def laid_over(world: World, source: Source, *, but: str = "") -> tuple[Standing, Known]:
    """Return a world with the log of its scenario laid over it, and the log.

    Args:
        world: The facts of the files.
        source: The scenario.
        but: A proposal that is looked at as if nobody had put it forward; empty: none.

    Raises:
        FindingsError: The log does not hold together.
    """
    known = known_of(source)
    if known.is_empty:
        return Standing(world=world), known
    standing = stand(world, held_by(known, world=world, but=but))
    late = [_late_finding(one) for one in _late(known, world=world) if one.proposal != but]
    return replace(standing, findings=(*standing.findings, *late)), known


@internal
def findings_of_log(world: World, source: Source, *, is_sound: bool) -> list[Finding]:
    """Return what is wrong with the log of a scenario, and with what it lays over the facts.

    Args:
        world: The facts of the files.
        source: The scenario.
        is_sound: Whether these have no finding of error grade; else only the log itself is looked at.
    """
    try:
        if not is_sound:
            known_of(source)
            return []
        standing = laid_over(world, source)[0]
        return [*standing.findings, *told_findings(standing.attempts)]
    except FindingsError as error:
        return list(error.findings)


@internal
def note_attempts(known: Known, attempts: Iterable[Attempt]) -> None:
    """Add what the files try without a decision to the log, each content once; where it may not be written, nothing."""
    told = {str(one.get("digest")) for one in known.state.attempts}
    new = [one for one in attempts if one.answer is not Answer.TOLD and one.digest not in told]
    # Whoever only reads changes nothing, not even by looking.
    if not new or not may_now(Right.CONDUCT) or not known.source.may_be_added_to():
        return
    state, events = known.state, list[Event]()
    for one in new:
        act = acts.Attempt(
            content={name: plain(value) for name, value in {**one.as_json(), "digest": one.digest}.items()}
        )
        step = proceed(state, act, facts=Facts(material=""), pack=load_pack(DEFAULT_PACK), now=clock.now())
        events.extend(step.events)
        state = step.state
    try:
        known.source.append(events, after=known.log, keep={})
    except Moved:
        note_attempts(known_of(known.source), new)
