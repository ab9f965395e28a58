"""`ActivityService`: message -> value -> message."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.message import Message
from grpc.aio import ServicerContext
from regulars.activity.v1 import activity_service_pb2 as pb
from regulars.activity.v1 import activity_service_pb2_grpc as pb_grpc
from regulars.types.v1.channel_pb2 import Channel
from regulars.types.v1.money_pb2 import Money

from services.activity.rules.carts import Cart, CartLine
from services.activity.rules.exchanges import Exchange
from services.activity.rules.orders import Order, OrderLine, OrderRecorded
from services.activity.rules.returns import Return, ReturnLine, ReturnRecorded
from services.activity.rules.sessions import Session
from services.activity.use_cases.carts import update_carts
from services.activity.use_cases.exchanges import record_exchanges
from services.activity.use_cases.orders import record_orders
from services.activity.use_cases.returns import record_returns
from services.activity.use_cases.sessions import record_sessions
from services.errors import InvalidError, RegularsError
from services.rpc.validation import first_problem
from services.rpc.wire import SOURCE_DEFAULT, moment, request_key, short_name, stamp
from services.storage.database import Database

Context = ServicerContext[Any, Any]


class ActivityServicer(pb_grpc.ActivityServiceServicer):
    """Takes in what customers do."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def RecordOrder(self, request: pb.RecordOrderRequest, context: Context) -> pb.RecordOrderResponse:
        del context
        answer = await self._database.write(record_orders, order_of(request.order), request_key(request))
        return pb.RecordOrderResponse(
            duplicate=answer.duplicate, total=Money(amount_minor=answer.total_minor, currency=answer.currency)
        )

    async def RecordReturn(
        self, request: pb.RecordReturnRequest, context: Context
    ) -> pb.RecordReturnResponse:
        del context
        back = return_of(request.order_return)
        answer = await self._database.write(record_returns, back, request_key(request))
        currency = self._database.programme.currency
        return pb.RecordReturnResponse(
            duplicate=answer.duplicate,
            refund=Money(amount_minor=answer.refund_minor, currency=currency),
            unmatched_units=answer.unmatched_units,
        )

    async def RecordExchange(
        self, request: pb.RecordExchangeRequest, context: Context
    ) -> pb.RecordExchangeResponse:
        del context
        exchange = exchange_of(request.exchange)
        answer = await self._database.write(record_exchanges, exchange, request_key(request))
        currency = exchange.currency
        return pb.RecordExchangeResponse(
            duplicate=answer.duplicate,
            returned=Money(amount_minor=answer.returned_minor, currency=currency),
            taken=Money(amount_minor=answer.taken_minor, currency=currency),
        )

    async def RecordOrders(
        self, requests: AsyncIterator[pb.RecordOrdersRequest], context: Context
    ) -> AsyncIterator[pb.RecordOrdersResponse]:
        del context
        async for request in requests:
            yield await self._record_batch(request)

    async def _record_batch(self, request: pb.RecordOrdersRequest) -> pb.RecordOrdersResponse:
        """Orders first: a return looks only for purchases before its own time, so nothing is lost by it."""
        batch = Batch()
        orders, returns = sorted_records(request, batch)
        for index, answer in await self._write(record_orders, orders):
            batch.count(index, answer)
        for index, answer in await self._write(record_returns, returns):
            batch.count(index, answer)
        return pb.RecordOrdersResponse(
            batch_id=request.batch_id,
            inserted=batch.inserted,
            duplicates=batch.duplicates,
            rejected=batch.rejections(),
            unmatched_units=batch.unmatched_units,
        )

    async def _write(self, use_case: Any, numbered: Sequence[tuple[int, Any]]) -> Iterator[tuple[int, Any]]:
        answers = await self._database.write_all(use_case, [value for _, value in numbered])
        return zip((index for index, _ in numbered), answers, strict=True)

    async def UpdateCart(self, request: pb.UpdateCartRequest, context: Context) -> pb.UpdateCartResponse:
        del context
        answer = await self._database.write(update_carts, cart_of(request), request_key(request))
        state = f"CART_STATE_{answer.state}"
        return pb.UpdateCartResponse(state=state, abandoned_at=stamp(answer.abandoned_at))

    async def RecordSessions(
        self, requests: AsyncIterator[pb.RecordSessionsRequest], context: Context
    ) -> AsyncIterator[pb.RecordSessionsResponse]:
        del context
        async for request in requests:
            batch = Batch()
            numbered = [
                (index, session)
                for index, record in enumerate(request.sessions)
                if (session := batch.legible(index, record, session_of)) is not None
            ]
            for index, answer in await self._write(record_sessions, numbered):
                batch.count(index, answer)
            yield pb.RecordSessionsResponse(
                batch_id=request.batch_id,
                inserted=batch.inserted,
                duplicates=batch.duplicates,
                rejected=batch.rejections(),
            )


@dataclass(slots=True)
class Batch:
    """What became of the records of a batch so far."""

    inserted: int = 0
    duplicates: int = 0
    unmatched_units: int = 0
    refused: dict[int, RegularsError] = field(default_factory=dict)

    def legible(self, index: int, record: Message, parse: Any) -> Any:
        """The record as a value; None when it breaks a rule, which is noted."""
        problem = first_problem(record)
        try:
            value = None if problem else parse(record)
        except InvalidError as error:
            problem = error
        if problem is not None:
            self.refused[index] = problem
            return None
        return value

    def count(self, index: int, answer: OrderRecorded | ReturnRecorded | RegularsError | bool) -> None:
        if isinstance(answer, RegularsError):
            self.refused[index] = answer
            return
        duplicate = answer if isinstance(answer, bool) else answer.duplicate
        self.duplicates += duplicate
        self.inserted += not duplicate
        if isinstance(answer, ReturnRecorded):  # of a repeat too: the answer before may have been lost
            self.unmatched_units += answer.unmatched_units

    def rejections(self) -> list[pb.Rejection]:
        return [
            pb.Rejection(index=index, reason=error.reason, field=error.field, message=error.message)
            for index, error in sorted(self.refused.items())
        ]


Numbered = list[tuple[int, Any]]


def sorted_records(request: pb.RecordOrdersRequest, batch: Batch) -> tuple[Numbered, Numbered]:
    """The legible orders and returns of a batch, each with its position."""
    orders: Numbered = []
    returns: Numbered = []
    for index, record in enumerate(request.records):
        is_order = record.HasField("order")
        value = batch.legible(index, record, order_of_record if is_order else return_of_record)
        if value is not None:
            (orders if is_order else returns).append((index, value))
    return orders, returns


def order_of_record(record: pb.OrderRecord) -> Order:
    return order_of(record.order)


def return_of_record(record: pb.OrderRecord) -> Return:
    return return_of(record.order_return)


def order_of(message: pb.Order) -> Order:
    return Order(
        message.source or SOURCE_DEFAULT,
        message.order_id,
        message.customer_id,
        moment(message.placed_at),
        short_name(Channel, message.channel, "CHANNEL_"),
        message.currency,
        tuple(order_line_of(line) for line in message.lines),
        message.points_paid_minor,
    )


def order_line_of(line: pb.OrderLine) -> OrderLine:
    return OrderLine(
        line.sku, line.quantity, line.unit_price_minor, line.title, line.category, line.gift_card
    )


def return_of(message: pb.Return) -> Return:
    return Return(
        message.source or SOURCE_DEFAULT,
        message.return_id,
        message.order_id,
        message.customer_id,
        moment(message.returned_at),
        tuple(ReturnLine(line.sku, line.quantity) for line in message.lines),
    )


def exchange_of(message: pb.Exchange) -> Exchange:
    return Exchange(
        message.source or SOURCE_DEFAULT,
        message.exchange_id,
        message.customer_id,
        moment(message.exchanged_at),
        short_name(Channel, message.channel, "CHANNEL_"),
        message.order_id,
        tuple(ReturnLine(line.sku, line.quantity) for line in message.returned),
        message.new_order_id,
        tuple(order_line_of(line) for line in message.taken),
        message.currency,
        message.points_paid_minor,
    )


def cart_of(message: pb.UpdateCartRequest) -> Cart:
    return Cart(
        message.cart_id,
        message.customer_id,
        short_name(Channel, message.channel, "CHANNEL_"),
        message.currency,
        tuple(CartLine(line.sku, line.quantity, line.unit_price_minor, line.title) for line in message.lines),
        moment(message.changed_at),
    )


def session_of(message: pb.Session) -> Session:
    channel = short_name(Channel, message.channel, "CHANNEL_")
    return Session(
        message.session_id, message.customer_id, channel, moment(message.started_at), message.pages
    )
