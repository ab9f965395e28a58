import json
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from models import history, registry, training
from models.readiness import Readiness
from models.snapshots import Plan
from models.training import Trained
from tests.unit.models.shop import sold


def test_the_churn_model_learns_the_shops_rhythms(trained: Trained) -> None:
    model, baselines = (trained.report["churn"][part] for part in ("model", "baselines"))
    assert model["roc_auc"] > 0.75
    assert model["log_loss"] < min(baseline["log_loss"] for baseline in baselines.values())
    assert trained.churn_verdict.readiness is Readiness.READY


def test_the_repurchase_model_learns_the_staples(trained: Trained) -> None:
    model, baselines = (trained.report["repurchase"][part] for part in ("model", "baselines"))
    assert model["pr_auc"] > 0.8
    assert set(baselines) == {"recency", "count", "decayed_count", "gamma_poisson", "rfm_logistic"}
    assert model["log_loss"] < min(baseline["log_loss"] for baseline in baselines.values())


def test_the_report_is_plain_json(trained: Trained) -> None:
    assert json.loads(json.dumps(trained.report)) == trained.report


def test_the_report_tells_each_test_window(trained: Trained, as_of: datetime) -> None:
    churn = trained.report["churn"]
    newest = as_of - timedelta(days=churn["horizon_days"])
    assert churn["origins"][0]["cutoff"] == newest.isoformat()
    assert len(churn["origins"]) == 3


def test_a_test_window_never_overlaps_the_outcomes_it_was_trained_on(
    shop: pl.DataFrame, as_of: datetime
) -> None:
    plan = Plan.for_churn(history.checked(shop), as_of, 30)
    for origin in plan.origins():
        assert origin + timedelta(days=30) <= as_of
        assert max(plan.cutoffs(origin)) + timedelta(days=30) <= origin


def test_row_order_and_later_rows_change_no_byte_of_a_version(
    trained: Trained, shop: pl.DataFrame, as_of: datetime, tmp_path: Path
) -> None:
    later = shop.with_columns(
        pl.col("occurred_at") + pl.duration(days=500), order_id=pl.format("late-{}", "order_id")
    )
    mixed = pl.concat([later, shop]).sample(fraction=1, shuffle=True, seed=2)
    again = training.train(mixed, as_of, threads=1)
    assert registry.save(again, tmp_path) == registry.save(trained, tmp_path)


def test_a_shop_of_a_hundred_customers_is_not_ready_and_says_why(
    tiny_shop: pl.DataFrame, as_of: datetime
) -> None:
    tiny = training.train(tiny_shop, as_of, threads=1)
    assert tiny.churn is None
    assert tiny.churn_verdict.readiness is Readiness.NOT_READY
    assert tiny.churn_verdict.reasons == ("100 customers with a kept order, 500 needed",)
    assert tiny.report["churn"]["model"] is None


def test_a_shop_without_recent_orders_is_not_ready(shop: pl.DataFrame, as_of: datetime) -> None:
    stale = training.train(shop, as_of + timedelta(days=60), threads=1)
    assert stale.churn_verdict.reasons == ("no order in the last 30 days",)
    assert stale.repurchase_verdict.readiness is Readiness.NOT_READY


def test_a_shop_where_nobody_ever_leaves_has_no_churn_to_learn(as_of: datetime) -> None:
    clockwork = sold((f"c{customer}", day, "tea") for customer in range(520) for day in range(0, 400, 10))
    loyal = training.train(clockwork, as_of, horizon_days=30, threads=1)
    assert loyal.churn_verdict.reasons == ("0 of the rarer outcome in the hold-out, 200 needed",)


def test_a_shop_where_nothing_is_bought_twice_has_no_repurchase_to_learn(as_of: datetime) -> None:
    novelties = sold((f"c{n % 520}", n * 400 / 6000, f"novelty-{n}") for n in range(6000))
    verdict = training.train(novelties, as_of, threads=1).repurchase_verdict
    assert verdict.reasons == ("0 of the rarer outcome in the hold-out, 200 needed",)


def test_where_every_customer_is_alike_the_labelled_baseline_stands(as_of: datetime) -> None:
    rng = np.random.default_rng(6)
    days = [(customer, float(day)) for customer in range(900) for day in rng.uniform(0, 400, rng.poisson(6))]
    alike = sold((f"c{customer}", day, "tea") for customer, day in days)
    assert training.train(alike, as_of, threads=1).churn_verdict.readiness is Readiness.BASELINE


def test_a_horizon_longer_than_the_history_carries_is_refused(as_of: datetime) -> None:
    yearly = sold((f"c{customer}", day, "tea") for customer in range(520) for day in (30, 200, 390))
    verdict = training.train(yearly, as_of, horizon_days=300, threads=1).churn_verdict
    assert verdict.reasons == ("the history is too short for a test window",)


def test_an_empty_shop_is_not_ready(as_of: datetime) -> None:
    nothing = training.train(pl.DataFrame(schema=history.LINES), as_of)
    assert nothing.churn_verdict.reasons == ("no kept order yet",)


def test_a_wrong_frame_is_refused_by_name(shop: pl.DataFrame, as_of: datetime) -> None:
    with pytest.raises(history.MissingColumnError, match="amount_minor"):
        training.train(shop.drop("amount_minor"), as_of)


def test_progress_rises_from_nothing_to_done(tiny_shop: pl.DataFrame, as_of: datetime) -> None:
    told = []
    training.train(tiny_shop, as_of, threads=1, progress=lambda step, fraction: told.append((fraction, step)))
    assert told == sorted(told)
    assert (told[0][0], told[-1]) == (0.0, (1.0, "done"))
