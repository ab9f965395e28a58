"""The probability that a customer places no kept order within the horizon."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Self

import polars as pl

from models import boosting
from models.baselines import CHURN_TERMS, SILENCE_TERMS, Logistic
from models.boosting import Booster
from models.cadence import Cadence
from models.calibration import AS_IT_IS, Sigmoid
from models.evaluation import FloatArray
from models.features import CHURN_FEATURES

COLUMNS: Final = tuple(CHURN_FEATURES)
ROUNDS: Final = 200  # more trees fit one season better and the next one worse
LEAF_ROWS_MAX: Final = 200
SETTINGS: Final[dict[str, Any]] = {
    "num_leaves": 4,  # the logistic carries the main effects; more leaves only learn one season by heart
    "learning_rate": 0.03,
    "feature_fraction": 0.5,  # many features say nearly the same: taking turns steadies them
    "lambda_l2": 20.0,
    "monotone_constraints": list(CHURN_FEATURES.values()),
}


@dataclass(frozen=True, slots=True)
class ChurnModel:
    """Trees boosted from the logit of an RFM logistic regression, monotone in silence."""

    horizon_days: int
    cadence: Cadence
    logistic: Logistic
    booster: Booster
    calibrator: Sigmoid = AS_IT_IS

    @classmethod
    def fitted(cls, rows: pl.DataFrame, newest: pl.DataFrame, horizon_days: int, threads: int) -> Self:
        """rows: stacked labelled snapshots; newest: the one from which the shop's cadence is taken."""
        cadence = Cadence.of(newest)
        known = cadence.applied_to(rows, horizon_days)
        logistic = Logistic.fitted(known, CHURN_TERMS, SILENCE_TERMS)
        settings = SETTINGS | {"min_data_in_leaf": min(LEAF_ROWS_MAX, max(1, rows.height // 50))}
        start = logistic.logit(known, CHURN_TERMS)
        booster = boosting.fitted(known, COLUMNS, settings, rounds=ROUNDS, threads=threads, start=start)
        return cls(horizon_days, cadence, logistic, booster)

    def with_cadence(self, customers: pl.DataFrame) -> pl.DataFrame:
        """`churn_features` rows with the columns that need the shop's cadence."""
        return self.cadence.applied_to(customers, self.horizon_days)

    def calibrated(self, calibrator: Sigmoid) -> Self:
        return replace(self, calibrator=calibrator)

    def raw_score(self, customers: pl.DataFrame, threads: int) -> FloatArray:
        """(customers,) log odds before calibration. customers: `with_cadence` applied."""
        trees = boosting.raw_score(self.booster, customers, COLUMNS, threads)
        return trees + self.logistic.logit(customers, CHURN_TERMS)

    def probability(self, customers: pl.DataFrame, threads: int) -> FloatArray:
        """(customers,) calibrated probability of no kept order within `horizon_days`."""
        return self.calibrator.probability(self.raw_score(customers, threads))

    def baseline_probability(self, customers: pl.DataFrame) -> FloatArray:
        """(customers,) what the logistic alone says."""
        return self.logistic.probability(customers, CHURN_TERMS)

    def to_json(self) -> dict[str, Any]:
        """Everything but the trees, which LightGBM writes as text."""
        return {
            "horizon_days": self.horizon_days,
            "cadence": asdict(self.cadence),
            "logistic": asdict(self.logistic),
            "calibrator": asdict(self.calibrator),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], text: str) -> Self:
        return cls(
            stored["horizon_days"],
            Cadence(**stored["cadence"]),
            Logistic.from_json(stored["logistic"]),
            boosting.from_text(text),
            Sigmoid(**stored["calibrator"]),
        )
