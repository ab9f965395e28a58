"""SQL of what one customer carries over: a fixed number of statements, each found through an index."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, bindparam, func, or_, select

from services.journey.queries.consents import find_agreed
from services.journey.queries.timeline import find_last_begun
from services.journey.rules.context import VIEWED, CarriedOver, OpenCase, OpenCoupon, Viewed
from services.programme.touchpoints import TouchKind
from services.storage.tables import cases, coupons, products, touches
from services.unfinished.finding import find_open_carts, find_open_rewards
from services.unfinished.matters import LIST_MAX
from services.unfinished.reservations import USES

Value = TypeVar("Value")

_CUSTOMER: Any = bindparam("customer")
_NOW: Any = bindparam("now")


def _viewed() -> Select[Any]:
    """The products whose pages were seen, each as it was seen last."""
    place = func.row_number().over(
        partition_by=products.c.sku, order_by=(touches.c.occurred_at.desc(), touches.c.event_id)
    )
    seen = (
        select(*products.c, touches.c.channel, touches.c.occurred_at, place.label("place"))
        .join_from(touches, products, products.c.sku == touches.c.subject)
        .where(touches.c.customer_id == _CUSTOMER, touches.c.kind == TouchKind.PAGE_VIEW.value)
        .where(touches.c.occurred_at > bindparam("since"), touches.c.occurred_at <= _NOW)
        .subquery("seen")
        .c
    )
    latest = select(seen.sku, seen.title, seen.channel, seen.occurred_at).where(seen.place == 1)
    return latest.order_by(seen.occurred_at.desc(), seen.sku).limit(LIST_MAX)


_VIEWED = _viewed()
_COUPONS = (
    select(coupons.c.code, coupons.c.title, coupons.c.valid_until)
    .where(coupons.c.customer_id == _CUSTOMER, coupons.c.state == "AVAILABLE")
    .where(or_(coupons.c.valid_from.is_(None), coupons.c.valid_from <= _NOW))
    .where(or_(coupons.c.valid_until.is_(None), coupons.c.valid_until > _NOW))
    .where(or_(coupons.c.uses_max.is_(None), coupons.c.uses_max > USES))
    .where(
        or_(
            coupons.c.per_customer_max.is_(None),
            coupons.c.per_customer_period != "EVER",  # it may be used again, if not today
            coupons.c.per_customer_max > USES,
        )
    )
    .order_by(coupons.c.valid_until.is_(None), coupons.c.valid_until, coupons.c.code)
    .limit(LIST_MAX)
)
_CASES = (
    select(cases.c.case_id, cases.c.opened_at, cases.c.due_at)
    .where(cases.c.customer_id == _CUSTOMER, cases.c.state != "RESOLVED")
    .order_by(cases.c.due_at, cases.c.case_id)
    .limit(LIST_MAX)
)


def find_carried_over(connection: Connection, customer_id: str, now: datetime) -> CarriedOver | None:
    """What a customer carries over at `now`; None for one who is not known."""
    agreed = find_agreed(connection, customer_id)
    if agreed is None:
        return None
    names = {"customer": customer_id, "now": now, "since": now - VIEWED}
    return CarriedOver(
        now,
        agreed,
        find_open_carts(connection, customer_id),
        _all(connection, _VIEWED, Viewed, names) if agreed.profiling else (),
        find_open_rewards(connection, customer_id, now),
        _all(connection, _COUPONS, OpenCoupon, names),
        _all(connection, _CASES, OpenCase, names),
        find_last_begun(connection, customer_id, now, agreed),
    )


def _all(
    connection: Connection, statement: Select[Any], value: type[Value], names: dict[str, Any]
) -> tuple[Value, ...]:
    return tuple(value(*row) for row in connection.execute(statement, names))
