"""What a user would build instead: FastAPI, SQLAlchemy's async ORM, uvicorn on uvloop.

Prints `port key` when it serves, and ends when its standard input does.
"""

import argparse
import asyncio
import hashlib
import hmac
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from services.engagement.reference import BUILTIN, reference_of
from services.engagement.rules.scores import Component, Figures, explain, microseconds
from services.engagement.rules.versions import Version
from services.engagement.servicer.messages import units
from services.programme.programme import Programme, Weights
from tests.benchmarks import peer_tables as db
from tests.benchmarks.peer_ledger import CannotSpendError, SpendAnswer, SpendBody, spend
from tests.benchmarks.peer_orders import (
    OrderBook,
    RecordOrderAnswer,
    RecordOrderBody,
    RequestIdReusedError,
)

POSTGRES_CONNECTIONS = 20  # enough for commits to share fsyncs; more only queue for two cores

UNITS = units(Programme().currency)
KEEP_ALIVE_SECONDS = 600  # the load's connections are idle while the other side has its round

Sessions = async_sessionmaker[AsyncSession]


class ComponentAnswer(BaseModel):
    kind: str
    value: float
    percentile: float
    weight: float
    contribution: float
    window_days: int
    events: int
    unit: str


class RfmAnswer(BaseModel):
    recency: int
    frequency: int
    monetary: int
    segment: str


class ScoreAnswer(BaseModel):
    customer_id: str
    score: float | None
    coverage: float
    components: list[ComponentAnswer]
    rfm: RfmAnswer
    orders: int
    gap_days_median: float | None
    as_of: datetime
    score_version: str
    fallback: str | None


def component_answer(part: Component) -> ComponentAnswer:
    return ComponentAnswer(**part._asdict(), unit=UNITS[part.kind])


def score_answer(row: Any, version: Version) -> ScoreAnswer:
    """The stored figures explained by the same pure rules as the service's."""
    figures = {name: getattr(row, name) for name in Figures._fields if name != "last_order_us"}
    last = None if row.last_order_at is None else microseconds(row.last_order_at)
    coverage, parts = explain(Figures(**figures, last_order_us=last), version, microseconds(row.as_of))
    return ScoreAnswer(
        customer_id=row.customer_id,
        score=row.score if parts else None,
        coverage=coverage,
        components=[component_answer(part) for part in parts],
        rfm=RfmAnswer(
            recency=row.recency, frequency=row.frequency, monetary=row.monetary, segment=row.segment
        ),
        orders=row.orders,
        gap_days_median=row.gap_days_median,
        as_of=row.as_of,
        score_version=row.version,
        fallback=None if parts else "NO_EVIDENCE",
    )


def make_engines(url: str) -> tuple[AsyncEngine, AsyncEngine]:
    """For reads and for writes. SQLite takes one writer: its queue is the pool's, not a busy wait."""
    if url.startswith("postgresql"):
        engine = create_async_engine(url, pool_size=POSTGRES_CONNECTIONS, max_overflow=0)
        return engine, engine
    reads = create_async_engine(url, connect_args={"timeout": 10})
    writes = create_async_engine(url, connect_args={"timeout": 10}, pool_size=1, max_overflow=0)
    for engine in (reads, writes):
        event.listen(engine.sync_engine, "connect", prepare_sqlite)
    event.listen(
        writes.sync_engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE")
    )
    return reads, writes


def prepare_sqlite(connection: Any, _entry: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536", "temp_store=MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def make_app(url: str, key: str) -> FastAPI:
    reads, writes = make_engines(url)
    app = FastAPI(dependencies=[Depends(guard(key))])
    add_scores(app, async_sessionmaker(reads, expire_on_commit=False))
    add_orders(app, async_sessionmaker(writes, expire_on_commit=False))
    add_spends(app, async_sessionmaker(writes, expire_on_commit=False))
    return app


def guard(key: str) -> Callable[[str], Awaitable[None]]:
    """A dependency that lets only the holder of the key in."""
    key_digest = hashlib.sha256(key.encode()).digest()

    async def authenticated(authorization: Annotated[str, Header()]) -> None:
        sent = hashlib.sha256(authorization.removeprefix("Bearer ").encode()).digest()
        if not hmac.compare_digest(sent, key_digest):
            raise HTTPException(401)

    return authenticated


def session_of(sessions: Sessions) -> Callable[[], AsyncIterator[AsyncSession]]:
    async def opened() -> AsyncIterator[AsyncSession]:
        async with sessions() as session:
            yield session

    return opened


def add_scores(app: FastAPI, sessions: Sessions) -> None:
    opened = Depends(session_of(sessions))
    versions: dict[str, Version] = {}  # their content never changes

    @app.get("/customers/{customer_id}/score")
    async def get_score(customer_id: str, session: Annotated[AsyncSession, opened]) -> ScoreAnswer:
        row: Any = await session.get(db.StoredScore, customer_id)
        if row is None:
            raise HTTPException(404)
        if row.version not in versions:
            versions[row.version] = await find_version(session, row.version)
        return score_answer(row, versions[row.version])


async def find_version(session: AsyncSession, name: str) -> Version:
    version: Any = await session.get(db.StoredVersion, name)
    reference: Any = await session.get(db.StoredReference, version.reference)
    known = BUILTIN if reference is None else reference_of(reference.version, reference.distributions)
    return Version(Weights.model_validate_json(version.weights), known)


def add_orders(app: FastAPI, sessions: Sessions) -> None:
    opened = Depends(session_of(sessions))
    book = OrderBook(Programme())

    @app.post("/orders")
    async def record_order(
        body: RecordOrderBody, session: Annotated[AsyncSession, opened]
    ) -> RecordOrderAnswer:
        try:
            async with session.begin():
                return await book.record(session, body)
        except RequestIdReusedError as error:
            raise HTTPException(409) from error


def add_spends(app: FastAPI, sessions: Sessions) -> None:
    opened = Depends(session_of(sessions))

    @app.post("/spends")
    async def spend_points(body: SpendBody, session: Annotated[AsyncSession, opened]) -> SpendAnswer:
        try:
            async with session.begin():
                return await spend(session, body)
        except CannotSpendError as error:
            raise HTTPException(409) from error


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="sqlite+aiosqlite:///... or postgresql+psycopg://...")
    url = parser.parse_args().url
    key = secrets.token_urlsafe(24)
    config = uvicorn.Config(
        make_app(url, key),
        port=0,
        access_log=False,
        log_level="warning",
        http="httptools",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  (uvicorn offers no event)
        await asyncio.sleep(0.05)
    print(server.servers[0].sockets[0].getsockname()[1], key, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.should_exit = True
    await serving


if __name__ == "__main__":
    import uvloop

    uvloop.run(main())
