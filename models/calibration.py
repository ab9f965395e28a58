"""Calibration: leave a probability alone unless correcting it helped twice in a row."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Self

import polars as pl

from models.baselines import Logistic, chance
from models.evaluation import FloatArray, log_loss

WINS_NEEDED: Final = 2  # a correction learnt on one window made the next one worse more often than better
SCORE: Final = {"score": pl.col("score")}


@dataclass(frozen=True, slots=True)
class Sigmoid:
    """probability = expit(intercept + slope * raw); slope 1, intercept 0 leaves it as it is."""

    slope: float = 1.0
    intercept: float = 0.0

    @classmethod
    def fitted(cls, raw: FloatArray, outcome: FloatArray) -> Self:
        """Both (rows,): log odds and what happened."""
        line = Logistic.fitted(pl.DataFrame({"score": raw, "outcome": outcome}), SCORE)
        slope = line.weights[0] / line.scales[0]
        return cls(slope, line.intercept - slope * line.means[0])

    def probability(self, raw: FloatArray) -> FloatArray:
        return chance(self.intercept + self.slope * raw)


AS_IT_IS: Final = Sigmoid()


def chosen(windows: list[tuple[FloatArray, FloatArray]]) -> Sigmoid:
    """The correction learnt on the newest window if such ones helped on the next window, twice; else none.

    windows: (raw score, outcome) of consecutive test windows, oldest first.
    """
    steps = list(pairwise(windows))[-WINS_NEEDED:]
    won = [_helps(Sigmoid.fitted(*learnt), *met) for learnt, met in steps]
    return Sigmoid.fitted(*windows[-1]) if len(won) == WINS_NEEDED and all(won) else AS_IT_IS


def _helps(sigmoid: Sigmoid, raw: FloatArray, outcome: FloatArray) -> bool:
    as_it_is = log_loss(outcome, chance(raw))
    return sigmoid.slope > 0 and log_loss(outcome, sigmoid.probability(raw)) < as_it_is
