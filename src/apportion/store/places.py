"""Where a book is: a file, or a database of a PostgreSQL server. A password is in the address alone, never in a label."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from apportion.errors import UsageError

__all__ = ["DEFAULT", "Place"]

# The book that is meant where none is named.
DEFAULT = "apportion.db"
_SQLITE = "sqlite:///"
_POSTGRES = ("postgresql://", "postgres://", "postgresql+psycopg://")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")
# A file of this name lives in memory, and a book there would be lost.
_IN_MEMORY = ":memory:"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a book is.

    Attributes:
        url: The address as SQLAlchemy takes it, a password included; never shown.
        label: What people are told.
        file: The file of SQLite; None for a server.
    """

    url: str = field(repr=False)
    label: str
    file: Path | None = None

    @classmethod
    def parse(cls, text: str) -> Place:
        """Return the place that a text names: a file, ``sqlite:///FILE`` or ``postgresql://…``.

        Raises:
            UsageError: It names neither.
        """
        if text.startswith(_POSTGRES):
            return cls._server(text)
        path = text.removeprefix(_SQLITE)
        if not path or path == _IN_MEMORY or "\0" in path or _SCHEME.match(path):
            # The text may hold a password, so it is not repeated.
            raise UsageError(
                "The book is neither a file nor the address of a PostgreSQL server.",
                fix="Name it as FILE.db, sqlite:///FILE.db or postgresql://USER@HOST/NAME.",
            )
        file = Path(path)
        return cls(url=f"{_SQLITE}{file}", label=str(file), file=file)

    @classmethod
    def _server(cls, text: str) -> Place:
        _, _, rest = text.partition("://")
        try:
            parts = urlsplit(f"postgresql://{rest}")
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise UsageError(
                "The address of the PostgreSQL server cannot be read.",
                fix="Name it as postgresql://USER@HOST:PORT/NAME; signs in a password are spelt like %40 for @.",
            ) from error
        named = dict(parse_qsl(parts.query))
        where = host or named.get("host", "")
        shown = f"{where}:{port}" if port else where
        name = unquote(parts.path.lstrip("/"))
        if not name:
            raise UsageError(
                "The address of the PostgreSQL server names no database.",
                fix="Name it as postgresql://USER@HOST:PORT/NAME.",
            )
        return cls(url=f"postgresql+psycopg://{rest}", label=f"postgresql://{shown}/{name}")
