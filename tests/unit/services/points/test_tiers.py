"""Tiers against a slow and obvious model: day by day through a member's life."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.points.tiers import (
    Standing,
    anniversary,
    next_start,
    period_start,
    standing,
    tier_due,
    warning_due,
    warning_moments,
)
from services.programme.programme import Programme, Tier, Tiers

DAY = timedelta(days=1)
ZONES = ("Europe/London", "America/New_York", "Pacific/Auckland", "Pacific/Kiritimati", "UTC", "Asia/Kolkata")
LEVELS = (
    Tier(name="BRONZE", threshold=0),
    Tier(name="SILVER", threshold=500),
    Tier(name="GOLD", threshold=1_500),
    Tier(name="PLATINUM", threshold=4_000),
)


def programme(period: str = "calendar_year", zone: str = "Europe/London", **tiers: Any) -> Programme:
    return Programme(time_zone=zone, tiers=Tiers(period=period, levels=LEVELS, **tiers))  # type: ignore[arg-type]


PROGRAMMES = st.builds(
    programme, st.sampled_from(["calendar_year", "membership_year"]), st.sampled_from(ZONES)
)


def days_from(first: datetime, days: int) -> st.SearchStrategy[datetime]:
    return st.integers(0, days * 86_400).map(lambda seconds: first + timedelta(seconds=seconds))


MOMENTS = days_from(datetime(2015, 12, 25, tzinfo=UTC), 3_664)
EARNINGS = st.lists(st.tuples(MOMENTS, st.integers(1, 3_000)), max_size=12)
NOW = days_from(datetime(2026, 1, 5, tzinfo=UTC), 424)


def earned_per_period(
    earnings: list[tuple[datetime, int]], enrolled_at: datetime, of: Programme
) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, amount in earnings:
        if at >= enrolled_at:
            key = period_start(at, enrolled_at, of).isoformat()
            found[key] = found.get(key, 0) + amount
    return found


class Life:
    """A member's life, day by day: no formula, only a calendar, a counter and a level."""

    def __init__(self, enrolled_at: datetime, of: Programme) -> None:
        self.of = of
        self.day = enrolled_at.astimezone(of.zone).date()
        self.joined = self.day
        self.amount = 0
        self.level = 0

    def begins_anew(self) -> bool:
        if self.of.tiers.period == "calendar_year":
            return (self.day.month, self.day.day) == (1, 1)
        if (self.joined.month, self.joined.day) == (2, 29):
            first_of_march = (self.day.month, self.day.day) == (3, 1)
            is_leap_year = (self.day - DAY).day == 29
            leap_day = (self.day.month, self.day.day) == (2, 29)
            return leap_day or (first_of_march and not is_leap_year)
        return (self.day.month, self.day.day) == (self.joined.month, self.joined.day)

    def reaches(self) -> int:
        return max(place for place, level in enumerate(LEVELS) if self.amount >= level.threshold)

    def earn(self, amount: int) -> None:
        self.amount += amount
        self.level = max(self.level, self.reaches())

    def live_until(self, day: date) -> None:
        while self.day < day:
            self.day += DAY
            if self.begins_anew():
                self.level -= self.reaches() < self.level
                self.amount = 0


def lived(earnings: list[tuple[datetime, int]], enrolled_at: datetime, now: datetime, of: Programme) -> Life:
    life = Life(enrolled_at, of)
    for at, amount in sorted(earnings):
        if at >= enrolled_at:
            life.live_until(at.astimezone(of.zone).date())
            life.earn(amount)
    life.live_until(now.astimezone(of.zone).date())
    return life


@given(PROGRAMMES, MOMENTS, EARNINGS, NOW)
def test_a_standing_is_what_living_through_the_days_comes_to(
    of: Programme, enrolled_at: datetime, earnings: list[tuple[datetime, int]], now: datetime
) -> None:
    found = standing(earned_per_period(earnings, enrolled_at, of), enrolled_at, now, of)
    life = lived(earnings, enrolled_at, now, of)
    assert (found.tier, found.qualifying) == (LEVELS[life.level].name, life.amount)


@given(PROGRAMMES, MOMENTS, EARNINGS, NOW)
def test_what_is_projected_comes_true_when_nothing_more_is_earned(
    of: Programme, enrolled_at: datetime, earnings: list[tuple[datetime, int]], now: datetime
) -> None:
    qualifying = earned_per_period(earnings, enrolled_at, of)
    found = standing(qualifying, enrolled_at, now, of)
    assert standing(qualifying, enrolled_at, found.evaluates_at - DAY / 86_400, of).tier == found.tier
    assert standing(qualifying, enrolled_at, found.evaluates_at, of).tier == found.projected_tier


@given(PROGRAMMES, MOMENTS, EARNINGS, NOW)
def test_what_is_missing_is_exactly_what_is_missing(
    of: Programme, enrolled_at: datetime, earnings: list[tuple[datetime, int]], now: datetime
) -> None:
    qualifying = earned_per_period(earnings, enrolled_at, of)
    found = standing(qualifying, enrolled_at, now, of)

    def after(amount: int) -> Standing:
        key = period_start(now, enrolled_at, of).isoformat()
        more = {**qualifying, key: qualifying.get(key, 0) + amount}
        return standing(more, enrolled_at, now, of)

    if found.next_tier:
        assert after(found.points_to_next).tier == found.next_tier
        assert after(found.points_to_next - 1).tier == found.tier
    assert after(found.points_to_stay).projected_tier == found.tier
    if found.points_to_stay:
        assert after(found.points_to_stay - 1).projected_tier == found.projected_tier != found.tier


@given(PROGRAMMES, MOMENTS, NOW)
def test_periods_follow_each_other_without_a_gap(of: Programme, enrolled_at: datetime, now: datetime) -> None:
    start = period_start(now, enrolled_at, of)
    after = next_start(start, enrolled_at, of)
    assert start <= now.astimezone(of.zone).date() < after
    assert 365 <= (after - start).days <= 366
    last = datetime(after.year, after.month, after.day, 12, tzinfo=of.zone)
    assert period_start(last, enrolled_at, of) == after
    assert period_start(last - DAY, enrolled_at, of) == start


@given(PROGRAMMES, MOMENTS, EARNINGS, NOW)
def test_a_tier_is_looked_at_again_when_a_warning_or_the_period_is_due(
    of: Programme, enrolled_at: datetime, earnings: list[tuple[datetime, int]], now: datetime
) -> None:
    found = standing(earned_per_period(earnings, enrolled_at, of), enrolled_at, now, of)
    due = tier_due(found, now, of.tiers)
    moments = [moment for _, moment in warning_moments(found, of.tiers)] + [found.evaluates_at]
    assert due in moments
    assert due > now
    assert not [moment for moment in moments if now < moment < due]


def standing_at(amounts: dict[str, int], now: datetime, of: Programme | None = None) -> Standing:
    return standing(amounts, datetime(2023, 5, 1, tzinfo=UTC), now, of or programme())


def test_a_member_rises_at_once_and_over_several_levels() -> None:
    assert standing_at({"2026-01-01": 1_500}, datetime(2026, 3, 1, tzinfo=UTC)).tier == "GOLD"


def test_a_member_falls_one_level_at_a_time() -> None:
    amounts = {"2023-01-01": 5_000}
    tiers = [standing_at(amounts, datetime(year, 6, 1, tzinfo=UTC)).tier for year in (2023, 2024, 2025, 2026)]
    assert tiers == ["PLATINUM", "PLATINUM", "GOLD", "SILVER"]


def test_a_tier_once_reached_lasts_for_the_rest_of_the_period_and_the_next() -> None:
    amounts = {"2024-01-01": 600}
    assert standing_at(amounts, datetime(2025, 12, 31, 23, 59, tzinfo=UTC)).tier == "SILVER"
    assert standing_at(amounts, datetime(2026, 1, 1, tzinfo=UTC)).tier == "BRONZE"


def test_the_year_ends_at_midnight_where_the_programme_is_at_home() -> None:
    amounts = {"2024-01-01": 600}
    auckland = programme(zone="Pacific/Auckland")
    last = datetime(2025, 12, 31, 10, 59, 59, tzinfo=UTC)
    assert standing_at(amounts, last, auckland).tier == "SILVER"
    assert standing_at(amounts, last + timedelta(seconds=1), auckland).tier == "BRONZE"
    assert standing_at(amounts, last, auckland).evaluates_at == last + timedelta(seconds=1)


def test_a_membership_year_may_end_in_summer_time() -> None:
    enrolled_at = datetime(2024, 7, 1, 12, tzinfo=UTC)
    found = standing({}, enrolled_at, datetime(2026, 2, 1, tzinfo=UTC), programme("membership_year"))
    assert found.evaluates_at == datetime(2026, 6, 30, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("year", "expected"), [(2025, date(2025, 3, 1)), (2027, date(2027, 3, 1)), (2028, date(2028, 2, 29))]
)
def test_whoever_joined_on_a_leap_day_has_a_day_in_every_year(year: int, expected: date) -> None:
    assert anniversary(date(2024, 2, 29), year) == expected


def test_returns_that_make_a_period_negative_leave_the_lowest_tier() -> None:
    found = standing_at({"2026-01-01": -40}, datetime(2026, 3, 1, tzinfo=UTC))
    assert (found.tier, found.points_to_next, found.points_to_stay) == ("BRONZE", 540, 0)


def test_nobody_is_above_the_top() -> None:
    found = standing_at({"2026-01-01": 9_000}, datetime(2026, 3, 1, tzinfo=UTC))
    assert (found.tier, found.next_tier, found.points_to_next) == ("PLATINUM", "", 0)


def test_of_several_warnings_that_are_due_the_latest_counts() -> None:
    now = datetime(2025, 12, 27, tzinfo=UTC)
    of = programme(warn_days=(30, 7, 1))
    found = standing_at({"2024-01-01": 600}, now, of)
    assert warning_due(found, now, of.tiers) == 7


def test_whoever_stays_is_not_warned() -> None:
    now = datetime(2025, 12, 27, tzinfo=UTC)
    found = standing_at({"2024-01-01": 600, "2025-01-01": 500}, now)
    assert warning_due(found, now, programme().tiers) is None
