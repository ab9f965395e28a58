"""The figures that sum answers and invitations up, and the weeks of a series. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from services.clock import MICROSECOND
from services.feedback.rules.answers import HAPPY_FROM, NEUTRAL_FROM, Polarity, SurveyKind
from services.intervals import Figure, mean, net_promoters, wilson

PERCENT: Final = "percent"
UNITS_OF_EFFORT: Final = {  # the two are never one figure
    Polarity.EASY: "mean of 1 to 7, 7 is easy",
    Polarity.EFFORT: "mean of 1 to 7, 7 is effort",
}
KINDS: Final = (  # everything that has a figure of its own
    (SurveyKind.NPS, Polarity.NONE),
    (SurveyKind.CSAT, Polarity.NONE),
    (SurveyKind.CES, Polarity.EASY),
    (SurveyKind.CES, Polarity.EFFORT),
)


@dataclass(frozen=True, slots=True)
class Span:
    """A time after `since`, up to and including `until`."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Responses:
    """How many invitations were sent, and how many of them were answered or still can be in time."""

    sent: int = 0
    answered: int = 0
    open: int = 0

    @property
    def rate(self) -> Figure:
        return wilson(self.answered, self.sent)


def figure_of(kind: SurveyKind, polarity: Polarity, counts: Mapping[int, int]) -> Figure:
    """The figure of answers to one kind of survey. counts: answer -> how many gave it.

    NPS = 100 * (promoters - detractors) / n, CSAT = 100 * n(4-5) / n, CES = the mean of 1 to 7.
    """
    n = sum(counts.values())
    happy = sum(number for answer, number in counts.items() if answer >= HAPPY_FROM[kind])
    if kind is SurveyKind.CSAT:
        return wilson(happy, n).scaled(100.0, PERCENT)
    if kind is SurveyKind.NPS:
        neutral = sum(number for answer, number in counts.items() if answer >= NEUTRAL_FROM[kind])
        return net_promoters(happy, n - neutral, n)
    total = sum(answer * number for answer, number in counts.items())
    squares = sum(answer * answer * number for answer, number in counts.items())
    return mean(n, total, squares, UNITS_OF_EFFORT[polarity])


def days_until(until: datetime, days: int) -> Span:
    return Span(until - timedelta(days=days), until)


def weeks_until(until: datetime, number: int, zone: ZoneInfo) -> list[Span]:
    """So many weeks, the last with `until` in it, each from Monday 00:00 by the clocks of the zone.

    Monday 00:00 belongs to the week that it begins. Where the clocks change a week has an hour less or more.
    """
    today = until.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    begins = [
        datetime.combine(monday - timedelta(weeks=back), time(0), zone).astimezone(UTC)
        for back in range(number - 1, -2, -1)
    ]
    return [Span(begin - MICROSECOND, end - MICROSECOND) for begin, end in pairwise(begins)]
