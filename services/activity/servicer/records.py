"""Messages of records as values."""

from __future__ import annotations

from regulars.activity.v1 import activity_service_pb2 as pb
from regulars.activity.v1 import events_pb2
from regulars.types.v1.channel_pb2 import Channel

from services.activity.rules.carts import Cart, CartLine
from services.activity.rules.events import Touch
from services.activity.rules.exchanges import Exchange
from services.activity.rules.orders import Order, OrderLine
from services.activity.rules.returns import Return, ReturnLine
from services.programme.touchpoints import TouchKind
from services.rpc.wire import SOURCE_DEFAULT, moment, short_name

# Looked up once: a stream asks for a name of each of a million records.
_CHANNELS = {number: short_name(Channel, number, "CHANNEL_") for number in Channel.values()}
_KINDS = {
    number: short_name(events_pb2.EventKind, number, "EVENT_KIND_")
    for number in events_pb2.EventKind.values()
}


def order_of(message: pb.Order) -> Order:
    return Order(
        message.source or SOURCE_DEFAULT,
        message.order_id,
        message.customer_id,
        moment(message.placed_at),
        _CHANNELS[message.channel],
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
        _CHANNELS[message.channel],
        message.order_id,
        tuple(ReturnLine(line.sku, line.quantity) for line in message.returned),
        message.new_order_id,
        tuple(order_line_of(line) for line in message.taken),
        message.currency,
        message.points_paid_minor,
    )


def cart_of(message: pb.Cart | pb.UpdateCartRequest) -> Cart:
    return Cart(
        message.cart_id,
        message.customer_id,
        _CHANNELS[message.channel],
        message.currency,
        tuple(CartLine(line.sku, line.quantity, line.unit_price_minor, line.title) for line in message.lines),
        moment(message.changed_at),
    )


def touch_of(message: events_pb2.Event) -> Touch:
    kind = _KINDS[message.kind]
    session_id = message.session_id or (message.event_id if kind == TouchKind.SESSION else "")
    return Touch(
        message.event_id,
        message.source or SOURCE_DEFAULT,
        message.customer_id,
        kind,
        _CHANNELS[message.channel],
        moment(message.occurred_at),
        message.touchpoint,
        message.subject,
        session_id,
        message.pages,
        message.outbound,
        message.proxied,
    )
