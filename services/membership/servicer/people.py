"""Who members are: profiles, and the identifiers they are found by."""

from __future__ import annotations

from regulars.membership.v1 import membership_service_pb2 as pb
from sqlalchemy import Connection

from services.errors import CustomerNotFoundError
from services.membership.queries.identifiers import find_identifiers, find_owners
from services.membership.queries.members import find_members
from services.membership.rules.identifiers import Identifier, IdentifierChange, IdentifierNotFoundError
from services.membership.rules.profile import Profile, ProfileChange, changes_of, profile_of
from services.membership.servicer import messages
from services.membership.servicer.base import Context, Part
from services.membership.use_cases.identifiers import add_identifiers, remove_identifiers, update_profiles
from services.rpc.wire import request_key
from services.storage.profiles import find_profiles
from services.storage.sets import known_customers
from services.storage.vault import Vault


class People(Part):
    async def GetProfile(self, request: pb.GetProfileRequest, context: Context) -> pb.GetProfileResponse:
        del context
        customer_id = self._database.survivor(request.customer_id)
        if not await self._database.read(known_customers, customer_id):
            raise CustomerNotFoundError(field="customer_id")
        profile, identifiers = await self._database.fetch(find_person, self._database.vault, customer_id)
        return pb.GetProfileResponse(
            profile=messages.profile_message(profile),
            identifiers=[messages.identifier_message(one) for one in identifiers],
        )

    async def UpdateProfile(
        self, request: pb.UpdateProfileRequest, context: Context
    ) -> pb.UpdateProfileResponse:
        """The answer is read afterwards: what is kept for repeated requests is not encrypted."""
        del context
        profile = messages.profile_of(request.profile, self._database.clock.now(), self._database.programme)
        change = ProfileChange(request.customer_id, changes_of(profile, request.update_mask.paths))
        await self._database.write(update_profiles, change, request_key(request))
        customer_id = self._database.survivor(request.customer_id)
        stored, _ = await self._database.fetch(find_person, self._database.vault, customer_id)
        return pb.UpdateProfileResponse(profile=messages.profile_message(stored))

    async def AddIdentifier(
        self, request: pb.AddIdentifierRequest, context: Context
    ) -> pb.AddIdentifierResponse:
        del context
        identifier = messages.identifier_of(request.identifier, self._database.programme)
        change = IdentifierChange(request.customer_id, identifier)
        await self._database.write(add_identifiers, change, request_key(request))
        return pb.AddIdentifierResponse(identifier=messages.identifier_message(identifier))

    async def RemoveIdentifier(
        self, request: pb.RemoveIdentifierRequest, context: Context
    ) -> pb.RemoveIdentifierResponse:
        del context
        identifier = messages.identifier_of(request.identifier, self._database.programme)
        change = IdentifierChange(request.customer_id, identifier)
        await self._database.write(remove_identifiers, change, request_key(request))
        return pb.RemoveIdentifierResponse()

    async def FindMember(self, request: pb.FindMemberRequest, context: Context) -> pb.FindMemberResponse:
        del context
        identifier = messages.identifier_of(request.identifier, self._database.programme)
        owner = await self._database.fetch(find_owner, self._database.vault, identifier)
        member = await self._database.read(find_members, owner) if owner else None
        if member is None:
            raise IdentifierNotFoundError(field="identifier")
        return pb.FindMemberResponse(member=messages.member_message(member))


def find_person(
    connection: Connection, vault: Vault, customer_id: str
) -> tuple[Profile, tuple[Identifier, ...]]:
    known = find_profiles(connection, vault, [customer_id]).get(customer_id, {})
    return profile_of(known), find_identifiers(connection, vault, [customer_id]).get(customer_id, ())


def find_owner(connection: Connection, vault: Vault, identifier: Identifier) -> str | None:
    return find_owners(connection, vault, [identifier]).get(identifier)
