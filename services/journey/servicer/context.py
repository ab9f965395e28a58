"""The part of `JourneyService` that says what a customer carries over."""

from __future__ import annotations

from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.journey.v1 import journey_pb2
from regulars.journey.v1 import journey_service_pb2 as pb
from regulars.types.v1.channel_pb2 import Channel
from regulars.types.v1.money_pb2 import Money

from services.errors import CustomerNotFoundError
from services.journey.queries.context import find_carried_over
from services.journey.rules.context import CarriedOver
from services.journey.rules.touches import Words
from services.journey.servicer.base import Context, Part
from services.journey.servicer.touches import channel_message, touch_message
from services.rpc.wire import short_name, stamp
from services.unfinished.matters import Cart


class Contexts(Part):
    """Reads what a customer carries over to a channel."""

    async def GetContext(self, request: pb.GetContextRequest, context: Context) -> pb.GetContextResponse:
        del context
        customer_id, now = self._database.survivor(request.customer_id), self._database.clock.now()
        found = await self._database.fetch(find_carried_over, customer_id, now)
        if found is None:
            raise CustomerNotFoundError(field="customer_id")
        return context_message(found, short_name(Channel, request.channel, "CHANNEL_"), self._words)


def context_message(found: CarriedOver, channel: str, words: Words) -> pb.GetContextResponse:
    last = found.last_touch
    return pb.GetContextResponse(
        carts=[cart_message(one, channel) for one in found.carts],
        viewed=[
            journey_pb2.ViewedProduct(
                sku=one.sku,
                title=one.title,
                channel=channel_message(one.channel),
                viewed_at=stamp(one.viewed_at),
            )
            for one in found.viewed
        ],
        viewed_left_out=not found.agreed.profiling,
        rewards=[
            journey_pb2.WaitingReward(
                member_reward_id=one.member_reward_id, title=one.title, expires_at=stamp(one.expires_at)
            )
            for one in found.rewards
        ],
        coupons=[
            journey_pb2.WaitingCoupon(code=one.code, title=one.title, valid_until=stamp(one.valid_until))
            for one in found.coupons
        ],
        cases=[
            journey_pb2.WaitingCase(
                case_id=one.case_id,
                opened_at=stamp(one.opened_at),
                due_at=stamp(one.due_at),
                overdue=one.due_at <= found.as_of,
            )
            for one in found.cases
        ],
        last_touch=None if last is None else touch_message(last, words),
        last_touch_elsewhere=last is not None and last.channel != channel,
        as_of=stamp(found.as_of),
        fallback=found.fallback,
    )


def cart_message(one: Cart, channel: str) -> journey_pb2.OpenCart:
    return journey_pb2.OpenCart(
        cart_id=one.cart_id,
        state=f"CART_STATE_{one.state}",
        started_channel=channel_message(one.started_channel),
        started_at=stamp(one.started_at),
        channel=channel_message(one.channel),
        changed_at=stamp(one.changed_at),
        from_elsewhere=one.started_channel != channel,
        total=Money(amount_minor=one.total_minor, currency=one.currency),
        lines=[
            activity.CartLine(
                sku=line.sku, quantity=line.quantity, unit_price_minor=line.unit_price_minor, title=line.title
            )
            for line in one.lines
        ],
    )
