"""Surveys and the figures that sum them up. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from statistics import NormalDist
from typing import Final

from services.errors import InvalidError

ANSWERS_MIN: Final = 30  # below it an interval is wider than any decision can use
Z95: Final = NormalDist().inv_cdf(0.975)


class Survey(StrEnum):
    NPS = "NPS"
    CSAT = "CSAT"
    CES = "CES"


SCALES: Final = {Survey.NPS: (0, 10), Survey.CSAT: (1, 5), Survey.CES: (1, 7)}


@dataclass(frozen=True, slots=True)
class Answer:
    customer_id: str
    survey: Survey
    answer: int
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class Summary:
    """A figure with its 95 % interval, on the survey's own scale; all None without answers."""

    value: float | None
    low: float | None
    high: float | None
    answers: int

    @property
    def few_answers(self) -> bool:
        return self.answers < ANSWERS_MIN


def check_answer(answer: Answer) -> InvalidError | None:
    low, high = SCALES[answer.survey]
    if low <= answer.answer <= high:
        return None
    return InvalidError(f"answer: {answer.survey} is answered from {low} to {high}", field="answer")


def worth(survey: Survey, answer: int) -> float:
    """What one answer adds to the figure: NPS +-100 or 0, CSAT 100 or 0, CES the answer itself."""
    if survey is Survey.NPS:
        return 100.0 * ((answer >= 9) - (answer <= 6))
    return 100.0 * (answer >= 4) if survey is Survey.CSAT else float(answer)


def summary(survey: Survey, counts: Mapping[int, int]) -> Summary:
    """The mean worth of the answers (answer -> how many), with a normal interval from their variance."""
    total = sum(counts.values())
    if not total:
        return Summary(None, None, None, 0)
    mean = sum(worth(survey, answer) * count for answer, count in counts.items()) / total
    square = sum((worth(survey, answer) - mean) ** 2 * count for answer, count in counts.items())
    half = Z95 * math.sqrt(square / total / total)
    return Summary(mean, mean - half, mean + half, total)
