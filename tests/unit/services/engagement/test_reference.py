"""Percentiles and quintiles, against an independent computation with DuckDB and NumPy."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engagement.reference import (
    BUYERS_MIN,
    FIXED_THRESHOLDS,
    SEGMENT_NAMES,
    Reference,
    body_text,
    build_reference,
    reference_of,
    rfm_of,
    segment,
)

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)

Buyer = tuple[int, int, int]  # days since the last order, orders, money

# Quintiles by rank: ties share the better one, as SQL's rank() does.
BY_RANK = """
SELECT name,
       5 - (rank() OVER (ORDER BY days) - 1) * 5 // count(*) OVER () AS r,
       5 - (rank() OVER (ORDER BY orders DESC) - 1) * 5 // count(*) OVER () AS f,
       5 - (rank() OVER (ORDER BY money DESC) - 1) * 5 // count(*) OVER () AS m
FROM buyers ORDER BY name
"""


def some_buyers(seed: int, number: int) -> list[Buyer]:
    draw = random.Random(seed)
    return [
        (draw.randint(0, 364), min(int(draw.paretovariate(1.2)), 40), draw.randint(1, 60) * 500)
        for _ in range(number)
    ]


def reference_from(buyers: list[Buyer]) -> Reference:
    return build_reference({}, [(float(days), orders, money) for days, orders, money in buyers], NOON)


def quintiles(buyers: list[Buyer], reference: Reference) -> list[tuple[int, int, int]]:
    return [rfm_of(days, orders, money, reference.thresholds)[:3] for days, orders, money in buyers]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("number", [BUYERS_MIN, 101, 777])
def test_quintiles_are_those_of_duckdb(seed: int, number: int) -> None:
    buyers = some_buyers(seed, number)
    connection = duckdb.connect()
    connection.execute("CREATE TABLE buyers (name INTEGER, days INTEGER, orders INTEGER, money INTEGER)")
    connection.executemany(
        "INSERT INTO buyers VALUES (?, ?, ?, ?)", [[n, *one] for n, one in enumerate(buyers)]
    )
    expected = [row[1:] for row in connection.execute(BY_RANK).fetchall()]
    connection.close()
    assert quintiles(buyers, reference_from(buyers)) == expected


@pytest.mark.parametrize("seed", range(3))
def test_equal_buyers_stand_in_equal_quintiles_and_better_ones_never_lower(seed: int) -> None:
    buyers = some_buyers(seed, 300)
    found = quintiles(buyers, reference_from(buyers))
    for column, sign in ((0, -1), (1, 1), (2, 1)):
        ranked = sorted(zip((sign * one[column] for one in buyers), found, strict=True))
        grades = [rfm[column] for _, rfm in ranked]
        assert grades == sorted(grades)
        grade_of = {value: rfm[column] for value, rfm in ranked}
        assert all(grade_of[value] == rfm[column] for value, rfm in ranked)


def test_every_buyer_is_in_exactly_one_segment_and_every_segment_can_be_reached() -> None:
    grid = range(1, 6)
    found = {segment(r, f, m, orders) for r in grid for f in grid for m in grid for orders in (1, 9)}
    assert found == set(SEGMENT_NAMES) - {"PROSPECT"}


@pytest.mark.parametrize(
    ("rfm", "orders", "name"),
    [
        ((5, 5, 5), 9, "CHAMPIONS"),
        ((5, 3, 4), 9, "CHAMPIONS"),  # FM = 3.5, rounded in the customer's favour
        ((5, 3, 3), 9, "ACTIVE"),
        ((5, 1, 2), 1, "NEW"),
        ((5, 1, 2), 2, "PROMISING"),
        ((4, 4, 4), 9, "LOYAL"),
        ((4, 1, 1), 1, "PROMISING"),
        ((3, 3, 3), 9, "NEEDS_ATTENTION"),
        ((3, 1, 1), 1, "ALMOST_LOST"),
        ((2, 5, 5), 9, "PREVIOUSLY_LOYAL"),
        ((2, 4, 4), 9, "AT_RISK"),
        ((1, 3, 3), 9, "AT_RISK"),
        ((1, 1, 2), 1, "DORMANT"),
    ],
)
def test_segments_follow_the_table_of_the_guide(rfm: tuple[int, int, int], orders: int, name: str) -> None:
    assert segment(*rfm, orders) == name


def test_few_buyers_are_measured_by_fixed_thresholds() -> None:
    assert reference_from(some_buyers(1, BUYERS_MIN - 1)).thresholds == FIXED_THRESHOLDS
    assert reference_from(some_buyers(1, BUYERS_MIN)).thresholds != FIXED_THRESHOLDS


@given(st.lists(st.integers(0, 20), min_size=1, max_size=150), st.integers(-1, 21))
def test_a_percentile_is_the_mid_rank(values: list[int], value: int) -> None:
    reference = build_reference({"RECENCY": [float(one) for one in values]}, [], NOON)
    sample = np.array(values)
    expected = (np.mean(sample < value) + np.mean(sample <= value)) / 2
    assert reference.percentile("RECENCY", value) == pytest.approx(expected)


def test_a_large_sample_is_thinned_by_less_than_a_percent() -> None:
    draw = np.random.default_rng(7)
    sample = draw.lognormal(8, 1, 50_000)
    reference = build_reference({"AVERAGE_ORDER_VALUE": list(sample)}, [], NOON)
    for value in draw.choice(sample, 200):
        assert abs(reference.percentile("AVERAGE_ORDER_VALUE", value) - np.mean(sample < value)) < 0.01


def test_without_a_sample_everybody_stands_in_the_middle() -> None:
    assert build_reference({}, [], NOON).percentile("RECENCY", 3.0) == 0.5


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=300), st.randoms(use_true_random=False))
def test_a_reference_is_named_by_its_content_whatever_the_order_of_its_samples(
    values: list[float], draw: random.Random
) -> None:
    mixed = draw.sample(values, len(values))
    first, second = (build_reference({"RECENCY": one}, [], NOON) for one in (values, mixed))
    assert first == second
    other = build_reference({"RECENCY": [*values, -1.0]}, [], NOON)
    assert other.version != first.version


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=300))
def test_a_reference_survives_its_storage(values: list[float]) -> None:
    reference = build_reference({"RECENCY": values}, [], NOON)
    text = body_text(reference.points, reference.thresholds)
    assert reference_of(reference.version, text) == reference
