"""Lines as the API's records: one order per invoice, one return per cancellation, in the order of time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

import polars as pl
from google.protobuf.timestamp_pb2 import Timestamp
from regulars.activity.v1 import activity_service_pb2 as activity

from services.importing.cleaning import ORDER_KEY

BATCH_RECORDS_MAX: Final = 500  # group commits gain little beyond it
BATCH_BYTES_MAX: Final = 256 * 1024  # a quarter of what the server takes, so that one long order still fits


@dataclass(frozen=True)
class Records:
    """What will be sent.

    heads: one row per record, in the order of sending: record (from 0), source, order_id, is_return,
    customer_id, placed_at, channel, currency, lines (how many). lines: their lines in the same order,
    with `record`.
    """

    heads: pl.DataFrame
    lines: pl.DataFrame


@dataclass(frozen=True)
class Batch:
    """Records `start` to `start + records - 1` of the import, ready to send."""

    start: int
    records: int
    request: activity.RecordOrdersRequest


def group(lines: pl.DataFrame) -> Records:
    """Groups the lines that can be sent. An invoice with two times counts from the earlier one.

    At the same moment orders come before returns, so that goods are bought before they come back.
    """
    heads = (
        lines.group_by(ORDER_KEY, maintain_order=True)
        .agg(
            pl.col("is_return", "customer_id", "channel", "currency").first(),
            placed_at=pl.col("placed_at").min(),
            lines=pl.len(),
        )
        .sort("placed_at", "is_return", *ORDER_KEY)
        .with_row_index("record")
    )
    numbered = lines.join(heads.select(*ORDER_KEY, "record"), on=ORDER_KEY)
    return Records(heads, numbered.sort("record", "line"))


def batches(records: Records, start: int = 0) -> Iterator[Batch]:
    """The records from `start` on in batches of at most BATCH_RECORDS_MAX and about BATCH_BYTES_MAX."""
    gathered: list[activity.OrderRecord] = []
    gathered_bytes = 0
    for record in _messages(records, start):
        size_bytes = record.ByteSize()
        if gathered and (len(gathered) == BATCH_RECORDS_MAX or gathered_bytes + size_bytes > BATCH_BYTES_MAX):
            yield _batch(start, gathered)
            start += len(gathered)
            gathered, gathered_bytes = [], 0
        gathered.append(record)
        gathered_bytes += size_bytes
    if gathered:
        yield _batch(start, gathered)


def _batch(start: int, gathered: list[activity.OrderRecord]) -> Batch:
    request = activity.RecordOrdersRequest(batch_id=start, records=gathered)
    return Batch(start, len(gathered), request)


def _messages(records: Records, start: int) -> Iterator[activity.OrderRecord]:
    begin = int(records.heads["lines"].head(start).sum())
    lines = records.lines.slice(begin).select("sku", "quantity", "unit_price_minor", "title").iter_rows()
    for head in records.heads.slice(start).iter_rows(named=True):
        bought = islice(lines, head["lines"])
        if head["is_return"]:
            yield activity.OrderRecord(order_return=_order_return(head, bought))
        else:
            yield activity.OrderRecord(order=_order(head, bought))


def _order(head: dict[str, Any], lines: Iterable[tuple[Any, ...]]) -> activity.Order:
    return activity.Order(
        order_id=head["order_id"],
        customer_id=head["customer_id"],
        placed_at=_timestamp(head["placed_at"]),
        channel=head["channel"],
        currency=head["currency"],
        lines=[
            activity.OrderLine(sku=sku, quantity=quantity, unit_price_minor=price, title=title)
            for sku, quantity, price, title in lines
        ],
        source=head["source"],
    )


def _order_return(head: dict[str, Any], lines: Iterable[tuple[Any, ...]]) -> activity.Return:
    return activity.Return(
        return_id=head["order_id"],
        customer_id=head["customer_id"],
        returned_at=_timestamp(head["placed_at"]),
        lines=[activity.ReturnLine(sku=sku, quantity=quantity) for sku, quantity, _, _ in lines],
        source=head["source"],
    )


def _timestamp(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
