"""`FeedbackService`, put together from its parts."""

from __future__ import annotations

from regulars.feedback.v1 import feedback_service_pb2_grpc as pb_grpc

from services.feedback.servicer.answers import Answers
from services.feedback.servicer.figures import Figures
from services.feedback.servicer.invitations import Invitations


class FeedbackServicer(Answers, Invitations, Figures, pb_grpc.FeedbackServiceServicer):
    """Invites customers to surveys, takes in their answers and sums them up."""
