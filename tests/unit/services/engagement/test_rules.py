"""The score: explained to the last point, and the same in whatever order its facts come."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.engagement.reference import BUILTIN, build_reference
from services.engagement.rules.scores import (
    ComponentKind,
    Facts,
    components_of,
    components_text,
    measures,
    score,
)
from services.programme.programme import Weights

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
WEIGHTS = Weights()

ORDERS = st.lists(
    st.tuples(
        st.integers(0, 365 * 86_400).map(lambda seconds: NOON - timedelta(seconds=seconds)),
        st.integers(0, 100_000),
    ),
    max_size=8,
)
ANSWERS = st.lists(
    st.one_of(
        st.tuples(st.just("NPS"), st.integers(0, 10)),
        st.tuples(st.just("CSAT"), st.integers(1, 5)),
        st.tuples(st.just("CES"), st.integers(1, 7)),
    ),
    max_size=5,
)
FACTS = st.builds(
    Facts,
    ORDERS.map(tuple),
    st.frozensets(st.sampled_from(["WEB", "APP", "STORE", "PHONE"])),
    st.lists(st.integers(1, 50), max_size=5).map(tuple),
    ANSWERS.map(tuple),
)


@given(FACTS)
def test_contributions_sum_to_the_score(facts: Facts) -> None:
    found = score("anna", facts, BUILTIN, WEIGHTS, NOON)
    assert found.score == math.fsum(part.contribution for part in found.components)
    assert 0.0 <= found.score <= 100.0 + 1e-9
    for part in found.components:
        assert part.contribution == 100.0 * part.weight * part.percentile
        assert 0.0 <= part.percentile <= 1.0


@given(FACTS)
def test_the_weight_of_what_is_missing_is_shared_out_and_coverage_says_so(facts: Facts) -> None:
    found = score("anna", facts, BUILTIN, WEIGHTS, NOON)
    weight_of = {name.upper(): share for name, share in WEIGHTS}
    there = [weight_of[part.kind] for part in found.components]
    assert math.isclose(found.coverage, sum(there))
    if there:
        assert math.isclose(sum(part.weight for part in found.components), 1.0)
        for part, own in zip(found.components, there, strict=True):
            assert math.isclose(part.weight, own / sum(there))


@given(FACTS, st.randoms(use_true_random=False))
def test_the_order_of_the_facts_changes_no_bit(facts: Facts, draw: object) -> None:
    def mixed(values: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(draw.sample(values, len(values)))  # type: ignore[attr-defined]

    other = Facts(mixed(facts.orders), facts.channels, mixed(facts.session_pages), mixed(facts.answers))  # type: ignore[arg-type]
    assert score("anna", facts, BUILTIN, WEIGHTS, NOON) == score("anna", other, BUILTIN, WEIGHTS, NOON)


@given(FACTS)
def test_components_survive_their_storage_bit_for_bit(facts: Facts) -> None:
    found = score("anna", facts, BUILTIN, WEIGHTS, NOON)
    assert components_of(components_text(found.components)) == found.components


def test_each_figure_follows_its_definition() -> None:
    facts = Facts(
        orders=(
            (NOON - timedelta(days=100), 2_000),
            (NOON - timedelta(days=40), 4_000),
            (NOON - timedelta(days=10), 0),  # fully refunded: it does not count
        ),
        channels=frozenset({"WEB", "STORE"}),
        session_pages=(4, 8),
        answers=(("NPS", 10), ("CSAT", 3), ("CES", 4)),
    )
    assert {one.kind: one.value for one in measures(facts, NOON)} == {
        ComponentKind.AVERAGE_ORDER_VALUE: 3_000.0,
        ComponentKind.REPEAT_RATE: 0.5,
        ComponentKind.PURCHASE_FREQUENCY: 2.0,
        ComponentKind.RECENCY: 40.0,
        ComponentKind.CHANNEL_COUNT: 2,
        ComponentKind.DIGITAL_ENGAGEMENT: 6.0,
        ComponentKind.SENTIMENT: (1.0 + 0.5 + 0.5) / 3,
    }
    assert score("anna", facts, BUILTIN, WEIGHTS, NOON).gap_days_median == 60.0


def test_a_component_without_weight_is_left_out() -> None:
    weights = Weights(
        average_order_value=0.5, repeat_rate=0.5, purchase_frequency=0, recency=0,
        channel_count=0, digital_engagement=0, sentiment=0,
    )  # fmt: skip
    found = score("anna", Facts(channels=frozenset({"WEB"})), BUILTIN, weights, NOON)
    assert (found.score, found.coverage, found.components) == (0.0, 0.0, ())


def test_a_more_recent_order_is_worth_more() -> None:
    late, early = (
        score("anna", Facts(orders=((NOON - timedelta(days=days), 500),)), BUILTIN, WEIGHTS, NOON).score
        for days in (3, 200)
    )
    assert late > early


def test_the_version_names_weights_and_reference() -> None:
    other_weights = Weights(average_order_value=0.10, sentiment=0.20)
    other_reference = build_reference({"RECENCY": [1.0, 2.0]}, [], NOON)
    versions = {
        score("anna", Facts(), reference, weights, NOON).version
        for weights, reference in (
            (WEIGHTS, BUILTIN),
            (other_weights, BUILTIN),
            (WEIGHTS, other_reference),
        )
    }
    assert len(versions) == 3
