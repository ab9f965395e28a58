"""`LoyaltyService`: message -> value -> message."""

from __future__ import annotations

from regulars.loyalty.v1 import loyalty_service_pb2_grpc as pb_grpc

from services.loyalty.servicer.adjusting import Adjusting
from services.loyalty.servicer.importing import Importing
from services.loyalty.servicer.programme import ProgrammeState
from services.loyalty.servicer.spending import Spending
from services.loyalty.servicer.statements import Statements


class LoyaltyServicer(
    Spending, Adjusting, Statements, ProgrammeState, Importing, pb_grpc.LoyaltyServiceServicer
):
    """Keeps the ledger of points."""
