"""Write the page that says which tests hold which rule of governance. Run `python tools/make_governance_table.py`.

A test holds a rule if its name begins with the rule's number: ``test_g10_…``. With ``--check`` nothing is written.
The exit code is 1 where a rule has no test, or, with ``--check``, where the page is stale.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from apportion.govern.refusal import Rule

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "governance-rules.md"
TESTS = ROOT / "tests"
_NAME = re.compile(r"test_g(\d{1,2})_(\w+)")

MEANINGS: Mapping[Rule, str] = {
    Rule.INTEREST: "An interest ties a holder to an entity over days; one day in common with the proposal is enough.",
    Rule.PATH: "In an entity's forum a tie to another entity on the proposal conflicts, direct or by a path.",
    Rule.THRESHOLD: "Control and family always count; a share counts from the pack's percentage on.",
    Rule.MATERIALITY: "From the pack's value at stake on a record is made, at no cash too; what is not known is over.",
    Rule.NO_EVASION: "Dealings of the same two in the same SKU within the pack's months add up.",
    Rule.PROPOSER: "Who puts forward, decided or analysed never approves.",
    Rule.RECUSAL: "Who is conflicted or stepped aside takes no part and sees no deliberation; a statement is open.",
    Rule.ELIGIBLE: "Who may approve is counted anew at every vote and when it is carried out.",
    Rule.COMMITTEE: "A committee has two members or more, found disinterested; a conflicted board needs one.",
    Rule.MAJORITY: "A majority is of the disinterested members then serving, not of those who vote.",
    Rule.REJECT: "A committee that may not negotiate and reject only advises.",
    Rule.BOTH_SIDES: "Each side with owners from outside needs an approval of its own.",
    Rule.DISCLOSURE: "Facts are frozen and acknowledged by digest before a vote; a change voids the votes.",
    Rule.PRIOR: "Approval comes before the effect; else it ratifies, with a reason, for ever. Time never runs back.",
    Rule.EMERGENCY: "In an emergency one forum of two or more is enough for now; a full review follows, or it ends.",
    Rule.MEMO: "Over the pack's value an independent memo names the alternatives before a vote.",
    Rule.POLICY_FIRST: "The policy's own result is stored before anybody is asked.",
    Rule.OVERRIDE: "A change by hand stores who, why, winner, loser and difference.",
    Rule.MAKE_GOOD: "What a swap owes back is kept, and told once it is late.",
    Rule.ATTESTATION: "An attestation of interests lapses after a year; without one nobody's yes counts.",
    Rule.LOG: "The log is append-only and chained, with signed checkpoints held outside.",
    Rule.TRUNCATION: "A tail that was cut off shows only against a checkpoint held outside.",
    Rule.RETENTION: "A decision can be kept, and personal data in it erased, so that it still verifies.",
    Rule.REGIME: "Every line of a decision names the pack and version it was taken under.",
    Rule.MINUTES: "Minutes are made from the events; dissent and abstention stay.",
    Rule.SELF_POLICY: "Who is in line or has a part in a proposal does not change its rules while it is open.",
    Rule.NOTICES: "Each party that loses is told delay, quota and until when it may reply.",
    Rule.WORDS: "No sentence passes a verdict on anybody.",
}


def claims_by_rule(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """Return the tests of each rule: what each claims, and its file, by file and place."""
    found: dict[str, list[tuple[str, str]]] = {}
    for file in sorted(folder.rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            named = _NAME.fullmatch(node.name) if isinstance(node, ast.FunctionDef) else None
            if named:
                claim = named[2].replace("_", " ")
                place = file.relative_to(folder.parent).as_posix()
                found.setdefault(f"G{int(named[1])}", []).append((claim, place))
    return found


def untested(found: Mapping[str, list[tuple[str, str]]]) -> list[str]:
    """Return the rules that no test holds."""
    return [rule.value for rule in Rule if not found.get(rule.value)]


def page_text(found: Mapping[str, list[tuple[str, str]]]) -> Iterator[str]:
    """Yield the lines of the page."""
    yield "# Rules of governance and their tests"
    yield ""
    yield "Each rule that decides over a proposal, and the tests that hold it, by what they claim. The rules are"
    yield "said in full in [decisions](../concepts/decisions.md). This page is made from the names of the tests."
    yield ""
    yield "Besides, a machine draws lives of proposals at random, hostile acts among them, and asks an oracle of its"
    yield "own at each change that is applied (`tests/laws/test_decision_machine.py`)."
    yield ""
    yield "| rule | says | tests |"
    yield "| --- | --- | --- |"
    for rule in Rule:
        count = len(found.get(rule.value, []))
        yield f"| {rule.value} | {MEANINGS[rule]} | {count} |"
    for rule in Rule:
        if not found.get(rule.value):
            continue
        yield ""
        yield f"## {rule.value}"
        yield ""
        yield from (f"- {claim} (`{place}`)" for claim, place in found[rule.value])


def main(arguments: list[str]) -> int:
    """Write the page, or with ``--check`` say that it is stale; name the rules without a test."""
    found = claims_by_rule(TESTS)
    missing = untested(found)
    for rule in missing:
        print(f"No test holds {rule}; name one test_g{int(rule[1:]):02}_… for it.")
    text = "\n".join(page_text(found)) + "\n"
    is_stale = not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != text
    if is_stale and "--check" in arguments:
        print("docs/reference/governance-rules.md is stale; run python tools/make_governance_table.py")
    elif is_stale:
        PAGE.write_text(text, encoding="utf-8")
        print("docs/reference/governance-rules.md is written.")
    return 1 if missing or (is_stale and "--check" in arguments) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
