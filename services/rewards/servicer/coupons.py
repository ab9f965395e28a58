"""Coupons as a team makes them."""

from __future__ import annotations

import secrets

from regulars.rewards.v1 import rewards_service_pb2 as pb

from services.codes import CHANCE_BYTES, code_of, normalised
from services.rewards.queries.coupons import find_coupons, list_coupons
from services.rewards.rules.coupon_errors import CouponNotFoundError
from services.rewards.rules.coupons import CouponEnd, NewCoupons
from services.rewards.servicer.base import Context, Part
from services.rewards.servicer.coupon_messages import coupon_message, terms_of
from services.rewards.use_cases.coupons import create_coupons, retire_coupons
from services.rpc.wire import page_position, page_size, page_token, request_key


class Coupons(Part):
    async def CreateCoupons(
        self, request: pb.CreateCouponsRequest, context: Context
    ) -> pb.CreateCouponsResponse:
        del context
        terms = terms_of(request.terms, self._database.programme)
        wanted = NewCoupons(codes_of(request), terms, request.terms.customer_id)
        codes = await self._database.write(create_coupons, wanted, request_key(request))
        return pb.CreateCouponsResponse(codes=codes)

    async def GetCoupon(self, request: pb.GetCouponRequest, context: Context) -> pb.GetCouponResponse:
        del context
        code, now = normalised(request.code), self._database.clock.now()
        found = await self._database.fetch(find_coupons, [code], now)
        if code not in found:
            raise CouponNotFoundError(field="code")
        return pb.GetCouponResponse(coupon=coupon_message(found[code], now, self._database.programme))

    async def ListCoupons(self, request: pb.ListCouponsRequest, context: Context) -> pb.ListCouponsResponse:
        del context
        size, now = page_size(request.page_size), self._database.clock.now()
        (after,) = page_position(request.page_token, (str,)) or ("",)
        found = await self._database.fetch(list_coupons, request.campaign, after, size + 1, now)
        last = (found[size - 1].code,) if len(found) > size else None
        return pb.ListCouponsResponse(
            coupons=[coupon_message(one, now, self._database.programme) for one in found[:size]],
            next_page_token=page_token(last),
        )

    async def RetireCoupon(
        self, request: pb.RetireCouponRequest, context: Context
    ) -> pb.RetireCouponResponse:
        del context
        ended = CouponEnd(normalised(request.code))
        coupon = await self._database.write(retire_coupons, ended, request_key(request))
        message = coupon_message(coupon, self._database.clock.now(), self._database.programme)
        return pb.RetireCouponResponse(coupon=message)


def codes_of(request: pb.CreateCouponsRequest) -> tuple[str, ...]:
    if request.WhichOneof("codes") == "code":
        return (normalised(request.code),)
    return tuple(code_of(secrets.token_bytes(CHANCE_BYTES)) for _ in range(request.count))
