"""`PredictionsService`: message -> value -> message."""

from __future__ import annotations

from datetime import date
from typing import Any

from grpc.aio import ServicerContext
from regulars.predictions.v1 import predictions_service_pb2 as pb
from regulars.predictions.v1 import predictions_service_pb2_grpc as pb_grpc

from services.errors import CustomerNotFoundError
from services.predictions import queries
from services.predictions.rules import (
    CHURN,
    REPURCHASE,
    Churn,
    ModelNotReadyError,
    NoPredictionError,
    Replenishment,
    Run,
)
from services.rpc.wire import page_position, page_size, page_token, short_name, stamp
from services.storage.database import Database
from services.storage.sets import known_customers

Context = ServicerContext[Any, Any]


class PredictionsServicer(pb_grpc.PredictionsServiceServicer):
    """Serves what the models said."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def _run(self, subject: str) -> Run:
        run = await self._database.read(queries.find_runs, subject)
        if run is None or run.readiness == "NOT_READY":
            raise ModelNotReadyError(model=subject)
        return run

    async def GetChurn(self, request: pb.GetChurnRequest, context: Context) -> pb.GetChurnResponse:
        del context
        customer_id = self._database.survivor(request.customer_id)
        run = await self._run(CHURN)
        found = await self._database.read(queries.find_churn, customer_id)
        if found is None:
            known = await self._database.read(known_customers, customer_id)
            missing = NoPredictionError if known else CustomerNotFoundError
            raise missing(field="customer_id")
        return pb.GetChurnResponse(churn=churn_message(found, run))

    async def ListChurnRisks(
        self, request: pb.ListChurnRisksRequest, context: Context
    ) -> pb.ListChurnRisksResponse:
        del context
        run = await self._run(CHURN)
        band = short_name(pb.Band, request.band_min, "BAND_") if request.band_min else "LOW"
        size = page_size(request.page_size)
        after = page_position(request.page_token, (int, str))
        found = await self._database.fetch(queries.list_churn, band, after, size + 1)
        page = found[:size]
        last = (page[-1].expected_loss_minor, page[-1].customer_id) if len(found) > size else None
        return pb.ListChurnRisksResponse(
            risks=[churn_message(one, run) for one in page], next_page_token=page_token(last)
        )

    async def ListReplenishments(
        self, request: pb.ListReplenishmentsRequest, context: Context
    ) -> pb.ListReplenishmentsResponse:
        del context
        customer_id = self._database.survivor(request.customer_id)
        run = await self._run(REPURCHASE)
        size = page_size(request.page_size)
        after = page_position(request.page_token, (float, str, str))
        found = await self._database.fetch(queries.list_replenishments, customer_id, after, size + 1)
        page = found[:size]
        more = len(found) > size
        last = (page[-1].probability, page[-1].customer_id, page[-1].sku) if more else None
        return pb.ListReplenishmentsResponse(
            replenishments=[replenishment_message(one, run) for one in page], next_page_token=page_token(last)
        )


def origin_message(run: Run) -> pb.Origin:
    return pb.Origin(
        model=run.model,
        version=run.version,
        cutoff=stamp(run.cutoff),
        horizon_days=run.horizon_days,
        readiness=f"READINESS_{run.readiness}",
    )


def churn_message(one: Churn, run: Run) -> pb.Churn:
    return pb.Churn(
        customer_id=one.customer_id,
        probability=one.probability,
        band=f"BAND_{one.band}",
        reasons=[
            pb.Reason(family=reason.family, text=reason.text, contribution=reason.contribution)
            for reason in one.reasons
        ],
        value_minor=one.value_minor,
        expected_loss_minor=one.expected_loss_minor,
        origin=origin_message(run),
    )


def replenishment_message(one: Replenishment, run: Run) -> pb.Replenishment:
    return pb.Replenishment(
        customer_id=one.customer_id,
        sku=one.sku,
        title=one.title,
        probability=one.probability,
        due_on=day(one.due_on),
        due_from=day(one.due_from),
        due_to=day(one.due_to),
        origin=origin_message(run),
    )


def day(when: date | None) -> str:
    return "" if when is None else when.isoformat()
