"""`SegmentsService`: message -> value -> message."""

from __future__ import annotations

from regulars.engagement.v1 import segments_service_pb2_grpc as pb_grpc

from services.engagement.servicer.experience import Experiences
from services.engagement.servicer.personas import Personas
from services.engagement.servicer.segment_members import SegmentMembers
from services.engagement.servicer.segments import Segments


class SegmentsServicer(Segments, SegmentMembers, Personas, Experiences, pb_grpc.SegmentsServiceServicer):
    """Groups customers."""
