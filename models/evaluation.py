"""How good a forecast was, once its outcome is known."""

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.stats import rankdata

FloatArray = npt.NDArray[np.float64]

BINS: Final = 10  # equally filled: each holds enough outcomes to compare with its mean forecast
PROBABILITY_FLOOR: Final = 1e-6  # one sure but wrong forecast must not decide a mean log loss


def roc_auc(outcome: FloatArray, score: FloatArray) -> float:
    """Chance that a positive scores above a negative, ties counting half; .5 when one class is absent."""
    positives, negatives = outcome.sum(), outcome.size - outcome.sum()
    if positives == 0 or negatives == 0:
        return 0.5
    ranks = rankdata(score)[outcome == 1].sum()
    return float((ranks - positives * (positives + 1) / 2) / (positives * negatives))


def pr_auc(outcome: FloatArray, score: FloatArray) -> float:
    """Average precision; rows of equal score are taken together."""
    if outcome.sum() == 0:
        return 0.0
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(outcome[order])
    ends = np.append(np.flatnonzero(np.diff(score[order])), outcome.size - 1)
    precision = hits[ends] / (ends + 1)
    return float(np.sum(np.diff(hits[ends], prepend=0.0) * precision) / outcome.sum())


def log_losses(outcome: FloatArray, probability: FloatArray) -> FloatArray:
    """Log loss of each row."""
    clipped = np.clip(probability, PROBABILITY_FLOOR, 1 - PROBABILITY_FLOOR)
    losses: FloatArray = -(outcome * np.log(clipped) + (1 - outcome) * np.log1p(-clipped))
    return losses


def log_loss(outcome: FloatArray, probability: FloatArray) -> float:
    return float(log_losses(outcome, probability).mean())


def brier(outcome: FloatArray, probability: FloatArray) -> float:
    return float(np.mean((outcome - probability) ** 2))


def ece(outcome: FloatArray, probability: FloatArray) -> float:
    """Expected calibration error over ten equally filled bins of the forecast."""
    bins = np.array_split(np.argsort(probability, kind="stable"), min(BINS, outcome.size))
    off = [rows.size * abs(outcome[rows].mean() - probability[rows].mean()) for rows in bins]
    return float(sum(off) / outcome.size)


def lift_top_decile(outcome: FloatArray, score: FloatArray) -> float:
    """How many times more often the outcome came in the tenth with the highest scores than in all."""
    top = np.argsort(-score, kind="stable")[: max(1, outcome.size // 10)]
    return float(outcome[top].mean() / outcome.mean()) if outcome.any() else 0.0


def metrics(outcome: FloatArray, probability: FloatArray) -> dict[str, float]:
    """The six numbers of every report. Both arguments (rows,), outcome 0 or 1."""
    return {
        "roc_auc": roc_auc(outcome, probability),
        "pr_auc": pr_auc(outcome, probability),
        "log_loss": log_loss(outcome, probability),
        "brier": brier(outcome, probability),
        "ece": ece(outcome, probability),
        "lift_top_decile": lift_top_decile(outcome, probability),
    }


def ranking(pairs: pl.DataFrame, probability: FloatArray, length: int = 10) -> dict[str, float]:
    """Precision, recall and NDCG of each customer's first `length` products, over customers who bought any.

    pairs: customer_id, sku and outcome; probability (rows,). Ties keep the order of `pairs`.
    """
    rank = pl.int_range(1, pl.len() + 1).over("customer_id")
    by_score = pairs.select("customer_id", "outcome").with_columns(pl.Series("score", probability))
    ranked = by_score.sort("score", descending=True, maintain_order=True).with_columns(rank.alias("rank"))
    bought, gain = pl.col("outcome").sum(), 1 / (pl.col("rank") + 1).log(2)
    shown = pl.col("rank") <= length
    customers = ranked.group_by("customer_id", maintain_order=True).agg(
        bought.alias("bought"),
        pl.col("outcome").filter(shown).sum().alias("hits"),
        (pl.col("outcome") * gain).filter(shown).sum().alias("gained"),
        gain.filter(shown & (pl.col("rank") <= bought)).sum().alias("best"),
    )
    buyers = customers.filter(pl.col("bought") > 0)
    return {
        f"precision_at_{length}": _mean(buyers["hits"] / length),
        f"recall_at_{length}": _mean(buyers["hits"] / buyers["bought"]),
        f"ndcg_at_{length}": _mean(buyers["gained"] / buyers["best"]),
    }


def _mean(values: pl.Series) -> float:
    return float(values.to_numpy().mean()) if values.len() else 0.0


def mean_metrics(folds: list[dict[str, float]]) -> dict[str, float]:
    """Mean over origins, metric by metric."""
    return {name: float(np.mean([fold[name] for fold in folds])) for name in folds[0]}


def beats(challenger: FloatArray, champion: FloatArray) -> bool:
    """Whether the mean loss is lower by more than one standard error of the paired difference.

    Both arguments: log loss of the same rows.
    """
    gain = champion - challenger
    if gain.size < 2:
        return False
    return float(gain.mean()) > float(gain.std(ddof=1) / np.sqrt(gain.size))
