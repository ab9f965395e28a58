from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from models import features, history, scoring
from models.due_dates import GapPrior, with_due_dates
from models.training import Trained
from tests.unit.models.shop import Ledger


@pytest.fixture(scope="module")
def gap_world(as_of: datetime) -> pl.DataFrame:
    """Pairs with log-normal gaps around their own centre; six of ten never buy again."""
    rng = np.random.default_rng(9)
    rows = []
    for pair in range(1500):
        centre = rng.normal(np.log(14), 0.5)
        day, left = rng.uniform(0, 40), 1 if pair % 10 < 6 else 1000
        while day < 400 and left:
            rows.append((f"c{pair:04d}", f"o{pair}-{day:.3f}", day, "tea", 1, 500))
            day += float(np.exp(rng.normal(centre, 0.3)))
            left -= 1
    start = as_of - timedelta(days=400)
    placed = [(c, o, start + timedelta(days=day), s, q, a) for c, o, day, s, q, a in rows]
    return history.checked(pl.DataFrame(placed, schema=history.LINES, orient="row"))


def _dated(lines: pl.DataFrame, moment: datetime, probability: float = 1.0) -> pl.DataFrame:
    pairs = features.pair_features(lines, moment, 30).with_columns(probability=pl.lit(probability))
    known = history.known(lines, moment)
    prior = GapPrior.of(known, moment)
    assert prior is not None
    return with_due_dates(pairs, prior.gaps_of_pairs(known, moment), moment)


def test_what_was_bought_once_has_no_date(gap_world: pl.DataFrame, as_of: datetime) -> None:
    once = _dated(gap_world, as_of - timedelta(days=100)).filter(pl.col("purchases") == 1)
    assert once.height > 800
    assert (
        once.select("due_on", "due_from", "due_to", "usual_gap_days").null_count().row(0)
        == (once.height,) * 4
    )


def test_an_unlikely_purchase_has_no_date(gap_world: pl.DataFrame, as_of: datetime) -> None:
    assert (
        _dated(gap_world, as_of, probability=0.29)["due_on"].null_count() == _dated(gap_world, as_of).height
    )


def test_the_interval_covers_four_purchases_in_five(gap_world: pl.DataFrame, as_of: datetime) -> None:
    moment = as_of - timedelta(days=150)
    met = (
        _dated(gap_world, moment)
        .drop_nulls("due_on")
        .join(_next_purchases(gap_world, moment), on="customer_id")
    )
    covered = met.select(pl.col("next_on").is_between("due_from", "due_to").mean()).item()
    assert met.height > 400
    assert 0.75 <= covered <= 0.87


def test_the_usual_gap_finds_the_true_centre(gap_world: pl.DataFrame, as_of: datetime) -> None:
    centre = np.exp(np.log(_dated(gap_world, as_of)["usual_gap_days"].drop_nulls().to_numpy()).mean())
    assert centre == pytest.approx(14, rel=0.1)


def test_a_date_never_lies_before_the_moment_of_scoring(gap_world: pl.DataFrame, as_of: datetime) -> None:
    moment = as_of - timedelta(days=150)
    dated = _dated(gap_world, moment).drop_nulls("due_on")
    assert (dated["due_from"] >= moment.date()).all()
    assert (
        dated.select((pl.col("due_from") <= pl.col("due_on")) & (pl.col("due_on") <= pl.col("due_to")))
        .to_series()
        .all()
    )


def test_a_clockwork_pair_is_due_when_it_always_was(ledger: Ledger) -> None:
    for day in (0, 10, 20, 30):
        ledger.buys(day)
    dated = _dated(ledger.lines, ledger.day(33)).row(0, named=True)
    assert dated["due_on"] == ledger.day(40).date()
    assert dated["usual_gap_days"] == pytest.approx(10)


def test_a_clockwork_pair_that_stopped_long_ago_is_due_at_once(ledger: Ledger) -> None:
    for day in (0, 10, 20, 30):
        ledger.buys(day)
    assert _dated(ledger.lines, ledger.day(300)).row(0, named=True)["due_on"] == ledger.day(300).date()


def test_a_history_without_any_gap_has_no_prior(ledger: Ledger) -> None:
    ledger.buys(1)
    ledger.buys(2, customer="bob")
    assert GapPrior.of(ledger.lines, ledger.day(3)) is None


def test_scores_show_dates_only_where_a_purchase_is_likely(
    trained: Trained, shop: pl.DataFrame, as_of: datetime
) -> None:
    products = scoring.score(trained, shop, as_of, threads=1).replenishments
    dated = products.drop_nulls("due_on")
    assert dated.height > 100
    assert (dated["probability"] >= 0.3).all()
    assert (dated["purchases"] >= 2).all()


def _next_purchases(lines: pl.DataFrame, moment: datetime) -> pl.DataFrame:
    later = lines.filter(pl.col("occurred_at") > moment)
    return later.group_by("customer_id").agg(pl.col("occurred_at").min().dt.date().alias("next_on"))
