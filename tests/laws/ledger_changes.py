"""What somebody can do to a ledger that a book keeps, who can write to the book and has no key."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import TypeAlias

from hypothesis import strategies as st

from apportion.digest import canonical_bytes
from apportion.govern.checkpoints import sign
from apportion.govern.ledger import Group
from apportion.govern.ledger_faults import StoredEntry, StoredGroup
from tests.ledgers import Kept, Ledger, key_of, salts_from

Change: TypeAlias = Callable[[Kept, Callable[..., object]], None]


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """Draw a ledger of two to about fifteen entries."""
    ledger = Ledger()
    ledger.add_user("noor")
    for _ in range(draw(st.integers(0, 6))):
        act = draw(st.sampled_from(("vote", "vote", "facts", "rotate", "add")))
        by = draw(st.sampled_from(sorted(ledger.keys)))
        if act == "vote":
            ledger.vote(by, draw(st.sampled_from(("yes", "no"))))
        elif act == "facts":
            ledger.act(
                by, ("scenario-revised", {"facts": draw(st.integers(0, 3))}), also=draw(st.integers(0, 2))
            )
        elif act == "rotate":
            ledger.rotate(by)
        elif "tan" not in ledger.keys:
            ledger.add_user("tan")
    return ledger


def with_text(row: StoredEntry, **changes: object) -> StoredEntry:
    """Return an entry with another text, its digest and columns made anew to fit."""
    values = {**json.loads(row.text), **changes}
    text = canonical_bytes(values).decode()
    return StoredEntry(
        row.seq,
        text,
        sha256(text.encode()).hexdigest(),
        str(values["at"]),
        str(values["by"]),
        str(values["kind"]),
        str(values["subject"]),
    )


def chained_anew(entries: list[StoredEntry], *, first: int) -> list[StoredEntry]:
    """Return entries of which all from a place on are numbered and chained anew."""
    made = entries[:first]
    for row in entries[first:]:
        before = made[-1].digest if made else "0" * 64
        number = len(made) + 1
        made.append(with_text(row._replace(seq=number), seq=number, before=before))
    return made


def renumbered(entries: list[StoredEntry]) -> list[StoredEntry]:
    """Return entries under numbers without a gap, their texts as they were."""
    return [row._replace(seq=number) for number, row in enumerate(entries, start=1)]


def delete_entry(kept: Kept, draw: Callable[..., object]) -> None:
    """Take an entry out, and maybe its groups; leave a gap, close it, or make all after it anew."""
    at = _place(draw, kept.entries)
    seq = kept.entries.pop(at).seq
    how = draw(st.sampled_from(("gap", "closed", "anew")))
    if how == "gap":
        if draw(st.booleans()):
            kept.groups = [one for one in kept.groups if one.seq != seq]
        return
    kept.groups = [one._replace(seq=one.seq - (one.seq > seq)) for one in kept.groups if one.seq != seq]
    kept.entries = renumbered(kept.entries) if how == "closed" else chained_anew(kept.entries, first=at)


def insert_entry(kept: Kept, draw: Callable[..., object]) -> None:
    """Put an entry in that looks as good as any, in the middle or at the end."""
    at = _place(draw, range(len(kept.entries) + 1))
    pattern = kept.entries[_place(draw, kept.entries)]
    before = kept.entries[at - 1].digest if at else "0" * 64
    new = with_text(pattern._replace(seq=at + 1), seq=at + 1, before=before)
    groups = [one._replace(seq=at + 1) for one in kept.groups if one.seq == pattern.seq]
    kept.entries.insert(at, new)
    how = draw(st.sampled_from(("moved", "anew")))
    kept.entries = renumbered(kept.entries) if how == "moved" else chained_anew(kept.entries, first=at)
    kept.groups = [one._replace(seq=one.seq + (one.seq > at)) for one in kept.groups] + groups
    kept.groups.sort(key=lambda one: (one.seq, one.name))


def edit_entry(kept: Kept, draw: Callable[..., object]) -> None:
    """Change one part of an entry: its text alone, with its digest, or with all that follows."""
    at = _place(draw, kept.entries)
    row = kept.entries[at]
    name = draw(st.sampled_from(("at", "by", "kind", "subject", "content", "before", "seq")))
    old = json.loads(row.text)[name]
    others: Mapping[object, list[str] | list[int]] = {
        "at": ["2024-01-05T09:29:59.000000Z", "2030-01-05T09:30:00.000000Z"],
        "by": ["mara", "noor", "apportion", 'x"'],
        "kind": ["plan", "decision", "pack"],
        "subject": ["", "hopper", "tesla "],
        "content": ["0" * 64, "f" * 64],
        "before": ["0" * 64, "f" * 64],
        "seq": [1, 2, 99, old + 1 if isinstance(old, int) else 0],
    }
    new = draw(st.sampled_from([one for one in others[name] if one != old]))
    edited = with_text(row, **{str(name): new})
    how = draw(st.sampled_from(("text", "digest", "anew")))
    if how == "text":
        edited = edited._replace(digest=row.digest)
    kept.entries[at] = edited
    if how == "anew":
        kept.entries = kept.entries[: at + 1] + chained_anew(kept.entries, first=at + 1)[at + 1 :]


def edit_column(kept: Kept, draw: Callable[..., object]) -> None:
    """Change what stands beside the text of an entry."""
    at = _place(draw, kept.entries)
    row = kept.entries[at]
    edits = (
        row._replace(digest="0" * 64),
        row._replace(at="2024-01-05T09:29:00.000000Z"),
        row._replace(by=f"{row.by}x"),
        row._replace(kind=f"{row.kind}x"),
        row._replace(subject=f"{row.subject}x"),
    )
    kept.entries[at] = edits[_place(draw, edits)]


def spoil_text(kept: Kept, draw: Callable[..., object]) -> None:
    """Make of an entry what is none, or spell it otherwise."""
    at = _place(draw, kept.entries)
    row = kept.entries[at]
    text = str(
        draw(st.sampled_from(("", "{}", "[1]", "nonsense", f"{row.text} ", json.dumps(json.loads(row.text)))))
    )
    digest = sha256(text.encode()).hexdigest() if draw(st.booleans()) else row.digest
    kept.entries[at] = row._replace(text=text, digest=digest)


def swap_entries(kept: Kept, draw: Callable[..., object]) -> None:
    """Let two entries change places: under each other's number, or numbered and chained anew."""
    one = int(str(draw(st.integers(0, len(kept.entries) - 2))))
    other = int(str(draw(st.integers(one + 1, len(kept.entries) - 1))))
    entries = kept.entries
    entries[one], entries[other] = entries[other], entries[one]
    if draw(st.booleans()):
        places = {one + 1: other + 1, other + 1: one + 1}
        kept.groups = [row._replace(seq=places.get(row.seq, row.seq)) for row in kept.groups]
        kept.groups.sort(key=lambda row: (row.seq, row.name))
    kept.entries = renumbered(entries) if draw(st.booleans()) else chained_anew(entries, first=one)


def change_group(kept: Kept, draw: Callable[..., object]) -> None:
    """Change, take out, put in, salt anew or rename a group, its leaf made to fit or not."""
    at = _place(draw, kept.groups)
    row = kept.groups[at]
    how = draw(st.sampled_from(("value", "salt", "name", "take", "put", "leaf", "erase-other")))
    salt = salts_from("other")()
    group = Group.from_text(row.text or "", row.salt or b"")
    made = {
        "value": Group(row.name, "another", group.salt),
        "salt": Group(row.name, group.value, salt),
        "name": Group(f"{row.name}x", group.value, group.salt),
    }.get(str(how))
    if how == "take":
        del kept.groups[at]
    elif how == "put":
        new = Group(f"{row.name} too", "more", salt)
        kept.groups.insert(at + 1, StoredGroup(row.seq, new.name, new.leaf, new.salt, new.text))
    elif how == "leaf":
        kept.groups[at] = row._replace(leaf=bytes(32))
    elif how == "erase-other":
        kept.groups[at] = row._replace(leaf=bytes(32), salt=None, text=None)
    elif made is not None:
        leaf = made.leaf if draw(st.booleans()) else row.leaf
        kept.groups[at] = StoredGroup(row.seq, made.name, leaf, made.salt, made.text)


def swap_groups(kept: Kept, draw: Callable[..., object]) -> None:
    """Let the groups of two entries change places: all, or one each of the same name."""
    seqs = sorted({one.seq for one in kept.groups})
    one = draw(st.sampled_from(seqs[:-1]))
    other = draw(st.sampled_from([seq for seq in seqs if seq > int(str(one))]))
    places = {one: other, other: one}
    kept.groups = [row._replace(seq=int(str(places.get(row.seq, row.seq)))) for row in kept.groups]
    kept.groups.sort(key=lambda row: (row.seq, row.name))


def edit_checkpoint(kept: Kept, draw: Callable[..., object]) -> None:
    """Change what a checkpoint states or who signed it, and sign it with a key that the book does not know."""
    at = _place(draw, kept.checkpoints)
    signed = kept.checkpoints[at]
    stated = signed.checkpoint
    how = draw(st.sampled_from(("root", "head", "size", "at", "book", "key", "signature")))
    changed = {
        "root": replace(stated, root="0" * 64),
        "head": replace(stated, head="0" * 64),
        "size": replace(stated, size=stated.size + 1),
        "at": replace(stated, at="2031-01-05T09:30:00.000000Z"),
        "book": replace(stated, book="cd" * 16),
    }.get(str(how), stated)
    stranger = key_of("nobody")
    if how == "signature":
        kept.checkpoints[at] = replace(signed, signature=bytes(64))
    elif how == "key" or draw(st.booleans()):
        kept.checkpoints[at] = sign(replace(changed, key=stranger.public.id), stranger)
    else:
        kept.checkpoints[at] = replace(signed, checkpoint=changed)


def cut(kept: Kept, draw: Callable[..., object]) -> None:
    """Cut the end off: entries, and maybe their groups, and maybe their checkpoints."""
    size = int(str(draw(st.integers(0, len(kept.entries) - 1))))
    kept.entries = kept.entries[:size]
    if draw(st.booleans()):
        kept.groups = [one for one in kept.groups if one.seq <= size]
    if draw(st.booleans()):
        kept.checkpoints = [one for one in kept.checkpoints if one.checkpoint.size <= size]


def drop_checkpoints(kept: Kept, draw: Callable[..., object]) -> None:
    """Take the last checkpoints out, so that nobody has signed the end."""
    count = int(str(draw(st.integers(1, len(kept.checkpoints)))))
    kept.checkpoints = kept.checkpoints[:-count]


ALL = (
    *(delete_entry, insert_entry, edit_entry, edit_column, spoil_text, swap_entries),
    *(change_group, swap_groups, edit_checkpoint, cut, drop_checkpoints),
)


def is_cut_to_a_checkpoint(kept: Kept, *, of: Kept) -> bool:
    """Return whether what is left is a whole ledger as it once was: the one change that no key is needed for."""
    size = len(kept.entries)
    return (
        kept.entries == of.entries[:size]
        and kept.groups == [one for one in of.groups if one.seq <= size]
        and kept.checkpoints == [one for one in of.checkpoints if one.checkpoint.size <= size]
        and (not size or (bool(kept.checkpoints) and kept.checkpoints[-1].checkpoint.size == size))
    )


def _place(draw: Callable[..., object], rows: Sequence[object]) -> int:
    return int(str(draw(st.integers(0, len(rows) - 1))))
