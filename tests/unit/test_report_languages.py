"""Every language says the same: the same sentences and values, nothing left in English, and no verdict in any."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import pytest
from typer.testing import CliRunner

import apportion as ap
from apportion.api import verify_folder
from apportion.cli import app
from apportion.errors import Severity, UsageError
from apportion.model.contracts import TABLES
from apportion.model.policy import Rule
from apportion.model.world import World
from apportion.report.adherence_page import adherence_html
from apportion.report.assessment import assessment_html, assessment_json, assessment_sentences
from apportion.report.claims_page import claims_html
from apportion.report.conflicts_page import conflicts_html
from apportion.report.facts import grade_words, place_words, source_words, unit_words
from apportion.report.suggestions_page import suggestions_html
from apportion.report.words import FORMS, Sentence, Words, language_tag, languages
from apportion.study.adherence import adherence
from apportion.study.assess import Assessment
from apportion.study.measures import UNITS
from apportion.study.suggest import suggest
from tests.unit.test_report_sample import FINDING

ENGLISH, CHINESE = Words.load("en"), Words.load("zh-Hant")
OTHERS = [language for language in languages() if language != ENGLISH.language]
STORY, PROPOSAL = "tesla-x-2023", "swap-2023-12"
HAN = r"[\u3400-\u9fff\uf900-\ufaff]"

# What stays as it is in every language: names of things that are written so in files and commands.
AS_WRITTEN = [
    *(
        "SKU",
        "kW",
        "ISO",
        "SHA-256",
        "apportion",
        "Apache ECharts",
        "SCENARIO",
        "DIR",
        "adherence",
        "verify",
        "assess",
        "suggest",
        "claims",
        "conflicts",
        "transfers",
    ),
    *("max-min", "pro-rata", "first-come", "priority", "as-booked"),
    *(
        ".keys",
        "sites.csv",
        "departures.csv",
        "adherence.json",
        "ranges.csv",
        "comparison.csv",
        "suggestion-1.toml",
    ),
    *(
        "--out",
        "--rule",
        "--case",
        "--lang",
        "--most",
        "--under-each",
        "all",
        "public",
        "party:NAME",
        "middle",
        "zh-Hant",
    ),
]
# The columns of the facts that hold names, which no page translates.
NAMES = {
    "parties": ("party", "name"),
    "skus": ("sku", "name"),
    "sites": ("site", "name"),
    "readiness": ("step",),
    "supply": ("lot", "balance"),
    "programmes": ("programme", "name"),
    "rentals": ("contract",),
    "orders": ("order", "balance"),
    "fleet": ("holding",),
    "evidence": ("id", "title"),
    "interests": ("holder", "entity"),
    "claims": ("claim", "statement"),
}
VERDICTS = {
    "en": re.compile(
        r"\b(guilt\w*|cheat\w*|lie[ds]?|wrong\w*|unlawful\w*|crim\w*|steal\w*|scandal\w*)\b", re.IGNORECASE
    ),
    "zh-Hant": re.compile(
        "詐|欺騙|違法|非法|不法|犯罪|犯行|有罪|舞弊|圖利|掏空|背信|謊|造假|竊|醜聞|弊案|利益輸送|惡意|違規"
    ),
}


def forms(sentence: Sentence) -> list[str]:
    return [sentence] if isinstance(sentence, str) else [sentence[form] for form in sorted(FORMS)]


def names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def text_between(sentence: str) -> str:
    """Return a sentence with a sign that is no letter in place of each value."""
    return "".join(
        text + ("" if name is None else "\N{WHITE SQUARE}")
        for text, name, _, _ in Formatter().parse(sentence)
    )


def latin_words(text: str, *, known: Iterable[str]) -> list[str]:
    """Return the Latin words of a text, those of names that are known left out, the longest names first."""
    for name in sorted(set(known), key=len, reverse=True):
        text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", " ", text)
    return re.findall(r"[A-Za-z][A-Za-z'-]*", text)


class Told(HTMLParser):
    """All that a page says: its text, what it says to those who hear it, and the words of its scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.declared = ""
        self._inside, self._script = "", ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._inside, self._script = tag, given.get("id") or ""
        self.declared = given.get("lang") or self.declared
        self.said += [
            str(given[name]) for name in ("aria-label", "data-name", "data-sort-word") if name in given
        ]

    def handle_endtag(self, _tag: str, /) -> None:
        self._inside = self._script = ""

    def handle_data(self, text: str, /) -> None:
        if self._script in {"charts-json", "words-json"}:
            self.said += texts_in(json.loads(text))
        elif self._inside not in {"script", "style"}:
            self.said.append(text)


def texts_in(value: object) -> Iterator[str]:
    """Yield what people read of the values in a script: not ids and roles, nor the names of values in braces."""
    if isinstance(value, str):
        yield re.sub(r"\{\w+\}", "", value)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from texts_in(part) if key not in {"id", "role"} else ()
    elif isinstance(value, list):
        for part in value:
            yield from texts_in(part)


def known_names(world: World) -> set[str]:
    cells = {
        cell
        for table, columns in NAMES.items()
        for column in columns
        if column in world.table(table).columns
        for cell in world.table(table)[column].drop_nulls().to_list()
    }
    return cells | {world.settings.name, world.settings.title, *AS_WRITTEN} - {""}


@pytest.fixture(scope="module")
def world() -> World:
    return ap.read(STORY)


@pytest.fixture(scope="module")
def found(world: World) -> Assessment:
    return ap.assess(world, PROPOSAL)


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_has_the_same_values_in_every_language(language: str) -> None:
    theirs = Words.load(language).sentences
    assert set(theirs) == set(ENGLISH.sentences)
    for key, sentence in ENGLISH.sentences.items():
        wanted = set().union(*(names_in(form) for form in forms(sentence)))
        for form in forms(theirs[key]):
            assert names_in(form) == wanted or (wanted - names_in(form)) == {"count"}, key
        if isinstance(theirs[key], str):
            assert names_in(str(theirs[key])) == wanted, key


def test_no_chinese_sentence_is_left_in_english() -> None:
    for key, sentence in CHINESE.sentences.items():
        for form in forms(sentence):
            assert latin_words(text_between(form), known=AS_WRITTEN) == [], key


def test_chinese_sentences_keep_one_way_of_writing() -> None:
    tight = re.compile(rf"{HAN}[A-Za-z0-9]|[A-Za-z0-9%]{HAN}")
    half_width = re.compile(rf"{HAN} ?[,;:!?()\"']|[,;:!?()\"'] ?{HAN}")
    beside_marks = re.compile("[\u3000-\u303f\uff00-\uffef] | [\u3000-\u303f\uff00-\uffef]")
    for key, sentence in CHINESE.sentences.items():
        for form in forms(sentence):
            text = text_between(form)
            for fault in (tight, half_width, beside_marks):
                assert fault.search(text) is None, (key, fault.search(text))


@pytest.mark.parametrize("language", sorted(VERDICTS))
def test_no_sentence_passes_a_verdict_in_any_language(language: str) -> None:
    for key, sentence in Words.load(language).sentences.items():
        assert not any(VERDICTS[language].search(form) for form in forms(sentence)), key


def test_every_language_is_held_to_its_own_verdicts() -> None:
    assert set(VERDICTS) == set(languages())


@pytest.mark.parametrize("language", languages())
def test_every_table_and_unit_has_a_word(language: str) -> None:
    words = Words.load(language)
    assert all(source_words(table, words=words) for table in TABLES)
    assert all(unit_words(unit, currency="CHF", words=words) for unit in UNITS.values())


@pytest.mark.parametrize("tag", ["zh-Hant", "zh-hant", "zh_Hant", "ZH-TW", "zh_tw", "zh-Hant-TW", "zh-HK"])
def test_traditional_chinese_goes_by_many_tags(tag: str) -> None:
    assert language_tag(tag) == "zh-Hant"
    assert Words.load(tag) is CHINESE


def test_a_language_without_words_is_wrong_use_and_names_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"Did you mean 'zh-Hant'\? Use one of en, zh-Hant\."):
        Words.load("zh-Hans")
    with pytest.raises(UsageError, match=r"'\.\./words/en'"):
        Words.load("../words/en")


def test_values_stand_apart_from_chinese_and_close_to_marks() -> None:
    said = CHINESE.say("others.one", customer="Tesla", count=3)
    assert said == "Tesla（3 顆）"
    assert CHINESE.say("resource.supply", name="H100") == "H100 的供貨"
    assert CHINESE.say("resource.supply", name="甲廠") == "甲廠的供貨"
    assert CHINESE.say("joint.titled", title="甲", text="B") == "甲：B"
    assert ENGLISH.say("resource.power", name="甲廠") == "power at 甲廠"


def test_a_finding_says_its_grade_and_place_in_the_language() -> None:
    place = place_words(FINDING, words=CHINESE)
    assert place_words(FINDING, words=ENGLISH) == FINDING.where
    assert latin_words(place, known=[FINDING.file, FINDING.column]) == []
    assert all(re.fullmatch(f"{HAN}+", grade_words(one, words=CHINESE)) for one in Severity)


def test_lists_in_chinese_read_as_lists() -> None:
    assert [CHINESE.listed("abc"[:length]) for length in range(4)] == ["", "a", "a 與 b", "a、b 與 c"]
    assert CHINESE.listed(["甲", "乙"]) == "甲與乙"
    assert CHINESE.either(["a", "乙"]) == "a 或乙"


@pytest.mark.parametrize("language", languages())
def test_the_summary_is_short_and_passes_no_verdict(found: Assessment, language: str) -> None:
    sentences = assessment_sentences(found, words=Words.load(language))
    assert 3 <= len(sentences) <= 10
    assert not any(VERDICTS[language].search(one) for one in sentences)
    assert any("1,284,000" in one for one in sentences)


def test_the_chinese_assessment_says_nothing_in_english_but_names(found: Assessment) -> None:
    page = Told(assessment_html(found, language="zh-TW"))
    assert page.declared == "zh-Hant"
    known = known_names(found.world) | {found.proposal.title, "x-split"}
    assert english_in(page, known=known) == []
    english = Told(assessment_html(found))
    assert english.declared == "en"
    assert len(english_in(english, known=known)) > 500  # The check sees English where it is.


def english_in(page: Told, *, known: set[str]) -> list[str]:
    """Return the Latin words of a page that are no names; its Chinese marks must have no blank beside them."""
    assert not [text for text in page.said if re.search("[\u3000-\u303f\uff00-\uffef] +\\S", text)]
    text = re.sub(r"\b[0-9a-f]{64}\b", " ", "\n".join(page.said))
    return latin_words(text, known=known)


@pytest.mark.parametrize("rule", ["max-min", "as-booked", "pro-rata", "priority"])
def test_the_chinese_plan_says_nothing_in_english_but_names(world: World, rule: str) -> None:
    plan = ap.plan(world, ap.Policy(rule=Rule(rule)))
    told = Told(
        re.sub(
            r'(?s)<table class="cards" id="table-findings".*?</table>', "", plan.report(language="zh-Hant")
        )
    )
    classes = set(plan.levels["demand_class"].to_list())
    assert english_in(told, known=known_names(world) | classes) == []
    sentences = [one for order in world.orders["order"] for one in plan.why(order, language="zh-Hant")]
    assert latin_words(" ".join(sentences), known=known_names(world)) == []


def test_the_chinese_page_of_departures_says_nothing_in_english_but_names(world: World) -> None:
    page = Told(adherence_html(world, adherence(world), words=CHINESE))
    assert english_in(page, known=known_names(world)) == []
    assert "--lang zh-Hant" in "".join(page.said)  # The command that makes this page again.


def test_the_chinese_page_of_suggestions_says_nothing_in_english_but_names(world: World) -> None:
    page = Told(suggestions_html(suggest(world), words=CHINESE))
    assert english_in(page, known=known_names(world)) == []
    assert "--lang zh-Hant" in "".join(page.said)


def test_the_command_line_answers_in_the_language_asked_for(tmp_path: Path) -> None:
    def answer(*arguments: str) -> str:
        told = CliRunner().invoke(app, [*arguments], catch_exceptions=False)
        assert told.exit_code == 0, told.output
        return told.stdout

    out = tmp_path / "plan"
    known = [*known_names(ap.read("three-orders")), str(out / "report.html")]
    planned = answer("plan", "three-orders", "--out", str(out), "--lang", "zh-TW")
    assert latin_words(planned, known=known) == []
    assert planned.splitlines()[-1] == f"報告：{out / 'report.html'}"
    why = answer("why", str(out), "alder-1", "--lang", "zh_hant")
    assert latin_words(why, known=known) == []
    header, *lines = planned.splitlines()
    start = header.index("首次出貨")
    wide = len(re.findall(HAN, header[:start]))  # A Chinese character takes two places in a terminal.
    assert {line.index("2025") for line in lines[:3]} == {start + wide}


def test_the_summary_among_the_numbers_follows_the_language_and_names_it(found: Assessment) -> None:
    chinese, english = assessment_json(found, language="zh-tw"), assessment_json(found)
    assert (chinese["language"], english["language"]) == ("zh-Hant", "en")
    assert chinese["summary"] == assessment_sentences(found, words=CHINESE)
    apart = {"language", "summary"}
    assert {key: chinese[key] for key in chinese if key not in apart} == {
        key: english[key] for key in english if key not in apart
    }


def test_a_plan_is_the_same_whatever_the_language_of_its_page(tmp_path: Path) -> None:
    plan = ap.plan(ap.read("three-orders"))
    for language in languages():
        plan.write(tmp_path / language, language=language)
        assert verify_folder(tmp_path / language) == []
    for file in (tmp_path / "en").iterdir():
        other = tmp_path / "zh-Hant" / file.name
        assert (file.read_bytes() == other.read_bytes()) == (file.name != "report.html"), file.name


@pytest.mark.parametrize("tag", ["en", "xx", "zh-TW"])
def test_a_page_that_names_another_language_than_its_own_is_refused(tmp_path: Path, tag: str) -> None:
    plan = ap.plan(ap.read("three-orders"))
    plan.write(tmp_path, language="zh-Hant")
    page = tmp_path / "report.html"
    page.write_text(
        page.read_text(encoding="utf-8").replace('lang="zh-Hant"', f'lang="{tag}"', 1), encoding="utf-8"
    )
    assert [one.rule for one in verify_folder(tmp_path)] == ["file-differs"]


def test_the_chinese_page_of_claims_says_nothing_in_english_but_names(world: World) -> None:
    page = Told(claims_html(ap.claims(world), words=CHINESE))
    assert english_in(page, known=known_names(world) | {PROPOSAL}) == []
    assert "--lang zh-Hant" in "".join(page.said)


def test_the_chinese_page_of_conflicts_says_nothing_in_english_but_names(world: World) -> None:
    found = ap.conflicts(world, PROPOSAL, persons=["nvidia-chief-executive"])
    page = Told(conflicts_html(found, words=CHINESE))
    # A drawing breaks a name at its spaces.
    parts = {part for name in world.parties["name"] for part in name.replace(",", "").split()}
    known = {PROPOSAL, found.proposal.title, found.pack.id, "--pack", "--on", "--person"}
    known |= known_names(world) | parts
    assert english_in(page, known=known) == []
    assert "--lang zh-Hant" in "".join(page.said)
