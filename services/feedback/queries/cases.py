"""SQL of cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, select, tuple_

from services.feedback.rules.answers import SurveyKind
from services.feedback.rules.cases import Case, CaseFilter, CaseState
from services.storage.sets import among, upsert
from services.storage.tables import cases

_COLUMNS: Final = tuple(cases.c[name] for name in Case.__dataclass_fields__)
_BY_ID = select(*_COLUMNS).where(among(cases.c.case_id, "ids"))
_OPEN = select(cases.c.customer_id, cases.c.cause).where(
    among(cases.c.customer_id, "ids"), cases.c.state == CaseState.OPEN
)


def store_cases(connection: Connection, changed: Sequence[Case]) -> None:
    upsert(connection, cases, [asdict(case) for case in changed])


def open_causes(connection: Connection, customer_ids: Iterable[str]) -> set[tuple[str, str]]:
    """(customer id, survey) of the cases that are open."""
    rows = connection.execute(_OPEN, {"ids": sorted(set(customer_ids))})
    return {(row[0], row[1]) for row in rows}


def find_cases(connection: Connection, case_ids: Sequence[str]) -> dict[str, Case]:
    return {row[0]: case_of_row(row) for row in connection.execute(_BY_ID, {"ids": sorted(set(case_ids))})}


def list_cases(
    connection: Connection, wanted: CaseFilter, after: tuple[datetime, str] | None, limit: int
) -> list[Case]:
    """The soonest due first."""
    query = select(*_COLUMNS).order_by(cases.c.due_at, cases.c.case_id).limit(limit)
    if wanted.state is not None:
        query = query.where(cases.c.state == wanted.state)
    if wanted.overdue_at is not None:
        query = query.where(cases.c.state == CaseState.OPEN, cases.c.due_at <= wanted.overdue_at)
    if wanted.customer_id:
        query = query.where(cases.c.customer_id == wanted.customer_id)
    if after is not None:
        query = query.where(tuple_(cases.c.due_at, cases.c.case_id) > after)
    return [case_of_row(row) for row in connection.execute(query)]


def case_of_row(row: Row[Any]) -> Case:
    values = dict(zip(Case.__dataclass_fields__, row, strict=True))
    return Case(**{**values, "cause": SurveyKind(values["cause"]), "state": CaseState(values["state"])})
