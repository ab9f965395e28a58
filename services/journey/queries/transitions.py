"""SQL of transitions: pairs of touches that follow each other, and carts with the orders that closed them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import (
    CTE,
    BigInteger,
    Connection,
    Select,
    Subquery,
    bindparam,
    case,
    cast,
    func,
    select,
    type_coerce,
    union_all,
)

from services.clock import MICROSECOND
from services.journey.queries.records import CONTACTS, begun, came_in
from services.journey.rules.transitions import Going, Share, Start, shares_of
from services.storage.tables import carts, touches
from services.touch_records import CARTS, NONE, TOUCHES, ZERO, Column, said
from services.windows import Window


def find_transitions(connection: Connection, window: Window, gap_max: timedelta) -> tuple[Share, ...]:
    """From each touch that a customer began to the next one, when that came within `gap_max`."""
    return _shares(connection, _STEPS, window, gap_us=gap_max // MICROSECOND)


def find_carts(connection: Connection, window: Window) -> tuple[Share, ...]:
    """Carts begun in the window, by the channels of their beginning and of their order."""
    return _shares(connection, _CARTS, window)


def _shares(connection: Connection, query: Any, window: Window, **names: int) -> tuple[Share, ...]:
    starts, goings = [], []
    for row in connection.execute(query, {"since": window.begins_after, "until": window.until, **names}):
        if row.is_start:
            starts.append(Start(row.start, row.customers, row.number, row.squares))
        else:
            goings.append(Going(row.start, row.end, row.customers, row.number, row.squares, row.products))
    return shares_of(starts, goings)


def _contacts() -> Subquery:
    """What customers began: customer_id, at, channel. All touches of one session in one channel are one."""
    session = case(
        (touches.c.session_id == NONE, said("e") + touches.c.event_id), else_=said("s") + touches.c.session_id
    )
    at = type_coerce(TOUCHES.at, BigInteger)
    sessions = begun(TOUCHES, TOUCHES.customer, func.min(at), came_in(TOUCHES)).group_by(
        TOUCHES.customer, TOUCHES.source, came_in(TOUCHES), session
    )
    others = (
        begun(one, one.customer, type_coerce(one.at, BigInteger), one.channel)
        for one in CONTACTS
        if one is not TOUCHES
    )
    return _named(sessions, *others)


def _named(first: Select[Any], *others: Select[Any]) -> Subquery:
    names = zip(first.selected_columns, ("customer_id", "at", "channel"), strict=True)
    labelled = first.with_only_columns(*(column.label(name) for column, name in names))
    return union_all(labelled, *others).subquery("contact")


def _steps() -> Select[Any]:
    """Of each customer how often each channel followed each: customer_id, start, end, number."""
    contact = _contacts().c
    order: dict[str, Any] = {
        "partition_by": contact.customer_id,
        "order_by": (contact.at, contact.channel),
    }
    step = (
        select(
            contact.customer_id,
            contact.channel.label("start"),
            func.lead(contact.channel).over(**order).label("end"),
            (func.lead(contact.at).over(**order) - contact.at).label("gap_us"),
        )
        .subquery("step")
        .c
    )
    return (
        select(step.customer_id, step.start, step.end, func.count().label("number"))
        .where(step.gap_us <= bindparam("gap_us", type_=BigInteger()))
        .where(step.start != NONE, step.end != NONE)
        .group_by(step.customer_id, step.start, step.end)
    )


def _cart_rows() -> Select[Any]:
    end = carts.c.order_channel
    columns = (CARTS.customer, CARTS.channel.label("start"), end.label("end"), func.count().label("number"))
    return begun(CARTS, *columns).group_by(CARTS.customer, CARTS.channel, end)


def _summed(rows: Select[Any]) -> Any:
    """The sums over customers: of each pair of channels, and of each start."""
    going = rows.cte("going")
    whole = _whole(going)
    same = (whole.c.customer_id == going.c.customer_id) & (whole.c.start == going.c.start)
    pair = select(going, whole.c.number.label("all")).join_from(going, whole, same).subquery("pair").c
    pairs = select(
        ZERO.label("is_start"),
        pair.start.label("start"),
        pair.end.label("end"),
        *_sums(pair.number, pair.number * pair.all),
    ).group_by(pair.start, pair.end)
    starts = select(1 + ZERO, whole.c.start, NONE, *_sums(whole.c.number, ZERO)).group_by(whole.c.start)
    return union_all(pairs, starts)


def _whole(going: CTE) -> CTE:
    number = _sum(going.c.number).label("number")
    found = select(going.c.customer_id, going.c.start, number).group_by(going.c.customer_id, going.c.start)
    return found.cte("whole")


def _sums(number: Column, product: Column) -> tuple[Column, ...]:
    return (
        func.count().label("customers"),
        _sum(number).label("number"),
        _sum(number * number).label("squares"),
        _sum(product).label("products"),
    )


def _sum(column: Column) -> Column:
    """A sum that stays a whole number: PostgreSQL makes a decimal of it."""
    return cast(func.sum(column), BigInteger)


_STEPS: Final = _summed(_steps())
_CARTS: Final = _summed(_cart_rows())
