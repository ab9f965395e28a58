"""`InsightsService`: message -> value -> message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from grpc.aio import ServicerContext
from regulars.insights.v1 import insights_service_pb2 as pb
from regulars.insights.v1 import insights_service_pb2_grpc as pb_grpc
from sqlalchemy import Connection

from services.errors import CustomerErasedError, InvalidError, check_moment
from services.insights.rules.actions import DAYS_DEFAULT, Metric, Question, windows_around
from services.insights.rules.cohorts import COHORTS_DEFAULT, CohortSize
from services.insights.rules.comparisons import Comparison
from services.insights.rules.returns import ReturnRates
from services.insights.rules.weeks import WEEKS_DEFAULT
from services.insights.servicer.messages import (
    comparison_message,
    effect_message,
    retention_message,
    return_rates_message,
    weekly_message,
)
from services.insights.use_cases import reports
from services.programme.programme import Programme
from services.rpc.wire import moment, short_name
from services.spans import days_before
from services.storage.database import Database

ORDER_DAYS_DEFAULT: Final = 365  # as the domain measures purchases
CHANNEL_DAYS_DEFAULT: Final = 90  # as the domain counts channels
Context = ServicerContext[Any, Any]
Choose = Callable[[Connection, str, datetime, Programme], frozenset[str]]


class InsightsServicer(pb_grpc.InsightsServiceServicer):
    """Reports over all customers, each read in a thread of its own."""

    def __init__(self, database: Database, by_filter: Choose, by_segment: Choose) -> None:
        """by_filter, by_segment: find whom the text of a filter and the id of a saved segment mean now."""
        self._database = database
        self._chosen_by: dict[str, Choose] = {"filter": by_filter, "segment_id": by_segment}

    async def CompareMembers(
        self, request: pb.CompareMembersRequest, context: Context
    ) -> pb.CompareMembersResponse:
        del context
        found = await self._over_days(reports.compare_members, request, ORDER_DAYS_DEFAULT)
        return pb.CompareMembersResponse(comparison=self._comparison(found))

    async def CompareRepeatBuyers(
        self, request: pb.CompareRepeatBuyersRequest, context: Context
    ) -> pb.CompareRepeatBuyersResponse:
        del context
        found = await self._over_days(reports.compare_repeat_buyers, request, ORDER_DAYS_DEFAULT)
        return pb.CompareRepeatBuyersResponse(comparison=self._comparison(found))

    async def CompareOmnichannel(
        self, request: pb.CompareOmnichannelRequest, context: Context
    ) -> pb.CompareOmnichannelResponse:
        del context
        found = await self._over_days(reports.compare_omnichannel, request, CHANNEL_DAYS_DEFAULT)
        return pb.CompareOmnichannelResponse(comparison=self._comparison(found))

    async def GetReturnRates(
        self, request: pb.GetReturnRatesRequest, context: Context
    ) -> pb.GetReturnRatesResponse:
        del context
        found: ReturnRates = await self._over_days(reports.return_rates, request, CHANNEL_DAYS_DEFAULT)
        return return_rates_message(found)

    async def GetRetention(
        self, request: pb.GetRetentionRequest, context: Context
    ) -> pb.GetRetentionResponse:
        del context
        name = short_name(pb.CohortSize, request.cohort_size, "COHORT_SIZE_")
        size = CohortSize(name) if request.cohort_size else CohortSize.QUARTER
        count, zone = request.cohorts or COHORTS_DEFAULT, self._database.programme.zone
        as_of = self._as_of(request)
        return retention_message(await self._database.fetch(reports.retention, size, count, as_of, zone))

    async def MeasureAction(
        self, request: pb.MeasureActionRequest, context: Context
    ) -> pb.MeasureActionResponse:
        del context
        now, programme = self._database.clock.now(), self._database.programme
        windows = windows_around(moment(request.moment), request.days or DAYS_DEFAULT, now)
        if isinstance(windows, InvalidError):
            raise windows
        metric = Metric(short_name(pb.Metric, request.metric, "METRIC_"))
        chosen_today = request.WhichOneof("group") in self._chosen_by
        question = Question(metric, windows, await self._group(request), chosen_today)
        return effect_message(await self._database.fetch(reports.effect_of_action, question, programme))

    async def GetWeeklySeries(
        self, request: pb.GetWeeklySeriesRequest, context: Context
    ) -> pb.GetWeeklySeriesResponse:
        del context
        weeks, programme = request.weeks or WEEKS_DEFAULT, self._database.programme
        found = await self._database.fetch(reports.weekly, weeks, self._as_of(request), programme)
        return weekly_message(found, programme.currency)

    async def _over_days(self, report: Callable[..., Any], request: Any, days_default: int) -> Any:
        span = days_before(self._as_of(request), request.window_days or days_default)
        return await self._database.fetch(report, span, self._database.programme)

    def _as_of(self, request: Any) -> datetime:
        """Up to when the report looks; raises InvalidError for the future."""
        now = self._database.clock.now()
        as_of = moment(request.as_of) if request.HasField("as_of") else now
        problem = check_moment(as_of, now, "as_of")
        if problem is not None:
            raise problem
        return as_of

    async def _group(self, request: pb.MeasureActionRequest) -> frozenset[str] | None:
        """Whom the action met; None for everybody. Raises FilterInvalidError, SegmentNotFoundError."""
        group = request.WhichOneof("group")
        if group is None:
            return None
        if group == "customers":
            return frozenset(filter(None, map(self._survivor, request.customers.customer_ids)))
        now, programme = self._database.clock.now(), self._database.programme
        return await self._database.fetch(self._chosen_by[group], getattr(request, group), now, programme)

    def _survivor(self, customer_id: str) -> str | None:
        try:
            return self._database.survivor(customer_id)
        except CustomerErasedError:
            return None

    def _comparison(self, found: Comparison) -> pb.Comparison:
        return comparison_message(found, self._database.programme.currency)
