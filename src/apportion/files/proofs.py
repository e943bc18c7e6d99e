"""Checkpoints and proofs in files of their own: one JSON object, or, as they are handed out, one on each line."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path

from apportion.errors import UsageError
from apportion.govern.checkpoints import Signed
from apportion.govern.proofs import Proof, proof_from_json

__all__ = ["read_checkpoint_file", "read_checkpoints", "read_proof", "replace_json", "write_new_json"]

# A line is about 700 bytes, so this holds some hundred thousand checkpoints.
_MOST_BYTES = 1 << 28


def read_checkpoints(file: Path) -> list[Signed]:
    """Return the checkpoints of a file, in its order; their signatures are not checked here.

    Raises:
        UsageError: It cannot be read, or holds none.
    """
    text = _read(file)
    lines = [text] if _is_json(text) else [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise _refused(file, "it is empty")
    found = []
    for row, line in enumerate(lines, start=1):
        try:
            found.append(Signed.from_json(json.loads(line)))
        except (ValueError, RecursionError) as error:
            place = f"line {row} is" if len(lines) > 1 else "it is"
            raise _refused(file, f"{place} no signed checkpoint: {error}") from error
    return found


def read_checkpoint_file(file: Path) -> Signed:
    """Return the last checkpoint of a file.

    Raises:
        UsageError: It cannot be read, or holds none.
    """
    return read_checkpoints(file)[-1]


def read_proof(file: Path) -> Proof:
    """Return the proof in a file; whether it holds is not checked here.

    Raises:
        UsageError: It cannot be read, or holds none.
    """
    text = _read(file)
    try:
        return proof_from_json(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise _refused(file, f"it is no proof: {error}") from error


def write_new_json(file: Path, values: Mapping[str, object]) -> None:
    """Write plain values to a file that is not there yet.

    Raises:
        UsageError: It is there, or cannot be written.
    """
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(_spelled(values))
    except FileExistsError:
        raise UsageError(
            f"{str(file)!r} is there already, and is not written over: it may be the only copy.",
            fix="Name another file.",
        ) from None
    except OSError as error:
        raise _unwritten(file, error) from error


def replace_json(file: Path, values: Mapping[str, object]) -> None:
    """Write plain values in the place of a file, all of it or nothing.

    Raises:
        UsageError: It cannot be written.
    """
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        beside.write_text(_spelled(values), encoding="utf-8")
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise _unwritten(file, error) from error


def _spelled(values: Mapping[str, object]) -> str:
    return json.dumps(values, ensure_ascii=False, indent=1) + "\n"


def _read(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            held = opened.read(_MOST_BYTES + 1)
        if len(held) > _MOST_BYTES:
            raise _refused(file, f"it is larger than {_MOST_BYTES:,} bytes")
        return held.decode()
    except OSError as error:
        raise _refused(file, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise _refused(file, "it is not UTF-8") from error


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _refused(file: Path, told: str) -> UsageError:
    return UsageError(
        f"{str(file)!r} cannot be used: {told}.", fix="Name a file that `apportion audit` has written."
    )


def _unwritten(file: Path, error: OSError) -> UsageError:
    return UsageError(
        f"{str(file)!r} cannot be written: {error.strerror or error}.", fix="Name another file."
    )
