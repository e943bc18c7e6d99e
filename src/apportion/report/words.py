"""One catalogue of every sentence that people read, so that another language is one more file.

A language is ``words/TAG.toml``: tables of sentences, named by their path (``why.ordered``). A sentence
names its values in braces; one with the forms ``one`` and ``other`` is chosen by its value `count`, and a
language whose words do not change with a number writes one sentence. A key or value that is missing is a bug of
ours and never passes in silence.
"""

from __future__ import annotations

import datetime as dt
import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import lru_cache
from importlib import resources
from string import Formatter
from typing import TypeGuard

from apportion.errors import UsageError

Value = str | int | Decimal | Fraction | dt.date
Sentence = str | Mapping[str, str]
FORMS = frozenset({"one", "other"})
DEFAULT_LANGUAGE = "en"
_DECIMALS = 2
_FINEST = 12
# The regions whose Chinese is written in traditional characters, as browsers and systems name them.
_SCRIPT_OF = {"zh-tw": "zh-hant", "zh-hk": "zh-hant", "zh-mo": "zh-hant"}
_HAN = (("\u3400", "\u9fff"), ("\uf900", "\ufaff"))


class MissingWords(LookupError):
    """A sentence or one of its values is missing: a bug of ours."""


@dataclass(frozen=True)
class Words:
    """The sentences of one language.

    Attributes:
        language: The language's tag, e.g. ``en``.
        sentences: Every sentence by its key.

    >>> Words.load("en").say("why.shipments", count=12000)
    '12,000 shipments'
    """

    language: str
    sentences: Mapping[str, Sentence]

    @classmethod
    def load(cls, language: str) -> Words:
        """Return the catalogue of a language, by its tag in any spelling: `language_tag`.

        Raises:
            UsageError: There is no such language.
        """
        return _load(language_tag(language))

    def say(self, key: str, /, **values: Value | None) -> str:
        """Return a sentence with its values filled in, numbers and days as people read them.

        Raises:
            MissingWords: There is no such key, or a value that the sentence names is not given.
        """
        sentence = self.sentences.get(key)
        if sentence is None:
            raise MissingWords(f"There is no sentence {key!r} in the words of {self.language!r}.")
        if not isinstance(sentence, str):
            if "count" not in values:
                raise MissingWords(f"The sentence {key!r} is chosen by a value 'count', which is not given.")
            sentence = sentence["one" if values["count"] == 1 else "other"]
        return self._put_together(self._filled(sentence, key=key, values=values))

    def _put_together(self, parts: Sequence[str]) -> str:
        """Return pieces as one text, with what this language puts between Chinese characters and others."""
        joint = self.sentences["joint.scripts"]
        text = ""
        for part in parts:
            meets = bool(joint and text and part) and _scripts_meet(text[-1], part[0])
            text += f"{joint}{part}" if meets else part
        return text

    def _filled(self, sentence: str, *, key: str, values: Mapping[str, Value | None]) -> list[str]:
        parts: list[str] = []
        for text, name, _form, _conversion in Formatter().parse(sentence):
            parts.append(text)
            if name is None:
                continue
            value = values.get(name)
            if value is None:
                raise MissingWords(f"The sentence {key!r} needs a value {name!r}.")
            parts.append(self.text_of(value))
        return parts

    def text_of(self, value: Value) -> str:
        """Return a value as people read it: thousands apart, at most two decimals, days in ISO form."""
        if isinstance(value, str):
            return value
        if isinstance(value, dt.date):
            return value.isoformat()
        marks = str.maketrans({",": self.say("numbers.thousands"), ".": self.say("numbers.decimal")})
        return _number_text(Fraction(value)).translate(marks)

    def listed(self, parts: Sequence[str]) -> str:
        """Return parts as one list in words.

        >>> Words.load("en").listed(["a", "b", "c"])
        'a, b and c'
        """
        if len(parts) < 2:  # noqa: PLR2004 - a list of one has no joint
            return "".join(parts)
        first = self.say("list.between").join(parts[:-1])
        return self._put_together([first, self.say("list.last"), parts[-1]])

    def either(self, parts: Sequence[str]) -> str:
        """Return parts of which one is enough as one list in words.

        >>> Words.load("en").either(["a", "b", "c"])
        'a or b or c'
        """
        joined = [part for name in parts for part in (self.say("list.or"), name)]
        return self._put_together(joined[1:])

    def together(self, sentences: Sequence[str]) -> str:
        """Return sentences as one paragraph; those that are empty are left out."""
        return self.say("joint.sentences").join(one for one in sentences if one)


def language_tag(language: str) -> str:
    """Return the tag of the words that fit a language best, whatever its case, hyphens, region or script.

    Raises:
        UsageError: There are no words in it.

    >>> language_tag("en_US"), language_tag("ZH-tw"), language_tag("zh-Hant-HK")
    ('en', 'zh-Hant', 'zh-Hant')
    """
    known = {name.lower(): name for name in languages()}
    wanted = language.replace("_", "-").lower()
    parts = _SCRIPT_OF.get(wanted, wanted).split("-")
    for length in range(len(parts), 0, -1):
        found = known.get("-".join(parts[:length]))
        if found is not None:
            return found
    near = difflib.get_close_matches(wanted, known, n=1)
    hint = f"Did you mean {known[near[0]]!r}? " if near else ""
    raise UsageError(
        f"There are no words in {language!r}.", fix=f"{hint}Use one of {', '.join(known.values())}."
    )


def languages() -> list[str]:
    """Return the languages that there are words for."""
    return sorted(
        file.name.removesuffix(".toml") for file in _folder().iterdir() if file.name.endswith(".toml")
    )


def _folder() -> resources.abc.Traversable:
    return resources.files("apportion") / "report" / "words"


@lru_cache(maxsize=8)
def _load(language: str) -> Words:
    raw = tomllib.loads((_folder() / f"{language}.toml").read_text(encoding="utf-8"))
    return Words(language, dict(_flat(raw)))


def _flat(table: Mapping[str, object], *, path: str = "") -> list[tuple[str, Sentence]]:
    found: list[tuple[str, Sentence]] = []
    for name, value in table.items():
        key = f"{path}{name}"
        if isinstance(value, str) or _has_forms(value):
            found.append((key, value))
        elif isinstance(value, Mapping):
            found.extend(_flat(value, path=f"{key}."))
        else:
            raise MissingWords(f"The words hold something at {key!r} that is no sentence.")
    return found


def _has_forms(value: object) -> TypeGuard[Mapping[str, str]]:
    return isinstance(value, Mapping) and set(value) == FORMS


def _scripts_meet(before: str, after: str) -> bool:
    """Return whether one of two characters is Chinese and the other is one of a word or figure in ASCII."""
    return (_is_han(before) and _is_ascii(after)) or (_is_ascii(before) and _is_han(after))


def _is_han(character: str) -> bool:
    return any(first <= character <= last for first, last in _HAN)


def _is_ascii(character: str) -> bool:
    return "!" <= character <= "~"


def _number_text(value: Fraction) -> str:
    """Return a number with at most two decimals, or two digits that count where it is below one."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    places = _DECIMALS if abs(exact) >= 1 or not exact else min(_FINEST, 1 - exact.adjusted())
    rounded = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    text = f"{rounded:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
