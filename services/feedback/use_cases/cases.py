"""What `feedback` does about the unhappy: a case is opened, and somebody ends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from services.errors import RegularsError
from services.events import CaseResolved
from services.feedback.queries import cases as queries
from services.feedback.rules.answers import Answer
from services.feedback.rules.cases import (
    Case,
    CaseNotFoundError,
    CaseResolvedError,
    CaseState,
    Resolution,
    case_of,
    opens_case,
)
from services.storage.sets import lock_customers
from services.storage.unit import UnitOfWork, use_case


def open_cases(unit: UnitOfWork, stored: Mapping[int, Answer]) -> None:
    """One open case per customer and kind of survey: a second complaint adds nothing to do."""
    unhappy = {
        answer_id: answer
        for answer_id, answer in stored.items()
        if opens_case(answer, unit.now, unit.programme)
    }
    if not unhappy:
        return
    open_ones = queries.open_causes(unit.connection, (answer.customer_id for answer in unhappy.values()))
    fresh: dict[tuple[str, str], Case] = {}
    for answer_id, answer in unhappy.items():
        cause = (answer.customer_id, answer.survey.value)
        if cause not in open_ones:
            fresh.setdefault(cause, case_of(answer_id, answer, unit.now, unit.programme.feedback))
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
    for case in resolved.values():
        unit.emit(CaseResolved(case.case_id, case.customer_id, case.cause, unit.now))
    return answers


def _resolved(unit: UnitOfWork, case: Case | None, by: Resolution) -> Case | RegularsError:
    if case is None:
        return CaseNotFoundError(field="case_id")
    if case.state is not CaseState.OPEN:
        return CaseResolvedError(field="case_id", case_id=case.case_id)
    return replace(
        case, state=CaseState.RESOLVED, resolved_at=unit.now, resolved_by=by.actor, resolution=by.text
    )
