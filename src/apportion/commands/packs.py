"""Acts on policy packs: list them, find one, tell what it says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from apportion.commands.permits import internal, needs
from apportion.errors import UsageError
from apportion.files.packs import DEFAULT_PACK, load_pack, pack_names, pack_on
from apportion.govern.packs import Pack
from apportion.govern.rights import Right
from apportion.report.packs import pack_json, pack_sentences, pack_table, packs_sentences, packs_table
from apportion.report.words import DEFAULT_LANGUAGE, Words

__all__ = [
    "DEFAULT_PACK",
    "list_packs",
    "load_pack",
    "pack_as_json",
    "pack_to_decide_under",
    "tell_pack",
    "tell_packs",
]


@needs(Right.OPEN)
def list_packs(*, on: dt.date | None = None) -> list[Pack]:
    """Return the packs that come with apportion; with a day, those that governed on it."""
    return [load_pack(name) for name in pack_names()] if on is None else list(pack_on(on))


@internal
def pack_to_decide_under(name_or_path: str) -> Pack:
    """Return a pack that a decision may be taken under: one that comes with apportion, or one as strict as the house's.

    A pack of one's own under which nobody is conflicted, or nothing needs a decision, would be a way round all others.

    Raises:
        UsageError: There is no such pack, or it guards a conflicted change less than the house's.
        FindingsError: The file is no pack.
    """
    pack = load_pack(name_or_path)
    less = () if pack.id in pack_names() else pack.asks_less_than(load_pack(DEFAULT_PACK))
    if less:
        raise UsageError(
            f"The pack {pack.name} asks less than {DEFAULT_PACK} by {', '.join(less)}.",
            fix="A pack of one's own that decisions are taken under is as strict or stricter in each value; "
            f"else name one that comes with apportion: {', '.join(pack_names())}.",
        )
    return pack


@needs(Right.OPEN)
def tell_packs(
    *, on: dt.date | None = None, language: str = DEFAULT_LANGUAGE
) -> tuple[list[str], list[tuple[str, ...]]]:
    """Return what is said of all packs in a language, and a table of those that governed on a day.

    Raises:
        UsageError: There is no such language.
    """
    words = Words.load(language)
    sentences = packs_sentences(list_packs(), default=DEFAULT_PACK, on=on, words=words)
    return sentences, packs_table(list_packs(on=on), words=words)


@needs(Right.OPEN)
def tell_pack(
    pack: Pack, *, on: dt.date | None = None, language: str = DEFAULT_LANGUAGE
) -> tuple[list[str], list[tuple[str, ...]]]:
    """Return what a pack is, its sources, and a table of its values with what each means.

    Raises:
        UsageError: There is no such language.
    """
    words = Words.load(language)
    return pack_sentences(pack, on=on, words=words), pack_table(pack, words=words)


@needs(Right.OPEN)
def pack_as_json(packs: Sequence[Pack], *, on: dt.date | None = None) -> list[dict[str, object]]:
    """Return packs as plain values, each with its digest, and with whether it governs on a day."""
    return [pack_json(one, on=on) for one in packs]
