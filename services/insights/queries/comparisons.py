"""What two kinds of customers bought, summed over the customers of each."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Row,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal_column,
    select,
)

from services.insights.queries.channels import STORE, channel_counts
from services.insights.queries.sums import Amount, moments_columns, moments_of, product
from services.insights.rules.comparisons import CHANNELS_OMNI, BuyerSums, MemberSums
from services.insights.rules.returns import NOBODY
from services.intervals import Cross
from services.purchases import kept_orders
from services.spans import Span
from services.storage.tables import members

OFFLINE: Final = (STORE, "PHONE")
NO_SUMS: Final = BuyerSums(NOBODY, NOBODY, NOBODY, NOBODY)
MANY: Final = "MANY"
ONE: Final = "ONE"


def was_member(at: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the joined row of `members` was a membership then: begun, and not closed."""
    return and_(members.c.enrolled_at <= at, (members.c.state != "CLOSED") | (members.c.changed_at > at))


@cache
def _of_members() -> Select[Any]:
    kept = kept_orders(since=True)
    inside = was_member(kept.c.placed_at)
    each = (
        select(
            func.sum(case((inside, kept.c.net_minor), else_=0)).label("y"),
            func.sum(case((inside, 1), else_=0)).label("x"),
            func.sum(case((inside, 0), else_=kept.c.net_minor)).label("other_y"),
            func.sum(case((inside, 0), else_=1)).label("other_x"),
        )
        .outerjoin_from(kept, members, members.c.customer_id == kept.c.customer_id)
        .group_by(kept.c.customer_id)
        .subquery("each")
    )
    return select(
        *moments_columns("members", each.c.y, each.c.x),
        *moments_columns("others", each.c.other_y, each.c.other_x),
        product(each.c.y, each.c.other_y).label("yy"),
        product(each.c.y, each.c.other_x).label("yx"),
        product(each.c.x, each.c.other_y).label("xy"),
        product(each.c.x, each.c.other_x).label("xx"),
    )


def sums_of_members(connection: Connection, span: Span) -> MemberSums:
    """Money and orders of each customer, as a member at the time of the order and as none."""
    row = connection.execute(_of_members(), {"since": span.since, "until": span.until}).one()
    cross = Cross(*(float(part or 0) for part in (row.yy, row.yx, row.xy, row.xx)))
    return MemberSums(moments_of(row, "members"), moments_of(row, "others"), cross)


@cache
def _buyers() -> Subquery:
    kept = kept_orders(since=True)
    return (
        select(
            kept.c.customer_id,
            func.sum(kept.c.net_minor).label("net"),
            func.count().label("orders"),
            _sum_where(kept.c.channel == STORE, kept.c.net_minor).label("in_store"),
            _sum_where(kept.c.channel.not_in(OFFLINE), kept.c.net_minor).label("online"),
        )
        .group_by(kept.c.customer_id)
        .subquery("each")
    )


def _sum_where(condition: ColumnElement[bool], amount: Amount) -> ColumnElement[Any]:
    return func.sum(case((condition, amount), else_=0))


def _sums(group: ColumnElement[Any], each: Subquery) -> tuple[ColumnElement[Any], ...]:
    one: Amount = literal_column("1", Integer)
    return (
        group.label("side"),
        *moments_columns("by_order", each.c.net, each.c.orders),
        *moments_columns("by_buyer", each.c.net, one),
        *moments_columns("in_store", each.c.in_store, one),
        *moments_columns("online", each.c.online, one),
    )


@cache
def _by_orders() -> Select[Any]:
    each = _buyers()
    group = case((each.c.orders > 1, MANY), else_=ONE)
    return select(*_sums(group, each)).group_by("side")


@cache
def _by_channels() -> Select[Any]:
    each, counts = _buyers(), channel_counts()
    group = case((counts.c.channels >= CHANNELS_OMNI, MANY), (counts.c.channels == 1, ONE))
    sums = select(*_sums(group, each)).join_from(each, counts, counts.c.customer_id == each.c.customer_id)
    return sums.group_by("side")


def sums_by_orders(connection: Connection, span: Span) -> tuple[BuyerSums, BuyerSums]:
    """Of those with two orders or more, and of those with one."""
    return _both(connection, _by_orders(), span)


def sums_by_channels(connection: Connection, span: Span) -> tuple[BuyerSums, BuyerSums]:
    """Of buyers with three channels or more, and of those with one."""
    return _both(connection, _by_channels(), span)


def _both(connection: Connection, query: Select[Any], span: Span) -> tuple[BuyerSums, BuyerSums]:
    rows = connection.execute(query, {"since": span.since, "until": span.until})
    found = {row.side: _buyer_sums(row) for row in rows}
    return found.get(MANY, NO_SUMS), found.get(ONE, NO_SUMS)


def _buyer_sums(row: Row[Any]) -> BuyerSums:
    return BuyerSums(*(moments_of(row, name) for name in ("by_order", "by_buyer", "in_store", "online")))
