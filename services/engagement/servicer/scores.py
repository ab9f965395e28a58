"""`EngagementService`: message -> value -> message."""

from __future__ import annotations

from typing import Any, Final

from grpc.aio import ServicerContext
from regulars.engagement.v1 import engagement_service_pb2 as pb
from regulars.engagement.v1 import engagement_service_pb2_grpc as pb_grpc

from services.engagement.queries import scores as queries
from services.engagement.reference import PROSPECT, SEGMENT_NAMES
from services.engagement.rules.scores import Component, ComponentKind, Score
from services.errors import CustomerNotFoundError
from services.rpc.wire import page_position, page_size, page_token, short_name, stamp
from services.storage.database import Database
from services.storage.sets import known_customers

KINDS: Final[dict[str, Any]] = {
    kind.value: pb.ComponentKind.Value(f"COMPONENT_KIND_{kind}") for kind in ComponentKind
}
SEGMENTS: Final[dict[str, Any]] = {name: pb.Segment.Value(f"SEGMENT_{name}") for name in SEGMENT_NAMES}

Context = ServicerContext[Any, Any]


class EngagementServicer(pb_grpc.EngagementServiceServicer):
    """Serves one explainable score per customer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def GetScore(self, request: pb.GetScoreRequest, context: Context) -> pb.GetScoreResponse:
        del context
        customer_id = self._database.survivor(request.customer_id)
        found = await self._database.read(queries.find_scores, customer_id)
        if found is None:
            found = await self._without_evidence(customer_id)
        return pb.GetScoreResponse(score=score_message(found))

    async def _without_evidence(self, customer_id: str) -> Score:
        """A known customer who did nothing that counts has no component, and no coverage says so."""
        if not await self._database.read(known_customers, customer_id):
            raise CustomerNotFoundError(field="customer_id")
        return Score(customer_id, self._database.clock.now(), "none", 0.0, 0.0, (), 0, None, PROSPECT)

    async def ListScores(self, request: pb.ListScoresRequest, context: Context) -> pb.ListScoresResponse:
        del context
        segment = short_name(pb.Segment, request.segment, "SEGMENT_") if request.segment else None
        size = page_size(request.page_size)
        after = page_position(request.page_token, (float, str))
        found = await self._database.fetch(queries.list_scores, segment, after, size + 1)
        page = found[:size]
        more = len(found) > size
        return pb.ListScoresResponse(
            scores=[score_message(one) for one in page],
            next_page_token=page_token((page[-1].score, page[-1].customer_id) if more else None),
        )


def score_message(found: Score) -> pb.Score:
    rfm = found.rfm
    return pb.Score(
        customer_id=found.customer_id,
        score=found.score,
        coverage=found.coverage,
        components=[component_message(part) for part in found.components],
        rfm=pb.Rfm(
            recency=rfm.recency,
            frequency=rfm.frequency,
            monetary=rfm.monetary,
            segment=SEGMENTS[rfm.segment],
        ),
        orders=found.orders,
        gap_days_median=found.gap_days_median,
        as_of=stamp(found.as_of),
        score_version=found.version,
    )


def component_message(part: Component) -> pb.Component:
    return pb.Component(
        kind=KINDS[part.kind],
        value=part.value,
        percentile=part.percentile,
        weight=part.weight,
        contribution=part.contribution,
        window_days=part.window_days,
        events=part.events,
    )
