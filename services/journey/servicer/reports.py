"""The part of `JourneyService` that reports on the journeys of all customers."""

from __future__ import annotations

from datetime import timedelta

from regulars.activity.v1.events_pb2 import STAGE_UNSPECIFIED
from regulars.engagement.v1.engagement_service_pb2 import Segment
from regulars.journey.v1 import journey_pb2
from regulars.journey.v1 import journey_service_pb2 as pb
from regulars.types.v1.channel_pb2 import Channel

from services.journey.rules.friction import (
    FrictionReport,
    Point,
    Ranking,
    exposure_of,
)
from services.journey.rules.stages import Conversion
from services.journey.rules.touches import Words
from services.journey.rules.transitions import GAP_DEFAULT, Share
from services.journey.servicer.base import Context, Part
from services.journey.servicer.touches import channel_message
from services.journey.use_cases.reports import report_friction, report_stages, report_transitions
from services.rpc.figures import figure_message, window_ends, window_message
from services.rpc.wire import short_name
from services.windows import report_window


class Reports(Part):
    """Reads stage reports, transitions and friction."""

    async def GetStageReport(
        self, request: pb.GetStageReportRequest, context: Context
    ) -> pb.GetStageReportResponse:
        del context
        window = report_window(*window_ends(request.window), self._database.clock.now())
        channel = short_name(Channel, request.channel, "CHANNEL_") if request.channel else ""
        segment = short_name(Segment, request.segment, "SEGMENT_") if request.segment else ""
        found = await self._database.fetch(report_stages, window, self._words.known, channel, segment)
        return pb.GetStageReportResponse(
            steps=[
                journey_pb2.StepCount(step=f"STEP_{step}", customers=count)
                for step, count in found.reached.items()
            ],
            conversions=[conversion_message(one) for one in found.conversions],
            window=window_message(window.since, window.until),
            caveat=found.caveat,
            fallback=found.fallback,
        )

    async def GetTransitions(
        self, request: pb.GetTransitionsRequest, context: Context
    ) -> pb.GetTransitionsResponse:
        del context
        window = report_window(*window_ends(request.window), self._database.clock.now())
        gap_max = timedelta(days=request.gap_days_max) or GAP_DEFAULT
        found = await self._database.fetch(report_transitions, window, gap_max)
        return pb.GetTransitionsResponse(
            transitions=[share_message(one) for one in found.transitions],
            carts=[share_message(one) for one in found.carts],
            window=window_message(window.since, window.until),
            gap_days_max=gap_max.days,
            caveat=found.caveat,
            fallback=found.fallback,
        )

    async def GetFriction(self, request: pb.GetFrictionRequest, context: Context) -> pb.GetFrictionResponse:
        del context
        now = self._database.clock.now()
        exposure = exposure_of(*window_ends(request.window), request.horizon_days, now)
        by_nps = request.rank_by == pb.FRICTION_RANKING_NPS
        ranking = Ranking.NPS if by_nps else Ranking.CHURN
        found = await self._database.fetch(report_friction, exposure, ranking)
        return friction_message(found, self._words)


def conversion_message(one: Conversion) -> journey_pb2.Conversion:
    start, end = one.path
    return journey_pb2.Conversion(
        **{"from": f"STEP_{start}"},
        to=f"STEP_{end}",
        went_on=one.went_on,
        conversion=figure_message(one.conversion),
        drop_off=figure_message(one.drop_off),
    )


def share_message(one: Share) -> journey_pb2.ChannelShare:
    return journey_pb2.ChannelShare(
        **{"from": channel_message(one.start)},
        to=channel_message(one.end),
        count=one.count,
        customers=one.customers,
        share=figure_message(one.share),
    )


def friction_message(found: FrictionReport, words: Words) -> pb.GetFrictionResponse:
    window = found.exposure.window
    return pb.GetFrictionResponse(
        points=[point_message(one, words) for one in found.points],
        customers=found.customers,
        tested=found.tested,
        window=window_message(window.since, window.until),
        horizon_days=found.exposure.horizon.days,
        cut=found.exposure.cut,
        caveat=found.caveat,
        fallback=found.fallback,
    )


def point_message(one: Point, words: Words) -> journey_pb2.FrictionPoint:
    touchpoint = words.known.get(one.signal)
    return journey_pb2.FrictionPoint(
        signal=one.signal,
        title=words.name(one.signal),
        stage=STAGE_UNSPECIFIED if touchpoint is None else f"STAGE_{touchpoint.stage}",
        customers=one.customers,
        churned_with=figure_message(one.churned_with),
        churned_without=figure_message(one.churned_without),
        churn_difference=figure_message(one.churn_difference),
        like_for_like_difference=figure_message(one.like_for_like),
        nps_with=figure_message(one.nps_with),
        nps_without=figure_message(one.nps_without),
        nps_difference=figure_message(one.nps_difference),
        bound=one.bound,
        false_alarm_share=one.false_alarm_share,
        stands_out=one.stands_out,
        worse=one.worse,
    )
