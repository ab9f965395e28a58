"""Intervals equal the published examples and SciPy's own, and hold the truth as often as they say."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from services.intervals import (
    Cross,
    Estimate,
    Figure,
    Moments,
    apart,
    clustered_share,
    difference,
    mean,
    net_promoters,
    newcombe,
    nothing,
    ratio,
    ratio_estimate,
    student,
    tally,
    togetherness,
    wilson,
)

ROUNDS = 2_000  # the share of hits is then known to one point


def moments(y: np.ndarray, x: np.ndarray) -> Moments:
    return Moments(len(y), y.sum(), x.sum(), (y * y).sum(), (x * y).sum(), (x * x).sum())


def mean_of(n: int, total: float, squares: float) -> Estimate | None:
    """A mean as the ratio that it is: every x is 1."""
    return ratio_estimate(Moments(n, total, n, squares, total, n))


def coverage(truth: float, draw: Callable[[np.random.Generator], Figure]) -> float:
    """How often the interval of a fresh sample holds the truth."""
    random = np.random.default_rng(7)
    found = [draw(random) for _ in range(ROUNDS)]
    hits = [
        one.low is not None and one.high is not None and one.low - 1e-12 <= truth <= one.high + 1e-12
        for one in found
    ]
    return sum(hits) / ROUNDS


@pytest.mark.parametrize("freedom", [1, 1.5, 2, 3, 5.3, 10, 30, 250, 12_345.6, 900_000, 5_000_000])
def test_student_reaches_as_far_as_scipy_says(freedom: float) -> None:
    assert student(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-6)


@pytest.mark.parametrize(("successes", "n"), [(0, 1), (0, 20), (1, 29), (81, 263), (15, 148), (20, 20)])
def test_a_share_has_scipys_wilson_interval(successes: int, n: int) -> None:
    expected = stats.binomtest(successes, n).proportion_ci(method="wilson")
    found = wilson(successes, n)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_a_difference_of_shares_has_the_published_interval(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    found = newcombe(wilson(*first), wilson(*second))
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_a_mean_has_scipys_t_interval() -> None:
    values = np.array([12.0, 15.5, 9.0, 30.25, 11.0])
    found = mean(5, values.sum(), (values * values).sum(), "GBP minor units")
    expected = stats.t.interval(0.95, 4, loc=values.mean(), scale=stats.sem(values))
    assert (found.low, found.high) == pytest.approx(expected, rel=1e-9)


def test_a_difference_of_means_has_scipys_welch_interval() -> None:
    first, second = np.array([12.0, 15.5, 9.0, 30.25, 11.0]), np.array([3.0, 4.0, 8.0, 1.0])
    left, right = (mean_of(len(one), one.sum(), (one * one).sum()) for one in (first, second))
    found = difference(left, right, "minutes")
    expected = stats.ttest_ind(first, second, equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-9)


def test_a_ratio_of_sums_allows_for_people_who_buy_more_than_once() -> None:
    spent, orders = np.array([100.0, 900.0, 50.0, 60.0]), np.array([1.0, 9.0, 1.0, 1.0])
    repeated = Moments(12, 1110, 12, 100**2 * 10 + 50**2 + 60**2, 1110, 12)
    by_person, by_order = ratio(moments(spent, orders), "GBP"), ratio(repeated, "GBP")
    assert by_person.value == by_order.value
    assert by_person.high is not None
    assert by_order.high is not None
    assert by_person.high > by_order.high


@pytest.mark.parametrize(("chance", "n"), [(0.02, 60), (0.3, 25), (0.5, 200), (0.95, 40)])
def test_intervals_of_shares_hold_the_truth_19_times_in_20(chance: float, n: int) -> None:
    assert coverage(chance, lambda random: wilson(int(random.binomial(n, chance)), n)) == pytest.approx(
        0.95, abs=0.03
    )


def test_intervals_of_differences_of_shares_hold_the_truth_19_times_in_20() -> None:
    def draw(random: np.random.Generator) -> Figure:
        return newcombe(wilson(int(random.binomial(80, 0.2)), 80), wilson(int(random.binomial(40, 0.05)), 40))

    assert coverage(0.15, draw) == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("chances", [(0.5, 0.3, 0.2), (0.8, 0.15, 0.05), (0.1, 0.1, 0.8)])
@pytest.mark.parametrize("n", [12, 60])
def test_intervals_of_nps_hold_the_truth_19_times_in_20(chances: tuple[float, ...], n: int) -> None:
    def draw(random: np.random.Generator) -> Figure:
        promoters, _, detractors = random.multinomial(n, chances)
        return net_promoters(int(promoters), int(detractors), n)

    assert coverage(100 * (chances[0] - chances[2]), draw) == pytest.approx(0.95, abs=0.03)


def test_intervals_of_skewed_means_hold_the_truth_nearly_19_times_in_20() -> None:
    def draw(random: np.random.Generator) -> Figure:
        values = random.exponential(40.0, 100)
        return mean(100, values.sum(), (values * values).sum(), "GBP")

    assert coverage(40.0, draw) == pytest.approx(0.95, abs=0.025)


def test_intervals_of_ratios_of_clustered_orders_hold_the_truth_nearly_19_times_in_20() -> None:
    def draw(random: np.random.Generator) -> Figure:
        orders = 1 + random.poisson(2.0, 150)
        taste = random.gamma(4.0, 10.0, 150)  # a person's orders are alike
        return ratio(moments(orders * taste, orders.astype(float)), "GBP")

    assert coverage(40.0, draw) == pytest.approx(0.95, abs=0.025)


def test_intervals_of_differences_of_ratios_hold_the_truth_nearly_19_times_in_20() -> None:
    def draw(random: np.random.Generator) -> Figure:
        sides = []
        for size, scale in ((150, 10.0), (60, 6.0)):
            orders = 1.0 + random.poisson(1.0, size)
            sides.append(ratio_estimate(moments(orders * random.gamma(4.0, scale, size), orders)))
        return difference(sides[0], sides[1], "GBP")

    assert coverage(16.0, draw) == pytest.approx(0.95, abs=0.025)


def test_intervals_of_changes_of_the_same_people_hold_the_truth_nearly_19_times_in_20() -> None:
    def draw(random: np.random.Generator) -> Figure:
        taste = random.gamma(4.0, 10.0, 150)
        orders = [1.0 + random.poisson(1.0, 150) for _ in range(2)]
        spent = [orders[0] * taste, orders[1] * taste * random.uniform(1.0, 1.2, 150)]
        before, after = moments(spent[0], orders[0]), moments(spent[1], orders[1])
        cross = Cross(
            float((spent[1] * spent[0]).sum()),
            float((spent[1] * orders[0]).sum()),
            float((orders[1] * spent[0]).sum()),
            float((orders[1] * orders[0]).sum()),
        )
        return apart(ratio(after, "GBP"), ratio(before, "GBP"), togetherness(after, before, cross))

    assert coverage(4.0, draw) == pytest.approx(0.95, abs=0.025)


def test_a_change_of_the_same_people_is_known_better_than_one_between_strangers() -> None:
    spent, orders = np.array([10.0, 80.0, 35.0, 20.0]), np.ones(4)
    before, after = moments(spent, orders), moments(spent + 1.0, orders)
    cross = Cross(float((spent * (spent + 1)).sum()), (spent + 1).sum(), spent.sum(), 4)
    assert togetherness(after, before, cross) == pytest.approx(1.0)
    found = apart(ratio(after, "GBP"), ratio(before, "GBP"), togetherness(after, before, cross))
    assert (found.low, found.high) == pytest.approx((1.0, 1.0), abs=1e-5)


@pytest.mark.parametrize("chance", [0.01, 0.12, 0.5])
def test_intervals_of_shares_of_orders_hold_the_truth_nearly_19_times_in_20(chance: float) -> None:
    def draw(random: np.random.Generator) -> Figure:
        orders = 1 + random.poisson(2.0, 150)
        careful = random.beta(chance * 8, (1 - chance) * 8, 150)  # some return much, others nothing
        return clustered_share(moments(random.binomial(orders, careful).astype(float), orders.astype(float)))

    assert coverage(chance, draw) == pytest.approx(0.95, abs=0.03)


def test_no_return_among_a_few_orders_is_no_proof_that_nothing_comes_back() -> None:
    found = clustered_share(Moments(10, 0, 20, 0, 0, 44))
    assert (found.value, found.low, found.n) == (0.0, 0.0, 10)
    assert found.high == wilson(0, 20).high


@pytest.mark.parametrize("people", [10, 40])
def test_intervals_of_tallies_hold_the_truth_nearly_19_times_in_20(people: int) -> None:
    def draw(random: np.random.Generator) -> Figure:
        each = 1 + random.poisson(0.5, random.poisson(people))
        return tally(int(each.sum()), int((each * each).sum()), len(each), "orders")

    assert coverage(people * 1.5, draw) == pytest.approx(0.95, abs=0.03)


def test_a_quiet_week_is_a_true_zero_with_room_above_it() -> None:
    found = tally(0, 0, 0, "orders")
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high is not None
    assert found.high > 3.0


@given(st.integers(0, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_lies_in_its_interval_and_the_interval_among_shares(counts: tuple[int, int]) -> None:
    found = wilson(*counts)
    if found.value is None:
        assert counts[1] == 0
    else:
        assert found.low is not None
        assert found.high is not None
        assert 0.0 <= found.low <= found.value <= found.high <= 1.0


@given(st.integers(1, 400), st.data())
def test_nps_lies_in_its_interval_and_on_its_scale(n: int, data: st.DataObject) -> None:
    promoters = data.draw(st.integers(0, n))
    found = net_promoters(promoters, data.draw(st.integers(0, n - promoters)), n)
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert -100.0 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= 100.0


def test_three_promoters_are_no_proof_that_everybody_is_one() -> None:
    low = net_promoters(3, 0, 3).low
    assert low is not None
    assert low < 50.0


@pytest.mark.parametrize(
    "found",
    [
        wilson(0, 0),
        newcombe(wilson(0, 0), wilson(3, 4)),
        net_promoters(0, 0, 0),
        mean(0, 0, 0, "GBP"),
        ratio(Moments(3, 0, 0, 0, 0, 0), "GBP"),
        difference(None, mean_of(2, 3, 5), "GBP"),
    ],
)
def test_nothing_counted_is_no_figure_and_no_zero(found: Figure) -> None:
    assert (found.value, found.low, found.high, found.n, found.few) == (None, None, None, 0, True)


def test_one_person_has_a_mean_and_no_interval() -> None:
    assert mean(1, 7, 49, "GBP") == Figure(7.0, None, None, 1, "GBP")
    assert difference(mean_of(1, 7, 49), mean_of(2, 3, 5), "GBP") == Figure(5.5, None, None, 1, "GBP")


def test_people_who_are_all_alike_have_a_mean_that_is_sure() -> None:
    assert mean(4, 20, 100, "GBP") == Figure(5.0, 5.0, 5.0, 4, "GBP")


def test_few_means_fewer_than_thirty() -> None:
    assert wilson(3, 29).few
    assert not wilson(3, 30).few


def test_a_share_becomes_percent_by_scaling() -> None:
    found = wilson(1, 4).scaled(100.0, "percent")
    assert found.value == 25.0
    assert found.unit == "percent"
    assert found.low is not None
    assert math.isclose(found.low, 4.558726, abs_tol=1e-6)
    assert mean(1, 7, 49, "GBP").scaled(100.0, "pence") == Figure(700.0, None, None, 1, "pence")
    assert nothing("share").scaled(100.0, "percent") == nothing("percent")
