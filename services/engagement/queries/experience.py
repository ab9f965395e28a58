"""SQL of the experience level: the first event of each kind that shows a level."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Float,
    Select,
    Table,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
    union_all,
)

from services.engagement.rules.experience import (
    PROACTIVE_TOUCHPOINTS,
    PROMOTER_MIN,
    Deed,
    Evidence,
    Level,
    Promoter,
)
from services.engagement.rules.experience_report import Tally
from services.engagement.rules.scores import ORDER_WINDOW
from services.storage.sets import among
from services.storage.tables import answers, cases, exchanges, make_goods, scores, touches
from services.storage.tables.activity import SHOWS_EXPERIENCE

_UNTIL: Final[Any] = bindparam("until")


_NET: Final = cast(scores.c.net_minor, Float(53))  # as a whole number its square would overflow


def _number_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _named(deed: Deed) -> Any:
    return literal_column(f"'{deed}'").label("deed")


_TOUCHES = select(
    touches.c.customer_id,
    case(
        (touches.c.kind == "HELP_VIEWED", literal_column(f"'{Deed.HELP_VIEWED}'")),
        (
            touches.c.touchpoint.in_(PROACTIVE_TOUCHPOINTS),
            literal_column(f"'{Deed.REPLENISHMENT_ACCEPTED}'"),
        ),
        else_=literal_column(f"'{Deed.RECOMMENDATION_ACCEPTED}'"),
    ).label("deed"),
    touches.c.occurred_at.label("at"),
    touches.c.event_id.label("reference"),
).where(among(touches.c.customer_id, "ids"), SHOWS_EXPERIENCE, touches.c.occurred_at <= _UNTIL)


def _each(deed: Deed, table: Table, at: Column[Any], reference: Column[str]) -> Select[Any]:
    """Every row of a table shows the same deed."""
    return select(
        table.c.customer_id,
        _named(deed),
        at.label("at"),
        reference.label("reference"),
    ).where(among(table.c.customer_id, "ids"), at <= _UNTIL)


def _firsts(*branches: Select[Any]) -> Select[Any]:
    """Of each customer and deed the first event, and how many there were."""
    event = union_all(*branches).subquery("event").c
    kind = (event.customer_id, event.deed)
    place = func.row_number().over(partition_by=kind, order_by=(event.at, event.reference))
    number = func.count().over(partition_by=kind)
    ranked = select(*event, place.label("place"), number.label("events")).subquery("ranked").c
    columns = (ranked[name] for name in ("customer_id", "deed", "at", "reference", "events"))
    return select(*columns).where(ranked.place == 1)


_EVIDENCE = _firsts(
    _TOUCHES,
    _each(Deed.CASE_RESOLVED, cases, cases.c.first_resolved_at, cases.c.case_id),
    _each(Deed.EXCHANGE, exchanges, exchanges.c.exchanged_at, exchanges.c.exchange_id),
    _each(Deed.MAKE_GOOD, make_goods, make_goods.c.given_at, make_goods.c.make_good_id),
)
_LATEST_NPS = (
    select(answers.c.answer, answers.c.answered_at, answers.c.answer_id)
    .where(
        answers.c.customer_id == bindparam("customer_id"),
        answers.c.survey == "NPS",
        answers.c.answered_at > bindparam("since"),
        answers.c.answered_at <= _UNTIL,
    )
    .order_by(answers.c.answered_at.desc(), answers.c.answer.desc(), answers.c.answer_id)
    .limit(1)
)


def find_evidence(
    connection: Connection, customer_ids: Iterable[str], as_of: datetime
) -> dict[str, list[Evidence]]:
    """What had shown levels 1 to 5 by `as_of`, by customer; whoever has nothing to show is left out."""
    found: dict[str, list[Evidence]] = {}
    names = {"ids": sorted(set(customer_ids)), "until": as_of}
    for customer_id, deed, at, reference, events in connection.execute(_EVIDENCE, names):
        found.setdefault(customer_id, []).append(Evidence(Deed(deed), at, reference, events))
    return found


def find_levels(connection: Connection, customer_ids: Iterable[str], as_of: datetime) -> dict[str, int]:
    """The highest of levels 1 to 5 that was shown by `as_of`; whoever has none is left out."""
    evidence = find_evidence(connection, customer_ids, as_of)
    return {customer_id: int(_highest(one)) for customer_id, one in evidence.items()}


def _highest(evidence: Sequence[Evidence]) -> Level:
    return max(one.level for one in evidence)


def find_promoter(connection: Connection, customer_id: str, as_of: datetime) -> Promoter | None:
    """The customer's latest NPS answer of the last 365 days, when it is a promoter's."""
    names = {"customer_id": customer_id, "since": as_of - ORDER_WINDOW, "until": as_of}
    row = connection.execute(_LATEST_NPS, names).first()
    if row is None or row.answer < PROMOTER_MIN:
        return None
    return Promoter(row.answered_at, f"answer-{row.answer_id}")


_TALLIES: Final = (
    select(
        scores.c.experience_level,
        func.count(),
        _number_of(scores.c.orders >= 1),
        _number_of(scores.c.orders >= 2),
        func.sum(_NET),
        func.sum(_NET * _NET),
    )
    .group_by(scores.c.experience_level)
    .order_by(scores.c.experience_level)
)


def tally_levels(connection: Connection) -> list[Tally]:
    """What is counted on each level that has customers, as of each customer's last scoring."""
    return [
        Tally(Level(level), customers, int(buyers), int(repeaters), net_minor, squares)
        for level, customers, buyers, repeaters, net_minor, squares in connection.execute(_TALLIES)
    ]
