"""What `feedback` does with answers: take them in, and tell of them."""

from __future__ import annotations

from collections.abc import Sequence

from services.errors import RegularsError, check_moment
from services.events import CustomerSeen, SurveyAnswered
from services.feedback.queries import answers as queries
from services.feedback.rules.answers import Answer, check_answer
from services.feedback.use_cases.cases import open_cases
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
    open_cases(unit, stored)
    for answer_id, answer in stored.items():
        unit.emit(CustomerSeen(answer.customer_id))
        unit.emit(
            SurveyAnswered(answer.customer_id, answer.survey, answer.answer, answer_id, answer.answered_at)
        )
    return [*problems]
