"""The group `decision`: a decision's record, and the acts beside its main line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.decisions import Because, Named, Person, tell, tell_done
from apportion.cli.options import AsJson, Language, Scenario
from apportion.cli.printing import print_findings, print_json, print_table

group = typer.Typer(
    name="decision",
    help="See where decisions stand and how they came about, and do what accompanies them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Reader = Annotated[
    str | None,
    typer.Option(
        "--as", help="Who reads; deliberation is left out for whoever is conflicted.", metavar="PERSON"
    ),
]


@group.command()
def show(
    scenario: Scenario,
    proposal: Annotated[
        str | None,
        typer.Argument(help="A proposal; without one, all are listed.", metavar="PROPOSAL"),
    ] = None,
    reader: Reader = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the page and its JSON.", metavar="DIR")] = None,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Show where a proposal stands, side by side, what is missing, and the digest to hold against a cut log."""
    from apportion.commands.decision_record import DECISION_PAGE, list_decisions, show_decision
    from apportion.commands.folders import tell_page

    if proposal is None:
        listed = list_decisions(scenario, language=lang)
        if as_json:
            print_json(listed.body)
            return
        if len(listed.table) > 1:
            print_table(listed.table)
        typer.echo("\n".join(listed.sentences))
        return
    shown = show_decision(scenario, proposal, reader=reader, out=out, language=lang)
    if as_json:
        print_json(shown.body)
        return
    for block in shown.blocks:
        typer.echo(block) if isinstance(block, str) else print_table(block)
    if out is not None:
        typer.echo(tell_page(out / DECISION_PAGE, language=lang))


@group.command()
def minutes(
    scenario: Scenario,
    proposal: Named,
    reader: Reader = None,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Print the minutes of a proposal, made from the events of its log and nothing else."""
    from apportion.commands.decision_record import minutes_of

    entries, sentences = minutes_of(scenario, proposal, reader=reader, language=lang)
    print_json(entries) if as_json else typer.echo("\n".join(sentences))


@group.command()
def notices(
    scenario: Scenario,
    proposal: Named,
    sent: Annotated[
        str, typer.Option(help="Note that this party was told; needs --as.", metavar="PARTY")
    ] = "",
    how: Annotated[str, typer.Option(help="How it was told.", metavar="TEXT")] = "",
    person: Annotated[str, typer.Option("--as", help="Who told it.", metavar="PERSON")] = "",
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Print a notice for each party that gets less or later, or note that one was sent."""
    from apportion.commands.decision_record import notices_of

    if sent:
        if not person:
            raise typer.BadParameter("Say with --as who told it.")
        tell(
            scenario, proposal, by=person, verb="notice", language=lang, is_json=as_json, party=sent, how=how
        )
        return
    notes, texts = notices_of(scenario, proposal, language=lang)
    print_json(notes) if as_json else typer.echo("\n\n".join(texts))


@group.command()
def acknowledge(
    scenario: Scenario,
    proposal: Named,
    person: Person,
    facts: Annotated[
        str,
        typer.Option(
            "--facts",
            help="Digest of the facts, or its first 8 characters, as show prints it.",
            metavar="DIGEST",
        ),
    ],
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Say that one has seen the frozen facts, by their digest."""
    from apportion.commands.decision_review import acknowledge_facts

    done = acknowledge_facts(scenario, proposal, by=person, facts=facts, language=lang)
    tell_done(done, lang, is_json=as_json)


@group.command()
def attest(
    scenario: Scenario, proposal: Named, person: Person, lang: Language = "en", as_json: AsJson = False
) -> None:
    """Say that one's interests are told in full."""
    tell(scenario, proposal, by=person, verb="attest", language=lang, is_json=as_json)


@group.command()
def convene(
    scenario: Scenario,
    proposal: Named,
    person: Person,
    committee: Annotated[str, typer.Option(help="The committee of one side.", metavar="PARTY=PERSON,PERSON")],
    finding: Annotated[
        str,
        typer.Option(help="What the finding that its members are disinterested rests on.", metavar="TEXT"),
    ] = "",
    may_negotiate: Annotated[
        bool, typer.Option("--may-negotiate", help="Its mandate says that it may negotiate.")
    ] = False,
    may_reject: Annotated[
        bool, typer.Option("--may-reject", help="Its mandate says that it may say no.")
    ] = False,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Form a committee of one side, found disinterested by whoever acts."""
    from apportion.commands.decision_review import Mandate, convene_committee

    mandate = Mandate(finding=finding, may_negotiate=may_negotiate, may_reject=may_reject)
    done = convene_committee(
        scenario, proposal, by=person, committee=committee, mandate=mandate, language=lang
    )
    tell_done(done, lang, is_json=as_json)


@group.command()
def memo(
    scenario: Scenario,
    proposal: Named,
    person: Person,
    file: Annotated[Path, typer.Option(help="A text file with the analysis.", metavar="FILE")],
    alternative: Annotated[
        list[str] | None,
        typer.Option(
            help="An alternative that it weighs; once for each. policy-result is one.", metavar="NAME"
        ),
    ] = None,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Lodge an independent analysis that names the alternatives, the policy's own result among them."""
    from apportion.commands.decision_review import lodge_memo

    done = lodge_memo(
        scenario, proposal, by=person, file=file, alternatives=tuple(alternative or ()), language=lang
    )
    tell_done(done, lang, is_json=as_json)


@group.command()
def state(
    scenario: Scenario,
    proposal: Named,
    person: Person,
    text: Annotated[str, typer.Option(help="The statement.", metavar="TEXT")],
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Make a statement; anyone may, and one by a conflicted person is labelled so."""
    tell(scenario, proposal, by=person, verb="state", language=lang, is_json=as_json, text=text)


@group.command()
def withdraw(
    scenario: Scenario,
    proposal: Named,
    person: Person,
    because: Because = "",
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Take one's own proposal back."""
    tell(scenario, proposal, by=person, verb="withdraw", language=lang, is_json=as_json, reason=because)


@group.command()
def settle(
    scenario: Scenario,
    proposal: Named,
    person: Person,
    obligation: Annotated[str, typer.Option(help="What is owed, as show names it.", metavar="NAME")],
    units: Annotated[int, typer.Option(help="Units that came back.", min=1)],
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Note that units which are owed came back."""
    tell(
        scenario,
        proposal,
        by=person,
        verb="settle",
        language=lang,
        is_json=as_json,
        obligation=obligation,
        units=units,
    )


@group.command()
def override(
    scenario: Scenario,
    proposal: Named,
    person: Person,
    reason: Annotated[str, typer.Option(help="The reason as one word.", metavar="CODE")],
    because: Because,
    winner: Annotated[str, typer.Option(help="Who gets more.", metavar="PARTY")],
    loser: Annotated[str, typer.Option(help="Who gets less.", metavar="PARTY")],
    units: Annotated[int, typer.Option(help="By how many units.", min=1)],
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Note a change by hand beside what the proposal itself moves."""
    tell(
        scenario,
        proposal,
        by=person,
        verb="override",
        language=lang,
        is_json=as_json,
        code=reason,
        text=because,
        winner=winner,
        loser=loser,
        delta_units=units,
    )


@group.command()
def close(
    scenario: Scenario, proposal: Named, person: Person, lang: Language = "en", as_json: AsJson = False
) -> None:
    """End a decision that was carried out, once nothing is owed any more."""
    tell(scenario, proposal, by=person, verb="close", language=lang, is_json=as_json)


@group.command()
def pack(
    scenario: Scenario,
    proposal: Named,
    person: Person,
    pack: Annotated[str, typer.Option(help="The policy pack: a name or a TOML file.", metavar="PACK")],
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Put a proposal under another policy pack; it is to be analysed again."""
    from apportion.commands.decision_review import change_pack

    done = change_pack(scenario, proposal, by=person, pack=pack, language=lang)
    tell_done(done, lang, is_json=as_json)


@group.command()
def analyse(
    scenario: Scenario,
    proposal: Named,
    person: Annotated[
        str, typer.Option("--as", help="Who analyses; without it, apportion itself.", metavar="PERSON")
    ] = "",
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Freeze what the present facts show, with the policy's own result."""
    from apportion.commands.decisions import analyse as freeze

    tell_done(freeze(scenario, proposal, by=person, language=lang), lang, is_json=as_json)


@group.command()
def check(
    scenario: Scenario,
    last: Annotated[
        str,
        typer.Option(
            help="A digest that somebody held, as show printed it: whether its line is still there.",
            metavar="DIGEST",
        ),
    ] = "",
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Prove the log of decisions again, line by line and rule by rule; with --last, that its end was not cut off."""
    from apportion.commands.decision_record import check_log

    found = check_log(scenario, held=last, language=lang)
    if as_json:
        print_json(found.body)
    else:
        print_findings(found.findings)
        typer.echo("\n".join(found.sentences))
    raise typer.Exit(1 if found.findings or found.is_cut else 0)


@group.command()
def walk(
    scenario: Scenario,
    proposal: Named,
    pack: Annotated[
        list[str] | None,
        typer.Option(
            "--pack",
            help="A policy pack: a name or a TOML file; all by default. May be repeated.",
            metavar="PACK",
        ),
    ] = None,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Walk through a decision of the past: what each policy pack asks for, and what the facts show of it."""
    from apportion.commands.walk import tell_walks, walk_scenario, walks_as_json

    found = walk_scenario(scenario, proposal, packs=pack or ())
    if as_json:
        print_json(walks_as_json(found, language=lang))
        return
    typer.echo("\n".join(tell_walks(found, language=lang)))
