"""The figures of a real shop, counted a second time by DuckDB: exactly, in minor units."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import select

from services.composition import House, build, running
from services.engagement.use_cases.references import reference_from
from services.engagement.use_cases.rescoring import Chunk, score_chunk
from services.engagement.use_cases.scores import NewReference, install_reference
from services.settings import Settings
from services.storage.tables import return_lines, scores
from services.telemetry import Telemetry
from tests.integration.conftest import NIGHT, REAL_ORDERS
from tests.integration.shop import ManualClock

pytestmark = pytest.mark.slow

# One row per kept order of the year: invoices of goods at a price, less what came back to each of them. Times
# are those of the shop in London, where it is winter at both edges of the window.
KEPT = f"""
    WITH bought AS (
        SELECT customer_id, invoice_no, min(invoice_date) AS placed_at,
               sum(quantity * round_even(unit_price_gbp::VARCHAR::DECIMAL(18, 6) * 100, 0))::BIGINT AS paid
        FROM '{REAL_ORDERS}'
        WHERE customer_id IS NOT NULL AND invoice_no NOT LIKE 'C%' AND unit_price_gbp > 0 AND quantity > 0
          AND upper(stock_code) NOT IN
              ('POST', 'DOT', 'C2', 'M', 'D', 'S', 'B', 'BANK CHARGES', 'AMAZONFEE', 'CRUK')
          AND stock_code NOT LIKE 'gift%'
        GROUP BY 1, 2),
    refunded AS (SELECT order_id, sum(amount)::BIGINT AS back FROM refunds GROUP BY 1)
    SELECT customer_id, placed_at, paid - coalesce(back, 0) AS net
    FROM bought LEFT JOIN refunded ON order_id = invoice_no
    WHERE placed_at > TIMESTAMP '2010-12-10 03:00' AND placed_at <= TIMESTAMP '2011-12-10 03:00' AND net > 0
"""
PER_CUSTOMER = f"""
    SELECT customer_id::VARCHAR AS customer_id, count(*) AS orders, sum(net)::BIGINT AS net_minor,
           max(placed_at) AS last_order_at
    FROM ({KEPT}) GROUP BY 1
"""
SEGMENTED = f"""
    WITH ranked AS (
        SELECT *, 5 - (rank() OVER (ORDER BY last_order_at DESC) - 1) * 5 // count(*) OVER () AS r,
               5 - (rank() OVER (ORDER BY orders DESC) - 1) * 5 // count(*) OVER () AS f,
               5 - (rank() OVER (ORDER BY net_minor DESC) - 1) * 5 // count(*) OVER () AS m
        FROM ({PER_CUSTOMER})),
    named AS (
        SELECT *, (f + m + 1) // 2 AS fm FROM ranked)
    SELECT CASE
        WHEN r = 5 AND fm >= 4 THEN 'CHAMPIONS' WHEN r >= 4 AND fm = 3 THEN 'ACTIVE'
        WHEN r = 5 AND orders = 1 THEN 'NEW' WHEN r >= 4 AND fm <= 2 THEN 'PROMISING'
        WHEN r >= 3 AND fm >= 4 THEN 'LOYAL' WHEN r = 3 AND fm = 3 THEN 'NEEDS_ATTENTION'
        WHEN r = 3 THEN 'ALMOST_LOST' WHEN fm = 5 THEN 'PREVIOUSLY_LOYAL' WHEN fm >= 3 THEN 'AT_RISK'
        WHEN r = 2 THEN 'ALMOST_LOST' ELSE 'DORMANT' END AS segment, count(*)
    FROM named GROUP BY 1
"""


@pytest.fixture
def database_url(retail: Path, tmp_path: Path) -> str:
    """SQLite alone: what PostgreSQL computes is held to the same by the random histories."""
    shutil.copytree(retail, tmp_path, dirs_exist_ok=True)
    return ""


@pytest.fixture
async def house(settings: Settings, clock: ManualClock) -> AsyncIterator[House]:
    """A server with all orders and returns of the shop, and everybody scored against the shop itself."""
    clock.move_to(NIGHT)
    async with running(build(settings, clock, Telemetry(0.0))) as house:
        with house.database.engine.connect() as connection:
            reference = reference_from(connection, NIGHT)
        await house.database.write(install_reference, NewReference(reference))
        last = await house.database.write(score_chunk, Chunk(""))
        while last:
            last = await house.database.write(score_chunk, Chunk(last))
        yield house


def rows(house: House) -> list[Any]:
    with house.database.engine.connect() as connection:
        return list(connection.execute(select(scores)).mappings())


def duck(house: House) -> duckdb.DuckDBPyConnection:
    """DuckDB with the refunds: which order a return belongs to is the importer's to say."""
    with house.database.engine.connect() as connection:
        refunds = connection.execute(select(return_lines.c.order_id, return_lines.c.amount_minor))
        found = [list(row) for row in refunds]
    made = duckdb.connect()
    made.execute("CREATE TABLE refunds (order_id VARCHAR, amount BIGINT)")
    made.executemany("INSERT INTO refunds VALUES (?, ?)", found)
    return made


async def test_every_figure_of_the_real_shop_is_that_of_duckdb(house: House) -> None:
    stored = [row for row in rows(house) if row["orders"]]
    counted = duck(house)
    expected = {row[0]: row[1:] for row in counted.execute(PER_CUSTOMER).fetchall()}
    assert {row["customer_id"]: (row["orders"], row["net_minor"]) for row in stored} == {
        one: (orders, net) for one, (orders, net, _) in expected.items()
    }
    for row in stored:
        orders, net, _ = expected[row["customer_id"]]
        assert (row["aov_minor"], row["repeat_rate"]) == (net / orders, (orders - 1) / orders)
        assert row["orders_per_year"] == orders
    (aov, repeat, frequency) = counted.execute(f"""
        SELECT sum(net_minor) / sum(orders), count(*) FILTER (orders >= 2) / count(*), avg(orders)
        FROM ({PER_CUSTOMER})""").fetchall()[0]
    orders = sum(row["orders"] for row in stored)
    assert sum(row["net_minor"] for row in stored) / orders == aov
    assert sum(row["orders"] >= 2 for row in stored) / len(stored) == repeat
    assert orders / len(stored) == frequency
    assert Counter(row["segment"] for row in stored) == dict(counted.execute(SEGMENTED).fetchall())
    assert len(stored) > 4_000
