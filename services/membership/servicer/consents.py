"""What members agree to, and the devices that announce them."""

from __future__ import annotations

import secrets

from regulars.membership.v1 import membership_service_pb2 as pb

from services.errors import MemberNotFoundError
from services.membership.queries.members import find_members, list_consents
from services.membership.rules.members import (
    IDENTITY_KEY_BYTES,
    ROTATION_EXPONENT,
    SERIAL_BITS,
    ConsentChange,
    PresenceDevice,
    Revocation,
)
from services.membership.servicer.base import Context, Part
from services.membership.servicer.messages import consent_message, consents_of, member_message, tag_of
from services.membership.use_cases.consents import (
    revoke_presence_devices,
    set_consents,
    set_presence_devices,
)
from services.rpc.wire import page_position, page_size, page_token, request_key


class Consents(Part):
    async def SetConsents(self, request: pb.SetConsentsRequest, context: Context) -> pb.SetConsentsResponse:
        del context
        change = ConsentChange(request.customer_id, consents_of(request.consents))
        member = await self._database.write(set_consents, change, request_key(request))
        return pb.SetConsentsResponse(member=member_message(member))

    async def ListConsents(
        self, request: pb.ListConsentsRequest, context: Context
    ) -> pb.ListConsentsResponse:
        del context
        customer_id = self._database.survivor(request.customer_id)
        size = page_size(request.page_size)
        before = page_position(request.page_token, (int,))
        if await self._database.read(find_members, customer_id) is None:
            raise MemberNotFoundError(field="customer_id")
        found = await self._database.fetch(
            list_consents, customer_id, before[0] if before else None, size + 1
        )
        page = found[:size]
        last = (page[-1][0],) if len(found) > size else None
        return pb.ListConsentsResponse(
            consents=[consent_message(one) for _, one in page], next_page_token=page_token(last)
        )

    async def SetPresenceDevice(
        self, request: pb.SetPresenceDeviceRequest, context: Context
    ) -> pb.SetPresenceDeviceResponse:
        del context
        device = PresenceDevice(
            request.customer_id,
            secrets.token_bytes(IDENTITY_KEY_BYTES),
            secrets.randbits(SERIAL_BITS),
            tag_of(request.tag),
        )
        key = await self._database.write(set_presence_devices, device)
        return pb.SetPresenceDeviceResponse(
            identity_key=bytes.fromhex(key.identity_key_hex),
            rotation_exponent=ROTATION_EXPONENT if key.identity_key_hex else 0,
        )

    async def RevokePresenceDevice(
        self, request: pb.RevokePresenceDeviceRequest, context: Context
    ) -> pb.RevokePresenceDeviceResponse:
        del context
        revocation = Revocation(request.customer_id)
        member = await self._database.write(revoke_presence_devices, revocation, request_key(request))
        return pb.RevokePresenceDeviceResponse(member=member_message(member))
