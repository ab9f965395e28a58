"""Seeding as people watch it: a bar, then the account."""

from __future__ import annotations

from rich.console import Console
from rich.progress import Progress

from services.demo.seed import SeedReport, seed
from services.storage.database import Database


def run_in_terminal(database: Database, customers: int, seed_number: int) -> None:
    """Seed with a bar on standard error and the account on standard output. Raises NotEmptyError."""
    report = _seed_with_bar(database, customers, seed_number)
    Console().print(_account(report), highlight=False)


def _seed_with_bar(database: Database, customers: int, seed_number: int) -> SeedReport:
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Seeding", total=1.0)
        return seed(
            database,
            customers,
            seed_number,
            lambda what, share: bar.update(task, description=what, completed=share),
        )


def _account(report: SeedReport) -> str:
    rows = ", ".join(f"{count:,} {table}" for table, count in report.rows.items())
    return f"{rows} in {report.seconds:.1f} s"
