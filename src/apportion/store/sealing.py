"""Groups of entries that are kept sealed: salt and text under a key of the person whose words they are.

AES-GCM with a key of 32 bytes and a nonce of 12 for each group; the group's own leaf is authenticated with it, so that
sealed words cannot be moved to another entry. A seal names its key by an id, because somebody whose words were erased
may speak again, under a new key. Without its key the leaf alone is left.

Source: NIST SP 800-38D.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass

from apportion.govern.ledger import SALT_BYTES, Group
from apportion.govern.ledger_faults import StoredGroup

__all__ = ["DataKey", "is_sealed", "key_named_in", "new_key", "seal", "unsealed"]

_KEY_BYTES = 32
_ID_BYTES = 8
_NONCE_BYTES = 12
# No canonical text of a group begins so.
_MARK = '{"sealed_under":'


@dataclass(frozen=True, slots=True, kw_only=True)
class DataKey:
    """What the words of one person are sealed with, until it is destroyed.

    Attributes:
        id: What seals name it by, 16 hexadecimal digits drawn at random.
        person: Whose words.
        secret: 32 bytes; never to be shown, and not in what is printed of it.
    """

    id: str
    person: str
    secret: bytes

    def __repr__(self) -> str:
        """Return it without the secret, which would otherwise stand in a traceback."""
        return f"DataKey(id={self.id!r}, person={self.person!r})"


def new_key(person: str) -> DataKey:
    """Return a new key for a person's words."""
    return DataKey(id=os.urandom(_ID_BYTES).hex(), person=person, secret=os.urandom(_KEY_BYTES))


def is_sealed(text: str | None) -> bool:
    """Return whether a stored text is a sealed one."""
    return text is not None and text.startswith(_MARK)


def seal(group: Group, *, key: DataKey) -> str:
    """Return what is stored in place of the text of a group."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - slow to load, and few need it

    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(key.secret).encrypt(nonce, group.salt + group.text.encode(), group.leaf)
    held = base64.b64encode(nonce + sealed).decode()
    return json.dumps({"sealed_under": key.id, "sealed": held}, separators=(",", ":"))


def key_named_in(text: str) -> str:
    """Return the id of the key of a sealed text; empty: it names none."""
    try:
        return str(json.loads(text)["sealed_under"])
    except (ValueError, KeyError, TypeError):
        return ""


def unsealed(stored: StoredGroup, *, key: DataKey | None) -> StoredGroup:
    """Return a sealed group with its salt and text, or with neither where its key is gone.

    One that does not open under its key was changed: it is given as it is stored, which makes another leaf.
    """
    if key is None or stored.text is None:
        return stored._replace(salt=None, text=None)
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - slow to load, and few need it
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as above

    try:
        held = base64.b64decode(json.loads(stored.text)["sealed"], validate=True)
        opened = AESGCM(key.secret).decrypt(held[:_NONCE_BYTES], held[_NONCE_BYTES:], bytes(stored.leaf))
    except (ValueError, KeyError, TypeError, InvalidTag):
        return stored._replace(salt=bytes(SALT_BYTES))
    return stored._replace(salt=opened[:SALT_BYTES], text=opened[SALT_BYTES:].decode())
