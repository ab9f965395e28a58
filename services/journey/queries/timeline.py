"""SQL of timelines: of each record one page of a customer's rows through an index, merged by time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, or_, tuple_

from services.journey.queries.consents import find_agreed
from services.journey.queries.records import ALL, BEGAN_TOUCH, CONTACTS, SINCE, UNTIL, touchpoint_is
from services.journey.rules.context import Agreed
from services.journey.rules.touches import Position, Timeline, Touch, Wanted, at_stages, position_of
from services.programme.touchpoints import Touchpoint
from services.storage.columns import Instant
from services.touch_records import TOUCHES, VISITS, Record

_CUSTOMER: Any = bindparam("customer")
_AT: Any = bindparam("at", type_=Instant())

Places = Sequence[tuple[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Page:
    """Which touches of a customer to read: those beyond a position, or from an end of the window."""

    customer_id: str
    wanted: Wanted
    size: int
    position: Position | None = None
    newer: bool = False  # what happened after the position, else before it


def find_timeline(connection: Connection, page: Page, known: Mapping[str, Touchpoint]) -> Timeline | None:
    """The page; None for a customer who is not known."""
    agreed = find_agreed(connection, page.customer_id)
    if agreed is None:
        return None
    found = list(islice(_merged(connection, page, known, agreed), page.size + 1))
    touches = found[: page.size]
    if page.newer:
        touches.reverse()
    return _between(touches, page, more=len(found) > page.size, visits_left_out=not agreed.presence)


def find_last_begun(
    connection: Connection, customer_id: str, until: datetime, agreed: Agreed
) -> Touch | None:
    """The latest touch that the customer began in a channel that is told."""
    page = Page(customer_id, Wanted.up_to(until), 1)
    found = (
        touch
        for record in CONTACTS
        if agreed.presence or record is not VISITS
        for touch in _rows(connection, record, page, BEGAN_TOUCH if record is TOUCHES else None)
    )
    return max(found, key=_moment, default=None)


def _merged(
    connection: Connection, page: Page, known: Mapping[str, Touchpoint], agreed: Agreed
) -> Iterator[Touch]:
    """The touches of all records, in the order of reading."""
    wanted = page.wanted
    places = at_stages(known, wanted.stages) if wanted.stages else None
    found = [
        _rows(connection, record, page, _fits(record, wanted, places))
        for record in ALL
        if (agreed.presence or record is not VISITS) and (not wanted.kinds or record.kinds & wanted.kinds)
    ]
    return merge(*found, key=_moment, reverse=not page.newer)


def _moment(touch: Touch) -> tuple[datetime, int]:
    """Within one moment and record the database has sorted already."""
    return touch.occurred_at, touch.rank


def _between(touches: Sequence[Touch], page: Page, *, more: bool, visits_left_out: bool) -> Timeline:
    """The page with what lies on either side of it; where its position lies there is something for sure."""
    if not touches:
        return Timeline((), None, None, visits_left_out)
    is_more = {page.newer: more, not page.newer: page.position is not None}
    return Timeline(
        tuple(touches),
        position_of(touches[-1]) if is_more[False] else None,
        position_of(touches[0]) if is_more[True] else None,
        visits_left_out,
    )


def _fits(record: Record, wanted: Wanted, places: Places | None) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.kinds and len(record.kinds) > 1:
        conditions.append(record.kind.in_(sorted(wanted.kinds)))
    if wanted.channels:
        conditions.append(record.channel.in_(sorted(wanted.channels)))
    if places is not None:
        conditions.append(touchpoint_is(record.touchpoint, record.channel, places))
    return and_(True, *conditions)


def _rows(
    connection: Connection, record: Record, page: Page, fits: ColumnElement[bool] | None
) -> list[Touch]:
    """Up to one touch of a record more than the page holds, in the order of reading."""
    query = page_query(record, page, connection.dialect.name)
    if fits is not None:
        query = query.where(fits)
    names: dict[str, Any] = {"customer": page.customer_id, "since": page.wanted.window.begins_after}
    names |= {"until": page.wanted.window.until, "at": _bound(page)}
    rows = connection.execute(query.limit(page.size + 1), names)
    return [Touch(record.rank, record.name, at, source, str(key), *rest) for at, source, key, *rest in rows]


def _bound(page: Page) -> datetime:
    """Where an index begins to be read."""
    window = page.wanted.window
    if page.position is None:
        return window.begins_after if page.newer else window.until
    return page.position.at


def page_query(record: Record, page: Page, dialect: str) -> Select[Any]:
    """A customer's rows of one record beyond the page's position, in the order of reading.

    On PostgreSQL as a range of the index (customer, time): given `customer =` it may rather walk over the
    touches of everybody to look for a customer whom it knows as frequent, and who may have been quiet since.
    """
    place = (record.customer, record.at, *record.identity)
    query = record.select(*record.columns).where(record.at > SINCE, record.at <= UNTIL)
    query = query.order_by(*(column.asc() if page.newer else column.desc() for column in place))
    query = query.where(*_own(record, dialect, newer=page.newer))
    if page.position is not None:
        query = query.where(_beyond(record, page.position, newer=page.newer))
    return query


def _own(record: Record, dialect: str, *, newer: bool) -> tuple[ColumnElement[bool], ...]:
    customer, at = record.customer, record.at
    if dialect != "postgresql":
        return customer == _CUSTOMER, at >= _AT if newer else at <= _AT
    row, bound = tuple_(customer, at), tuple_(_CUSTOMER, _AT)
    return (row >= bound, customer <= _CUSTOMER) if newer else (row <= bound, customer >= _CUSTOMER)


def _beyond(record: Record, position: Position, *, newer: bool) -> ColumnElement[bool]:
    """Among those of the position's own moment; a later one of that moment stands in a higher record."""
    further = record.at > _AT if newer else record.at < _AT
    if record.rank != position.rank:
        return or_(further, record.at == _AT) if (record.rank > position.rank) == newer else further
    key = int(position.id) if record.numbered else position.id
    row, bound = tuple_(*record.identity), tuple_(*(position.source, key)[-len(record.identity) :])
    return or_(further, and_(record.at == _AT, row > bound if newer else row < bound))
