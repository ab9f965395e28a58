"""What the demo did, as JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from regulars.reminders.v1.reminders_service_pb2 import Reminder, ReminderReason, ReminderState

SIMULATED: Final = (
    "memberships and consents",
    "web and app sessions",
    "abandoned carts",
    "members' walks through the store, their radio signals and the passers-by",
    "two orders of the cast, placed during the scene",
    "the push provider that takes the webhooks",
    "the clock: it stands at the end of the orders and runs fast during the scene",
)


def order_part(imported: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "imported": imported["orders_imported"],
        "returns": imported["returns_imported"],
        "rejected": sum(imported["rejected_lines"].values()),
        "rejected_lines": imported["rejected_lines"],
        "lines": imported["lines_read"],
        "seconds": round(imported["seconds"], 2),
    }


def model_part(report: Mapping[str, Any]) -> dict[str, Any]:
    """A model's figures on the hold-out beside its baselines'; `model` is None while it is not ready."""
    names = ("horizon_days", "customers", "readiness", "reasons", "model", "baselines")
    return {name: report[name] for name in names}


def reminder_part(found: Iterable[Reminder], speed: float) -> list[dict[str, Any]]:
    """latency_ms: real time from the observed minute of dwelling to the hand-over; None when not sent."""
    return [
        {
            "customer_id": one.customer_id,
            "sku": one.sku,
            "state": ReminderState.Name(one.state).removeprefix("REMINDER_STATE_"),
            "reason": reason_name(one.reason),
            "latency_ms": latency_ms(one, speed),
        }
        for one in found
    ]


def reason_name(reason: ReminderReason) -> str:
    return "" if not reason else ReminderReason.Name(reason).removeprefix("REMINDER_REASON_")


def latency_ms(reminder: Reminder, speed: float) -> float | None:
    """The scene runs `speed` times as fast as real time, so its seconds are shorter."""
    if not reminder.HasField("sent_at"):
        return None
    elapsed = reminder.sent_at.ToNanoseconds() - reminder.triggered_at.ToNanoseconds()
    return round(elapsed / 1e6 / speed, 1)
