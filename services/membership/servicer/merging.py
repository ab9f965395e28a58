"""Merging two customers who are one person, and undoing it."""

from __future__ import annotations

import uuid

from regulars.membership.v1 import membership_service_pb2 as pb

from services.membership.queries.merging import find_merges, list_merges
from services.membership.rules.merging import Merge, MergeNotFoundError, Merging, Unmerging
from services.membership.servicer.base import Context, Part
from services.membership.use_cases.merging import merge_members, unmerge_members
from services.rpc.wire import moment_position, page_size, page_token, position_of, request_key, stamp


class Merges(Part):
    async def MergeMembers(
        self, request: pb.MergeMembersRequest, context: Context
    ) -> pb.MergeMembersResponse:
        del context
        asked = Merging(
            str(uuid.uuid4()),
            request.survivor_customer_id,
            request.merged_customer_id,
            request.actor,
            request.reason,
        )
        answer = await self._database.write(merge_members, asked, request_key(request))
        return pb.MergeMembersResponse(merge_id=answer.merge_id)

    async def UnmergeMembers(
        self, request: pb.UnmergeMembersRequest, context: Context
    ) -> pb.UnmergeMembersResponse:
        del context
        merge = await self._database.read(find_merges, request.merge_id)
        if merge is None:
            raise MergeNotFoundError(field="merge_id")
        asked = Unmerging(merge.merge_id, merge.survivor_id, merge.merged_id, request.actor, request.reason)
        await self._database.write(unmerge_members, asked, request_key(request))
        return pb.UnmergeMembersResponse()

    async def ListMerges(self, request: pb.ListMergesRequest, context: Context) -> pb.ListMergesResponse:
        del context
        size = page_size(request.page_size)
        before = moment_position(request.page_token)
        customer_id = self._database.survivor(request.customer_id)
        found = await self._database.fetch(list_merges, customer_id, before, size + 1)
        page = found[:size]
        last = position_of(page[-1].merged_at, page[-1].merge_id) if len(found) > size else None
        return pb.ListMergesResponse(
            merges=[merge_message(one) for one in page], next_page_token=page_token(last)
        )


def merge_message(one: Merge) -> pb.Merge:
    return pb.Merge(
        merge_id=one.merge_id,
        survivor_customer_id=one.survivor_id,
        merged_customer_id=one.merged_id,
        actor=one.actor,
        reason=one.reason,
        merged_at=stamp(one.merged_at),
        undone_at=stamp(one.undone_at),
        undone_by=one.undone_by,
        undo_reason=one.undo_reason,
    )
