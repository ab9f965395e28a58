"""What `insights` does: one function per report, read in one moment and summed up by the rules."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from services.insights.queries import cohorts as cohort_queries
from services.insights.queries import comparisons, returns
from services.insights.queries import weeks as week_queries
from services.insights.queries.actions import sums_around
from services.insights.rules.actions import Effect, Question, effect_of
from services.insights.rules.cohorts import CohortSize, Retention, retention_report
from services.insights.rules.comparisons import Comparison, members_report, omnichannel_report, repeat_report
from services.insights.rules.returns import ReturnRates, returns_report
from services.insights.rules.weeks import Horizon, WeeklySeries, weekly_series
from services.programme.programme import Programme
from services.spans import Span, quarter_starts, week_starts, year_starts


def compare_members(connection: Connection, span: Span, programme: Programme) -> Comparison:
    return members_report(comparisons.sums_of_members(connection, span), span, programme.currency)


def compare_repeat_buyers(connection: Connection, span: Span, programme: Programme) -> Comparison:
    return repeat_report(*comparisons.sums_by_orders(connection, span), span, programme.currency)


def compare_omnichannel(connection: Connection, span: Span, programme: Programme) -> Comparison:
    return omnichannel_report(*comparisons.sums_by_channels(connection, span), span, programme.currency)


def return_rates(connection: Connection, span: Span, programme: Programme) -> ReturnRates:
    del programme
    return returns_report(returns.returns_by_channels(connection, span), span)


def retention(
    connection: Connection, size: CohortSize, cohorts: int, as_of: datetime, zone: ZoneInfo
) -> Retention:
    """The latest `cohorts` cohorts, that of `as_of` included."""
    begin = quarter_starts if size is CohortSize.QUARTER else year_starts
    starts = begin(as_of, cohorts, zone)
    return retention_report(cohort_queries.count_cohorts(connection, starts, as_of), size, starts, as_of)


def weekly(connection: Connection, weeks: int, as_of: datetime, programme: Programme) -> WeeklySeries:
    """The latest `weeks` weeks of the programme's time zone, that of `as_of` included."""
    starts = week_starts(as_of, weeks, programme.zone)
    horizon = Horizon(as_of, week_queries.first_order_at(connection), as_of - programme.return_window)
    return weekly_series(
        starts,
        week_queries.bought_by_week(connection, starts, as_of),
        week_queries.returned_by_week(connection, starts, as_of),
        horizon,
        programme.currency,
    )


def effect_of_action(connection: Connection, question: Question, programme: Programme) -> Effect:
    """What changed around an action, for its group and for the rest."""
    return effect_of(question, sums_around(connection, question), programme.currency)
