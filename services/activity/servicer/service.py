"""`ActivityService`: message -> value -> message."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final

from grpc.aio import ServicerContext
from regulars.activity.v1 import activity_service_pb2 as pb
from regulars.activity.v1 import activity_service_pb2_grpc as pb_grpc
from regulars.types.v1.money_pb2 import Money

from services.activity.queries.touchpoints import count_touchpoints
from services.activity.queries.unsettled import count_unsettled, list_unsettled
from services.activity.rules.touchpoints import by_touchpoint
from services.activity.servicer.batches import Batch
from services.activity.servicer.records import cart_of, exchange_of, order_of, return_of, touch_of
from services.activity.servicer.touchpoints import report_message
from services.activity.servicer.unsettled import place_of, waiting_message
from services.activity.use_cases.carts import update_carts
from services.activity.use_cases.events import record_events
from services.activity.use_cases.exchanges import record_exchanges
from services.activity.use_cases.orders import record_orders
from services.activity.use_cases.returns import record_returns
from services.programme.touchpoints import registry
from services.rpc.figures import window_ends
from services.rpc.wire import page_size, request_key, stamp
from services.storage.database import Database
from services.storage.unit import UseCase
from services.windows import report_window

Context = ServicerContext[Any, Any]

# What a record may be: how it is read and stored. In this order, what others refer to comes first, which
# saves work: whatever comes too early waits.
RECORDS: Final[Mapping[str, tuple[Callable[[Any], Any], UseCase[Any, Any]]]] = {
    "order": (order_of, record_orders),
    "order_return": (return_of, record_returns),
    "exchange": (exchange_of, record_exchanges),
    "cart": (cart_of, update_carts),
    "event": (touch_of, record_events),
}


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
            waits=answer.waits,
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
            waits=answer.waits,
        )

    async def RecordOrders(
        self, requests: AsyncIterator[pb.RecordOrdersRequest], context: Context
    ) -> AsyncIterator[pb.RecordOrdersResponse]:
        del context
        async for request in requests:
            yield await self._record_batch(request)

    async def _record_batch(self, request: pb.RecordOrdersRequest) -> pb.RecordOrdersResponse:
        batch = Batch()
        found: dict[str, list[tuple[int, Any]]] = {kind: [] for kind in RECORDS}
        for index, record in batch.numbered(request.records):
            kind = record.WhichOneof("record")
            found[kind] += batch.parsed(index, getattr(record, kind), RECORDS[kind][0], f"{kind}.")
        for kind, values in found.items():
            within = "cart." if kind == "cart" else ""  # its use case speaks as UpdateCart's request does
            await batch.write(self._database, RECORDS[kind][1], values, within)
        return pb.RecordOrdersResponse(
            batch_id=request.batch_id,
            inserted=batch.inserted,
            duplicates=batch.duplicates,
            rejected=batch.rejections(),
            unmatched_units=batch.unmatched_units,
            waiting=batch.waiting,
        )

    async def UpdateCart(self, request: pb.UpdateCartRequest, context: Context) -> pb.UpdateCartResponse:
        del context
        answer = await self._database.write(update_carts, cart_of(request), request_key(request))
        state = f"CART_STATE_{answer.state}"
        return pb.UpdateCartResponse(state=state, abandoned_at=stamp(answer.abandoned_at))

    async def RecordEvent(self, request: pb.RecordEventRequest, context: Context) -> pb.RecordEventResponse:
        del context
        duplicate = await self._database.write(record_events, touch_of(request.event), request_key(request))
        return pb.RecordEventResponse(duplicate=duplicate)

    async def RecordEvents(
        self, requests: AsyncIterator[pb.RecordEventsRequest], context: Context
    ) -> AsyncIterator[pb.RecordEventsResponse]:
        del context
        async for request in requests:
            batch = Batch()
            values = [
                found
                for index, event in batch.numbered(request.events, within="event.")
                for found in batch.parsed(index, event, touch_of, "event.")
            ]
            await batch.write(self._database, record_events, values)
            yield pb.RecordEventsResponse(
                batch_id=request.batch_id,
                inserted=batch.inserted,
                duplicates=batch.duplicates,
                rejected=batch.rejections(),
            )

    async def ListWaiting(self, request: pb.ListWaitingRequest, context: Context) -> pb.ListWaitingResponse:
        del context
        size, after = page_size(request.page_size), place_of(request.page_token)
        customer_id = self._database.survivor(request.customer_id)
        found = await self._database.fetch(list_unsettled, customer_id, after, size + 1)
        counts = await self._database.fetch(count_unsettled, customer_id)
        return waiting_message(found[:size], counts, more=len(found) > size)

    async def ListTouchpoints(
        self, request: pb.ListTouchpointsRequest, context: Context
    ) -> pb.ListTouchpointsResponse:
        del context
        window = report_window(*window_ends(request.window), self._database.clock.now())
        met = await self._database.fetch(count_touchpoints, window)
        known = registry(self._database.programme.touchpoints)
        return report_message(by_touchpoint(known, met, window))
