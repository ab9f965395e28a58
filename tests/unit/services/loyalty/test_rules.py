"""Points: awards, returns that take them back, debt, and the end of their life."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.events import OrderPlaced
from services.loyalty.rules.orders import (
    Lot,
    award_points,
    balance,
    earn,
    end_of_month,
    points_to_reverse,
    spend_order,
    take_back,
)
from services.programme.programme import Points, Programme

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
PROGRAMME = Programme()
ZONES = st.sampled_from(["Europe/London", "America/New_York", "Pacific/Auckland", "Asia/Kolkata", "UTC"])


def placed(total_minor: int, at: datetime = NOON, order_id: str = "o-1") -> OrderPlaced:
    return OrderPlaced("default", order_id, "anna", at, total_minor, "GBP", frozenset({"tea"}))


def lot(lot_id: str, points: int, expires_in_days: int = 365) -> Lot:
    made, _ = earn(placed(points * 100), PROGRAMME, 0)
    return replace(made, lot_id=lot_id, expires_at=NOON + timedelta(days=expires_in_days))


def test_an_award_is_floored_once_per_order() -> None:
    assert award_points(2_599, PROGRAMME) == 25


def test_a_currency_without_minor_units_earns_by_the_unit() -> None:
    programme = Programme(currency="JPY", currency_digits=0, points=Points(points_per_unit=2))
    assert award_points(1_500, programme) == 3_000


PARTS = st.lists(st.integers(1, 50_000), min_size=1, max_size=12)


@given(PARTS, st.data())
def test_any_sequence_of_partial_returns_ends_at_exactly_the_award(
    parts: list[int], data: st.DataObject
) -> None:
    total = sum(parts)
    award = award_points(total, PROGRAMME)
    reversed_points = refunded = 0
    for part in data.draw(st.permutations(parts)):
        refunded += part
        step = points_to_reverse(award, reversed_points, total, refunded)
        assert step >= 0
        reversed_points += step
        assert reversed_points <= award
    assert reversed_points == award


@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_the_part_kept_is_rounded_in_the_members_favour(total: int, refunded: int) -> None:
    refunded = min(refunded, total)
    award = award_points(total, PROGRAMME)
    kept = award - points_to_reverse(award, 0, total, refunded)
    assert kept * total >= award * (total - refunded)


def test_a_free_order_has_nothing_to_reverse() -> None:
    assert points_to_reverse(0, 0, 0, 0) == 0


@given(st.integers(0, 300_000), st.integers(0, 4_000))
def test_what_a_member_owes_is_paid_first(total: int, debt: int) -> None:
    made, movements = earn(placed(total), PROGRAMME, debt)
    paid = made.points - made.remaining_points
    assert paid == min(made.points, debt)
    assert made.remaining_points == 0 or paid == debt  # active points and debt never stand together
    assert sum(one.points for one in movements if one.lot_id == made.lot_id) == made.remaining_points
    assert sum(one.points for one in movements) == made.points


LOTS = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 400)), min_size=1, max_size=6)


@given(LOTS, st.integers(0, 400))
def test_taking_back_loses_and_makes_no_point(amounts: list[tuple[int, int]], points: int) -> None:
    lots = [lot(f"l-{number}", *amount) for number, amount in enumerate(amounts)]
    taken = take_back(points, lots[0], lots[1:], "return", NOON)
    before = sum(one.remaining_points for one in lots)
    after = sum(taken.remaining_by_lot.get(one.lot_id, one.remaining_points) for one in lots)
    assert before - after + taken.debt_points == points
    assert sum(one.points for one in taken.movements) == -points
    assert all(remaining >= 0 for remaining in taken.remaining_by_lot.values())
    assert taken.debt_points == 0 or after == 0


def test_an_expired_lot_pays_for_nothing() -> None:
    expired = lot("old", 50, expires_in_days=0)
    taken = take_back(30, lot("own", 10), [expired], "return", NOON)
    assert (taken.debt_points, "old" in taken.remaining_by_lot) == (20, False)


def test_the_orders_own_lot_comes_first_then_the_soonest_expiry() -> None:
    own, late, soon = lot("own", 10, 300), lot("late", 10, 200), lot("soon", 10, 100)
    taken = take_back(25, own, [late, soon], "return", NOON)
    assert taken.remaining_by_lot == {"own": 0, "soon": 0, "late": 5}


def test_lots_are_spent_by_expiry_then_activation_then_id() -> None:
    lots = [lot("b", 1, 9), lot("a", 1, 9), replace(lot("c", 1, 9), activates_at=NOON), lot("d", 1, 3)]
    assert [one.lot_id for one in spend_order(lots)] == ["d", "c", "a", "b"]


@given(st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1)), st.integers(1, 120), ZONES)  # noqa: DTZ001  (made aware below)
def test_points_end_with_the_month_in_the_programmes_time_zone(
    naive: datetime, months: int, time_zone: str
) -> None:
    moment = naive.replace(tzinfo=UTC)
    zone = ZoneInfo(time_zone)
    earned, end = moment.astimezone(zone), end_of_month(moment, months, time_zone).astimezone(zone)
    assert (end.day, end.hour, end.minute, end.second) == (1, 0, 0, 0)
    assert (end.year * 12 + end.month) - (earned.year * 12 + earned.month) == months + 1
    assert end.tzinfo is zone


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        ("2025-02-28T23:30:00+00:00", "2026-03-01T00:00:00+00:00"),
        ("2025-03-31T22:30:00+00:00", "2026-03-31T23:00:00+00:00"),  # summer time: midnight is 23:00 UTC
        ("2025-03-31T23:30:00+00:00", "2026-04-30T23:00:00+00:00"),  # it is April in London already
        ("2025-10-01T00:00:00+00:00", "2026-11-01T00:00:00+00:00"),  # winter time came in between
        ("2023-02-01T00:00:00+00:00", "2024-03-01T00:00:00+00:00"),  # a leap year's 29th counts
    ],
)
def test_the_end_of_the_month_follows_summer_time(moment: str, end: str) -> None:
    assert end_of_month(datetime.fromisoformat(moment), 12, "Europe/London").isoformat() == end


@given(LOTS, st.integers(-400, 400))
def test_an_expired_point_is_never_spendable(amounts: list[tuple[int, int]], days: int) -> None:
    lots = [lot(f"l-{number}", *amount) for number, amount in enumerate(amounts)]
    now = NOON + timedelta(days=days)
    found = balance(lots, 0, now)
    live = sum(one.remaining_points for one in lots if one.expires_at > now)
    assert found.pending_points + found.active_points == live
    assert found.active_points == 0 or now >= lots[0].activates_at
