"""The business week by week, as it is shown. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from services.console import words
from services.console.charts import Chart, Mark
from services.console.insights import sentences as say
from services.console.insights.shapes import Picture, Table, View, days_of, empty_words
from services.insights.rules.weeks import Week, WeeklySeries
from services.intervals import Figure, apart
from services.programme.programme import Programme

HALF: Final = 0.5  # a share that reaches beyond it is seen best against the whole
SERIES: Final[tuple[tuple[str, Callable[[Week], Figure]], ...]] = (
    ("Orders", lambda week: week.orders),
    ("Value of an order", lambda week: week.order_value),
    ("Buyers who had bought within a year", lambda week: week.repeat_rate),
    ("Members who bought", lambda week: week.active_members),
    ("Orders of which something came back", lambda week: week.return_rate),
)


def weekly_view(report: WeeklySeries, programme: Programme) -> View:
    table = Table(
        "Week by week, with 95 % intervals",
        ("Week from", *(title for title, _ in SERIES)),
        tuple(_row(week, programme) for week in reversed(report.weeks)),
    )
    return View(
        days_of(report.span, programme),
        tuple(_findings(report, programme)),
        tuple(_picture(title, of, report, programme) for title, of in SERIES),
        table,
        report.caveat,
        empty_words(report.fallback),
    )


def _findings(report: WeeklySeries, programme: Programme) -> Iterator[str]:
    over = [week for week in report.weeks if not week.unfinished and week.orders.value is not None]
    if len(over) < 2:
        yield "There are not two whole weeks yet to compare."
        return
    before, last = over[-2:]
    yield (
        f"The last whole week, from {_day(last, programme)}: {say.shown(last.orders, programme)} orders of "
        f"{say.shown(last.order_value, programme)} each. {_told(last.orders, before.orders, programme)}"
    )


def _told(last: Figure, before: Figure, programme: Programme) -> str:
    said = say.verdict(apart(last, before), programme)
    return f"Orders against the week before: {said}" if said else ""


def _day(week: Week, programme: Programme) -> str:
    return words.short_day(words.local(week.span.begins_at, programme))


def _picture(title: str, of: Callable[[Week], Figure], report: WeeklySeries, programme: Programme) -> Picture:
    marks = tuple(
        Mark(
            _day(week, programme),
            of(week).value,
            f"{say.shown(of(week), programme)} ({say.spread(of(week), programme)})",
            "muted" if week.unfinished else "accent",
            of(week).low,
            of(week).high,
        )
        for week in report.weeks
    )
    axis = say.axis_of(of(report.weeks[0]).unit, programme)
    most = 1.0 if axis.factor > 1 and any((mark.high or 0.0) > HALF for mark in marks) else None
    chart = Chart("weeks", f"{title}, week by week, with 95 % intervals", marks, most, axis=axis)
    return Picture(title, chart)


def _row(week: Week, programme: Programme) -> tuple[str, ...]:
    name = f"{_day(week, programme)}{' (running)' if week.unfinished else ''}"
    figures = ((of(week)) for _, of in SERIES)
    return (name, *(f"{say.shown(one, programme)} ({say.spread(one, programme)})" for one in figures))
