"""Why a customer's risk differs from the average one's, in plain words: associations, never causes."""

from typing import Final

import numpy as np
import polars as pl

from models import boosting
from models.baselines import CHURN_TERMS
from models.churn import COLUMNS, ChurnModel
from models.evaluation import FloatArray
from models.features import AMOUNT_WINDOWS_DAYS, CHURN_WINDOWS_DAYS

REASONS_MAX: Final = 3  # what a person reads before acting
CONTRIBUTION_MIN: Final = 0.05  # log odds, a point or so of probability: less explains nothing
FAMILIES: Final[dict[str, tuple[str, ...]]] = {
    "late_for_own_rhythm": (
        "recency_days",
        "overdue_ratio",
        "silence_surprise",
        "log_recency",
        "log_lateness",
    ),
    "buying_less_often": (
        "order_rate",
        "log_usual_gap",
        "silence_probability",
        *(f"orders_{days}d" for days in CHURN_WINDOWS_DAYS),
        "order_days",
        "usual_gap_days",
        "gap_days_median",
        "gap_days_last",
        "gap_trend",
        "log_frequency",
    ),
    "irregular": ("gap_variation", "weekend_share", "hour_mean", "weekday_spread"),
    "spending_less": (
        *(f"amount_{days}d_minor" for days in AMOUNT_WINDOWS_DAYS),
        "amount_minor",
        "log_monetary",
    ),
    "order_value": ("order_value_minor", "last_order_value_ratio", "units_per_order"),
    "narrow_basket": ("skus", "skus_per_order", "skus_last_order_ratio", "sku_repeat_share"),
    "returns": ("returned_share",),
    "new_customer": ("span_days",),
}
REASON: Final = pl.Struct({"family": pl.String, "text": pl.String, "contribution": pl.Float64})
MORE_OFTEN: Final = "; customers like this leave more often"
LESS_OFTEN: Final = "; customers like this leave less often"


def contributions(
    model: ChurnModel, customers: pl.DataFrame, threads: int, *, boosted: bool = True
) -> tuple[FloatArray, FloatArray]:
    """(customers, families) parts of the raw score, and (customers,) the average score they add to.

    customers: `model.with_cadence` rows. With `boosted` exact TreeSHAP values join the logistic's; without,
    the logistic's alone explain `model.baseline_probability`.
    """
    parts = model.logistic.contributions(customers, CHURN_TERMS)
    names, base = list(model.logistic.terms), np.full(customers.height, model.logistic.intercept)
    if boosted:
        trees = boosting.contributions(model.booster, customers, COLUMNS, threads)
        parts, names, base = np.hstack([parts, trees[:, :-1]]), [*names, *COLUMNS], base + trees[:, -1]
    member = np.array([[name in family for family in FAMILIES.values()] for name in names], dtype=np.float64)
    return parts @ member, base


def reasons(customers: pl.DataFrame, families: FloatArray) -> pl.Series:
    """(customers,) lists of at most three `REASON`s, the weightiest first, on the side of the score.

    customers: the rows that `families`, the answer of `contributions`, explains.
    """
    side = np.sign(families.sum(axis=1))
    sided = customers.with_columns(pl.Series("side", side))
    texts = sided.select([fact.alias(family) for family, fact in _facts().items()])
    rows = np.arange(customers.height)
    parts = [
        pl.DataFrame({"row": rows, "contribution": families[:, place], "side": side, "fact": texts[family]})
        .with_columns(pl.lit(family).alias("family"))
        .filter(pl.col("contribution") * pl.col("side") > 0, pl.col("fact").is_not_null())
        for place, family in enumerate(FAMILIES)
    ]
    return _listed(pl.concat(parts), customers.height)


def _listed(parts: pl.DataFrame, rows: int) -> pl.Series:
    tail = pl.when(pl.col("side") > 0).then(pl.lit(MORE_OFTEN)).otherwise(pl.lit(LESS_OFTEN))
    weight = pl.col("contribution").abs()
    telling = (weight >= CONTRIBUTION_MIN) | (weight == weight.max().over("row"))
    ranked = parts.filter(telling).sort(pl.col("row"), -weight, pl.col("family"))
    ranked = ranked.with_columns((pl.col("fact") + tail).alias("text"))
    lists = ranked.group_by("row", maintain_order=True).agg(
        pl.struct("family", "text", "contribution").head(REASONS_MAX).alias("reasons")
    )
    every = pl.DataFrame({"row": np.arange(rows)}).join(lists, on="row", how="left", maintain_order="left")
    return every["reasons"].cast(pl.List(REASON)).fill_null([])


def _facts() -> dict[str, pl.Expr]:
    """What is true of the customer, for each family; empty where one order shows nothing of the kind."""
    several = pl.col("order_days") > 1
    return {
        "late_for_own_rhythm": _lateness(),
        "buying_less_often": pl.format(
            "{} in the last 90 days, {} in the 90 before",
            _counted("orders_90d", "order"),
            pl.col("orders_180d") - pl.col("orders_90d"),
        ),
        "irregular": pl.format("the time between orders varies by {} %", _percent(pl.col("gap_variation"))),
        "spending_less": _spending(),
        "order_value": pl.when(several).then(
            pl.format("last order at {} % of the usual value", _percent(pl.col("last_order_value_ratio")))
        ),
        "narrow_basket": pl.format(
            "{} so far, {} per order",
            _counted("skus", "different product"),
            pl.col("skus_per_order").round(1),
        ),
        "returns": pl.format("{} % of the units returned", _percent(pl.col("returned_share"))),
        "new_customer": pl.format(
            "first order {} ago, {} so far",
            _days(pl.col("span_days") + pl.col("recency_days")),
            _counted("orders", "order"),
        ),
    }


def _lateness() -> pl.Expr:
    """The own rhythm where it agrees with the side of the score, else the bare time since the last order."""
    ago = _days(pl.col("recency_days"))
    usual = _days(pl.col("usual_gap_days"))
    agrees = (pl.col("order_days") > 1) & ((pl.col("overdue_ratio") > 1) == (pl.col("side") > 0))
    rhythm = pl.format("usually every {}, last order {} ago", usual, ago)
    return pl.when(agrees).then(rhythm).otherwise(pl.format("last order {} ago", ago))


def _spending() -> pl.Expr:
    now = pl.col("amount_90d_minor")
    before = pl.col("amount_180d_minor") - now
    compared = pl.format("spending of the last 90 days at {} % of the 90 before", _percent(now / before))
    recent = pl.when(now > 0).then(pl.lit("spending in the last 90 days, none in the 90 before"))
    return pl.when(before > 0).then(compared).otherwise(recent.otherwise(pl.lit("no spending in 180 days")))


def _percent(share: pl.Expr) -> pl.Expr:
    return (share * 100).round().cast(pl.Int64, strict=False)


def _days(days: pl.Expr) -> pl.Expr:
    whole = days.round().cast(pl.Int64)
    return pl.when(whole == 1).then(pl.lit("1 day")).otherwise(pl.format("{} days", whole))


def _counted(column: str, noun: str) -> pl.Expr:
    one = pl.format("{} " + noun, pl.col(column))
    return pl.when(pl.col(column) == 1).then(one).otherwise(pl.format("{} " + noun + "s", pl.col(column)))
