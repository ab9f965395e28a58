"""Whether a forecast may be shown: not yet, as a labelled heuristic, or as a model that earned it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import polars as pl

from models import evaluation, history
from models.evaluation import FloatArray

CUSTOMERS_MIN: Final = 500  # fewer, and a hold-out says nothing
HISTORY_DAYS_MIN: Final = 180
REPURCHASE_HISTORY_DAYS_MIN: Final = 120  # features, a month to learn from and a month to test
SILENT_DAYS_MAX: Final = 30  # a feed without orders for a month is broken, or the shop closed
REPEAT_ORDERS_MIN: Final = 3
LABELS_MIN: Final = 200  # of either outcome in the hold-out


class Readiness(StrEnum):
    """What stands behind the probabilities: nothing, a labelled heuristic, or the model."""

    NOT_READY = "NOT_READY"
    BASELINE = "BASELINE"
    READY = "READY"


@dataclass(frozen=True, slots=True)
class Verdict:
    readiness: Readiness
    reasons: tuple[str, ...] = ()


def churn_history_gaps(lines: pl.DataFrame, as_of: datetime) -> tuple[str, ...]:
    """What the history lacks for a churn model, in words; empty when nothing."""
    return _missing(_orders(lines, as_of), as_of, HISTORY_DAYS_MIN)


def repurchase_history_gaps(lines: pl.DataFrame, as_of: datetime) -> tuple[str, ...]:
    """What the history lacks for a repurchase model, in words; empty when nothing."""
    return _missing(_orders(lines, as_of), as_of, REPURCHASE_HISTORY_DAYS_MIN)


def _orders(lines: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    return history.kept_orders(history.kept_purchases(lines, as_of))


def _missing(orders: pl.DataFrame, as_of: datetime, history_days_min: int) -> tuple[str, ...]:
    if orders.is_empty():
        return ("no kept order yet",)
    counts = orders.group_by("customer_id").len()["len"]
    ages_days = orders.select(history.days_until(as_of, "ordered_at").alias("days"))["days"].to_numpy()
    checks = [
        (
            counts.len() >= CUSTOMERS_MIN,
            f"{counts.len()} customers with a kept order, {CUSTOMERS_MIN} needed",
        ),
        (
            ages_days.max() >= history_days_min,
            f"{int(ages_days.max())} days of history, {history_days_min} needed",
        ),
        (ages_days.min() <= SILENT_DAYS_MAX, f"no order in the last {SILENT_DAYS_MAX} days"),
        (int((counts >= REPEAT_ORDERS_MIN).sum()) > 0, f"no customer with {REPEAT_ORDERS_MIN} orders yet"),
    ]
    return tuple(problem for passed, problem in checks if not passed)


def judged(outcome: FloatArray, model: FloatArray, baselines: dict[str, FloatArray]) -> Verdict:
    """READY when the model's log loss beats every baseline's by more than one standard error.

    All arguments (rows,), the outcomes and probabilities of all test windows together.
    """
    positives = int(outcome.sum())
    few = min(positives, outcome.size - positives)
    if few < LABELS_MIN:
        return Verdict(
            Readiness.NOT_READY, (f"{few} of the rarer outcome in the hold-out, {LABELS_MIN} needed",)
        )
    losses = evaluation.log_losses(outcome, model)
    unbeaten = [
        name
        for name, probability in baselines.items()
        if not evaluation.beats(losses, evaluation.log_losses(outcome, probability))
    ]
    if unbeaten:
        return Verdict(Readiness.BASELINE, (f"the model is not better than {', '.join(unbeaten)}",))
    return Verdict(Readiness.READY)
