"""The figures that sum feedback up."""

from __future__ import annotations

from typing import Final

from regulars.feedback.v1 import feedback_service_pb2 as pb

from services.feedback.queries.figures import Grouping, Selection, find_themes, sum_up, sum_up_each
from services.feedback.rules.answers import Polarity, check_polarity, usual_polarity
from services.feedback.servicer.base import WEEKS_DEFAULT, WINDOW_DAYS_DEFAULT, Context, Part
from services.feedback.servicer.messages import (
    figure_message,
    kind_message,
    kind_of,
    polarity_of,
    selection_of,
    theme_message,
    week_of,
    window_of,
)
from services.spans import Span, days_before, weeks_until

GROUPINGS: Final = {
    pb.FIGURE_GROUPING_UNSPECIFIED: Grouping.NONE,
    pb.FIGURE_GROUPING_CHANNEL: Grouping.CHANNEL,
    pb.FIGURE_GROUPING_TOUCHPOINT: Grouping.TOUCHPOINT,
    pb.FIGURE_GROUPING_SURVEY: Grouping.SURVEY,
}


class Figures(Part):
    async def GetSurveySummary(
        self, request: pb.GetSurveySummaryRequest, context: Context
    ) -> pb.GetSurveySummaryResponse:
        del context
        kind, days = kind_of(request.survey), request.window_days or WINDOW_DAYS_DEFAULT
        span = days_before(self._database.clock.now(), days)
        (found,) = await self._database.fetch(
            sum_up_each, [span], Selection(), kind, usual_polarity(kind, Polarity.NONE)
        )
        figure = found.figure
        return pb.GetSurveySummaryResponse(
            summary=pb.SurveySummary(
                survey=request.survey,
                value=figure.value,
                low=figure.low,
                high=figure.high,
                answers=figure.n,
                few_answers=figure.few,
                window_days=days,
            )
        )

    async def GetFeedbackSummary(
        self, request: pb.GetFeedbackSummaryRequest, context: Context
    ) -> pb.GetFeedbackSummaryResponse:
        del context
        span = self._span(request)
        selection, grouping = selection_of(request.selection), GROUPINGS[request.grouping]
        found = await self._database.fetch(sum_up, span, selection, grouping)
        return pb.GetFeedbackSummaryResponse(
            window=window_of(span), figures=[kind_message(one) for one in found]
        )

    async def GetFeedbackSeries(
        self, request: pb.GetFeedbackSeriesRequest, context: Context
    ) -> pb.GetFeedbackSeriesResponse:
        del context
        kind, polarity = kind_of(request.survey), polarity_of(request.polarity)
        problem = check_polarity(kind, polarity)
        if problem is not None:
            raise problem
        zone = self._database.programme.zone
        spans = weeks_until(self._until(request), request.weeks or WEEKS_DEFAULT, zone)
        found = await self._database.fetch(
            sum_up_each, spans, selection_of(request.selection), kind, polarity
        )
        return pb.GetFeedbackSeriesResponse(
            weeks=[
                pb.FeedbackWeek(
                    window=week_of(span),
                    figure=figure_message(one.figure),
                    response_rate=figure_message(one.responses.rate),
                )
                for span, one in zip(spans, found, strict=True)
            ]
        )

    async def GetThemes(self, request: pb.GetThemesRequest, context: Context) -> pb.GetThemesResponse:
        del context
        span = self._span(request)
        themes, selection = self._database.programme.themes, selection_of(request.selection)
        found = await self._database.fetch(find_themes, span, selection, themes)
        return pb.GetThemesResponse(
            window=window_of(span),
            themes=[theme_message(one) for one in found.counts],
            comments=found.comments,
            cut=found.cut,
        )

    def _span(self, request: pb.GetFeedbackSummaryRequest | pb.GetThemesRequest) -> Span:
        return days_before(self._until(request), request.window_days or WINDOW_DAYS_DEFAULT)
