"""What may be wrong with a coupon or its use, and what to do."""

from __future__ import annotations

from services.errors import DuplicateError, NotFoundError, WrongStateError


class CouponExistsError(DuplicateError):
    """There is a coupon with this code already; choose another code."""

    reason = "COUPON_EXISTS"


class CouponNotFoundError(NotFoundError):
    """There is no such code; ask the customer to check the spelling."""

    reason = "COUPON_NOT_FOUND"


class CouponNotYoursError(WrongStateError):
    """The code belongs to another customer; it cannot be passed on."""

    reason = "COUPON_NOT_YOURS"


class CouponRetiredError(WrongStateError):
    """The coupon was ended; no code of it works any more."""

    reason = "COUPON_RETIRED"


class CouponNotYetError(WrongStateError):
    """The coupon is not valid yet; try again when `valid_from` has come."""

    reason = "COUPON_NOT_YET"


class CouponExpiredError(WrongStateError):
    """The coupon's time is over; ask for another one."""

    reason = "COUPON_EXPIRED"


class CouponLimitReachedError(WrongStateError):
    """The customer used the code as often as one customer may in this period."""

    reason = "COUPON_LIMIT_REACHED"


class CouponUsedUpError(WrongStateError):
    """All uses of the code are taken; ask for another one."""

    reason = "COUPON_USED_UP"


class CouponReservedError(WrongStateError):
    """What is left of the code is reserved; redeem or release the reservation, or wait until it lapses."""

    reason = "COUPON_RESERVED"


class CouponBudgetSpentError(WrongStateError):
    """What is left of the coupon's budget does not pay for this use; raise it with another coupon."""

    reason = "COUPON_BUDGET_SPENT"


class CouponUseNotFoundError(NotFoundError):
    """This customer has no use of a coupon with this id."""

    reason = "COUPON_USE_NOT_FOUND"


class CouponUseResolvedError(WrongStateError):
    """The reservation is over (see `state`); reserve the code again, or roll a redeemed use back."""

    reason = "COUPON_USE_RESOLVED"


class CouponUseNotRedeemedError(WrongStateError):
    """Only a redeemed use can be rolled back, and only once; release a reservation instead."""

    reason = "COUPON_USE_NOT_REDEEMED"


class CouponOrderHasItError(DuplicateError):
    """The code was used for this order already; it counts once in an order."""

    reason = "COUPON_ORDER_HAS_IT"
