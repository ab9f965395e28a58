import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from models import features, history, scoring, training
from models.churn import ChurnModel
from models.readiness import Readiness, Verdict
from models.reasons import contributions
from models.scoring import Scores
from models.training import Trained


@pytest.fixture(scope="module")
def scores(trained: Trained, shop: pl.DataFrame, as_of: datetime) -> Scores:
    return scoring.score(trained, shop, as_of, threads=1)


@pytest.fixture(scope="module")
def model(trained: Trained) -> ChurnModel:
    assert trained.churn is not None
    return trained.churn


@pytest.fixture(scope="module")
def customers(model: ChurnModel, shop: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    return model.with_cadence(features.churn_features(history.checked(shop), as_of))


def test_every_customer_active_within_two_horizons_has_a_probability(
    trained: Trained, scores: Scores, shop: pl.DataFrame, as_of: datetime
) -> None:
    since = as_of - timedelta(days=2 * trained.report["churn"]["horizon_days"])
    active = shop.filter(pl.col("occurred_at") >= since)["customer_id"].unique().sort()
    assert scores.churn["customer_id"].to_list() == active.to_list()
    assert scores.churn["probability"].is_between(0, 1).all()


def test_the_frames_have_the_promised_columns(scores: Scores) -> None:
    assert scores.churn.schema == scoring.CHURN_SCORES
    assert scores.replenishments.schema == scoring.REPLENISHMENT_SCORES


def test_longer_silence_never_lowers_the_risk(trained: Trained, shop: pl.DataFrame, as_of: datetime) -> None:
    before = None
    for days in range(0, 29, 4):
        later = scoring.score(trained, shop, as_of + timedelta(days=days), threads=1).churn
        now = dict(later.select("customer_id", "probability").rows())
        if before is not None:
            assert all(risk >= before[customer] for customer, risk in now.items())
        before = now


def test_the_families_add_up_to_the_raw_score(model: ChurnModel, customers: pl.DataFrame) -> None:
    families, base = contributions(model, customers, 1)
    raw = model.raw_score(customers, 1)
    assert np.allclose(families.sum(axis=1) + base, raw, atol=1e-9)


def test_without_trees_the_families_add_up_to_the_logit(model: ChurnModel, customers: pl.DataFrame) -> None:
    families, base = contributions(model, customers, 1, boosted=False)
    logit = families.sum(axis=1) + base
    assert np.allclose(1 / (1 + np.exp(-logit)), model.baseline_probability(customers), atol=1e-12)


def test_a_late_regular_is_told_by_rhythm_and_silence(
    trained: Trained, as_of: datetime, shop: pl.DataFrame
) -> None:
    late = _regular(as_of, last_days_ago=25, gap_days=7)
    row = _score_of("regular", trained, pl.concat([shop, late]), as_of)
    texts = {reason["family"]: reason["text"] for reason in row["reasons"]}
    assert row["usual_gap_days"] == pytest.approx(7, abs=1)
    assert re.match(r"usually every \d days, last order 25 days ago", texts["late_for_own_rhythm"])
    assert row["band"] == "HIGH"


def test_a_punctual_regular_is_at_low_risk(trained: Trained, as_of: datetime, shop: pl.DataFrame) -> None:
    row = _score_of(
        "regular", trained, pl.concat([shop, _regular(as_of, last_days_ago=2, gap_days=7)]), as_of
    )
    assert row["band"] == "LOW"
    assert all(reason["contribution"] < 0 for reason in row["reasons"])


def test_reasons_are_at_most_three_and_ordered_by_weight(scores: Scores) -> None:
    for reasons in scores.churn["reasons"].to_list():
        weights = [abs(reason["contribution"]) for reason in reasons]
        assert 1 <= len(weights) <= 3
        assert weights == sorted(weights, reverse=True)


def test_reasons_speak_of_association_only(scores: Scores) -> None:
    texts = scores.churn["reasons"].explode().struct.field("text")
    assert texts.str.contains("; customers like this leave (more|less) often$").all()


def test_a_customer_is_offered_at_most_ten_products_the_likeliest_first(scores: Scores) -> None:
    for _, products in scores.replenishments.group_by("customer_id"):
        assert products.height <= 10
        assert products["probability"].is_sorted(descending=True)


def test_nothing_is_scored_while_nothing_is_ready(tiny_shop: pl.DataFrame, as_of: datetime) -> None:
    tiny = training.train(tiny_shop, as_of, threads=1)
    scores = scoring.score(tiny, tiny_shop, as_of)
    assert scores.churn.is_empty()
    assert scores.replenishments.is_empty()
    assert scores.churn_verdict.readiness is Readiness.NOT_READY


def test_the_baseline_is_labelled_and_scored_by_the_logistic(
    trained: Trained, shop: pl.DataFrame, as_of: datetime, scores: Scores
) -> None:
    lesser = replace(trained, churn_verdict=Verdict(Readiness.BASELINE, ("no better",)))
    labelled = scoring.score(lesser, shop, as_of, threads=1)
    assert (scores.churn_model, labelled.churn_model) == ("churn-boosted", "churn-logistic")
    assert not labelled.churn["probability"].equals(scores.churn["probability"])


def test_rows_after_the_moment_of_scoring_are_ignored(
    trained: Trained, shop: pl.DataFrame, as_of: datetime
) -> None:
    past = shop.filter(pl.col("occurred_at") <= as_of - timedelta(days=60))
    whole, cut = (
        scoring.score(trained, lines, as_of - timedelta(days=60), threads=1) for lines in (shop, past)
    )
    assert whole.churn.equals(cut.churn)
    assert whole.replenishments.equals(cut.replenishments)


def _regular(as_of: datetime, last_days_ago: int, gap_days: int) -> pl.DataFrame:
    days_ago = [last_days_ago + gap_days * index for index in range(20)]
    return pl.DataFrame(
        [("regular", f"r{ago}", as_of - timedelta(days=ago), "staple-1", 1, 499) for ago in days_ago],
        schema=history.LINES,
        orient="row",
    )


def _score_of(customer: str, trained: Trained, lines: pl.DataFrame, as_of: datetime) -> dict[str, Any]:
    churn = scoring.score(trained, lines, as_of, threads=1).churn
    return churn.row(by_predicate=pl.col("customer_id") == customer, named=True)
