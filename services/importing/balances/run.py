"""The import of opening balances: read the file, send what can be sent, account for every point."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final

import polars as pl
from regulars.loyalty.v1 import loyalty_service_pb2 as loyalty

from services.importing.balances.calls import balances_stream, enrol, sum_import
from services.importing.balances.report import BalanceReport, Sum, Tally, by_reason, reconcile, total
from services.importing.balances.rows import RULES, BalanceFile, BalanceWishes, Batch, batches, read_balances
from services.importing.errors import BadInputError
from services.importing.orders import PATIENCE_SECONDS
from services.importing.rejects import VERDICT, rejected_lines, write_rejects
from services.importing.sending import Sender, Server

IMPORT_ID: Final = "opening"  # a programme opens once; a mended file sent under it credits nothing twice
UNKNOWN: Final = "MEMBER_NOT_FOUND"


@dataclass(frozen=True)
class BalanceOptions:
    """What to import, and where to.

    enrol: make members of customers who are none. rejects_file: where rejected rows go; None keeps none.
    dry_run needs no server.
    """

    file: Path
    server: Server
    actor: str = "import"
    import_id: str = IMPORT_ID
    wishes: BalanceWishes = field(default_factory=BalanceWishes)
    rejects_file: Path | None = None
    enrol: bool = False
    dry_run: bool = False
    patience_seconds: float = PATIENCE_SECONDS


OnProgress = Callable[[int, int, str], None]  # rows answered, rows in all, why it waits for the server


def show_nothing(_done: int, _all: int, _trouble: str) -> None:
    """For callers that do not watch."""


async def import_balances(options: BalanceOptions, show: OnProgress = show_nothing) -> BalanceReport:
    """Imports the file and returns when every row is answered, with the account of every point.

    Raises BadInputError for a file or an option that cannot be used, ServerError when the server refuses the
    import or stays away. Running it again is always safe.
    """
    started = time.monotonic()
    if not options.import_id or "/" in options.import_id:
        raise BadInputError(f"--import-id {options.import_id!r} needs characters, none of them a '/'.")
    file = await asyncio.to_thread(read_balances, options.file, options.wishes)
    run = Run(file, options, show)
    if not options.dry_run:
        await run.send()
    return await asyncio.to_thread(run.account, started)


@dataclass
class Pass:
    """Rows on their way to the server."""

    rows: pl.DataFrame
    answered: int = 0
    asked: int = 0  # how far batches have been made ready to send
    uncertain_until: int = 0  # how far they had been when the stream broke: those may be stored


class Run:
    """One run of an import: what was answered, row by row."""

    def __init__(self, file: BalanceFile, options: BalanceOptions, show: OnProgress) -> None:
        self._file = file
        self._options = options
        self._show = show
        self._tally = Tally()
        self._refusals: dict[int, tuple[str, str, str]] = {}  # line -> reason, field, message
        self._pass = Pass(file.sendable)
        self._before = Sum()
        self._after: Sum | None = None

    async def send(self) -> None:
        """Send all rows; those of customers who are no members again, when they are to be enrolled."""
        self._before = await self._in_ledger()
        await self._send(self._file.sendable)
        unknown = [line for line, verdict in self._refusals.items() if verdict[0] == UNKNOWN]
        if self._options.enrol and unknown:
            await self._enrol(self._file.sendable.filter(pl.col("line").is_in(unknown)))
        self._after = await self._in_ledger()

    async def _in_ledger(self) -> Sum:
        options = self._options
        return await sum_import(options.server, options.import_id, options.patience_seconds)

    async def _enrol(self, rows: pl.DataFrame) -> None:
        options = self._options
        self._tally.enrolled = await enrol(
            options.server, sorted(set(rows["customer_id"])), options.import_id, options.patience_seconds
        )
        for line in rows["line"]:
            del self._refusals[line]
        await self._send(rows)

    async def _send(self, rows: pl.DataFrame) -> None:
        self._pass = Pass(rows)
        sender = Sender(self._options.server, balances_stream, self._acknowledged, self._in_trouble)
        await sender.send(self._made(), self._options.patience_seconds)

    def _made(self) -> Iterator[Batch]:
        for batch in batches(self._pass.rows, self._options.import_id, self._options.actor):
            self._pass.asked = batch.start + len(batch.request.rows)
            yield batch

    def _in_trouble(self, trouble: str) -> None:
        self._pass.uncertain_until = self._pass.asked
        self._show(self._pass.answered, self._pass.rows.height, trouble)

    def _acknowledged(self, batch: Batch, response: loyalty.ImportBalancesResponse) -> None:
        credited = Sum(response.inserted, Decimal(response.credited_points))
        repeated = Sum(response.duplicates, Decimal(response.duplicate_points))
        tally = self._tally
        tally.credited = tally.credited.plus(credited)
        tally.already_there = tally.already_there.plus(repeated)
        if batch.start < self._pass.uncertain_until:
            tally.uncertain = tally.uncertain.plus(repeated)
        for one in response.rejected:
            line = self._pass.rows["line"][batch.start + one.index]
            self._refusals[line] = (one.reason, one.field, one.message)
        self._pass.answered = batch.start + len(batch.request.rows)
        self._show(self._pass.answered, self._pass.rows.height, "")

    def account(self, started: float) -> BalanceReport:
        """What became of every row. Writes the file of rejected rows. Raises BadInputError."""
        rejected = self._rejected()
        reasons = by_reason(rejected.select("reason", "amount").iter_rows())
        in_file = _sum(self._file.judged)
        credited, already_there, ledger_difference = self._accepted()
        told = total((credited, already_there, *reasons.values()))
        return BalanceReport(
            import_id=self._options.import_id,
            in_file=in_file,
            credited=credited,
            already_there=already_there,
            rejected=reasons,
            in_ledger=self._after,
            file_difference=in_file.minus(told),
            ledger_difference=ledger_difference,
            enrolled=self._tally.enrolled,
            rejects_file=self._kept_rejects(rejected),
            dry_run=self._options.dry_run,
            seconds=time.monotonic() - started,
        )

    def _accepted(self) -> tuple[Sum, Sum, Sum]:
        """What was credited, what was there already, and by how much the ledger differs from both.

        A dry run credits in thought all that could be sent.
        """
        if self._after is None:
            return _sum(self._file.sendable), Sum(), Sum()
        return reconcile(self._tally, self._after.minus(self._before))

    def _kept_rejects(self, rejected: pl.DataFrame) -> Path | None:
        """The file of rejected rows; None where there are none, or none are to be kept."""
        wanted = self._options.rejects_file if rejected.height else None
        if wanted is not None:
            write_rejects(wanted, self._file.raw, rejected.select(VERDICT))
        return wanted

    def _rejected(self) -> pl.DataFrame:
        """The rows that were refused, here or there, in the columns VERDICT, with their amounts."""
        refused = pl.DataFrame(
            [(line, *verdict) for line, verdict in self._refusals.items()],
            schema={"line": pl.Int64, "reason": pl.String, "field": pl.String, "message": pl.String},
            orient="row",
        )
        verdicts = pl.concat([rejected_lines(self._file.judged, RULES), refused])
        return verdicts.join(self._file.judged.select("line", "amount"), on="line", how="left")


def _sum(rows: pl.DataFrame) -> Sum:
    return Sum(rows.height, Decimal(rows["amount"].sum() or 0))
