"""Coupons as customers use them."""

from __future__ import annotations

import secrets

from regulars.rewards.v1 import rewards_service_pb2 as pb

from services.codes import normalised
from services.errors import RegularsError
from services.rewards.rules.coupons import RESERVATION, UseEnd, UseWanted
from services.rewards.servicer.base import ID_BYTES, Context, Part
from services.rewards.servicer.coupon_messages import amount_of, money, use_message
from services.rewards.use_cases.coupons import (
    redeem_coupons,
    release_coupons,
    reserve_coupons,
    roll_back_coupons,
    validate_coupon,
)
from services.rpc.wire import SOURCE_DEFAULT, request_key


class Redeeming(Part):
    async def ValidateCoupon(
        self, request: pb.ValidateCouponRequest, context: Context
    ) -> pb.ValidateCouponResponse:
        del context
        customer_id = self._database.survivor(request.customer_id)
        wanted = UseWanted(customer_id, normalised(request.code), "", self._total(request))
        now, programme = self._database.clock.now(), self._database.programme
        found = await self._database.fetch(validate_coupon, wanted, now, programme)
        if isinstance(found, RegularsError):
            return pb.ValidateCouponResponse(reason=found.reason, message=found.message)
        return pb.ValidateCouponResponse(
            valid=True,
            discount=money(found.discount_minor, programme),
            points=found.points,
            sku=found.sku,
        )

    async def ReserveCoupon(
        self, request: pb.ReserveCouponRequest, context: Context
    ) -> pb.ReserveCouponResponse:
        del context
        wanted = UseWanted(
            request.customer_id,
            normalised(request.code),
            secrets.token_hex(ID_BYTES),
            self._total(request),
            ttl=request.ttl.ToTimedelta() if request.HasField("ttl") else RESERVATION,
        )
        use = await self._database.write(reserve_coupons, wanted, request_key(request))
        return pb.ReserveCouponResponse(use=use_message(use, self._database.programme))

    async def RedeemCoupon(
        self, request: pb.RedeemCouponRequest, context: Context
    ) -> pb.RedeemCouponResponse:
        del context
        wanted = UseWanted(
            request.customer_id,
            normalised(request.code),
            request.use_id or secrets.token_hex(ID_BYTES),
            self._total(request),
            request.order_id,
            request.source or SOURCE_DEFAULT,
        )
        use = await self._database.write(redeem_coupons, wanted, request_key(request))
        return pb.RedeemCouponResponse(use=use_message(use, self._database.programme))

    async def ReleaseCoupon(
        self, request: pb.ReleaseCouponRequest, context: Context
    ) -> pb.ReleaseCouponResponse:
        del context
        asked = UseEnd(request.customer_id, request.use_id)
        use = await self._database.write(release_coupons, asked, request_key(request))
        return pb.ReleaseCouponResponse(use=use_message(use, self._database.programme))

    async def RollBackCoupon(
        self, request: pb.RollBackCouponRequest, context: Context
    ) -> pb.RollBackCouponResponse:
        del context
        asked = UseEnd(request.customer_id, request.use_id)
        use = await self._database.write(roll_back_coupons, asked, request_key(request))
        return pb.RollBackCouponResponse(use=use_message(use, self._database.programme))

    def _total(
        self, request: pb.ValidateCouponRequest | pb.ReserveCouponRequest | pb.RedeemCouponRequest
    ) -> int:
        return amount_of(request.order_total, self._database.programme, "order_total")
