"""Training: learn from the past, test on what came after, and say honestly what the result is worth."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import polars as pl

from models import baselines, calibration, evaluation, history, holdout, horizon, readiness, repurchase
from models.churn import ChurnModel
from models.due_dates import GapPrior
from models.holdout import MODEL, Fold
from models.readiness import Readiness, Verdict
from models.repurchase import RepurchaseModel
from models.snapshots import Plan, Snapshots

Progress = Callable[[str, float], None]
UNSAVED: Final = "unsaved"
TOO_SHORT: Final = "the history is too short for a test window"


@dataclass(frozen=True, slots=True)
class Trained:
    """Everything one training produced; a model is absent while its verdict is NOT_READY.

    report: {"churn": ..., "repurchase": ...}, each as `holdout.reported` gives it; the rows of the latter
    are `pairs` of customer and product.
    """

    as_of: datetime
    churn_verdict: Verdict
    churn: ChurnModel | None
    repurchase_verdict: Verdict
    repurchase: RepurchaseModel | None
    gap_prior: GapPrior | None
    report: dict[str, Any]
    version: str = UNSAVED


@dataclass(frozen=True, slots=True)
class Bench:
    """What every step of one training works with."""

    snapshots: Snapshots
    as_of: datetime
    threads: int
    tell: Progress

    @property
    def lines(self) -> pl.DataFrame:
        return self.snapshots.lines


def train(
    lines: pl.DataFrame,
    as_of: datetime,
    *,
    horizon_days: int | None = None,
    threads: int = 2,
    progress: Progress | None = None,
) -> Trained:
    """Churn and repurchase models as known at `as_of`, each tested on up to three later windows.

    lines: shaped like `history.LINES`; rows after `as_of` are ignored. horizon_days: of churn, else chosen
    from the history. progress: called with the step's name and the fraction done before it.
    Same arguments, same result. Raises HistoryError.
    """
    tell = progress or _silent
    tell("reading the history", 0.0)
    bench = Bench(Snapshots(history.known(history.checked(lines), as_of)), as_of, threads, tell)
    churn_verdict, churn, churn_report = _churn(bench, horizon_days)
    verdict, model, report = _repurchase(bench)
    tell("learning the gaps between purchases", 0.95)
    gap_prior = GapPrior.of(bench.lines, as_of) if model else None
    tell("done", 1.0)
    reports = {"churn": churn_report, "repurchase": report | {"pairs": report["rows"]}}
    return Trained(as_of, churn_verdict, churn, verdict, model, gap_prior, reports)


def _silent(step: str, fraction: float) -> None:
    """Nobody listens."""


def _refused(reasons: tuple[str, ...], horizon_days: int | None) -> tuple[Verdict, None, dict[str, Any]]:
    verdict = Verdict(Readiness.NOT_READY, reasons)
    return verdict, None, holdout.reported([], verdict, horizon_days)


def _churn(bench: Bench, horizon_days: int | None) -> tuple[Verdict, ChurnModel | None, dict[str, Any]]:
    missing = readiness.churn_history_gaps(bench.lines, bench.as_of)
    if missing:
        return _refused(missing, horizon_days)
    chosen = horizon.Horizon(horizon_days) if horizon_days else horizon.choose(bench.lines, bench.as_of)
    if chosen.days is None:
        return _refused((chosen.reason,), None)
    plan = Plan.for_churn(bench.lines, bench.as_of, chosen.days)
    folds = _churn_folds(bench, plan)
    if not folds:
        return _refused((TOO_SHORT,), chosen.days)
    verdict = holdout.judged(folds)
    bench.tell("training churn", 0.3)
    return verdict, _final_churn(bench, plan, folds, verdict), holdout.reported(folds, verdict, chosen.days)


def _churn_folds(bench: Bench, plan: Plan) -> list[Fold]:
    folds, origins = [], plan.origins()
    for done, origin in enumerate(origins):
        bench.tell(f"testing churn from {origin:%Y-%m-%d}", 0.05 + 0.25 * done / len(origins))
        folds.append(_churn_fold(bench, plan, origin))
    return folds


def _churn_fold(bench: Bench, plan: Plan, origin: datetime) -> Fold:
    past = _churn_past(bench, plan, origin)
    model = _churn_model(bench, plan, past)
    test = model.with_cadence(bench.snapshots.churn(origin, plan.horizon_days))
    raw = model.raw_score(test, bench.threads)
    forecasts = {
        MODEL: model.calibrator.probability(raw),
        "recency": baselines.Isotonic.fitted(pl.concat(past), "recency_days", 1).probability(test),
        "rfm_logistic": model.baseline_probability(test),
    }
    return Fold(origin, test.height, test["outcome"].to_numpy(), raw, forecasts, {})


def _churn_past(bench: Bench, plan: Plan, known_until: datetime) -> list[pl.DataFrame]:
    return [bench.snapshots.churn(cutoff, plan.horizon_days) for cutoff in plan.cutoffs(known_until)]


def _churn_model(bench: Bench, plan: Plan, past: list[pl.DataFrame]) -> ChurnModel:
    return ChurnModel.fitted(pl.concat(past), past[0], plan.horizon_days, bench.threads)


def _final_churn(bench: Bench, plan: Plan, folds: list[Fold], verdict: Verdict) -> ChurnModel | None:
    if verdict.readiness is Readiness.NOT_READY:
        return None
    model = _churn_model(bench, plan, _churn_past(bench, plan, bench.as_of))
    return model.calibrated(calibration.chosen([(fold.raw, fold.outcome) for fold in reversed(folds)]))


def _repurchase(bench: Bench) -> tuple[Verdict, RepurchaseModel | None, dict[str, Any]]:
    missing = readiness.repurchase_history_gaps(bench.lines, bench.as_of)
    if missing:
        return _refused(missing, repurchase.HORIZON_DAYS)
    plan = Plan.for_pairs(bench.lines, bench.as_of, repurchase.HORIZON_DAYS)
    folds = _repurchase_folds(bench, plan)
    if not folds:
        return _refused((TOO_SHORT,), plan.horizon_days)
    verdict = holdout.judged(folds)
    bench.tell("training repurchase", 0.8)
    model = None
    if verdict.readiness is not Readiness.NOT_READY:
        model = _repurchase_model(bench, plan, _past_pairs(bench, plan, bench.as_of))
    return verdict, model, holdout.reported(folds, verdict, plan.horizon_days)


def _repurchase_folds(bench: Bench, plan: Plan) -> list[Fold]:
    folds, origins = [], plan.origins()
    for done, origin in enumerate(origins):
        bench.tell(f"testing repurchase from {origin:%Y-%m-%d}", 0.35 + 0.45 * done / len(origins))
        folds.append(_repurchase_fold(bench, plan, origin))
    return folds


def _repurchase_fold(bench: Bench, plan: Plan, origin: datetime) -> Fold:
    past = _past_pairs(bench, plan, origin)
    test = bench.snapshots.pairs(origin, plan.horizon_days)
    model = _repurchase_model(bench, plan, past)
    raw = model.raw_score(test, bench.threads)
    forecasts = {
        MODEL: baselines.chance(raw),
        "recency": baselines.Isotonic.fitted(past, "recency_days", -1).probability(test),
        "count": baselines.Isotonic.fitted(past, "purchases", 1).probability(test),
        "decayed_count": baselines.Isotonic.fitted(past, "decayed_count", 1).probability(test),
        "gamma_poisson": baselines.poisson_probability(test, plan.horizon_days),
        "rfm_logistic": model.baseline_probability(test),
    }
    ranking = {name: evaluation.ranking(test, forecast) for name, forecast in forecasts.items()}
    return Fold(origin, test["customer_id"].n_unique(), test["outcome"].to_numpy(), raw, forecasts, ranking)


def _past_pairs(bench: Bench, plan: Plan, known_until: datetime) -> pl.DataFrame:
    cutoffs = plan.cutoffs(known_until)
    return pl.concat([bench.snapshots.sampled_pairs(cutoff, plan.horizon_days) for cutoff in cutoffs])


def _repurchase_model(bench: Bench, plan: Plan, past: pl.DataFrame) -> RepurchaseModel:
    return RepurchaseModel.fitted(past, plan.horizon_days, bench.threads)
