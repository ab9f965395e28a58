"""Whether a member in a store is reminded of a cart, and why not. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from services.programme.programme import Programme, Reminding

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
CONSENT_OF_CHANNEL: Final = {
    "webhook": "PUSH",
    "console": "IN_APP",
}  # what a channel needs the member's word for


class ReminderState(StrEnum):
    PLANNED = "PLANNED"
    SENT = "SENT"
    SUPPRESSED = "SUPPRESSED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    CONVERTED = "CONVERTED"


class Reason(StrEnum):
    NONE = ""
    CONSENT = "CONSENT"
    CAP = "CAP"
    QUIET_HOURS = "QUIET_HOURS"
    CONVERTED = "CONVERTED"
    CART_CHANGED = "CART_CHANGED"
    SUSPENDED = "SUSPENDED"
    ERASED = "ERASED"
    NO_CHANNEL = "NO_CHANNEL"
    DUPLICATE = "DUPLICATE"
    STALE_PRESENCE = "STALE_PRESENCE"


@dataclass(frozen=True, slots=True)
class CartItem:
    sku: str
    title: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class AbandonedCart:
    cart_id: str
    abandoned_at: datetime
    items: tuple[CartItem, ...]

    @property
    def first_item(self) -> CartItem:
        """The item worth most: the one that the member would miss."""
        return max(self.items, key=lambda item: (item.amount_minor, item.sku))


@dataclass(frozen=True, slots=True)
class Earlier:
    """A reminder that was sent, or is about to be."""

    reminder_id: str
    cart_id: str
    visit_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """All that a decision about one member looks at."""

    member_state: str  # empty: not a member
    granted: frozenset[str]
    carts: tuple[AbandonedCart, ...]
    earlier: tuple[Earlier, ...]  # of the last seven days, or of one of the carts


@dataclass(frozen=True, slots=True)
class Decision:
    """To remind of a cart through a channel, or not, with the reason."""

    cart: AbandonedCart
    reason: Reason
    channel: str = ""

    @property
    def remind(self) -> bool:
        return self.reason is Reason.NONE


@dataclass(frozen=True, slots=True)
class Reminder:
    """A word to a member about a cart, from its plan to its end."""

    reminder_id: str
    customer_id: str
    cart_id: str
    sku: str
    title: str
    visit_id: str
    store: str
    state: ReminderState
    reason: Reason
    channel: str
    triggered_at: datetime
    planned_at: datetime
    expires_at: datetime
    sent_at: datetime | None = None
    converted_at: datetime | None = None


def decide(case: Case, visit_id: str, now: datetime, programme: Programme) -> Decision | None:
    """Decide about the cart abandoned last; None when there is no cart to speak of."""
    reminding = programme.reminding
    ripe = [cart for cart in case.carts if cart.abandoned_at <= now - _ripening(reminding)]
    if not ripe:
        return None
    cart = max(ripe, key=lambda one: (one.abandoned_at, one.cart_id))
    channel = first_channel(case.granted, reminding.channels)
    reason = (
        member_reason(case)
        or channel_reason(channel, reminding)
        or quiet_reason(now, programme)
        or cap_reason(case.earlier, cart.cart_id, visit_id, now, reminding)
    )
    return Decision(cart, reason or Reason.NONE, "" if reason else channel)


def _ripening(reminding: Reminding) -> timedelta:
    return timedelta(minutes=reminding.abandoned_minutes_min)


def member_reason(case: Case) -> Reason | None:
    if case.member_state == "ERASED":
        return Reason.ERASED
    if "PRESENCE" not in case.granted:
        return Reason.CONSENT
    return None if case.member_state == "ACTIVE" else Reason.SUSPENDED


def first_channel(granted: frozenset[str], channels: Sequence[str]) -> str:
    """The first configured channel that the member agreed to; empty for none."""
    return next((channel for channel in channels if CONSENT_OF_CHANNEL[channel] in granted), "")


def channel_reason(channel: str, reminding: Reminding) -> Reason | None:
    if not reminding.channels:
        return Reason.NO_CHANNEL
    return None if channel else Reason.CONSENT


def quiet_reason(now: datetime, programme: Programme) -> Reason | None:
    hour = now.astimezone(ZoneInfo(programme.time_zone)).hour
    begin, end = programme.reminding.quiet_from_hour, programme.reminding.quiet_until_hour
    quiet = begin <= hour < end if begin <= end else hour >= begin or hour < end
    return Reason.QUIET_HOURS if quiet else None


def cap_reason(
    earlier: Sequence[Earlier], cart_id: str, visit_id: str, now: datetime, reminding: Reminding
) -> Reason | None:
    """Rolling caps: per visit, per cart, per 24 hours, per 7 days."""
    if any(one.visit_id == visit_id for one in earlier):
        return Reason.DUPLICATE
    in_day = sum(one.at > now - DAY for one in earlier)
    in_week = sum(one.at > now - WEEK for one in earlier)
    of_cart = sum(one.cart_id == cart_id for one in earlier)
    full = (
        in_day >= reminding.per_day_max
        or in_week >= reminding.per_week_max
        or of_cart >= reminding.per_cart_max
    )
    return Reason.CAP if full else None


def recheck(reminder: Reminder, case: Case, now: datetime, programme: Programme) -> Decision | None:
    """The same decision again, in the transaction that marks SENT; None when the cart is gone or changed."""
    still = tuple(cart for cart in case.carts if cart.cart_id == reminder.cart_id)
    others = tuple(one for one in case.earlier if one.reminder_id != reminder.reminder_id)
    return decide(Case(case.member_state, case.granted, still, others), reminder.visit_id, now, programme)
