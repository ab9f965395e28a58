"""Between membership's messages and its values."""

from __future__ import annotations

from collections.abc import Iterable

from regulars.membership.v1 import membership_service_pb2 as pb

from services.membership.rules.members import Consent, ConsentKind, Member
from services.rpc.wire import short_name, stamp


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
