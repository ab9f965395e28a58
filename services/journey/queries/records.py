"""The records of a journey: those that tell of touches, those of what we did, and what customers began."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, literal_column, or_, select

from services.journey.rules.touches import POINTS_KINDS
from services.programme.touchpoints import INITIATED_KINDS, RecordKind, TouchKind
from services.storage.columns import Instant
from services.storage.tables import consents, invitations, movements, reminders, touches, visits
from services.touch_records import (
    ANSWERS,
    CARTS,
    CASES,
    EXCHANGES,
    ORDERS,
    RETURNS,
    TOUCHES,
    VISITS,
    Column,
    Record,
    record_of,
    said,
)

SINCE: Final[Any] = bindparam("since", type_=Instant())
UNTIL: Final[Any] = bindparam("until", type_=Instant())


def agrees(customer: Column, kind: str) -> Column:
    """Whether the customer's latest decision on a kind of consent is a yes."""
    return (
        select(consents.c.granted)
        .where(consents.c.customer_id == customer, consents.c.kind == kind)
        .order_by(consents.c.consent_id.desc())
        .limit(1)
        .scalar_subquery()
        .is_(True)
    )


def touchpoint_is(
    name: Column, channel: Column, places: Collection[tuple[str, tuple[str, ...]]]
) -> ColumnElement[bool]:
    """Whether it is one of these touchpoints in a channel where it counts; no channels: everywhere."""
    everywhere = sorted(one for one, channels in places if not channels)
    found = [and_(name == one, channel.in_(channels)) for one, channels in places if channels]
    return or_(name.in_(everywhere), *found)


SURVEYS_SENT: Final = record_of(
    RecordKind.SURVEY_SENT,
    invitations,
    "survey_sent",
    at=invitations.c.sent_at,
    key=invitations.c.invitation_id,
    word=invitations.c.kind,
    only=invitations.c.sent_at.is_not(None),
)
POINTS: Final = record_of(
    RecordKind.POINTS,
    movements,
    "points",
    at=movements.c.effective_at,
    key=movements.c.movement_id,
    word=movements.c.kind,
    number=movements.c.points,
    only=movements.c.kind.in_(POINTS_KINDS),
    numbered=True,
)
REMINDERS: Final = record_of(
    RecordKind.REMINDER,
    reminders,
    "reminder",
    at=reminders.c.sent_at,
    key=reminders.c.reminder_id,
    subject=reminders.c.title,
    only=reminders.c.sent_at.is_not(None),
)

ALL: Final = (
    TOUCHES,
    VISITS,
    CARTS,
    ORDERS,
    RETURNS,
    EXCHANGES,
    SURVEYS_SENT,
    ANSWERS,
    CASES,
    POINTS,
    REMINDERS,
)
BEGAN_TOUCH: Final = and_(touches.c.kind.in_(sorted(INITIATED_KINDS)), ~touches.c.outbound)
CONTACTS: Final = (TOUCHES, VISITS, CARTS, ORDERS, EXCHANGES)  # begun in a channel that is told
_CAME_IN: Final = case(  # see `initiated_channel`
    (touches.c.kind == TouchKind.NEWSLETTER_CLICKED.value, said("EMAIL")), else_=touches.c.channel
)
COUNTED_VISIT: Final = agrees(visits.c.customer_id, "PRESENCE")


def begun(record: Record, *columns: Column) -> Select[Any]:
    """What customers began, within the window; visits only of those who agree to PRESENCE."""
    found = record.select(*columns).where(within(record.at))
    if record is TOUCHES:
        found = found.where(BEGAN_TOUCH)
    return found.where(COUNTED_VISIT) if record is VISITS else found


def came_in(record: Record) -> Column:
    """The channel in which the customer came."""
    return _CAME_IN if record is TOUCHES else record.channel


def within(at: Column, until: Column = UNTIL) -> ColumnElement[bool]:
    """Inside the window. Reads the whole table: to fetch the rows of months by an index would cost more."""
    unindexed = at + literal_column("0")
    return and_(unindexed > SINCE, unindexed <= until)
