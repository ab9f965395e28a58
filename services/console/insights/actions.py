"""What changed around an action, as it is shown. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from services.console import words
from services.console.charts import Mark
from services.console.insights import sentences as say
from services.console.insights.shapes import Table, View, bar, bars, cells, days_of, empty_words
from services.insights.rules.actions import Effect, Shift
from services.programme.programme import Programme
from services.spans import Span


def effect_view(report: Effect, programme: Programme) -> View:
    title = say.METRIC_WORDS[report.metric]
    table = Table(
        title,
        ("", "Customers", "Before", "95 % interval", "After", "95 % interval", "Change", "95 % interval"),
        tuple(_rows(report, programme)),
    )
    whole = Span(report.windows.before.since, report.windows.after.until)
    return View(
        days_of(whole, programme),
        tuple(_findings(report, programme)),
        (bars(title, _marks(report, programme)),),
        table,
        report.caveat,
        empty_words(report.fallback),
    )


def _findings(report: Effect, programme: Programme) -> Iterator[str]:
    name = "The group" if report.rest is not None else "Everybody"
    yield f"{name}: {_said(report.group, programme)}"
    if report.rest is not None and report.effect is not None:
        yield f"The rest: {_said(report.rest, programme)}"
        if verdict := say.verdict(report.effect, programme):
            yield f"The change of the group, less that of the rest: {verdict}"
    if report.windows.cut:
        yield "The time after is not over, so both times were cut to the days that have passed."


def _said(shift: Shift, programme: Programme) -> str:
    pair = f"{say.shown(shift.before, programme)} before, {say.shown(shift.after, programme)} after."
    return f"{pair} {say.verdict(shift.change, programme)}"


def _shifts(report: Effect) -> Iterator[tuple[str, Shift]]:
    if report.rest is None:
        yield "Everybody", report.group
    else:
        yield "The group", report.group
        yield "The rest", report.rest


def _marks(report: Effect, programme: Programme) -> Iterator[Mark | None]:
    for name, shift in _shifts(report):
        yield bar(f"{name}, before", shift.before, "muted", programme)
        yield bar(f"{name}, after", shift.after, "accent", programme)


def _rows(report: Effect, programme: Programme) -> Iterator[tuple[str, ...]]:
    for name, shift in _shifts(report):
        change = say.signed(shift.change, programme), say.signed_spread(shift.change, programme)
        both = (*cells(shift.before, programme), *cells(shift.after, programme))
        yield (name, words.count(shift.customers), *both, *change)
