"""The figures that sum cases up."""

from __future__ import annotations

from typing import Final

from regulars.feedback.v1 import cases_service_pb2 as pb

from services.feedback.queries.case_report import find_recovery, find_report
from services.feedback.rules.case_report import (
    CAVEAT,
    LANDMARK,
    REPEAT_SPAN,
    CaseFigures,
    CaseGrouping,
    mature_span,
)
from services.feedback.servicer.base import WEEKS_DEFAULT, WINDOW_DAYS_DEFAULT, Context, Part
from services.feedback.servicer.messages import week_of, window_of
from services.rpc.figures import figure_message
from services.spans import days_before, weeks_until

RECOVERY_DAYS_DEFAULT: Final = 365  # cases are few
GROUPINGS: Final = {
    pb.CASE_GROUPING_UNSPECIFIED: CaseGrouping.NONE,
    pb.CASE_GROUPING_CAUSE: CaseGrouping.CAUSE,
    pb.CASE_GROUPING_CHANNEL: CaseGrouping.CHANNEL,
    pb.CASE_GROUPING_THEME: CaseGrouping.THEME,
}
FIGURES: Final = (
    *("resolved", "responded_in_time", "resolved_in_time", "response_median", "response_p90"),
    *("resolution_median", "resolution_p90", "reopened"),
)


class CaseReports(Part):
    async def GetCaseReport(
        self, request: pb.GetCaseReportRequest, context: Context
    ) -> pb.GetCaseReportResponse:
        del context
        until = self._until(request)
        span = days_before(until, request.window_days or WINDOW_DAYS_DEFAULT)
        weeks = weeks_until(until, request.weeks or WEEKS_DEFAULT, self._database.programme.zone)
        grouping, now = GROUPINGS[request.grouping], self._database.clock.now()
        found = await self._database.fetch(find_report, span, weeks, grouping, now)
        return pb.GetCaseReportResponse(
            window=window_of(span),
            total=figures_message(found.total),
            groups=[figures_message(one) for one in found.groups],
            weeks=[
                pb.CaseWeek(window=week_of(week), figures=figures_message(one)) for week, one in found.weeks
            ],
            cut=found.cut,
        )

    async def GetRecoveryReport(
        self, request: pb.GetRecoveryReportRequest, context: Context
    ) -> pb.GetRecoveryReportResponse:
        del context
        span = mature_span(self._until(request), request.window_days or RECOVERY_DAYS_DEFAULT)
        found = await self._database.fetch(find_recovery, span)
        return pb.GetRecoveryReportResponse(
            window=window_of(span),
            landmark_days=LANDMARK.days,
            repeat_days=REPEAT_SPAN.days,
            resolved=figure_message(found.resolved),
            unresolved=figure_message(found.unresolved),
            difference=figure_message(found.difference),
            caveat=CAVEAT,
        )


def figures_message(one: CaseFigures) -> pb.CaseFigures:
    figures = {name: figure_message(getattr(one, name)) for name in FIGURES}
    return pb.CaseFigures(group=one.group, opened=one.opened, **figures)
