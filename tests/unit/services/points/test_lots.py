"""Lots: how long they live, the order in which they are spent, and shares that add up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.points.lots import cumulative_share, end_of_month, spend_order
from tests.unit.services.points.accounts import DAY, NOON, lot

ZONES = [
    "UTC",
    "Europe/London",
    "America/New_York",
    "Asia/Kolkata",
    "Pacific/Apia",
    "Africa/Cairo",
    "Asia/Beirut",
]
HOUR = timedelta(hours=1)


def slow_end_of_month(moment: datetime, months: int, zone: ZoneInfo) -> datetime:
    """Walk the hours until the calendar on the wall shows the month after, then the quarters back."""
    local = moment.astimezone(zone)
    wanted = local.year * 12 + local.month - 1 + months + 1
    at = (moment + timedelta(days=30 * months - 3)).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    while month_number(at, zone) < wanted:
        at += HOUR
    while month_number(at - timedelta(minutes=15), zone) >= wanted:
        at -= timedelta(minutes=15)
    return at


def month_number(at: datetime, zone: ZoneInfo) -> int:
    local = at.astimezone(zone)
    return local.year * 12 + local.month - 1


@given(
    st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  (bounds are naive)
    st.integers(1, 30),
    st.sampled_from(ZONES),
)
def test_points_live_until_the_wall_shows_the_month_after(moment: datetime, months: int, zone: str) -> None:
    assert end_of_month(moment, months, ZoneInfo(zone)) == slow_end_of_month(moment, months, ZoneInfo(zone))


@pytest.mark.parametrize(
    ("earned", "zone", "expires"),
    [
        ("2026-03-10T12:00Z", "Europe/London", "2027-03-31T23:00Z"),  # summer time has begun
        ("2025-02-28T12:00Z", "Europe/London", "2026-03-01T00:00Z"),
        ("2023-02-28T12:00Z", "Europe/London", "2024-03-01T00:00Z"),  # a leap year
        ("2025-12-31T23:30Z", "Europe/London", "2027-01-01T00:00Z"),  # the end of the year
        ("2025-12-31T23:30Z", "Asia/Kolkata", "2027-01-31T18:30Z"),  # the next month already, over there
        ("2025-10-31T12:00Z", "America/New_York", "2026-11-01T04:00Z"),  # clocks go back later that day
    ],
)
def test_expiry_follows_the_calendar_of_the_programme(earned: str, zone: str, expires: str) -> None:
    moment = datetime.fromisoformat(earned)
    assert end_of_month(moment, 12, ZoneInfo(zone)) == datetime.fromisoformat(expires)


def test_soonest_expiry_is_spent_first_then_oldest_activation_then_lot_id() -> None:
    ordered = [
        lot("z", 1, expires_at=NOON + DAY, activates_at=NOON),
        lot("b", 1, expires_at=NOON + 2 * DAY, activates_at=NOON - DAY),
        lot("a", 1, expires_at=NOON + 2 * DAY, activates_at=NOON),
        lot("c", 1, expires_at=NOON + 2 * DAY, activates_at=NOON),
    ]
    assert all(spend_order(shuffled) == ordered for shuffled in permutations(ordered))


@given(st.integers(0, 10**9), st.lists(st.integers(1, 50), min_size=1, max_size=8))
def test_any_sequence_of_parts_ends_at_all_the_points(points: int, parts: list[int]) -> None:
    whole, done, given_points = sum(parts), 0, 0
    for part in parts:
        done += part
        share = cumulative_share(points, done, whole) - given_points
        assert share >= 0
        given_points += share
    assert given_points == points


def test_nothing_has_a_share_of_nothing() -> None:
    assert cumulative_share(10, 0, 0) == 0
