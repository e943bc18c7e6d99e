"""Changes of the small ledger of `tests.ledgers`, each at a place of its own."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256

from apportion.govern.checkpoints import countersign
from apportion.govern.ledger import Group
from apportion.govern.ledger_faults import StoredEntry, StoredGroup
from tests.laws.ledger_changes import chained_anew, renumbered, with_text
from tests.ledgers import Kept, key_of, resigned


def edited(kept: Kept, seq: int) -> StoredEntry:
    """Return an entry with another subject and the digest that it had."""
    row = kept.entries[seq - 1]
    return with_text(row, subject="texas")._replace(digest=row.digest)


def edit_text(kept: Kept) -> None:
    kept.entries[3] = edited(kept, 4)


def edit_text_and_digest(kept: Kept) -> None:
    kept.entries[3] = with_text(kept.entries[3], subject="texas")


def edit_the_last(kept: Kept) -> None:
    kept.entries[8] = edited(kept, 9)


def edit_number(kept: Kept) -> None:
    kept.entries[3] = with_text(kept.entries[3], seq=99)._replace(digest=kept.entries[3].digest)


def edit_two(kept: Kept) -> None:
    kept.entries[3], kept.entries[7] = edited(kept, 4), edited(kept, 8)


def edit_all_from_there_on(kept: Kept) -> None:
    kept.entries[3] = with_text(kept.entries[3], subject="texas")
    kept.entries = chained_anew(kept.entries, first=4)


def edit_digest(kept: Kept) -> None:
    kept.entries[3] = kept.entries[3]._replace(digest="f" * 64)


def edit_last_digest(kept: Kept) -> None:
    kept.entries[8] = kept.entries[8]._replace(digest="f" * 64)


def edit_column(kept: Kept) -> None:
    kept.entries[3] = kept.entries[3]._replace(subject="texas")


def spoil(kept: Kept) -> None:
    kept.entries[3] = kept.entries[3]._replace(text="{}")


def spell_otherwise(kept: Kept) -> None:
    text = json.dumps(json.loads(kept.entries[3].text))
    kept.entries[3] = kept.entries[3]._replace(text=text, digest=sha256(text.encode()).hexdigest())


def take_out(kept: Kept) -> None:
    del kept.entries[3]


def take_out_with_groups(kept: Kept) -> None:
    del kept.entries[3:6]
    kept.groups = [one for one in kept.groups if not 4 <= one.seq <= 6]


def take_out_and_close(kept: Kept) -> None:
    del kept.entries[4]
    kept.entries = renumbered(kept.entries)
    kept.groups = [one._replace(seq=one.seq - (one.seq > 5)) for one in kept.groups if one.seq != 5]


def put_in(kept: Kept) -> None:
    kept.entries.insert(4, kept.entries[3])
    kept.groups = [
        *(one for one in kept.groups if one.seq <= 4),
        *(one._replace(seq=5) for one in kept.groups if one.seq == 4),
        *(one._replace(seq=one.seq + 1) for one in kept.groups if one.seq > 4),
    ]
    kept.entries = renumbered(kept.entries)


def swap(kept: Kept) -> None:
    kept.entries[4], kept.entries[5] = kept.entries[5]._replace(seq=5), kept.entries[4]._replace(seq=6)
    places = {5: 6, 6: 5}
    kept.groups = sorted(one._replace(seq=places.get(one.seq, one.seq)) for one in kept.groups)


def cut_entries(kept: Kept) -> None:
    kept.entries = kept.entries[:6]


def cut_checkpoints(kept: Kept) -> None:
    kept.checkpoints = kept.checkpoints[:-2]


def change_value(kept: Kept) -> None:
    row = kept.groups[3]
    made = Group(row.name, "other", row.salt or b"")
    kept.groups[3] = StoredGroup(row.seq, made.name, made.leaf, made.salt, made.text)


def change_leaf(kept: Kept) -> None:
    kept.groups[3] = kept.groups[3]._replace(leaf=bytes(32))


def rename_group(kept: Kept) -> None:
    kept.groups[3] = kept.groups[3]._replace(name="acts")


def take_group(kept: Kept) -> None:
    del kept.groups[3]


def add_group(kept: Kept) -> None:
    kept.groups.insert(4, kept.groups[3]._replace(name="act too"))


def groups_of_nobody(kept: Kept) -> None:
    kept.groups.append(kept.groups[-1]._replace(seq=12))


def groups_before_all(kept: Kept) -> None:
    kept.groups.insert(0, kept.groups[0]._replace(seq=0))


def root_by_the_key_itself(kept: Kept) -> None:
    kept.checkpoints[2] = resigned(kept.checkpoints[2], key_of("noor"), root="0" * 64)


def head_by_the_key_itself(kept: Kept) -> None:
    kept.checkpoints[2] = resigned(kept.checkpoints[2], key_of("noor"), head="0" * 64)


def sign_falsely(kept: Kept) -> None:
    kept.checkpoints[2] = replace(kept.checkpoints[2], signature=bytes(64))


def sign_by_a_stranger(kept: Kept) -> None:
    for at in (2, 6):
        kept.checkpoints[at] = resigned(kept.checkpoints[at], key_of("nobody"))


def sign_by_another_user(kept: Kept) -> None:
    kept.checkpoints[2] = resigned(kept.checkpoints[2], key_of("mara"))


def sign_by_a_key_that_was_rotated(kept: Kept) -> None:
    kept.checkpoints[5] = resigned(kept.checkpoints[5], key_of("mara"))


def sign_another_book(kept: Kept) -> None:
    kept.checkpoints = [*kept.checkpoints[:2], resigned(kept.checkpoints[2], key_of("noor"), book="c" * 32)]


def sign_twice(kept: Kept) -> None:
    kept.checkpoints.insert(2, kept.checkpoints[2])


def sign_earlier(kept: Kept) -> None:
    kept.checkpoints[2] = resigned(kept.checkpoints[2], key_of("noor"), at="2024-01-05T09:29:00.000000Z")


def countersign_falsely(kept: Kept) -> None:
    signed = countersign(kept.checkpoints[2], key_of("auditor"), by="Iris")
    [one] = signed.countersignatures
    kept.checkpoints[2] = replace(signed, countersignatures=(replace(one, signature=bytes(64)),))
