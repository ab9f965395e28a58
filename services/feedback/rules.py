"""Surveys, the figures that sum them up, and the cases that unhappy answers open. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import NormalDist
from typing import Final

from services.errors import InvalidError, NotFoundError, WrongStateError
from services.programme.programme import Feedback

ANSWERS_MIN: Final = 30  # below it an interval is wider than any decision can use
Z95: Final = NormalDist().inv_cdf(0.975)


class Survey(StrEnum):
    NPS = "NPS"
    CSAT = "CSAT"
    CES = "CES"


SCALES: Final = {Survey.NPS: (0, 10), Survey.CSAT: (1, 5), Survey.CES: (1, 7)}
UNHAPPY_MAX: Final = {  # detractors, the dissatisfied, and those who disagree that "it was easy"
    Survey.NPS: 6,
    Survey.CSAT: 2,
    Survey.CES: 3,
}


class CaseNotFoundError(NotFoundError):
    """No case has this id; see ListCases."""

    reason = "CASE_NOT_FOUND"


class CaseResolvedError(WrongStateError):
    """This case was resolved before; a case is resolved once."""

    reason = "CASE_RESOLVED"


class CaseState(StrEnum):
    OPEN = "OPEN"
    RESOLVED = "RESOLVED"


@dataclass(frozen=True, slots=True)
class Answer:
    customer_id: str
    survey: Survey
    answer: int
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """An unhappy answer that somebody has to see to by `due_at`."""

    case_id: str
    customer_id: str
    cause: Survey
    answer: int
    state: CaseState
    opened_at: datetime
    due_at: datetime
    resolved_at: datetime | None = None
    resolved_by: str = ""
    resolution: str = ""

    def is_overdue(self, now: datetime) -> bool:
        return self.state is CaseState.OPEN and self.due_at <= now


@dataclass(frozen=True, slots=True)
class Resolution:
    """What was done about a case, and by whom."""

    case_id: str
    customer_id: str  # whose case it is
    actor: str
    text: str


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases to list; empty: all."""

    state: CaseState | None = None
    overdue_at: datetime | None = None  # open, and due by then
    customer_id: str = ""


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


def opens_case(answer: Answer, now: datetime, settings: Feedback) -> bool:
    """Whether somebody has to see to an answer: it is unhappy, and no mere history that was told late."""
    is_fresh = now - answer.answered_at <= timedelta(days=settings.late_answer_days)
    return is_fresh and answer.answer <= UNHAPPY_MAX[answer.survey]


def case_of(answer_id: int, answer: Answer, now: datetime, settings: Feedback) -> Case:
    """The case that the answer opens at `now`."""
    due_at = now + timedelta(hours=settings.case_hours)
    return Case(
        f"case-{answer_id}", answer.customer_id, answer.survey, answer.answer, CaseState.OPEN, now, due_at
    )


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
