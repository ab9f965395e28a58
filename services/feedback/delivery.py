"""An invitation as the message that leaves the house."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from services.delivery import Message

EVENT_TYPE: Final = "regulars.feedback.invitation.v1"


def invitation_message(payload: Mapping[str, Any]) -> Message:
    """The message for what `feedback` left in the outbox; a follow-up has an id of its own."""
    return Message(
        message_id=payload["message_id"],
        source="/regulars/feedback",
        type=EVENT_TYPE,
        subject=payload["customer_id"],
        time=payload["sent_at"],
        content=payload,
    )
