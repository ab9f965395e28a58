"""What may hold customers up: when it can be judged, and how it is ranked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.journey.rules.friction import (
    NO_ORDERS,
    NO_SIGNALS,
    NOT_MATURED,
    Ranking,
    Tally,
    exposure_of,
    friction_report,
    nps_chance,
    total,
)

NOW = datetime(2026, 3, 10, tzinfo=UTC)
DAY = timedelta(days=1)
MATURED = exposure_of(None, None, 30, NOW)
EVERYBODY = {1: Tally(1_000, 500, 200, 80, 60), 2: Tally(1_000, 200, 100, 60, 20)}


def test_a_window_ends_where_its_horizon_is_over() -> None:
    assert (MATURED.window.until, MATURED.window.since, MATURED.cut) == (
        NOW - 30 * DAY,
        NOW - 210 * DAY,
        False,
    )
    asked = exposure_of(NOW - 100 * DAY, NOW - 10 * DAY, 30, NOW)
    assert (asked.window.until, asked.cut, asked.is_matured) == (NOW - 30 * DAY, True, True)
    earlier = exposure_of(NOW - 100 * DAY, NOW - 50 * DAY, 30, NOW)
    assert (earlier.window.until, earlier.horizon_end, earlier.cut) == (NOW - 50 * DAY, NOW - 20 * DAY, False)


def test_what_cannot_be_judged_is_labelled() -> None:
    young = exposure_of(NOW - 20 * DAY, None, 30, NOW)
    assert friction_report(young, {}, {}, Ranking.CHURN).fallback == NOT_MATURED
    assert friction_report(MATURED, {}, {}, Ranking.CHURN).fallback == NO_ORDERS
    assert friction_report(MATURED, EVERYBODY, {}, Ranking.CHURN).fallback == NO_SIGNALS


def test_the_surest_difference_ranks_first_and_a_wide_one_last() -> None:
    signals = {
        "rare": {1: Tally(4, 4, 0, 0, 0)},  # all of few
        "return": {1: Tally(200, 150, 0, 0, 0), 2: Tally(100, 40, 0, 0, 0)},
        "search": {1: Tally(200, 100, 0, 0, 0), 2: Tally(100, 20, 0, 0, 0)},
        "help_viewed": {1: Tally(200, 60, 0, 0, 0), 2: Tally(100, 10, 0, 0, 0)},
    }
    report = friction_report(MATURED, EVERYBODY, signals, Ranking.CHURN)
    assert [one.signal for one in report.points] == ["return", "help_viewed", "rare", "search"]
    bounds = [one.bound for one in report.points]
    assert bounds == sorted(bounds, reverse=True)
    assert {one.signal: (one.worse, one.stands_out) for one in report.points} == {
        "return": (True, True),
        "help_viewed": (False, True),
        "rare": (True, False),
        "search": (False, False),
    }
    assert (report.customers, report.tested) == (2_000, 4)


def test_the_ranking_by_nps_goes_by_answers() -> None:
    signals = {
        "return": {1: Tally(200, 150, 60, 5, 50)},
        "search": {1: Tally(200, 100, 60, 24, 18)},
        "chat": {1: Tally(200, 100, 0, 0, 0)},
    }
    report = friction_report(MATURED, EVERYBODY, signals, Ranking.NPS)
    first, second, third = report.points
    assert [one.signal for one in report.points] == ["return", "search", "chat"]
    assert (first.worse, first.stands_out) == (True, True)
    assert first.nps_with.value == pytest.approx(100 * (5 - 50) / 60)
    assert first.nps_without.value == pytest.approx(100 * (135 - 30) / 240)
    assert first.nps_difference.value == pytest.approx(-75.0 - 43.75)
    assert not second.stands_out
    assert (third.nps_difference.value, third.false_alarm_share, third.worse) == (None, None, False)


def test_all_alike_is_no_difference_in_nps() -> None:
    one, other = Tally(5, 0, 5, 5, 0), Tally(9, 0, 9, 9, 0)
    assert nps_chance(one, other) == 1.0
    assert nps_chance(one, Tally(9, 0, 0, 0, 0)) is None


def test_tallies_add_up() -> None:
    assert total(EVERYBODY) == Tally(2_000, 700, 300, 140, 80)
    assert total(EVERYBODY).without(Tally(1, 1, 1, 1, 0)) == Tally(1_999, 699, 299, 139, 80)
