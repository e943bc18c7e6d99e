"""Keys: Ed25519 as RFC 8032 has it, rotations, and which key of whom counts at which size."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from apportion.govern.keys import (
    KeyEntryError,
    KeyRing,
    PrivateKey,
    PublicKey,
    key_id,
    rotation,
    rotation_bytes,
)
from tests.ledgers import BOOK, key_of

# RFC 8032, section 7.1: secret key, public key, message, signature.
VECTORS = {
    "test 1": (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe"
            "24655141438e7a100b"
        ),
    ),
    "test 2": (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302a"
            "eeb00d291612bb0c00"
        ),
    ),
    "test 3": (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed2"
            "8dc027beceea1ec40a"
        ),
    ),
}
OPENED = {"user": "mara", "key": key_of("mara").public.hex}


def ring() -> KeyRing:
    opened = KeyRing(BOOK).with_entry(1, kind="book-opened", by="mara", value=OPENED)
    added = {"user": "noor", "key": key_of("noor").public.hex}
    return opened.with_entry(2, kind="key-added", by="mara", value=added)


def counting(ring: KeyRing, size: int) -> list[str]:
    return [one.user for one in ring.keys if one.counts_at(size)]


@pytest.mark.parametrize("name", VECTORS)
def test_keys_and_signatures_are_those_of_the_standard(name: str) -> None:
    seed, public, message, signature = (bytes.fromhex(one) for one in VECTORS[name])
    key = PrivateKey(seed)
    assert key.public.raw == public
    assert key.sign(message) == signature
    assert PublicKey(public).has_signed(message, signature=signature)
    assert not PublicKey(public).has_signed(message + b"x", signature=signature)
    for place in range(0, 64, 7):
        changed = bytearray(signature)
        changed[place] ^= 1
        assert not PublicKey(public).has_signed(message, signature=bytes(changed))


def test_a_second_signature_made_of_the_first_does_not_hold() -> None:
    # Adding the order of the group to the second half gives another spelling of the same signature (RFC 8032, 5.1.7).
    seed, _, message, signature = (bytes.fromhex(one) for one in VECTORS["test 1"])
    order = 2**252 + 27742317777372353535851937790883648493
    second = (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    assert not PrivateKey(seed).public.has_signed(message, signature=signature[:32] + second)


def test_an_id_is_the_beginning_of_the_digest_of_the_public_bytes() -> None:
    public = key_of("mara").public
    assert public.id == key_id(public.raw) == sha256(public.raw).hexdigest()[:16]
    assert public.fingerprint.replace(" ", "") == public.id
    assert PublicKey.from_hex(public.hex) == public


def test_a_private_key_is_never_shown() -> None:
    key = key_of("mara")
    assert key.seed.hex() not in repr(key)
    assert repr(key.seed) not in repr(key)


@pytest.mark.parametrize("wrong", ["", "AB" * 32, "zz" * 32, "ab" * 31 + "  ", None, 7])
def test_what_is_no_public_key_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"hexadecimal|public key"):
        PublicKey.from_hex(wrong)


def test_keys_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="31"):
        PublicKey(bytes(31))
    with pytest.raises(ValueError, match="33"):
        PrivateKey(bytes(33))


def test_a_key_counts_from_its_entry_on() -> None:
    assert [counting(ring(), size) for size in (0, 1, 2, 99)] == [
        [],
        ["mara"],
        ["mara", "noor"],
        ["mara", "noor"],
    ]


def test_a_rotated_key_counts_until_its_entry_and_the_new_one_from_it_on() -> None:
    old, new = key_of("noor"), key_of("noor again")
    told = rotation(BOOK, user="noor", old=old, new=new)
    turned = ring().with_entry(5, kind="key-rotated", by="noor", value=told)
    assert [(one.public, one.since, one.until) for one in turned.keys[1:]] == [
        (old.public, 2, 5),
        (new.public, 5, None),
    ]
    assert [one.public for one in turned.current("noor")] == [new.public]


def test_a_withdrawn_key_counts_until_its_entry() -> None:
    value = {"user": "noor", "key": key_of("noor").public.hex}
    ended = ring().with_entry(4, kind="key-withdrawn", by="mara", value=value)
    assert [counting(ended, size) for size in (3, 4)] == [["mara", "noor"], ["mara"]]
    with pytest.raises(KeyEntryError, match="that counts") as caught:
        ended.with_entry(5, kind="key-withdrawn", by="mara", value=value)
    assert caught.value.reason == "not-current"


def test_what_both_keys_sign_names_book_user_and_both() -> None:
    old, new = key_of("a").public, key_of("b").public
    assert rotation_bytes(BOOK, user="noor", old=old, new=new) == (
        f'apportion rotation\n{{"book":"{BOOK}","new":"{new.hex}","old":"{old.hex}","user":"noor"}}'.encode()
    )


@pytest.mark.parametrize("name", ["by_old", "by_new"])
def test_a_rotation_counts_under_both_signatures_only(name: str) -> None:
    told = rotation(BOOK, user="noor", old=key_of("noor"), new=key_of("new"))
    for signature in ("", "zz", "00" * 64, told["by_old" if name == "by_new" else "by_new"]):
        with pytest.raises(KeyEntryError) as caught:
            ring().with_entry(5, kind="key-rotated", by="noor", value={**told, name: signature})
        assert caught.value.reason in {"shape", "not-signed"}


def test_a_rotation_of_another_book_or_user_does_not_count() -> None:
    told = rotation("cd" * 16, user="noor", old=key_of("noor"), new=key_of("new"))
    with pytest.raises(KeyEntryError, match="not signed"):
        ring().with_entry(5, kind="key-rotated", by="noor", value=told)
    told = rotation(BOOK, user="noor", old=key_of("noor"), new=key_of("new"))
    with pytest.raises(KeyEntryError, match="'mara' rotates a key of 'noor'"):
        ring().with_entry(5, kind="key-rotated", by="mara", value=told)
    with pytest.raises(KeyEntryError):
        ring().with_entry(5, kind="key-rotated", by="mara", value={**told, "user": "mara"})


def test_a_key_belongs_to_one_user_once() -> None:
    taken = {"user": "tan", "key": key_of("noor").public.hex}
    with pytest.raises(KeyEntryError, match="already") as caught:
        ring().with_entry(5, kind="key-added", by="mara", value=taken)
    assert caught.value.reason == "in-use"
    told = rotation(BOOK, user="noor", old=key_of("noor"), new=key_of("mara"))
    with pytest.raises(KeyEntryError, match="already"):
        ring().with_entry(5, kind="key-rotated", by="noor", value=told)


def test_a_book_is_opened_once_by_its_first_entry_and_user() -> None:
    for opened, seq, by in [(ring(), 3, "mara"), (KeyRing(BOOK), 2, "mara"), (KeyRing(BOOK), 1, "noor")]:
        with pytest.raises(KeyEntryError, match="opened once"):
            opened.with_entry(seq, kind="book-opened", by=by, value=OPENED)


@pytest.mark.parametrize(
    "value", [None, [], {}, {**OPENED, "more": 1}, {**OPENED, "key": 1}, {**OPENED, "key": "ab"}]
)
def test_an_entry_that_does_not_say_a_key_does_not_count(value: object) -> None:
    with pytest.raises(KeyEntryError) as caught:
        KeyRing(BOOK).with_entry(1, kind="book-opened", by="mara", value=value)
    assert caught.value.reason == "shape"


def test_a_ring_finds_the_key_of_an_id() -> None:
    found = ring().find(key_of("noor").public.id)
    assert found is not None
    assert found.user == "noor"
    assert ring().find("0" * 16) is None
    assert replace(found, until=2).counts_at(2) is False
