"""The part of `EngagementService` that reads scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp
from regulars.engagement.v1 import engagement_service_pb2 as pb
from sqlalchemy import Connection

from services.engagement.queries import scores as queries
from services.engagement.queries.computing import score_as_of
from services.engagement.queries.versions import Shelf
from services.engagement.rules.scores import Score
from services.engagement.servicer.base import Context, Part
from services.engagement.servicer.messages import score_message, units
from services.errors import CustomerErasedError, CustomerNotFoundError, check_moment
from services.rpc.wire import moment
from services.storage.database import Database


class ScoreReader:
    """Reads the scores of customers as messages, for views that other features show."""

    def __init__(self, database: Database, shelf: Shelf) -> None:
        self._weights = database.programme.weights
        self._units = units(database.programme.currency)
        self._shelf = shelf

    def __call__(
        self, connection: Connection, customer_ids: Sequence[str], now: datetime
    ) -> dict[str, pb.Score]:
        """The stored scores, computed where there is none yet; none of customers who are not known."""
        found = dict(queries.find_scores(connection, customer_ids, self._shelf))
        if missing := [one for one in customer_ids if one not in found]:
            found |= score_as_of(connection, missing, now, "", self._weights, self._shelf)
        return {one: score_message(score, self._units) for one, score in found.items()}


class Scores(Part):
    """Reads scores, of the present and of the past."""

    def __init__(self, database: Database, shelf: Shelf) -> None:
        super().__init__(database, shelf)
        self._units = units(database.programme.currency)

    async def GetScore(self, request: pb.GetScoreRequest, context: Context) -> pb.GetScoreResponse:
        del context
        customer_id = self._database.survivor(request.customer_id)
        found = None
        if not (request.score_version or request.HasField("as_of")):
            found = await self._database.read(self._stored, customer_id)
        if found is None:
            found = (await self._computed([customer_id], request)).get(customer_id)
        if found is None:
            raise CustomerNotFoundError(field="customer_id")
        return pb.GetScoreResponse(score=score_message(found, self._units))

    async def BatchGetScores(
        self, request: pb.BatchGetScoresRequest, context: Context
    ) -> pb.BatchGetScoresResponse:
        del context
        survivors = {asked: self._survivor(asked) for asked in request.customer_ids}
        ids = list(dict.fromkeys(one for one in survivors.values() if one is not None))
        found: Mapping[str, Score] = {}
        if not (request.score_version or request.HasField("as_of")):
            found = await self._database.fetch(self._stored, ids)
        if missing := [one for one in ids if one not in found]:
            found = {**found, **await self._computed(missing, request)}
        return pb.BatchGetScoresResponse(
            scores=[score_message(found[one], self._units) for one in ids if one in found],
            not_found=[asked for asked, one in survivors.items() if one not in found],
        )

    def _survivor(self, customer_id: str) -> str | None:
        try:
            return self._database.survivor(customer_id)
        except CustomerErasedError:
            return None

    def _stored(self, connection: Connection, customer_ids: Sequence[str]) -> Mapping[str, Score]:
        return queries.find_scores(connection, customer_ids, self._shelf)

    async def _computed(
        self, customer_ids: Iterable[str], request: pb.GetScoreRequest | pb.BatchGetScoresRequest
    ) -> Mapping[str, Score]:
        """Scores from all that happened up to a moment; of customers who are not known there is none."""
        as_of = self._moment(request.as_of) if request.HasField("as_of") else self._database.clock.now()
        return await self._database.fetch(
            score_as_of,
            customer_ids,
            as_of,
            request.score_version,
            self._database.programme.weights,
            self._shelf,
        )

    def _moment(self, asked: Timestamp) -> datetime:
        as_of = moment(asked)
        problem = check_moment(as_of, self._database.clock.now(), "as_of")
        if problem is not None:
            raise problem
        return as_of
