"""SQL of answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, select

from services.feedback.rules.answers import Answer, SurveyKind
from services.storage.sets import among
from services.storage.tables import answers

_LATEST = select(func.coalesce(func.max(answers.c.answer_id), 0))
_SINCE = (
    select(answers.c.answer_id, answers.c.customer_id)
    .where(answers.c.answer_id > bindparam("before"), among(answers.c.customer_id, "ids"))
    .order_by(answers.c.answer_id)
)


def store_answers(connection: Connection, fresh: Sequence[Answer]) -> dict[int, Answer]:
    """Store answers of customers who are locked; returns them by the numbers that they got.

    SQLite would number a set row by row if asked to tell: reading the numbers back is one statement more.
    """
    if not fresh:
        return {}
    before = connection.execute(_LATEST).scalar_one()
    connection.execute(insert(answers), [asdict(answer) for answer in fresh])
    waiting: dict[str, list[Answer]] = {}
    for answer in reversed(fresh):
        waiting.setdefault(answer.customer_id, []).append(answer)
    names = {"ids": list(waiting), "before": before}
    return {number: waiting[customer].pop() for number, customer in connection.execute(_SINCE, names)}


def count_answers(connection: Connection, survey: SurveyKind, since: datetime) -> dict[int, int]:
    """How many gave each answer."""
    query = (
        select(answers.c.answer, func.count())
        .where(answers.c.survey == survey, answers.c.answered_at > since)
        .group_by(answers.c.answer)
    )
    return {row[0]: row[1] for row in connection.execute(query)}
