"""What customers answered, and what became of cases, as lines of a sheet. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from services.feedback.queries.figures import KindFigure
from services.feedback.rules.case_report import CaseFigures, CaseReport, Recovery
from services.feedback.rules.themes import ThemeReport
from services.insights.rules.lines import Line, count_line, line_of
from services.spans import Span

ALL: Final = "ALL"
NOT_TOLD: Final = "NOT_TOLD"  # answers of which the channel, touchpoint or survey is not known
CASE_FIGURES: Final = (
    *("resolved", "responded_in_time", "resolved_in_time", "response_median", "response_p90"),
    *("resolution_median", "resolution_p90", "reopened"),
)


def group_lines(found: Iterable[KindFigure], asked: Span) -> Iterator[Line]:
    """The figure and the response rate of each kind of survey, of each group."""
    for one in found:
        yield from _of_kind(one.group or NOT_TOLD, one, asked)


def survey_lines(found: Iterable[KindFigure], asked: Span, now: datetime) -> Iterator[Line]:
    """The figure and the response rate of each kind of survey, of all answers of a time."""
    for one in found:
        yield from _of_kind(ALL, one, asked, unfinished=asked.until > now)


def _of_kind(subject: str, one: KindFigure, span: Span, *, unfinished: bool = False) -> Iterator[Line]:
    kind = f"{one.kind}_{one.polarity}" if one.polarity else one.kind
    yield line_of(subject, kind, span, one.figure, unfinished=unfinished)
    yield line_of(subject, f"{kind}_RESPONSE_RATE", span, one.responses.rate, unfinished=unfinished)


def theme_lines(report: ThemeReport, asked: Span) -> Iterator[Line]:
    for one in report.counts:
        yield count_line(one.name, "COMMENTS", asked, one.comments, "comments")
        yield line_of(one.name, "COMMENTS_SHARE", asked, one.share)
        yield line_of(one.name, "NPS", asked, one.nps)


def case_lines(report: CaseReport, asked: Span) -> Iterator[Line]:
    """All cases of the window, each group of them, then week by week."""
    yield from _of_cases(ALL, report.total, asked)
    for group in report.groups:
        yield from _of_cases(group.group or NOT_TOLD, group, asked)
    for week, of in report.weeks:
        yield from _of_cases(f"{ALL}_BY_WEEK", of, week, unfinished=week.until > asked.until)


def _of_cases(subject: str, of: CaseFigures, span: Span, *, unfinished: bool = False) -> Iterator[Line]:
    yield count_line(subject, "OPENED", span, of.opened, "cases", unfinished=unfinished)
    for name in CASE_FIGURES:
        yield line_of(subject, name.upper(), span, getattr(of, name), unfinished=unfinished)


def recovery_lines(report: Recovery, asked: Span) -> Iterator[Line]:
    yield line_of("RESOLVED", "BOUGHT_AGAIN", asked, report.resolved)
    yield line_of("UNRESOLVED", "BOUGHT_AGAIN", asked, report.unresolved)
    yield line_of("DIFFERENCE", "BOUGHT_AGAIN", asked, report.difference)
