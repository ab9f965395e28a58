"""What `reminders` does: plan on presence, check again on sending, withdraw when it no longer fits."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from services.errors import RegularsError
from services.events import (
    CartChanged,
    CartClosed,
    ConsentsChanged,
    MemberStateChanged,
    OrderPlaced,
    VisitDwelled,
    VisitEnded,
)
from services.reminders import queries
from services.reminders.rules import Case, Decision, Reason, Reminder, ReminderState, decide, recheck
from services.storage import outbox
from services.storage.sets import lock_customers
from services.storage.unit import UnitOfWork, use_case

SEND_TOPIC: Final = "reminder.send"
DELIVER_TOPIC: Final = "reminder.deliver"
ATTRIBUTION: Final = timedelta(days=3)  # last touch; longer would claim what the reminder did not cause
NAMESPACE: Final = uuid.UUID("6f0c1f0e-6c5b-5b0a-9b0e-2f6a0a6f1c11")  # makes reminder ids repeatable


def plan_reminders(unit: UnitOfWork, visits: Sequence[VisitDwelled]) -> None:
    """Decide about the members who have stayed for a while; every case with a cart ends in a row."""
    cases = queries.find_cases(unit.connection, (visit.customer_id for visit in visits), unit.now)
    planned = list(_plans(unit, visits, cases))
    queries.store_reminders(unit.connection, planned)
    outbox.enqueue(unit, (_to_send(unit, one) for one in planned if one.state is ReminderState.PLANNED))


def _plans(unit: UnitOfWork, visits: Sequence[VisitDwelled], cases: dict[str, Case]) -> Iterator[Reminder]:
    for visit in visits:
        decision = decide(cases[visit.customer_id], visit.visit_id, unit.now, unit.programme)
        if decision is not None:
            yield _plan(unit, visit, decision)


def _plan(unit: UnitOfWork, visit: VisitDwelled, decision: Decision) -> Reminder:
    item = decision.cart.first_item
    return Reminder(
        reminder_id=str(uuid.uuid5(NAMESPACE, f"{visit.visit_id}/{decision.cart.cart_id}")),
        customer_id=visit.customer_id,
        cart_id=decision.cart.cart_id,
        sku=item.sku,
        title=item.title,
        visit_id=visit.visit_id,
        store=visit.store,
        state=ReminderState.PLANNED if decision.remind else ReminderState.SUPPRESSED,
        reason=decision.reason,
        channel=decision.channel,
        triggered_at=visit.observed_at,
        planned_at=unit.now,
        expires_at=visit.observed_at + timedelta(minutes=unit.programme.reminding.valid_minutes),
    )


def _to_send(unit: UnitOfWork, reminder: Reminder) -> outbox.Work:
    return outbox.Work(SEND_TOPIC, reminder.reminder_id, {"customer_id": reminder.customer_id}, unit.now)


@use_case(type(None))
def send_reminders(unit: UnitOfWork, due: Sequence[outbox.Claimed]) -> list[RegularsError | None]:
    """Check once more, mark SENT, and hand the message to the outbox: all in one transaction."""
    lock_customers(unit, (work.customer_id for work in due))
    found = queries.find_reminders(unit.connection, (work.work_key for work in due))
    planned = [one for one in found.values() if one.state is ReminderState.PLANNED]
    cases = queries.find_cases(unit.connection, (one.customer_id for one in planned), unit.now)
    settled = [_settled(unit, one, cases[one.customer_id]) for one in planned]
    queries.settle(unit.connection, settled)
    outbox.enqueue(unit, (_to_deliver(unit, one) for one in settled if one.state is ReminderState.SENT))
    outbox.done(unit.connection, [work.work_id for work in due])
    return [None] * len(due)


def _settled(unit: UnitOfWork, reminder: Reminder, case: Case) -> Reminder:
    if unit.now > reminder.expires_at:
        return replace(reminder, state=ReminderState.EXPIRED, reason=Reason.STALE_PRESENCE)
    decision = recheck(reminder, case, unit.now, unit.programme)
    if decision is None:
        return replace(reminder, state=ReminderState.SUPPRESSED, reason=Reason.CART_CHANGED)
    if not decision.remind:
        return replace(reminder, state=ReminderState.SUPPRESSED, reason=decision.reason)
    return replace(reminder, state=ReminderState.SENT, channel=decision.channel, sent_at=unit.now)


def _to_deliver(unit: UnitOfWork, reminder: Reminder) -> outbox.Work:
    payload = {
        "reminder_id": reminder.reminder_id,
        "customer_id": reminder.customer_id,
        "cart_id": reminder.cart_id,
        "sku": reminder.sku,
        "title": reminder.title,
        "store": reminder.store,
        "channel": reminder.channel,
        "sent_at": unit.now.isoformat(),
    }
    return outbox.Work(DELIVER_TOPIC, reminder.reminder_id, payload, unit.now)


def cancel_for_carts(unit: UnitOfWork, carts: Sequence[CartChanged | CartClosed]) -> None:
    sold = {cart.cart_id for cart in carts if isinstance(cart, CartClosed) and cart.converted}
    changed = {cart.cart_id for cart in carts} - sold
    queries.cancel_planned(unit.connection, "cart_id", sold, Reason.CONVERTED)
    queries.cancel_planned(unit.connection, "cart_id", changed, Reason.CART_CHANGED)


def cancel_for_consents(unit: UnitOfWork, changes: Sequence[ConsentsChanged]) -> None:
    without = {change.customer_id for change in changes if "PRESENCE" not in change.granted}
    queries.cancel_planned(unit.connection, "customer_id", without, Reason.CONSENT)


def cancel_for_members(unit: UnitOfWork, changes: Sequence[MemberStateChanged]) -> None:
    """Only ACTIVE members are spoken to."""
    states = {change.customer_id: change.after for change in changes}
    erased = {one for one, state in states.items() if state == "ERASED"}
    resting = {one for one, state in states.items() if state != "ACTIVE"} - erased
    queries.cancel_planned(unit.connection, "customer_id", erased, Reason.ERASED)
    queries.cancel_planned(unit.connection, "customer_id", resting, Reason.SUSPENDED)


def cancel_for_visits(unit: UnitOfWork, visits: Sequence[VisitEnded]) -> None:
    ended = {visit.visit_id for visit in visits}
    queries.cancel_planned(unit.connection, "visit_id", ended, Reason.STALE_PRESENCE)


def convert_reminders(unit: UnitOfWork, orders: Sequence[OrderPlaced]) -> None:
    """Attribute an order with an item of the cart to the reminder sent in the three days before it."""
    customers = {order.customer_id for order in orders}
    queries.convert_sent(unit.connection, customers, unit.now - ATTRIBUTION, unit.now)
