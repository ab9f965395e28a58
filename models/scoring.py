"""Scoring: who may be about to leave and why, and what each customer will need next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import polars as pl

from models import features, history
from models.churn import ChurnModel
from models.due_dates import GapPrior, with_due_dates
from models.readiness import Readiness, Verdict
from models.reasons import REASON, contributions, reasons
from models.repurchase import RepurchaseModel
from models.snapshots import active
from models.training import Trained

MEDIUM_FROM: Final = 1 / 3  # below, two of three such customers or more stay
HIGH_FROM: Final = 2 / 3  # from here, two of three such customers or more leave
PRODUCTS_PER_CUSTOMER: Final = 10  # what a reminder or a page can show

CHURN_SCORES: Final = pl.Schema(
    {
        "customer_id": pl.String(),
        "probability": pl.Float64(),
        "band": pl.String(),
        "orders": pl.Int64(),
        "last_order_at": pl.Datetime("us", "UTC"),
        "usual_gap_days": pl.Float64(),
        "value_minor_365d": pl.Int64(),
        "reasons": pl.List(REASON),
    }
)
REPLENISHMENT_SCORES: Final = pl.Schema(
    {
        "customer_id": pl.String(),
        "sku": pl.String(),
        "probability": pl.Float64(),
        "due_on": pl.Date(),
        "due_from": pl.Date(),
        "due_to": pl.Date(),
        "usual_gap_days": pl.Float64(),
        "purchases": pl.Int64(),
        "last_bought_at": pl.Datetime("us", "UTC"),
    }
)


@dataclass(frozen=True, slots=True)
class Scores:
    """Forecasts as of `cutoff`; a frame is empty while its verdict is NOT_READY.

    churn: columns `CHURN_SCORES`, one row per active customer, by customer_id; usual_gap_days is empty
    before the second day with an order. replenishments: columns `REPLENISHMENT_SCORES`, by customer_id
    and falling probability.
    """

    cutoff: datetime
    version: str
    churn: pl.DataFrame
    churn_model: str
    churn_verdict: Verdict
    horizon_days: int | None
    replenishments: pl.DataFrame
    repurchase_model: str
    repurchase_verdict: Verdict
    repurchase_horizon_days: int | None


def score(
    trained: Trained,
    lines: pl.DataFrame,
    as_of: datetime,
    *,
    threads: int = 2,
    products_per_customer: int = PRODUCTS_PER_CUSTOMER,
) -> Scores:
    """Forecasts for every active customer and for the products each is likeliest to buy again.

    lines: all customers, shaped like `history.LINES`; rows after `as_of` are ignored. Raises HistoryError.
    """
    known = history.known(history.checked(lines), as_of)
    churn, model = trained.churn, trained.repurchase
    churn_boosted = trained.churn_verdict.readiness is Readiness.READY
    boosted = trained.repurchase_verdict.readiness is Readiness.READY
    return Scores(
        cutoff=as_of,
        version=trained.version,
        churn=_churn(churn, known, as_of, threads, churn_boosted) if churn else _empty(CHURN_SCORES),
        churn_model=_name("churn", churn is not None, churn_boosted),
        churn_verdict=trained.churn_verdict,
        horizon_days=churn.horizon_days if churn else None,
        replenishments=_products(trained, known, as_of, threads, products_per_customer),
        repurchase_model=_name("repurchase", model is not None, boosted),
        repurchase_verdict=trained.repurchase_verdict,
        repurchase_horizon_days=model.horizon_days if model else None,
    )


def _name(subject: str, exists: bool, boosted: bool) -> str:
    return f"{subject}-{'boosted' if boosted else 'logistic'}" if exists else ""


def _empty(schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame(schema=schema)


def _churn(
    model: ChurnModel, known: pl.DataFrame, as_of: datetime, threads: int, boosted: bool
) -> pl.DataFrame:
    customers = model.with_cadence(active(features.churn_features(known, as_of), model.horizon_days))
    if customers.is_empty():
        return _empty(CHURN_SCORES)
    probability = model.probability(customers, threads) if boosted else model.baseline_probability(customers)
    families, _ = contributions(model, customers, threads, boosted=boosted)
    return customers.with_columns(
        pl.Series("probability", probability),
        pl.Series(
            "band",
            np.select([probability >= HIGH_FROM, probability >= MEDIUM_FROM], ["HIGH", "MEDIUM"], "LOW"),
        ),
        pl.when(pl.col("order_days") > 1).then(pl.col("usual_gap_days")).alias("usual_gap_days"),
        pl.col("amount_365d_minor").alias("value_minor_365d"),
        reasons(customers, families),
    ).select(CHURN_SCORES.names())


def _products(
    trained: Trained, known: pl.DataFrame, as_of: datetime, threads: int, per_customer: int
) -> pl.DataFrame:
    model, prior = trained.repurchase, trained.gap_prior
    if model is None or prior is None:
        return _empty(REPLENISHMENT_SCORES)
    pairs = features.pair_features(known, as_of, model.horizon_days)
    if pairs.is_empty():
        return _empty(REPLENISHMENT_SCORES)
    top = _likeliest(pairs, model, trained.repurchase_verdict, threads).group_by(
        "customer_id", maintain_order=True
    )
    return _dated(top.head(per_customer), prior, known, as_of)


def _likeliest(pairs: pl.DataFrame, model: RepurchaseModel, verdict: Verdict, threads: int) -> pl.DataFrame:
    boosted = verdict.readiness is Readiness.READY
    probability = model.probability(pairs, threads) if boosted else model.baseline_probability(pairs)
    facts = pairs.select(
        "customer_id", "sku", pl.Series("probability", probability), "purchases", "last_bought_at"
    )
    return facts.sort("customer_id", "probability", "sku", descending=[False, True, False])


def _dated(top: pl.DataFrame, prior: GapPrior, known: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    dated = with_due_dates(top, prior.gaps_of_pairs(known, as_of), as_of)
    return dated.select(REPLENISHMENT_SCORES.names())
