"""Training: learn from the past, test on what came after, and say honestly what the result is worth."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import polars as pl

from models import baselines, calibration, evaluation, history, horizon, readiness, repurchase
from models.churn import ChurnModel
from models.due_dates import GapPrior
from models.evaluation import FloatArray
from models.readiness import Readiness, Verdict
from models.repurchase import RepurchaseModel
from models.snapshots import Plan, Snapshots

Progress = Callable[[str, float], None]
UNSAVED: Final = "unsaved"


@dataclass(frozen=True, slots=True)
class Trained:
    """Everything one training produced; a model is absent while its verdict is NOT_READY."""

    as_of: datetime
    churn_verdict: Verdict
    churn: ChurnModel | None
    repurchase_verdict: Verdict
    repurchase: RepurchaseModel | None
    gap_prior: GapPrior | None
    report: dict[str, Any]
    version: str = UNSAVED


@dataclass(frozen=True, slots=True)
class Fold:
    """One test window: what was forecast at the origin and what then happened."""

    origin: datetime
    customers: int
    outcome: FloatArray
    raw: FloatArray
    model: FloatArray
    rivals: dict[str, FloatArray]
    ranking: dict[str, dict[str, float]]


def train(
    lines: pl.DataFrame,
    as_of: datetime,
    *,
    horizon_days: int | None = None,
    threads: int = 2,
    progress: Progress | None = None,
) -> Trained:
    """Churn and repurchase models as known at `as_of`, each tested on up to three later windows.

    lines: shaped like `history.LINES`; rows after `as_of` are ignored. horizon_days: of churn, else chosen from the
    history. progress: called with the step's name and the fraction done before it. Same arguments, same result.
    Raises HistoryError.
    """
    tell = progress or _silent
    tell("reading the history", 0.0)
    snapshots = Snapshots(history.known(history.checked(lines), as_of))
    churn_verdict, churn, churn_report = _churn(snapshots, as_of, horizon_days, threads, tell)
    verdict, model, report = _repurchase(snapshots, as_of, threads, tell)
    tell("learning the gaps between purchases", 0.95)
    gap_prior = GapPrior.of(snapshots.lines, as_of) if model else None
    tell("done", 1.0)
    reports = {"churn": churn_report, "repurchase": report}
    return Trained(as_of, churn_verdict, churn, verdict, model, gap_prior, reports)


def _silent(step: str, fraction: float) -> None:
    """Nobody listens."""


def _churn(
    snapshots: Snapshots, as_of: datetime, horizon_days: int | None, threads: int, tell: Progress
) -> tuple[Verdict, ChurnModel | None, dict[str, Any]]:
    missing = readiness.churn_history_gaps(snapshots.lines, as_of)
    if missing:
        return _refused(missing, horizon_days)
    chosen = horizon.Horizon(horizon_days) if horizon_days else horizon.choose(snapshots.lines, as_of)
    if chosen.days is None:
        return _refused((chosen.reason,), None)
    plan = Plan.for_churn(snapshots.lines, as_of, chosen.days)
    origins = plan.origins()
    folds = []
    for done, origin in enumerate(origins):
        tell(f"testing churn at {origin:%Y-%m-%d}", 0.05 + 0.25 * done / len(origins))
        folds.append(_churn_fold(snapshots, plan, origin, threads))
    if not folds:
        return _refused(("the history is too short for a test window",), chosen.days)
    verdict = _verdict(folds)
    tell("training churn", 0.3)
    model = (
        None if verdict.readiness is Readiness.NOT_READY else _churn_model(snapshots, plan, as_of, threads)
    )
    if model and verdict.readiness is Readiness.READY:
        model = model.calibrated(calibration.chosen([(fold.raw, fold.outcome) for fold in reversed(folds)]))
    return verdict, model, _report(folds, verdict, chosen.days)


def _churn_model(snapshots: Snapshots, plan: Plan, known_until: datetime, threads: int) -> ChurnModel:
    frames = [snapshots.churn(cutoff, plan.horizon_days) for cutoff in plan.cutoffs(known_until)]
    return ChurnModel.fitted(pl.concat(frames), frames[0], plan.horizon_days, threads)


def _churn_fold(snapshots: Snapshots, plan: Plan, origin: datetime, threads: int) -> Fold:
    model = _churn_model(snapshots, plan, origin, threads)
    past = pl.concat([snapshots.churn(cutoff, plan.horizon_days) for cutoff in plan.cutoffs(origin)])
    test = model.with_cadence(snapshots.churn(origin, plan.horizon_days))
    rivals = {
        "recency": baselines.Isotonic.fitted(past, "recency_days", 1).probability(test),
        "rfm_logistic": model.baseline_probability(test),
    }
    raw = model.raw_score(test, threads)
    return Fold(origin, test.height, _outcome(test), raw, model.calibrator.probability(raw), rivals, {})


def _repurchase(
    snapshots: Snapshots, as_of: datetime, threads: int, tell: Progress
) -> tuple[Verdict, RepurchaseModel | None, dict[str, Any]]:
    missing = readiness.repurchase_history_gaps(snapshots.lines, as_of)
    if missing:
        return _refused(missing, repurchase.HORIZON_DAYS)
    plan = Plan.for_pairs(snapshots.lines, as_of, repurchase.HORIZON_DAYS)
    origins = plan.origins()
    folds = []
    for done, origin in enumerate(origins):
        tell(f"testing repurchase at {origin:%Y-%m-%d}", 0.35 + 0.45 * done / len(origins))
        folds.append(_repurchase_fold(snapshots, plan, origin, threads))
    if not folds:
        return _refused(("the history is too short for a test window",), plan.horizon_days)
    verdict = _verdict(folds)
    tell("training repurchase", 0.8)
    ready = verdict.readiness is not Readiness.NOT_READY
    model = _repurchase_model(_past_pairs(snapshots, plan, as_of), plan, threads) if ready else None
    return verdict, model, _report(folds, verdict, plan.horizon_days)


def _past_pairs(snapshots: Snapshots, plan: Plan, known_until: datetime) -> pl.DataFrame:
    return pl.concat(
        [snapshots.sampled_pairs(cutoff, plan.horizon_days) for cutoff in plan.cutoffs(known_until)]
    )


def _repurchase_model(past: pl.DataFrame, plan: Plan, threads: int) -> RepurchaseModel:
    return RepurchaseModel.fitted(past, plan.horizon_days, threads)


def _repurchase_fold(snapshots: Snapshots, plan: Plan, origin: datetime, threads: int) -> Fold:
    past = _past_pairs(snapshots, plan, origin)
    test = snapshots.pairs(origin, plan.horizon_days)
    fitted = RepurchaseModel.fitted(past, plan.horizon_days, threads)
    rivals = {
        "recency": baselines.Isotonic.fitted(past, "recency_days", -1).probability(test),
        "count": baselines.Isotonic.fitted(past, "purchases", 1).probability(test),
        "decayed_count": baselines.Isotonic.fitted(past, "decayed_count", 1).probability(test),
        "gamma_poisson": baselines.poisson_probability(test, plan.horizon_days),
        "rfm_logistic": fitted.baseline_probability(test),
    }
    model = fitted.probability(test, threads)
    ranking = {name: evaluation.ranking(test, scores) for name, scores in {"model": model, **rivals}.items()}
    return Fold(origin, test["customer_id"].n_unique(), _outcome(test), model, model, rivals, ranking)


def _outcome(test: pl.DataFrame) -> FloatArray:
    return test["outcome"].to_numpy()


def _verdict(folds: list[Fold]) -> Verdict:
    rivals = {name: np.concatenate([fold.rivals[name] for fold in folds]) for name in folds[0].rivals}
    outcome = np.concatenate([fold.outcome for fold in folds])
    return readiness.judged(outcome, np.concatenate([fold.model for fold in folds]), rivals)


def _refused(reasons: tuple[str, ...], horizon_days: int | None) -> tuple[Verdict, None, dict[str, Any]]:
    verdict = Verdict(Readiness.NOT_READY, reasons)
    return verdict, None, _report([], verdict, horizon_days)


def _report(folds: list[Fold], verdict: Verdict, horizon_days: int | None) -> dict[str, Any]:
    """Plain values, ready for JSON; `model` is None and `baselines` empty when nothing could be tested."""
    names = list(folds[0].rivals) if folds else []
    return {
        "horizon_days": horizon_days,
        "customers": folds[0].customers if folds else 0,
        "pairs": folds[0].outcome.size if folds else 0,
        "origins": [_origin(fold) for fold in folds],
        "readiness": str(verdict.readiness),
        "reasons": list(verdict.reasons),
        "model": evaluation.mean_metrics([_measured(fold, "model") for fold in folds]) if folds else None,
        "baselines": {
            name: evaluation.mean_metrics([_measured(fold, name) for fold in folds]) for name in names
        },
    }


def _origin(fold: Fold) -> dict[str, Any]:
    return {
        "cutoff": fold.origin.isoformat(),
        "customers": fold.customers,
        "rows": fold.outcome.size,
        "outcome_rate": float(fold.outcome.mean()),
        "model": _measured(fold, "model"),
        "baselines": {name: _measured(fold, name) for name in fold.rivals},
    }


def _measured(fold: Fold, name: str) -> dict[str, float]:
    probability = fold.model if name == "model" else fold.rivals[name]
    return evaluation.metrics(fold.outcome, probability) | fold.ranking.get(name, {})
