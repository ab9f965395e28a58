"""An import as people watch it: a bar with rate and remaining time, then the account."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from services.importing.errors import ImportingError
from services.importing.orders import ImportOptions, Progress, import_orders
from services.importing.report import ImportReport

INTERRUPTED_EXIT_CODE: Final = 130  # as shells say that Ctrl-C ended a command


class Rate(ProgressColumn):
    """Records acknowledged per second."""

    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{task.speed:,.0f}/s")


def run_in_terminal(options: Callable[[], ImportOptions], *, as_json: bool) -> int:
    """Imports with a bar on standard error and the report on standard output; returns the exit code."""
    messages = Console(stderr=True)

    def run() -> int:
        _print(_import_with_bar(options(), messages), Console(), as_json=as_json)
        return 0

    return exit_code_of(run, messages)


def exit_code_of(run: Callable[[], int], messages: Console) -> int:
    """What an import ends with; what stops it is told in one line."""
    try:
        return run()
    except ImportingError as error:
        messages.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        return error.exit_code
    except KeyboardInterrupt:
        messages.print("Stopped. The same command goes on from here.")
        return INTERRUPTED_EXIT_CODE


def progress_bar(messages: Console) -> Bar:
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
    )
    return Bar(*columns, console=messages, transient=True)


def _import_with_bar(options: ImportOptions, messages: Console) -> ImportReport:
    with progress_bar(messages) as bar:
        task = bar.add_task(f"Reading {options.file.name}", total=None)

        def show(progress: Progress) -> None:
            bar.update(
                task,
                total=progress.records_total,
                completed=progress.records_acknowledged,
                description=f"Waiting ({progress.trouble})" if progress.trouble else "Sending",
            )

        return asyncio.run(import_orders(options, show))


def _print(report: ImportReport, console: Console, *, as_json: bool) -> None:
    if as_json:
        console.out(json.dumps(asdict(report), default=str, indent=2), highlight=False)
        return
    console.print(_table(report))
    console.print(
        f"From {report.first_at:%Y-%m-%d %H:%M} to {report.last_at:%Y-%m-%d %H:%M} UTC.", highlight=False
    )
    if report.dry_run:
        read = ", ".join(f"{name} from {column}" for name, column in report.columns.items())
        console.print(f"Read {read}.", markup=False, highlight=False)
    if report.rejects_file is not None:
        console.print(f"Rejected lines: {report.rejects_file}", markup=False, highlight=False, soft_wrap=True)


def _table(report: ImportReport) -> Table:
    title = "Dry run: nothing was sent" if report.dry_run else f"Imported in {report.seconds:,.1f} s"
    table = Table("", "count", title=title, title_justify="left")
    table.columns[1].justify = "right"
    for name, count in _lines(report) + _records(report):
        table.add_row(name, f"{count:,}")
    return table


def _lines(report: ImportReport) -> list[tuple[str, int]]:
    rejected = [(f"lines rejected: {reason}", count) for reason, count in report.rejected_lines.items()]
    return [
        ("lines read", report.lines_read),
        ("lines in orders", report.lines_in_orders),
        ("lines in returns", report.lines_in_returns),
        *rejected,
    ]


def _records(report: ImportReport) -> list[tuple[str, int]]:
    counts = [
        ("orders", report.orders_imported),
        ("returns", report.returns_imported),
        ("customers", report.customers),
    ]
    answers = [
        ("orders and returns that were there already", report.duplicates),
        ("orders and returns that the server refused", report.refused_records),
        ("returned units without a known purchase", report.unmatched_units),
        ("orders and returns acknowledged in an earlier run", report.records_resumed),
    ]
    return counts if report.dry_run else counts + answers
