"""The times that reports are about: windows of days, weeks, quarters and years of the programme. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from services.clock import EARLIEST, MICROSECOND

WEEK: Final = timedelta(days=7)
YEAR: Final = timedelta(days=365)  # as wherever the domain says "365 days"
QUARTERS_PER_YEAR: Final = 4


@dataclass(frozen=True, slots=True)
class Span:
    """The time after `since` up to and including `until`."""

    since: datetime
    until: datetime

    @property
    def begins_at(self) -> datetime:
        """The first moment inside."""
        return self.since + MICROSECOND


def days_before(until: datetime, days: int) -> Span:
    """The `days` days that end at `until`; not before the earliest time there can be."""
    return Span(max(until - timedelta(days=days), EARLIEST), until)


def whole(start: datetime, end: datetime) -> Span:
    """From `start` on, before `end`: how days, weeks and quarters follow each other."""
    return Span(start.astimezone(UTC) - MICROSECOND, end.astimezone(UTC) - MICROSECOND)


def week_starts(until: datetime, weeks: int, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Where the last `weeks` weeks begin, that of `until` included, and the next one: Mondays, midnight."""
    today = until.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    first = monday - (weeks - 1) * WEEK
    return tuple(midnight(first + number * WEEK, zone) for number in range(weeks + 1))


def weeks_until(until: datetime, weeks: int, zone: ZoneInfo) -> list[Span]:
    """So many weeks, the last with `until` in it, each from Monday 00:00 by the clocks of the zone.

    Monday 00:00 belongs to the week that it begins. Where the clocks change a week has an hour less or more.
    """
    return [whole(start, end) for start, end in pairwise(week_starts(until, weeks, zone))]


def quarter_starts(until: datetime, quarters: int, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Where the last `quarters` quarters begin, that of `until` included, and the next one."""
    here = until.astimezone(zone)
    last = here.year * QUARTERS_PER_YEAR + (here.month - 1) // 3
    numbers = range(last - quarters + 1, last + 2)
    return tuple(midnight(date(number // 4, number % 4 * 3 + 1, 1), zone) for number in numbers)


def year_starts(until: datetime, years: int, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Where the last `years` calendar years begin, that of `until` included, and the next one."""
    last = until.astimezone(zone).year
    return tuple(midnight(date(year, 1, 1), zone) for year in range(last - years + 1, last + 2))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The beginning of a day, in the zone's own time."""
    return datetime(day.year, day.month, day.day, tzinfo=zone)


@dataclass(frozen=True, slots=True)
class Run:
    """Weeks of one length that follow each other: all but those in which the clocks change."""

    start: datetime
    end: datetime
    first: int  # the number of its first week
    length: timedelta


def runs(starts: Sequence[datetime]) -> tuple[Run, ...]:
    """The weeks in as few runs as possible, so that a database finds a week by one division."""
    return tuple(_runs([start.astimezone(UTC) for start in starts]))  # where an hour is always an hour


def _runs(starts: Sequence[datetime]) -> Iterator[Run]:
    lengths = [later - earlier for earlier, later in pairwise(starts)]
    first = 0
    for number, length in enumerate(lengths):
        if number + 1 == len(lengths) or lengths[number + 1] != length:
            yield Run(starts[first], starts[number + 1], first, length)
            first = number + 1
