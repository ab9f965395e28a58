from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.types.v1 import channel_pb2

from services.importing.cleaning import judge
from services.importing.mapping import Wishes
from services.importing.reading import read_source
from services.importing.records import BATCH_BYTES_MAX, BATCH_RECORDS_MAX, Records, batches, group

WISHES = Wishes(currency="GBP", cancellation_prefix="C", source="uk", channel="phone")


@pytest.fixture
def records_of(csv_of: Callable[..., Path]) -> Callable[..., Records]:
    def build(*lines: str) -> Records:
        judged = judge(read_source(csv_of(*lines), WISHES))
        return group(judged.filter(pl.col("rule").is_null()))

    return build


def messages(records: Records) -> list[activity.OrderRecord]:
    return [record for batch in batches(records) for record in batch.request.records]


def test_an_invoice_becomes_one_order_with_all_that_the_file_says(records_of: Callable[..., Records]) -> None:
    (record,) = messages(records_of("c1,o1,2024-01-01 10:00:00.5,s1,2,2.50,Tea"))
    order = record.order
    assert (order.order_id, order.customer_id, order.source, order.currency) == ("o1", "c1", "uk", "GBP")
    assert order.channel == channel_pb2.CHANNEL_PHONE
    assert order.placed_at.ToJsonString() == "2024-01-01T10:00:00.500Z"
    line = order.lines[0]
    assert (line.sku, line.quantity, line.unit_price_minor, line.title) == ("s1", 2, 250, "Tea")


def test_a_cancellation_becomes_a_return_that_names_no_order(records_of: Callable[..., Records]) -> None:
    (record,) = messages(records_of("c1,C1,2024-01-01,s1,-2,2.50,Tea"))
    returned = record.order_return
    assert (returned.return_id, returned.order_id, returned.customer_id, returned.source) == (
        "C1",
        "",
        "c1",
        "uk",
    )
    assert [(line.sku, line.quantity) for line in returned.lines] == [("s1", 2)]


def test_lines_keep_their_order_and_a_repeated_sku_stays_two_lines(
    records_of: Callable[..., Records],
) -> None:
    records = records_of(
        "c1,o1,2024-01-01,s2,1,1,a",
        "c2,o2,2024-01-01,s1,1,1,b",
        "c1,o1,2024-01-01,s1,2,1,c",
        "c1,o1,2024-01-01,s2,3,1,d",
    )
    first = messages(records)[0].order
    assert [(line.sku, line.quantity) for line in first.lines] == [("s2", 1), ("s1", 2), ("s2", 3)]


def test_an_invoice_with_two_times_counts_from_the_earlier(records_of: Callable[..., Records]) -> None:
    records = records_of("c1,o1,2024-01-01 10:01,s1,1,1,a", "c1,o1,2024-01-01 10:00,s2,1,1,b")
    assert messages(records)[0].order.placed_at.ToJsonString() == "2024-01-01T10:00:00Z"


def test_records_go_in_the_order_of_time_and_orders_before_returns_of_the_same_moment(
    records_of: Callable[..., Records],
) -> None:
    records = records_of(
        "c1,C1,2024-01-02,s1,-1,1,a", "c1,o2,2024-01-02,s1,1,1,a", "c1,o1,2024-01-01,s1,1,1,a"
    )
    sent = [record.order.order_id or record.order_return.return_id for record in messages(records)]
    assert sent == ["o1", "o2", "C1"]


def test_a_batch_holds_no_more_records_than_allowed(records_of: Callable[..., Records]) -> None:
    records = records_of(*(f"c1,o{i:04},2024-01-01,s1,1,1,Tea" for i in range(1001)))
    assert [(batch.start, batch.records) for batch in batches(records)] == [(0, 500), (500, 500), (1000, 1)]
    assert BATCH_RECORDS_MAX == 500


def test_a_batch_of_long_orders_is_cut_by_its_bytes(records_of: Callable[..., Records]) -> None:
    title = "x" * 200
    records = records_of(*(f"c1,o{i:02},2024-01-01,s{j},1,1,{title}" for i in range(20) for j in range(300)))
    sizes = [batch.request.ByteSize() for batch in batches(records)]
    assert len(sizes) > 1
    assert max(sizes) < BATCH_BYTES_MAX * 1.1


def test_a_later_start_leaves_out_exactly_the_earlier_records(records_of: Callable[..., Records]) -> None:
    records = records_of(*(f"c1,o{i},2024-01-01,s{j},{i + 1},1,Tea" for i in range(4) for j in range(i + 1)))
    resumed = [record for batch in batches(records, start=2) for record in batch.request.records]
    assert resumed == messages(records)[2:]
    assert next(batches(records, start=2)).request.batch_id == 2


def test_a_long_title_is_cut(records_of: Callable[..., Records]) -> None:
    (record,) = messages(records_of(f"c1,o1,2024-01-01,s1,1,1,{'x' * 300}"))
    assert len(record.order.lines[0].title) == 200
