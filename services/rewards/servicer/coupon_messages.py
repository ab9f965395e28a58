"""Between the messages and the values of coupons."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from regulars.rewards.v1 import rewards_service_pb2 as pb
from regulars.types.v1.money_pb2 import Money

from services.errors import InvalidError, check_currency
from services.programme.earning_rule import Period
from services.programme.programme import Programme
from services.rewards.rules.coupons import Benefit, Coupon, Terms, Use
from services.rpc.wire import moment, short_name, stamp

PERIODS: dict[str, Period] = {
    "UNSPECIFIED": "EVER",
    "DAY": "DAY",
    "MONTH": "MONTH",
    "YEAR": "YEAR",
    "EVER": "EVER",
}


def money(amount_minor: int, programme: Programme) -> Money:
    return Money(amount_minor=amount_minor, currency=programme.currency)


def amount_of(message: Money, programme: Programme, field: str, least: int = 0) -> int:
    """Minor units of the programme's currency. Raises InvalidError for another one, or too little."""
    if foreign := check_currency(message.currency, programme.currency, field):
        raise foreign
    if message.amount_minor < least:
        raise InvalidError(f"{field}: must be at least {least} minor units", field=field)
    return message.amount_minor


def terms_of(message: pb.CouponTerms, programme: Programme) -> Terms:
    benefit, value = benefit_of(message, programme)
    budgeted = message.HasField("budget")
    return Terms(
        campaign=message.campaign,
        title=message.title,
        benefit=benefit,
        value=value,
        sku=message.item.sku,
        customer_id=message.customer_id,
        uses_max=message.uses_max if message.HasField("uses_max") else None,
        per_customer_max=message.per_customer_max if message.HasField("per_customer_max") else None,
        per_customer_period=PERIODS[short_name(pb.LimitPeriod, message.per_customer_period, "LIMIT_PERIOD_")],
        budget_minor=amount_of(message.budget, programme, "terms.budget") if budgeted else None,
        valid_from=moment(message.valid_from) if message.HasField("valid_from") else None,
        valid_until=moment(message.valid_until) if message.HasField("valid_until") else None,
    )


def benefit_of(message: pb.CouponTerms, programme: Programme) -> tuple[Benefit, int]:
    """What a use gives, and how much of it."""
    which = message.WhichOneof("benefit")
    if which == "amount":
        return Benefit.AMOUNT, amount_of(message.amount, programme, "terms.amount", least=1)
    if which == "item":
        return Benefit.ITEM, amount_of(message.item.worth, programme, "terms.item.worth")
    return (Benefit.POINTS, message.points) if which == "points" else (Benefit.PERCENT, message.percent)


def terms_message(terms: Terms, programme: Programme) -> pb.CouponTerms:
    budget = terms.budget_minor
    return pb.CouponTerms(
        campaign=terms.campaign,
        title=terms.title,
        customer_id=terms.customer_id,
        uses_max=terms.uses_max,
        per_customer_max=terms.per_customer_max,
        per_customer_period=f"LIMIT_PERIOD_{terms.per_customer_period}",
        budget=None if budget is None else money(budget, programme),
        valid_from=stamp(terms.valid_from),
        valid_until=stamp(terms.valid_until),
        **benefit_fields(terms, programme),
    )


def benefit_fields(terms: Terms, programme: Programme) -> dict[str, Any]:
    if terms.benefit is Benefit.PERCENT:
        return {"percent": terms.value}
    if terms.benefit is Benefit.POINTS:
        return {"points": terms.value}
    worth = money(terms.value, programme)
    return (
        {"amount": worth}
        if terms.benefit is Benefit.AMOUNT
        else {"item": pb.FreeItem(sku=terms.sku, worth=worth)}
    )


def coupon_message(coupon: Coupon, now: datetime, programme: Programme) -> pb.Coupon:
    return pb.Coupon(
        code=coupon.code,
        terms=terms_message(coupon.terms, programme),
        state=f"COUPON_STATE_{coupon.state_at(now)}",
        uses=coupon.uses,
        charged=money(coupon.charged_minor, programme),
        created_at=stamp(coupon.created_at),
    )


def use_message(use: Use, programme: Programme) -> pb.CouponUse:
    return pb.CouponUse(
        use_id=use.use_id,
        code=use.code,
        customer_id=use.customer_id,
        state=f"COUPON_USE_STATE_{use.state}",
        source=use.source,
        order_id=use.order_id,
        discount=money(use.discount_minor, programme),
        points=use.points,
        sku=use.sku,
        used_at=stamp(use.used_at),
        lapses_at=stamp(use.lapses_at),
        resolved_at=stamp(use.resolved_at),
    )
