import polars as pl
import pytest

from models import history
from tests.unit.models.shop import Ledger


def test_a_missing_column_is_named(ledger: Ledger) -> None:
    ledger.buys(1)
    with pytest.raises(history.MissingColumnError, match="'sku'"):
        history.checked(ledger.lines.drop("sku"))


def test_a_column_of_another_type_is_named(ledger: Ledger) -> None:
    ledger.buys(1)
    with pytest.raises(history.ColumnTypeError, match="'quantity'"):
        history.checked(ledger.lines.with_columns(pl.col("quantity").cast(pl.Float64)))


def test_a_time_without_a_zone_is_refused(ledger: Ledger) -> None:
    ledger.buys(1)
    with pytest.raises(history.ColumnTypeError, match="'occurred_at'"):
        history.checked(ledger.lines.with_columns(pl.col("occurred_at").dt.replace_time_zone(None)))


def test_an_empty_cell_is_named(ledger: Ledger) -> None:
    ledger.buys(1)
    with pytest.raises(history.NullValueError, match="'customer_id'"):
        history.checked(ledger.lines.with_columns(customer_id=pl.lit(None, pl.String)))


def test_an_order_is_kept_until_its_last_unit_comes_back(ledger: Ledger) -> None:
    ledger.buys(1, order="o1", units=2)
    ledger.returns(10, "o1", units=1)
    ledger.returns(20, "o1", units=1)
    kept = [history.kept_purchases(ledger.lines, ledger.day(day)).height for day in (9, 15, 19, 20, 30)]
    assert kept == [1, 1, 1, 0, 0]


def test_a_return_takes_its_units_and_money_from_the_order_it_names(ledger: Ledger) -> None:
    ledger.buys(1, order="o1", units=3)
    ledger.buys(2, order="o2", units=1)
    ledger.returns(10, "o1", units=2)
    kept = history.kept_purchases(ledger.lines, ledger.day(11))
    assert kept.select("order_id", "units", "amount_minor").rows() == [("o1", 1, 500), ("o2", 1, 500)]


def test_an_order_with_one_sku_returned_keeps_the_other(ledger: Ledger) -> None:
    ledger.buys(1, order="o1", sku="tea")
    ledger.buys(1, order="o1", sku="jam")
    ledger.returns(5, "o1", sku="tea")
    orders = history.kept_orders(history.kept_purchases(ledger.lines, ledger.day(6)))
    assert orders.select("order_id", "skus", "units").rows() == [("o1", 1, 1)]


def test_an_order_without_value_does_not_count(ledger: Ledger) -> None:
    ledger.buys(1, order="gift")
    free = ledger.lines.with_columns(amount_minor=pl.lit(0, pl.Int64))
    assert history.kept_purchases(free, ledger.day(2)).is_empty()
