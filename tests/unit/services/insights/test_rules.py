"""What the reports make of sums: without a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import InvalidError
from services.insights.rules.actions import (
    ActionInFutureError,
    Metric,
    Question,
    ShiftSums,
    Windows,
    effect_of,
    windows_around,
)
from services.insights.rules.caveats import FALLBACKS
from services.insights.rules.cohorts import CohortCounts, CohortSize, retention_report
from services.insights.rules.comparisons import BuyerSums, repeat_report
from services.insights.rules.lines import HEADER, lines_of
from services.insights.rules.returns import NOBODY, returns_report
from services.insights.rules.weeks import Horizon, WeekSums, weekly_series
from services.intervals import Cross, Moments
from services.spans import days_before, quarter_starts, runs, week_starts, whole, year_starts

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)


@pytest.mark.parametrize("zone", ["Europe/London", "Asia/Kathmandu", "America/New_York", "Pacific/Apia"])
@given(
    at=st.datetimes(datetime(1991, 1, 1), datetime(2099, 1, 1)),  # noqa: DTZ001  (the zone is added)
    weeks=st.integers(1, 156),
)
def test_every_week_is_found_by_its_runs(zone: str, at: datetime, weeks: int) -> None:
    here = ZoneInfo(zone)
    moment = at.replace(tzinfo=UTC)
    starts = week_starts(moment, weeks, here)
    assert starts[-2] <= moment < starts[-1]
    found = runs(starts)
    for number, start in enumerate(starts[:-1]):
        (run,) = [one for one in found if one.start <= start < one.end]
        assert run.first + (start - run.start) // run.length == number
    assert found[-1].end == starts[-1]


def test_the_week_of_a_clock_change_is_an_hour_longer_or_shorter() -> None:
    starts = week_starts(datetime(2026, 11, 1, tzinfo=UTC), 2, LONDON)
    (first, second) = runs(starts)
    assert (first.length, second.length) == (timedelta(days=7), timedelta(days=7, hours=1)) or (
        first.length,
        second.length,
    ) == (timedelta(days=7, hours=1), timedelta(days=7))


def test_quarters_and_years_begin_at_the_programmes_midnight() -> None:
    assert [one.astimezone(UTC).isoformat() for one in quarter_starts(NOW, 2, LONDON)] == [
        "2025-10-01T00:00:00+00:00".replace("2025-10-01T00", "2025-09-30T23"),
        "2026-01-01T00:00:00+00:00",
        "2026-03-31T23:00:00+00:00",
    ]
    assert [one.year for one in year_starts(NOW, 3, LONDON)] == [2024, 2025, 2026, 2027]


def test_a_window_never_begins_before_there_were_orders() -> None:
    assert days_before(datetime(1990, 1, 5, tzinfo=UTC), 3650).since == datetime(1990, 1, 1, tzinfo=UTC)


def sums(customers: int, orders: int, net: int) -> BuyerSums:
    by_buyer = Moments(customers, net, customers, net * net, net, customers)
    return BuyerSums(Moments(customers, net, orders, net * net, net, orders), by_buyer, NOBODY, NOBODY)


def test_one_side_without_orders_leaves_no_difference() -> None:
    report = repeat_report(sums(3, 7, 900), sums(0, 0, 0), days_before(NOW, 30), "GBP")
    assert report.fallback == "ONE_SIDE_EMPTY"
    assert report.contrasts[0].first.value == 300
    assert report.contrasts[0].difference.value is None


@pytest.mark.parametrize("fallback", FALLBACKS)
def test_fallbacks_are_upper_case_labels(fallback: str) -> None:
    assert fallback.isupper()


def cohort_report(as_of: datetime) -> dict[str, tuple[bool, int]]:
    """Which cohorts are unfinished, and how many later years have begun for each."""
    starts = quarter_starts(as_of, 12, LONDON)
    counts = {number: CohortCounts(10, 5, (1, 1, 0, 0)) for number in range(12)}
    report = retention_report(counts, CohortSize.QUARTER, starts, as_of)
    return {one.name: (one.repeat.unfinished, len(one.retention)) for one in report.cohorts}


def test_a_cohort_is_finished_when_its_last_customer_had_the_whole_time() -> None:
    found = cohort_report(NOW)
    assert found["2024 Q4"] == (False, 1)
    assert found["2025 Q1"] == (True, 1)  # whoever came on 31 March 2025 has three more weeks
    assert found["2025 Q2"] == (True, 0)
    assert cohort_report(datetime(2026, 3, 31, 22, 59, 59, tzinfo=UTC))["2025 Q1"] == (True, 1)
    assert cohort_report(datetime(2026, 4, 1, tzinfo=UTC))["2025 Q1"] == (False, 1)


def test_only_finished_cohorts_are_compared_with_the_year_before() -> None:
    starts = quarter_starts(NOW, 12, LONDON)
    counts = {number: CohortCounts(40, 10 + number, (1, 1, 0, 0)) for number in range(12)}
    report = retention_report(counts, CohortSize.QUARTER, starts, NOW)
    changes = [one.repeat.change.value for one in report.cohorts]
    assert changes[:4] == [None] * 4  # nothing is known of the year before
    assert changes[4:7] == pytest.approx([0.1] * 3)
    assert changes[8:] == [None] * 4


def question(metric: Metric, chosen: frozenset[str] | None = None) -> Question:
    windows = windows_around(NOW - 40 * DAY, 30, NOW)
    assert isinstance(windows, Windows)
    return Question(metric, windows, chosen)


def test_an_action_of_the_future_and_one_before_all_time_are_refused() -> None:
    assert isinstance(windows_around(NOW, 30, NOW), ActionInFutureError)
    assert isinstance(windows_around(datetime(1, 1, 1, tzinfo=UTC), 30, NOW), InvalidError)


def test_both_windows_are_equally_long_and_meet_at_the_moment() -> None:
    windows = windows_around(NOW - 10 * DAY, 30, NOW)
    assert isinstance(windows, Windows)
    assert (windows.cut, windows.before.until) == (True, windows.after.since)
    assert (
        windows.before.until - windows.before.since == windows.after.until - windows.after.since == 10 * DAY
    )
    assert windows.after.begins_at == NOW - 10 * DAY


Amounts = tuple[int, int]  # y and x of one customer


def summed(before: Mapping[str, Amounts], after: Mapping[str, Amounts]) -> ShiftSums:
    """What the database sums up of these customers."""
    pairs = [(before.get(one, (0, 0)), after.get(one, (0, 0))) for one in before.keys() | after.keys()]
    cross = Cross(*(sum(late[i] * early[j] for early, late in pairs) for i, j in product((0, 1), repeat=2)))
    first, second = (moments([pair[time] for pair in pairs]) for time in (0, 1))
    return ShiftSums(len(pairs), first, second, cross)


def moments(each: list[Amounts]) -> Moments:
    return Moments(
        sum(x > 0 for _, x in each),
        sum(y for y, _ in each),
        sum(x for _, x in each),
        sum(y * y for y, _ in each),
        sum(x * y for y, x in each),
        sum(x * x for _, x in each),
    )


def test_the_effect_is_the_groups_change_less_that_of_the_rest() -> None:
    group = summed({"a": (100, 1), "b": (300, 2)}, {"a": (150, 1), "b": (500, 2)})
    rest = summed({"c": (500, 5)}, {"c": (500, 4), "d": (75, 1)})
    found = effect_of(question(Metric.ORDER_VALUE, frozenset("ab")), {True: group, False: rest}, "GBP")
    assert found.group.change.value == pytest.approx(650 / 3 - 400 / 3)
    assert found.rest is not None
    assert found.rest.change.value == pytest.approx(575 / 5 - 100)
    assert found.effect is not None
    assert found.effect.value == pytest.approx(650 / 3 - 400 / 3 - 15)
    assert (found.group.customers, found.rest.customers) == (2, 2)


def test_without_a_group_everybody_changes_and_there_is_no_rest() -> None:
    amounts = {"a": (1, 1), "b": (0, 1)}
    found = effect_of(question(Metric.REPEAT_RATE), {True: summed(amounts, amounts)}, "GBP")
    assert (found.rest, found.effect, found.fallback) == (None, None, "")
    assert found.group.change.value == 0


def test_nps_counts_answers_and_not_people() -> None:
    sums = replace(summed({"a": (0, 2)}, {}), detractors_before=1)  # one promoter and one detractor
    found = effect_of(question(Metric.NPS), {True: sums}, "GBP")
    assert (found.group.before.value, found.group.before.n) == (0.0, 2)
    assert found.fallback == "NO_ANSWERS"


def weekly(first_order_at: datetime | None) -> list[float | None]:
    starts = week_starts(NOW, 3, LONDON)
    bought = {1: WeekSums(Moments(2, 5_000, 3, 13e6, 8_000, 5), 1, 1)}
    series = weekly_series(starts, bought, {}, Horizon(NOW, first_order_at, NOW - 14 * DAY), "GBP")
    return [week.orders.value for week in series.weeks]


def test_a_week_without_orders_is_a_zero_only_once_the_shop_had_begun() -> None:
    assert weekly(NOW - 8 * DAY) == [None, 3.0, 0.0]
    assert weekly(NOW - 90 * DAY) == [0.0, 3.0, 0.0]
    assert weekly(None) == [None, None, None]


def test_every_line_of_a_report_has_the_same_columns_and_its_caveat() -> None:
    report = returns_report({1: Moments(40, 5, 60, 5, 5, 100)}, days_before(NOW, 90))
    header, *lines = lines_of(report)
    assert header == HEADER
    assert {len(line) for line in lines} == {len(HEADER)}
    assert {line[-1] for line in lines} == {report.caveat}
    assert lines[0][:2] == ("CHANNELS_1", "RETURN_RATE")


def test_whole_windows_hold_their_first_moment_and_not_their_last() -> None:
    span = whole(NOW, NOW + DAY)
    assert span.since < NOW == span.begins_at
    assert span.until < NOW + DAY
