"""The simple forecasts that a model has to beat before anyone sees its numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import polars as pl
from scipy.optimize import isotonic_regression
from scipy.special import expit

from models.evaluation import FloatArray

RIDGE: Final = 1.0  # one imagined row against each weight: keeps separable little shops finite
NEWTON_STEPS: Final = 50  # convex and quadratic near the end: a dozen is the rule
NEWTON_TOLERANCE: Final = 1e-10

CHURN_TERMS: Final[dict[str, pl.Expr]] = {
    "log_recency": pl.col("recency_days").log1p(),
    "log_frequency": pl.col("order_days").log(),
    "log_monetary": pl.col("amount_minor").log1p(),
    "log_usual_gap": pl.col("usual_gap_days").log(),
    "log_lateness": -(pl.col("order_rate") * pl.col("usual_gap_days")).log(),
}
PAIR_TERMS: Final[dict[str, pl.Expr]] = {
    "log_recency": pl.col("recency_days").log1p(),
    "log_frequency": pl.col("purchases").log(),
    "log_decayed_count": pl.col("decayed_count").log1p(),
    "log_rate": pl.col("pair_rate").log(),
    "log_overdue": pl.col("overdue_ratio").log1p(),
    "log_item_rate": pl.col("item_rate").log(),
    "log_customer_rate": pl.col("customer_rate").log(),
    "log_customer_recency": pl.col("customer_recency_days").log1p(),
    "customer_repeat_share": pl.col("customer_repeat_share"),
}
SILENCE_TERMS: Final = frozenset({"log_recency", "log_lateness"})  # may only raise the risk of churn


def chance(log_odds: FloatArray) -> FloatArray:
    """The probability with these log odds."""
    probability: FloatArray = expit(log_odds)
    return probability


@dataclass(frozen=True, slots=True)
class Isotonic:
    """A curve that only rises with the column (falls, with `sign` -1), linear between its corners."""

    column: str
    sign: int
    scores: tuple[float, ...]
    rates: tuple[float, ...]

    @classmethod
    def fitted(cls, rows: pl.DataFrame, column: str, sign: int) -> Self:
        """rows: `column` and `outcome`."""
        score = rows[column].to_numpy().astype(np.float64) * sign
        scores, place = np.unique(score, return_inverse=True)
        counts = np.bincount(place)
        means = np.bincount(place, weights=rows["outcome"].to_numpy()) / counts
        rates = isotonic_regression(means, weights=counts).x
        keep = _corners(rates)
        return cls(column, sign, tuple(scores[keep].tolist()), tuple(rates[keep].tolist()))

    def probability(self, rows: pl.DataFrame) -> FloatArray:
        score = rows[self.column].to_numpy().astype(np.float64) * self.sign
        rate: FloatArray = np.interp(score, self.scores, self.rates)
        return rate


def _corners(rates: FloatArray) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """The ends of each flat stretch: interpolation needs no others."""
    changes = np.diff(rates) != 0
    corners: np.ndarray[Any, np.dtype[np.bool_]] = np.append(changes, True) | np.insert(changes, 0, True)
    return corners


@dataclass(frozen=True, slots=True)
class Logistic:
    """Ridge logistic regression on a few named terms, each centred and scaled."""

    terms: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float

    @classmethod
    def fitted(
        cls, rows: pl.DataFrame, terms: Mapping[str, pl.Expr], rising: frozenset[str] = frozenset()
    ) -> Self:
        """rows: the terms' columns and `outcome`. A term in `rising` never gets a negative weight."""
        values = _matrix(rows, terms)
        means, scales = values.mean(axis=0), values.std(axis=0)
        scales[scales == 0] = 1.0
        names = tuple(terms)
        may_fall = np.array([name not in rising for name in names])
        weights = _weights((values - means) / scales, rows["outcome"].to_numpy(), may_fall)
        return cls(
            names,
            tuple(means.tolist()),
            tuple(scales.tolist()),
            tuple(weights[1:].tolist()),
            float(weights[0]),
        )

    def contributions(self, rows: pl.DataFrame, terms: Mapping[str, pl.Expr]) -> FloatArray:
        """(rows, terms): how far each term moves the logit from that of the average row, the intercept."""
        scaled = (_matrix(rows, terms) - np.array(self.means)) / np.array(self.scales)
        moved: FloatArray = scaled * np.array(self.weights)
        return moved

    def logit(self, rows: pl.DataFrame, terms: Mapping[str, pl.Expr]) -> FloatArray:
        total: FloatArray = self.contributions(rows, terms).sum(axis=1) + self.intercept
        return total

    def probability(self, rows: pl.DataFrame, terms: Mapping[str, pl.Expr]) -> FloatArray:
        return chance(self.logit(rows, terms))

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(
            tuple(stored["terms"]),
            tuple(stored["means"]),
            tuple(stored["scales"]),
            tuple(stored["weights"]),
            stored["intercept"],
        )


def _matrix(rows: pl.DataFrame, terms: Mapping[str, pl.Expr]) -> FloatArray:
    chosen = rows.select([term.cast(pl.Float64).alias(name) for name, term in terms.items()])
    return chosen.to_numpy()


def _weights(
    scaled: FloatArray, outcome: FloatArray, may_fall: np.ndarray[Any, np.dtype[np.bool_]]
) -> FloatArray:
    """Intercept and weights; wrong-signed ones are dropped and the rest fitted again until none is left."""
    used = np.ones(scaled.shape[1], dtype=np.bool_)
    weights = np.zeros(scaled.shape[1] + 1)
    while True:
        weights[:] = 0.0
        weights[np.append(True, used)] = _newton(scaled[:, used], outcome)
        wrong = (weights[1:] < 0) & ~may_fall
        if not wrong.any():
            return weights
        used &= ~wrong


def _newton(scaled: FloatArray, outcome: FloatArray) -> FloatArray:
    design = np.column_stack([np.ones(outcome.size), scaled])
    ridge = np.diag([1e-9, *[RIDGE] * scaled.shape[1]])
    weights = np.zeros(design.shape[1])
    for _ in range(NEWTON_STEPS):
        expected = expit(design @ weights)
        gradient = design.T @ (outcome - expected) - ridge @ weights
        curvature = (design * (expected * (1 - expected))[:, None]).T @ design + ridge
        step = np.linalg.solve(curvature, gradient)
        weights += step
        if np.abs(step).max() < NEWTON_TOLERANCE:
            break
    return weights


def poisson_probability(rows: pl.DataFrame, horizon_days: int) -> FloatArray:
    """Gamma-Poisson empirical Bayes: chance of at least one purchase of the pair within the horizon."""
    probability: FloatArray = -np.expm1(-horizon_days * rows["pair_rate"].to_numpy())
    return probability
