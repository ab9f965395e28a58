"""The part of `EngagementService` that shows what scores are measured with."""

from __future__ import annotations

from regulars.engagement.v1 import engagement_service_pb2 as pb
from sqlalchemy import Connection

from services.engagement.queries import versions as queries
from services.engagement.rules.versions import ScoreVersionNotFoundError, StoredVersion, Version
from services.engagement.servicer.base import Context, Part
from services.engagement.servicer.messages import distribution_messages, thresholds_message, version_message
from services.rpc.wire import moment_position, page_size, page_token, position_of


class Versions(Part):
    """Reads score versions."""

    async def ListScoreVersions(
        self, request: pb.ListScoreVersionsRequest, context: Context
    ) -> pb.ListScoreVersionsResponse:
        del context
        size = page_size(request.page_size)
        after = moment_position(request.page_token)
        found = await self._database.fetch(queries.list_versions, after, size + 1)
        current = await self._current()
        page, more = found[:size], len(found) > size
        return pb.ListScoreVersionsResponse(
            versions=[version_message(one, current) for one in page],
            next_page_token=page_token(position_of(page[-1].since, page[-1].name) if more else None),
        )

    async def GetScoreVersion(
        self, request: pb.GetScoreVersionRequest, context: Context
    ) -> pb.GetScoreVersionResponse:
        del context
        found, version = await self._database.fetch(self._find, request.score_version)
        return pb.GetScoreVersionResponse(
            version=version_message(found, await self._current()),
            distributions=distribution_messages(version),
            thresholds=thresholds_message(version),
        )

    async def _current(self) -> str:
        weights = self._database.programme.weights
        version, _ = await self._database.fetch(queries.current_version, weights)
        return version.name

    def _find(self, connection: Connection, name: str) -> tuple[StoredVersion, Version]:
        found = queries.find_version(connection, name)
        if found is None:
            raise ScoreVersionNotFoundError(field="score_version")
        return found, self._shelf.find(connection, [name])[name]
