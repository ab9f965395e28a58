"""`CasesService`, put together from its parts."""

from __future__ import annotations

from regulars.feedback.v1 import cases_service_pb2_grpc as pb_grpc

from services.feedback.servicer.case_report import CaseReports
from services.feedback.servicer.case_steps import CaseSteps
from services.feedback.servicer.cases import Cases
from services.feedback.servicer.make_goods import MakeGoods


class CasesServicer(Cases, CaseSteps, MakeGoods, CaseReports, pb_grpc.CasesServiceServicer):
    """Keeps cases from what opens them to their resolution, makes good, and sums them up."""
