"""`MembershipService`, put together from its parts."""

from __future__ import annotations

from regulars.membership.v1 import membership_service_pb2_grpc as pb_grpc

from services.membership.servicer.consents import Consents
from services.membership.servicer.customer_view import CustomerViews
from services.membership.servicer.members import Members
from services.membership.servicer.merging import Merges
from services.membership.servicer.people import People
from services.membership.servicer.personal_data import PersonalData


class MembershipServicer(
    Members, People, Consents, CustomerViews, Merges, PersonalData, pb_grpc.MembershipServiceServicer
):
    """Keeps the members of the programme."""
