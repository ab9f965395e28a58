"""The experience level: how far a customer has come on the six-level pyramid of experience. Pure.

The level is the highest one for which there is evidence. It does not require those below it: whoever never
had trouble has no case to be solved, and is served no worse for it. What a customer lived through stays, so
levels 1 to 5 are never lost; level 6 is about today, and can be.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Final

CHAMPIONS: Final = "CHAMPIONS"
PROMOTER_MIN: Final = 9  # of an NPS answer from 0 to 10
PROACTIVE_TOUCHPOINTS: Final = ("replenishment", "auto_reorder")  # what is accepted there was foreseen


class Level(IntEnum):
    """Each level, and what shows it."""

    NONE = 0
    INFORMED = 1  # has used self-service information
    SOLVED = 2  # had a case resolved
    SERVED = 3  # had a need met
    ANTICIPATED = 4  # accepted a recommendation
    PROACTIVE = 5  # accepted a replenishment or an auto-reorder
    TRANSFORMED = 6  # is a promoter and a champion


class Deed(StrEnum):
    """What happened to a customer that shows a level."""

    HELP_VIEWED = "HELP_VIEWED"
    CASE_RESOLVED = "CASE_RESOLVED"
    EXCHANGE = "EXCHANGE"
    MAKE_GOOD = "MAKE_GOOD"
    RECOMMENDATION_ACCEPTED = "RECOMMENDATION_ACCEPTED"
    REPLENISHMENT_ACCEPTED = "REPLENISHMENT_ACCEPTED"
    PROMOTER = "PROMOTER"  # of somebody who is a CHAMPION


LEVEL_OF: Final = MappingProxyType(
    {
        Deed.HELP_VIEWED: Level.INFORMED,
        Deed.CASE_RESOLVED: Level.SOLVED,
        Deed.EXCHANGE: Level.SERVED,
        Deed.MAKE_GOOD: Level.SERVED,
        Deed.RECOMMENDATION_ACCEPTED: Level.ANTICIPATED,
        Deed.REPLENISHMENT_ACCEPTED: Level.PROACTIVE,
        Deed.PROMOTER: Level.TRANSFORMED,
    }
)
TITLES: Final = MappingProxyType(
    {
        Deed.HELP_VIEWED: "read help",
        Deed.CASE_RESOLVED: "had a case resolved",
        Deed.EXCHANGE: "exchanged goods",
        Deed.MAKE_GOOD: "was given something to make good",
        Deed.RECOMMENDATION_ACCEPTED: "accepted a recommendation",
        Deed.REPLENISHMENT_ACCEPTED: "accepted a replenishment",
        Deed.PROMOTER: "a champion who would recommend us",
    }
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The first event of a kind that shows a level, and how many of the kind there were."""

    deed: Deed
    at: datetime
    reference: str  # the event, case, exchange, make-good or answer
    events: int

    @property
    def level(self) -> Level:
        return LEVEL_OF[self.deed]

    @property
    def words(self) -> str:
        times = "" if self.events == 1 else f", {self.events} times by then"
        return f"{TITLES[self.deed]}: first on {self.at:%Y-%m-%d}{times}"


@dataclass(frozen=True, slots=True)
class Promoter:
    """The latest NPS answer of a customer, which is 9 or 10."""

    answered_at: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class Experience:
    """Where a customer stands as of a moment, and why."""

    customer_id: str
    as_of: datetime
    evidence: tuple[Evidence, ...]  # lowest level first

    @property
    def level(self) -> Level:
        return max((one.level for one in self.evidence), default=Level.NONE)

    def of_level(self, level: Level) -> tuple[Evidence, ...]:
        return tuple(one for one in self.evidence if one.level is level)


def level_of(found: int, nps: int | None, segment: str) -> int:
    """The level of a customer with evidence up to level `found`, by the latest NPS answer and the segment."""
    is_promoter = nps is not None and nps >= PROMOTER_MIN
    return int(Level.TRANSFORMED) if is_promoter and segment == CHAMPIONS else found


def experience_of(
    customer_id: str, as_of: datetime, evidence: Iterable[Evidence], promoter: Promoter | None, segment: str
) -> Experience:
    """The levels with all their evidence; `promoter` None: the latest NPS answer, if any, is lower."""
    found = list(evidence)
    if promoter is not None and segment == CHAMPIONS:
        found.append(Evidence(Deed.PROMOTER, promoter.answered_at, promoter.reference, 1))
    return Experience(customer_id, as_of, tuple(sorted(found, key=lambda one: (one.level, one.at, one.deed))))
