"""A reminder as the message that leaves the house."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from services.delivery import Message

EVENT_TYPE: Final = "regulars.reminder.sent.v1"


def reminder_message(payload: Mapping[str, Any]) -> Message:
    """The message for what `reminders` left in the outbox."""
    return Message(
        message_id=payload["reminder_id"],
        source="/regulars/reminders",
        type=EVENT_TYPE,
        subject=payload["customer_id"],
        time=payload["sent_at"],
        content=payload,
    )
