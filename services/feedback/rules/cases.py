"""Cases: what unhappy answers open, and how they end. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.errors import NotFoundError, WrongStateError
from services.feedback.rules.answers import Answer, SurveyKind, action_of, survey_of
from services.programme.programme import Feedback, Programme


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
class Case:
    """An unhappy answer that somebody has to see to by `due_at`."""

    case_id: str
    customer_id: str
    cause: SurveyKind
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


def opens_case(answer: Answer, now: datetime, programme: Programme) -> bool:
    """Whether somebody has to see to an answer: its survey says so, and it is no history told late."""
    is_fresh = now - answer.answered_at <= timedelta(days=programme.feedback.late_answer_days)
    return is_fresh and action_of(answer, survey_of(answer, programme)) == "OPEN_CASE"


def case_of(answer_id: int, answer: Answer, now: datetime, settings: Feedback) -> Case:
    """The case that the answer opens at `now`."""
    due_at = now + timedelta(hours=settings.case_hours)
    return Case(
        f"case-{answer_id}", answer.customer_id, answer.survey, answer.answer, CaseState.OPEN, now, due_at
    )
