"""Reports as messages."""

from __future__ import annotations

from regulars.insights.v1 import insights_service_pb2 as pb
from regulars.types.v1 import figure_pb2, money_pb2

from services.insights.rules.actions import Effect, Shift
from services.insights.rules.cohorts import Cohort, Retention, Share
from services.insights.rules.comparisons import Comparison, Side
from services.insights.rules.returns import ReturnRates
from services.insights.rules.weeks import Week, WeeklySeries
from services.rpc.figures import figure_message, window_message
from services.spans import Span


def span_message(span: Span) -> figure_pb2.Window:
    return window_message(span.since, span.until)


def money_message(amount_minor: int, currency: str) -> money_pb2.Money:
    return money_pb2.Money(amount_minor=amount_minor, currency=currency)


def comparison_message(found: Comparison, currency: str) -> pb.Comparison:
    return pb.Comparison(
        window=span_message(found.span),
        first=side_message(found.first, currency),
        second=side_message(found.second, currency),
        contrasts=[
            pb.Contrast(
                measure=f"MEASURE_{one.measure}",
                first=figure_message(one.first),
                second=figure_message(one.second),
                difference=figure_message(one.difference),
            )
            for one in found.contrasts
        ],
        caveat=found.caveat,
        fallback=found.fallback,
    )


def side_message(side: Side, currency: str) -> pb.Side:
    return pb.Side(
        group=f"GROUP_{side.group}",
        customers=side.customers,
        orders=side.orders,
        net=money_message(side.net_minor, currency),
    )


def return_rates_message(found: ReturnRates) -> pb.GetReturnRatesResponse:
    return pb.GetReturnRatesResponse(
        window=span_message(found.span),
        rates=[
            pb.ReturnRate(
                channels=one.channels,
                customers=one.customers,
                orders=one.orders,
                returned_orders=one.returned_orders,
                rate=figure_message(one.rate),
            )
            for one in found.rates
        ],
        difference=figure_message(found.difference),
        caveat=found.caveat,
        fallback=found.fallback,
    )


def retention_message(found: Retention) -> pb.GetRetentionResponse:
    return pb.GetRetentionResponse(
        window=span_message(found.span),
        cohorts=[cohort_message(one) for one in found.cohorts],
        caveat=found.caveat,
        fallback=found.fallback,
    )


def cohort_message(cohort: Cohort) -> pb.Cohort:
    return pb.Cohort(
        name=cohort.name,
        window=span_message(cohort.span),
        customers=cohort.customers,
        repeat=share_message(cohort.repeat),
        retention=[share_message(one) for one in cohort.retention],
    )


def share_message(found: Share) -> pb.CohortShare:
    return pb.CohortShare(
        share=figure_message(found.figure), unfinished=found.unfinished, change=figure_message(found.change)
    )


def effect_message(found: Effect) -> pb.MeasureActionResponse:
    return pb.MeasureActionResponse(
        metric=f"METRIC_{found.metric}",
        before=span_message(found.windows.before),
        after=span_message(found.windows.after),
        cut=found.windows.cut,
        group=shift_message(found.group),
        rest=None if found.rest is None else shift_message(found.rest),
        effect=None if found.effect is None else figure_message(found.effect),
        caveat=found.caveat,
        fallback=found.fallback,
    )


def shift_message(shift: Shift) -> pb.Shift:
    return pb.Shift(
        customers=shift.customers,
        before=figure_message(shift.before),
        after=figure_message(shift.after),
        change=figure_message(shift.change),
    )


def weekly_message(found: WeeklySeries, currency: str) -> pb.GetWeeklySeriesResponse:
    return pb.GetWeeklySeriesResponse(
        window=span_message(found.span),
        weeks=[week_message(one, currency) for one in found.weeks],
        caveat=found.caveat,
        fallback=found.fallback,
    )


def week_message(week: Week, currency: str) -> pb.Week:
    return pb.Week(
        window=span_message(week.span),
        orders=figure_message(week.orders),
        net=money_message(week.net_minor, currency),
        order_value=figure_message(week.order_value),
        repeat_rate=figure_message(week.repeat_rate),
        active_members=figure_message(week.active_members),
        return_rate=figure_message(week.return_rate),
        unfinished=week.unfinished,
        returns_open=week.returns_open,
    )
