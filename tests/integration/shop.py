"""A retailer's backend as the server sees one: callers with keys, messages to send, refusals to read."""

from __future__ import annotations

import asyncio
import inspect
import itertools
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import error_details_pb2, status_pb2
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.activity.v1 import activity_service_pb2_grpc
from regulars.earning.v1 import earning_service_pb2_grpc
from regulars.engagement.v1 import engagement_service_pb2 as engagement
from regulars.engagement.v1 import engagement_service_pb2_grpc, segments_service_pb2_grpc
from regulars.feedback.v1 import cases_service_pb2_grpc, feedback_service_pb2_grpc
from regulars.insights.v1 import insights_service_pb2_grpc
from regulars.journey.v1 import journey_service_pb2_grpc
from regulars.loyalty.v1 import loyalty_service_pb2 as loyalty
from regulars.loyalty.v1 import loyalty_service_pb2_grpc
from regulars.membership.v1 import membership_service_pb2 as membership
from regulars.membership.v1 import membership_service_pb2_grpc
from regulars.predictions.v1 import predictions_service_pb2_grpc
from regulars.presence.v1 import presence_service_pb2_grpc
from regulars.reminders.v1 import reminders_service_pb2 as reminders
from regulars.reminders.v1 import reminders_service_pb2_grpc
from regulars.rewards.v1 import rewards_service_pb2_grpc

from services.clock import SceneClock

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)  # a Tuesday, in winter time, far from quiet hours
CALL_SECONDS = 20.0  # a loaded machine answers in milliseconds; this only ends a hang
WEB = 1
STORE = 3

_numbers = itertools.count(1)


class ManualClock(SceneClock):
    """A scene clock that stands still until it is moved."""

    def __init__(self, moment: datetime = NOON) -> None:
        super().__init__(moment, speed=0.0)

    def advance(self, **span: float) -> datetime:
        self.move_to(self.now() + timedelta(**span))
        return self.now()


@dataclass(frozen=True)
class Caller:
    """Stubs of all services with the metadata of one key."""

    channel: grpc.aio.Channel
    metadata: tuple[tuple[str, str], ...]
    activity: Any = field(init=False)
    membership: Any = field(init=False)
    loyalty: Any = field(init=False)
    earning: Any = field(init=False)
    engagement: Any = field(init=False)
    segments: Any = field(init=False)
    presence: Any = field(init=False)
    reminders: Any = field(init=False)
    predictions: Any = field(init=False)
    feedback: Any = field(init=False)
    cases: Any = field(init=False)
    rewards: Any = field(init=False)
    insights: Any = field(init=False)
    journey: Any = field(init=False)

    def __post_init__(self) -> None:
        stubs = {
            "activity": activity_service_pb2_grpc.ActivityServiceStub,
            "membership": membership_service_pb2_grpc.MembershipServiceStub,
            "loyalty": loyalty_service_pb2_grpc.LoyaltyServiceStub,
            "earning": earning_service_pb2_grpc.EarningServiceStub,
            "engagement": engagement_service_pb2_grpc.EngagementServiceStub,
            "segments": segments_service_pb2_grpc.SegmentsServiceStub,
            "presence": presence_service_pb2_grpc.PresenceServiceStub,
            "reminders": reminders_service_pb2_grpc.RemindersServiceStub,
            "predictions": predictions_service_pb2_grpc.PredictionsServiceStub,
            "feedback": feedback_service_pb2_grpc.FeedbackServiceStub,
            "cases": cases_service_pb2_grpc.CasesServiceStub,
            "rewards": rewards_service_pb2_grpc.RewardsServiceStub,
            "insights": insights_service_pb2_grpc.InsightsServiceStub,
            "journey": journey_service_pb2_grpc.JourneyServiceStub,
        }
        for name, stub in stubs.items():
            object.__setattr__(self, name, stub(self.channel))

    async def call(self, method: Any, request: Any) -> Any:
        return await method(request, metadata=self.metadata, timeout=CALL_SECONDS)

    def stream(self, method: Any, requests: Iterable[Any] | AsyncIterable[Any]) -> Any:
        return method(requests, metadata=self.metadata, timeout=CALL_SECONDS)

    async def record_order(self, one: activity.Order, request_id: str = "") -> activity.RecordOrderResponse:
        request = activity.RecordOrderRequest(request_id=request_id or fresh_id("r"), order=one)
        answer: activity.RecordOrderResponse = await self.call(self.activity.RecordOrder, request)
        return answer

    async def record_return(
        self, one: activity.Return, request_id: str = ""
    ) -> activity.RecordReturnResponse:
        request = activity.RecordReturnRequest(request_id=request_id or fresh_id("r"), order_return=one)
        answer: activity.RecordReturnResponse = await self.call(self.activity.RecordReturn, request)
        return answer

    async def record_exchange(
        self, one: activity.Exchange, request_id: str = ""
    ) -> activity.RecordExchangeResponse:
        request = activity.RecordExchangeRequest(request_id=request_id or fresh_id("r"), exchange=one)
        answer: activity.RecordExchangeResponse = await self.call(self.activity.RecordExchange, request)
        return answer

    async def record_batch(self, *records: activity.OrderRecord) -> activity.RecordOrdersResponse:
        """One batch through the stream of orders."""
        batch = activity.RecordOrdersRequest(batch_id=1, records=records)
        answers: list[activity.RecordOrdersResponse] = [
            answer async for answer in self.stream(self.activity.RecordOrders, iter([batch]))
        ]
        assert len(answers) == 1
        return answers[0]

    async def enrol(
        self, customer_id: str, *kinds: str, enrolled_at: datetime | None = None
    ) -> membership.Member:
        request = membership.EnrolMemberRequest(
            request_id=fresh_id("r"),
            customer_id=customer_id,
            consents=consents(*kinds),
            enrolled_at=None if enrolled_at is None else stamp(enrolled_at),
        )
        answer: membership.EnrolMemberResponse = await self.call(self.membership.EnrolMember, request)
        return answer.member

    async def set_consents(self, customer_id: str, **granted: bool) -> membership.Member:
        decisions = [one for kind, yes in granted.items() for one in consents(kind, granted=yes)]
        request = membership.SetConsentsRequest(
            request_id=fresh_id("r"), customer_id=customer_id, consents=decisions
        )
        answer: membership.SetConsentsResponse = await self.call(self.membership.SetConsents, request)
        return answer.member

    async def presence_key(self, customer_id: str) -> bytes:
        request = membership.SetPresenceDeviceRequest(customer_id=customer_id)
        answer: membership.SetPresenceDeviceResponse = await self.call(
            self.membership.SetPresenceDevice, request
        )
        assert answer.rotation_exponent == 10
        return answer.identity_key

    async def update_cart(self, request: activity.UpdateCartRequest) -> activity.UpdateCartResponse:
        answer: activity.UpdateCartResponse = await self.call(self.activity.UpdateCart, request)
        return answer

    async def balance(self, customer_id: str) -> loyalty.Balance:
        request = loyalty.GetBalanceRequest(customer_id=customer_id)
        answer: loyalty.GetBalanceResponse = await self.call(self.loyalty.GetBalance, request)
        return answer.balance

    async def score(self, customer_id: str) -> engagement.Score:
        request = engagement.GetScoreRequest(customer_id=customer_id)
        answer: engagement.GetScoreResponse = await self.call(self.engagement.GetScore, request)
        return answer.score

    async def list_reminders(self, customer_id: str = "") -> Sequence[reminders.Reminder]:
        request = reminders.ListRemindersRequest(customer_id=customer_id)
        answer: reminders.ListRemindersResponse = await self.call(self.reminders.ListReminders, request)
        return answer.reminders


def fresh_id(prefix: str) -> str:
    return f"{prefix}{next(_numbers)}"


def stamp(moment: datetime) -> Timestamp:
    found = Timestamp()
    found.FromDatetime(moment)
    return found


def order(
    order_id: str = "",
    customer_id: str = "anna",
    at: datetime = NOON,
    sku: str = "tea",
    quantity: int = 1,
    price: int = 2_500,
    **fields: Any,
) -> activity.Order:
    """An order of one line, unless `lines` says otherwise."""
    lines = [activity.OrderLine(sku=sku, quantity=quantity, unit_price_minor=price, title=sku.title())]
    return activity.Order(
        **{
            "order_id": order_id or fresh_id("o"),
            "customer_id": customer_id,
            "placed_at": stamp(at),
            "channel": WEB,
            "currency": "GBP",
            "lines": lines,
            **fields,
        }
    )


def order_record(**fields: Any) -> activity.OrderRecord:
    return activity.OrderRecord(order=order(**fields))


def goods_back(
    return_id: str = "",
    customer_id: str = "anna",
    at: datetime = NOON,
    order_id: str = "",
    sku: str = "tea",
    quantity: int = 1,
) -> activity.Return:
    return activity.Return(
        return_id=return_id or fresh_id("b"),
        order_id=order_id,
        customer_id=customer_id,
        returned_at=stamp(at),
        lines=[activity.ReturnLine(sku=sku, quantity=quantity)],
    )


def exchange(
    order_id: str,
    new_order_id: str = "",
    customer_id: str = "anna",
    at: datetime = NOON,
    back: dict[str, int] | None = None,
    taken: dict[str, int] | None = None,
    **fields: Any,
) -> activity.Exchange:
    """An exchange in a store: units by SKU came back, one of each SKU was taken for its price."""
    returned = {"tea": 1} if back is None else back
    prices = {"tea-large": 2_500} if taken is None else taken
    return activity.Exchange(
        **{
            "exchange_id": fresh_id("x"),
            "customer_id": customer_id,
            "exchanged_at": stamp(at),
            "channel": STORE,
            "order_id": order_id,
            "returned": [activity.ReturnLine(sku=sku, quantity=units) for sku, units in returned.items()],
            "new_order_id": new_order_id or fresh_id("o"),
            "taken": [
                activity.OrderLine(sku=sku, quantity=1, unit_price_minor=price)
                for sku, price in prices.items()
            ],
            "currency": "GBP",
            **fields,
        }
    )


def cart(
    cart_id: str = "cart-1",
    customer_id: str = "anna",
    at: datetime = NOON,
    prices: dict[str, int] | None = None,
    **fields: Any,
) -> activity.UpdateCartRequest:
    """A cart with one of each SKU at its price."""
    lines = [
        activity.CartLine(sku=sku, quantity=1, unit_price_minor=price, title=sku.title())
        for sku, price in ({"tea": 300, "kettle": 4_000} if prices is None else prices).items()
    ]
    return activity.UpdateCartRequest(
        **{
            "request_id": fresh_id("r"),
            "cart_id": cart_id,
            "customer_id": customer_id,
            "channel": WEB,
            "currency": "GBP",
            "lines": lines,
            "changed_at": stamp(at),
            **fields,
        }
    )


def cart_record(**fields: Any) -> activity.OrderRecord:
    update = cart(**fields)
    names = ("cart_id", "customer_id", "channel", "currency", "lines", "changed_at")
    return activity.OrderRecord(cart=activity.Cart(**{name: getattr(update, name) for name in names}))


def consents(*kinds: str, granted: bool = True) -> list[membership.Consent]:
    return [
        membership.Consent(
            kind=f"CONSENT_KIND_{kind}",
            granted=granted,
            source="store-form",
            text_version="2026-01",
        )
        for kind in kinds
    ]


@dataclass(frozen=True)
class Refusal:
    """What a caller learns of an error: status, ErrorInfo and BadRequest."""

    code: grpc.StatusCode
    message: str
    reason: str
    facts: dict[str, str]
    fields: tuple[str, ...]


async def refusal(call: Awaitable[Any]) -> Refusal:
    """The refusal of a call that must be refused."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return refusal_of(caught.value)


async def stream_refusal(responses: AsyncIterable[Any]) -> Refusal:
    """The refusal that ends a stream."""

    async def read() -> None:
        async for _ in responses:
            pass

    return await refusal(read())


def refusal_of(error: grpc.aio.AioRpcError) -> Refusal:
    status = status_pb2.Status()
    for name, value in error.trailing_metadata():
        if name == "grpc-status-details-bin":
            assert isinstance(value, bytes)
            status.ParseFromString(value)
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in status.details:
        detail.Unpack(info)
        detail.Unpack(bad)
    assert not status.details or status.code == error.code().value[0]
    fields = tuple(violation.field for violation in bad.field_violations)
    return Refusal(error.code(), error.details() or "", info.reason, dict(info.metadata), fields)


async def eventually(holds: Callable[[], Any]) -> None:
    """Wait until something is so, whether it is a plain or an asynchronous question."""
    async with asyncio.timeout(CALL_SECONDS):
        while True:
            answer = holds()
            if await answer if inspect.isawaitable(answer) else answer:
                return
            await asyncio.sleep(0.01)
