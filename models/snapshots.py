"""Labelled pictures of the past: features at a cut-off beside what happened in the horizon after it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Self

import numpy as np
import polars as pl

from models import features, history
from models.horizon import ACTIVE_HORIZONS, HISTORY_EXTRA_DAYS

ORIGINS_MAX: Final = 3  # test windows: enough to tell a trend from one odd month, few enough to stay quick
CHURN_SNAPSHOTS_MAX: Final = 10  # older pictures taught the model nothing more
PAIR_SNAPSHOTS_MAX: Final = 6
PAIR_ROWS_MAX: Final = 40_000  # a snapshot is sampled down to this: more rows cost time and no longer teach
SAMPLE_SEED: Final = 20_111_209


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the cut-offs lie: origins test a model, cut-offs a horizon or more before one train it."""

    as_of: datetime
    first_at: datetime
    horizon_days: int
    step_days: int
    spacing_days: int
    snapshots_max: int

    @classmethod
    def for_churn(cls, lines: pl.DataFrame, as_of: datetime, horizon_days: int) -> Self:
        step_days = 30 if horizon_days >= 60 else 15 if horizon_days >= 30 else 7
        return cls(as_of, _first_at(lines), horizon_days, step_days, step_days, CHURN_SNAPSHOTS_MAX)

    @classmethod
    def for_pairs(cls, lines: pl.DataFrame, as_of: datetime, horizon_days: int) -> Self:
        return cls(as_of, _first_at(lines), horizon_days, 15, 30, PAIR_SNAPSHOTS_MAX)

    def origins(self) -> list[datetime]:
        """Newest first: the last cut-offs with a matured horizon after and something to learn from before."""
        newest = self.as_of - timedelta(days=self.horizon_days)
        origins = [newest - timedelta(days=self.spacing_days * index) for index in range(ORIGINS_MAX)]
        return [origin for origin in origins if self.cutoffs(origin)]

    def cutoffs(self, known_until: datetime) -> list[datetime]:
        """Newest first: the cut-offs whose outcome was known by then."""
        return list(self._cutoffs(known_until))

    def _cutoffs(self, known_until: datetime) -> Iterator[datetime]:
        for index in range(self.snapshots_max):
            cutoff = known_until - timedelta(days=self.horizon_days + self.step_days * index)
            if cutoff - self.first_at < timedelta(days=HISTORY_EXTRA_DAYS):
                return
            yield cutoff


def _first_at(lines: pl.DataFrame) -> datetime:
    first: datetime = lines["occurred_at"].min()  # type: ignore[assignment]  # the readiness gate saw a kept order
    return first


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Labelled frames of one history, each cut-off built once."""

    lines: pl.DataFrame
    _churn: dict[tuple[datetime, int], pl.DataFrame] = field(default_factory=dict)
    _pairs: dict[tuple[datetime, int], pl.DataFrame] = field(default_factory=dict)

    def churn(self, cutoff: datetime, horizon_days: int) -> pl.DataFrame:
        """`churn_features` of the active customers, with `outcome` 1.0 where no kept order followed."""
        key = (cutoff, horizon_days)
        if key not in self._churn:
            frame = active(features.churn_features(self.lines, cutoff), horizon_days)
            stayed = self._kept_after(cutoff, horizon_days)["customer_id"].unique()
            churned = ~pl.col("customer_id").is_in(stayed.implode())
            self._churn[key] = frame.with_columns(churned.cast(pl.Float64).alias("outcome"))
        return self._churn[key]

    def pairs(self, cutoff: datetime, horizon_days: int) -> pl.DataFrame:
        """`pair_features` with `outcome` 1.0 where the customer kept the sku again within the horizon."""
        frame = features.pair_features(self.lines, cutoff, horizon_days)
        again = self._kept_after(cutoff, horizon_days).select("customer_id", "sku").unique()
        bought = frame.join(again.with_columns(outcome=1.0), on=["customer_id", "sku"], how="left")
        full = bought.with_columns(pl.col("outcome").fill_null(0.0)).sort("customer_id", "sku")
        self._pairs[(cutoff, horizon_days)] = _sampled(full)
        return full

    def sampled_pairs(self, cutoff: datetime, horizon_days: int) -> pl.DataFrame:
        """At most `PAIR_ROWS_MAX` rows of `pairs`, always the same ones."""
        if (cutoff, horizon_days) not in self._pairs:
            self.pairs(cutoff, horizon_days)
        return self._pairs[(cutoff, horizon_days)]

    def _kept_after(self, cutoff: datetime, horizon_days: int) -> pl.DataFrame:
        purchases = history.kept_purchases(self.lines, cutoff + timedelta(days=horizon_days))
        return purchases.filter(pl.col("bought_at") > cutoff)


def active(customers: pl.DataFrame, horizon_days: int) -> pl.DataFrame:
    """The customers who may still be about to leave."""
    return customers.filter(pl.col("recency_days") <= horizon_days * ACTIVE_HORIZONS)


def _sampled(frame: pl.DataFrame) -> pl.DataFrame:
    if frame.height <= PAIR_ROWS_MAX:
        return frame
    chosen = np.random.default_rng(SAMPLE_SEED).choice(frame.height, PAIR_ROWS_MAX, replace=False)
    return frame[np.sort(chosen)]
