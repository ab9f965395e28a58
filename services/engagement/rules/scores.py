"""The engagement score: from figures about a customer to one explained number. Pure.

This module is the definition. `columns.py` says the same about thousands of customers at once; the reference
distribution and RFM's quintiles are in `reference.py`, the weights with a reference in `versions.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from services.clock import EPOCH, MICROSECOND
from services.engagement.reference import PROSPECT, Rfm, rfm_of
from services.engagement.rules.versions import KINDS, ComponentKind, Version

ORDER_WINDOW: Final = timedelta(days=365)  # of orders and answers
TOUCH_WINDOW: Final = timedelta(days=90)  # of contacts, sessions and newsletters
DAY_US: Final = timedelta(days=1) // MICROSECOND
WINDOW_DAYS: Final = {
    kind: TOUCH_WINDOW.days
    if kind in {ComponentKind.CHANNEL_COUNT, ComponentKind.PAGES_PER_SESSION, ComponentKind.OPEN_RATE}
    else ORDER_WINDOW.days
    for kind in KINDS
}
SIXTIETHS: Final = 60  # the scales of NPS (11 steps), CSAT (5) and CES (7) meet in whole sixtieths


class Figures(NamedTuple):  # made for every score: a tuple is made three times as fast as a dataclass
    """What is counted about a customer up to a moment: whole numbers, so that no order of adding matters."""

    orders: int = 0  # kept, of 365 days, like the next three
    net_minor: int = 0
    last_order_us: int | None = None  # microseconds since 1970, as the database keeps moments
    gap_days_median: float | None = None  # between orders; None with fewer than two
    channels: int = 0  # of 90 days, like all up to `opened`
    contacts: int = 0  # that the customer began
    sessions: int = 0  # whose pages are known
    pages: int = 0
    newsletters: int = 0
    opened: int = 0  # by the person, not by a privacy proxy
    answers: int = 0  # of 365 days, like the next two
    mood_sixtieths: int = 0  # the sum of the answers, each from 0 (worst) to 60 (best)
    nps: int | None = None  # the latest answer


class Component(NamedTuple):
    """A figure seen against the reference: `contribution` = 100 * weight * percentile."""

    kind: ComponentKind
    value: float
    percentile: float
    weight: float
    contribution: float
    window_days: int
    events: int


class Score(NamedTuple):
    """0 to 100: the components' contributions, added in their order. Coverage 0 says: no evidence."""

    customer_id: str
    as_of_us: int
    version: str
    score: float
    coverage: float
    components: tuple[Component, ...]
    rfm: Rfm
    figures: Figures

    @property
    def as_of(self) -> datetime:
        return EPOCH + self.as_of_us * MICROSECOND


def score(customer_id: str, found: Figures, version: Version, as_of: datetime) -> Score:
    """The score of a customer with these figures."""
    as_of_us = microseconds(as_of)
    coverage, components = explain(found, version, as_of_us)
    return Score(
        customer_id=customer_id,
        as_of_us=as_of_us,
        version=version.name,
        score=total(components),
        coverage=coverage,
        components=components,
        rfm=rfm(found, version, as_of_us),
        figures=found,
    )


def explain(found: Figures, version: Version, as_of_us: int) -> tuple[float, tuple[Component, ...]]:
    """The share of the weights for which there is evidence, and the components that there is evidence for."""
    known = [one for one in measures(found, as_of_us) if version.weights[one[0]]]
    coverage, weights = version.shares(tuple(kind for kind, _, _ in known))
    parts = []
    for (kind, value, events), weight in zip(known, weights, strict=True):
        rank = version.percentile(kind, value)
        parts.append(Component(kind, value, rank, weight, 100.0 * weight * rank, WINDOW_DAYS[kind], events))
    return coverage, tuple(parts)


def total(components: Sequence[Component]) -> float:
    """The contributions one after the other: whoever adds them in their order finds the same bits."""
    found = 0.0
    for part in components:
        found += part.contribution
    return found


def measures(found: Figures, as_of_us: int) -> list[tuple[ComponentKind, float, int]]:
    """(kind, value, events) of what can be measured, in the order of KINDS; without evidence nothing is."""
    measured: list[tuple[ComponentKind, float, int]] = []
    orders = found.orders
    if found.last_order_us is not None:
        recency_days = max((as_of_us - found.last_order_us) / DAY_US, 0.0)
        measured += (
            (ComponentKind.AVERAGE_ORDER_VALUE, found.net_minor / orders, orders),
            (ComponentKind.REPEAT_RATE, (orders - 1) / orders, orders),
            (ComponentKind.PURCHASE_FREQUENCY, float(orders), orders),  # the window is the year
            (ComponentKind.RECENCY, recency_days, orders),
        )
    if found.contacts:
        measured.append((ComponentKind.CHANNEL_COUNT, float(found.channels), found.contacts))
    if found.sessions:
        measured.append((ComponentKind.PAGES_PER_SESSION, found.pages / found.sessions, found.sessions))
    if found.newsletters:
        measured.append((ComponentKind.OPEN_RATE, found.opened / found.newsletters, found.newsletters))
    if found.answers:
        mood = found.mood_sixtieths / (SIXTIETHS * found.answers)
        measured.append((ComponentKind.SENTIMENT, mood, found.answers))
    return measured


def rfm(found: Figures, version: Version, as_of_us: int) -> Rfm:
    if found.last_order_us is None:
        return PROSPECT
    recency_days = (as_of_us - found.last_order_us) / DAY_US
    return rfm_of(recency_days, found.orders, found.net_minor, version.reference.thresholds)


def gap_days_median(placed_us: Sequence[int]) -> float | None:
    """Median days between orders, given their moments in order; None with fewer than two."""
    gaps = sorted(later - earlier for earlier, later in pairwise(placed_us))
    if not gaps:
        return None
    return (gaps[(len(gaps) - 1) // 2] + gaps[len(gaps) // 2]) / (2 * DAY_US)


def mood_sixtieths(survey: str, polarity: str, answer: int) -> int:
    """An answer on the common scale from 0 (worst) to 60 (best); CES of polarity EFFORT is best when low."""
    if survey == "NPS":
        return 6 * answer
    if survey == "CSAT":
        return 15 * (answer - 1)
    return 10 * (7 - answer if polarity == "EFFORT" else answer - 1)


def microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND
