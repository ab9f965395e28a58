"""The real file, counted a second time by DuckDB from the words of the domain."""

from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from services.importing.mapping import Wishes
from services.importing.orders import ImportOptions, Prepared, import_orders, prepare
from services.importing.records import batches
from services.importing.report import ImportReport
from services.importing.sending import Server

FILE = Path(__file__).parents[4] / "services/demo/orders/online_retail.parquet"
SORTED_OUT = f"""
    SELECT *, CASE
        WHEN customer_id IS NULL THEN 'no_customer'
        WHEN upper(stock_code) IN
            ('POST', 'DOT', 'C2', 'M', 'D', 'S', 'B', 'BANK CHARGES', 'AMAZONFEE', 'CRUK')
            OR stock_code LIKE 'gift%' THEN 'non_product'
        WHEN unit_price_gbp <= 0 THEN 'price_not_positive'
        WHEN invoice_no NOT LIKE 'C%' AND quantity <= 0 THEN 'quantity_not_positive'
        WHEN invoice_no LIKE 'C%' THEN 'return'
        ELSE 'order' END AS fate
    FROM '{FILE}'
"""


def duck(query: str) -> list[tuple[Any, ...]]:
    return duckdb.execute(f"WITH lines AS ({SORTED_OUT}) {query}").fetchall()


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return prepare(FILE, Wishes())


@pytest.fixture
async def report(tmp_path: Path) -> ImportReport:
    return await import_orders(
        ImportOptions(FILE, Server(""), rejects_file=tmp_path / "no.csv", dry_run=True)
    )


def test_every_line_ends_in_exactly_one_count(report: ImportReport) -> None:
    counted = {"order": report.lines_in_orders, "return": report.lines_in_returns} | report.rejected_lines
    assert counted == dict(duck("SELECT fate, count(*) FROM lines GROUP BY 1"))
    assert sum(counted.values()) == report.lines_read == 541_909


def test_each_invoice_is_one_order_and_each_cancellation_one_return(report: ImportReport) -> None:
    invoices = dict(duck("SELECT fate, count(DISTINCT invoice_no) FROM lines GROUP BY 1"))
    assert (report.orders_imported, report.returns_imported) == (invoices["order"], invoices["return"])
    customers = duck("SELECT count(DISTINCT customer_id) FROM lines WHERE fate IN ('order', 'return')")
    assert [(report.customers,)] == customers


def test_the_rejects_file_holds_each_rejected_line_with_its_reason(
    report: ImportReport, tmp_path: Path
) -> None:
    rejects = tmp_path / "no.csv"
    by_reason = duckdb.execute(f"SELECT reason, count(DISTINCT line) FROM '{rejects}' GROUP BY 1").fetchall()
    assert dict(by_reason) == report.rejected_lines


def test_the_messages_carry_every_unit_and_every_penny(prepared: Prepared) -> None:
    records = [record for batch in batches(prepared.records) for record in batch.request.records]
    bought = [line for record in records for line in record.order.lines]
    returned = [line for record in records for line in record.order_return.lines]
    pence = duck("""
        SELECT sum(quantity * round_even(unit_price_gbp::VARCHAR::DECIMAL(18, 6) * 100, 0))::BIGINT FROM lines
        WHERE fate = 'order'""")
    assert [(sum(line.quantity * line.unit_price_minor for line in bought),)] == pence
    units = duck("SELECT fate, abs(sum(quantity))::BIGINT FROM lines GROUP BY 1")
    sent = {"order": sum(line.quantity for line in bought), "return": sum(line.quantity for line in returned)}
    assert sent.items() <= dict(units).items()


def test_cushion_pads_and_party_bags_are_goods(prepared: Prepared) -> None:
    codes = prepared.records.lines.filter(pl.col("sku").str.contains("^(PADS|DCGS)"))
    known = duck(
        "SELECT count(*) FROM lines WHERE fate = 'order' AND regexp_matches(stock_code, '^(PADS|DCGS)')"
    )
    assert [(codes.height,)] == known
    assert codes.height > 0
