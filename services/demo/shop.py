"""The demo's shop: a backend that calls the server over gRPC, as any backend would."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import grpc
from google.protobuf.timestamp_pb2 import Timestamp
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.activity.v1 import activity_service_pb2_grpc as activity_grpc
from regulars.activity.v1.events_pb2 import EVENT_KIND_SESSION, Event
from regulars.membership.v1 import membership_service_pb2 as membership
from regulars.membership.v1 import membership_service_pb2_grpc as membership_grpc
from regulars.predictions.v1 import predictions_service_pb2 as predictions
from regulars.predictions.v1 import predictions_service_pb2_grpc as predictions_grpc
from regulars.presence.v1 import presence_service_pb2 as presence
from regulars.presence.v1 import presence_service_pb2_grpc as presence_grpc
from regulars.reminders.v1 import reminders_service_pb2 as reminders
from regulars.reminders.v1 import reminders_service_pb2_grpc as reminders_grpc
from regulars.types.v1.channel_pb2 import CHANNEL_APP, CHANNEL_STORE, CHANNEL_WEB

from services.demo.cast import CONSENTS, Player

IN_FLIGHT: Final = 64  # as many calls share one fsync as wait for it
SESSIONS_PER_BATCH: Final = 500
SESSION_SHARE: Final = 0.4  # of the customers were seen online lately, in this made-up part
TEXT_VERSION: Final = "2011-12"
CURRENCY: Final = "GBP"


class Shop:
    """Calls the server with the key of a backend."""

    def __init__(self, channel: grpc.aio.Channel, key: str) -> None:
        self._metadata = (("authorization", f"Bearer {key}"),)
        self._membership = membership_grpc.MembershipServiceStub(channel)
        self._activity = activity_grpc.ActivityServiceStub(channel)
        self._predictions = predictions_grpc.PredictionsServiceStub(channel)
        self._presence = presence_grpc.PresenceServiceStub(channel)
        self._reminders = reminders_grpc.RemindersServiceStub(channel)

    async def enrol(
        self, customer_ids: Sequence[str], joined_at: datetime, on_done: Callable[[int], None]
    ) -> None:
        """Enrol customers who joined before this system, with their consent to profiling."""
        consents = [consent("PROFILING")]
        calls = (
            self._membership.EnrolMember(
                membership.EnrolMemberRequest(
                    request_id=request_id(),
                    customer_id=customer_id,
                    consents=consents,
                    enrolled_at=stamp(joined_at),
                ),
                metadata=self._metadata,
            )
            for customer_id in customer_ids
        )
        await in_flight(calls, on_done)

    async def record_sessions(self, customer_ids: Sequence[str], now: datetime) -> int:
        """Made-up visits to the web shop and the app, in the last 80 days; returns how many."""
        sessions = list(made_up_sessions(customer_ids, now))

        async def batches() -> AsyncIterator[activity.RecordEventsRequest]:
            for start in range(0, len(sessions), SESSIONS_PER_BATCH):
                yield activity.RecordEventsRequest(
                    batch_id=start, events=sessions[start : start + SESSIONS_PER_BATCH]
                )

        async for answer in self._activity.RecordEvents(batches(), metadata=self._metadata):
            if answer.rejected:
                raise RuntimeError(answer.rejected[0].message)
        return len(sessions)

    async def likely_wishes(self, count: int) -> list[tuple[str, str, str]]:
        """(customer id, sku, title) of the likeliest replenishments, one per customer; [] without a model."""
        found: dict[str, tuple[str, str, str]] = {}
        token = ""
        while len(found) < count:
            request = predictions.ListReplenishmentsRequest(page_size=200, page_token=token)
            try:
                page = await self._predictions.ListReplenishments(request, metadata=self._metadata)
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.FAILED_PRECONDITION:
                    raise
                return []
            for one in page.replenishments:
                found.setdefault(one.customer_id, (one.customer_id, one.sku, one.title or one.sku))
            token = page.next_page_token
            if not token:
                break
        return list(found.values())[:count]

    async def fit_out(self, player: Player) -> bytes:
        """Record what the player agrees to, and give out a device; returns its key."""
        consents = [consent(kind) for kind in CONSENTS[player.role]]
        await self._membership.SetConsents(
            membership.SetConsentsRequest(
                request_id=request_id(), customer_id=player.customer_id, consents=consents
            ),
            metadata=self._metadata,
        )
        answer = await self._membership.SetPresenceDevice(
            membership.SetPresenceDeviceRequest(customer_id=player.customer_id), metadata=self._metadata
        )
        return bytes(answer.identity_key)

    async def leave_cart(self, player: Player, at: datetime) -> None:
        wish = player.wish
        line = activity.CartLine(
            sku=wish.sku, quantity=2, unit_price_minor=wish.unit_price_minor, title=wish.title
        )
        await self._activity.UpdateCart(
            activity.UpdateCartRequest(
                request_id=request_id(),
                cart_id=player.cart_id,
                customer_id=player.customer_id,
                channel=CHANNEL_WEB,
                currency=CURRENCY,
                lines=[line],
                changed_at=stamp(at),
            ),
            metadata=self._metadata,
        )

    async def buy_wish(self, player: Player, at: datetime, *, in_store: bool) -> None:
        wish = player.wish
        line = activity.OrderLine(sku=wish.sku, quantity=2, unit_price_minor=wish.unit_price_minor)
        order = activity.Order(
            order_id=f"demo-{player.customer_id}",
            customer_id=player.customer_id,
            placed_at=stamp(at),
            channel=CHANNEL_STORE if in_store else CHANNEL_WEB,
            currency=CURRENCY,
            lines=[line],
            source="demo",
        )
        await self._activity.RecordOrder(
            activity.RecordOrderRequest(request_id=request_id(), order=order), metadata=self._metadata
        )

    async def reminders(self) -> list[reminders.Reminder]:
        answer = await self._reminders.ListReminders(
            reminders.ListRemindersRequest(page_size=1000), metadata=self._metadata
        )
        return list(answer.reminders)

    async def visits(self) -> list[presence.Visit]:
        answer = await self._presence.ListVisits(
            presence.ListVisitsRequest(page_size=1000), metadata=self._metadata
        )
        return list(answer.visits)

    async def churn_risks(self, count: int) -> list[predictions.Churn]:
        answer = await self._predictions.ListChurnRisks(
            predictions.ListChurnRisksRequest(page_size=count), metadata=self._metadata
        )
        return list(answer.risks)


async def in_flight(calls: Iterable[Awaitable[Any]], on_done: Callable[[int], None]) -> None:
    """Make the calls, IN_FLIGHT at a time."""
    waiting = iter(calls)

    async def lane() -> None:
        for call in waiting:
            await call
            on_done(1)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(IN_FLIGHT):
            tasks.create_task(lane())


def made_up_sessions(customer_ids: Sequence[str], now: datetime) -> Iterable[Event]:
    chance = random.Random(2011)  # noqa: S311  (a story, not a secret)
    for customer_id in customer_ids:
        if chance.random() > SESSION_SHARE:
            continue
        for number in range(chance.randint(1, 4)):
            yield Event(
                event_id=f"demo-{customer_id}-{number}",
                customer_id=customer_id,
                kind=EVENT_KIND_SESSION,
                channel=chance.choice((CHANNEL_WEB, CHANNEL_WEB, CHANNEL_APP)),
                occurred_at=stamp(now - timedelta(days=chance.uniform(0.1, 80))),
                pages=1 + int(chance.expovariate(1 / 6)),
            )


def consent(kind: str) -> membership.Consent:
    return membership.Consent(
        kind=f"CONSENT_KIND_{kind}",
        granted=True,
        source="demo",
        text_version=TEXT_VERSION,
    )


def request_id() -> str:
    return str(uuid.uuid4())


def stamp(moment: datetime) -> Timestamp:
    message = Timestamp()
    message.FromDatetime(moment)
    return message
