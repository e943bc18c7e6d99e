"""Every sentence that the code says is in the catalogue, and every sentence in the catalogue is said."""

from __future__ import annotations

import ast
import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from importlib import resources
from pathlib import Path
from string import Formatter

import pytest

from apportion.errors import UsageError
from apportion.report.words import FORMS, MissingWords, Sentence, Value, Words, languages

PACKAGE = Path(str(resources.files("apportion")))
WORDS = Words.load("en")
SECTIONS = {key.split(".")[0] for key in WORDS.sentences}
KEY = re.compile(rf"({'|'.join(sorted(SECTIONS))})(\.[a-z]+(-[a-z]+)*)+")
FILES = (".css", ".js", ".html", ".json", ".csv")
VERDICTS = re.compile(
    r"\b(guilty|cheat\w*|lie[ds]?|wrongdoing|unlawful\w*|steal\w*|scandal\w*)\b", re.IGNORECASE
)


def literals(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def keys_in_report() -> set[str]:
    found = {
        text
        for file in (PACKAGE / "report").rglob("*.py")
        for text in literals(file)
        if KEY.fullmatch(text) and not text.endswith(FILES)
    }
    for template in (PACKAGE / "report").rglob("*.html"):
        found |= set(re.findall(r'say\("([^"]+)"', template.read_text(encoding="utf-8")))
    return found


def keys_said_elsewhere() -> set[str]:
    """Return the keys that other modules say, outright or by a name for them."""
    files = [file for file in PACKAGE.rglob("*.py") if "report" not in file.relative_to(PACKAGE).parts]
    said = {
        key for file in files for key in re.findall(r'\.say\(\s*"([^"]+)"', file.read_text(encoding="utf-8"))
    }
    return said | {text for file in files for text in literals(file) if text in WORDS.sentences}


def test_every_key_in_the_code_is_in_the_catalogue() -> None:
    assert (keys_in_report() | keys_said_elsewhere()) - set(WORDS.sentences) == set()


def test_every_sentence_of_the_catalogue_is_said() -> None:
    assert set(WORDS.sentences) - keys_in_report() - keys_said_elsewhere() == set()


def forms(sentence: Sentence) -> list[str]:
    return [sentence] if isinstance(sentence, str) else [sentence[form] for form in sorted(FORMS)]


def names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_both_forms_of_a_sentence_name_known_values_only() -> None:
    for key, sentence in WORDS.sentences.items():
        if not isinstance(sentence, str):
            assert "count" in names_in(sentence["other"]), key
            assert names_in(sentence["one"]) <= names_in(sentence["other"]), key


def test_every_language_has_the_same_keys() -> None:
    for language in languages():
        assert set(Words.load(language).sentences) == set(WORDS.sentences), language


def test_no_sentence_passes_a_verdict() -> None:
    for key, sentence in WORDS.sentences.items():
        assert not any(VERDICTS.search(text) for text in forms(sentence)), key


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12000, "12,000"),
        (Decimal("0E-12"), "0"),
        (Decimal("1234567.500000"), "1,234,567.5"),
        (Fraction(7, 3), "2.33"),
        (Fraction(1, 3000), "0.00033"),
        (Decimal("0.000001"), "0.000001"),
        (Decimal("99999.999"), "100,000"),
        (-1500, "-1,500"),
        (dt.date(2024, 6, 15), "2024-06-15"),
        ("{name} <b>", "{name} <b>"),
    ],
)
def test_values_read_as_people_write_them(value: Value, text: str) -> None:
    assert WORDS.text_of(value) == text


def test_one_and_many_take_their_own_form() -> None:
    assert WORDS.say("why.shipments", count=1) == "1 shipment"
    assert WORDS.say("why.shipments", count=Decimal("1.000000")) == "1 shipment"
    assert WORDS.say("why.shipments", count=0) == "0 shipments"


def test_a_value_with_braces_is_text_like_any_other() -> None:
    assert WORDS.say("resource.quota", name="{count}") == "quota {count}"


def test_a_missing_sentence_is_an_error() -> None:
    with pytest.raises(MissingWords, match=r"no sentence 'why\.nonsense'"):
        WORDS.say("why.nonsense")


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(MissingWords, match="needs a value 'name'"):
        WORDS.say("resource.quota")
    with pytest.raises(MissingWords, match="'count'"):
        WORDS.say("why.shipments")


def test_an_unknown_language_names_those_there_are() -> None:
    with pytest.raises(UsageError, match="Use one of en"):
        Words.load("xx")


def test_lists_read_as_lists() -> None:
    assert [WORDS.listed("abc"[:length]) for length in range(4)] == ["", "a", "a and b", "a, b and c"]
