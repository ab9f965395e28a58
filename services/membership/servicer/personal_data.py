"""What a person may ask for: everything that is known, and to be forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from regulars.membership.v1 import membership_service_pb2 as pb
from sqlalchemy import Connection

from services.errors import CustomerNotFoundError
from services.membership.queries.people import find_person
from services.membership.rules.erasing import Erasure
from services.membership.servicer.base import Context, Part
from services.membership.use_cases.erasing import erase_people
from services.rpc.wire import stamp
from services.storage.exporting import export
from services.storage.sets import known_customers
from services.storage.vault import Vault


class PersonalData(Part):
    async def ExportMember(
        self, request: pb.ExportMemberRequest, context: Context
    ) -> AsyncIterator[pb.ExportMemberResponse]:
        del context
        customer_id = self._database.survivor(request.customer_id)
        if not await self._database.read(known_customers, customer_id):
            raise CustomerNotFoundError(field="customer_id")
        now = self._database.clock.now()
        for part in await self._database.fetch(export_person, self._database.vault, customer_id, now):
            yield pb.ExportMemberResponse(part=part)

    async def EraseMember(self, request: pb.EraseMemberRequest, context: Context) -> pb.EraseMemberResponse:
        del context
        erased_at = await self._database.write(erase_people, Erasure(request.customer_id))
        return pb.EraseMemberResponse(erased_at=stamp(erased_at))


def export_person(connection: Connection, vault: Vault, customer_id: str, now: datetime) -> Sequence[bytes]:
    return list(export(connection, vault, find_person(connection, customer_id), now))
