"""What opens a case, and when it is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.feedback.rules.answers import SCALES, Answer, SurveyKind
from services.feedback.rules.cases import case_of, opens_case
from services.programme.programme import Feedback, Programme

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("survey", "unhappy"),
    [(SurveyKind.NPS, range(7)), (SurveyKind.CSAT, range(1, 3)), (SurveyKind.CES, range(1, 4))],
)
def test_exactly_the_unhappy_answers_open_a_case(survey: SurveyKind, unhappy: range) -> None:
    low, high = SCALES[survey]
    opening = [
        answer
        for answer in range(low, high + 1)
        if opens_case(Answer("anna", survey, answer, NOON), NOON, Programme())
    ]
    assert opening == list(unhappy)


def test_an_answer_told_late_is_history() -> None:
    answer = Answer("anna", SurveyKind.NPS, 0, NOON)
    programme = Programme(feedback=Feedback(late_answer_days=30))
    assert opens_case(answer, NOON + timedelta(days=30), programme)
    assert not opens_case(answer, NOON + timedelta(days=30, seconds=1), programme)


def test_a_case_is_due_within_the_hours_that_the_programme_gives() -> None:
    case = case_of(
        7, Answer("anna", SurveyKind.CES, 2, NOON - timedelta(days=1)), NOON, Feedback(case_hours=48)
    )
    assert case.due_at == NOON + timedelta(hours=48)
    assert [case.is_overdue(case.due_at + timedelta(seconds=late)) for late in (-1, 0)] == [False, True]
