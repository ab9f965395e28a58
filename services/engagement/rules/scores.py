"""The engagement score: from what a customer did to one explained figure. Pure; order of arrival is nothing.

The reference distribution and RFM's quintiles are in `reference.py`.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from statistics import median
from typing import Final, NamedTuple

from services.engagement.reference import Reference, Rfm, rfm_of
from services.programme.programme import Weights

ORDER_WINDOW: Final = timedelta(days=365)
TOUCH_WINDOW: Final = timedelta(days=90)
DAY: Final = timedelta(days=1)


class ComponentKind(StrEnum):
    AVERAGE_ORDER_VALUE = "AVERAGE_ORDER_VALUE"
    REPEAT_RATE = "REPEAT_RATE"
    PURCHASE_FREQUENCY = "PURCHASE_FREQUENCY"
    RECENCY = "RECENCY"
    CHANNEL_COUNT = "CHANNEL_COUNT"
    DIGITAL_ENGAGEMENT = "DIGITAL_ENGAGEMENT"
    SENTIMENT = "SENTIMENT"


_ENCODE: Final = json.JSONEncoder(separators=(",", ":")).encode  # made once: it runs for every score
LESS_IS_BETTER: Final = frozenset({ComponentKind.RECENCY})
ANSWER_SCALES: Final = {"NPS": (0, 10), "CSAT": (1, 5), "CES": (1, 7)}


@dataclass(frozen=True, slots=True)
class Facts:
    """What one customer did, up to a moment: orders of 365 days, touches of 90 days, answers of 365 days."""

    orders: tuple[tuple[datetime, int], ...] = ()  # (placed_at, net minor units), any order
    channels: frozenset[str] = frozenset()
    session_pages: tuple[int, ...] = ()
    answers: tuple[tuple[str, int], ...] = ()  # (survey, answer)


class Measure(NamedTuple):
    """One figure about a customer, and how many events it rests on."""

    kind: ComponentKind
    value: float
    window_days: int
    events: int


class Component(NamedTuple):  # read for every score: a tuple is made three times as fast as a dataclass
    """A measure seen against the reference: `contribution` = 100 * weight * percentile."""

    kind: ComponentKind
    value: float
    percentile: float
    weight: float
    contribution: float
    window_days: int
    events: int


@dataclass(frozen=True, slots=True)
class Score:
    """0 to 100; the components' contributions sum to it."""

    customer_id: str
    as_of: datetime
    version: str
    score: float
    coverage: float
    components: tuple[Component, ...]
    orders: int
    gap_days_median: float | None
    rfm: Rfm


def measures(facts: Facts, as_of: datetime) -> tuple[Measure, ...]:
    """What can be measured; a figure without evidence is left out."""
    return (*order_measures(facts, as_of), *touch_measures(facts))


def order_measures(facts: Facts, as_of: datetime) -> tuple[Measure, ...]:
    nets = [net for _, net in kept_orders(facts)]
    count = len(nets)
    if not count:
        return ()
    last = max(placed_at for placed_at, _ in kept_orders(facts))
    values = {
        ComponentKind.AVERAGE_ORDER_VALUE: sum(nets) / count,
        ComponentKind.REPEAT_RATE: (count - 1) / count,
        ComponentKind.PURCHASE_FREQUENCY: count * (timedelta(days=365) / ORDER_WINDOW),
        ComponentKind.RECENCY: max((as_of - last) / DAY, 0.0),
    }
    return tuple(Measure(kind, value, ORDER_WINDOW.days, count) for kind, value in values.items())


def touch_measures(facts: Facts) -> tuple[Measure, ...]:
    found = []
    if facts.channels:
        channels = len(facts.channels)
        found.append(Measure(ComponentKind.CHANNEL_COUNT, channels, TOUCH_WINDOW.days, channels))
    if pages := facts.session_pages:
        per_session = sum(pages) / len(pages)
        found.append(Measure(ComponentKind.DIGITAL_ENGAGEMENT, per_session, TOUCH_WINDOW.days, len(pages)))
    if answers := facts.answers:
        mood = math.fsum(sorted(normalised(*answer) for answer in answers)) / len(answers)
        found.append(Measure(ComponentKind.SENTIMENT, mood, ORDER_WINDOW.days, len(answers)))
    return tuple(found)


def normalised(survey: str, answer: int) -> float:
    low, high = ANSWER_SCALES[survey]
    return (answer - low) / (high - low)


def kept_orders(facts: Facts) -> list[tuple[datetime, int]]:
    """Orders that count, oldest first: zero-value and fully refunded ones do not."""
    return sorted(order for order in facts.orders if order[1] > 0)


def score(customer_id: str, facts: Facts, reference: Reference, weights: Weights, as_of: datetime) -> Score:
    weight_of = weight_by_kind(weights)
    found = [measure for measure in measures(facts, as_of) if weight_of[measure.kind]]
    coverage = math.fsum(weight_of[measure.kind] for measure in found)
    components = tuple(component(measure, weight_of[measure.kind] / coverage, reference) for measure in found)
    orders = kept_orders(facts)
    return Score(
        customer_id=customer_id,
        as_of=as_of,
        version=score_version(weights, reference.version),
        score=math.fsum(part.contribution for part in components),
        coverage=coverage,
        components=components,
        orders=len(orders),
        gap_days_median=gap_days_median([placed_at for placed_at, _ in orders]),
        rfm=rfm_of(orders, reference, as_of),
    )


def component(measure: Measure, weight: float, reference: Reference) -> Component:
    rank = reference.percentile(measure.kind, measure.value)
    percentile = 1.0 - rank if measure.kind in LESS_IS_BETTER else rank
    contribution = 100.0 * weight * percentile
    return Component(
        measure.kind, measure.value, percentile, weight, contribution, measure.window_days, measure.events
    )


def gap_days_median(placed: Sequence[datetime]) -> float | None:
    """Median days between orders; None with fewer than two."""
    gaps = [(later - earlier) / DAY for earlier, later in pairwise(placed)]
    return median(gaps) if gaps else None


@lru_cache(maxsize=4)  # the same for a whole batch
def score_version(weights: Weights, reference_version: str) -> str:
    """Names the weights and the reference: the same version, events and `as_of` give the same score."""
    digest = hashlib.sha256(json.dumps(weights.model_dump(), sort_keys=True).encode()).hexdigest()
    return f"{digest[:8]}/{reference_version}"


@lru_cache(maxsize=4)
def weight_by_kind(weights: Weights) -> dict[ComponentKind, float]:
    return {ComponentKind(name.upper()): share for name, share in weights}


def components_text(components: Sequence[Component]) -> str:
    """Components as JSON, as they are stored with a score."""
    return _ENCODE(components)


def components_of(text: str) -> tuple[Component, ...]:
    return tuple(Component(ComponentKind(kind), *rest) for kind, *rest in json.loads(text))
