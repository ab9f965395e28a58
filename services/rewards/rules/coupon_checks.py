"""Whether a coupon may be used, and a use ended. Pure; each check raises the error that says why not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from services.points.usage import period_label
from services.rewards.rules.coupon_errors import (
    CouponBudgetSpentError,
    CouponExpiredError,
    CouponLimitReachedError,
    CouponNotYetError,
    CouponNotYoursError,
    CouponReservedError,
    CouponRetiredError,
    CouponUsedUpError,
    CouponUseNotRedeemedError,
    CouponUseResolvedError,
)
from services.rewards.rules.coupons import LIVE, Coupon, CouponState, Use, UseState


def check_owner(coupon: Coupon, customer_id: str) -> None:
    """Raises CouponNotYoursError."""
    if coupon.terms.customer_id not in {"", customer_id}:
        raise CouponNotYoursError(field="code")


def check_open(coupon: Coupon, now: datetime) -> None:
    """Raises CouponRetiredError, CouponNotYetError, CouponExpiredError."""
    terms = coupon.terms
    if coupon.state is CouponState.RETIRED:
        raise CouponRetiredError(field="code")
    if terms.valid_from is not None and now < terms.valid_from:
        raise CouponNotYetError(field="code", valid_from=terms.valid_from.isoformat())
    if terms.valid_until is not None and now >= terms.valid_until:
        raise CouponExpiredError(field="code", valid_until=terms.valid_until.isoformat())


def check_limits(coupon: Coupon, own: Iterable[Use], now: datetime, zone: ZoneInfo) -> None:
    """Raises CouponLimitReachedError, CouponUsedUpError, CouponReservedError when no use is left.

    own: the uses of the code by the customer who wants one more.
    """
    terms = coupon.terms
    if terms.per_customer_max is not None:
        present = period_label(terms.per_customer_period, now, zone)
        counted = [
            use for use in own if period_label(terms.per_customer_period, use.used_at, zone) == present
        ]
        _check_room(terms.per_customer_max, counted, coupon.code)
    state = coupon.state_at(now)
    if state is CouponState.RESERVED:
        raise CouponReservedError(field="code", code=coupon.code)
    if state is CouponState.USED_UP:
        raise CouponUsedUpError(field="code", code=coupon.code)


def _check_room(most: int, uses: Iterable[Use], code: str) -> None:
    live = [use for use in uses if use.state in LIVE]
    if len(live) >= most:
        reserved = [use.use_id for use in live if use.state is UseState.RESERVED]
        if reserved:
            raise CouponReservedError(field="code", code=code, use_id=reserved[0])
        raise CouponLimitReachedError(field="code", code=code, per_customer_max=most)


def check_budget(coupon: Coupon, more_minor: int) -> None:
    """Raises CouponBudgetSpentError when the budget does not pay for what a use costs more than before."""
    budget = coupon.terms.budget_minor
    if budget is not None and more_minor > 0 and coupon.charged_minor + more_minor > budget:
        raise CouponBudgetSpentError(field="code", left_minor=max(budget - coupon.charged_minor, 0))


def check_reserved(use: Use) -> None:
    """Raises CouponUseResolvedError for what is no reservation any more."""
    if use.state is not UseState.RESERVED:
        raise CouponUseResolvedError(field="use_id", state=use.state)


def check_redeemed(use: Use) -> None:
    """Raises CouponUseNotRedeemedError for what cannot be rolled back."""
    if use.state is not UseState.REDEEMED:
        raise CouponUseNotRedeemedError(field="use_id", state=use.state)
