"""NPS, CSAT and CES against their definitions, with intervals against NumPy."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.feedback.rules.answers import SCALES, SurveyKind
from services.feedback.rules.figures import summary

SAMPLES = st.sampled_from(SurveyKind).flatmap(
    lambda survey: st.tuples(
        st.just(survey), st.lists(st.integers(*SCALES[survey]), min_size=1, max_size=200)
    )
)


def by_definition(survey: SurveyKind, answers: list[int]) -> float:
    if survey is SurveyKind.NPS:
        promoters, detractors = sum(one >= 9 for one in answers), sum(one <= 6 for one in answers)
        return 100 * (promoters - detractors) / len(answers)
    if survey is SurveyKind.CSAT:
        return 100 * sum(one >= 4 for one in answers) / len(answers)
    return float(np.mean(answers))


@given(SAMPLES)
def test_each_figure_follows_its_definition(sample: tuple[SurveyKind, list[int]]) -> None:
    survey, answers = sample
    found = summary(survey, Counter(answers))
    assert found.value is not None
    assert math.isclose(found.value, by_definition(survey, answers), abs_tol=1e-9)
    assert (found.answers, found.few_answers) == (len(answers), len(answers) < 30)


@given(st.lists(st.integers(0, 10), min_size=1, max_size=200))
def test_the_interval_is_the_normal_one(answers: list[int]) -> None:
    worth = np.array([100.0 if one >= 9 else -100.0 if one <= 6 else 0.0 for one in answers])
    half = 1.959964 * worth.std() / math.sqrt(len(worth))
    found = summary(SurveyKind.NPS, Counter(answers))
    assert found.low is not None
    assert found.high is not None
    assert math.isclose(found.low, worth.mean() - half, abs_tol=1e-3)
    assert math.isclose(found.high, worth.mean() + half, abs_tol=1e-3)


def test_without_answers_there_is_no_figure() -> None:
    found = summary(SurveyKind.NPS, {})
    assert (found.value, found.low, found.high, found.answers) == (None, None, None, 0)
