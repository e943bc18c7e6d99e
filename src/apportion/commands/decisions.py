"""Acts on decisions: each reads the log, looks at the present world, asks the rules, and adds what was done.

    find the proposal → read and replay the log → facts of the present → the rules → add events, or say why not

Others may add events meanwhile; then all of it is done anew on what they left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from apportion.commands.assessments import open_proposal, proposal_of
from apportion.commands.decision_log import Known, known_of, proposals_by_id
from apportion.commands.decision_rights import (
    check_proposed,
    forums_heard,
    name_followed,
    refused_narrowly,
    sides_of,
    told_narrowly,
)
from apportion.commands.decision_turn import Made, MakeActs, New, Outcome, Turn
from apportion.commands.packs import pack_to_decide_under
from apportion.commands.permits import check_person, internal, may_now, needs, person_acting, scope_now
from apportion.commands.scenarios import read_files
from apportion.commands.seen import find_seen
from apportion.commands.sources import find_proposal, find_source
from apportion.errors import RefusedError, UsageError
from apportion.files.decisions import Moved
from apportion.files.packs import DEFAULT_PACK
from apportion.files.proposal_reading import SUFFIX
from apportion.govern import acts
from apportion.govern.events import SYSTEM, Event
from apportion.govern.minutes import Entry, minutes
from apportion.govern.refusal import Refusal
from apportion.govern.rights import Right
from apportion.govern.state import Case
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
# Entries of the minutes that say nothing but who did what: told to those who may not follow a proposal.
_TOLD_TO_ALL = frozenset(
    {
        "minutes.propose",
        "minutes.statement",
        "minutes.statement-conflicted",
        "minutes.recuse",
        "minutes.withdraw",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What an act came to.

    Attributes:
        proposal: The proposal.
        events: What was added to the log.
        entries: The same as entries of the minutes, with what followed.
        outlook: Where the proposal stands then; None: that is not for whoever acted.
        last: The digest of the last line of the log, to be held against a cut.
    """

    proposal: str
    events: tuple[Event, ...]
    entries: tuple[Entry, ...]
    outlook: Outlook | None
    last: str


@needs(Right.PROPOSE)
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
    source.check_decidable()
    check_person(by)
    found = open_proposal(proposal, scenario=scenario)
    check_proposed(source, found)
    file, held = find_proposal(proposal, source=find_seen(scenario))
    # Beside a scenario only what ends so is a proposal.
    file = file if file.endswith(SUFFIX) else f"{file}{SUFFIX}"
    beside = proposals_by_id(source)
    if found.id in beside and beside[found.id].digest != found.digest:
        raise UsageError(
            f"Beside the scenario lies another proposal {found.id!r}.", fix="Give this one another id."
        )
    if found.id not in beside:
        source.refuse_other_files({file: held})
    return act_all(
        scenario,
        found.id,
        by=by,
        make=lambda name, _: (acts.Propose(by=by, proposal=name), acts.Analyse(proposal=name)),
        new=New(
            proposal=found, pack=pack_to_decide_under(pack), keep={} if found.id in beside else {file: held}
        ),
        language=language,
    )


@needs(Right.CONDUCT)
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


@needs(Right.CONDUCT)
def lapse(scenario: str, proposal: str, *, language: str = DEFAULT_LANGUAGE) -> Done:
    """Note that a clock of a proposal ran out, which apportion does by itself at any other act.

    Raises:
        UsageError: As of `act`.
        FindingsError: As of `act`.
        RefusedError: No clock ran out.
    """
    return act(scenario, proposal, by=SYSTEM, verb=acts.Lapse.verb, language=language)


@needs(Right.STATE)
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


@internal
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
    source.check_decidable()
    # Before anything is looked at for them.
    check_person(by)
    with told_narrowly():
        files = read_files(source).world
    _check_person(files, by)

    def make_checked(name: str, case: Case | None) -> Sequence[acts.Act]:
        done = make(name, case)
        for one in done:
            check_person(one.by)
            # A memo or a finding that comes along is its author's own act.
            _check_person(files, one.by)
        return done

    made = Made()
    for _ in range(_MOST_TRIES):
        with told_narrowly():
            known = known_of(source)
            turn = Turn(files=files, known=known, by=by, new=new, made=made)
            name = _named_for(proposal, known) if new is None else new.proposal.id
            outcome = turn.take(name, make=make_checked)
        keep = {} if new is None or outcome.refusal is not None else new.keep
        try:
            log = source.append(outcome.events, after=known.log, keep=keep)
        except Moved:
            continue
        if outcome.refusal is not None:
            told = refused_narrowly(outcome.refusal, outcome.state.cases.get(name))
            raise _refused(told, words=words)
        return _done(name, outcome, known=known, last=log.last)
    raise UsageError("Others add to the log all the time.", fix="Try again.")


@internal
def named(proposal: str, known: Known) -> str:
    """Return the id of a proposal: one that the log or a file beside the scenario has, else that of a file.

    Raises:
        UsageError: There is none.
        FindingsError: Its file cannot be read.
    """
    beside = proposals_by_id(known.source)
    if proposal in known.state.cases or proposal in beside:
        return proposal
    return proposal_of(proposal, source=known.source).id


@needs(Right.OPEN)
def done_sentences(done: Done, *, language: str = DEFAULT_LANGUAGE) -> list[str]:
    """Return what was done, where the proposal stands then, and what comes next.

    Raises:
        UsageError: There is no such language.
    """
    words = Words.load(language)
    told = [entry_sentence(one, words=words) for one in done.entries]
    if done.outlook is None:
        return told
    return [
        *told,
        lead_sentence(done.outlook.case, words=words),
        *outlook_sentences(done.outlook, words=words),
    ]


@needs(Right.OPEN)
def done_as_json(done: Done, *, language: str = DEFAULT_LANGUAGE) -> dict[str, object]:
    """Return what an act came to as plain values, with its sentences.

    Raises:
        UsageError: There is no such language.
    """
    return {
        "proposal": done.proposal,
        "events": [one.as_json() for one in done.events],
        **({} if done.outlook is None else outlook_json(done.outlook)),
        "last_digest": done.last,
        "sentences": done_sentences(done, language=language),
    }


def _check_person(world: World, person: str) -> None:
    if person == SYSTEM:
        return
    parties = world.table("parties")
    kinds = dict(parties.select("party", "kind").iter_rows())
    if kinds.get(person) in _PERSONS:
        return
    sees_all = scope_now(Right.READ).is_all
    near = near_names(person, [name for name, kind in kinds.items() if kind in _PERSONS]) if sees_all else ""
    found = "is no person or body" if person in kinds and sees_all else "is not among the parties"
    raise UsageError(
        f"{person!r} {found} of the scenario, so nothing is done in that name.",
        fix=f"{near}List whoever acts in parties, of kind person or body.",
    )


def _refused(refusal: Refusal, *, words: Words) -> RefusedError:
    return RefusedError(
        refusal_sentence(refusal, words=words), rule=str(refusal.rule), refusal=refusal.as_json()
    )


def _named_for(proposal: str, known: Known) -> str:
    """Return the id of a proposal that whoever acts may do something to, be it to state."""
    return name_followed(proposal, known, right=Right.STATE, find=named)


def _done(name: str, outcome: Outcome, *, known: Known, last: str) -> Done:
    case = outcome.state.cases[name]
    person, forums = person_acting(), forums_heard(case)
    before = minutes(known.log.events, proposal=name)
    after = minutes((*known.log.events, *outcome.events), proposal=name, forums=forums)
    entries = after[len(before) :]
    if not may_now(Right.FOLLOW, parties=sides_of(case)):
        # What followed from it is for those who may follow the proposal; what they did themselves they know.
        own = tuple(one for one in entries if one.by == person and one.key in _TOLD_TO_ALL)
        return Done(proposal=name, events=(), entries=own, outlook=None, last=last)
    return Done(
        proposal=name,
        events=outcome.events,
        entries=entries,
        outlook=Outlook.of(outcome.state, name, now=outcome.now, reader=person, forums=forums),
        last=last,
    )
