"""SQL of the figures that sum cases up."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, select

from services.feedback.rules.case_report import (
    CASES_MAX,
    REPEAT_SPAN,
    CaseGrouping,
    CaseReport,
    CaseTimes,
    FirstCase,
    Recovery,
    recovery,
    report,
)
from services.feedback.rules.cases import CaseState
from services.purchases import kept_orders
from services.spans import Span
from services.storage.tables import cases

_INSIDE: Final = (cases.c.opened_at > bindparam("since"), cases.c.opened_at <= bindparam("until"))
_TIMES = (
    select(*(cases.c[name] for name in CaseTimes.__dataclass_fields__))
    .where(*_INSIDE)
    .order_by(cases.c.opened_at.desc(), cases.c.case_id.desc())
    .limit(CASES_MAX + 1)
)
_place: Any = func.row_number().over(
    partition_by=cases.c.customer_id, order_by=(cases.c.opened_at, cases.c.case_id)
)
_RANKED = (
    select(cases.c.customer_id, cases.c.opened_at, cases.c.first_resolved_at, _place.label("place"))
    .where(*_INSIDE)
    .subquery()
)
_FIRST = (
    select(_RANKED.c.customer_id, _RANKED.c.opened_at, _RANKED.c.first_resolved_at)
    .where(_RANKED.c.place == 1)
    .order_by(_RANKED.c.opened_at.desc(), _RANKED.c.customer_id)
    .limit(CASES_MAX)
)


def find_report(
    connection: Connection, span: Span, weeks: list[Span], grouping: CaseGrouping, now: datetime
) -> CaseReport:
    """Sum up the cases of a window and of weeks that end with it. They are read here, off the event loop."""
    since = min(span.since, weeks[0].since)
    rows = connection.execute(_TIMES, {"since": since, "until": span.until}).mappings()
    found = [CaseTimes(**{**row, "state": CaseState(row["state"])}) for row in rows]
    return report(found, span, weeks, grouping, now)


def find_recovery(connection: Connection, span: Span) -> Recovery:
    """Compare the customers whose first case of the span was resolved with the others."""
    found = [
        FirstCase(*row) for row in connection.execute(_FIRST, {"since": span.since, "until": span.until})
    ]
    return recovery(found, _bought_at(connection, found))


def _bought_at(connection: Connection, found: list[FirstCase]) -> dict[str, list[datetime]]:
    """When these customers bought in the days that are compared, by customer."""
    if not found:
        return {}
    kept = kept_orders(since=True, ids=True)
    names = {
        "ids": sorted(one.customer_id for one in found),
        "since": min(one.landmark for one in found),
        "until": max(one.landmark for one in found) + REPEAT_SPAN,
    }
    bought: dict[str, list[datetime]] = {}
    for customer_id, placed_at in connection.execute(select(kept.c.customer_id, kept.c.placed_at), names):
        bought.setdefault(customer_id, []).append(placed_at)
    return bought
