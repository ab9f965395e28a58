"""Temporal hold-out: what was forecast at each origin beside what then happened, and what that is worth."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np

from models import evaluation, readiness
from models.evaluation import FloatArray
from models.readiness import Verdict

MODEL: Final = "model"


@dataclass(frozen=True, slots=True)
class Fold:
    """One test window: outcomes and each forecaster's probabilities of the same rows; `MODEL` is one of them.

    raw: the model's log odds before calibration. ranking: ranking metrics by forecaster, where they apply.
    """

    origin: datetime
    customers: int
    outcome: FloatArray
    raw: FloatArray
    forecasts: dict[str, FloatArray]
    ranking: dict[str, dict[str, float]]

    def measured(self, forecaster: str) -> dict[str, float]:
        metrics = evaluation.metrics(self.outcome, self.forecasts[forecaster])
        return metrics | self.ranking.get(forecaster, {})


def judged(folds: list[Fold]) -> Verdict:
    """The verdict on all test windows together."""
    forecasts = {
        name: np.concatenate([fold.forecasts[name] for fold in folds]) for name in folds[0].forecasts
    }
    outcome = np.concatenate([fold.outcome for fold in folds])
    return readiness.judged(outcome, forecasts.pop(MODEL), forecasts)


def reported(folds: list[Fold], verdict: Verdict, horizon_days: int | None) -> dict[str, Any]:
    """Plain values, ready for JSON; `customers` and `rows` are those of the newest window, the first fold.

    The metrics are means over the windows; `model` is None and `baselines` empty when nothing was tested.
    """
    means = {name: _mean(folds, name) for name in folds[0].forecasts} if folds else {}
    return {
        "horizon_days": horizon_days,
        "customers": folds[0].customers if folds else 0,
        "rows": folds[0].outcome.size if folds else 0,
        "origins": [_origin(fold) for fold in folds],
        "readiness": str(verdict.readiness),
        "reasons": list(verdict.reasons),
        "model": means.pop(MODEL, None),
        "baselines": means,
    }


def _mean(folds: list[Fold], forecaster: str) -> dict[str, float]:
    return evaluation.mean_metrics([fold.measured(forecaster) for fold in folds])


def _origin(fold: Fold) -> dict[str, Any]:
    rivals = [name for name in fold.forecasts if name != MODEL]
    return {
        "cutoff": fold.origin.isoformat(),
        "customers": fold.customers,
        "rows": fold.outcome.size,
        "outcome_rate": float(fold.outcome.mean()),
        "model": fold.measured(MODEL),
        "baselines": {name: fold.measured(name) for name in rivals},
    }
