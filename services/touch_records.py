"""The records that tell of touches: what each table's rows read as, once for journeys and for counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    String,
    case,
    false,
    func,
    literal_column,
    select,
    true,
)

from services.programme.touchpoints import RecordKind, TouchKind
from services.storage.tables import answers, carts, cases, exchanges, orders, returns, touches, visits

Column = ColumnElement[Any]


def said(word: str) -> Column:
    """A fixed word, written into the statement: nothing that a caller says."""
    return literal_column(f"'{word}'", String())


NONE: Final = said("")
ZERO: Final[Column] = literal_column("0", Integer())
NO: Final[Column] = false()
EVERY: Final[Column] = true()


@dataclass(frozen=True, slots=True)
class Record:
    """A table whose rows are touches; the columns as in a journey's `Touch`.

    key: what tells rows of one source apart.
    """

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


def record_of(kind: RecordKind, table: Any, touchpoint: str, **columns: Any) -> Record:
    """A table of which every row is a touch of one kind, at one touchpoint. columns: fields of `Record`."""
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
VISITS: Final = record_of(
    RecordKind.VISIT,
    visits,
    "store_visit",
    at=visits.c.entered_at,
    key=visits.c.visit_id,
    channel=said("STORE"),
    subject=visits.c.store,
)
CARTS: Final = record_of(
    RecordKind.CART,
    carts,
    "cart",
    at=carts.c.started_at,
    key=carts.c.cart_id,
    channel=carts.c.started_channel,
    subject=carts.c.order_channel,
    word=carts.c.state,
)
ORDERS: Final = record_of(
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
RETURNS: Final = record_of(
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
EXCHANGES: Final = record_of(
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
ANSWERS: Final = record_of(
    RecordKind.ANSWER,
    answers,
    "survey",
    at=answers.c.answered_at,
    key=answers.c.answer_id,
    word=answers.c.survey,
    number=answers.c.answer,
    numbered=True,
)
CASES: Final = record_of(
    RecordKind.CASE, cases, "case", at=cases.c.opened_at, key=cases.c.case_id, word=cases.c.cause
)
