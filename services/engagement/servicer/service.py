"""`EngagementService`: message -> value -> message."""

from __future__ import annotations

from regulars.engagement.v1 import engagement_service_pb2_grpc as pb_grpc

from services.engagement.servicer.lists import Lists
from services.engagement.servicer.scores import Scores
from services.engagement.servicer.versions import Versions


class EngagementServicer(Scores, Lists, Versions, pb_grpc.EngagementServiceServicer):
    """Serves one explainable score per customer."""
