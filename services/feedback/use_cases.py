"""What `feedback` does: take in answers, and see to the unhappy ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from services.errors import RegularsError, check_moment
from services.events import CustomerSeen, SurveyAnswered
from services.feedback import queries
from services.feedback.rules import (
    Answer,
    Case,
    CaseNotFoundError,
    CaseResolvedError,
    CaseState,
    Resolution,
    case_of,
    check_answer,
    opens_case,
)
from services.storage.sets import lock_customers
from services.storage.unit import UnitOfWork, use_case


@use_case(type(None))
def record_answers(unit: UnitOfWork, answers: Sequence[Answer]) -> list[RegularsError | None]:
    problems = [
        check_answer(answer) or check_moment(answer.answered_at, unit.now, "answered_at")
        for answer in answers
    ]
    fresh = [answer for answer, problem in zip(answers, problems, strict=True) if problem is None]
    lock_customers(unit, (answer.customer_id for answer in fresh))
    stored = queries.store_answers(unit.connection, fresh)
    _open_cases(unit, stored)
    for answer_id, answer in stored.items():
        unit.emit(CustomerSeen(answer.customer_id))
        unit.emit(
            SurveyAnswered(answer.customer_id, answer.survey, answer.answer, answer_id, answer.answered_at)
        )
    return [*problems]


def _open_cases(unit: UnitOfWork, stored: Mapping[int, Answer]) -> None:
    """One open case per customer and kind of survey: a second complaint adds nothing to do."""
    settings = unit.programme.feedback
    unhappy = {
        answer_id: answer for answer_id, answer in stored.items() if opens_case(answer, unit.now, settings)
    }
    if not unhappy:
        return
    open_ones = queries.open_causes(unit.connection, (answer.customer_id for answer in unhappy.values()))
    fresh: dict[tuple[str, str], Case] = {}
    for answer_id, answer in unhappy.items():
        cause = (answer.customer_id, answer.survey.value)
        if cause not in open_ones:
            fresh.setdefault(cause, case_of(answer_id, answer, unit.now, settings))
    queries.store_cases(unit.connection, list(fresh.values()))


@use_case(Case)
def resolve_cases(unit: UnitOfWork, resolutions: Sequence[Resolution]) -> list[Case | RegularsError]:
    lock_customers(unit, (one.customer_id for one in resolutions))
    found = queries.find_cases(unit.connection, [one.case_id for one in resolutions])
    resolved: dict[str, Case] = {}
    answers: list[Case | RegularsError] = []
    for one in resolutions:
        outcome = _resolved(unit, resolved.get(one.case_id) or found.get(one.case_id), one)
        if isinstance(outcome, Case):
            resolved[one.case_id] = outcome
        answers.append(outcome)
    queries.store_cases(unit.connection, list(resolved.values()))
    return answers


def _resolved(unit: UnitOfWork, case: Case | None, by: Resolution) -> Case | RegularsError:
    if case is None:
        return CaseNotFoundError(field="case_id")
    if case.state is not CaseState.OPEN:
        return CaseResolvedError(field="case_id", case_id=case.case_id)
    return replace(
        case, state=CaseState.RESOLVED, resolved_at=unit.now, resolved_by=by.actor, resolution=by.text
    )
