"""Who came back: cohorts by the time of their first order, each beside that of the year before. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import dropwhile, pairwise
from typing import Final

from services.insights.rules.caveats import NO_ORDERS, RETENTION
from services.intervals import SHARE, Figure, newcombe, nothing, wilson
from services.spans import QUARTERS_PER_YEAR, YEAR, Span, whole

YEARS_AFTER: Final = 4  # the second to the fifth year: longer than most shops remember


COHORTS_DEFAULT: Final = 12  # three years of quarters


class CohortSize(StrEnum):
    QUARTER = "QUARTER"
    YEAR = "YEAR"


@dataclass(frozen=True, slots=True)
class CohortCounts:
    """How many of a cohort came back: within 365 days, and in each later year (the second is the first)."""

    customers: int
    repeated: int
    returned: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a cohort. unfinished: some of it have not had all the time yet, so it can only rise.

    change: the share less that of the cohort a year before; nothing unless both are finished.
    """

    figure: Figure
    unfinished: bool
    change: Figure


@dataclass(frozen=True, slots=True)
class Cohort:
    """Customers by the time of their first order. repeat: who ordered again within 365 days of it.

    retention: who ordered in the second, third ... year after it, as far as those years have begun.
    """

    name: str
    span: Span
    customers: int
    repeat: Share
    retention: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Retention:
    span: Span
    size: CohortSize
    cohorts: tuple[Cohort, ...]
    caveat: str = RETENTION

    @property
    def fallback(self) -> str:
        return "" if any(one.customers for one in self.cohorts) else NO_ORDERS


NONE: Final = CohortCounts(0, 0, (0,) * YEARS_AFTER)


def retention_report(
    counts: Mapping[int, CohortCounts], size: CohortSize, starts: Sequence[datetime], as_of: datetime
) -> Retention:
    """The cohorts from the shop's first order on.

    counts: by the number of the cohort. starts: where each begins and the last ends, in the programme's time.
    """
    step = QUARTERS_PER_YEAR if size is CohortSize.QUARTER else 1
    found = [counts.get(number, NONE) for number in range(len(starts) - 1)]
    cohorts = [
        _cohort(
            name_of(start, size), whole(start, end), (found[number], _earlier(found, number, step)), as_of
        )
        for number, (start, end) in enumerate(pairwise(starts))
    ]
    begun = dropwhile(lambda cohort: not cohort.customers, cohorts)
    return Retention(Span(whole(starts[0], starts[0]).since, as_of), size, tuple(begun))


def _earlier(found: Sequence[CohortCounts], number: int, step: int) -> CohortCounts:
    return found[number - step] if number >= step else NONE


def _cohort(name: str, span: Span, pair: tuple[CohortCounts, CohortCounts], as_of: datetime) -> Cohort:
    begun = sum(span.begins_at + YEAR * year < as_of for year in range(1, YEARS_AFTER + 1))
    now, before = (_shares(counts) for counts in pair)
    shares = [
        _share(now[year], before[year], unfinished=as_of < span.until + YEAR * (year + 1))
        for year in range(begun + 1)
    ]
    return Cohort(name, span, pair[0].customers, shares[0], tuple(shares[1:]))


def _shares(counts: CohortCounts) -> list[Figure]:
    return [wilson(came, counts.customers) for came in (counts.repeated, *counts.returned)]


def _share(figure: Figure, before: Figure, *, unfinished: bool) -> Share:
    return Share(figure, unfinished, nothing(SHARE) if unfinished else newcombe(figure, before))


def name_of(start: datetime, size: CohortSize) -> str:
    """2026 Q1, or 2026; `start` in the programme's time."""
    return f"{start.year} Q{(start.month - 1) // 3 + 1}" if size is CohortSize.QUARTER else str(start.year)
