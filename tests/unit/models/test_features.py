from datetime import datetime, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from models import features, history
from models.cadence import Cadence
from tests.unit.models.shop import Ledger


@pytest.fixture(scope="module")
def lines(shop: pl.DataFrame) -> pl.DataFrame:
    return history.checked(shop)


@pytest.fixture(scope="module")
def cutoff(as_of: datetime) -> datetime:
    return as_of - timedelta(days=90)


def _with_a_later_life(lines: pl.DataFrame, cutoff: datetime) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The past as it was, then everything bought again and everything sent back, all after the cut-off."""
    past = lines.filter(pl.col("occurred_at") <= cutoff)
    later = past.with_columns(
        pl.lit(cutoff + timedelta(seconds=1)).alias("occurred_at").dt.cast_time_unit("us")
    )
    again = later.with_columns(pl.format("new-{}", "order_id").alias("order_id"))
    returned = later.with_columns(-pl.col("quantity"), -pl.col("amount_minor"))
    return past, history.checked(pl.concat([past, again, returned]))


def test_rows_after_the_cutoff_change_no_churn_feature(lines: pl.DataFrame, cutoff: datetime) -> None:
    past, changed = _with_a_later_life(lines, cutoff)
    assert_frame_equal(
        features.churn_features(past, cutoff), features.churn_features(changed, cutoff), check_exact=True
    )


def test_rows_after_the_cutoff_change_no_pair_feature(lines: pl.DataFrame, cutoff: datetime) -> None:
    past, changed = _with_a_later_life(lines, cutoff)
    before, after = (features.pair_features(frame, cutoff, 30) for frame in (past, changed))
    assert_frame_equal(before, after, check_exact=True)


def test_the_order_of_the_rows_changes_no_feature(
    shop: pl.DataFrame, lines: pl.DataFrame, cutoff: datetime
) -> None:
    shuffled = history.checked(shop.sample(fraction=1, shuffle=True, seed=1))
    whole, mixed = (features.pair_features(frame, cutoff, 30) for frame in (lines, shuffled))
    assert_frame_equal(whole, mixed, check_exact=True)


@pytest.mark.parametrize("partitions", [2, 7])
def test_partitions_of_whole_customers_give_the_same_churn_features(
    lines: pl.DataFrame, cutoff: datetime, partitions: int
) -> None:
    place = pl.col("customer_id").str.slice(1).cast(pl.Int64) % partitions
    parts = [features.churn_features(lines.filter(place == part), cutoff) for part in range(partitions)]
    together = pl.concat(parts).sort("customer_id")
    assert_frame_equal(together, features.churn_features(lines, cutoff), check_exact=True)


def test_every_listed_feature_is_there(lines: pl.DataFrame, cutoff: datetime) -> None:
    customers = features.churn_features(lines, cutoff)
    known = Cadence.of(customers).applied_to(customers, 30)
    assert set(features.CHURN_FEATURES) <= set(known.columns)
    assert set(features.PAIR_FEATURES) <= set(features.pair_features(lines, cutoff, 30).columns)


def test_the_facts_of_a_customer_are_counted_as_of_the_cutoff(ledger: Ledger) -> None:
    for day in (10, 20, 40):
        ledger.buys(day, units=2)
    row = features.churn_features(ledger.lines, ledger.day(45)).row(0, named=True)
    facts = (
        "orders",
        "recency_days",
        "span_days",
        "orders_14d",
        "orders_30d",
        "amount_30d_minor",
        "gap_days_median",
    )
    assert [row[fact] for fact in facts] == [3, 5.0, 30.0, 1, 2, 2000, 15.0]


def test_two_orders_on_one_day_are_one_decision_to_shop(ledger: Ledger) -> None:
    ledger.buys(10.1)
    ledger.buys(10.3)
    ledger.buys(17.2)
    row = features.churn_features(ledger.lines, ledger.day(20)).row(0, named=True)
    assert (row["orders"], row["order_days"], row["gap_days_median"]) == (3, 2, 7.0)


def test_a_returned_order_leaves_the_counts_from_the_day_it_came_back(ledger: Ledger) -> None:
    ledger.buys(1, order="o1")
    ledger.buys(5, order="o2")
    ledger.returns(9, "o2")
    orders = [features.churn_features(ledger.lines, ledger.day(day))["orders"].item() for day in (8, 9)]
    assert orders == [2, 1]


def test_the_gap_between_purchases_never_crosses_pairs(ledger: Ledger) -> None:
    ledger.buys(1, sku="jam")
    ledger.buys(4, sku="tea")
    ledger.buys(9, sku="tea")
    ledger.buys(30, customer="bob", sku="tea")
    pairs = features.pair_features(ledger.lines, ledger.day(31), 30)
    assert pairs["gap_days_last"].to_list() == [None, 5.0, None]


def test_a_silent_customer_keeps_the_usual_gap_while_the_lateness_grows(
    lines: pl.DataFrame, as_of: datetime
) -> None:
    early, late = (features.churn_features(lines, as_of + timedelta(days=days)) for days in (0, 30))
    cadence = Cadence.of(early)
    before, after = cadence.applied_to(early, 30), cadence.applied_to(late, 30)
    assert before["usual_gap_days"].equals(after["usual_gap_days"])
    assert (after["overdue_ratio"] > before["overdue_ratio"]).all()


@pytest.mark.parametrize("feature", [name for name, way in features.CHURN_FEATURES.items() if way == 0])
def test_whatever_moves_in_silence_has_a_direction(
    lines: pl.DataFrame, as_of: datetime, feature: str
) -> None:
    early, late = (features.churn_features(lines, as_of + timedelta(days=days)) for days in (0, 50))
    cadence = Cadence.of(early)
    assert cadence.applied_to(early, 30)[feature].equals(cadence.applied_to(late, 30)[feature])
