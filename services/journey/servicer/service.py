"""`JourneyService`: message -> value -> message."""

from __future__ import annotations

from regulars.journey.v1 import journey_service_pb2_grpc as pb_grpc

from services.journey.servicer.context import Contexts
from services.journey.servicer.reports import Reports
from services.journey.servicer.timeline import Timelines


class JourneyServicer(Timelines, Reports, Contexts, pb_grpc.JourneyServiceServicer):
    """Reads customers' journeys."""
