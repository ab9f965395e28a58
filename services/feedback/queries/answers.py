"""SQL of answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, bindparam, func, insert, select

from services.feedback.rules.answers import Answer, Polarity, SurveyKind
from services.storage.sets import among
from services.storage.tables import answers

_COLUMNS: Final = tuple(answers.c[name] for name in Answer.__dataclass_fields__)
_LATEST = select(func.coalesce(func.max(answers.c.answer_id), 0))
_SINCE = (
    select(answers.c.answer_id, answers.c.customer_id)
    .where(answers.c.answer_id > bindparam("before"), among(answers.c.customer_id, "ids"))
    .order_by(answers.c.answer_id)
)
_KEYED = select(*_COLUMNS).where(among(answers.c.answer_key, "keys"))


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


def find_keyed(connection: Connection, keys: Iterable[str | None]) -> dict[str, Answer]:
    """The answers that the backend gave these names."""
    wanted = sorted({one for one in keys if one is not None})
    if not wanted:
        return {}
    found = map(answer_of_row, connection.execute(_KEYED, {"keys": wanted}).mappings())
    return {answer.answer_key: answer for answer in found if answer.answer_key is not None}


def answer_of_row(row: RowMapping) -> Answer:
    values: dict[str, Any] = {**row}
    values["survey"], values["polarity"] = SurveyKind(values["survey"]), Polarity(values["polarity"])
    return Answer(**values)
