"""The part of `SegmentsService` that keeps saved segments."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Final

from regulars.engagement.v1 import segments_service_pb2 as pb
from sqlalchemy import Connection

from services.engagement.queries import segments as queries
from services.engagement.rules.segments import (
    MaskInvalidError,
    NameBlankError,
    NewSegment,
    Segment,
    SegmentChange,
    SegmentEdit,
    tree_of,
)
from services.engagement.servicer.base import Context, Part
from services.engagement.servicer.groups import change_message, segment_message
from services.engagement.use_cases import segments as use_cases
from services.rpc.wire import page_position, page_size, page_token, request_key

ID_BYTES: Final = 8  # two segments of a shop that are given the same will not happen
EDITABLE: Final = ("name", "description", "filter")


class Segments(Part):
    """Saves, reads and deletes segments."""

    async def CreateSegment(
        self, request: pb.CreateSegmentRequest, context: Context
    ) -> pb.CreateSegmentResponse:
        del context
        tree_of(request.filter, self._database.programme.zone)
        new = NewSegment(
            f"segment-{secrets.token_hex(ID_BYTES)}",
            name_of(request.name),
            request.description,
            request.filter,
            request.actor,
        )
        segment = await self._database.write(use_cases.create_segments, new, request_key(request))
        return pb.CreateSegmentResponse(segment=segment_message(segment))

    async def GetSegment(self, request: pb.GetSegmentRequest, context: Context) -> pb.GetSegmentResponse:
        del context
        segment, changes = await self._database.fetch(find_with_changes, request.segment_id)
        return pb.GetSegmentResponse(
            segment=segment_message(segment), changes=[change_message(one) for one in changes]
        )

    async def ListSegments(
        self, request: pb.ListSegmentsRequest, context: Context
    ) -> pb.ListSegmentsResponse:
        del context
        size = page_size(request.page_size)
        after = page_position(request.page_token, (str, str))
        found = await self._database.fetch(queries.list_segments, after, size + 1)
        page = found[:size]
        last = (page[-1].name_key, page[-1].segment_id) if len(found) > size else None
        return pb.ListSegmentsResponse(
            segments=[segment_message(one) for one in page], next_page_token=page_token(last)
        )

    async def UpdateSegment(
        self, request: pb.UpdateSegmentRequest, context: Context
    ) -> pb.UpdateSegmentResponse:
        del context
        changes = changes_of(request)
        if "filter" in changes:
            tree_of(changes["filter"], self._database.programme.zone)
        edit = SegmentEdit(request.segment_id, request.actor, request.etag, **changes)
        segment = await self._database.write(use_cases.update_segments, edit, request_key(request))
        return pb.UpdateSegmentResponse(segment=segment_message(segment))

    async def DeleteSegment(
        self, request: pb.DeleteSegmentRequest, context: Context
    ) -> pb.DeleteSegmentResponse:
        del context
        edit = SegmentEdit(request.segment_id, request.actor, request.etag)
        await self._database.write(use_cases.delete_segments, edit, request_key(request))
        return pb.DeleteSegmentResponse()


def changes_of(request: pb.UpdateSegmentRequest) -> dict[str, str]:
    """The fields to change, by name: those of the mask, or without one those that are not empty."""
    paths = list(request.update_mask.paths)
    if unknown := set(paths) - set(EDITABLE):
        raise MaskInvalidError(field="update_mask", path=min(unknown))
    given = {name: str(getattr(request, name)) for name in EDITABLE}
    changes = {name: value for name, value in given.items() if (name in paths if paths else value)}
    return {name: name_of(value) if name == "name" else value for name, value in changes.items()}


def name_of(text: str) -> str:
    """The name without the spaces around it. Raises NameBlankError."""
    if not text.strip():
        raise NameBlankError(field="name")
    return text.strip()


def find_with_changes(connection: Connection, segment_id: str) -> tuple[Segment, Sequence[SegmentChange]]:
    """A saved segment and its history. Raises SegmentNotFoundError."""
    return queries.find_segment(connection, segment_id), queries.list_changes(connection, segment_id)
