"""Reports as lines of one table: every figure on a line of its own, with what it is about. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields, replace

from services.insights.rules.actions import Effect, Shift
from services.insights.rules.cohorts import Cohort, Retention, Share
from services.insights.rules.comparisons import Comparison, Side
from services.insights.rules.returns import ReturnRates
from services.insights.rules.weeks import Week, WeeklySeries
from services.intervals import Figure
from services.spans import Span
from services.spreadsheets import Cell

Report = Comparison | ReturnRates | Retention | Effect | WeeklySeries

DIFFERENCE = "DIFFERENCE"


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of a report. subject: whom or what it is about. Empty where a report has no such thing.

    from_moment, until_moment: the time, after the first up to and including the second, as ISO 8601.
    """

    subject: str
    measure: str
    from_moment: str
    until_moment: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    unit: str
    few: bool
    unfinished: bool = False
    customers: int | None = None
    orders: int | None = None
    net_minor: int | None = None


HEADER = (*(field.name for field in fields(Line)), "fallback", "caveat")


def lines_of(report: Report) -> Iterator[tuple[Cell, ...]]:
    """HEADER, then every figure of a report."""
    return with_header(_lines(report), report.fallback, report.caveat)


def with_header(lines: Iterable[Line], fallback: str, caveat: str) -> Iterator[tuple[Cell, ...]]:
    """HEADER, then the lines; the fallback and the caveat stand on each of them, so that none is without.

    Without any line there is an empty one, which says why.
    """
    yield HEADER
    said = (fallback, caveat)
    rows = [(*astuple(line), *said) for line in lines]
    yield from rows or [(*(None for _ in fields(Line)), *said)]


def _lines(report: Report) -> Iterator[Line]:
    match report:
        case Comparison():
            yield from _of_comparison(report)
        case ReturnRates():
            yield from _of_returns(report)
        case Retention():
            for cohort in report.cohorts:
                yield from _of_cohort(cohort)
        case Effect():
            yield from _of_effect(report)
        case WeeklySeries():
            for week in report.weeks:
                yield from _of_week(week)


def line_of(subject: str, measure: str, span: Span, figure: Figure, **more: int | bool) -> Line:
    """A figure and what it is about; `more` fills the other columns."""
    return Line(
        subject,
        measure,
        span.since.isoformat(),
        span.until.isoformat(),
        figure.value,
        figure.low,
        figure.high,
        figure.n,
        figure.unit,
        figure.few,
        **more,  # type: ignore[arg-type]
    )


def count_line(subject: str, measure: str, span: Span, count: int, unit: str, **more: int | bool) -> Line:
    """What was counted one by one: it has no interval, and few are no reason to doubt it."""
    line = line_of(subject, measure, span, Figure(count, None, None, count, unit), **more)
    return replace(line, few=False)


def _of_comparison(report: Comparison) -> Iterator[Line]:
    for one in report.contrasts:
        for side, figure in ((report.first, one.first), (report.second, one.second)):
            yield line_of(side.group, one.measure, report.span, figure, **_counts(side))
        yield line_of(DIFFERENCE, one.measure, report.span, one.difference)


def _counts(side: Side) -> dict[str, int]:
    return {"customers": side.customers, "orders": side.orders, "net_minor": side.net_minor}


def _of_returns(report: ReturnRates) -> Iterator[Line]:
    for one in report.rates:
        counts = {"customers": one.customers, "orders": one.orders}
        yield line_of(f"CHANNELS_{one.channels}", "RETURN_RATE", report.span, one.rate, **counts)
    yield line_of(DIFFERENCE, "RETURN_RATE", report.span, report.difference)


def _of_cohort(cohort: Cohort) -> Iterator[Line]:
    named: list[tuple[str, Share]] = [("REPEAT", cohort.repeat)]
    named += [(f"RETENTION_YEAR_{year}", share) for year, share in enumerate(cohort.retention, start=2)]
    for name, share in named:
        more = {"unfinished": share.unfinished, "customers": cohort.customers}
        yield line_of(cohort.name, name, cohort.span, share.figure, **more)
        yield line_of(cohort.name, f"{name}_CHANGE", cohort.span, share.change, unfinished=share.unfinished)


def _of_effect(report: Effect) -> Iterator[Line]:
    yield from _of_shift("GROUP", report.group, report)
    if report.rest is not None and report.effect is not None:
        yield from _of_shift("REST", report.rest, report)
        yield line_of("GROUP_LESS_REST", f"{report.metric}_CHANGE", report.windows.after, report.effect)


def _of_shift(name: str, shift: Shift, report: Effect) -> Iterator[Line]:
    windows, customers = report.windows, shift.customers
    yield line_of(name, f"{report.metric}_BEFORE", windows.before, shift.before, customers=customers)
    yield line_of(name, f"{report.metric}_AFTER", windows.after, shift.after, customers=customers)
    yield line_of(name, f"{report.metric}_CHANGE", windows.after, shift.change, customers=customers)


def _of_week(week: Week) -> Iterator[Line]:
    named = {
        "ORDERS": week.orders,
        "ORDER_VALUE": week.order_value,
        "REPEAT_RATE": week.repeat_rate,
        "ACTIVE_MEMBERS": week.active_members,
        "RETURN_RATE": week.return_rate,
    }
    for name, figure in named.items():
        unfinished = week.returns_open if name == "RETURN_RATE" else week.unfinished
        yield line_of("ALL", name, week.span, figure, unfinished=unfinished, net_minor=week.net_minor)
