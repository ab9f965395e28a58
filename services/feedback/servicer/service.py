"""`FeedbackService`, put together from its parts."""

from __future__ import annotations

from regulars.feedback.v1 import feedback_service_pb2_grpc as pb_grpc

from services.feedback.servicer.answers import Answers
from services.feedback.servicer.cases import Cases


class FeedbackServicer(Answers, Cases, pb_grpc.FeedbackServiceServicer):
    """Takes in answers to surveys, sums them up, and keeps the cases that unhappy ones open."""
