"""Two groups like for like, and many tests at once."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intervals import newcombe, wilson
from services.journey.rules.like_for_like import (
    Stratum,
    chance_of_shares,
    difference_of_shares,
    false_alarm_shares,
    two_sided,
)

# Deaths among users of tolbutamide and of a placebo, below 55 years and from 55 on, in the University Group
# Diabetes Program, as Rothman and Greenland tell of it (Modern Epidemiology, 1998). The weights are
# 106 * 120 / 226 and 98 * 85 / 183, so the difference is (56.28 * 0.0338 + 45.52 * 0.0363) / 101.8.
TOLBUTAMIDE = (Stratum(8, 106, 5, 120), Stratum(22, 98, 16, 85))


def test_the_textbook_example_comes_out() -> None:
    found = difference_of_shares(TOLBUTAMIDE)
    assert found.value == pytest.approx(0.0349, abs=5e-4)
    assert found.low == pytest.approx(-0.026, abs=2e-3)
    assert found.high == pytest.approx(0.096, abs=2e-3)
    assert found.n == 204


def test_a_group_that_only_meets_more_of_everything_differs_in_nothing_like_for_like() -> None:
    seldom, often = Stratum(8, 10, 72, 90), Stratum(18, 90, 2, 10)
    assert difference_of_shares((seldom, often)).value == pytest.approx(0.0)
    crude = newcombe(wilson(26, 100), wilson(74, 100))
    assert crude.value == pytest.approx(-0.48)


COUNTS = st.tuples(st.integers(1, 40), st.integers(1, 40)).flatmap(
    lambda sizes: st.builds(
        Stratum,
        st.integers(0, sizes[0]),
        st.just(sizes[0]),
        st.integers(0, sizes[1]),
        st.just(sizes[1]),
    )
)


@given(one=COUNTS)
def test_one_stratum_is_the_plain_difference(one: Stratum) -> None:
    found = difference_of_shares([one])
    assert found.value == pytest.approx(one.happened / one.n - one.happened_else / one.n_else)
    assert found.n == min(one.n, one.n_else)


@given(strata=st.lists(COUNTS, min_size=1, max_size=4))
def test_exchanging_the_sides_turns_the_difference_around_and_keeps_the_chance(strata: list[Stratum]) -> None:
    turned = [Stratum(one.happened_else, one.n_else, one.happened, one.n) for one in strata]
    found, back = difference_of_shares(strata), difference_of_shares(turned)
    assert found.value == pytest.approx(-(back.value or 0.0))
    assert found.low == pytest.approx(-(back.high or 0.0))
    assert chance_of_shares(strata) == pytest.approx(chance_of_shares(turned))


def test_strata_with_one_side_alone_tell_nothing() -> None:
    alone = [Stratum(3, 5, 0, 0), Stratum(0, 0, 2, 9)]
    assert difference_of_shares(alone).value is None
    assert chance_of_shares(alone) is None
    assert difference_of_shares([*TOLBUTAMIDE, *alone]) == difference_of_shares(TOLBUTAMIDE)


def test_the_chance_of_no_difference_is_even() -> None:
    """Where there is no difference, a chance below 0.05 comes about 5 times in a hundred."""
    drawn = random.Random(7)
    found = [chance_of_shares([stratum(drawn, 0.3), stratum(drawn, 0.7)]) for _ in range(2_000)]
    assert 0.035 < sum(one is not None and one < 0.05 for one in found) / len(found) < 0.065


def stratum(drawn: random.Random, share: float) -> Stratum:
    happened = [sum(drawn.random() < share for _ in range(n)) for n in (60, 120)]
    return Stratum(happened[0], 60, happened[1], 120)


def test_the_interval_holds_a_true_difference_about_as_often_as_it_says() -> None:
    drawn = random.Random(8)
    held = 0
    for _ in range(1_000):
        strata = [pair(drawn, 0.5, 0.4, 50, 80), pair(drawn, 0.3, 0.2, 90, 70)]
        found = difference_of_shares(strata)
        held += found.low is not None and found.high is not None and found.low <= 0.1 <= found.high
    assert 0.93 <= held / 1_000 <= 0.97


def pair(drawn: random.Random, share: float, share_else: float, n: int, n_else: int) -> Stratum:
    happened = sum(drawn.random() < share for _ in range(n))
    return Stratum(happened, n, sum(drawn.random() < share_else for _ in range(n_else)), n_else)


def test_an_error_of_two_standard_deviations_is_rare() -> None:
    assert two_sided(1.959964, 1.0) == pytest.approx(0.05, abs=1e-6)
    assert two_sided(0.0, 4.0) == 1.0
    assert two_sided(0.0, 0.0) == 1.0


def test_false_alarms_come_out_as_in_the_paper() -> None:
    """Benjamini and Hochberg 1995, section 3.2: of these 15 tests they call the first four sure at 0.05."""
    chances = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    chances += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    shares = false_alarm_shares(chances)
    assert [share <= 0.05 for share in shares] == [True] * 4 + [False] * 11
    assert shares[0] == pytest.approx(0.0015)


@given(chances=st.lists(st.floats(0, 1), max_size=12))
def test_a_surer_test_is_never_more_likely_a_false_alarm(chances: list[float]) -> None:
    shares = false_alarm_shares(chances)
    ordered = [share for _, share in sorted(zip(chances, shares, strict=True))]
    assert ordered == sorted(ordered)
    assert all(chance <= share <= 1 for chance, share in zip(chances, shares, strict=True))
