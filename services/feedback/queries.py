"""All SQL of `feedback`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from services.feedback.rules import Answer, Survey
from services.storage.tables import answers


def store_answers(connection: Connection, fresh: Sequence[Answer]) -> None:
    if fresh:
        connection.execute(insert(answers), [asdict(answer) for answer in fresh])


def count_answers(connection: Connection, survey: Survey, since: datetime) -> dict[int, int]:
    """How many gave each answer."""
    query = (
        select(answers.c.answer, func.count())
        .where(answers.c.survey == survey, answers.c.answered_at > since)
        .group_by(answers.c.answer)
    )
    return {row[0]: row[1] for row in connection.execute(query)}
