"""SQL of reservations of coupons that have lapsed, noticed or not: they count for nothing."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ScalarSelect, and_, bindparam, func, select

from services.storage.tables import coupon_uses, coupons

IS_LAPSED: Final = and_(coupon_uses.c.state == "RESERVED", coupon_uses.c.lapses_at <= bindparam("now"))


def of_lapsed(count: Any) -> ScalarSelect[Any]:
    """A count over the reservations of a coupon that lapsed by `now` and still stand as reserved."""
    return (
        select(count)
        .where(coupon_uses.c.code == coupons.c.code, IS_LAPSED)
        .correlate(coupons)
        .scalar_subquery()
    )


USES: Final = coupons.c.uses - of_lapsed(func.count())  # of a coupon, reserved and redeemed at `now`
