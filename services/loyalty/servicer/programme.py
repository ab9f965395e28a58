"""What is told of the programme: its liability, its tiers and who may lose one."""

from __future__ import annotations

from regulars.loyalty.v1 import loyalty_service_pb2 as pb

from services.errors import MemberNotFoundError
from services.loyalty.queries.liability import find_liability
from services.loyalty.queries.tier_warnings import list_warnings
from services.loyalty.servicer.base import Context, Part
from services.loyalty.servicer.messages import liability_message, standing_message, warning_message
from services.points.standings import find_placed
from services.rpc.wire import moment_position, page_size, page_token, position_of


class ProgrammeState(Part):
    async def GetLiability(
        self, request: pb.GetLiabilityRequest, context: Context
    ) -> pb.GetLiabilityResponse:
        del request, context
        programme = self._database.programme
        found = await self._database.fetch(find_liability, self._now(), programme.zone)
        return pb.GetLiabilityResponse(liability=liability_message(found, programme))

    async def GetTier(self, request: pb.GetTierRequest, context: Context) -> pb.GetTierResponse:
        del context
        programme = self._database.programme
        customer_id = self._database.survivor(request.customer_id)
        found = await self._database.read(find_placed, customer_id)
        if found is None:
            raise MemberNotFoundError(field="customer_id")
        standing = found.ranked(self._now(), programme)
        return pb.GetTierResponse(standing=standing_message(customer_id, standing, programme))

    async def ListTierWarnings(
        self, request: pb.ListTierWarningsRequest, context: Context
    ) -> pb.ListTierWarningsResponse:
        del context
        size = page_size(request.page_size)
        before = moment_position(request.page_token)
        found = await self._database.fetch(list_warnings, before, size + 1)
        page = found[:size]
        last = position_of(page[-1].raised_at, page[-1].customer_id) if len(found) > size else None
        return pb.ListTierWarningsResponse(
            warnings=[warning_message(one) for one in page], next_page_token=page_token(last)
        )
