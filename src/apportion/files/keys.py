"""The folder of a user's own keys: one file each, which nobody else can read.

A file is a private key as PKCS #8 in PEM (RFC 8410), which other programs read too. It comes into being whole: it is
written under a name of its own and then given its name, unless another process was first; then that one's counts.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path
from urllib.parse import quote, unquote

from apportion.errors import BookError, Code
from apportion.govern.keys import PrivateKey

FOLDER_VARIABLE = "APPORTION_KEYS"
SUFFIX = ".key"
# What a rotation has made and the book does not say yet.
_NEXT = ".next"
_MOST_BYTES = 4096
_PRIVATE_FILE, _PRIVATE_FOLDER = 0o600, 0o700
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def key_folder() -> Path:
    """Return where keys lie: ``$APPORTION_KEYS``, else ``apportion/keys`` in the user's folder of settings."""
    said = os.environ.get(FOLDER_VARIABLE)
    if said:
        return Path(said)
    settings = os.environ.get("XDG_CONFIG_HOME")
    return (Path(settings) if settings else Path.home() / ".config") / "apportion" / "keys"


def key_file(user: str) -> Path:
    """Return the file of a user's key.

    Raises:
        BookError: The name is empty, or too long for a file.
    """
    name = quote(user, safe=" ", errors="surrogateescape")
    if not user or len(name) > 200:  # noqa: PLR2004 - with its endings, below what every file system takes
        raise BookError(
            Code.KEY_MISSING, f"{user[:40]!r} is no name that a key can have.", fix="Name a user of the book."
        )
    return key_folder() / f"{name}{SUFFIX}"


def key_names() -> tuple[str, ...]:
    """Return the names of the users whose keys are in the folder, in order."""
    try:
        files = sorted(key_folder().iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        raise _unreadable(key_folder(), error.strerror or str(error)) from error
    return tuple(unquote(one.name.removesuffix(SUFFIX)) for one in files if one.name.endswith(SUFFIX))


def load_key(user: str) -> PrivateKey:
    """Return the key of a user.

    Raises:
        BookError: There is none, it is damaged, a link, or others can read it.
    """
    file = key_file(user)
    try:
        return _read(file)
    except FileNotFoundError:
        raise BookError(
            Code.KEY_MISSING,
            f"There is no key of {user!r} in {str(file.parent)!r}.",
            fix="Put it there, or name the folder that has it in APPORTION_KEYS.",
        ) from None


def load_key_of(user: str, *, public: str) -> PrivateKey:
    """Return the key of a user that a book knows, also where a rotation was stopped before it had its place.

    Args:
        user: The user.
        public: The key that the book knows, in hexadecimal; where neither file has it, the one in place is returned.

    Raises:
        BookError: There is none, it is damaged, a link, or others can read it.
    """
    held = load_key(user)
    if held.public.hex != public:
        file = key_file(user)
        with contextlib.suppress(FileNotFoundError):
            new = _read(file.with_name(file.name + _NEXT))
            if new.public.hex == public:
                put_next_key(user)
                return new
    return held


def load_or_make_key(user: str) -> PrivateKey:
    """Return the key of a user, made now where there is none; of two who make it at once both get the same.

    Raises:
        BookError: It cannot be made, or the one that is there is damaged, a link, or others can read it.
    """
    file = key_file(user)
    with contextlib.suppress(FileNotFoundError):
        return _read(file)
    return make_key(file)


def make_key(file: Path) -> PrivateKey:
    """Make a key in a file, unless one is there by then, and return the one that is there.

    Raises:
        BookError: It cannot be written, or what is there is no key of this user.
    """
    beside = file.with_name(f".{secrets.token_hex(8)}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
        _write(beside, _pem(PrivateKey(secrets.token_bytes(32))))
        try:
            # A link, and no renaming: it never takes the place of a key that is there.
            with contextlib.suppress(FileExistsError):
                os.link(beside, file)
        finally:
            beside.unlink()
        _keep_names(file.parent)
        return _read(file)
    except OSError as error:
        raise _unreadable(file, error.strerror or str(error)) from error


def next_key(user: str) -> PrivateKey:
    """Return the key that is to take the place of a user's, made now unless a rotation that was stopped made it.

    Raises:
        BookError: It cannot be made or read.
    """
    file = key_file(user)
    beside = file.with_name(file.name + _NEXT)
    with contextlib.suppress(FileNotFoundError):
        return _read(beside)
    return make_key(beside)


def put_next_key(user: str) -> None:
    """Put the next key of a user in the place of the one that is there.

    Raises:
        BookError: It cannot be put there.
    """
    file = key_file(user)
    try:
        file.with_name(file.name + _NEXT).replace(file)
        _keep_names(file.parent)
    except OSError as error:
        raise _unreadable(file, error.strerror or str(error)) from error


def _write(file: Path, content: bytes) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _keep_names(folder: Path) -> None:
    """Have the names of a folder on the disk: a key that signed something must not be gone after a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(file: Path) -> PrivateKey:
    """Return the key in a file.

    Raises:
        FileNotFoundError: There is none.
        BookError: It is no key, a link, or others can read it.
    """
    try:
        # Without waiting, so that a pipe of this name stops nobody.
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise
    except OSError as error:
        told = "it is a link" if file.is_symlink() else error.strerror or str(error)
        raise _unreadable(file, told) from error
    try:
        _refuse_open(file, os.fstat(handle))
        content = os.read(handle, _MOST_BYTES)
    finally:
        os.close(handle)
    return _key_in(content, file=file)


def _refuse_open(file: Path, seen: os.stat_result) -> None:
    if not stat.S_ISREG(seen.st_mode):
        raise _unreadable(file, "it is no file")
    if seen.st_uid != os.geteuid():
        raise _unreadable(file, "it is another's")
    if seen.st_mode & _OTHERS:
        raise BookError(
            Code.KEY_UNUSABLE,
            f"The key {str(file)!r} can be read or written by others: {stat.filemode(seen.st_mode)}.",
            fix=f"Make it yours alone with `chmod 600 {file}`; if others may have it, rotate it.",
        )


def _key_in(content: bytes, *, file: Path) -> PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - slow to load, and few need it
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 - as above

    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _unreadable(file, "it is damaged, or no private key without a password") from None
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise _unreadable(file, "it is no Ed25519 key")
    return PrivateKey(key.private_bytes_raw())


def _pem(key: PrivateKey) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - slow to load, and few need it
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - as above
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    private = ed25519.Ed25519PrivateKey.from_private_bytes(key.seed)
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _unreadable(file: Path, told: str) -> BookError:
    return BookError(
        Code.KEY_UNUSABLE,
        f"The key {str(file)!r} cannot be used: {told}.",
        fix="Put your own key back, or name the folder that has it in APPORTION_KEYS.",
    )
