"""Coupons: who may use one, what a use gives, and what becomes of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.errors import InvalidError
from services.points.lots import Kind, Lot, LotState, end_of_month
from services.programme.earning_rule import Period
from services.programme.programme import Programme

RESERVATION: Final = timedelta(minutes=30)  # a checkout takes minutes; a code must not wait for a lost one


class Benefit(StrEnum):
    """What a use of a coupon gives."""

    PERCENT = "PERCENT"  # off the order's total
    AMOUNT = "AMOUNT"  # off the order's total, in minor units
    POINTS = "POINTS"
    ITEM = "ITEM"  # for free


class CouponState(StrEnum):
    AVAILABLE = "AVAILABLE"
    RESERVED = "RESERVED"  # all uses are taken, and a reservation may still give one back
    USED_UP = "USED_UP"
    EXPIRED = "EXPIRED"
    RETIRED = "RETIRED"


class UseState(StrEnum):
    RESERVED = "RESERVED"
    REDEEMED = "REDEEMED"
    ROLLED_BACK = "ROLLED_BACK"
    RELEASED = "RELEASED"
    LAPSED = "LAPSED"


LIVE: Final = frozenset({UseState.RESERVED, UseState.REDEEMED})  # they count for every limit


@dataclass(frozen=True, slots=True)
class Terms:
    """What a coupon gives, to whom and how often; good from `valid_from` until before `valid_until`."""

    campaign: str
    title: str
    benefit: Benefit
    value: int  # percent, minor units or points; of an item what it is worth in minor units
    sku: str  # of an item; else empty
    customer_id: str  # empty: whoever has the code
    uses_max: int | None
    per_customer_max: int | None
    per_customer_period: Period
    budget_minor: int | None
    valid_from: datetime | None
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class Coupon:
    """A code, its terms, and what was used of it."""

    code: str
    terms: Terms
    state: CouponState  # as stored: AVAILABLE or RETIRED
    uses: int  # reserved and redeemed
    reserved: int  # of the uses
    charged_minor: int  # what these uses cost
    created_at: datetime

    def state_at(self, now: datetime) -> CouponState:
        if self.state is CouponState.RETIRED:
            return CouponState.RETIRED
        if self.terms.valid_until is not None and self.terms.valid_until <= now:
            return CouponState.EXPIRED
        if self.terms.uses_max is None or self.uses < self.terms.uses_max:
            return CouponState.AVAILABLE
        return CouponState.RESERVED if self.reserved else CouponState.USED_UP

    def counting(self, before: Use | None, after: Use) -> Coupon:
        """The coupon when one of its uses has become another."""
        uses, reserved, charged = _counts(after)
        if before is not None:
            uses_before, reserved_before, charged_before = _counts(before)
            uses, reserved = uses - uses_before, reserved - reserved_before
            charged -= charged_before
        return replace(
            self,
            uses=self.uses + uses,
            reserved=self.reserved + reserved,
            charged_minor=self.charged_minor + charged,
        )


@dataclass(frozen=True, slots=True)
class Gain:
    """What one use gives, and what it charges to the budget."""

    discount_minor: int = 0
    points: int = 0
    sku: str = ""  # of an item for free
    charged_minor: int = 0


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a coupon by a customer."""

    use_id: str
    code: str
    customer_id: str
    state: UseState
    source: str
    order_id: str  # empty while it is reserved
    discount_minor: int
    points: int
    sku: str
    charged_minor: int
    used_at: datetime  # when it was reserved or, without a reservation, redeemed
    lapses_at: datetime | None
    resolved_at: datetime | None

    @property
    def lot_id(self) -> str:
        """The lot of the points that it gave."""
        return f"coupon/{self.use_id}"

    def at(self, now: datetime) -> Use:
        """The use as it is now: a reservation whose time ran out has lapsed, noticed or not."""
        if self.state is UseState.RESERVED and self.lapses_at is not None and self.lapses_at <= now:
            return replace(self, state=UseState.LAPSED, resolved_at=self.lapses_at)
        return self


def _counts(use: Use) -> tuple[int, int, int]:
    """What a use counts for its coupon: uses, reservations, minor units of the budget."""
    if use.state not in LIVE:
        return 0, 0, 0
    return 1, int(use.state is UseState.RESERVED), use.charged_minor


@dataclass(frozen=True, slots=True)
class NewCoupons:
    """Codes to make, all upper-case, and their terms."""

    codes: tuple[str, ...]
    terms: Terms
    customer_id: str


@dataclass(frozen=True, slots=True)
class CouponEnd:
    """A code that a team ends."""

    code: str
    customer_id: str = ""


@dataclass(frozen=True, slots=True)
class UseWanted:
    """A use that a customer wants. use_id: of a reservation, or of the use that is made from the code."""

    customer_id: str
    code: str  # upper-case; empty: the use is a reservation
    use_id: str
    order_total_minor: int
    order_id: str = ""
    source: str = ""
    ttl: timedelta = RESERVATION


@dataclass(frozen=True, slots=True)
class UseEnd:
    """A use that is to be released or rolled back."""

    customer_id: str
    use_id: str


def gain(terms: Terms, order_total_minor: int, programme: Programme) -> Gain:
    """What a use gives for an order: never more off than the order costs, rounded down.

    order_total_minor: at least 0, before the discount.
    """
    if terms.benefit is Benefit.PERCENT:
        off = order_total_minor * terms.value // 100
        return Gain(off, charged_minor=off)
    if terms.benefit is Benefit.AMOUNT:
        off = min(terms.value, order_total_minor)
        return Gain(off, charged_minor=off)
    if terms.benefit is Benefit.POINTS:
        worth = -(-terms.value * programme.points.hundred_points_minor // 100)  # rounded up
        return Gain(points=terms.value, charged_minor=worth)
    return Gain(sku=terms.sku, charged_minor=terms.value)


def check_terms(terms: Terms, now: datetime) -> InvalidError | None:
    """What is wrong with a coupon's terms in themselves."""
    if terms.valid_until is not None and terms.valid_until <= now:
        return InvalidError("terms.valid_until: lies in the past; check the year", field="terms.valid_until")
    if terms.valid_from and terms.valid_until and terms.valid_until <= terms.valid_from:
        return InvalidError("terms.valid_until: must lie after terms.valid_from", field="terms.valid_until")
    return None


def points_lot(use: Use, programme: Programme, now: datetime) -> Lot:
    """The points that a redeemed use gives; they wait like the points of an order."""
    activates_at = now + timedelta(days=programme.points.pending_days)
    return Lot(
        lot_id=use.lot_id,
        customer_id=use.customer_id,
        origin=Kind.EARN,
        points=use.points,
        remaining_points=use.points,
        blocked_points=0,
        state=LotState.PENDING if activates_at > now else LotState.ACTIVE,
        source="",  # a coupon earned it, no order
        order_id="",
        rule=f"coupon:{use.code}",
        earned_at=now,
        activates_at=activates_at,
        expires_at=end_of_month(now, programme.points.expiry_months, programme.zone),
    )
