"""Groups are found where there are some, the same each time, and said to be unstable where there are none."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, silhouette_score

from models.personas import (
    Grouping,
    adjusted_rand,
    chosen,
    group,
    k_means,
    silhouette,
    standard_percentiles,
)

Columns = dict[str, list[float | None]]
MIDDLES = ((1.0, 10.0, 1.0), (8.0, 20.0, 4.0), (3.0, 90.0, 2.0))


def planted(customers: int = 300, seed: int = 1) -> tuple[Columns, list[int]]:
    """Three groups of shoppers who differ in three things."""
    rng = np.random.default_rng(seed)
    truth = [number % len(MIDDLES) for number in range(customers)]
    rows = np.array([MIDDLES[one] for one in truth]) * rng.normal(1, 0.05, (customers, 3))
    return {name: list(map(float, rows[:, place])) for place, name in enumerate("abc")}, truth


def noise(customers: int = 300) -> Columns:
    rng = np.random.default_rng(2)
    return {name: list(map(float, rng.normal(size=customers))) for name in "abcdefg"}


def test_planted_groups_are_found() -> None:
    columns, truth = planted()
    found = group(columns, 7)
    assert len(found.groups) == 3
    assert adjusted_rand_score(truth, found.labels) > 0.99
    assert found.is_stable
    assert not found.has_few


def test_the_same_rows_and_seed_give_the_same_groups() -> None:
    columns, _ = planted()
    one, other = group(columns, 7), group(columns, 7)
    assert one.labels.tobytes() == other.labels.tobytes()
    assert (one.groups, one.silhouettes, one.agreements) == (
        other.groups,
        other.silhouettes,
        other.agreements,
    )


def test_groups_in_noise_are_unstable() -> None:
    assert not group(noise(), 7).is_stable


def test_few_customers_for_many_features_are_flagged() -> None:
    assert group(noise(300), 7).has_few
    assert not group(noise(490), 7).has_few


@pytest.mark.parametrize("values", [[1.0] * 60, [None] * 60, [None] * 55 + [1.0, 2.0, 3.0, 4.0, 5.0]])
def test_customers_who_are_all_alike_have_no_groups(values: list[float | None]) -> None:
    found = group({"a": values}, 7)
    assert (found.groups, found.features, len(found.labels)) == ((), (), 60)
    assert not found.is_stable


def test_a_rare_feature_decides_nothing() -> None:
    columns, _ = planted()
    rare: list[float | None] = [None] * 300
    rare[:30] = list(map(float, range(30)))
    assert group({**columns, "rare": rare}, 7).features == ("a", "b", "c")


def test_contrasts_are_the_groups_own_means_of_those_with_a_value() -> None:
    columns, _ = planted()
    columns["a"] = [None if place < 100 else value for place, value in enumerate(columns["a"])]
    found = group(columns, 7)
    known = standard_percentiles(np.array([np.nan if one is None else one for one in columns["a"]]))
    for name, one in enumerate(found.groups):
        (contrast,) = (part for part in one.contrasts if part.feature == "a")
        own = known[(found.labels == name) & ~np.isnan(known)]
        assert contrast.n == len(own)
        assert contrast.mean == pytest.approx(own.mean())
        assert contrast.squares == pytest.approx((own**2).sum())
    assert [abs(part.mean) for part in one.contrasts] == sorted(
        (abs(part.mean) for part in one.contrasts), reverse=True
    )


def test_groups_are_numbered_from_the_largest() -> None:
    columns, _ = planted()
    uneven = {name: values[:100] + values[1:120:3] for name, values in columns.items()}
    sizes = [one.customers for one in group(uneven, 7).groups]
    assert sizes == sorted(sizes, reverse=True)
    assert sum(sizes) == 140


def labels_of(seed: int, number: int, rows: int = 80) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.random.default_rng(seed).integers(0, number, rows)


@pytest.mark.parametrize(("one", "other"), [(2, 2), (3, 5), (6, 2), (1, 4), (1, 1)])
def test_agreement_is_the_adjusted_rand_index(one: int, other: int) -> None:
    first, second = labels_of(1, one), labels_of(2, other)
    assert adjusted_rand(first, second) == pytest.approx(adjusted_rand_score(first, second))
    assert adjusted_rand(first, first) == 1.0


@pytest.mark.parametrize("number", [2, 3, 7])
def test_the_silhouette_is_rousseeuws(number: int) -> None:
    points = np.random.default_rng(3).normal(size=(80, 3))
    labels = labels_of(4, number)
    labels[0] = number  # a group of one
    assert silhouette(points, labels) == pytest.approx(silhouette_score(points, labels))


def test_of_two_numbers_within_a_hair_the_smaller_is_chosen() -> None:
    assert chosen({2: 0.40, 3: 0.61, 4: 0.615, 5: 0.3}) == 3


def test_a_centre_is_the_middle_of_its_group() -> None:
    points = np.array([[0.0], [1.0], [10.0], [11.0], [12.0]])
    centres = k_means(points, 2, np.random.default_rng(5))
    assert sorted(centres.ravel()) == [0.5, 11.0]


def test_percentiles_share_ties_and_leave_gaps() -> None:
    found = standard_percentiles(np.array([5.0, np.nan, 1.0, 5.0, 9.0]))
    assert np.isnan(found[1])
    assert found[0] == found[3] == pytest.approx(0.0)
    assert found[2] == pytest.approx(-found[4])


def test_a_shop_with_many_customers_is_grouped_by_some_and_assigned_whole() -> None:
    columns, truth = planted(12_000)
    found: Grouping = group(columns, 7)
    assert adjusted_rand_score(truth, found.labels) > 0.99
    assert sum(one.customers for one in found.groups) == 12_000
