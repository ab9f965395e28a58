"""Answers to surveys, and what may be answered. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.errors import InvalidError


class SurveyKind(StrEnum):
    NPS = "NPS"
    CSAT = "CSAT"
    CES = "CES"


SCALES: Final = {SurveyKind.NPS: (0, 10), SurveyKind.CSAT: (1, 5), SurveyKind.CES: (1, 7)}


@dataclass(frozen=True, slots=True)
class Answer:
    customer_id: str
    survey: SurveyKind
    answer: int
    answered_at: datetime


def check_answer(answer: Answer) -> InvalidError | None:
    low, high = SCALES[answer.survey]
    if low <= answer.answer <= high:
        return None
    return InvalidError(f"answer: {answer.survey} is answered from {low} to {high}", field="answer")
