"""Check a decision pack of apportion, with Python 3.9 or later and nothing else.

    python verify.py [PACK.zip | FOLDER] [--checkpoint FILE] [--key FINGERPRINT] [--replay]

    bytes of each member → manifest → entry of the ledger → tree → checkpoint → signature → key

Read it before you trust it: it opens no other file, writes none and asks no network. What it cannot know, it says.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import importlib
import json
import re
import struct
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Point = tuple[int, int, int, int]

MOST_BYTES = 1 << 30
MOST_MEMBERS = 10_000
FORMAT = "apportion-pack/1"
MANIFEST, LEDGER = "manifest.json", "ledger.json"
_WHOLE = 1 << 53
_NAME = re.compile(r"(?!/)(?:(?!\.{1,2}(?:/|$))[^/\\:\x00-\x1f\x7f]+(?:/(?!$)|$))+")
_LOCAL, _CENTRAL, _END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")
_FIXED = (0x0800, 0, 0, 0x21)  # Names in UTF-8, bytes as they are, the first day that an archive can state.
_MODE = 0o100644 << 16

# Ed25519 (RFC 8032, section 5.1).
_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
_ZERO = (0, 1, 1, 0)
_SMALL = 8


class Broken(Exception):
    """Something is not as it was written; the message says what, and what was expected."""


def _add(one: Point, two: Point) -> Point:
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % _P, (one[1] + one[0]) * (two[1] + two[0]) % _P
    c, d = 2 * one[3] * two[3] * _D % _P, 2 * one[2] * two[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(count: int, point: Point) -> Point:
    total = _ZERO
    while count:
        if count & 1:
            total = _add(total, point)
        point, count = _add(point, point), count >> 1
    return total


def _point(raw: bytes) -> Point | None:
    """Return the point of 32 bytes; None where they are none, or not its one spelling (5.1.3)."""
    sign, y = raw[31] >> 7, int.from_bytes(raw, "little") & ((1 << 255) - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return x, y, 1, x * y % _P


def _spelling(point: Point) -> bytes:
    inverse = pow(point[2], _P - 2, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


_BASE = _point((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little")) or _ZERO


def has_signed(public: bytes, message: bytes, *, signature: bytes) -> bool:
    """Return whether an Ed25519 signature is one of a message by a key (RFC 8032, section 5.1.7).

    Strictly: S below the order of the group, every point in its one spelling, the equation without the cofactor.
    A key of small order is refused, since it signs whatever one likes.
    """
    if len(public) != 32 or len(signature) != 64:  # noqa: PLR2004 - bytes of a key and of a signature
        return False
    key, scalar = _point(public), int.from_bytes(signature[32:], "little")
    if key is None or scalar >= _L or _spelling(_times(_SMALL, key)) == _spelling(_ZERO):
        return False
    hashed = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _L
    minus = (_P - key[0], key[1], key[2], _P - key[3])
    return _spelling(_add(_times(scalar, _BASE), _times(hashed, minus))) == signature[:32]


def spelt(value: object) -> bytes:
    """Return the one spelling of a plain value (RFC 8785 without floats)."""
    return _text(value).encode()


def _text(value: object) -> str:
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return (
            "{"
            + ",".join(json.dumps(one, ensure_ascii=False) + ":" + _text(value[one]) for one in names)
            + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(_text(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def parsed(name: str, held: bytes) -> dict[str, Any]:
    """Return the object of a JSON member, which has to be in its one spelling.

    Raises:
        Broken: It is not.
    """
    try:
        value = json.loads(
            held.decode(), object_pairs_hook=_once, parse_int=_whole, parse_float=_no, parse_constant=_no
        )
        same = spelt(value) == held
    except (ValueError, RecursionError) as error:
        raise Broken(f"{name}: no JSON as a pack has it: {error}.") from error
    if not same or not isinstance(value, dict):
        raise Broken(f"{name}: not in the one spelling of canonical JSON (RFC 8785), which was expected.")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _whole(text: str) -> int:
    if len(text) > 17 or abs(int(text)) >= _WHOLE:  # noqa: PLR2004 - digits of 2^53, and a sign
        raise ValueError("a number of more than 53 bits")
    return int(text)


def _no(text: str) -> None:
    raise ValueError(f"the number {text[:20]}, where whole ones are expected")


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Return members, by name, as the one archive that holds them: nothing pressed, no times, in order of name."""
    body, listed = bytearray(), bytearray()
    for name in sorted(members):
        raw, held = name.encode(), members[name]
        told = (*_FIXED, zlib.crc32(held), len(held), len(held), len(raw), 0)
        listed += _CENTRAL.pack(b"PK\1\2", 0x031E, 20, *told, 0, 0, 0, _MODE, len(body)) + raw
        body += _LOCAL.pack(b"PK\3\4", 20, *told) + raw + held
    end = _END.pack(b"PK\5\6", 0, 0, len(members), len(members), len(listed), len(body), 0)
    return bytes(body + listed + end)


def unzipped(held: bytes) -> dict[str, bytes]:
    """Return the members of an archive as `zipped` makes it.

    Raises:
        Broken: It is not such a one: pressed, with a member twice, or with a name that leads out of it.
    """
    members: dict[str, bytes] = {}
    at = 0
    while held[at : at + 4] == b"PK\3\4" and at + _LOCAL.size <= len(held):
        head = _LOCAL.unpack_from(held, at)
        start = at + _LOCAL.size + head[9] + head[10]
        if head[3] or head[7] != head[8] or start + head[8] > len(held):
            raise Broken("The archive is not as it was written; unpack it and check the folder.")
        try:
            name = held[at + _LOCAL.size : start - head[10]].decode()
        except ValueError as error:
            raise Broken("The archive has a name that is no UTF-8.") from error
        _check_name(name, members)
        members[name] = held[start : start + head[8]]
        at = start + head[8]
    if not members:
        raise Broken("It is no archive that apportion wrote: it does not begin with a member.")
    return members


def _check_name(name: str, members: Mapping[str, bytes]) -> None:
    if name in members:
        raise Broken(f"{name}: it stands in the archive twice.")
    if not _NAME.fullmatch(name):
        raise Broken(f"{name!r}: no name of a member; it leads out of the pack.")
    if len(members) >= MOST_MEMBERS:
        raise Broken(f"There are more than {MOST_MEMBERS} members.")


def gathered(place: Path) -> dict[str, bytes]:
    """Return the files of an unpacked pack by name.

    Raises:
        Broken: One is a link or anything else than a file, or there is too much.
    """
    members: dict[str, bytes] = {}
    total = 0
    for path in sorted(place.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            continue
        name = path.relative_to(place).as_posix()
        if path.is_symlink() or not path.is_file():
            raise Broken(f"{name}: no file, but a link or a device.")
        total += path.stat().st_size
        if total > MOST_BYTES:
            raise Broken(f"It holds more than {MOST_BYTES} bytes, which is the most that is read.")
        _check_name(name, members)
        members[name] = path.read_bytes()
    return members


def _hash(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def _raw(text: object, size: int) -> bytes:
    if not isinstance(text, str) or not re.fullmatch(f"[0-9a-f]{{{2 * size}}}", text):
        raise Broken(f"{str(text)[:80]!r} is not {2 * size} hexadecimal digits, which were expected.")
    return bytes.fromhex(text)


def _parts(value: object, *names: str) -> list[Any]:
    """Return the parts of an object in the order asked for; there may be no others."""
    if not isinstance(value, dict) or set(value) != set(names):
        found = sorted(value) if isinstance(value, dict) else str(value)[:80]
        raise Broken(f"Expected an object of {', '.join(names)}; found {found}.")
    return [value[name] for name in names]


def _checked(value: Any, kind: type) -> Any:  # noqa: ANN401 - whatever kind is asked for
    if type(value) is not kind:
        raise Broken(f"Expected {kind.__name__}, found {str(value)[:80]!r}.")
    return value


def document_root(document: object) -> tuple[str, str, dict[str, Any], bool]:
    """Return the name of a document, the root it comes to, its shown groups by path, and whether it shows all.

    Raises:
        Broken: Its parts do not make one tree.
    """
    name, size, shown, hidden, padding = _parts(document, "document", "size", "shown", "hidden", "padding")
    if _checked(size, int) < 1 or size > MOST_BYTES or size & (size - 1):
        raise Broken(f"A size of {size}, where a power of two was expected.")
    groups: dict[str, Any] = {}
    open_pieces, closed = [], []
    for one in _checked(shown, list):
        at, path, salt, value = _parts(one, "at", "group", "salt", "value")
        if _checked(path, str) in groups:
            raise Broken(f"The group {path!r} is shown twice.")
        groups[path] = value
        leaf = _hash(b"\0", _raw(salt, 16), spelt({"group": path, "value": value}))
        open_pieces.append((_checked(at, int), 1, leaf, False))
    for one in _checked(hidden, list):
        if len(_checked(one, list)) != 3:  # noqa: PLR2004 - first place, number of places, hash
            raise Broken("A hidden part is told by its first place, its size and its hash.")
        closed.append((_checked(one[0], int), _checked(one[1], int), _raw(one[2], 32), True))
    if open_pieces != sorted(open_pieces) or closed != sorted(closed):
        raise Broken("Its parts are not in their order.")
    if padding is not None:
        if closed or size > 16 * max(16, len(groups)):
            raise Broken("It says that all else is padding, and yet hides something.")
        closed = _padding(_raw(padding, 32), size=size, taken={one[0] for one in open_pieces})
    root = _folded(sorted([*open_pieces, *closed]), size=size)
    return _checked(name, str), root.hex(), groups, padding is not None


def _padding(key: bytes, *, size: int, taken: set[int]) -> list[tuple[int, int, bytes, bool]]:
    """Return the leaves of padding, drawn from a key, in the places that no group takes."""
    free = [at for at in range(size) if at not in taken]
    tags = sorted(hmac.digest(key, count.to_bytes(8, "big"), "sha256") for count in range(len(free)))
    return [(at, 1, _hash(b"\0", tags[place]), False) for place, at in enumerate(free)]


def _folded(pieces: list[tuple[int, int, bytes, bool]], *, size: int) -> bytes:
    """Return the root over subtrees that lie side by side; two hidden halves of one subtree are one piece."""
    stack: list[tuple[int, bytes, bool]] = []
    at = 0
    for start, count, held, is_hidden in pieces:
        if start != at or count < 1 or count & (count - 1) or start % count:
            raise Broken(f"Its parts do not lie side by side: place {start}, where {at} was expected.")
        at += count
        stack.append((count, held, is_hidden))
        while len(stack) > 1 and stack[-1][0] == stack[-2][0]:
            (width, left, one), (_, right, two) = stack[-2:]
            if one and two:
                raise Broken("It hides two halves apart that are one subtree.")
            stack[-2:] = [(2 * width, _hash(b"\1", left, right), False)]
    if at != size or len(stack) != 1:
        raise Broken(f"Its parts make {at} places, where {size} were expected.")
    return stack[0][1]


def is_included(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Return whether a leaf is in a tree (RFC 9162, section 2.1.3.2)."""
    at, last, held = index, size - 1, leaf
    for one in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            held = _hash(b"\1", one, held)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            held = _hash(b"\1", held, one)
        at, last = at >> 1, last >> 1
    return 0 <= index < size and last == 0 and held == root


def is_consistent(old: tuple[int, bytes], new: tuple[int, bytes], *, proof: Sequence[bytes]) -> bool:
    """Return whether a tree begins with a smaller one (RFC 9162, section 2.1.4.2); each a size and a root."""
    if old[0] == new[0]:
        return old[1] == new[1] and not proof
    if not 0 < old[0] < new[0] or not proof:
        return False
    path = [old[1], *proof] if old[0] & (old[0] - 1) == 0 else list(proof)
    at, last = old[0] - 1, new[0] - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = _hash(b"\1", one, first), _hash(b"\1", one, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = _hash(b"\1", second, one)
        at, last = at >> 1, last >> 1
    return first == old[1] and second == new[1] and last == 0


def check_signed(value: object) -> dict[str, Any]:
    """Return what a signed checkpoint states, with `fingerprints` of who signed it, the signing key first.

    Raises:
        Broken: A signature does not hold.
    """
    stated, signature, public, others = _parts(
        value, "checkpoint", "signature", "public_key", "countersignatures"
    )
    _parts(stated, "at", "book", "head", "key", "root", "size")
    for name, size in (("book", 16), ("head", 32), ("key", 8), ("root", 32)):
        _raw(stated[name], size)
    _checked(stated["size"], int), _checked(stated["at"], str)
    key = _raw(public, 32)
    if _hash(key).hex()[:16] != stated["key"]:
        raise Broken(f"The checkpoint names the key {stated['key']}, and {_hash(key).hex()[:16]} is with it.")
    if not has_signed(key, b"apportion checkpoint\n" + spelt(stated), signature=_raw(signature, 64)):
        raise Broken("The signature of the checkpoint does not hold: it is not what its key signed.")
    prints, names = [stated["key"]], []
    for one in _checked(others, list):
        by, other, again = _parts(one, "by", "key", "signature")
        message = b"apportion countersignature\n" + spelt({**stated, "signature": signature})
        if not has_signed(_raw(other, 32), message, signature=_raw(again, 64)):
            raise Broken(f"The countersignature of {by!r} does not hold.")
        prints.append(_hash(_raw(other, 32)).hex()[:16])
        names.append(_checked(by, str))
    return {**stated, "public": public, "fingerprints": prints, "countersigned_by": names}


def content_root(groups: object) -> tuple[str, dict[str, Any], list[str]]:
    """Return the root of what an entry says, the groups shown by name, and the names of those withheld.

    Raises:
        Broken: They are none, not in their order, or not shown to be all.
    """
    leaves: list[bytes] = []
    shown: dict[str, Any] = {}
    names: list[str] = []
    for one in _checked(groups, list):
        if isinstance(one, dict) and "leaf" in one:
            name, leaf = _parts(one, "group", "leaf")
            leaves.append(_raw(leaf, 32))
        else:
            name, salt, value = _parts(one, "group", "salt", "value")
            shown[_checked(name, str)] = value
            leaves.append(_hash(b"\0", _raw(salt, 16), spelt({"group": name, "value": value})))
        names.append(_checked(name, str))
    listed = sorted(set(names) - {"groups"})
    is_all = shown["groups"] == listed if "groups" in shown else names == listed and list(shown) == names[:1]
    if not names or names != sorted(set(names)) or not is_all:
        raise Broken(f"The groups {names} are not shown to be all that it says.")
    return _root_of(leaves).hex(), shown, [name for name in names if name not in shown]


def erasures(ledger: Ledger) -> Iterator[str]:
    """Yield a sentence for each erasure that the ledger shows: of whose words, and which entries say less for it."""
    done = [(seq, one[0], one[1]["erased"]) for seq, one in ledger.entries.items() if "erased" in one[1]]
    taken: set[int] = set()
    for at, entry, told in done:
        person, reason = (told.get(name) if isinstance(told, dict) else None for name in ("person", "reason"))
        lost = [
            seq
            for seq, (_, shown, withheld) in ledger.entries.items()
            if seq < at
            and seq not in taken
            and "said" in withheld
            and (shown.get("act") or {}).get("by") == person
        ]
        taken.update(lost)
        if lost:
            yield (
                f"the words of {person!r} in entry {', '.join(map(str, lost))} were erased on {entry['at'][:10]} by "
                f"{entry['by']!r} (entry {at}): {reason}"
            )


def _root_of(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    cut = 1 << (len(leaves) - 1).bit_length() - 1
    return _hash(b"\1", _root_of(leaves[:cut]), _root_of(leaves[cut:]))


class Ledger:
    """The part of a ledger that is in a pack, checked as it is read.

    Attributes:
        stated: The checkpoint, as `check_signed` gives it.
        entries: Each entry by its number, with the groups shown and the names of those withheld.
        previous: The checkpoint before, where one is proven to lie under this one.
        keys: The user of each key that counts, by the key in hexadecimal.
    """

    def __init__(self, held: dict[str, Any]) -> None:
        """Check it.

        Raises:
            Broken: Something of it does not hold.
        """
        kind, signed, previous, entries = _parts(held, "format", "checkpoint", "previous", "entries")
        if kind != "apportion-pack-ledger/1":
            raise Broken(f"The format {kind!r}, where 'apportion-pack-ledger/1' was expected.")
        self.stated = check_signed(signed)
        self.previous = None if previous is None else self._before(previous)
        self.entries: dict[int, tuple[dict[str, Any], dict[str, Any], list[str]]] = {}
        self.keys: dict[str, str] = {}
        for one in _checked(entries, list):
            self._take(one)
        if self.stated["public"] not in self.keys:
            raise Broken(f"No entry shown makes the key {self.stated['key']} that of a user who may sign.")

    def _before(self, previous: object) -> dict[str, Any]:
        signed, proof = _parts(previous, "signed", "proof")
        stated = check_signed(signed)
        hashes = [_raw(one, 32) for one in _checked(proof, list)]
        old, new = ((one["size"], bytes.fromhex(one["root"])) for one in (stated, self.stated))
        if stated["book"] != self.stated["book"] or not is_consistent(old, new, proof=hashes):
            raise Broken(
                f"The ledger is not shown to begin with the {stated['size']} entries exported before."
            )
        return stated

    def _take(self, one: object) -> None:
        entry, groups, proof = _parts(one, "entry", "groups", "proof")
        _parts(entry, "seq", "at", "by", "kind", "subject", "content", "before")
        seq, size = _checked(entry["seq"], int), self.stated["size"]
        where = f"entry {seq}"
        if self.entries and seq <= max(self.entries):
            raise Broken(f"{where}: it stands after a later one.")
        hashes = [_raw(part, 32) for part in _checked(proof, list)]
        leaf, root = _hash(b"\0", spelt(entry)), bytes.fromhex(self.stated["root"])
        if not is_included(leaf, index=seq - 1, size=size, proof=hashes, root=root):
            raise Broken(f"{where}: it is not shown to be in the tree of root {self.stated['root']}.")
        content, shown, withheld = content_root(groups)
        if content != entry["content"]:
            raise Broken(f"{where}: what it says comes to {content}; expected {entry['content']}.")
        before = self.entries.get(seq - 1)
        if before is not None and _hash(spelt(before[0])).hex() != entry["before"]:
            raise Broken(f"{where}: it is not chained to the entry before it.")
        if seq == size and _hash(spelt(entry)).hex() != self.stated["head"]:
            raise Broken(f"{where}: it is not the head that the checkpoint states.")
        self.entries[seq] = (entry, shown, withheld)
        if entry["kind"] in {"book-opened", "key-added", "key-rotated", "key-withdrawn"}:
            self._turn(entry, shown.get("key"))

    def _turn(self, entry: dict[str, Any], told: object) -> None:
        if entry["kind"] != "key-rotated":
            user, key = _parts(told, "user", "key")
            if entry["kind"] == "key-withdrawn":
                self.keys.pop(key, None)
            elif entry["kind"] == "key-added" or entry["seq"] == 1:
                self.keys[_checked(key, str)] = _checked(user, str)
            return
        user, old, new, by_old, by_new = _parts(told, "user", "old", "new", "by_old", "by_new")
        said = {"book": self.stated["book"], "new": new, "old": old, "user": user}
        for key, signature in ((old, by_old), (new, by_new)):
            if not has_signed(
                _raw(key, 32), b"apportion rotation\n" + spelt(said), signature=_raw(signature, 64)
            ):
                raise Broken(f"entry {entry['seq']}: the rotation of {user!r} is not signed by both keys.")
        self.keys.pop(old, None)
        self.keys[new] = user


class Check:
    """A pack being checked: what held, what did not, and what cannot be known.

    Attributes:
        members: Its members by name.
        held: What was found to hold, in words.
        faults: What was not, in words.
        unknown: What cannot be known from it, in words.
    """

    def __init__(self, members: dict[str, bytes]) -> None:
        """Begin with the members as they were read."""
        self.members = members
        self.manifest: dict[str, Any] = {}
        self.groups: dict[str, dict[str, Any]] = {}
        self.ledger: Ledger | None = None
        self.held: list[str] = []
        self.faults: list[str] = []
        self.unknown: list[str] = []
        self.hiding: list[str] = []

    def run(self) -> None:
        """Check all that needs nothing beside the pack; each step even where one before it failed."""
        for name, step in (
            (MANIFEST, self._check_members),
            ("documents", self._check_documents),
            (LEDGER, self._check_ledger),
        ):
            try:
                step()
            except Broken as fault:
                self.faults.append(str(fault) if str(fault).startswith(name) else f"{name}: {fault}")

    def _check_members(self) -> None:
        self.manifest = parsed(MANIFEST, self.members.get(MANIFEST, b""))
        _parts(
            self.manifest,
            *("format", "book", "scenario", "decision", "view", "party", "world", "documents", "members"),
        )
        if self.manifest["format"] != FORMAT:
            raise Broken(f"The format {self.manifest['format']!r}, where {FORMAT!r} was expected.")
        stated = _checked(self.manifest["members"], dict)
        there = set(self.members) - {MANIFEST, LEDGER}
        self.faults.extend(f"{name}: it is missing." for name in sorted(set(stated) - there))
        self.faults.extend(f"{name}: it is no member of this pack." for name in sorted(there - set(stated)))
        for name in sorted(there & set(stated)):
            found = hashlib.sha256(self.members[name]).hexdigest()
            if found != stated[name]:
                self.faults.append(f"{name}: its SHA-256 is {found}; expected {stated[name]}.")
        self.held.append(f"{len(stated)} members: names and SHA-256 compared with the manifest")

    def _check_documents(self) -> None:
        roots = _checked(self.manifest.get("documents", {}), dict)
        shown = 0
        for name in sorted(roots):
            file = f"documents/{name}.json"
            try:
                told, root, groups, is_whole = document_root(parsed(file, self.members.get(file, b"")))
            except Broken as fault:
                raise Broken(f"{file}: {fault}") from fault
            if (told, root) != (name, roots[name]):
                raise Broken(
                    f"{file}: {told!r} comes to the root {root}; expected {name!r} and {roots[name]}."
                )
            self.groups[name] = groups
            shown += len(groups)
            if not is_whole:
                self.hiding.append(name)
        self.held.append(f"{len(roots)} documents: {shown} groups of fields proven against the roots")

    def _check_ledger(self) -> None:
        ledger = self.ledger = Ledger(parsed(LEDGER, self.members.get(LEDGER, b"")))
        stated = ledger.stated
        self._check_entry_of_pack(ledger)
        withheld = sum(len(one[2]) for one in ledger.entries.values())
        self.held.append(
            f"{len(ledger.entries)} entries of the ledger proven, {withheld} groups of them withheld"
        )
        self.held.extend(erasures(ledger))
        print_ = " ".join(stated["key"][at : at + 4] for at in range(0, 16, 4))
        self.held.append(
            f"checkpoint of {stated['size']} entries at {stated['at']}: signed by "
            f"{ledger.keys[stated['public']]!r} with the key {print_}"
        )
        if ledger.previous is not None:
            self.held.append(f"the ledger begins with the {ledger.previous['size']} entries exported before")
        if stated["countersigned_by"]:
            self.held.append(f"countersigned by {', '.join(stated['countersigned_by'])}")

    def _check_entry_of_pack(self, ledger: Ledger) -> None:
        digest = hashlib.sha256(self.members.get(MANIFEST, b"")).hexdigest()
        asked = {name: self.manifest.get(name) for name in ("view", "party")}
        last = [one for one in ledger.entries.values() if one[0]["kind"] == "pack"][-1:]
        if not last or last[0][1].get("pack") != {**asked, "manifest": digest}:
            told = last[0][1].get("pack") if last else None
            raise Broken(f"The ledger states {told} of the pack; expected the manifest of SHA-256 {digest}.")
        if last[0][1].get("documents") != self.manifest.get("documents"):
            raise Broken("The ledger states other roots of documents than the manifest.")
        if ledger.stated["book"] != self.manifest.get("book") or "seed" not in last[0][2]:
            raise Broken(
                f"The entry of the pack is of another book, {ledger.stated['book']}, or shows its seed."
            )
        about = last[0][1].get("about")
        if about is not None and about != {
            name: self.manifest.get(name) for name in ("decision", "scenario")
        }:
            raise Broken(f"The ledger states {about}; the manifest says something else.")
        events = [one for path, one in self.groups.get("decision", {}).items() if path.startswith("events/")]
        listed = {one["seq"]: one["entry"] for one in events if set(one) == {"seq", "entry"}}
        found = {
            seq: _hash(spelt(one[0])).hex()
            for seq, one in ledger.entries.items()
            if one[0]["kind"] == "decision"
        }
        if listed != found:
            raise Broken(
                f"It holds the events {sorted(found)}; the document of the decision, {sorted(listed)}."
            )

    def compare(self, outside: object) -> None:
        """Compare the checkpoint of the pack with one that was handed over another way."""
        if self.ledger is None:
            return
        mine, theirs, before = self.ledger.stated, check_signed(outside), self.ledger.previous
        told = f"the checkpoint handed over, of {theirs['size']} entries,"
        alike = ("book", "size", "root", "head")
        if any(all(theirs[name] == one[name] for name in alike) for one in (mine, before) if one is not None):
            self.held.append(f"{told} is one that the pack proves its entries by")
        elif theirs["book"] != mine["book"] or theirs["size"] in {mine["size"], before and before["size"]}:
            self.faults.append(f"ledger.json: {told} states another ledger of that size, or another book.")
        else:
            self.faults.append(
                f"ledger.json: {told} cannot be compared: the pack has no consistency proof from it to its own "
                f"{mine['size']} entries. Ask for `apportion audit prove` between the two."
            )

    def expect_key(self, fingerprint: str) -> None:
        """Compare the keys that signed with a fingerprint that was handed over another way."""
        asked = fingerprint.replace(" ", "").lower()
        if self.ledger is not None and asked in self.ledger.stated["fingerprints"]:
            self.held.append(f"the key {fingerprint} signed or countersigned the checkpoint")
        elif self.ledger is not None:
            found = ", ".join(self.ledger.stated["fingerprints"])
            self.faults.append(f"ledger.json: signed by {found}; expected the key {asked}.")

    def tell(self, *, has_outside: bool, is_replayed: bool) -> None:
        """Add what cannot be known."""
        if not has_outside:
            self.unknown.append(
                "Whether this ledger is the only one of its book, and whose keys these are: for that, compare a "
                "checkpoint (--checkpoint) or a fingerprint (--key) that you were handed another way."
            )
        self.unknown.append(
            "What the ledger holds after this checkpoint, and whether a key was withdrawn since."
        )
        if self.hiding:
            self.unknown.append(
                f"What is hidden in {', '.join(self.hiding)}, and how many groups: the roots show that it is "
                "there and the same in every view. Plan and assessment cannot be replayed from this view."
            )
        elif not is_replayed:
            self.unknown.append(
                "Whether plan and assessment follow from the world: for that, run it with --replay."
            )
        self.unknown.append("Whether what was put into the book was true.")


def _replay(check: Check) -> None:
    """Replay decisions, plan and assessment with the apportion that is installed."""
    if check.hiding or check.faults:
        check.faults.append("replay: not done, since the pack does not show everything or does not hold.")
        return
    try:
        replay_pack = importlib.import_module("apportion.commands.replaying").replay_pack
    except ImportError:
        check.faults.append("replay: not done, since apportion is not installed where this runs.")
        return
    held, faults = replay_pack(check.members, manifest=check.manifest, groups=check.groups)
    check.held.extend(held)
    check.faults.extend(f"replay: {one}" for one in faults)


def read(place: Path) -> tuple[dict[str, bytes], list[str]]:
    """Return the members of a pack, zipped or not, and what is wrong with the archive around them.

    Raises:
        Broken: It cannot be read.
    """
    if place.is_dir():
        return gathered(place), []
    try:
        if place.stat().st_size > MOST_BYTES:
            raise Broken(f"It holds more than {MOST_BYTES} bytes, which is the most that is read.")
        held = place.read_bytes()
    except OSError as error:
        raise Broken(f"It cannot be read: {error.strerror or error}.") from error
    members = unzipped(held)
    again = zipped(members)
    if again == held:
        return members, []
    at = next((at for at, (one, two) in enumerate(zip(held, again)) if one != two), len(again))  # noqa: B905 - no `strict` before 3.10
    return members, [f"The archive around its members is not as it was written, from byte {at} on."]


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the pack that is asked for, print what was found, and return 0 where all of it holds, else 1."""
    reading = argparse.ArgumentParser(description="Check a decision pack: every digest, proof and signature.")
    reading.add_argument(
        "pack", nargs="?", help="the .zip or its folder; without it, the folder this lies in"
    )
    reading.add_argument("--checkpoint", help="a checkpoint file that you were handed another way")
    reading.add_argument("--key", help="the fingerprint of a key that you were told another way")
    reading.add_argument("--replay", action="store_true", help="replay plan and assessment with apportion")
    asked = reading.parse_args(arguments)
    place = Path(asked.pack) if asked.pack else Path(__file__).resolve().parent
    check = Check({})
    try:
        check.members, around = read(place)
        check.faults.extend(around)
        check.run()
        if asked.checkpoint:
            check.compare(_outside(Path(asked.checkpoint)))
        if asked.key:
            check.expect_key(asked.key)
    except Broken as fault:
        check.faults.append(str(fault))
    if asked.replay:
        _replay(check)
    check.tell(has_outside=bool(asked.checkpoint or asked.key), is_replayed=asked.replay)
    _print(check)
    return 1 if check.faults else 0


def _outside(file: Path) -> object:
    """Return the checkpoint of a file: an object, or the last of several, one a line."""
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise Broken(f"{file.name}: it cannot be read: {error.strerror or error}.") from error
    return parsed(file.name, lines[-1] if lines else b"")


def _print(check: Check) -> None:
    out: list[str] = []
    manifest = check.manifest
    party = f" of {manifest.get('party')}" if manifest.get("party") else ""
    # A buyer's pack names no scenario, and one of a party that is no side no decision either.
    about = f" of {manifest.get('decision')!r}" if manifest.get("decision") else ""
    place = f" in {manifest.get('scenario')!r}" if manifest.get("scenario") else ""
    out.append(f"Decision pack{about}{place}, view {manifest.get('view')}{party}")
    out.extend(f"  holds      {one}" for one in check.held)
    out.extend(f"  NOT        {one}" for one in check.faults)
    out.extend(f"  not known  {one}" for one in check.unknown)
    out.append("It does NOT hold." if check.faults else "All that can be checked holds.")
    sys.stdout.buffer.write("".join(f"{line}\n" for line in out).encode(errors="backslashreplace"))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
