"""`MembershipService`: message -> value -> message."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from grpc.aio import ServicerContext
from regulars.membership.v1 import membership_service_pb2 as pb
from regulars.membership.v1 import membership_service_pb2_grpc as pb_grpc

from services.errors import MemberNotFoundError
from services.membership import queries, use_cases
from services.membership.rules import (
    IDENTITY_KEY_BYTES,
    ROTATION_EXPONENT,
    Consent,
    ConsentChange,
    ConsentKind,
    Enrolment,
    Member,
    PresenceDevice,
)
from services.rpc.wire import moment, request_key, short_name, stamp
from services.storage.database import Database

Context = ServicerContext[Any, Any]


class MembershipServicer(pb_grpc.MembershipServiceServicer):
    """Keeps the members of the programme."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def EnrolMember(self, request: pb.EnrolMemberRequest, context: Context) -> pb.EnrolMemberResponse:
        del context
        enrolled_at = moment(request.enrolled_at) if request.HasField("enrolled_at") else None
        enrolment = Enrolment(request.customer_id, consents_of(request.consents), enrolled_at)
        member = await self._database.write(use_cases.enrol_members, enrolment, request_key(request))
        return pb.EnrolMemberResponse(member=member_message(member))

    async def GetMember(self, request: pb.GetMemberRequest, context: Context) -> pb.GetMemberResponse:
        del context
        member = await self._database.read(queries.find_members, request.customer_id)
        if member is None:
            raise MemberNotFoundError(field="customer_id")
        return pb.GetMemberResponse(member=member_message(member))

    async def SetConsents(self, request: pb.SetConsentsRequest, context: Context) -> pb.SetConsentsResponse:
        del context
        change = ConsentChange(request.customer_id, consents_of(request.consents))
        member = await self._database.write(use_cases.set_consents, change, request_key(request))
        return pb.SetConsentsResponse(member=member_message(member))

    async def SetPresenceDevice(
        self, request: pb.SetPresenceDeviceRequest, context: Context
    ) -> pb.SetPresenceDeviceResponse:
        del context
        device = PresenceDevice(request.customer_id, secrets.token_bytes(IDENTITY_KEY_BYTES))
        key = await self._database.write(use_cases.set_presence_devices, device)
        return pb.SetPresenceDeviceResponse(
            identity_key=bytes.fromhex(key.identity_key_hex), rotation_exponent=ROTATION_EXPONENT
        )


def consents_of(messages: Iterable[pb.Consent]) -> tuple[Consent, ...]:
    return tuple(
        Consent(
            ConsentKind(short_name(pb.ConsentKind, message.kind, "CONSENT_KIND_")),
            message.granted,
            message.source,
            message.text_version,
        )
        for message in messages
    )


def member_message(member: Member) -> pb.Member:
    return pb.Member(
        customer_id=member.customer_id,
        state=f"MEMBER_STATE_{member.state}",
        enrolled_at=stamp(member.enrolled_at),
        consents=[consent_message(consent) for consent in member.consents],
        has_presence_device=member.has_presence_device,
    )


def consent_message(consent: Consent) -> pb.Consent:
    return pb.Consent(
        kind=f"CONSENT_KIND_{consent.kind}",
        granted=consent.granted,
        source=consent.source,
        text_version=consent.text_version,
        recorded_at=stamp(consent.recorded_at),
    )
