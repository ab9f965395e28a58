"""What may be answered to a survey."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.feedback.rules.answers import SCALES, Answer, SurveyKind, check_answer

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("survey", SurveyKind)
def test_an_answer_outside_the_scale_is_refused(survey: SurveyKind) -> None:
    low, high = SCALES[survey]
    for answer in (low, high):
        assert check_answer(Answer("anna", survey, answer, NOON)) is None
    for answer in (low - 1, high + 1):
        problem = check_answer(Answer("anna", survey, answer, NOON))
        assert problem is not None
        assert problem.field == "answer"
