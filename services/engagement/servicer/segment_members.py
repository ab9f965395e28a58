"""The part of `SegmentsService` that says who belongs to a segment, how many they are, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from regulars.engagement.v1 import segments_service_pb2 as pb
from sqlalchemy import Connection

from services.engagement.queries.lists import count_rows, find_values
from services.engagement.queries.segments import find_segment
from services.engagement.servicer.base import Context
from services.engagement.servicer.groups import explanation_message
from services.engagement.servicer.lists import Listing, Page
from services.engagement.servicer.paging import question
from services.errors import CustomerNotFoundError
from services.filtering.evaluating import Explanation, Values, explain
from services.intervals import wilson
from services.rpc.figures import figure_message
from services.rpc.wire import page_size, stamp
from services.storage.sets import known_customers

NEVER_SCORED: Final = Explanation(
    holds=False, words="nothing is computed of this customer yet: in no segment before that"
)


class SegmentMembers(Listing):
    """Lists, counts and explains who belongs to a segment."""

    async def ListSegmentMembers(
        self, request: pb.ListSegmentMembersRequest, context: Context
    ) -> pb.ListSegmentMembersResponse:
        del context
        segment = await self._database.fetch(find_segment, request.segment_id)
        found = self._wanted(segment.filter, request.order_by)
        asked = question("members", segment.segment_id, segment.filter, request.order_by)
        page = Page(found, asked, request.page_token, page_size(request.page_size))
        members, token = await self._page(page)
        return pb.ListSegmentMembersResponse(members=members, next_page_token=token)

    async def CountSegmentMembers(
        self, request: pb.CountSegmentMembersRequest, context: Context
    ) -> pb.CountSegmentMembersResponse:
        del context
        found = self._wanted(await self._filter_of(request), "")
        count, everybody = await self._database.fetch(count_rows, found)
        return pb.CountSegmentMembersResponse(
            customers=count,
            share=figure_message(wilson(count, everybody)),
            counted_at=stamp(found.now),
        )

    async def ExplainMembership(
        self, request: pb.ExplainMembershipRequest, context: Context
    ) -> pb.ExplainMembershipResponse:
        del context
        customer_id = self._database.survivor(request.customer_id)
        asked = self._wanted(await self._filter_of(request), "")
        values, scored_at = await self._database.fetch(find_known_values, customer_id, asked.lowest_tier)
        explanation = NEVER_SCORED if values is None else explain(asked.tree, values, asked.now)
        return pb.ExplainMembershipResponse(
            customer_id=customer_id,
            explanation=explanation_message(explanation),
            asked_at=stamp(asked.now),
            scored_at=stamp(scored_at),
        )

    async def _filter_of(self, request: pb.CountSegmentMembersRequest | pb.ExplainMembershipRequest) -> str:
        """The filter asked for, or the one of the saved segment asked for."""
        if request.WhichOneof("asked") == "filter":
            return request.filter
        return (await self._database.fetch(find_segment, request.segment_id)).filter


def find_known_values(
    connection: Connection, customer_id: str, lowest_tier: str
) -> tuple[Values | None, datetime | None]:
    """A known customer's fields, and when they were computed; None before. Raises CustomerNotFoundError."""
    found = find_values(connection, customer_id, lowest_tier)
    if found is None and customer_id not in known_customers(connection, [customer_id]):
        raise CustomerNotFoundError(field="customer_id")
    return found or (None, None)
