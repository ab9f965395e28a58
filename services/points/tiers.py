"""Tiers: what a member is by what was earned in each period, and what comes next. Pure.

The tier follows from the amounts per period alone, so it is the same in whatever order orders arrive:
within a period it rises as soon as a threshold is reached; at the period's end it falls by one level
at most, when the period did not reach its threshold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.programme.programme import Programme, Tiers


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a member stands. Amounts are of the programme's metric: points, or minor units."""

    tier: str
    qualifying: int  # earned in the present period
    next_tier: str  # empty at the top
    points_to_next: int
    points_to_stay: int  # by `evaluates_at`
    projected_tier: str  # at `evaluates_at`, if nothing more is earned
    evaluates_at: datetime


@dataclass(frozen=True, slots=True)
class Ranked:
    """Where a member stands among the tiers, and since when."""

    standing: Standing
    tier_since: datetime


def period_start(moment: datetime, enrolled_at: datetime, programme: Programme) -> date:
    """The first day, in the programme's time zone, of the period that the moment lies in."""
    day = moment.astimezone(programme.zone).date()
    if programme.tiers.period == "calendar_year":
        return date(day.year, 1, 1)
    joined = enrolled_at.astimezone(programme.zone).date()
    start = anniversary(joined, day.year)
    return start if start <= day else anniversary(joined, day.year - 1)


def anniversary(joined: date, year: int) -> date:
    """The day in another year; 1 March for those who joined on a leap day."""
    try:
        return joined.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def next_start(start: date, enrolled_at: datetime, programme: Programme) -> date:
    if programme.tiers.period == "calendar_year":
        return date(start.year + 1, 1, 1)
    return anniversary(enrolled_at.astimezone(programme.zone).date(), start.year + 1)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def standing(
    qualifying: Mapping[str, int], enrolled_at: datetime, now: datetime, programme: Programme
) -> Standing:
    """Where a member stands at `now`.

    qualifying: the metric earned per period, by the period's first day (ISO); periods without are 0.
    """
    tiers = programme.tiers
    present = period_start(now, enrolled_at, programme)
    start = period_start(enrolled_at, enrolled_at, programme)
    level = 0
    while start < present:
        level = after_period(
            max(level, reached(qualifying.get(start.isoformat(), 0), tiers)), start, qualifying, tiers
        )
        start = next_start(start, enrolled_at, programme)
    amount = qualifying.get(present.isoformat(), 0)
    level = max(level, reached(amount, tiers))
    return _told(level, amount, next_start(present, enrolled_at, programme), programme)


def reached(amount: int, tiers: Tiers) -> int:
    """The highest level whose threshold the amount reaches."""
    return max(place for place, level in enumerate(tiers.levels) if level.threshold <= max(amount, 0))


def after_period(level: int, start: date, qualifying: Mapping[str, int], tiers: Tiers) -> int:
    """The level after re-evaluation: one down at a time."""
    kept = reached(qualifying.get(start.isoformat(), 0), tiers) >= level
    return level if kept else level - 1


def _told(level: int, amount: int, evaluates_on: date, programme: Programme) -> Standing:
    levels = programme.tiers.levels
    above = levels[level + 1] if level + 1 < len(levels) else None
    stays = reached(amount, programme.tiers) >= level
    return Standing(
        tier=levels[level].name,
        qualifying=amount,
        next_tier=above.name if above else "",
        points_to_next=above.threshold - amount if above else 0,
        points_to_stay=0 if stays else levels[level].threshold - amount,
        projected_tier=levels[level if stays else level - 1].name,
        evaluates_at=midnight(evaluates_on, programme.zone),
    )


def warning_moments(found: Standing, tiers: Tiers) -> list[tuple[int, datetime]]:
    """(days ahead, moment) at which a member who would fall is warned; none for one who would stay."""
    if found.projected_tier == found.tier:
        return []
    return [
        (days, found.evaluates_at - timedelta(days=days)) for days in sorted(tiers.warn_days, reverse=True)
    ]


def warning_due(found: Standing, now: datetime, tiers: Tiers) -> int | None:
    """How many days ahead the latest warning that is due speaks of; None while there is none."""
    due = [days for days, moment in warning_moments(found, tiers) if moment <= now]
    return min(due, default=None)


def tier_due(found: Standing, now: datetime, tiers: Tiers) -> datetime:
    """When time alone changes something next: the next warning, or the end of the period."""
    ahead = [moment for _, moment in warning_moments(found, tiers) if moment > now]
    return min([*ahead, found.evaluates_at])
