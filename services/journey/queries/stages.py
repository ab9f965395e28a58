"""SQL of the stage report: of each customer the first and last moment of each step, then the counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
    null,
    select,
    type_coerce,
    union,
    union_all,
)

from services.journey.queries.records import CONTACTS, begun, came_in, touchpoint_is
from services.journey.rules.stages import PATHS, Counted, Path, Step
from services.journey.rules.touches import at_stages
from services.programme.touchpoints import Stage, Touchpoint
from services.purchases import kept_orders
from services.storage.tables import scores
from services.touch_records import ANSWERS, CARTS, EXCHANGES, RETURNS, TOUCHES, VISITS, Column
from services.windows import Window

BESIDE_THE_SALE: Final = (TOUCHES, VISITS, RETURNS, EXCHANGES, ANSWERS)  # what may lie before it or after
FIGURES: Final = ("before", "cart_first", "cart_last", "order_first", "order_last", "after_first", "orders")


def count_steps(
    connection: Connection, window: Window, known: Mapping[str, Touchpoint], channel: str, segment: str
) -> Counted:
    """How many customers did what. channel, segment: only those who came in it, who are in it; or empty."""
    person = _persons(known, channel, segment).subquery("person").c
    reached, went_on = _reached(person), _went_on(person)
    wanted = [*reached.values(), *went_on.values()]
    sums = (func.coalesce(func.sum(case((one, 1), else_=0)), 0) for one in wanted)
    names = {"since": window.begins_after, "until": window.until}
    row = [int(one) for one in connection.execute(select(*sums), names).one()]
    return Counted(
        dict(zip(reached, row, strict=False)), dict(zip(went_on, row[len(reached) :], strict=True))
    )


def _reached(person: Any) -> dict[Step, ColumnElement[bool]]:
    return {
        Step.BEFORE: person.before.is_not(None),
        Step.CART: person.cart_first.is_not(None),
        Step.ORDER: person.order_first.is_not(None),
        Step.AFTER: person.after_first.is_not(None),
        Step.REPEAT: person.orders >= 2,
    }


def _went_on(person: Any) -> dict[Path, ColumnElement[bool]]:
    """There is a later step when its last moment is not before the first moment of the earlier one."""
    found = {
        (Step.BEFORE, Step.CART): person.cart_last >= person.before,
        (Step.CART, Step.ORDER): person.order_last >= person.cart_first,
        (Step.ORDER, Step.AFTER): person.after_first.is_not(None),  # counted from the first order on
        (Step.AFTER, Step.REPEAT): and_(person.orders >= 2, person.order_last >= person.after_first),
        (Step.BEFORE, Step.ORDER): person.order_last >= person.before,
        (Step.ORDER, Step.REPEAT): person.orders >= 2,
    }
    return {path: found[path] for path in PATHS}


def _persons(known: Mapping[str, Touchpoint], channel: str, segment: str) -> Select[Any]:
    """One row per customer: microseconds of the moments, null where there is none."""
    bought = _bought()
    parts = union_all(
        _row(_of_stage(known, Stage.BEFORE), before="first"),
        _row(_carts(), cart_first="first", cart_last="last"),
        _row(bought, order_first="first", order_last="last", orders="orders"),
        _row(_after(known, bought), after_first="first"),
    ).subquery("part")
    columns = (func.max(parts.c[name]).label(name) for name in FIGURES)
    found = select(parts.c.customer_id, *columns).group_by(parts.c.customer_id)
    if channel:
        found = found.where(parts.c.customer_id.in_(_who_came_in(channel)))
    if segment:
        of_segment = select(scores.c.customer_id).where(scores.c.segment == segment)
        found = found.where(parts.c.customer_id.in_(of_segment))
    return found


def _row(rows: CTE, **columns: str) -> Select[Any]:
    """The rows with the figures named; all others are null."""
    named = (
        rows.c[columns[name]].label(name) if name in columns else cast(null(), BigInteger).label(name)
        for name in FIGURES
    )
    return select(rows.c.customer_id, *named)


def _bought() -> CTE:
    kept = kept_orders(since=True)
    number = cast(func.count(), Integer).label("orders")
    moments = _moments(kept.c.placed_at)
    return select(kept.c.customer_id, *moments, number).group_by(kept.c.customer_id).cte("bought")


def _carts() -> CTE:
    found = begun(CARTS, CARTS.customer.label("customer_id"), *_moments(CARTS.at))
    return found.group_by(CARTS.customer).cte("filled")


def _moments(at: Column) -> tuple[Column, Column]:
    count = type_coerce(at, BigInteger)
    return func.min(count).label("first"), func.max(count).label("last")


def _events(known: Mapping[str, Touchpoint], stage: Stage) -> Any:
    """What customers began at the touchpoints of a stage: customer_id, at."""
    places = at_stages(known, {stage})
    names = {name for name, _ in places}
    found = [
        begun(one, one.customer.label("customer_id"), type_coerce(one.at, BigInteger).label("at")).where(
            touchpoint_is(one.touchpoint, one.channel, places)
        )
        for one in BESIDE_THE_SALE
        if one is TOUCHES or one.name_of_all in names
    ]
    return union_all(*found).subquery(f"events_{stage.lower()}")


def _of_stage(known: Mapping[str, Touchpoint], stage: Stage) -> CTE:
    event = _events(known, stage).c
    first = func.min(event.at).label("first")
    return select(event.customer_id, first).group_by(event.customer_id).cte("looked")


def _after(known: Mapping[str, Touchpoint], bought: CTE) -> CTE:
    """From each customer's first order on."""
    event = _events(known, Stage.AFTER).c
    first = func.min(event.at).label("first")
    found = select(event.customer_id, first).join(bought, bought.c.customer_id == event.customer_id)
    return found.where(event.at >= bought.c.first).group_by(event.customer_id).cte("met_after")


def _who_came_in(channel: str) -> Any:
    found = (begun(one, one.customer).where(came_in(one) == channel) for one in CONTACTS)
    return union(*found)
