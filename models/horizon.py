"""The horizon H of churn: long enough that a silent customer has probably left, short enough to act upon."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from models import features, history

CANDIDATES_DAYS: Final = (7, 14, 30, 45, 60, 90, 120, 180)
SILENT_SHARE_MAX: Final = 0.45  # of customers still silent after H: most of those who return have done so
CHURN_RATE_BOUNDS: Final = (
    0.25,
    0.75,
)  # outside, one answer is nearly always right
HISTORY_EXTRA_DAYS: Final = 45  # the least past from which features mean anything
ACTIVE_HORIZONS: Final = 2  # a customer silent for longer than 2 H is gone already, not about to leave

NONE_FITS: Final = (
    "no horizon fits: the history is too short, orders are too rare, or nearly everyone stays or leaves"
)


@dataclass(frozen=True, slots=True)
class Horizon:
    """days: None when no candidate fits, then `reason` says why."""

    days: int | None
    silent_share: float | None = None
    churn_rate: float | None = None
    reason: str = ""


def choose(lines: pl.DataFrame, as_of: datetime, candidates: Sequence[int] = CANDIDATES_DAYS) -> Horizon:
    """The smallest candidate that closes most gaps, that the history carries and that splits customers."""
    orders = history.kept_orders(history.kept_purchases(lines, as_of))
    if orders.is_empty():
        return Horizon(None, reason="no kept order")
    gaps_days, closed = _gaps(orders, as_of)
    history_days = (as_of - orders["ordered_at"].min()) / timedelta(days=1)  # type: ignore[operator]  # a datetime: not empty
    for days in candidates:
        silent = survival(gaps_days, closed, days)
        rate = churn_rate(orders, as_of, days)
        fits = silent <= SILENT_SHARE_MAX and history_days >= 3 * days + HISTORY_EXTRA_DAYS
        if fits and rate is not None and CHURN_RATE_BOUNDS[0] <= rate <= CHURN_RATE_BOUNDS[1]:
            return Horizon(days, silent, rate)
    return Horizon(None, reason=NONE_FITS)


def survival(gaps_days: npt.NDArray[np.float64], closed: npt.NDArray[np.bool_], days: float) -> float:
    """Kaplan-Meier share of gaps still open after so many days; open gaps are censored where they stand."""
    lengths, counts = np.unique(gaps_days[closed], return_counts=True)
    at_risk = gaps_days.size - np.searchsorted(np.sort(gaps_days), lengths, side="left")
    return float(np.prod(1 - (counts / at_risk)[lengths <= days]))


def churn_rate(orders: pl.DataFrame, as_of: datetime, days: int) -> float | None:
    """Share of the customers active H before `as_of` that did not order since; None if nobody was active."""
    origin = as_of - timedelta(days=days)
    active_from = origin - timedelta(days=days * ACTIVE_HORIZONS)
    ordered_at = pl.col("ordered_at")
    active = orders.filter((ordered_at > active_from) & (ordered_at <= origin))["customer_id"].unique()
    stayed = orders.filter(ordered_at > origin)["customer_id"].unique()
    return None if active.is_empty() else 1 - int(active.is_in(stayed.implode()).sum()) / active.len()


def _gaps(orders: pl.DataFrame, as_of: datetime) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    days = features.order_gaps(orders)
    closed = days["gap_days"].drop_nulls().to_numpy()
    last = days.group_by("customer_id", maintain_order=True).agg(pl.col("day").last())
    still_open = last.select(history.days_until(as_of, "day").alias("open_days"))["open_days"]
    lengths = np.concatenate([closed, still_open.to_numpy()])
    return lengths, np.arange(lengths.size) < closed.size
