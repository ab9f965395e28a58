"""The reports of the page: their names, what can be chosen, and what is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from services.console.insights.actions import effect_view
from services.console.insights.cohorts import retention_view
from services.console.insights.comparing import comparison_view, returns_view
from services.console.insights.shapes import View
from services.console.insights.weeks import weekly_view
from services.insights.rules.actions import Effect
from services.insights.rules.cohorts import CohortSize, Retention
from services.insights.rules.comparisons import Comparison
from services.insights.rules.lines import Report
from services.insights.rules.returns import ReturnRates
from services.insights.rules.weeks import WeeklySeries
from services.insights.use_cases import reports
from services.programme.programme import Programme
from services.spans import Span, days_before

YEAR_FIRST: Final = {"365": "1 year", "90": "90 days", "730": "2 years"}
QUARTER_FIRST: Final = {"90": "90 days", "365": "1 year", "730": "2 years"}
SIZES: Final = {"QUARTER": "By quarter", "YEAR": "By year"}
COHORTS: Final = {"QUARTER": 12, "YEAR": 8}  # three years, and as far as most shops look back
WEEKS: Final = {"26": "26 weeks", "52": "52 weeks"}

Load = Callable[[Connection, Programme, datetime, str], Report]


@dataclass(frozen=True, slots=True)
class Insight:
    """A report of the page. choices: by value, what can be chosen; the first holds without a choice."""

    name: str
    title: str
    question: str
    choices: Mapping[str, str]
    load: Load


def _over_days(report: Callable[[Connection, Span, Programme], Report]) -> Load:
    def load(connection: Connection, programme: Programme, now: datetime, choice: str) -> Report:
        return report(connection, days_before(now, int(choice)), programme)

    return load


def _retention(connection: Connection, programme: Programme, now: datetime, choice: str) -> Report:
    return reports.retention(connection, CohortSize(choice), COHORTS[choice], now, programme.zone)


def _weekly(connection: Connection, programme: Programme, now: datetime, choice: str) -> Report:
    return reports.weekly(connection, int(choice), now, programme)


INSIGHTS: Final = {
    one.name: one
    for one in (
        Insight(
            "members",
            "Members",
            "Are orders of members worth more than others?",
            YEAR_FIRST,
            _over_days(reports.compare_members),
        ),
        Insight(
            "repeat",
            "Repeat buyers",
            "What do customers spend who come back?",
            YEAR_FIRST,
            _over_days(reports.compare_repeat_buyers),
        ),
        Insight(
            "channels",
            "Channels",
            "What do customers spend who use several channels?",
            QUARTER_FIRST,
            _over_days(reports.compare_omnichannel),
        ),
        Insight(
            "returns",
            "Returns",
            "Do customers of several channels return more?",
            QUARTER_FIRST,
            _over_days(reports.return_rates),
        ),
        Insight("retention", "Coming back", "How many come back, year over year?", SIZES, _retention),
        Insight("weeks", "Week by week", "How does the business do, week by week?", WEEKS, _weekly),
    )
}
ACTION: Final = "action"
ACTION_TITLE: Final = "Before and after"


def view_of(report: Report, programme: Programme) -> View:
    """The report in words, pictures and a table, in the programme's currency and time zone."""
    match report:
        case Comparison():
            return comparison_view(report, programme)
        case ReturnRates():
            return returns_view(report, programme)
        case Retention():
            return retention_view(report, programme)
        case Effect():
            return effect_view(report, programme)
        case WeeklySeries():
            return weekly_view(report, programme)
