"""Referrals: what a friend's orders make of one, and when it pays. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.clock import CLOCK_SKEW_MAX
from services.errors import NotFoundError, WrongStateError
from services.points.usage import period_label
from services.programme.programme import Programme

YEAR_AT_MOST: Final = timedelta(days=367)  # no moment of one calendar year lies further from another


class ReferralCodeNotFoundError(NotFoundError):
    """Nobody has this referral code; ask the friend to check the spelling."""

    reason = "REFERRAL_CODE_NOT_FOUND"


class SelfReferralError(WrongStateError):
    """Nobody brings oneself; the code must be another member's."""

    reason = "SELF_REFERRAL"


class ReferrerMayNotEarnError(WrongStateError):
    """The member whose code it is takes no part at the moment; ask for another code."""

    reason = "REFERRER_MAY_NOT_EARN"


class AlreadyReferredError(WrongStateError):
    """The friend accepted a referral before; it counts once."""

    reason = "ALREADY_REFERRED"


class FriendNotNewError(WrongStateError):
    """The friend has ordered before; a referral brings new customers."""

    reason = "FRIEND_NOT_NEW"


class ReferralState(StrEnum):
    ACCEPTED = "ACCEPTED"
    QUALIFYING = "QUALIFYING"
    PAID = "PAID"
    VOID = "VOID"


class VoidReason(StrEnum):
    NONE = ""
    EXPIRED = "EXPIRED"
    LIMIT = "LIMIT"
    SELF = "SELF"
    NOT_NEW = "NOT_NEW"
    REFERRER_STATE = "REFERRER_STATE"


OPEN: Final = frozenset({ReferralState.ACCEPTED, ReferralState.QUALIFYING})


@dataclass(frozen=True, slots=True)
class Referral:
    """A friend brought by a member."""

    referral_id: str
    friend_id: str
    referrer_id: str
    code: str
    state: ReferralState
    reason: VoidReason
    source: str
    order_id: str  # the friend's first kept order; empty until there is one
    accepted_at: datetime
    due_at: datetime  # QUALIFYING: when it pays; ACCEPTED: when it is over
    resolved_at: datetime | None

    def at(self, now: datetime) -> Referral:
        """The referral as it is now: without an order in time it is void, noticed or not."""
        if self.state is ReferralState.ACCEPTED and self.due_at <= now:
            return self.void(VoidReason.EXPIRED)
        return self

    def void(self, reason: VoidReason) -> Referral:
        return replace(self, state=ReferralState.VOID, reason=reason, resolved_at=self.due_at)


@dataclass(frozen=True, slots=True)
class FriendOrder:
    """What matters of an order of a friend."""

    source: str
    order_id: str
    placed_at: datetime
    total_minor: int
    refunded_minor: int

    @property
    def is_kept(self) -> bool:
        return self.refunded_minor < self.total_minor


@dataclass(frozen=True, slots=True)
class CodeWanted:
    """A member who asks for a referral code, and the one to have if there is none yet."""

    customer_id: str
    code: str


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A friend who accepts a code, and the id of the referral that it makes."""

    customer_id: str
    code: str  # upper-case
    referral_id: str


@dataclass(frozen=True, slots=True)
class DueReferral:
    """A referral whose time has come."""

    referral_id: str
    customer_id: str  # the friend
    referrer_customer_id: str


@dataclass(slots=True)
class Record:
    """What is known when referrals are settled; `paid` grows as they are.

    referrals: all of the friends. orders: of each friend. earners: referrers who are members and may earn.
    paid: when referrals of each referrer were paid.
    """

    referrals: Sequence[Referral]
    orders: Mapping[str, Sequence[FriendOrder]]
    earners: Collection[str]
    paid: dict[str, list[datetime]]


def accepted(wanted: Acceptance, referrer_id: str, now: datetime, programme: Programme) -> Referral:
    """The referral that a friend has just accepted."""
    return Referral(
        referral_id=wanted.referral_id,
        friend_id=wanted.customer_id,
        referrer_id=referrer_id,
        code=wanted.code,
        state=ReferralState.ACCEPTED,
        reason=VoidReason.NONE,
        source="",
        order_id="",
        accepted_at=now,
        due_at=now + programme.referring.valid,
        resolved_at=None,
    )


def follow(referral: Referral, orders: Iterable[FriendOrder], programme: Programme) -> Referral:
    """An open referral after the friend's orders: it waits for the first one that is kept.

    orders: of the friend, in any order; it is the same in whatever order they arrived.
    """
    begins, ends = referral.accepted_at - CLOCK_SKEW_MAX, referral.accepted_at + programme.referring.valid
    kept = [order for order in orders if order.is_kept and begins <= order.placed_at < ends]
    first = min(kept, key=lambda order: (order.placed_at, order.source, order.order_id), default=None)
    if first is None:
        return replace(referral, state=ReferralState.ACCEPTED, source="", order_id="", due_at=ends)
    return replace(
        referral,
        state=ReferralState.QUALIFYING,
        source=first.source,
        order_id=first.order_id,
        due_at=first.placed_at + programme.return_window,
    )


def settle_all(
    due: Iterable[Referral], record: Record, now: datetime, programme: Programme
) -> list[Referral]:
    """Open referrals when their time has come, the longest waiting first."""
    settled: list[Referral] = []
    for referral in sorted(due, key=lambda one: (one.due_at, one.referral_id)):
        after = settle(referral, record, now, programme)
        if after.state is ReferralState.PAID:
            record.paid.setdefault(after.referrer_id, []).append(after.due_at)
        settled.append(after)
    return settled


def settle(referral: Referral, record: Record, now: datetime, programme: Programme) -> Referral:
    """An open referral when its time has come: paid, void, or waiting on for another order."""
    followed = follow(referral, record.orders.get(referral.friend_id, ()), programme)
    if followed.due_at > now:
        return followed
    reason = _void_reason(followed, record, programme)
    if reason is not VoidReason.NONE:
        return followed.void(reason)
    return replace(followed, state=ReferralState.PAID, resolved_at=followed.due_at)


def _void_reason(referral: Referral, record: Record, programme: Programme) -> VoidReason:
    """The first reason not to pay; NONE when there is none."""
    most = programme.referring.per_referrer_per_year_max
    checks = {
        VoidReason.EXPIRED: referral.state is ReferralState.ACCEPTED,
        VoidReason.SELF: referral.friend_id == referral.referrer_id,
        VoidReason.NOT_NEW: not _is_new(referral, record),
        VoidReason.REFERRER_STATE: referral.referrer_id not in record.earners,
        VoidReason.LIMIT: _paid_in_year(referral, record, programme) >= most,
    }
    return next((reason for reason, holds in checks.items() if holds), VoidReason.NONE)


def _is_new(referral: Referral, record: Record) -> bool:
    """Whether the friend neither ordered nor was referred before; a merge may bring it to light."""
    begins = referral.accepted_at - CLOCK_SKEW_MAX
    orders = record.orders.get(referral.friend_id, ())
    others = [one for one in record.referrals if one.friend_id == referral.friend_id]
    first = min(others, key=lambda one: (one.accepted_at, one.referral_id), default=referral)
    ordered = any(order.total_minor > 0 and order.placed_at < begins for order in orders)
    return not ordered and first.referral_id == referral.referral_id


def _paid_in_year(referral: Referral, record: Record, programme: Programme) -> int:
    year = period_label("YEAR", referral.due_at, programme.zone)
    paid = record.paid.get(referral.referrer_id, ())
    return sum(period_label("YEAR", at, programme.zone) == year for at in paid)
