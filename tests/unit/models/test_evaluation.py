from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from sklearn import metrics as reference

from models import evaluation
from models.evaluation import FloatArray

Metric = Callable[[FloatArray, FloatArray], float]


@pytest.fixture(scope="module")
def forecast() -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(3)
    probability = rng.beta(2, 3, 4000).round(2)
    return (rng.uniform(size=4000) < probability).astype(float), probability


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (evaluation.roc_auc, reference.roc_auc_score),
        (evaluation.pr_auc, reference.average_precision_score),
        (evaluation.brier, reference.brier_score_loss),
    ],
)
def test_metrics_agree_with_the_reference_even_on_ties(
    forecast: tuple[FloatArray, FloatArray], ours: Metric, theirs: Metric
) -> None:
    assert ours(*forecast) == pytest.approx(theirs(*forecast), abs=1e-12)


def test_log_loss_agrees_with_the_reference(forecast: tuple[FloatArray, FloatArray]) -> None:
    outcome, probability = forecast
    inside = np.clip(probability, 0.01, 0.99)
    assert evaluation.log_loss(outcome, inside) == pytest.approx(reference.log_loss(outcome, inside))


def test_a_true_probability_is_calibrated_and_an_inflated_one_is_not(
    forecast: tuple[FloatArray, FloatArray],
) -> None:
    outcome, probability = forecast
    assert evaluation.ece(outcome, probability) < 0.03
    assert evaluation.ece(outcome, np.minimum(1, probability + 0.2)) > 0.15


def test_a_perfect_order_lifts_the_top_decile_to_the_inverse_rate() -> None:
    outcome = np.repeat([1.0, 0.0], [20, 80])
    assert evaluation.lift_top_decile(outcome, outcome) == pytest.approx(5.0)


def test_ranking_matches_a_case_worked_by_hand() -> None:
    pairs = pl.DataFrame(
        {"customer_id": ["a"] * 4 + ["b"], "sku": list("wxyzw"), "outcome": [0.0, 1.0, 1.0, 0.0, 0.0]}
    )
    measured = evaluation.ranking(pairs, np.array([0.9, 0.8, 0.1, 0.2, 0.5]), length=2)
    ideal = 1 + 1 / np.log2(3)
    assert measured == pytest.approx(
        {"precision_at_2": 0.5, "recall_at_2": 0.5, "ndcg_at_2": (1 / np.log2(3)) / ideal}
    )


def test_a_model_beats_another_only_by_more_than_one_standard_error() -> None:
    rng = np.random.default_rng(5)
    noise = rng.normal(0, 1, 400)
    assert evaluation.beats(noise, noise + 0.3 + rng.normal(0, 1, 400))
    assert not evaluation.beats(noise, noise + rng.normal(0, 1, 400) - 0.05)
