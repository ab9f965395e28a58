from datetime import datetime

import numpy as np
import polars as pl
import pytest

from models import history, horizon
from tests.unit.models.shop import Ledger


def test_the_horizon_is_the_smallest_that_closes_most_gaps_and_splits_the_customers(
    shop: pl.DataFrame, as_of: datetime
) -> None:
    chosen = horizon.choose(history.checked(shop), as_of)
    assert chosen.days == 14
    assert chosen.silent_share is not None
    assert chosen.silent_share <= 0.45
    assert chosen.churn_rate is not None
    assert 0.25 <= chosen.churn_rate <= 0.75


def test_survival_without_open_gaps_is_the_share_of_longer_gaps() -> None:
    gaps = np.array([5.0, 10.0, 20.0, 40.0])
    assert horizon.survival(gaps, np.ones(4, dtype=bool), 10) == pytest.approx(0.5)


def test_an_open_gap_counts_as_long_as_it_was_watched() -> None:
    gaps, closed = np.array([5.0, 8.0, 10.0]), np.array([True, False, True])
    assert horizon.survival(gaps, closed, 9) == pytest.approx(2 / 3)
    assert horizon.survival(gaps, closed, 10) == pytest.approx(0.0)


def test_a_short_history_has_no_horizon(ledger: Ledger) -> None:
    for day in range(0, 20, 2):
        ledger.buys(day)
    chosen = horizon.choose(ledger.lines, ledger.day(21))
    assert chosen.days is None
    assert "too short" in chosen.reason


def test_an_empty_history_has_no_horizon(ledger: Ledger) -> None:
    assert horizon.choose(ledger.lines, ledger.day(1)).reason == "no kept order"


def test_the_churn_rate_looks_only_at_customers_active_at_the_origin(ledger: Ledger) -> None:
    ledger.buys(1, customer="long-gone")
    ledger.buys(70, customer="left")
    ledger.buys(70, customer="stayed")
    ledger.buys(95, customer="stayed")
    orders = history.kept_orders(history.kept_purchases(ledger.lines, ledger.day(100)))
    assert horizon.churn_rate(orders, ledger.day(100), 20) == pytest.approx(0.5)
