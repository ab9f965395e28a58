"""Touches as values: what happened between a customer and the retailer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.errors import DuplicateError, InvalidError, check_moment
from services.programme.touchpoints import TouchKind


class EventDiffersError(DuplicateError):
    """An event with this id is stored with another content; an event's content never changes."""

    reason = "EVENT_DIFFERS"


@dataclass(frozen=True, slots=True)
class Touch:
    """One row of `touches`, its fields in the order of the table's columns."""

    event_id: str
    source: str
    customer_id: str
    kind: str  # a TouchKind
    channel: str
    occurred_at: datetime
    touchpoint: str = ""
    subject: str = ""
    session_id: str = ""
    pages: int = 0
    outbound: bool = False
    proxied: bool = False


def touch_problem(touch: Touch, now: datetime) -> InvalidError | None:
    """Why a touch cannot be stored; None when it can."""
    return check_moment(touch.occurred_at, now, "event.occurred_at") or _check_parts(touch)


def _check_parts(touch: Touch) -> InvalidError | None:
    if touch.pages and touch.kind != TouchKind.SESSION:
        return InvalidError("event.pages: only a SESSION counts pages", field="event.pages")
    if touch.proxied and touch.kind != TouchKind.NEWSLETTER_OPENED:
        field = "event.proxied"
        return InvalidError(f"{field}: only the opening of a newsletter can be a proxy's", field=field)
    return None


def repeated(touch: Touch, known: Touch) -> bool | EventDiffersError:
    """The answer to a touch that is there already: True."""
    if touch != known:
        return EventDiffersError(field="event.event_id", event_id=touch.event_id)
    return True
