"""Each command that a face calls, called once: on a market whose swap is under review."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from apportion.commands.assessments import (
    assess_scenario,
    assessment_as_json,
    open_proposal,
    tell_assessment,
    write_assessment,
)
from apportion.commands.attachments import attach_document
from apportion.commands.claims import claims_as_json, claims_of_scenario, tell_claims, write_claims
from apportion.commands.conflicts import conflicts_as_json, conflicts_of_scenario, write_conflicts
from apportion.commands.decision_record import (
    check_log,
    list_decisions,
    minutes_of,
    notices_of,
    show_decision,
)
from apportion.commands.decision_review import (
    Mandate,
    acknowledge_facts,
    cast_vote,
    change_pack,
    convene_committee,
    lodge_memo,
    open_review,
)
from apportion.commands.decisions import act, analyse, done_as_json, done_sentences, lapse, propose
from apportion.commands.evidence import (
    cite_row,
    lay_timeline,
    tell_citations,
    tell_timeline,
    tell_trace,
    trace_plan,
)
from apportion.commands.plans import (
    explain_order,
    open_plan,
    plan_scenario,
    replay_plan,
    report,
    summarise,
    verify_plan,
    write_plan_as_workbook,
)
from apportion.commands.scenarios import check_scenario, export_scenario, list_scenarios, read_scenario
from apportion.commands.studies import study_adherence, tell_adherence
from apportion.commands.suggestions import (
    suggest_scenario,
    suggestions_as_json,
    tell_suggestions,
)
from apportion.commands.transfers import movements_of_scenario, tell_transfers, transfers_as_json
from apportion.commands.walk import tell_walks, walk_scenario
from tests.shared_market import DAY, OWN, RAISE_ID, SWAP_ID


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where a command is called, and by which person.

    Attributes:
        market: The scenario as a command names it.
        plan: A plan of it, made by the same user where they may make one.
        out: A folder for what is written.
        memo: A text file.
        by: The person that the user is; of a user who is none, somebody.
        facts: The digest of the swap's facts.
    """

    market: str
    plan: Path
    out: Path
    memo: Path
    by: str
    facts: str


def _planned(desk: Desk) -> object:
    world, plan = plan_scenario(desk.market, out=desk.out / "p", changes={})
    return world, plan, report(world, plan), summarise(world, plan), desk.out


def _opened(desk: Desk) -> object:
    world, plan = open_plan(desk.plan, scenario=desk.market)
    return world, plan, report(world, plan)


def _assessed(desk: Desk) -> object:
    found = assess_scenario(desk.market, RAISE_ID)
    write_assessment(found, folder=desk.out / "a")
    return found, tell_assessment(found), assessment_as_json(found), desk.out


def _claims(desk: Desk) -> object:
    found = claims_of_scenario(desk.market)
    write_claims(found, folder=desk.out / "c")
    return found, tell_claims(found), claims_as_json(found), desk.out


def _conflicts(desk: Desk) -> object:
    found = conflicts_of_scenario(desk.market, RAISE_ID)
    write_conflicts(found, folder=desk.out / "k")
    return found, conflicts_as_json(found), desk.out


def _timeline(desk: Desk) -> object:
    found, view = lay_timeline(desk.market, out=desk.out / "t")
    return found, tell_timeline(found, view), desk.out


def _transfers(desk: Desk) -> object:
    found = movements_of_scenario(desk.market, out=desk.out / "m")
    return found, tell_transfers(found), transfers_as_json(found), desk.out


def _suggested(desk: Desk) -> object:
    found = suggest_scenario(desk.market, out=desk.out / "s")
    return found, tell_suggestions(found), suggestions_as_json(found), desk.out


def _studied(desk: Desk) -> object:
    found = study_adherence(desk.market, changes={}, out=desk.out / "d")
    return found, tell_adherence(found), desk.out


def _done(make: Callable[[], object]) -> object:
    done = make()
    return done, done_sentences(done), done_as_json(done)  # type: ignore[arg-type]


def _attached(desk: Desk) -> object:
    return attach_document(desk.market, "E-M", file=desk.memo)


CALLS: Mapping[str, Callable[[Desk], object]] = {
    "assessments.open_proposal": lambda d: open_proposal(RAISE_ID, scenario=d.market),
    "assessments.assess_scenario": _assessed,
    "attachments.attach_document": _attached,
    "claims.claims_of_scenario": _claims,
    "conflicts.conflicts_of_scenario": _conflicts,
    "decision_record.list_decisions": lambda d: list_decisions(d.market),
    "decision_record.show_decision": lambda d: (show_decision(d.market, SWAP_ID, out=d.out / "w"), d.out),
    "decision_record.minutes_of": lambda d: minutes_of(d.market, SWAP_ID),
    "decision_record.notices_of": lambda d: notices_of(d.market, SWAP_ID),
    "decision_record.check_log": lambda d: check_log(d.market),
    "decision_review.open_review": lambda d: _done(lambda: open_review(d.market, SWAP_ID, by=d.by)),
    "decision_review.convene_committee": lambda d: _done(
        lambda: convene_committee(
            d.market, SWAP_ID, by=d.by, committee=f"{OWN}=abe-mercury,zoe-zephyr", mandate=Mandate()
        )
    ),
    "decision_review.lodge_memo": lambda d: _done(
        lambda: lodge_memo(d.market, SWAP_ID, by=d.by, file=d.memo, alternatives=("policy-result",))
    ),
    "decision_review.acknowledge_facts": lambda d: _done(
        lambda: acknowledge_facts(d.market, SWAP_ID, by=d.by, facts=d.facts)
    ),
    "decision_review.cast_vote": lambda d: _done(
        lambda: cast_vote(d.market, SWAP_ID, by=d.by, side=OWN, choice="yes", facts=d.facts)
    ),
    "decision_review.change_pack": lambda d: _done(
        lambda: change_pack(d.market, SWAP_ID, by=d.by, pack="nasdaq-5630")
    ),
    "decisions.propose": lambda d: _done(lambda: propose(d.market, RAISE_ID, by=d.by)),
    "decisions.analyse": lambda d: _done(lambda: analyse(d.market, SWAP_ID)),
    "decisions.lapse": lambda d: _done(lambda: lapse(d.market, SWAP_ID)),
    "decisions.act": lambda d: _done(
        lambda: act(d.market, SWAP_ID, by=d.by, verb="state", said={"text": "We wait."})
    ),
    "evidence.trace_plan": lambda d: tell_trace(
        trace_plan(d.plan, f"customers.{OWN}.filled", scenario=d.market)
    ),
    "evidence.lay_timeline": _timeline,
    "evidence.cite_row": lambda d: tell_citations(cite_row(d.market, "orders:ORD-M")),
    "plans.plan_scenario": _planned,
    "plans.open_plan": _opened,
    "plans.verify_plan": lambda d: verify_plan(d.plan, scenario=d.market),
    "plans.write_plan_as_workbook": lambda d: (
        write_plan_as_workbook(d.plan, to=d.out / "plan.xlsx", made_on=DAY, scenario=d.market),
        d.out,
    ),
    "plans.replay_plan": lambda d: replay_plan(d.plan, scenario=d.market),
    "plans.explain_order": lambda d: explain_order(d.plan, "ORD-M", scenario=d.market),
    "scenarios.list_scenarios": lambda _: list_scenarios(),
    "scenarios.check_scenario": lambda d: check_scenario(d.market),
    "scenarios.read_scenario": lambda d: read_scenario(d.market),
    "scenarios.export_scenario": lambda d: (
        export_scenario(d.market, to=d.out / "whole.zip", made_on=DAY),
        export_scenario(d.market, to=d.out / "whole.xlsx", made_on=DAY),
        export_scenario(d.market, to=d.out / "folder", made_on=DAY),
        d.out,
    ),
    "studies.study_adherence": _studied,
    "suggestions.suggest_scenario": _suggested,
    "transfers.movements_of_scenario": _transfers,
    "walk.walk_scenario": lambda d: tell_walks(walk_scenario(d.market, RAISE_ID)),
}
# Those that work for whoever may call them; of the others a rule of decisions may still say no.
WORKS = {name for name in CALLS if not name.startswith(("decision_review.", "decisions.", "walk."))} | {
    "decisions.act",
    "decisions.propose",
    "decision_review.cast_vote",
    "decision_review.acknowledge_facts",
}
SINCE = dt.datetime(2031, 1, 2, 9, tzinfo=dt.UTC)
