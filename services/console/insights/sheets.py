"""The reports that are given as sheets alone: their names, what can be chosen, and what is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from services.console.insights.feedback_lines import (
    case_lines,
    group_lines,
    recovery_lines,
    survey_lines,
    theme_lines,
)
from services.console.insights.journey_lines import friction_lines, stage_lines, transition_lines
from services.feedback.queries import case_report as cases
from services.feedback.queries.figures import Grouping, Selection, find_themes, sum_up
from services.feedback.rules.case_report import CAVEAT as RECOVERY_CAVEAT
from services.feedback.rules.case_report import CaseGrouping, mature_span
from services.insights.rules.lines import Line, with_header
from services.journey.rules.friction import Ranking, exposure_of
from services.journey.rules.touches import Words
from services.journey.rules.transitions import GAP_DEFAULT
from services.journey.use_cases import reports as journeys
from services.programme.programme import Programme
from services.spans import days_before, weeks_until
from services.spreadsheets import Cell
from services.windows import report_window

DAYS: Final = {"90": "90 days", "30": "30 days", "365": "1 year"}
WEEKS: Final = {"26": "26 weeks", "52": "52 weeks"}
ANSWERS_DAYS: Final = 90  # a quarter: what a team looks at
CASES_WEEKS: Final = 13
RECOVERY: Final = {"365": "1 year", "730": "2 years"}  # cases are few
ANSWER_GROUPS: Final = {
    "NONE": "All together",
    "CHANNEL": "By channel",
    "TOUCHPOINT": "By touchpoint",
    "SURVEY": "By survey",
}
CASE_GROUPS: Final = {
    "NONE": "All together",
    "CAUSE": "By cause",
    "CHANNEL": "By channel",
    "THEME": "By theme",
}
RANKINGS: Final = {"CHURN": "By who stayed away", "NPS": "By who would not recommend us"}
ANSWERS_CAVEAT: Final = (
    "Only those who were asked and chose to answer are heard; the response rate says how many did. Who is "
    "very glad or very angry answers more often."
)
CASES_CAVEAT: Final = (
    "Only what somebody took down as a case is counted. A case that has not ended yet counts for as long as "
    "it has lasted."
)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a sheet, with why there is nothing to say and what they do not say."""

    lines: Iterable[Line]
    caveat: str
    fallback: str = ""

    @property
    def rows(self) -> Iterable[tuple[Cell, ...]]:
        return with_header(self.lines, self.fallback, self.caveat)


Load = Callable[[Connection, Programme, datetime, str], Lines]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A report that is given as CSV. choices: by value, what can be chosen; the first without a choice."""

    name: str
    title: str
    question: str
    choices: Mapping[str, str]
    load: Load


def _stages(connection: Connection, programme: Programme, now: datetime, choice: str) -> Lines:
    window = report_window(now - timedelta(days=int(choice)), now, now)
    report = journeys.report_stages(connection, window, Words.of(programme).known, "", "")
    return Lines(tuple(stage_lines(report)), report.caveat, report.fallback)


def _transitions(connection: Connection, programme: Programme, now: datetime, choice: str) -> Lines:
    del programme
    window = report_window(now - timedelta(days=int(choice)), now, now)
    report = journeys.report_transitions(connection, window, GAP_DEFAULT)
    return Lines(tuple(transition_lines(report)), report.caveat, report.fallback)


def _friction(connection: Connection, programme: Programme, now: datetime, choice: str) -> Lines:
    del programme
    exposure = exposure_of(None, None, 0, now)
    report = journeys.report_friction(connection, exposure, Ranking(choice))
    return Lines(tuple(friction_lines(report)), report.caveat, report.fallback)


def _answers(connection: Connection, programme: Programme, now: datetime, choice: str) -> Lines:
    del programme
    span, grouping = days_before(now, ANSWERS_DAYS), Grouping[choice]
    found = sum_up(connection, span, Selection(), grouping)
    lines = group_lines(found, span) if grouping else survey_lines(found, span, now)
    return Lines(tuple(lines), ANSWERS_CAVEAT)


def _answer_weeks(connection: Connection, programme: Programme, now: datetime, choice: str) -> Lines:
    found = [
        line
        for week in weeks_until(now, int(choice), programme.zone)
        for line in survey_lines(sum_up(connection, week, Selection(), Grouping.NONE), week, now)
    ]
    return Lines(found, ANSWERS_CAVEAT)


def _themes(connection: Connection, programme: Programme, now: datetime, choice: str) -> Lines:
    span = days_before(now, int(choice))
    report = find_themes(connection, span, Selection(), programme.themes)
    return Lines(tuple(theme_lines(report, span)), ANSWERS_CAVEAT)


def _cases(connection: Connection, programme: Programme, now: datetime, choice: str) -> Lines:
    span, weeks = days_before(now, ANSWERS_DAYS), weeks_until(now, CASES_WEEKS, programme.zone)
    report = cases.find_report(connection, span, weeks, CaseGrouping[choice], now)
    return Lines(tuple(case_lines(report, span)), CASES_CAVEAT)


def _recovery(connection: Connection, programme: Programme, now: datetime, choice: str) -> Lines:
    del programme
    span = mature_span(now, int(choice))
    return Lines(tuple(recovery_lines(cases.find_recovery(connection, span), span)), RECOVERY_CAVEAT)


SHEETS: Final = {
    one.name: one
    for one in (
        Sheet("stages", "Steps", "How far do customers come, and where do they drop off?", DAYS, _stages),
        Sheet("transitions", "Transitions", "From which channel do they go where?", DAYS, _transitions),
        Sheet("friction", "Friction", "What do those meet who do not come back?", RANKINGS, _friction),
        Sheet("answers", "Answers", "What do customers answer: NPS, CSAT, CES?", ANSWER_GROUPS, _answers),
        Sheet("answer-weeks", "Answers by week", "What do they answer, week by week?", WEEKS, _answer_weeks),
        Sheet("themes", "Themes", "What do their comments speak of?", DAYS, _themes),
        Sheet("cases", "Cases", "How soon are complaints seen to?", CASE_GROUPS, _cases),
        Sheet("recovery", "Recovery", "Who buys again after a complaint?", RECOVERY, _recovery),
    )
}
