"""SQL of cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, insert, or_, select, tuple_

from services.feedback.rules.case_steps import Action, Change, Note
from services.feedback.rules.cases import Case, CaseCause, CaseFilter, CaseState, PrivateChannel
from services.storage.sets import among, upsert
from services.storage.tables import case_changes, case_notes, cases

LIST_MAX: Final = 200  # of changes, notes and gifts in one answer: more than anybody reads

_COLUMNS: Final = tuple(cases.c[name] for name in Case.__dataclass_fields__)
_IS_OPEN: Final = cases.c.state.in_([one for one in CaseState if one is not CaseState.RESOLVED])
_BY_ID = select(*_COLUMNS).where(among(cases.c.case_id, "ids"))
_OPEN = select(cases.c.customer_id, cases.c.cause).where(among(cases.c.customer_id, "ids"), _IS_OPEN)
_CURRENT = select(*_COLUMNS).where(
    among(cases.c.customer_id, "ids"), or_(_IS_OPEN, cases.c.resolved_at >= bindparam("since"))
)
_CHANGES = (
    select(*(case_changes.c[name] for name in Change.__dataclass_fields__))
    .where(case_changes.c.case_id == bindparam("case_id"))
    .order_by(case_changes.c.change_id.desc())
    .limit(LIST_MAX)
)
_NOTES = (
    select(*(case_notes.c[name] for name in Note.__dataclass_fields__))
    .where(case_notes.c.case_id == bindparam("case_id"))
    .order_by(case_notes.c.note_id.desc())
    .limit(LIST_MAX)
)


def store_cases(connection: Connection, changed: Sequence[Case]) -> None:
    upsert(connection, cases, [asdict(case) for case in changed])


def add_changes(connection: Connection, fresh: Sequence[Change]) -> None:
    if fresh:
        connection.execute(insert(case_changes), [asdict(one) for one in fresh])


def add_notes(connection: Connection, fresh: Sequence[Note]) -> None:
    if fresh:
        connection.execute(insert(case_notes), [asdict(one) for one in fresh])


def open_causes(connection: Connection, customer_ids: Iterable[str]) -> set[tuple[str, str]]:
    """(customer id, cause) of the cases that are open."""
    rows = connection.execute(_OPEN, {"ids": sorted(set(customer_ids))})
    return {(row[0], row[1]) for row in rows}


def find_cases(connection: Connection, case_ids: Iterable[str]) -> dict[str, Case]:
    return {row[0]: case_of_row(row) for row in connection.execute(_BY_ID, {"ids": sorted(set(case_ids))})}


def find_current(connection: Connection, customer_ids: Iterable[str], since: datetime) -> dict[str, Case]:
    """The customers' cases that are open, or were resolved at or after `since`."""
    names = {"ids": sorted(set(customer_ids)), "since": since}
    return {row[0]: case_of_row(row) for row in connection.execute(_CURRENT, names)}


def find_changes(connection: Connection, case_id: str) -> list[Change]:
    """The latest changes of a case, the oldest of them first."""
    rows = connection.execute(_CHANGES, {"case_id": case_id}).mappings()
    return [Change(**{**row, "action": Action(row["action"])}) for row in rows][::-1]


def find_notes(connection: Connection, case_id: str) -> list[Note]:
    """The latest notes of a case, the oldest of them first."""
    rows = connection.execute(_NOTES, {"case_id": case_id}).mappings()
    return [Note(**{**row, "private_channel": PrivateChannel(row["private_channel"])}) for row in rows][::-1]


def list_cases(
    connection: Connection, wanted: CaseFilter, after: tuple[datetime, str] | None, limit: int
) -> list[Case]:
    """The soonest due first."""
    query = select(*_COLUMNS).order_by(cases.c.due_at, cases.c.case_id).limit(limit).where(*_held(wanted))
    if after is not None:
        query = query.where(tuple_(cases.c.due_at, cases.c.case_id) > after)
    return [case_of_row(row) for row in connection.execute(query)]


def _held(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    """The conditions of a filter."""
    conditions: list[ColumnElement[bool]] = [
        column == value
        for column, value in (
            (cases.c.state, wanted.state),
            (cases.c.customer_id, wanted.customer_id),
            (cases.c.assignee, wanted.assignee),
        )
        if value
    ]
    if wanted.open_only or wanted.overdue_at is not None:
        conditions.append(_IS_OPEN)
    if wanted.overdue_at is not None:
        is_unanswered = and_(cases.c.responded_at.is_(None), cases.c.respond_by <= wanted.overdue_at)
        conditions += [
            cases.c.state != CaseState.WAITING,
            or_(cases.c.due_at <= wanted.overdue_at, is_unanswered),
        ]
    return conditions


def case_of_row(row: Row[Any]) -> Case:
    values = dict(zip(Case.__dataclass_fields__, row, strict=True))
    kinds = {
        "cause": CaseCause,
        "state": CaseState,
        "wished_channel": PrivateChannel,
        "private_channel": PrivateChannel,
    }
    return Case(**{**values, **{name: kind(values[name]) for name, kind in kinds.items()}})
