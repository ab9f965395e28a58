"""Between membership's messages and its values."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from regulars.membership.v1 import membership_service_pb2 as pb

from services.membership.rules.identifiers import Identifier, IdentifierKind, normalised
from services.membership.rules.members import Consent, ConsentKind, Member
from services.membership.rules.profile import PROFILE_FIELDS, Profile, checked
from services.membership.rules.tags import company_tag, eddystone_tag, proximity_tag, service_tag
from services.programme.programme import Programme
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
        has_presence_device=member.device is not None,
        presence_device_kind=f"PRESENCE_DEVICE_KIND_{member.device or 'UNSPECIFIED'}",
    )


def tag_of(message: pb.FixedTag) -> bytes:
    """The fixed identifier as gateways spell it; empty when the message is."""
    match message.WhichOneof("numbering"):
        case "proximity":
            return proximity_tag(message.proximity.uuid, message.proximity.major, message.proximity.minor)
        case "eddystone":
            return eddystone_tag(message.eddystone.namespace, message.eddystone.instance)
        case "maker":
            return maker_tag_of(message.maker)
    return b""


def maker_tag_of(message: pb.MakerTag) -> bytes:
    if message.HasField("company"):
        return company_tag(message.company, message.identifier)
    return service_tag(message.service, message.identifier)


def consent_message(consent: Consent) -> pb.Consent:
    return pb.Consent(
        kind=f"CONSENT_KIND_{consent.kind}",
        granted=consent.granted,
        source=consent.source,
        text_version=consent.text_version,
        recorded_at=stamp(consent.recorded_at),
    )


def profile_of(message: pb.Profile, now: datetime, programme: Programme) -> Profile:
    """Raises InvalidError that names the field."""
    today = now.astimezone(programme.zone).date()
    given = Profile(**{name: getattr(message, name) for name in PROFILE_FIELDS})
    return checked(given, today, programme.country)


def profile_message(profile: Profile) -> pb.Profile:
    return pb.Profile(**profile.known)


def identifiers_of(messages: Iterable[pb.Identifier], programme: Programme) -> tuple[Identifier, ...]:
    """Each once, however often it is given. Raises InvalidError that names the position."""
    found = (
        identifier_of(message, programme, f"identifiers[{position}].value")
        for position, message in enumerate(messages)
    )
    return tuple(dict.fromkeys(found))


def identifier_of(
    message: pb.Identifier, programme: Programme, field: str = "identifier.value"
) -> Identifier:
    kind = IdentifierKind(short_name(pb.IdentifierKind, message.kind, "IDENTIFIER_KIND_"))
    return normalised(kind, message.value, programme.country, field)


def identifier_message(one: Identifier) -> pb.Identifier:
    return pb.Identifier(kind=f"IDENTIFIER_KIND_{one.kind}", value=one.value)
