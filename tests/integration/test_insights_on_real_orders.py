"""Reports on the real orders of Online Retail, counted a second time by DuckDB from the stored rows."""

from __future__ import annotations

import csv
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import Connection, select
from sqlalchemy import type_coerce as seen_as
from sqlalchemy.types import BigInteger

from services.composition import House, build, running
from services.insights.rules.cohorts import CohortSize
from services.insights.use_cases import reports
from services.settings import Settings
from services.spans import days_before
from services.storage.tables import order_lines, orders, return_lines
from services.telemetry import Telemetry
from tests.integration.shop import ManualClock

AS_OF = datetime(2011, 12, 10, tzinfo=UTC)  # the day after the last order
YEAR = 365 * 86_400 * 1_000_000


@pytest.fixture
def database_url(retail: Path, tmp_path: Path) -> str:
    """The set queries are held to both databases elsewhere; the real orders are many."""
    shutil.copytree(retail, tmp_path, dirs_exist_ok=True)
    return ""


@pytest.fixture
async def shop(settings: Settings) -> AsyncIterator[House]:
    """A server with the real orders in it."""
    async with running(build(settings, ManualClock(AS_OF), Telemetry(0.0))) as house:
        yield house


def dump(connection: Connection, folder: Path) -> None:
    """The stored rows that the reports rest on, as CSV."""
    for table, names in (
        (orders, ("source", "order_id", "customer_id", "placed_at", "total_minor", "replaces", "channel")),
        (return_lines, ("source", "order_id", "amount_minor", "returned_at")),
        (order_lines, ("source", "order_id", "quantity", "unit_price_minor")),
    ):
        columns = [
            seen_as(table.c[name], BigInteger) if name.endswith("_at") else table.c[name] for name in names
        ]
        with (folder / f"{table.name}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(names)
            writer.writerows(connection.execute(select(*columns)))


def duck(folder: Path, query: str) -> list[tuple[Any, ...]]:
    until = int(AS_OF.timestamp()) * 1_000_000
    kept = f"""
        WITH refunds AS (
            SELECT source, order_id, sum(amount_minor)::BIGINT AS refunded FROM '{folder}/return_lines.csv'
            WHERE returned_at <= {until} GROUP BY ALL
        ),
        totals AS (
            SELECT source, order_id::VARCHAR AS order_id, sum(quantity * unit_price_minor)::BIGINT AS total
            FROM '{folder}/order_lines.csv' GROUP BY ALL
        ),
        placed AS (
            SELECT source, order_id::VARCHAR AS order_id, customer_id::VARCHAR AS customer, placed_at, total
            FROM '{folder}/orders.csv' o JOIN totals USING (source, order_id)
        ),
        kept AS (
            SELECT customer, placed_at, total - coalesce(refunded, 0) AS net
            FROM placed LEFT JOIN refunds
                ON refunds.source = placed.source AND refunds.order_id::VARCHAR = placed.order_id
            WHERE total - coalesce(refunded, 0) > 0 AND placed_at <= {until}
        )
    """
    return duckdb.execute(f"{kept} {query}").fetchall()


@pytest.mark.slow
async def test_the_reports_equal_an_independent_count(shop: House, tmp_path: Path) -> None:
    await shop.database.fetch(dump, tmp_path)
    await check_repeat_buyers(shop, tmp_path)
    await check_returns(shop, tmp_path)
    await check_cohorts(shop, tmp_path)


async def check_repeat_buyers(shop: House, tmp_path: Path) -> None:
    fetch, programme = shop.database.fetch, shop.database.programme
    year = days_before(AS_OF, 365)

    repeat = await fetch(reports.compare_repeat_buyers, year, programme)
    since = int(year.since.timestamp()) * 1_000_000
    sides = duck(
        tmp_path,
        f""", buyers AS (
            SELECT customer, count(*) AS n, sum(net)::BIGINT AS net FROM kept
            WHERE placed_at > {since} GROUP BY 1
        )
        SELECT n > 1, count(*), sum(n)::BIGINT, sum(net)::BIGINT, stddev_samp(net) / sqrt(count(*))
        FROM buyers GROUP BY 1 ORDER BY 1 DESC""",
    )
    found = [(one.customers, one.orders, one.net_minor) for one in (repeat.first, repeat.second)]
    assert found == [side[1:4] for side in sides]
    spend = repeat.contrasts[0]
    for figure, side in zip((spend.first, spend.second), sides, strict=True):
        assert figure.value == pytest.approx(side[3] / side[1])
        assert figure.low is not None
        assert figure.high is not None
        assert (figure.high - figure.low) / 2 == pytest.approx(1.96 * side[4], rel=0.01)


async def check_returns(shop: House, tmp_path: Path) -> None:
    year = days_before(AS_OF, 365)
    since = int(year.since.timestamp()) * 1_000_000
    rates = await shop.database.fetch(reports.return_rates, year, shop.database.programme)
    (counted,) = duck(
        tmp_path,
        f"""SELECT count(DISTINCT customer), count(*), count(refunded)
        FROM placed LEFT JOIN refunds
            ON refunds.source = placed.source AND refunds.order_id::VARCHAR = placed.order_id
        WHERE total > 0 AND placed_at > {since}""",
    )
    one = rates.rates[0]
    assert (one.customers, one.orders, one.returned_orders) == counted
    assert [rate.orders for rate in rates.rates[1:]] == [0, 0]  # this shop had one channel


async def check_cohorts(shop: House, tmp_path: Path) -> None:
    zone = shop.database.programme.zone
    retention = await shop.database.fetch(reports.retention, CohortSize.QUARTER, 12, AS_OF, zone)
    cohorts = duck(
        tmp_path,
        f""", firsts AS (SELECT customer, min(placed_at) AS first FROM kept GROUP BY 1),
        ages AS (
            SELECT customer, first, count(*) FILTER (placed_at - first <= {YEAR}) AS within,
                   count(*) FILTER (placed_at - first > {YEAR}) AS later
            FROM kept JOIN firsts USING (customer) GROUP BY ALL
        )
        SELECT strftime(timezone('Europe/London', make_timestamptz(first)), '%Y') || ' Q'
                   || quarter(timezone('Europe/London', make_timestamptz(first))) AS name,
               count(*), count(*) FILTER (within > 1), count(*) FILTER (later > 0)
        FROM ages GROUP BY 1 ORDER BY 1""",
    )
    found = [
        (
            one.name,
            one.customers,
            round((one.repeat.figure.value or 0) * one.customers),
            round((one.retention[0].figure.value or 0) * one.customers) if one.retention else 0,
        )
        for one in retention.cohorts
        if one.customers
    ]
    assert found == cohorts
    assert len(found) == 5
    assert all(
        one.repeat.unfinished for one in retention.cohorts if one.span.until > AS_OF - timedelta(days=365)
    )
