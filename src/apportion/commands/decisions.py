"""Acts on decisions: each reads the log, looks at the present world, asks the rules, and adds what was done.

    find the proposal → read and replay the log → facts of the present → the rules → add events, or say why not

Others may add events meanwhile; then all of it is done anew on what they left.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

from apportion.commands import clock
from apportion.commands.assessments import open_proposal
from apportion.commands.decision_facts import Scene, analysis_of, facts_of, look_at
from apportion.commands.decision_log import Known, known_of, proposals_by_id
from apportion.commands.scenarios import read_files
from apportion.errors import RefusedError, UsageError
from apportion.files.decisions import Moved, append, folder_to_decide_in
from apportion.files.packs import DEFAULT_PACK, load_pack
from apportion.files.proposals import find_proposal, refuse_other_files, write_beside
from apportion.files.sources import find_source
from apportion.govern import acts
from apportion.govern.decision import Step, decide, observe, proceed
from apportion.govern.events import SYSTEM, Event, Plain, stamp
from apportion.govern.facts import Analysis, Facts
from apportion.govern.fold import fold
from apportion.govern.minutes import Entry, minutes
from apportion.govern.packs import Pack
from apportion.govern.refusal import Refusal, Rule
from apportion.govern.state import Case, State
from apportion.model.proposal import Proposal
from apportion.model.world import World
from apportion.report.decision import (
    Outlook,
    entry_sentence,
    lead_sentence,
    outlook_json,
    outlook_sentences,
)
from apportion.report.refusals import refusal_sentence
from apportion.report.words import DEFAULT_LANGUAGE, Words
from apportion.study.cite import near_names

__all__ = [
    "Done",
    "New",
    "act",
    "act_all",
    "analyse",
    "done_as_json",
    "done_sentences",
    "lapse",
    "named",
    "propose",
]

# After so many times that others were first, whoever asks is told to try again.
_MOST_TRIES = 50
_PERSONS = ("person", "body")
MakeActs = Callable[[str, Case | None], Sequence[acts.Act]]


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """A proposal as it is put forward.

    Attributes:
        proposal: The proposal.
        pack: What it is decided under.
        keep: Its file, where it is not beside the scenario yet.
    """

    proposal: Proposal
    pack: Pack
    keep: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What an act came to.

    Attributes:
        proposal: The proposal.
        events: What was added to the log.
        entries: The same as entries of the minutes, with what followed.
        outlook: Where the proposal stands then.
        last: The digest of the last line of the log, to be held against a cut.
    """

    proposal: str
    events: tuple[Event, ...]
    entries: tuple[Entry, ...]
    outlook: Outlook
    last: str


def propose(
    scenario: str, proposal: str, *, by: str, pack: str = DEFAULT_PACK, language: str = DEFAULT_LANGUAGE
) -> Done:
    """Put a proposal forward and freeze what the present facts show of it, before anybody approves (G17).

    A proposal that lies elsewhere is kept beside the scenario, since what is decided has to stay what it was.

    Args:
        scenario: A folder or workbook.
        proposal: A file, or the name of one beside the scenario.
        by: Who puts it forward.
        pack: The policy pack it is decided under.
        language: The language of a refusal.

    Raises:
        UsageError: There is no such scenario, proposal, person, pack or language, or nothing can be decided there.
        FindingsError: The scenario, the proposal or the log has findings of error grade.
        RefusedError: A rule refuses it.
    """
    source = find_source(scenario)
    folder = folder_to_decide_in(source)
    found = open_proposal(proposal, scenario=scenario)
    file, held = find_proposal(proposal, source=source)
    beside = proposals_by_id(source)
    if found.id not in beside:
        refuse_other_files({file: held}, folder)
    elif beside[found.id].digest != found.digest:
        raise UsageError(
            f"Beside the scenario lies another proposal {found.id!r}, {beside[found.id].file}.",
            fix="Give this one another id.",
        )
    return act_all(
        scenario,
        found.id,
        by=by,
        make=lambda name, _: (acts.Propose(by=by, proposal=name), acts.Analyse(proposal=name)),
        new=New(proposal=found, pack=load_pack(pack), keep={} if found.id in beside else {file: held}),
        language=language,
    )


def analyse(scenario: str, proposal: str, *, by: str = "", language: str = DEFAULT_LANGUAGE) -> Done:
    """Freeze what the present facts show of a proposal, once they are no longer those that were frozen.

    Args:
        scenario: A folder or workbook.
        proposal: A file, or the name or id of a proposal.
        by: Who analyses; empty: apportion itself.
        language: The language of a refusal.

    Raises:
        UsageError: As of `propose`.
        FindingsError: As of `propose`.
        RefusedError: A rule refuses it.
    """
    who = by or SYSTEM
    return act_all(
        scenario,
        proposal,
        by=who,
        make=lambda name, _: (acts.Analyse(by=who, proposal=name),),
        language=language,
    )


def lapse(scenario: str, proposal: str, *, language: str = DEFAULT_LANGUAGE) -> Done:
    """Note that a clock of a proposal ran out, which apportion does by itself at any other act.

    Raises:
        UsageError: As of `act`.
        FindingsError: As of `act`.
        RefusedError: No clock ran out.
    """
    return act(scenario, proposal, by=SYSTEM, verb=acts.Lapse.verb, language=language)


def act(
    scenario: str,
    proposal: str,
    *,
    by: str,
    verb: str,
    said: Mapping[str, object] | None = None,
    language: str = DEFAULT_LANGUAGE,
) -> Done:
    """Do one act on a proposal.

    Args:
        scenario: A folder or workbook.
        proposal: A file, or the name or id of a proposal.
        by: Who acts.
        verb: What is done: a verb of ``govern/acts.py``.
        said: What the act says besides.
        language: The language of a refusal.

    Raises:
        UsageError: There is no such scenario, proposal, person or language, or nothing can be decided there.
        FindingsError: The scenario or the log has findings of error grade.
        RefusedError: A rule refuses it.
    """
    kind = acts.VERBS[verb]
    known = {one.name for one in fields(kind)}
    told = {name: value for name, value in (said or {}).items() if name in known}
    return act_all(
        scenario,
        proposal,
        by=by,
        make=lambda name, _: (kind(**{"by": by, "proposal": name, **told}),),  # type: ignore[arg-type]
        language=language,
    )


def act_all(
    scenario: str,
    proposal: str,
    *,
    by: str,
    make: MakeActs,
    new: New | None = None,
    language: str = DEFAULT_LANGUAGE,
) -> Done:
    """Do several acts on a proposal, all of them or none.

    Args:
        scenario: A folder or workbook.
        proposal: A file, or the name or id of a proposal.
        by: Who acts.
        make: The acts, from the proposal's id and its life so far.
        new: What is put forward; None: the proposal was before.
        language: The language of a refusal.

    Raises:
        UsageError: There is no such scenario, proposal, person or language, or nothing can be decided there.
        FindingsError: The scenario or the log has findings of error grade.
        RefusedError: A rule refuses one of them.
    """
    words = Words.load(language)
    source = find_source(scenario)
    folder = folder_to_decide_in(source)
    files = read_files(source).world
    if by != SYSTEM:
        _check_person(files, by)
    made = _Made()
    for _ in range(_MOST_TRIES):
        known = known_of(source)
        turn = _Turn(files=files, known=known, by=by, new=new, made=made)
        name = named(proposal, known) if new is None else new.proposal.id
        outcome = turn.take(name, make=make)
        if new is not None and outcome.refusal is None:
            # Before the log says so: what is put forward is never without its file.
            write_beside(new.keep, folder)
        try:
            log = append(folder, outcome.events, after=known.log) if outcome.events else known.log
        except Moved:
            continue
        if outcome.refusal is not None:
            raise _refused(outcome.refusal, words=words)
        return _done(name, outcome, known=known, last=log.last)
    raise UsageError("Others add to the log all the time.", fix="Try again.")


def named(proposal: str, known: Known) -> str:
    """Return the id of a proposal: one that the log or a file beside the scenario has, else that of a file.

    Raises:
        UsageError: There is none.
        FindingsError: Its file cannot be read.
    """
    beside = proposals_by_id(known.source)
    if proposal in known.state.cases or proposal in beside:
        return proposal
    return open_proposal(proposal, scenario=str(known.source)).id


def done_sentences(done: Done, *, language: str = DEFAULT_LANGUAGE) -> list[str]:
    """Return what was done, where the proposal stands then, and what comes next.

    Raises:
        UsageError: There is no such language.
    """
    words = Words.load(language)
    return [
        *(entry_sentence(one, words=words) for one in done.entries),
        lead_sentence(done.outlook.case, words=words),
        *outlook_sentences(done.outlook, words=words),
    ]


def done_as_json(done: Done, *, language: str = DEFAULT_LANGUAGE) -> dict[str, object]:
    """Return what an act came to as plain values, with its sentences.

    Raises:
        UsageError: There is no such language.
    """
    return {
        "proposal": done.proposal,
        "events": [one.as_json() for one in done.events],
        **outlook_json(done.outlook),
        "last_digest": done.last,
        "sentences": done_sentences(done, language=language),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What one turn came to: what is to be added, and where it leaves the proposal."""

    events: tuple[Event, ...]
    state: State
    refusal: Refusal | None
    now: dt.datetime


@dataclass
class _Made:
    """Analyses made so far, so that a turn taken again does not assess the same facts again."""

    analyses: dict[tuple[str, str, str], Analysis] = field(default_factory=dict)

    def analysis(self, scene: Scene, facts: Facts, *, pack: Pack, today: dt.date) -> Analysis:
        """Return the analysis of the present facts."""
        key = (facts.material, facts.proposal, pack.digest)
        if key not in self.analyses:
            self.analyses[key] = analysis_of(scene, pack=pack, today=today)
        return self.analyses[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """One try of an act on a log as it is read."""

    files: World
    known: Known
    by: str
    new: New | None
    made: _Made

    def take(self, name: str, *, make: MakeActs) -> _Outcome:
        """Return what the acts come to; where one is refused, what time and files did, and the attempt."""
        state, now = self.known.state, clock.now()
        case = state.cases.get(name)
        if case is None and self.new is None:
            raise UsageError(
                f"Nobody has put the proposal {name!r} forward.",
                fix=f"Do it with `apportion propose {self.known.source} {name} --as PERSON`.",
            )
        proposal = proposals_by_id(self.known.source).get(name)
        if self.new is not None:
            pack, proposal = self.new.pack, self.new.proposal
        else:
            pack = load_pack(DEFAULT_PACK) if case is None else case.pack
        scene, facts = self._look(proposal, case=case, pack=pack, today=now.date())
        events: list[Event] = []
        for one in make(name, case):
            given = facts
            if isinstance(one, acts.Analyse) and scene.proposal is not None:
                analysis = self.made.analysis(scene, facts, pack=pack, today=now.date())
                given = replace(facts, analysis=analysis)
            step = _step(state, one, facts=given, pack=pack, now=now)
            if step.refusal is not None:
                return self._refused(one, refusal=step.refusal, facts=facts, now=now)
            events.extend(step.events)
            state = step.state
        return _Outcome(events=tuple(events), state=state, refusal=None, now=now)

    def _look(
        self, proposal: Proposal | None, *, case: Case | None, pack: Pack, today: dt.date
    ) -> tuple[Scene, Facts]:
        scene = look_at(
            self.files, self.known, proposal=proposal, case=case, pack=pack, by=self.by, today=today
        )
        return scene, facts_of(scene, known=self.known, files=self.files)

    def _refused(self, one: acts.Act, *, refusal: Refusal, facts: Facts, now: dt.datetime) -> _Outcome:
        """Return what is added although an act is refused: what time and files did, and who was shut out of what."""
        name, state = one.proposal, self.known.state
        pack = load_pack(DEFAULT_PACK)
        noted = [] if name not in state.cases else list(observe(state, name, facts=facts, now=now))
        for event in noted:
            state = fold(state, event)
        if (
            refusal.rule is Rule.RECUSAL
            and name in state.cases
            and one.by in _shut_out(state, name, facts=facts)
        ):
            content: dict[str, Plain] = {
                "person": one.by,
                "verb": one.verb,
                "rule": str(refusal.rule),
                "at": stamp(now),
            }
            tried = acts.Attempt(proposal=name, content=content)
            step = proceed(state, tried, facts=facts, pack=pack, now=now)
            noted, state = [*noted, *step.events], step.state
        return _Outcome(events=tuple(noted), state=state, refusal=refusal, now=now)


def _step(state: State, one: acts.Act, *, facts: Facts, pack: Pack, now: dt.datetime) -> Step:
    """Return what an act comes to; of a clock that ran out only that, which else is noted before the act itself."""
    if not isinstance(one, acts.Lapse):
        return proceed(state, one, facts=facts, pack=pack, now=now)
    decided = decide(state, one, facts=facts, pack=pack, now=now)
    if isinstance(decided, Refusal):
        return Step(events=(), state=state, refusal=decided)
    for event in decided:
        state = fold(state, event)
    return Step(events=decided, state=state, refusal=None)


def _shut_out(state: State, name: str, *, facts: Facts) -> frozenset[str]:
    return state.cases[name].shut_out | facts.conflicted


def _check_person(world: World, person: str) -> None:
    parties = world.table("parties")
    kinds = dict(parties.select("party", "kind").iter_rows())
    if kinds.get(person) in _PERSONS:
        return
    near = near_names(person, [name for name, kind in kinds.items() if kind in _PERSONS])
    found = "is no person or body" if person in kinds else "is not among the parties"
    raise UsageError(
        f"{person!r} {found} of the scenario, so nothing is done in that name.",
        fix=f"{near}List whoever acts in parties, of kind person or body.",
    )


def _refused(refusal: Refusal, *, words: Words) -> RefusedError:
    return RefusedError(
        refusal_sentence(refusal, words=words), rule=str(refusal.rule), refusal=refusal.as_json()
    )


def _done(name: str, outcome: _Outcome, *, known: Known, last: str) -> Done:
    before = minutes(known.log.events, proposal=name)
    after = minutes((*known.log.events, *outcome.events), proposal=name)
    return Done(
        proposal=name,
        events=outcome.events,
        entries=after[len(before) :],
        outlook=Outlook.of(outcome.state, name, now=outcome.now),
        last=last,
    )
