import numpy as np
import pytest

from models.evaluation import FloatArray
from models.readiness import Readiness, judged


@pytest.fixture
def world() -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(4)
    chance = rng.beta(1, 1, 3000)
    return (rng.uniform(size=3000) < chance).astype(float), chance


def test_a_model_better_than_every_baseline_is_ready(world: tuple[FloatArray, FloatArray]) -> None:
    outcome, chance = world
    assert judged(outcome, chance, {"flat": np.full(3000, 0.5)}).readiness is Readiness.READY


def test_a_model_that_does_not_beat_a_baseline_cannot_be_promoted(
    world: tuple[FloatArray, FloatArray],
) -> None:
    outcome, chance = world
    verdict = judged(outcome, chance, {"flat": np.full(3000, 0.5), "rfm_logistic": chance})
    assert verdict.readiness is Readiness.BASELINE
    assert verdict.reasons == ("the model is not better than rfm_logistic",)


def test_too_few_of_one_outcome_prove_nothing(world: tuple[FloatArray, FloatArray]) -> None:
    _, chance = world
    outcome = np.zeros(3000)
    outcome[:199] = 1.0
    assert judged(outcome, chance, {}).readiness is Readiness.NOT_READY
