"""Personas: groups of buyers in plain words, and the report that says how far to trust them. Pure.

The groups themselves come from models/personas.py; here they get names that a team can say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from services.intervals import Figure, mean, wilson

FEATURES: Final = MappingProxyType(  # what buyers are grouped by, and what much and little of it is called
    {
        "orders": ("orders often", "orders seldom"),
        "aov_minor": ("large orders", "small orders"),
        "recency_days": ("away for long", "here lately"),
        "channels": ("many channels", "few channels"),
        "pages_per_session": ("looks around a lot", "looks around little"),
        "open_rate": ("reads newsletters", "leaves newsletters unread"),
        "sentiment": ("content", "discontent"),
    }
)
TELLING_MIN: Final = 0.3  # standard deviations; a smaller difference nobody would notice in a customer
NAMED_BY: Final = 2  # features in a name
AVERAGE: Final = "average buyers"
DEVIATIONS: Final = "standard deviations"
AGREEMENT: Final = "adjusted Rand index"


class Buyer(NamedTuple):
    """A customer with orders in 365 days, and what personas are made of."""

    customer_id: str
    orders: int
    aov_minor: float
    last_order_at: datetime
    channels: int
    pages_per_session: float | None
    open_rate: float | None
    sentiment: float | None


class Gap(StrEnum):
    """Why there are no personas."""

    NEVER_BUILT = "NEVER_BUILT"
    TOO_FEW_CUSTOMERS = "TOO_FEW_CUSTOMERS"
    NO_DIFFERENCES = "NO_DIFFERENCES"


GAPS: Final = MappingProxyType(
    {
        Gap.NEVER_BUILT: "none were looked for so far",
        Gap.TOO_FEW_CUSTOMERS: "too few to tell groups apart",
        Gap.NO_DIFFERENCES: "all are alike in everything that is measured",
    }
)


@dataclass(frozen=True, slots=True)
class Contrast:
    """One feature of a group: of its n customers with a value, the sums of it and of its squares."""

    feature: str
    n: int
    total: float
    squares: float

    @property
    def words(self) -> str:
        much, little = FEATURES[self.feature]
        return much if self.total > 0 else little

    @property
    def difference(self) -> Figure:
        return mean(self.n, self.total, self.squares, DEVIATIONS)

    @property
    def is_telling(self) -> bool:
        return abs(self.total / self.n) >= TELLING_MIN


@dataclass(frozen=True, slots=True)
class Persona:
    """A group of buyers under its name, largest difference first. `persona` is what filters call it."""

    persona: str
    name: str
    customers: int
    contrasts: tuple[Contrast, ...]

    def share(self, everybody: int) -> Figure:
        return wilson(self.customers, everybody)


@dataclass(frozen=True, slots=True)
class PersonaReport:
    """The personas of all buyers at `built_at`, the largest first."""

    version: str
    built_at: datetime
    customers: int
    personas: tuple[Persona, ...] = ()
    gap: Gap | None = None
    silhouettes: tuple[tuple[int, float], ...] = ()  # (number of groups, mean silhouette)
    agreements: tuple[float, ...] = ()
    unstable: bool = False
    few_customers: bool = False

    @property
    def stability(self) -> Figure:
        squares = sum(one * one for one in self.agreements)
        return mean(len(self.agreements), sum(self.agreements), squares, AGREEMENT)


def named(groups: Iterable[tuple[int, Sequence[Contrast]]]) -> tuple[Persona, ...]:
    """Groups of (customers, contrasts, the largest first) as personas, no two of which have the same name."""
    found: list[Persona] = []
    for customers, contrasts in groups:
        name = _name(contrasts, {one.name for one in found})
        found.append(Persona(slug(name), name, customers, tuple(contrasts)))
    return tuple(found)


def _name(contrasts: Sequence[Contrast], taken: set[str]) -> str:
    """The most telling features, as many as it takes to be told from the others."""
    words = [one.words for one in contrasts if one.is_telling]
    names = [", ".join(words[:number]) for number in range(min(NAMED_BY, len(words)), len(words) + 1)]
    names = [name.capitalize() for name in names if name] or [AVERAGE.capitalize()]
    numbered = (f"{names[-1]} ({number})" for number in range(2, len(taken) + 3))
    return next(name for name in (*names, *numbered) if name not in taken)


def slug(name: str) -> str:
    """A name as filters write it: small letters, digits and hyphens."""
    return re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")
