"""Friends whom members bring."""

from __future__ import annotations

import secrets

from regulars.rewards.v1 import rewards_service_pb2 as pb

from services.codes import CHANCE_BYTES, code_of, normalised
from services.rewards.queries.referrals import list_referrals
from services.rewards.rules.referrals import Acceptance, CodeWanted
from services.rewards.servicer.base import ID_BYTES, Context, Part
from services.rewards.servicer.messages import referral_message
from services.rewards.use_cases.referrals import accept_referrals, give_referral_codes
from services.rpc.wire import moment_position, page_size, page_token, position_of, request_key


class Referrals(Part):
    async def GetReferralCode(
        self, request: pb.GetReferralCodeRequest, context: Context
    ) -> pb.GetReferralCodeResponse:
        del context
        wanted = CodeWanted(request.customer_id, code_of(secrets.token_bytes(CHANCE_BYTES)))
        code = await self._database.write(give_referral_codes, wanted)
        return pb.GetReferralCodeResponse(code=code)

    async def AcceptReferral(
        self, request: pb.AcceptReferralRequest, context: Context
    ) -> pb.AcceptReferralResponse:
        del context
        wanted = Acceptance(request.customer_id, normalised(request.code), secrets.token_hex(ID_BYTES))
        referral = await self._database.write(accept_referrals, wanted, request_key(request))
        return pb.AcceptReferralResponse(referral=referral_message(referral))

    async def ListReferrals(
        self, request: pb.ListReferralsRequest, context: Context
    ) -> pb.ListReferralsResponse:
        del context
        customer_id = self._database.survivor(request.customer_id)
        size, before = page_size(request.page_size), moment_position(request.page_token)
        found = await self._database.fetch(list_referrals, customer_id, before, size + 1)
        page, now = found[:size], self._database.clock.now()
        last = position_of(page[-1].accepted_at, page[-1].referral_id) if len(found) > size else None
        return pb.ListReferralsResponse(
            referrals=[referral_message(one.at(now)) for one in page], next_page_token=page_token(last)
        )
