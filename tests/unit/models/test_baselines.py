import numpy as np
import polars as pl
import pytest
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from models.baselines import Isotonic, Logistic
from models.calibration import AS_IT_IS, Sigmoid, chosen

TERMS = {"x": pl.col("x"), "z": pl.col("z")}


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    rng = np.random.default_rng(11)
    x, z = rng.normal(2, 3, 3000), rng.normal(0, 1, 3000)
    chance = 1 / (1 + np.exp(-(0.4 * x - 0.9 * z - 0.5)))
    return pl.DataFrame({"x": x, "z": z, "outcome": (rng.uniform(size=3000) < chance).astype(float)})


def test_the_logistic_agrees_with_the_reference(rows: pl.DataFrame) -> None:
    ours = Logistic.fitted(rows, TERMS)
    values = (rows.select("x", "z").to_numpy() - np.array(ours.means)) / np.array(ours.scales)
    theirs = LogisticRegression(C=1.0, tol=1e-10).fit(values, rows["outcome"].to_numpy())
    assert ours.weights == pytest.approx(theirs.coef_[0], abs=1e-5)


def test_a_term_that_may_only_rise_never_gets_a_negative_weight(rows: pl.DataFrame) -> None:
    held = Logistic.fitted(rows, TERMS, frozenset({"z"}))
    assert held.weights[0] > 0
    assert held.weights[1] == 0.0


def test_a_separable_history_still_gives_finite_weights() -> None:
    rows = pl.DataFrame({"x": [0.0, 1.0, 10.0, 11.0], "z": [1.0] * 4, "outcome": [0.0, 0.0, 1.0, 1.0]})
    assert np.isfinite(Logistic.fitted(rows, TERMS).weights).all()


def test_the_isotonic_curve_agrees_with_the_reference(rows: pl.DataFrame) -> None:
    ours = Isotonic.fitted(rows, "x", 1).probability(rows)
    reference = IsotonicRegression(out_of_bounds="clip").fit(rows["x"].to_numpy(), rows["outcome"].to_numpy())
    assert ours == pytest.approx(reference.predict(rows["x"].to_numpy()), abs=1e-9)


def test_a_falling_curve_falls(rows: pl.DataFrame) -> None:
    falling = Isotonic.fitted(rows, "z", -1)
    steps = falling.probability(pl.DataFrame({"z": np.linspace(-3, 3, 50)}))
    assert (np.diff(steps) <= 0).all()
    assert steps[0] > steps[-1]


def _window(rng: np.random.Generator, slope: float) -> tuple[np.ndarray, np.ndarray]:
    raw = rng.normal(0, 2, 4000)
    return raw, (rng.uniform(size=4000) < 1 / (1 + np.exp(-slope * raw))).astype(float)


def test_a_calibrated_score_is_left_alone() -> None:
    rng = np.random.default_rng(1)
    windows = [_window(rng, 1.0), _window(rng, 2.5), _window(rng, 1.0)]
    assert chosen(windows) == AS_IT_IS


def test_a_score_that_is_off_on_every_window_is_corrected() -> None:
    rng = np.random.default_rng(2)
    corrected = chosen([_window(rng, 0.5) for _ in range(3)])
    assert corrected.slope == pytest.approx(0.5, abs=0.06)


def test_one_helpful_window_is_not_enough_to_correct() -> None:
    rng = np.random.default_rng(2)
    assert chosen([_window(rng, 0.5) for _ in range(2)]) == AS_IT_IS


def test_the_identity_calibration_is_the_plain_logistic_curve() -> None:
    assert Sigmoid().probability(np.array([0.0, 2.0])) == pytest.approx([0.5, 1 / (1 + np.exp(-2.0))])
