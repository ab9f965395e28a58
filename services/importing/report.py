"""What became of every line of an imported file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from services.importing.checkpoint import Tally
from services.importing.mapping import Layout
from services.importing.records import Records
from services.importing.rejects import Refusal, refused_lines, rejected_lines


@dataclass(frozen=True)
class ImportReport:
    """The account of an import, over all runs that it took.

    lines_read = lines_in_orders + lines_in_returns + the sum of rejected_lines (by reason; those of the
    server are upper-case). orders_imported and returns_imported were acknowledged, or in a dry run would be
    sent; `duplicates` of them were on the server already. records_resumed: acknowledged in earlier runs.
    unmatched_units: returned units for which the server knows no purchase; those of an answer that was lost
    are missing. columns: canonical name -> column of the file. first_at, last_at: the span of the records.
    """

    lines_read: int
    lines_in_orders: int
    lines_in_returns: int
    orders_imported: int
    returns_imported: int
    customers: int
    duplicates: int
    unmatched_units: int
    refused_records: int
    records_resumed: int
    rejected_lines: dict[str, int]
    rejects_file: Path | None
    columns: Mapping[str, str]
    first_at: datetime | None
    last_at: datetime | None
    dry_run: bool = False
    seconds: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """The lines of a file, sorted into those that were taken and those that were not.

    taken: heads of records, as in Records. rejected: columns line, reason, field, message.
    """

    lines_read: int
    taken: pl.DataFrame
    rejected: pl.DataFrame


def sort_out(judged: pl.DataFrame, records: Records, refusals: Sequence[Refusal]) -> Outcome:
    """Sorts the lines by what became of them; every line is in exactly one place."""
    refused = [refusal.record for refusal in refusals]
    return Outcome(
        lines_read=judged.height,
        taken=records.heads.filter(~pl.col("record").is_in(refused)),
        rejected=pl.concat([rejected_lines(judged), refused_lines(records, refusals)]),
    )


def report(
    outcome: Outcome, tally: Tally, resumed: int, rejects_file: Path | None, layout: Layout
) -> ImportReport:
    """The account of an outcome, after what the server answered."""
    orders = outcome.taken.filter(~pl.col("is_return"))
    returns = outcome.taken.filter("is_return")
    by_reason = outcome.rejected.group_by("reason").len().sort("len", "reason", descending=[True, False])
    return ImportReport(
        lines_read=outcome.lines_read,
        lines_in_orders=int(orders["lines"].sum()),
        lines_in_returns=int(returns["lines"].sum()),
        orders_imported=orders.height,
        returns_imported=returns.height,
        customers=outcome.taken["customer_id"].n_unique(),
        duplicates=tally.duplicates,
        unmatched_units=tally.unmatched_units,
        refused_records=len(tally.refusals),
        records_resumed=resumed,
        rejected_lines=dict(by_reason.iter_rows()),
        rejects_file=rejects_file,
        columns=layout.columns,
        first_at=_moment(outcome.taken["placed_at"].min()),
        last_at=_moment(outcome.taken["placed_at"].max()),
    )


def _moment(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None
