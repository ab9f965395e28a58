"""NPS, CSAT and CES against their definitions, with intervals against NumPy; and what opens a case."""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.feedback.rules import SCALES, Answer, Survey, case_of, check_answer, opens_case, summary
from services.programme.programme import Feedback

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
SAMPLES = st.sampled_from(Survey).flatmap(
    lambda survey: st.tuples(
        st.just(survey), st.lists(st.integers(*SCALES[survey]), min_size=1, max_size=200)
    )
)


def by_definition(survey: Survey, answers: list[int]) -> float:
    if survey is Survey.NPS:
        promoters, detractors = sum(one >= 9 for one in answers), sum(one <= 6 for one in answers)
        return 100 * (promoters - detractors) / len(answers)
    if survey is Survey.CSAT:
        return 100 * sum(one >= 4 for one in answers) / len(answers)
    return float(np.mean(answers))


@given(SAMPLES)
def test_each_figure_follows_its_definition(sample: tuple[Survey, list[int]]) -> None:
    survey, answers = sample
    found = summary(survey, Counter(answers))
    assert found.value is not None
    assert math.isclose(found.value, by_definition(survey, answers), abs_tol=1e-9)
    assert (found.answers, found.few_answers) == (len(answers), len(answers) < 30)


@given(st.lists(st.integers(0, 10), min_size=1, max_size=200))
def test_the_interval_is_the_normal_one(answers: list[int]) -> None:
    worth = np.array([100.0 if one >= 9 else -100.0 if one <= 6 else 0.0 for one in answers])
    half = 1.959964 * worth.std() / math.sqrt(len(worth))
    found = summary(Survey.NPS, Counter(answers))
    assert found.low is not None
    assert found.high is not None
    assert math.isclose(found.low, worth.mean() - half, abs_tol=1e-3)
    assert math.isclose(found.high, worth.mean() + half, abs_tol=1e-3)


def test_without_answers_there_is_no_figure() -> None:
    found = summary(Survey.NPS, {})
    assert (found.value, found.low, found.high, found.answers) == (None, None, None, 0)


@pytest.mark.parametrize("survey", Survey)
def test_an_answer_outside_the_scale_is_refused(survey: Survey) -> None:
    low, high = SCALES[survey]
    for answer in (low, high):
        assert check_answer(Answer("anna", survey, answer, NOON)) is None
    for answer in (low - 1, high + 1):
        problem = check_answer(Answer("anna", survey, answer, NOON))
        assert problem is not None
        assert problem.field == "answer"


@pytest.mark.parametrize(
    ("survey", "unhappy"),
    [(Survey.NPS, range(7)), (Survey.CSAT, range(1, 3)), (Survey.CES, range(1, 4))],
)
def test_exactly_the_unhappy_answers_open_a_case(survey: Survey, unhappy: range) -> None:
    low, high = SCALES[survey]
    opening = [
        answer
        for answer in range(low, high + 1)
        if opens_case(Answer("anna", survey, answer, NOON), NOON, Feedback())
    ]
    assert opening == list(unhappy)


def test_an_answer_told_late_is_history() -> None:
    answer = Answer("anna", Survey.NPS, 0, NOON)
    settings = Feedback(late_answer_days=30)
    assert opens_case(answer, NOON + timedelta(days=30), settings)
    assert not opens_case(answer, NOON + timedelta(days=30, seconds=1), settings)


def test_a_case_is_due_within_the_hours_that_the_programme_gives() -> None:
    case = case_of(7, Answer("anna", Survey.CES, 2, NOON - timedelta(days=1)), NOON, Feedback(case_hours=48))
    assert case.due_at == NOON + timedelta(hours=48)
    assert [case.is_overdue(case.due_at + timedelta(seconds=late)) for late in (-1, 0)] == [False, True]
