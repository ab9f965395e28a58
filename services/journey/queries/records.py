"""The records that tell of touches: what each table's rows read as, once for timelines and reports."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)

from services.journey.rules.touches import POINTS_KINDS, RecordKind
from services.programme.touchpoints import INITIATED_KINDS, TouchKind
from services.storage.columns import Instant
from services.storage.tables import (
    answers,
    carts,
    cases,
    consents,
    exchanges,
    invitations,
    movements,
    orders,
    reminders,
    returns,
    touches,
    visits,
)

Column = ColumnElement[Any]


def said(word: str) -> Column:
    """A fixed word, written into the statement: nothing that a caller says."""
    return literal_column(f"'{word}'", String())


NONE: Final = said("")
ZERO: Final[Column] = literal_column("0", Integer())
NO: Final[Column] = false()
EVERY: Final[Column] = true()
SINCE: Final[Any] = bindparam("since", type_=Instant())
UNTIL: Final[Any] = bindparam("until", type_=Instant())


@dataclass(frozen=True, slots=True)
class Record:
    """A table whose rows are touches; the columns as in `Touch`. key: what tells rows of one source apart."""

    name: str
    rank: int
    rows: FromClause
    customer: Column
    at: Column
    key: Column
    kind: Column
    touchpoint: Column
    name_of_all: str  # the touchpoint's name; empty: each row has its own
    kinds: frozenset[str]
    source: Column = NONE
    channel: Column = NONE
    subject: Column = NONE
    word: Column = NONE
    number: Column = ZERO
    outbound: Column = NO
    only: Column = EVERY
    numbered: bool = False  # the key is a number

    @property
    def identity(self) -> tuple[Column, ...]:
        """What tells its rows apart; our own records have no source."""
        return (self.key,) if self.source is NONE else (self.source, self.key)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The fields of `Touch` that a row holds, in their order."""
        return (
            self.at.label("at"),
            self.source.label("source"),
            self.key.label("key"),
            self.kind.label("kind"),
            self.channel.label("channel"),
            self.touchpoint.label("touchpoint"),
            self.subject.label("subject"),
            self.word.label("word"),
            self.number.label("number"),
            self.outbound.label("outbound"),
        )

    def select(self, *columns: Column) -> Select[Any]:
        return select(*columns).select_from(self.rows).where(self.only)


def agrees(customer: Column, kind: str) -> Column:
    """Whether the customer's latest decision on a kind of consent is a yes."""
    return (
        select(consents.c.granted)
        .where(consents.c.customer_id == customer, consents.c.kind == kind)
        .order_by(consents.c.consent_id.desc())
        .limit(1)
        .scalar_subquery()
        .is_(True)
    )


def touchpoint_is(
    name: Column, channel: Column, places: Collection[tuple[str, tuple[str, ...]]]
) -> ColumnElement[bool]:
    """Whether it is one of these touchpoints in a channel where it counts; no channels: everywhere."""
    everywhere = sorted(one for one, channels in places if not channels)
    found = [and_(name == one, channel.in_(channels)) for one, channels in places if channels]
    return or_(name.in_(everywhere), *found)


def _one(kind: RecordKind, table: Any, touchpoint: str, **columns: Any) -> Record:
    rank = 1 + list(RecordKind).index(kind)
    filled = {"rows": table, "customer": table.c.customer_id, "kind": said(kind), **columns}
    return Record(
        table.name,
        rank,
        touchpoint=said(touchpoint),
        name_of_all=touchpoint,
        kinds=frozenset({kind}),
        **filled,
    )


_NEW_GOODS = orders.alias("new_goods")
_BY_EXCHANGE = exchanges.alias("by_exchange")

TOUCHES: Final = Record(
    name=touches.name,
    rank=0,
    rows=touches,
    customer=touches.c.customer_id,
    at=touches.c.occurred_at,
    source=touches.c.source,
    key=touches.c.event_id,
    kind=touches.c.kind,
    channel=touches.c.channel,
    touchpoint=case((touches.c.touchpoint == NONE, func.lower(touches.c.kind)), else_=touches.c.touchpoint),
    name_of_all="",
    kinds=frozenset(TouchKind),
    subject=touches.c.subject,
    outbound=touches.c.outbound,
)
VISITS: Final = _one(
    RecordKind.VISIT,
    visits,
    "store_visit",
    at=visits.c.entered_at,
    key=visits.c.visit_id,
    channel=said("STORE"),
    subject=visits.c.store,
)
CARTS: Final = _one(
    RecordKind.CART,
    carts,
    "cart",
    at=carts.c.started_at,
    key=carts.c.cart_id,
    channel=carts.c.started_channel,
    subject=carts.c.order_channel,
    word=carts.c.state,
)
ORDERS: Final = _one(
    RecordKind.ORDER,
    orders,
    "order",
    at=orders.c.placed_at,
    source=orders.c.source,
    key=orders.c.order_id,
    channel=orders.c.channel,
    word=orders.c.currency,
    number=orders.c.total_minor,
    only=orders.c.replaces == NONE,
)
RETURNS: Final = _one(
    RecordKind.RETURN,
    returns,
    "return",
    at=returns.c.returned_at,
    source=returns.c.source,
    key=returns.c.return_id,
    number=returns.c.refund_minor,
    only=~select(_BY_EXCHANGE.c.exchange_id)
    .where(
        _BY_EXCHANGE.c.customer_id == returns.c.customer_id,
        _BY_EXCHANGE.c.source == returns.c.source,
        _BY_EXCHANGE.c.return_id == returns.c.return_id,
    )
    .exists(),
)
EXCHANGES: Final = _one(
    RecordKind.EXCHANGE,
    exchanges,
    "exchange",
    rows=exchanges.outerjoin(
        _NEW_GOODS,
        (_NEW_GOODS.c.source == exchanges.c.source) & (_NEW_GOODS.c.order_id == exchanges.c.order_id),
    ),
    at=exchanges.c.exchanged_at,
    source=exchanges.c.source,
    key=exchanges.c.exchange_id,
    channel=func.coalesce(_NEW_GOODS.c.channel, NONE),
)
SURVEYS_SENT: Final = _one(
    RecordKind.SURVEY_SENT,
    invitations,
    "survey_sent",
    at=invitations.c.sent_at,
    key=invitations.c.invitation_id,
    word=invitations.c.kind,
    only=invitations.c.sent_at.is_not(None),
)
ANSWERS: Final = _one(
    RecordKind.ANSWER,
    answers,
    "survey",
    at=answers.c.answered_at,
    key=answers.c.answer_id,
    word=answers.c.survey,
    number=answers.c.answer,
    numbered=True,
)
CASES: Final = _one(
    RecordKind.CASE, cases, "case", at=cases.c.opened_at, key=cases.c.case_id, word=cases.c.cause
)
POINTS: Final = _one(
    RecordKind.POINTS,
    movements,
    "points",
    at=movements.c.effective_at,
    key=movements.c.movement_id,
    word=movements.c.kind,
    number=movements.c.points,
    only=movements.c.kind.in_(POINTS_KINDS),
    numbered=True,
)
REMINDERS: Final = _one(
    RecordKind.REMINDER,
    reminders,
    "reminder",
    at=reminders.c.sent_at,
    key=reminders.c.reminder_id,
    subject=reminders.c.title,
    only=reminders.c.sent_at.is_not(None),
)

ALL: Final = (
    TOUCHES,
    VISITS,
    CARTS,
    ORDERS,
    RETURNS,
    EXCHANGES,
    SURVEYS_SENT,
    ANSWERS,
    CASES,
    POINTS,
    REMINDERS,
)
BEGAN_TOUCH: Final = and_(touches.c.kind.in_(sorted(INITIATED_KINDS)), ~touches.c.outbound)
CONTACTS: Final = (
    TOUCHES,
    VISITS,
    CARTS,
    ORDERS,
    EXCHANGES,
)  # begun in a channel that is told
_CAME_IN: Final = case(  # see `initiated_channel`
    (touches.c.kind == TouchKind.NEWSLETTER_CLICKED.value, said("EMAIL")), else_=touches.c.channel
)
COUNTED_VISIT: Final = agrees(visits.c.customer_id, "PRESENCE")


def begun(record: Record, *columns: Column) -> Select[Any]:
    """What customers began, within the window; visits only of those who agree to PRESENCE."""
    found = record.select(*columns).where(within(record.at))
    if record is TOUCHES:
        found = found.where(BEGAN_TOUCH)
    return found.where(COUNTED_VISIT) if record is VISITS else found


def came_in(record: Record) -> Column:
    """The channel in which the customer came."""
    return _CAME_IN if record is TOUCHES else record.channel


def within(at: Column, until: Column = UNTIL) -> ColumnElement[bool]:
    """Inside the window. Reads the whole table: to fetch the rows of months by an index would cost more."""
    unindexed = at + literal_column("0")
    return and_(unindexed > SINCE, unindexed <= until)
