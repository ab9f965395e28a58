"""An import of balances as people watch it: a bar, then the account of every point."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from typing import Final

from rich.console import Console
from rich.table import Table

from services.importing.balances.report import BalanceReport, Sum
from services.importing.balances.run import BalanceOptions, import_balances
from services.importing.terminal import exit_code_of, progress_bar

UNACCOUNTED_EXIT_CODE: Final = 1


def run_in_terminal(options: Callable[[], BalanceOptions], *, as_json: bool) -> int:
    """Imports with a bar on standard error and the account on standard output; returns the exit code.

    It is not 0 when a point of the file, or of the ledger, is not accounted for.
    """
    messages = Console(stderr=True)

    def run() -> int:
        report = _import_with_bar(options(), messages)
        _print(report, Console(), as_json=as_json)
        if report.adds_up:
            return 0
        messages.print("The points do not add up; see the differences in the account.", style="red")
        return UNACCOUNTED_EXIT_CODE

    return exit_code_of(run, messages)


def _import_with_bar(options: BalanceOptions, messages: Console) -> BalanceReport:
    with progress_bar(messages) as bar:
        task = bar.add_task(f"Reading {options.file.name}", total=None)

        def show(done: int, total: int, trouble: str) -> None:
            bar.update(
                task,
                total=total,
                completed=done,
                description=f"Waiting ({trouble})" if trouble else "Sending",
            )

        return asyncio.run(import_balances(options, show))


def _print(report: BalanceReport, console: Console, *, as_json: bool) -> None:
    if as_json:
        told = {**asdict(report), "adds_up": report.adds_up}
        console.out(json.dumps(told, default=_plain, indent=2), highlight=False)
        return
    console.print(_table(report))
    if report.enrolled.rows:
        console.print(
            f"{report.enrolled.rows:,} customers became members; "
            f"rules for enrolments gave them {report.enrolled.points.normalize():,f} points besides.",
            highlight=False,
        )
    if report.rejects_file is not None:
        console.print(f"Rejected rows: {report.rejects_file}", markup=False, highlight=False, soft_wrap=True)


def _plain(value: object) -> object:
    """Points as whole numbers where they are whole, anything else as its text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value.normalize())
    return str(value)


def _table(report: BalanceReport) -> Table:
    title = "Dry run: nothing was sent" if report.dry_run else f"Imported in {report.seconds:,.1f} s"
    table = Table("", "rows", "points", title=title, title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, found in _lines(report):
        table.add_row(name, f"{found.rows:,}", f"{found.points.normalize():,f}")
    return table


def _lines(report: BalanceReport) -> list[tuple[str, Sum]]:
    lines = [("in the file", report.in_file)]
    lines += [("would be sent" if report.dry_run else "credited", report.credited)]
    lines += [] if report.dry_run else [("there already", report.already_there)]
    lines += [(f"rejected: {reason}", found) for reason, found in report.rejected.items()]
    lines += [("not accounted for", report.file_difference)]
    if report.in_ledger is not None:
        lines += [
            (f"in the ledger for import {report.import_id!r}", report.in_ledger),
            ("the ledger differs by", report.ledger_difference),
        ]
    return lines
