"""The commands of a decision's life: put a proposal forward, disclose, review, vote, recuse, apply, lapse."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apportion.cli.options import AsJson, Language, Scenario
from apportion.cli.printing import print_json, told_on_terminal

if TYPE_CHECKING:
    from apportion.commands.decisions import Done

commands = typer.Typer()

Named = Annotated[
    str,
    typer.Argument(
        help="A TOML file, or the name or id of a proposal beside the scenario.", metavar="PROPOSAL"
    ),
]
Person = Annotated[
    str,
    typer.Option(
        "--as", help="Who acts: a person or body of the scenario; in a book, a user.", metavar="PERSON"
    ),
]
Side = Annotated[str, typer.Option("--side", help="The party in whose forum it is.", metavar="PARTY")]
Because = Annotated[str, typer.Option("--because", help="The reason, in words.", metavar="TEXT")]
Facts = Annotated[
    str,
    typer.Option(
        "--facts",
        help="Digest of the facts one has seen, as show prints it; its first 8 characters are enough.",
        metavar="DIGEST",
    ),
]


def tell(
    scenario: str, proposal: str, *, by: str, verb: str, language: str, is_json: bool, **said: object
) -> None:
    """Do one act and print where the proposal stands then."""
    from apportion.commands.decisions import act

    tell_done(
        act(scenario, proposal, by=by, verb=verb, said=said, language=language), language, is_json=is_json
    )


def tell_done(done: Done, language: str, *, is_json: bool) -> None:
    """Print what was done, where the proposal stands then, and what comes next."""
    from apportion.commands.decisions import done_as_json, done_sentences

    if is_json:
        print_json(done_as_json(done, language=language))
        return
    typer.echo("\n".join(done_sentences(done, language=language)))


@commands.command()
def propose(
    scenario: Scenario,
    proposal: Named,
    person: Person,
    pack: Annotated[
        str, typer.Option(help="The policy pack it is decided under: a name or a TOML file.", metavar="PACK")
    ] = "house-strict",
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Put a proposal forward: what the policy gives without it, and what it comes to, are stored first."""
    from apportion.commands.decisions import propose as put_forward

    with told_on_terminal("assessed"):
        done = put_forward(scenario, proposal, by=person, pack=pack, language=lang)
    tell_done(done, lang, is_json=as_json)


@commands.command()
def disclose(
    scenario: Scenario,
    proposal: Named,
    person: Person,
    text: Annotated[str, typer.Option(help="What is said with it.", metavar="TEXT")] = "",
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Lay the frozen facts, interests among them, before the forums."""
    tell(scenario, proposal, by=person, verb="disclose", language=lang, is_json=as_json, text=text)


@commands.command()
def review(
    scenario: Scenario,
    proposal: Named,
    person: Person,
    committee: Annotated[
        list[str] | None,
        typer.Option(help="A committee of a side; once for each side.", metavar="PARTY=PERSON,PERSON"),
    ] = None,
    found_by: Annotated[
        str, typer.Option(help="Who finds its members disinterested; else who acts.", metavar="PERSON")
    ] = "",
    finding: Annotated[str, typer.Option(help="What that rests on.", metavar="TEXT")] = "",
    may_negotiate: Annotated[
        bool, typer.Option("--may-negotiate", help="Its mandate says that it may negotiate.")
    ] = False,
    may_reject: Annotated[
        bool, typer.Option("--may-reject", help="Its mandate says that it may say no.")
    ] = False,
    memo: Annotated[
        Path | None, typer.Option(help="A text file: an independent analysis.", metavar="FILE")
    ] = None,
    memo_by: Annotated[str, typer.Option(help="Who wrote it.", metavar="PERSON")] = "",
    alternative: Annotated[
        list[str] | None,
        typer.Option(
            help="An alternative that it weighs; once for each. policy-result is one.", metavar="NAME"
        ),
    ] = None,
    emergency: Annotated[
        str, typer.Option(help="Why it cannot wait for a full review.", metavar="REASON")
    ] = "",
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Open the vote, with the committees and the memo that it needs; all of it is done, or nothing."""
    from apportion.commands.decision_review import Mandate, open_review

    done = open_review(
        scenario,
        proposal,
        by=person,
        committees=tuple(committee or ()),
        mandate=Mandate(
            found_by=found_by, finding=finding, may_negotiate=may_negotiate, may_reject=may_reject
        ),
        memo=None if memo is None else (memo, memo_by, tuple(alternative or ())),
        emergency=emergency,
        language=lang,
    )
    tell_done(done, lang, is_json=as_json)


@commands.command()
def vote(
    scenario: Scenario,
    proposal: Named,
    person: Person,
    side: Side,
    yes: Annotated[bool, typer.Option("--yes", help="Vote for it.")] = False,
    no: Annotated[bool, typer.Option("--no", help="Vote against it.")] = False,
    abstain: Annotated[bool, typer.Option("--abstain", help="Be present, and vote for neither.")] = False,
    text: Annotated[
        str, typer.Option(help="What is said with the vote; kept in the minutes.", metavar="TEXT")
    ] = "",
    facts: Facts = "",
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Vote in one side's forum; a later vote of the same member there takes the place of the earlier."""
    from apportion.commands.decision_review import cast_vote

    chosen = [name for name, is_chosen in (("yes", yes), ("no", no), ("abstain", abstain)) if is_chosen]
    if len(chosen) != 1:
        raise typer.BadParameter("Give one of --yes, --no and --abstain.")
    done = cast_vote(
        scenario, proposal, by=person, side=side, choice=chosen[0], text=text, facts=facts, language=lang
    )
    tell_done(done, lang, is_json=as_json)


@commands.command()
def recuse(
    scenario: Scenario,
    proposal: Named,
    person: Person,
    because: Because = "",
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Step aside from a proposal, for good."""
    tell(scenario, proposal, by=person, verb="recuse", language=lang, is_json=as_json, reason=because)


@commands.command()
def apply(
    scenario: Scenario,
    proposal: Named,
    person: Person,
    reason: Annotated[
        str, typer.Option(help="The reason as one word, e.g. site-not-ready.", metavar="CODE")
    ] = "",
    because: Because = "",
    ratify: Annotated[
        str, typer.Option(help="Why approval came no earlier than the effect.", metavar="REASON")
    ] = "",
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Carry an approved proposal out: from now on every plan reckons with it."""
    tell(
        scenario,
        proposal,
        by=person,
        verb="apply",
        language=lang,
        is_json=as_json,
        code=reason,
        text=because,
        late_reason=ratify,
    )


@commands.command()
def lapse(scenario: Scenario, proposal: Named, lang: Language = "en", as_json: AsJson = False) -> None:
    """Note that the time of an approval, or of an emergency's review, ran out; it is nobody's act."""
    from apportion.commands.decisions import lapse as run_out

    tell_done(run_out(scenario, proposal, language=lang), lang, is_json=as_json)
