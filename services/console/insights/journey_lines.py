"""The reports of journeys as lines of a sheet. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from services.insights.rules.lines import Line, count_line, line_of
from services.intervals import SHARE, Figure
from services.journey.rules.friction import FrictionReport, Point
from services.journey.rules.stages import StageReport
from services.journey.rules.transitions import Share, Transitions
from services.spans import Span
from services.windows import Window

NOWHERE: Final = "NOWHERE"  # where a cart went that nobody bought


def stage_lines(report: StageReport) -> Iterator[Line]:
    span = span_of(report.window)
    for step, count in report.reached.items():
        yield count_line(step, "REACHED", span, count, "customers")
    for one in report.conversions:
        path = "_TO_".join(one.path)
        yield line_of(path, "CONVERSION", span, one.conversion)
        yield line_of(path, "DROP_OFF", span, one.drop_off)


def transition_lines(report: Transitions) -> Iterator[Line]:
    span = span_of(report.window)
    for one in report.transitions:
        yield from _of_share(one, "TRANSITION", span)
    for one in report.carts:
        yield from _of_share(one, "CART", span)


def _of_share(one: Share, what: str, span: Span) -> Iterator[Line]:
    path = f"{one.start}_TO_{one.end or NOWHERE}"
    yield count_line(path, f"{what}S", span, one.count, f"{what.lower()}s", customers=one.customers)
    yield line_of(path, f"{what}_SHARE", span, one.share, customers=one.customers)


def friction_lines(report: FrictionReport) -> Iterator[Line]:
    span = span_of(report.exposure.window)
    for point in report.points:
        yield from _of_point(point, span)


def _of_point(point: Point, span: Span) -> Iterator[Line]:
    figures = {
        "CHURN_WITH": point.churned_with,
        "CHURN_WITHOUT": point.churned_without,
        "CHURN_DIFFERENCE": point.churn_difference,
        "CHURN_DIFFERENCE_LIKE_FOR_LIKE": point.like_for_like,
        "NPS_WITH": point.nps_with,
        "NPS_WITHOUT": point.nps_without,
        "NPS_DIFFERENCE": point.nps_difference,
    }
    for name, figure in figures.items():
        yield line_of(point.signal, name, span, figure, customers=point.customers)
    alarms = Figure(point.false_alarm_share, None, None, point.customers, SHARE)
    yield line_of(point.signal, f"FALSE_ALARMS_BY_{point.ranking}", span, alarms, customers=point.customers)


def span_of(window: Window) -> Span:
    return Span(window.begins_after, window.until)
