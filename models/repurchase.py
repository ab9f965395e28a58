"""The probability that a customer buys a product again within the next 30 days."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

import polars as pl

from models import boosting
from models.baselines import PAIR_TERMS, Logistic, chance
from models.boosting import Booster
from models.evaluation import FloatArray
from models.features import PAIR_FEATURES

HORIZON_DAYS: Final = 30  # a month: what a reminder or a shelf order can plan for
ROUNDS: Final = 300
LEAF_ROWS_MAX: Final = 200
SETTINGS: Final[dict[str, Any]] = {
    "num_leaves": 15,
    "learning_rate": 0.05,
    "feature_fraction": 0.5,
    "lambda_l2": 5.0,
}


@dataclass(frozen=True, slots=True)
class RepurchaseModel:
    """Trees on customer x product pairs, and the logistic regression they have to beat."""

    horizon_days: int
    logistic: Logistic
    booster: Booster

    @classmethod
    def fitted(cls, rows: pl.DataFrame, horizon_days: int, threads: int) -> Self:
        """rows: stacked labelled snapshots of pairs."""
        logistic = Logistic.fitted(rows, PAIR_TERMS)
        settings = SETTINGS | {"min_data_in_leaf": min(LEAF_ROWS_MAX, max(1, rows.height // 50))}
        booster = boosting.fitted(rows, PAIR_FEATURES, settings, rounds=ROUNDS, threads=threads)
        return cls(horizon_days, logistic, booster)

    def raw_score(self, pairs: pl.DataFrame, threads: int) -> FloatArray:
        """(pairs,) log odds."""
        return boosting.raw_score(self.booster, pairs, PAIR_FEATURES, threads)

    def probability(self, pairs: pl.DataFrame, threads: int) -> FloatArray:
        """(pairs,) probability of a kept purchase within `horizon_days`."""
        return chance(self.raw_score(pairs, threads))

    def baseline_probability(self, pairs: pl.DataFrame) -> FloatArray:
        """(pairs,) what the logistic alone says."""
        return self.logistic.probability(pairs, PAIR_TERMS)

    def to_json(self) -> dict[str, Any]:
        """Everything but the trees, which LightGBM writes as text."""
        return {"horizon_days": self.horizon_days, "logistic": asdict(self.logistic)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], text: str) -> Self:
        return cls(stored["horizon_days"], Logistic.from_json(stored["logistic"]), boosting.from_text(text))
