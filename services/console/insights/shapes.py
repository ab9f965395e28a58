"""What a shown report is made of. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.console import words
from services.console.charts import Chart, Mark, Tone
from services.console.insights import sentences as say
from services.insights.rules.caveats import ONE_SIDE_EMPTY
from services.intervals import Figure
from services.programme.programme import Programme
from services.spans import Span


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts; the first cell of each names the row."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with its plain title."""

    title: str
    chart: Chart


@dataclass(frozen=True, slots=True)
class View:
    """A report as it is shown. empty: title and text where there is nothing to show at all."""

    span: str
    findings: tuple[str, ...]
    pictures: tuple[Picture, ...]
    table: Table
    caveat: str
    empty: tuple[str, str] | None


def empty_words(fallback: str) -> tuple[str, str] | None:
    """What to say instead of a report; one side alone is still worth showing."""
    return None if fallback in {"", ONE_SIDE_EMPTY} else say.EMPTY_WORDS[fallback]


def days_of(span: Span, programme: Programme) -> str:
    """4 March 2025 to 3 March 2026."""
    first, last = (words.local(at, programme) for at in (span.begins_at, span.until))
    return f"{long_day(first)} to {long_day(last)}"


def long_day(day: datetime) -> str:
    return f"{day.day} {day:%B %Y}"


def bar(label: str, figure: Figure, tone: Tone, programme: Programme) -> Mark | None:
    """A bar with its interval; None where nothing is known."""
    if figure.value is None:
        return None
    return Mark(label, figure.value, say.shown(figure, programme), tone, figure.low, figure.high)


def bars(title: str, marks: Iterable[Mark | None]) -> Picture:
    """Bars long enough for their intervals."""
    found = tuple(mark for mark in marks if mark is not None)
    ends = [end for mark in found for end in (mark.value, mark.low, mark.high) if end is not None]
    longest = max(ends, default=0.0)
    chart = Chart("bars", f"{title}, with 95 % intervals", found, longest or 1.0, min([*ends, 0.0]))
    return Picture(title, chart)


def cells(figure: Figure, programme: Programme) -> tuple[str, str]:
    """A figure and its interval as two cells."""
    return say.shown(figure, programme), say.spread(figure, programme)
