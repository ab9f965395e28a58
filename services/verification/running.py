"""Runs the checks over one snapshot of a live database, which they can only read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Final
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection

from services.errors import WrongStateError
from services.storage.database import make_engine
from services.storage.migrate import is_current
from services.verification.checks import Check, Scene
from services.verification.ledger import LEDGER
from services.verification.members import MEMBERS
from services.verification.orders import ORDERS
from services.verification.rewards import REWARDS
from services.verification.standings import STANDINGS

CHECKS: Final[tuple[Check, ...]] = (*LEDGER, *ORDERS, *STANDINGS, *REWARDS, *MEMBERS)


class OtherSchemaError(WrongStateError):
    """The database has another schema than this version; run `regulars migrate`."""

    reason = "OTHER_SCHEMA"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: `violation` is the key of the first row that breaks it, None when it holds."""

    check: Check
    violation: str | None
    seconds: float
    skipped: bool = False  # it needs the programme, and that is not known


def verify(scene: Scene, checks: Sequence[Check] = CHECKS) -> Iterator[Finding]:
    """Look at one invariant after the other."""
    for check in checks:
        if check.needs_programme and scene.programme is None:
            yield Finding(check, None, 0.0, skipped=True)
            continue
        started = perf_counter()
        violation = check.find(scene)
        yield Finding(check, violation, perf_counter() - started)


@contextmanager
def snapshot(url: str) -> Iterator[Connection]:
    """A connection that sees one moment of the database and can write nothing; a server may be running.

    Raises OtherSchemaError, and OperationalError when there is no database.
    """
    engine = _read_only_engine(url)
    try:
        with engine.connect() as connection, connection.begin():
            if not is_current(connection):
                raise OtherSchemaError
            yield connection
    finally:
        engine.dispose()


def _read_only_engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return make_engine(url).execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    file = f"file:{quote(make_url(url).database or '')}"
    engine = create_engine(URL.create("sqlite", database=file, query={"mode": "ro", "uri": "true"}))
    event.listen(engine, "connect", _without_transactions)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _without_transactions(connection: DBAPIConnection, _entry: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions behind our back
