"""What happened to a customer, as messages."""

from __future__ import annotations

from regulars.loyalty.v1 import points_pb2
from regulars.membership.v1 import customer_view_pb2 as pb
from regulars.reminders.v1 import reminders_service_pb2 as reminders
from regulars.types.v1.money_pb2 import Money

from services.membership.rules.customer_view import (
    AnswerEvent,
    CustomerEvent,
    MovementEvent,
    OrderEvent,
    ReminderEvent,
    ReturnEvent,
    SessionEvent,
    TouchEvent,
)
from services.rpc.wire import stamp


def event_message(customer_id: str, event: CustomerEvent, currency: str) -> pb.CustomerEvent:
    """currency: of refunds, which are in the programme's."""
    message = pb.CustomerEvent(occurred_at=stamp(event.occurred_at))
    match event:
        case OrderEvent():
            message.order.CopyFrom(order_message(event))
        case ReturnEvent():
            message.order_return.CopyFrom(return_message(event, currency))
        case SessionEvent():
            message.session.CopyFrom(session_message(event))
        case TouchEvent():
            message.touch.CopyFrom(touch_message(event))
        case AnswerEvent():
            message.answer.CopyFrom(pb.AnswerEvent(survey=f"SURVEY_{event.survey}", answer=event.answer))
        case MovementEvent():
            message.movement.CopyFrom(movement_message(customer_id, event))
        case ReminderEvent():
            message.reminder.CopyFrom(reminder_message(customer_id, event))
    return message


def order_message(event: OrderEvent) -> pb.OrderEvent:
    return pb.OrderEvent(
        source=event.source,
        order_id=event.order_id,
        channel=f"CHANNEL_{event.channel}",
        total=Money(amount_minor=event.total_minor, currency=event.currency),
        refunded=Money(amount_minor=event.refunded_minor, currency=event.currency),
    )


def return_message(event: ReturnEvent, currency: str) -> pb.ReturnEvent:
    return pb.ReturnEvent(
        source=event.source,
        return_id=event.return_id,
        refund=Money(amount_minor=event.refund_minor, currency=currency),
    )


def session_message(event: SessionEvent) -> pb.SessionEvent:
    return pb.SessionEvent(session_id=event.session_id, channel=f"CHANNEL_{event.channel}", pages=event.pages)


def touch_message(event: TouchEvent) -> pb.TouchEvent:
    return pb.TouchEvent(
        kind=f"EVENT_KIND_{event.kind}",
        channel=f"CHANNEL_{event.channel}",
        touchpoint=event.touchpoint,
        subject=event.subject,
        outbound=event.outbound,
    )


def movement_message(customer_id: str, event: MovementEvent) -> points_pb2.Movement:
    return points_pb2.Movement(
        movement_id=event.movement_id,
        customer_id=customer_id,
        kind=f"MOVEMENT_KIND_{event.kind}",
        points=event.points,
        from_account=f"POINTS_ACCOUNT_{event.debit}",
        to_account=f"POINTS_ACCOUNT_{event.credit}",
        lot_id=event.lot_id,
        reference=event.reference,
        actor=event.actor,
        reason=event.reason,
        effective_at=stamp(event.occurred_at),
        recorded_at=stamp(event.recorded_at),
    )


def reminder_message(customer_id: str, event: ReminderEvent) -> reminders.Reminder:
    return reminders.Reminder(
        reminder_id=event.reminder_id,
        customer_id=customer_id,
        cart_id=event.cart_id,
        sku=event.sku,
        title=event.title,
        visit_id=event.visit_id,
        store=event.store,
        state=f"REMINDER_STATE_{event.state}",
        reason=f"REMINDER_REASON_{event.reason or 'UNSPECIFIED'}",
        channel=event.channel,
        triggered_at=stamp(event.triggered_at),
        planned_at=stamp(event.occurred_at),
        sent_at=stamp(event.sent_at),
    )
