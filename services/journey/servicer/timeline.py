"""The part of `JourneyService` that reads timelines, and the tokens of their pages."""

from __future__ import annotations

import hashlib

from regulars.activity.v1 import events_pb2
from regulars.journey.v1 import journey_pb2
from regulars.journey.v1 import journey_service_pb2 as pb
from regulars.types.v1.channel_pb2 import Channel

from services.clock import EPOCH, MICROSECOND
from services.errors import CustomerNotFoundError
from services.journey.queries.records import ALL
from services.journey.queries.timeline import Page, find_timeline
from services.journey.rules.touches import NO_TOUCHES, Position, Wanted
from services.journey.servicer.base import Context, Part
from services.journey.servicer.touches import touch_message
from services.programme.touchpoints import Stage
from services.rpc.figures import window_ends, window_message
from services.rpc.wire import BadPageTokenError, page_position, page_size, page_token, short_name
from services.windows import whole_window

NEWER, OLDER = "newer", "older"
PARTS = (str, str, int, int, str, str)  # the question, the direction, and the position
INT64_DIGITS_MAX = 18  # as many as every number in a database may have


class Timelines(Part):
    """Reads what happened with a customer."""

    async def GetTimeline(self, request: pb.GetTimelineRequest, context: Context) -> pb.GetTimelineResponse:
        del context
        wanted = self._wanted(request)
        asked = question(request)
        position, newer = position_of(request.page_token, asked)
        customer_id, size = self._database.survivor(request.customer_id), page_size(request.page_size)
        page = Page(customer_id, wanted, size, position, newer)
        found = await self._database.fetch(find_timeline, page, self._words.known)
        if found is None:
            raise CustomerNotFoundError(field="customer_id")
        return pb.GetTimelineResponse(
            touches=[touch_message(touch, self._words) for touch in found.touches],
            next_page_token=token_of(asked, OLDER, found.older),
            previous_page_token=token_of(asked, NEWER, found.newer),
            window=window_message(wanted.window.since, wanted.window.until),
            visits_left_out=found.visits_left_out,
            fallback="" if found.touches or position is not None else NO_TOUCHES,
        )

    def _wanted(self, request: pb.GetTimelineRequest) -> Wanted:
        return Wanted(
            whole_window(*window_ends(request.window), self._database.clock.now()),
            frozenset(short_name(journey_pb2.TouchKind, kind, "TOUCH_KIND_") for kind in request.kinds),
            frozenset(short_name(Channel, channel, "CHANNEL_") for channel in request.channels),
            frozenset(Stage(short_name(events_pb2.Stage, stage, "STAGE_")) for stage in request.stages),
        )


def question(request: pb.GetTimelineRequest) -> str:
    """Names a timeline by what was asked for, so that a token of another one is refused."""
    asked = pb.GetTimelineRequest()
    asked.CopyFrom(request)
    asked.ClearField("page_token")
    asked.ClearField("page_size")
    return hashlib.blake2b(asked.SerializeToString(deterministic=True), digest_size=6).hexdigest()


def token_of(asked: str, direction: str, position: Position | None) -> str:
    if position is None:
        return ""
    at_us = (position.at - EPOCH) // MICROSECOND
    return page_token((asked, direction, at_us, position.rank, position.source, position.id))


def position_of(token: str, asked: str) -> tuple[Position | None, bool]:
    """The position in a token of this very timeline, and whether it leads to newer touches.

    Raises BadPageTokenError.
    """
    parts = page_position(token, PARTS)
    if parts is None:
        return None, False
    of, direction, at_us, rank, source, identifier = parts
    is_known = of == asked and direction in {NEWER, OLDER} and 0 <= rank < len(ALL)
    if not is_known or (ALL[rank].numbered and not _is_number(identifier)):
        raise BadPageTokenError(field="page_token")
    try:
        at = EPOCH + at_us * MICROSECOND
    except OverflowError as error:
        raise BadPageTokenError(field="page_token") from error
    return Position(at, rank, source, identifier), direction == NEWER


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= INT64_DIGITS_MAX
