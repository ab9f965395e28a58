"""`PresenceService`: message -> value -> message."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from grpc.aio import ServicerContext
from regulars.presence.v1 import presence_service_pb2 as pb
from regulars.presence.v1 import presence_service_pb2_grpc as pb_grpc

from services.presence.key_tables import KeyTables
from services.presence.queries import visits as queries
from services.presence.queries.gateways import gateway_named, list_gateways
from services.presence.queries.tags import list_tags
from services.presence.servicer.messages import facts_of, gateway_message, visit_message
from services.presence.servicer.session import GatewaySession
from services.presence.servicer.tag_messages import tag_message
from services.presence.use_cases.gateways import GatewayConfig, configure_gateways
from services.presence.use_cases.maps import StoreWalk, set_store_maps
from services.rpc.wire import (
    moment_position,
    page_position,
    page_size,
    page_token,
    position_of,
    request_key,
)
from services.storage.database import Database

Context = ServicerContext[Any, Any]


class PresenceServicer(pb_grpc.PresenceServiceServicer):
    """Connects the gateways."""

    def __init__(self, database: Database, tables: KeyTables) -> None:
        self._database = database
        self._tables = tables
        self._sessions: set[GatewaySession] = set()

    async def Session(
        self, requests: AsyncIterator[pb.SessionRequest], context: Context
    ) -> AsyncIterator[pb.SessionResponse]:
        session = GatewaySession(self._database, self._tables, context)
        self._sessions.add(session)
        try:
            async for response in session.serve(requests):
                yield response
        finally:
            self._sessions.discard(session)

    def end_sessions(self) -> None:
        """Let every gateway go, because the server stops: it comes back when there is one again."""
        for session in self._sessions:
            session.end()

    async def ListGateways(
        self, request: pb.ListGatewaysRequest, context: Context
    ) -> pb.ListGatewaysResponse:
        del context
        size, now = page_size(request.page_size), self._database.clock.now()
        (after,) = page_position(request.page_token, (str,)) or ("",)
        found = await self._database.fetch(list_gateways, request.store, after, size + 1)
        page = found[:size]
        last = (page[-1].gateway,) if len(found) > size else None
        messages = [gateway_message(one, now) for one in page]
        return pb.ListGatewaysResponse(gateways=messages, next_page_token=page_token(last))

    async def ConfigureGateway(
        self, request: pb.ConfigureGatewayRequest, context: Context
    ) -> pb.ConfigureGatewayResponse:
        del context
        asked = GatewayConfig(request.gateway, facts_of(request.config))
        await self._database.write(configure_gateways, asked, request_key(request))
        found = await self._database.fetch(gateway_named, request.gateway)
        return pb.ConfigureGatewayResponse(gateway=gateway_message(found, self._database.clock.now()))

    async def SetStoreMap(self, request: pb.SetStoreMapRequest, context: Context) -> pb.SetStoreMapResponse:
        del context
        walk = StoreWalk(request.store, facts_of(request.map))
        await self._database.write(set_store_maps, walk, request_key(request))
        return pb.SetStoreMapResponse()

    async def ListTags(self, request: pb.ListTagsRequest, context: Context) -> pb.ListTagsResponse:
        del context
        size = page_size(request.page_size)
        after = page_position(request.page_token, (str,))
        found = await self._database.fetch(
            list_tags, request.battery_low_only, after[0] if after else None, size + 1
        )
        page = found[:size]
        last = (page[-1].customer_id,) if len(found) > size else None
        return pb.ListTagsResponse(tags=[tag_message(one) for one in page], next_page_token=page_token(last))

    async def ListVisits(self, request: pb.ListVisitsRequest, context: Context) -> pb.ListVisitsResponse:
        del context
        size = page_size(request.page_size)
        before = moment_position(request.page_token)
        found = await self._database.fetch(
            queries.list_visits, request.store, request.present_only, before, size + 1
        )
        page = found[:size]
        last = position_of(page[-1].entered_at, page[-1].visit_id) if len(found) > size else None
        return pb.ListVisitsResponse(
            visits=[visit_message(one) for one in page], next_page_token=page_token(last)
        )
