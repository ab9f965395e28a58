"""The score: explained to the last point, and the same one by one and in columns."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engagement.queries.columns import figure_columns, score_rows
from services.engagement.queries.facts import Facts, answer_figures, figures_by_customer
from services.engagement.queries.scores import score_row
from services.engagement.reference import BUILTIN, Reference, build_reference
from services.engagement.rules.columns import score_columns
from services.engagement.rules.scores import (
    Figures,
    explain,
    gap_days_median,
    measures,
    microseconds,
    mood_sixtieths,
    score,
)
from services.engagement.rules.versions import KINDS, ComponentKind, Version
from services.programme.programme import Weights

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
NOON_US = microseconds(NOON)
DAY_US = 86_400_000_000
VERSION = Version(Weights(), BUILTIN)
SOME_WEIGHTS = Weights(
    average_order_value=0.31, repeat_rate=0.07, purchase_frequency=0.0, recency=0.22,
    channel_count=0.11, digital_engagement=0.13, sentiment=0.16,
)  # fmt: skip
NAMES = [f"c{number:03d}" for number in range(12)]

COUNTS = st.tuples(st.integers(1, 30), st.integers(0, 500))
ANSWERS = st.one_of(
    st.tuples(st.just("NPS"), st.just(""), st.integers(0, 10)),
    st.tuples(st.just("CSAT"), st.just(""), st.integers(1, 5)),
    st.tuples(st.just("CES"), st.sampled_from(["EASY", "EFFORT"]), st.integers(1, 7)),
)


def by_customer(counts: st.SearchStrategy[tuple[int, int]]) -> st.SearchStrategy[dict[str, tuple[int, int]]]:
    return st.dictionaries(st.sampled_from(NAMES), counts, max_size=8)


FACTS = st.builds(
    Facts,
    st.lists(
        st.tuples(
            st.sampled_from(NAMES),
            st.integers(0, 365 * 86_400_000_000).map(lambda ago: NOON_US - ago),
            st.integers(1, 900_000),
        ),
        max_size=40,
    ),
    by_customer(st.tuples(st.integers(1, 8), st.integers(8, 90))),
    by_customer(COUNTS),
    by_customer(st.tuples(st.integers(20, 30), st.integers(0, 20))),
    st.lists(st.tuples(st.sampled_from(NAMES), ANSWERS).map(lambda one: (one[0], *one[1])), max_size=12),
)
SAMPLES: st.SearchStrategy[dict[str, list[float]]] = st.dictionaries(
    st.sampled_from(list(map(str, KINDS))), st.lists(st.floats(0, 1e5), max_size=30)
)
BUYERS = st.lists(
    st.tuples(st.floats(0, 365), st.integers(1, 40), st.integers(1, 900_000)), min_size=50, max_size=60
)


@st.composite
def references(draw: st.DrawFn) -> Reference:
    if draw(st.booleans()):
        return BUILTIN
    samples: dict[str, list[float]] = draw(SAMPLES)
    return build_reference(samples, draw(BUYERS), NOON)


@given(FACTS, references(), st.sampled_from([Weights(), SOME_WEIGHTS]))
def test_columns_give_the_rows_that_come_one_by_one_bit_for_bit(
    facts: Facts, reference: Reference, weights: Weights
) -> None:
    version = Version(weights, reference)
    found = figures_by_customer(facts)
    one_by_one = [score_row(score(name, found.get(name, Figures()), version, NOON)) for name in NAMES]
    columns = figure_columns(NAMES, facts)
    at_once = score_rows(NAMES, columns, score_columns(columns, version, NOON_US), version, NOON)
    assert list(map(exactly, at_once)) == list(map(exactly, one_by_one))


def exactly(row: tuple[object, ...]) -> list[object]:
    """Floats by their bits, so that -0.0 is not 0.0, and every value with its type."""
    return [value.hex() if isinstance(value, float) else (type(value), value) for value in row]


@given(FACTS, references())
def test_contributions_added_in_their_order_are_the_score(facts: Facts, reference: Reference) -> None:
    for name, figures in figures_by_customer(facts).items():
        found = score(name, figures, Version(Weights(), reference), NOON)
        added = 0.0
        for part in found.components:
            assert part.contribution == 100.0 * part.weight * part.percentile
            assert 0.0 <= part.percentile <= 1.0
            added += part.contribution
        assert found.score == added
        assert 0.0 <= found.score <= 100.0 + 1e-9


@given(FACTS)
def test_the_weight_of_what_is_missing_is_shared_out_and_coverage_says_so(facts: Facts) -> None:
    for name, figures in figures_by_customer(facts).items():
        found = score(name, figures, VERSION, NOON)
        there = [VERSION.weights[part.kind] for part in found.components]
        assert math.isclose(found.coverage, sum(there))
        assert math.isclose(sum(part.weight for part in found.components), 1.0)
        for part, own in zip(found.components, there, strict=True):
            assert math.isclose(part.weight, own / sum(there))


@given(FACTS, st.randoms(use_true_random=False))
def test_the_order_of_the_facts_changes_no_bit(facts: Facts, draw: object) -> None:
    orders = draw.sample(facts.orders, len(facts.orders))  # type: ignore[attr-defined]
    mixed = Facts(orders, facts.contacts, facts.sessions, facts.newsletters, facts.answers)
    assert figures_by_customer(mixed) == figures_by_customer(facts)


def test_each_figure_follows_its_definition() -> None:
    figures = Figures(
        orders=2, net_minor=6_000, last_order_us=NOON_US - 40 * DAY_US, gap_days_median=60.0,
        channels=2, contacts=5, sessions=2, pages=12, newsletters=4, opened=1,
        answers=3, mood_sixtieths=60 + 30 + 30, nps=10,
    )  # fmt: skip
    assert {kind: value for kind, value, _ in measures(figures, NOON_US)} == {
        ComponentKind.AVERAGE_ORDER_VALUE: 3_000.0,
        ComponentKind.REPEAT_RATE: 0.5,
        ComponentKind.PURCHASE_FREQUENCY: 2.0,
        ComponentKind.RECENCY: 40.0,
        ComponentKind.CHANNEL_COUNT: 2.0,
        ComponentKind.PAGES_PER_SESSION: 6.0,
        ComponentKind.OPEN_RATE: 0.25,
        ComponentKind.SENTIMENT: (1.0 + 0.5 + 0.5) / 3,
    }


@pytest.mark.parametrize(
    ("survey", "polarity", "answer", "mood"),
    [
        ("NPS", "", 0, 0.0),
        ("NPS", "", 10, 1.0),
        ("CSAT", "", 1, 0.0),
        ("CSAT", "", 5, 1.0),
        ("CES", "EASY", 7, 1.0),
        ("CES", "EASY", 4, 0.5),
        ("CES", "EFFORT", 7, 0.0),
        ("CES", "EFFORT", 1, 1.0),
    ],
)
def test_an_answer_is_good_when_it_is_high_whatever_its_polarity(
    survey: str, polarity: str, answer: int, mood: float
) -> None:
    assert mood_sixtieths(survey, polarity, answer) / 60 == mood


def test_the_latest_nps_answer_is_the_last_one_told() -> None:
    rows = [("anna", "NPS", "", 3), ("anna", "NPS", "", 9), ("anna", "CSAT", "", 1)]
    assert answer_figures(rows) == (3, 18 + 54 + 0, 9)


def test_the_median_gap_lies_between_the_two_middle_ones() -> None:
    placed = [day * DAY_US for day in (0, 1, 5, 15, 16)]
    assert gap_days_median(placed) == (1 + 4) / 2
    assert gap_days_median(placed[:4]) == 4.0
    assert gap_days_median(placed[:1]) is None


def test_a_component_without_weight_is_left_out() -> None:
    weights = Weights(
        average_order_value=0.5, repeat_rate=0.5, purchase_frequency=0, recency=0,
        channel_count=0, digital_engagement=0, sentiment=0,
    )  # fmt: skip
    assert explain(Figures(channels=1, contacts=1), Version(weights, BUILTIN), NOON_US) == (0.0, ())


def test_digital_engagement_is_halved_between_pages_and_openings() -> None:
    halved = VERSION.weights[ComponentKind.PAGES_PER_SESSION], VERSION.weights[ComponentKind.OPEN_RATE]
    assert halved == (0.025, 0.025)
    assert math.fsum(VERSION.weights.values()) == 1.0


def test_a_more_recent_order_is_worth_more() -> None:
    late, early = (
        score("anna", Figures(1, 500, NOON_US - days * DAY_US), VERSION, NOON).score for days in (3, 200)
    )
    assert late > early


def test_the_version_names_weights_and_reference() -> None:
    other = build_reference({"RECENCY": [1.0, 2.0]}, [], NOON + timedelta(days=1))
    versions = {
        Version(weights, reference).name
        for weights, reference in ((Weights(), BUILTIN), (SOME_WEIGHTS, BUILTIN), (Weights(), other))
    }
    assert len(versions) == 3
