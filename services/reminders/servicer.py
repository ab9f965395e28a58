"""`RemindersService`: message -> value -> message."""

from __future__ import annotations

from typing import Any

from grpc.aio import ServicerContext
from regulars.reminders.v1 import reminders_service_pb2 as pb
from regulars.reminders.v1 import reminders_service_pb2_grpc as pb_grpc

from services.reminders import queries
from services.reminders.rules import Reason, Reminder
from services.rpc.wire import moment_position, page_size, page_token, position_of, stamp
from services.storage.database import Database

Context = ServicerContext[Any, Any]


class RemindersServicer(pb_grpc.RemindersServiceServicer):
    """Shows what was sent, what was not, and why."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ListReminders(
        self, request: pb.ListRemindersRequest, context: Context
    ) -> pb.ListRemindersResponse:
        del context
        size = page_size(request.page_size)
        before = moment_position(request.page_token)
        customer_id = self._database.survivor(request.customer_id)
        found = await self._database.fetch(queries.list_reminders, customer_id, before, size + 1)
        page = found[:size]
        last = position_of(page[-1].planned_at, page[-1].reminder_id) if len(found) > size else None
        return pb.ListRemindersResponse(
            reminders=[reminder_message(one) for one in page], next_page_token=page_token(last)
        )


def reminder_message(one: Reminder) -> pb.Reminder:
    reason = one.reason if one.reason is not Reason.NONE else "UNSPECIFIED"
    return pb.Reminder(
        reminder_id=one.reminder_id,
        customer_id=one.customer_id,
        cart_id=one.cart_id,
        sku=one.sku,
        title=one.title,
        visit_id=one.visit_id,
        store=one.store,
        state=f"REMINDER_STATE_{one.state}",
        reason=f"REMINDER_REASON_{reason}",
        channel=one.channel,
        triggered_at=stamp(one.triggered_at),
        planned_at=stamp(one.planned_at),
        sent_at=stamp(one.sent_at),
    )
