"""The import of orders: read the file, send what can be sent, account for every line."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import grpc
import polars as pl
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.activity.v1 import activity_service_pb2_grpc

from services.importing.checkpoint import Checkpoint, Tally, digest
from services.importing.cleaning import RULES, judge
from services.importing.errors import BadInputError, ServerError
from services.importing.mapping import Wishes
from services.importing.reading import SourceFile, read_source
from services.importing.records import Batch, Records, batches, group
from services.importing.rejects import Refusal, write_rejects
from services.importing.report import ImportReport, report, sort_out
from services.importing.sending import Sender, Server

PATIENCE_SECONDS: Final = 60.0  # a server restarts in seconds, its machine in a minute
CHECKPOINT_SECONDS_MIN: Final = 1.0  # what a second sends is soon sent again, and known as duplicates


@dataclass(frozen=True)
class ImportOptions:
    """What to import, and where to.

    rejects_file: where rejected lines go; None keeps none. state_file: what a later run goes on from; None
    puts it into `state_dir`, and None there too keeps none. from_start ignores an earlier run.
    dry_run needs no server.
    """

    file: Path
    server: Server
    wishes: Wishes = field(default_factory=Wishes)
    rejects_file: Path | None = None
    state_dir: Path | None = None
    state_file: Path | None = None
    from_start: bool = False
    dry_run: bool = False
    patience_seconds: float = PATIENCE_SECONDS


@dataclass(frozen=True)
class Progress:
    """How far the import is. trouble: why it waits for the server; empty when it does not."""

    records_total: int
    records_acknowledged: int
    lines_total: int
    lines_acknowledged: int
    trouble: str = ""


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True)
class Prepared:
    """A file that was read: what it says, what is thought of each line, what will be sent."""

    source: SourceFile
    judged: pl.DataFrame
    records: Records


class Run:
    """One run of an import: counts what the server acknowledges, remembers it and shows it."""

    def __init__(
        self, records: Records, checkpoint: Checkpoint | None, tally: Tally, show: OnProgress
    ) -> None:
        self.tally = tally
        self.resumed = tally.acknowledged
        self._lines_until = [0, *records.heads["lines"].cum_sum()]
        self._checkpoint = checkpoint
        self._saved_at = time.monotonic()
        self._show = show

    def acknowledged(self, batch: Batch, response: activity.RecordOrdersResponse) -> None:
        self.tally = self.tally.plus(answered(batch, response))
        if time.monotonic() - self._saved_at >= CHECKPOINT_SECONDS_MIN:
            self.save()
        self._show(self.progress())

    def in_trouble(self, trouble: str) -> None:
        self._show(replace(self.progress(), trouble=trouble))

    def save(self) -> None:
        if self._checkpoint is not None and self.tally.acknowledged:
            self._checkpoint.save(self.tally)
            self._saved_at = time.monotonic()

    def finish(self) -> None:
        if self._checkpoint is not None:
            self._checkpoint.forget()

    def progress(self) -> Progress:
        return Progress(
            records_total=len(self._lines_until) - 1,
            records_acknowledged=self.tally.acknowledged,
            lines_total=self._lines_until[-1],
            lines_acknowledged=self._lines_until[self.tally.acknowledged],
        )


def show_nothing(_: Progress) -> None:
    """For callers that do not watch."""


async def import_orders(options: ImportOptions, on_progress: OnProgress = show_nothing) -> ImportReport:
    """Imports the file and returns when every order in it is acknowledged.

    Raises BadInputError for a file or an option that cannot be used, ServerError when the server refuses
    the import or stays away; what was acknowledged is kept, and the next run goes on behind it.
    """
    started = time.monotonic()
    prepared = await asyncio.to_thread(prepare, options.file, options.wishes)
    run = _start(prepared, options, on_progress)
    if not options.dry_run:
        await _send(prepared.records, run, options)
    account = await asyncio.to_thread(_account, prepared, run, options.rejects_file)
    run.finish()
    return replace(account, dry_run=options.dry_run, seconds=time.monotonic() - started)


def prepare(file: Path, wishes: Wishes) -> Prepared:
    """Reads and judges the file. Raises BadInputError when not one line of it can be sent."""
    source = read_source(file, wishes)
    judged = judge(source)
    sendable = judged.filter(pl.col("rule").is_null())
    if sendable.is_empty():
        raise BadInputError(f"Not one line of {file} can be imported. {_commonest_fault(source, judged)}")
    return Prepared(source, judged, group(sendable))


def _commonest_fault(source: SourceFile, judged: pl.DataFrame) -> str:
    commonest = judged["rule"].value_counts(sort=True)["rule"][0]
    place = judged["rule"].eq(commonest).arg_max() or 0
    rule, line = RULES[commonest], source.lines.row(place, named=True)
    column = source.layout.columns.get(rule.field, rule.field)
    cell = line.get(rule.field)
    return f"Line {line['line']}, column {column!r} ({rule.field}), says {cell!r}: {rule.message}."


def _start(prepared: Prepared, options: ImportOptions, on_progress: OnProgress) -> Run:
    checkpoint = None if options.dry_run else _checkpoint(prepared.source, options)
    tally = Tally() if checkpoint is None or options.from_start else checkpoint.load()
    run = Run(prepared.records, checkpoint, tally, on_progress)
    on_progress(run.progress())
    return run


def _checkpoint(source: SourceFile, options: ImportOptions) -> Checkpoint | None:
    name = digest(source.content, source.layout, options.server.address)
    if options.state_file is not None:
        return Checkpoint(options.state_file, name)
    if options.state_dir is not None:
        return Checkpoint(options.state_dir / f"import-{name}.json", name)
    return None


async def _send(records: Records, run: Run, options: ImportOptions) -> None:
    sender = Sender(options.server, orders_stream, run.acknowledged, run.in_trouble)
    try:
        await sender.send(batches(records, run.tally.acknowledged), options.patience_seconds)
    except ServerError as error:
        done = run.progress()
        raise type(error)(
            f"{error} {done.records_acknowledged:,} of {done.records_total:,} orders and returns are "
            "acknowledged; another run sends the rest."
        ) from None
    finally:
        run.save()


def orders_stream(channel: grpc.aio.Channel) -> Any:
    return activity_service_pb2_grpc.ActivityServiceStub(channel).RecordOrders


def answered(batch: Batch, response: activity.RecordOrdersResponse) -> Tally:
    """What the answer to a batch adds."""
    return Tally(
        acknowledged=batch.records,
        duplicates=response.duplicates,
        unmatched_units=response.unmatched_units,
        refusals=tuple(
            Refusal(batch.start + rejection.index, rejection.reason, rejection.field, rejection.message)
            for rejection in response.rejected
        ),
    )


def _account(prepared: Prepared, run: Run, rejects_file: Path | None) -> ImportReport:
    outcome = sort_out(prepared.judged, prepared.records, run.tally.refusals)
    wanted = rejects_file if outcome.rejected.height else None
    if wanted is not None:
        write_rejects(wanted, prepared.source.lines, outcome.rejected)
    return report(outcome, run.tally, run.resumed, wanted, prepared.source.layout)
