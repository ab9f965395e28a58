"""A customer's own rhythm, shrunk towards the shop's where the customer has shown little of it."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import polars as pl

from models.features import LEAST_GAP_DAYS

FIRST_GUESS_GAPS: Final = 2.0  # own gaps that weigh as much as the shop's average, until it is known
GAPS_BOUNDS: Final = (0.2, 20.0)  # outside, one customer or one snapshot would decide the shape


@dataclass(frozen=True, slots=True)
class Cadence:
    """Gamma prior of the customers' order rates: shape in gaps, rate in days."""

    gaps: float
    days: float

    @classmethod
    def of(cls, customers: pl.DataFrame) -> Self:
        """Estimated by moments from `churn_features` rows: Poisson counts mixed over gamma rates."""
        watched = (customers["span_days"] + customers["recency_days"]).clip(LEAST_GAP_DAYS).to_numpy()
        repeats = (customers["order_days"] - 1).to_numpy().astype(np.float64)
        if not repeats.any():
            return cls(FIRST_GUESS_GAPS, FIRST_GUESS_GAPS * float(np.median(watched)))
        rate = float(repeats.sum() / watched.sum())
        surplus = float(((repeats - rate * watched) ** 2).sum() - repeats.sum()) / float((watched**2).sum())
        gaps = float(np.clip(rate**2 / surplus, *GAPS_BOUNDS)) if surplus > 0 else GAPS_BOUNDS[1]
        return cls(gaps, gaps / rate)

    def applied_to(self, customers: pl.DataFrame, horizon_days: int) -> pl.DataFrame:
        """`customers` with the columns of `CHURN_FEATURES` that need the shop's cadence.

        silence_surprise: minus the log of the chance to be silent for so long at the own rate.
        silence_probability: chance of no order within the horizon at the own rate.
        """
        gaps = self.gaps + pl.col("order_days") - 1
        closed_days = self.days + pl.col("span_days")
        open_days = closed_days + pl.col("recency_days")
        usual = (closed_days / gaps).clip(LEAST_GAP_DAYS)
        return customers.with_columns(
            usual.alias("usual_gap_days"),
            (pl.col("recency_days") / usual).alias("overdue_ratio"),
            (gaps * (open_days / closed_days).log()).alias("silence_surprise"),
            (gaps / open_days).alias("order_rate"),
            (-gaps * (1 + horizon_days / open_days).log()).exp().alias("silence_probability"),
        )
