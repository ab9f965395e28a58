"""What members agree to, and the devices that announce them."""

from __future__ import annotations

import secrets

from regulars.membership.v1 import membership_service_pb2 as pb

from services.membership.rules.members import (
    IDENTITY_KEY_BYTES,
    ROTATION_EXPONENT,
    ConsentChange,
    PresenceDevice,
)
from services.membership.servicer.base import Context, Part
from services.membership.servicer.messages import consents_of, member_message
from services.membership.use_cases.members import set_consents, set_presence_devices
from services.rpc.wire import request_key


class Consents(Part):
    async def SetConsents(self, request: pb.SetConsentsRequest, context: Context) -> pb.SetConsentsResponse:
        del context
        change = ConsentChange(request.customer_id, consents_of(request.consents))
        member = await self._database.write(set_consents, change, request_key(request))
        return pb.SetConsentsResponse(member=member_message(member))

    async def SetPresenceDevice(
        self, request: pb.SetPresenceDeviceRequest, context: Context
    ) -> pb.SetPresenceDeviceResponse:
        del context
        device = PresenceDevice(request.customer_id, secrets.token_bytes(IDENTITY_KEY_BYTES))
        key = await self._database.write(set_presence_devices, device)
        return pb.SetPresenceDeviceResponse(
            identity_key=bytes.fromhex(key.identity_key_hex), rotation_exponent=ROTATION_EXPONENT
        )
