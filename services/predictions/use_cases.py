"""What `predictions` does: learn from the stored orders, score, and put the result in force."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.errors import RegularsError
from services.predictions import queries
from services.predictions.rules import (
    CHURN,
    REPURCHASE,
    Churn,
    ModelNotReadyError,
    Reason,
    Replenishment,
    Run,
)
from services.storage.unit import UnitOfWork, use_case

if TYPE_CHECKING:  # LightGBM and its friends load only where a model runs: the server at rest stays small
    import polars as pl

    from models.scoring import Scores

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class PredictionSet:
    """All that one scoring said."""

    runs: tuple[Run, ...]
    churn: tuple[Churn, ...]
    replenishments: tuple[Replenishment, ...]
    report: dict[str, Any]
    customer_id: str = ""  # it concerns everybody


@use_case(type(None))
def replace_predictions(unit: UnitOfWork, sets: Sequence[PredictionSet]) -> list[RegularsError | None]:
    """Put the latest predictions in force as a whole: no answer ever mixes two runs."""
    latest = sets[-1]
    queries.replace_churn(unit.connection, latest.churn)
    queries.replace_replenishments(unit.connection, latest.replenishments)
    for run in latest.runs:
        queries.store_run(unit.connection, run, latest.report.get(run.subject, {}), unit.now)
    return [None] * len(sets)


def train(
    lines: pl.DataFrame, models_dir: Path, as_of: datetime, progress: Progress, threads: int
) -> dict[str, Any]:
    """Train on the lines known at `as_of`, keep the models in the registry, and return the report."""
    from models import registry, training

    trained = training.train(lines, as_of, progress=progress, threads=threads)
    registry.save(trained, models_dir)
    return trained.report


def score(lines: pl.DataFrame, models_dir: Path, as_of: datetime, threads: int) -> PredictionSet:
    """Score with the current models. Raises ModelNotReadyError when there is none that can be used."""
    from models import boosting, registry, scoring

    try:
        trained = registry.load(models_dir)
    except (registry.RegistryError, boosting.FeatureMismatchError) as error:
        raise ModelNotReadyError(f"{error}; run `regulars train`") from error
    scores = scoring.score(trained, lines, as_of, threads=threads)
    return PredictionSet(
        runs_of(scores), churn_rows(scores.churn), replenishment_rows(scores.replenishments), trained.report
    )


def runs_of(scores: Scores) -> tuple[Run, ...]:
    cutoff, version = scores.cutoff, scores.version
    churn, repurchase = scores.churn_verdict.readiness, scores.repurchase_verdict.readiness
    return (
        Run(CHURN, scores.churn_model, version, cutoff, scores.horizon_days or 0, churn.value),
        Run(
            REPURCHASE,
            scores.repurchase_model,
            version,
            cutoff,
            scores.repurchase_horizon_days or 0,
            repurchase.value,
        ),
    )


def churn_rows(frame: pl.DataFrame) -> tuple[Churn, ...]:
    return tuple(
        Churn(
            row["customer_id"],
            row["probability"],
            row["band"],
            tuple(Reason(one["family"], one["text"], one["contribution"]) for one in row["reasons"]),
            row["value_minor_365d"],
            round(row["probability"] * row["value_minor_365d"]),
        )
        for row in frame.iter_rows(named=True)
    )


def replenishment_rows(frame: pl.DataFrame) -> tuple[Replenishment, ...]:
    columns = ("customer_id", "sku", "probability", "due_on", "due_from", "due_to")
    return tuple(Replenishment(*row) for row in frame.select(columns).iter_rows())
