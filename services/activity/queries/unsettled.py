"""SQL of what is stored and has not taken effect: a page of returns and exchanges, the oldest first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Select,
    Subquery,
    bindparam,
    case,
    func,
    literal,
    select,
    tuple_,
    union_all,
)

from services.activity.queries.orders import OrderKey
from services.activity.queries.waiting import find_exchanges
from services.activity.rules.returns import ReturnLine
from services.activity.rules.unsettled import WaitingCounts, WaitingKind, WaitingPlace, WaitingRecord
from services.storage.sets import among
from services.storage.tables import open_units, orders, return_lines, returns, waiting_exchanges
from services.storage.tables.activity import HAS_UNMATCHED


@dataclass(frozen=True, slots=True)
class Goods:
    """What came back, and of which order; empty: none is named."""

    order_id: str
    lines: tuple[ReturnLine, ...]


_RETURNS: Final = select(
    returns.c.returned_at.label("happened_at"),
    literal(WaitingKind.RETURN.value).label("kind"),
    returns.c.source,
    returns.c.return_id.label("record_id"),
    returns.c.customer_id,
    literal("").label("refused"),
).where(HAS_UNMATCHED)
_EXCHANGES: Final = select(
    waiting_exchanges.c.exchanged_at.label("happened_at"),
    literal(WaitingKind.EXCHANGE.value).label("kind"),
    waiting_exchanges.c.source,
    waiting_exchanges.c.exchange_id.label("record_id"),
    waiting_exchanges.c.customer_id,
    waiting_exchanges.c.refused,
)


def _records(*, of_one: bool) -> Subquery:
    """All that waits, or a customer's alone."""
    parts: list[Select[Any]] = [_RETURNS, _EXCHANGES]
    if of_one:
        parts = [part.where(part.selected_columns.customer_id == bindparam("customer")) for part in parts]
    return union_all(*parts).subquery("record")


_PLACE: Final = tuple(WaitingPlace.__dataclass_fields__)
_GOES_TO: Final = (
    select(func.coalesce(func.sum(return_lines.c.quantity), 0))
    .where(
        return_lines.c.return_id == open_units.c.return_id,
        return_lines.c.source == open_units.c.source,
        return_lines.c.sku == open_units.c.sku,
    )
    .scalar_subquery()
)
_UNITS: Final = (
    select(
        open_units.c.source,
        open_units.c.return_id,
        open_units.c.order_id,
        open_units.c.sku,
        # Of a return that names no order all units are open, also those that an order explains for now.
        (open_units.c.quantity - case((open_units.c.order_id == "", _GOES_TO), else_=0)).label("waiting"),
    )
    .where(among(open_units.c.return_id, "ids"))
    .order_by(open_units.c.source, open_units.c.return_id, open_units.c.sku)
)
_KNOWN: Final = select(orders.c.source, orders.c.order_id).where(among(orders.c.order_id, "ids"))


def list_unsettled(
    connection: Connection, customer_id: str, after: WaitingPlace | None, limit: int
) -> list[WaitingRecord]:
    """What has not taken effect, the oldest first; of one customer when `customer_id` is not empty."""
    record = _records(of_one=bool(customer_id)).c
    place = [record[name] for name in _PLACE]
    query = select(*place, record.customer_id, record.refused).order_by(*place).limit(limit)
    if after is not None:
        query = query.where(tuple_(*place) > astuple(after))
    return _completed(connection, connection.execute(query, {"customer": customer_id}).all())


def count_unsettled(connection: Connection, customer_id: str = "") -> WaitingCounts:
    record = _records(of_one=bool(customer_id)).c
    query = select(func.count(), func.coalesce(func.sum(case((record.refused != "", 1), else_=0)), 0))
    return WaitingCounts(*map(int, connection.execute(query, {"customer": customer_id}).one()))


def _completed(connection: Connection, page: Sequence[Any]) -> list[WaitingRecord]:
    """The records of a page with their goods, and whether their orders are known."""
    places = [WaitingPlace(*row[: len(_PLACE)]) for row in page]
    goods = _of_returns(connection, places) | _of_exchanges(connection, places)
    known = _known_orders(connection, goods)
    return [_record(place, row, goods[place], known) for place, row in zip(places, page, strict=True)]


def _record(place: WaitingPlace, row: Any, goods: Goods, known: Collection[OrderKey]) -> WaitingRecord:
    is_known = (place.source, goods.order_id) in known
    return WaitingRecord(place, row.customer_id, goods.order_id, is_known, row.refused, goods.lines)


def _of_returns(connection: Connection, places: Sequence[WaitingPlace]) -> dict[WaitingPlace, Goods]:
    wanted = {(one.source, one.record_id): one for one in places if one.kind == WaitingKind.RETURN}
    found: dict[WaitingPlace, Goods] = {}
    rows = connection.execute(_UNITS, {"ids": sorted(return_id for _, return_id in wanted)})
    for source, return_id, order_id, sku, waiting in rows:
        place = wanted.get((source, return_id))
        if place is not None and waiting > 0:
            lines = found[place].lines if place in found else ()
            found[place] = Goods(order_id, (*lines, ReturnLine(sku, int(waiting))))
    return found


def _of_exchanges(connection: Connection, places: Sequence[WaitingPlace]) -> dict[WaitingPlace, Goods]:
    wanted = {(one.source, one.record_id): one for one in places if one.kind == WaitingKind.EXCHANGE}
    found = find_exchanges(connection, wanted)
    return {wanted[key]: Goods(one.order_id, one.returned) for key, one in found.items()}


def _known_orders(connection: Connection, goods: Mapping[WaitingPlace, Goods]) -> set[OrderKey]:
    """The orders among those named that are stored, and some of other shops with their ids."""
    rows = connection.execute(_KNOWN, {"ids": sorted({one.order_id for one in goods.values()})})
    return {(source, order_id) for source, order_id in rows}
