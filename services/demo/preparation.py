"""What must be so before the story begins: a mistake is told at once, not after two minutes."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Final

import polars as pl
from polars.exceptions import PolarsError

from services.errors import RegularsError

LOOPBACK: Final = "127.0.0.1"
COLUMNS: Final = ("customer_id", "invoice_no", "invoice_date", "stock_code", "quantity", "unit_price_gbp")


class DemoError(RegularsError):
    """The demo cannot go on; the text says why."""

    reason = "DEMO"


def check_orders(orders: Path) -> None:
    """Raises DemoError for a file that holds no orders in the form of Online Retail."""
    try:
        present = pl.scan_parquet(orders).collect_schema().names()
    except (OSError, PolarsError) as error:
        raise DemoError(f"--orders {orders}: not a Parquet file that can be read") from error
    missing = [name for name in COLUMNS if name not in present]
    if missing:
        raise DemoError(f"--orders {orders}: no column {', '.join(missing)}")


def check_folder(folder: Path) -> None:
    """Raises DemoError for a folder that holds a database already: the story begins with none."""
    if (folder / "regulars.db").exists():
        raise DemoError(f"--data-dir {folder}: there is a database in it already; give an empty folder")


def check_report(report: Path) -> None:
    """Raises DemoError for a place where no file can be written."""
    if report.is_dir() or not report.resolve().parent.is_dir():
        raise DemoError(f"--report {report}: not a file in a folder that exists")


def check_port(option: str, port: int) -> None:
    """Raises DemoError for a port that is taken."""
    try:
        socket.create_server((LOOPBACK, port)).close()
    except OSError as error:
        raise DemoError(f"{option} {port}: taken or not allowed; {option} 0 takes a free one") from error
