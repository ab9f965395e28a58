"""A part of the real orders, and what the import must make of it, counted by DuckDB alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

ORDERS = Path(__file__).parents[2] / "services/demo/orders/online_retail.parquet"
FEES = ("POST", "DOT", "C2", "M", "D", "S", "B", "BANK CHARGES", "AMAZONFEE", "CRUK")
NAMELESS_PER_CUSTOMERS = 5  # so much thinner is what nobody is known to have bought


@dataclass(frozen=True)
class Counts:
    """What a file of orders holds: customers, and records and lines by what becomes of them."""

    customers: int
    orders: int
    returns: int
    rejected_lines: int
    lines: int


def take_sample(to: Path, one_in: int) -> Path:
    """Write every `one_in`-th customer's lines, and a few lines without a customer."""
    number = "try_cast(regexp_extract(invoice_no, '[0-9]+') AS INT)"
    nameless = f"customer_id IS NULL AND {number} % {one_in * NAMELESS_PER_CUSTOMERS} = 0"
    duckdb.execute(
        f"COPY (SELECT * FROM '{ORDERS}' WHERE customer_id % {one_in} = 0 OR ({nameless})) TO '{to}'"
        " (FORMAT parquet)"
    )
    return to


def count(orders: Path) -> Counts:
    found = duckdb.execute(f"""
        WITH lines AS (
            SELECT *, CASE
                WHEN customer_id IS NULL OR upper(stock_code) IN {FEES} OR stock_code LIKE 'gift%'
                    OR unit_price_gbp <= 0 OR (invoice_no NOT LIKE 'C%' AND quantity <= 0) THEN 'rejected'
                WHEN invoice_no LIKE 'C%' THEN 'return'
                ELSE 'order' END AS fate
            FROM '{orders}')
        SELECT count(DISTINCT customer_id),
            count(DISTINCT invoice_no) FILTER (fate = 'order'),
            count(DISTINCT invoice_no) FILTER (fate = 'return'),
            count(*) FILTER (fate = 'rejected'),
            count(*)
        FROM lines""").fetchone()
    assert found is not None
    return Counts(*found)
