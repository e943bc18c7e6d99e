"""``checkpoint.json``: the signed checkpoint that a plan of a book carries beside its files."""

from __future__ import annotations

import json
from pathlib import Path

from apportion.govern.checkpoints import Signed

CHECKPOINT_FILE = "checkpoint.json"
_MOST_BYTES = 1 << 20


def read_checkpoint(folder: Path) -> Signed | None:
    """Return the checkpoint in a folder; None where it has none. Its signature is not checked here.

    Raises:
        ValueError: The file cannot be read, or holds none.
    """
    try:
        with (folder / CHECKPOINT_FILE).open("rb") as opened:
            held = opened.read(_MOST_BYTES)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ValueError(f"it cannot be read: {error.strerror or error}.") from error
    try:
        return Signed.from_json(json.loads(held))
    except RecursionError as error:
        raise ValueError("it is nested too deeply.") from error
