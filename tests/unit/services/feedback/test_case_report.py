"""What a report says of cases, and of customers who come back after one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.feedback.rules.case_report import (
    CASES_MAX,
    LANDMARK,
    REPEAT_SPAN,
    CaseGrouping,
    CaseTimes,
    FirstCase,
    mature_span,
    recovery,
    report,
    sum_up,
)
from services.feedback.rules.cases import CaseState
from services.spans import Span

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def case(
    opened: float = 0.0, responded: float | None = None, resolved: float | None = None, cause: str = "NPS"
) -> CaseTimes:
    """Hours from noon; due 24 hours and to be responded to 8 hours after the opening."""
    at = NOON + hours(opened)
    return CaseTimes(
        opened_at=at,
        state=CaseState.OPEN if resolved is None else CaseState.RESOLVED,
        cause=cause,
        channel="WEB",
        theme="",
        due_at=at + hours(24),
        respond_by=at + hours(8),
        responded_at=None if responded is None else NOON + hours(responded),
        first_resolved_at=None if resolved is None else NOON + hours(resolved),
        resolved_in_time=None if resolved is None else resolved - opened <= 24,
        reopenings=0,
    )


def test_targets_count_once_it_is_known_whether_they_were_met() -> None:
    found = [
        case(responded=8, resolved=24),
        case(responded=8.1, resolved=24.1),
        case(),  # by now late for both
        case(opened=20),  # late for the response alone
        case(opened=29),  # may yet be in time
    ]
    figures = sum_up(found, NOON + hours(30))
    assert (figures.responded_in_time.value, figures.responded_in_time.n) == (0.25, 4)
    assert figures.resolved_in_time.value == pytest.approx(1 / 3)
    assert figures.resolved_in_time.n == 3
    assert (figures.resolved.value, figures.resolved.n) == (0.4, 5)


def test_what_waits_for_the_customer_is_not_late() -> None:
    waiting = replace(case(responded=1), state=CaseState.WAITING)
    assert sum_up([waiting], NOON + hours(99)).resolved_in_time.n == 0


def test_a_case_from_before_there_was_a_target_has_missed_none() -> None:
    assert sum_up([replace(case(), respond_by=None)], NOON + hours(99)).responded_in_time.n == 0


def test_times_count_the_cases_that_are_still_open() -> None:
    quick = [case(responded=1, resolved=2)] * 3
    assert sum_up(quick, NOON + hours(50)).resolution_median.value == 2.0
    slow = sum_up([*quick, *[case()] * 4], NOON + hours(50))
    assert (slow.resolution_median.value, slow.resolution_median.n) == (None, 7)
    assert (slow.response_median.value, slow.response_median.unit) == (None, "hours")


def test_the_reopened_share_is_of_those_that_were_resolved() -> None:
    back = replace(case(resolved=1), state=CaseState.REOPENED, reopenings=2)
    figure = sum_up([back, case(resolved=1), case()], NOON).reopened
    assert (figure.value, figure.n) == (0.5, 2)


def test_groups_and_weeks_hold_every_case_once() -> None:
    span = Span(NOON - timedelta(days=14), NOON)
    weeks = [Span(NOON - timedelta(days=7 * back), NOON - timedelta(days=7 * back - 7)) for back in (2, 1)]
    found = [case(opened=-24.0 * day, cause="CSAT" if day % 3 else "COMPLAINT") for day in range(20)]
    told = report(found, span, weeks, CaseGrouping.CAUSE, NOON)
    assert (told.total.opened, told.cut) == (14, False)
    assert [(one.group, one.opened) for one in told.groups] == [("CSAT", 9), ("COMPLAINT", 5)]
    assert [one.opened for _, one in told.weeks] == [7, 7]
    assert not report(found, span, weeks, CaseGrouping.NONE, NOON).groups


def test_no_cases_have_figures_without_values() -> None:
    told = report([], Span(NOON - hours(1), NOON), [], CaseGrouping.NONE, NOON)
    assert (told.total.opened, told.total.resolved.value, told.total.resolution_p90.n) == (0, None, 0)


def test_more_cases_than_are_read_at_once_are_said_to_be_cut() -> None:
    told = report([case()] * (CASES_MAX + 1), Span(NOON - hours(1), NOON), [], CaseGrouping.NONE, NOON)
    assert (told.total.opened, told.cut) == (CASES_MAX, True)


def test_only_purchases_in_the_days_after_the_landmark_count() -> None:
    landmark = NOON + LANDMARK
    moments = {
        "early": landmark,
        "first": landmark + MICROSECOND,
        "last": landmark + REPEAT_SPAN,
        "late": landmark + REPEAT_SPAN + MICROSECOND,
    }
    found = [FirstCase(name, NOON, NOON + hours(1)) for name in (*moments, "never")]
    figure = recovery(found, {name: [at] for name, at in moments.items()}).resolved
    assert (figure.value, figure.n) == (0.4, 5)


def test_who_was_resolved_after_the_landmark_is_compared_as_unresolved() -> None:
    found = [
        FirstCase("a", NOON, NOON + LANDMARK),
        FirstCase("b", NOON, NOON + LANDMARK + MICROSECOND),
        FirstCase("c", NOON, None),
    ]
    told = recovery(found, {"a": [NOON + LANDMARK + hours(1)]})
    assert (told.resolved.value, told.resolved.n) == (1.0, 1)
    assert (told.unresolved.value, told.unresolved.n) == (0.0, 2)
    assert (told.difference.value, told.difference.few) == (1.0, True)
    assert recovery(found[:1], {}).difference.value is None


def test_everybody_in_the_comparison_had_all_the_days_to_buy_again() -> None:
    assert mature_span(NOON, 30).until + LANDMARK + REPEAT_SPAN == NOON
