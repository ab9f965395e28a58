"""Times that count those who are still waiting, held to published figures and to SciPy."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from services.feedback.rules.durations import Duration, quantile

# Weeks in remission, of which + had not ended: Freireich et al. 1963, Blood 21:699 (6-MP and placebo).
TREATED = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
UNTREATED = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def durations(text: str) -> list[Duration]:
    return [Duration(float(one.rstrip("+")), not one.endswith("+")) for one in text.split()]


@pytest.mark.parametrize(("text", "expected"), [(TREATED, (23.0, 13.0, None)), (UNTREATED, (8.0, 4.0, 11.0))])
def test_medians_are_those_that_were_published(
    text: str, expected: tuple[float, float, float | None]
) -> None:
    found = quantile(durations(text), 0.5, "weeks")
    assert (found.value, found.low, found.high) == expected
    assert (found.n, found.unit) == (21, "weeks")


def by_scipy(found: Sequence[Duration], share: float) -> tuple[float | None, ...]:
    """The first times at which the curve and the bounds of its interval are down to what is left."""
    ended = [one.hours for one in found if one.has_ended]
    lasting = [one.hours for one in found if not one.has_ended]
    curve = ecdf(CensoredData(uncensored=ended, right=lasting)).sf
    bounds = curve.confidence_interval(method="log-log")
    probabilities = (curve.probabilities, bounds.low.probabilities, bounds.high.probabilities)
    return tuple(
        next(
            (hours for hours, left in zip(curve.quantiles, of, strict=True) if left <= 1 - share + 1e-12),
            None,
        )
        for of in probabilities
    )


SOME = st.lists(
    st.builds(Duration, st.integers(1, 40).map(float), st.booleans()), min_size=2, max_size=60
).filter(lambda found: any(one.has_ended for one in found))


@pytest.mark.filterwarnings("ignore")  # SciPy divides by zero where all have ended
@given(SOME, st.sampled_from([0.25, 0.5, 0.9]))
def test_quantiles_are_scipys(found: list[Duration], share: float) -> None:
    ours = quantile(found, share, "hours")
    value, low, high = by_scipy(found, share)
    assert ours.value == value
    if value is not None and not math.isclose(ours.n, 0):
        assert (ours.low, ours.high) == (low, high)


def test_who_is_still_waiting_is_no_reason_to_look_quick() -> None:
    quick = [Duration(1.0, has_ended=True)] * 10
    assert quantile(quick, 0.5, "hours").value == 1.0
    assert quantile([*quick, *[Duration(100.0, has_ended=False)] * 11], 0.5, "hours").value is None


def test_nobody_has_no_figure() -> None:
    found = quantile([], 0.5, "hours")
    assert (found.value, found.low, found.high, found.n) == (None, None, None, 0)


def test_one_alone_has_a_time_and_no_interval() -> None:
    found = quantile([Duration(3.0, has_ended=True)], 0.9, "hours")
    assert (found.value, found.low, found.high) == (3.0, None, None)
