"""NPS, CSAT and CES against their definitions, the weeks of a series, and what surveys' figures never mix."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import isclose
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from services.feedback.rules.answers import SCALES, Polarity, SurveyKind
from services.feedback.rules.figures import KINDS, Responses, figure_of
from services.spans import weeks_until

LONDON = ZoneInfo("Europe/London")
SAMPLES = st.sampled_from(KINDS).flatmap(
    lambda kind: st.tuples(st.just(kind), st.lists(st.integers(*SCALES[kind[0]]), min_size=1, max_size=200))
)


def by_definition(kind: SurveyKind, answers: list[int]) -> float:
    if kind is SurveyKind.NPS:
        promoters, detractors = sum(one >= 9 for one in answers), sum(one <= 6 for one in answers)
        return 100 * (promoters - detractors) / len(answers)
    if kind is SurveyKind.CSAT:
        return 100 * sum(one >= 4 for one in answers) / len(answers)
    return float(np.mean(answers))


@given(SAMPLES)
def test_each_figure_follows_its_definition(sample: tuple[tuple[SurveyKind, Polarity], list[int]]) -> None:
    (kind, polarity), answers = sample
    found = figure_of(kind, polarity, Counter(answers))
    assert found.value is not None
    assert isclose(found.value, by_definition(kind, answers), abs_tol=1e-9)
    assert (found.n, found.few) == (len(answers), len(answers) < 30)


@given(SAMPLES)
def test_a_figure_lies_in_its_interval(sample: tuple[tuple[SurveyKind, Polarity], list[int]]) -> None:
    (kind, polarity), answers = sample
    found = figure_of(kind, polarity, Counter(answers))
    assert found.value is not None
    if found.low is not None and found.high is not None:
        assert found.low - 1e-9 <= found.value <= found.high + 1e-9


def test_the_interval_of_effort_is_student_s() -> None:
    answers = [1, 4, 4, 5, 7, 7, 2, 6]
    found = figure_of(SurveyKind.CES, Polarity.EASY, Counter(answers))
    low, high = stats.t.interval(0.95, len(answers) - 1, np.mean(answers), stats.sem(answers))
    assert found.low == pytest.approx(low, abs=1e-6)
    assert found.high == pytest.approx(high, abs=1e-6)


@pytest.mark.parametrize(("kind", "polarity"), KINDS)
def test_without_answers_there_is_no_figure(kind: SurveyKind, polarity: Polarity) -> None:
    found = figure_of(kind, polarity, {})
    assert (found.value, found.low, found.high, found.n, found.few) == (None, None, None, 0, True)


def test_the_units_tell_the_two_polarities_apart() -> None:
    units = {figure_of(kind, polarity, {}).unit for kind, polarity in KINDS}
    assert len(units) == len(KINDS)


def test_a_response_rate_counts_what_was_sent() -> None:
    rate = Responses(sent=40, answered=10, open=5).rate
    assert (rate.value, rate.n) == (0.25, 40)
    assert Responses().rate.value is None


def test_weeks_begin_on_monday_by_the_clocks_of_the_zone() -> None:
    """The clocks of London went forward on Sunday 29 March 2026: that week has 167 hours."""
    wednesday = datetime(2026, 4, 8, 9, 0, tzinfo=UTC)
    spans = weeks_until(wednesday, 4, LONDON)
    hours = [round((span.until - span.since) / timedelta(hours=1)) for span in spans]
    assert hours == [168, 167, 168, 168]
    begins = [(span.since + timedelta(microseconds=1)).astimezone(LONDON) for span in spans]
    assert {(begin.weekday(), begin.hour, begin.minute) for begin in begins} == {(0, 0, 0)}
    assert spans[-1].since < wednesday <= spans[-1].until


def test_weeks_leave_no_moment_out_and_none_in_twice() -> None:
    spans = weeks_until(datetime(2026, 11, 1, 23, 59, tzinfo=UTC), 60, LONDON)
    assert len(spans) == 60
    assert all(one.until == other.since for one, other in pairwise(spans))


def test_monday_at_midnight_belongs_to_the_week_that_it_begins() -> None:
    midnight = datetime(2026, 4, 5, 23, 0, tzinfo=UTC)  # Monday 00:00 in summer time
    (week,) = weeks_until(midnight, 1, LONDON)
    assert week.since < midnight
    assert midnight - week.since == timedelta(microseconds=1)
