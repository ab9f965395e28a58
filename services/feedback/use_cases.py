"""What `feedback` does: take in answers."""

from __future__ import annotations

from collections.abc import Sequence

from services.errors import RegularsError, check_moment
from services.events import CustomerSeen
from services.feedback import queries
from services.feedback.rules import Answer, check_answer
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
    queries.store_answers(unit.connection, fresh)
    for customer_id in {answer.customer_id for answer in fresh}:
        unit.emit(CustomerSeen(customer_id))
    return [*problems]
