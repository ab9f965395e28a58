"""How far customers come: the steps of their way, and how many go on from one to the next. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.intervals import Figure, wilson
from services.journey.rules.touches import NO_TOUCHES
from services.windows import Window


class Step(StrEnum):
    BEFORE = "BEFORE"
    CART = "CART"
    ORDER = "ORDER"
    AFTER = "AFTER"
    REPEAT = "REPEAT"


Path = tuple[Step, Step]

PATHS: Final[tuple[Path, ...]] = (
    (Step.BEFORE, Step.CART),
    (Step.CART, Step.ORDER),
    (Step.ORDER, Step.AFTER),
    (Step.AFTER, Step.REPEAT),
    (Step.BEFORE, Step.ORDER),  # nobody fills a cart in a store
    (Step.ORDER, Step.REPEAT),  # most come back without a word in between
)
CAVEAT: Final = (
    "Only what happened inside the window counts, and only in the order of time: whoever bought before the "
    "window began counts as new, and whoever reached a step late in it had little time to go on. Customers "
    "who are not known by name while they look around are missing in the first step."
)
CAVEAT_SEGMENT: Final = (
    " The segment is that of today, which depends on what was bought in the window: compare with care."
)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many customers reached each step, and how many went on along each path."""

    reached: Mapping[Step, int]
    went_on: Mapping[Path, int]


@dataclass(frozen=True, slots=True)
class Conversion:
    """How many who reached `path[0]` reached `path[1]` then."""

    path: Path
    went_on: int
    conversion: Figure
    drop_off: Figure


@dataclass(frozen=True, slots=True)
class StageReport:
    window: Window
    reached: Mapping[Step, int]
    conversions: tuple[Conversion, ...]
    caveat: str

    @property
    def fallback(self) -> str:
        return "" if any(self.reached.values()) else NO_TOUCHES


def stage_report(counted: Counted, window: Window, *, by_segment: bool) -> StageReport:
    conversions = tuple(_conversion(path, counted) for path in PATHS)
    return StageReport(window, counted.reached, conversions, CAVEAT + (CAVEAT_SEGMENT if by_segment else ""))


def _conversion(path: Path, counted: Counted) -> Conversion:
    there, went_on = counted.reached[path[0]], counted.went_on[path]
    return Conversion(path, went_on, wilson(went_on, there), wilson(there - went_on, there))
