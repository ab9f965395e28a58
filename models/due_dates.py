"""When a product will be bought again: log-normal gaps, each pair leaning on its product and its customer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

import numpy as np
import polars as pl
from scipy.special import ndtr, ndtri

from models import features, history
from models.evaluation import FloatArray

SHOWN_PROBABILITY_MIN: Final = 0.3  # below, most pairs are never bought again and any date would mislead
SHOWN_PURCHASES_MIN: Final = 2  # one purchase shows no gap of the customer's own
INTERVAL: Final = (0.1, 0.9)  # the 80 % between
STRENGTH_MAX: Final = 1e6  # groups that do not differ at all: their own mean counts for nothing
LEAST_GAPS: Final = 2
LEAST_VARIANCE: Final = 0.05**2  # of the log gap: even a clockwork customer shops half a day early or late


@dataclass(frozen=True, slots=True)
class GapPrior:
    """Mean and variance of the log gap, and how many own gaps weigh as much as the level above."""

    log_mean: float
    variance: float
    item_strength: float
    customer_strength: float
    pair_strength: float

    @classmethod
    def of(cls, lines: pl.DataFrame, as_of: datetime) -> Self | None:
        """Estimated by moments from every gap closed by `as_of`; None while there are fewer than two."""
        gaps = _log_gaps(lines, as_of)
        if gaps.height < LEAST_GAPS:
            return None
        log_mean = float(gaps["rest"].to_numpy().mean())
        gaps = gaps.with_columns(pl.col("rest") - log_mean)
        item_strength, _ = _strength(gaps, ["sku"])
        gaps = _without(gaps, ["sku"], item_strength)
        customer_strength, _ = _strength(gaps, ["customer_id"])
        gaps = _without(gaps, ["customer_id"], customer_strength)
        pair_strength, variance = _strength(gaps, ["customer_id", "sku"])
        variance = max(LEAST_VARIANCE, variance)
        return cls(log_mean, variance, item_strength, customer_strength, pair_strength)

    def gaps_of_pairs(self, lines: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
        """One row per pair with a closed gap: customer_id, sku, log_gap (its centre) and log_gap_spread."""
        gaps = _log_gaps(lines, as_of).with_columns(pl.col("rest") - self.log_mean)
        explained = _without(gaps, ["sku"], self.item_strength)
        explained = _without(explained, ["customer_id"], self.customer_strength)
        own = explained.with_columns((gaps["rest"] - explained["rest"]).alias("shared"))
        weight = pl.len() + self.pair_strength
        return own.group_by("customer_id", "sku", maintain_order=True).agg(
            (self.log_mean + pl.col("shared").first() + pl.col("rest").sum() / weight).alias("log_gap"),
            (self.variance * (1 + 1 / weight)).sqrt().alias("log_gap_spread"),
        )


def _log_gaps(lines: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    gaps = features.pair_gaps(history.kept_purchases(lines, as_of)).drop_nulls("gap_days")
    return gaps.select("customer_id", "sku", pl.col("gap_days").log().alias("rest"))


def _strength(gaps: pl.DataFrame, group: list[str]) -> tuple[float, float]:
    """Variance within groups over variance between them (one-way analysis of variance), and the former."""
    groups = gaps.group_by(group, maintain_order=True).agg(
        pl.len().cast(pl.Float64).alias("n"), pl.col("rest").mean().alias("mean")
    )
    n, mean, rest = (column.to_numpy() for column in (groups["n"], groups["mean"], gaps["rest"]))
    between_sum = float((n * mean**2).sum() - n.sum() * rest.mean() ** 2)
    within = (float(((rest - rest.mean()) ** 2).sum()) - between_sum) / max(1.0, float(n.sum()) - n.size)
    spread = float(n.sum()) - float((n**2).sum() / n.sum())
    between = (between_sum - (n.size - 1) * within) / max(1.0, spread)
    return (min(STRENGTH_MAX, within / between) if between > 0 else STRENGTH_MAX), within


def _without(gaps: pl.DataFrame, group: list[str], strength: float) -> pl.DataFrame:
    """`gaps` less the shrunk mean of each group."""
    rest = pl.col("rest")
    return gaps.with_columns(rest - (rest.sum() / (pl.len() + strength)).over(group))


def with_due_dates(pairs: pl.DataFrame, gaps: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """`pairs` with usual_gap_days, due_on, due_from and due_to; empty where none should be shown.

    pairs: customer_id, sku, probability, purchases and last_bought_at; gaps: `GapPrior.gaps_of_pairs`.
    The dates are the median and the 80 % interval of the next purchase, if there is one, given that there
    was none until `as_of`.
    """
    known = pairs.join(gaps, on=["customer_id", "sku"], how="left", maintain_order="left")
    shown = (pl.col("probability") >= SHOWN_PROBABILITY_MIN) & (pl.col("purchases") >= SHOWN_PURCHASES_MIN)
    days = {"due_on": 0.5, "due_from": INTERVAL[0], "due_to": INTERVAL[1]}
    waited = known.select(history.days_until(as_of, "last_bought_at").alias("days"))["days"].to_numpy()
    dated = known.with_columns(
        pl.Series(name, _gap_days(known, waited, quantile), nan_to_null=True)
        for name, quantile in days.items()
    )
    return dated.with_columns(
        pl.col("log_gap").exp().alias("usual_gap_days"),
        *[pl.when(shown).then(_date_after("last_bought_at", name)).alias(name) for name in days],
    ).drop("log_gap", "log_gap_spread")


def _gap_days(pairs: pl.DataFrame, waited_days: FloatArray, quantile: float) -> FloatArray:
    """Quantile of the gap given that it is longer than the days waited; NaN for pairs without a gap."""
    centre, spread = pairs["log_gap"].to_numpy(), pairs["log_gap_spread"].to_numpy()
    waited = np.log(np.maximum(waited_days, 1e-3))
    still_open = np.maximum(ndtr((centre - waited) / spread), np.finfo(np.float64).tiny)
    gap: FloatArray = np.exp(centre - spread * ndtri(still_open * (1 - quantile)))
    return np.maximum(gap, waited_days)


def _date_after(moment: str, days: str) -> pl.Expr:
    return (pl.col(moment) + pl.duration(seconds=(pl.col(days) * history.SECONDS_PER_DAY).round())).dt.date()
