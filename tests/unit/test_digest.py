"""Canonical bytes: RFC 8785 on what a digest is taken of, held against another implementation of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from apportion.digest import HalfCharacterError, canonical_bytes, digest
from apportion.errors import UsageError

# Beyond this RFC 8785 knows floats alone.
MOST = 2**53 - 1
# Keys from both sides of the surrogates, where UTF-16 sorts otherwise than code points do.
KEYS = st.text(st.sampled_from('ab\x00\n"\\é\ud7ff\ue000\ufb33\uffff\U00010000😂\U0010ffff')) | st.text()
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-MOST, MOST) | st.text() | KEYS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)


@given(VALUES)
def test_the_bytes_are_those_of_another_implementation(value: Any) -> None:  # noqa: ANN401 - any plain value
    assert canonical_bytes(value) == rfc8785.dumps(value)


@given(st.dictionaries(KEYS, st.integers(0, 9), max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_keys_as_they_were_put_in_does_not_matter(value: dict[str, int], chance: Any) -> None:  # noqa: ANN401 - hypothesis types none
    shuffled = list(value.items())
    chance.shuffle(shuffled)
    assert canonical_bytes(dict(shuffled)) == canonical_bytes(value)


def test_keys_sort_as_the_example_of_the_standard_does() -> None:
    # RFC 8785, section 3.2.3.
    example = {
        "€": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\x80": "Control",
        "ö": "Latin Small Letter O With Diaeresis",
    }
    told = list(json.loads(canonical_bytes(example)).values())
    assert told == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]


def test_text_is_escaped_as_the_example_of_the_standard_is() -> None:
    # RFC 8785, section 3.2.2, without its floats.
    example = {"string": '€$\x0f\nA\'B"\\\\"/', "literals": [None, True, False]}
    assert canonical_bytes(example) == (
        '{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'.encode()
    )


def test_keys_sort_by_code_unit_at_every_depth() -> None:
    assert (
        canonical_bytes([{"x": {"\ufb33": 1, "\U0001f600": 2}}])
        == '[{"x":{"\U0001f600":2,"\ufb33":1}}]'.encode()
    )


@pytest.mark.parametrize(
    "value", ["\ud800", ["a\udcff"], {"\udfff": 1}, {"a": {"b": "x\ud83dy"}}, {"\ud800😂": 1}]
)
def test_half_of_a_character_is_told_to_its_user(value: object) -> None:
    with pytest.raises(UsageError, match="half of a character") as caught:
        digest(value)
    assert isinstance(caught.value, HalfCharacterError)
    assert str(caught.value).isascii()
    assert caught.value.fix


@pytest.mark.parametrize("value", [1.5, {"a": [float("nan")]}, {1: "a"}, {"a": {None: 1}}, {"a": object()}])
def test_what_has_no_one_spelling_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_bytes(value)


def test_a_whole_number_of_any_size_is_spelled_in_full() -> None:
    assert canonical_bytes(2**80) == b"1208925819614629174706176"
