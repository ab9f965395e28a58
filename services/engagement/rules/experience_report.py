"""How customers are spread over the levels of experience, and at which step effort pays. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from services.engagement.rules.experience import Level
from services.intervals import Figure, mean, newcombe, wilson

CAVEAT: Final = (
    "Association, not cause: customers on a higher level may buy more because they were better customers "
    "before. Try a step on some customers and compare them with a holdout before you pay for all."
)


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted on one level, over 365 days of orders; squares: of each net_minor, summed."""

    level: Level
    customers: int
    buyers: int  # with one order or more
    repeaters: int  # with two or more
    net_minor: float
    squares: float


@dataclass(frozen=True, slots=True)
class LevelGroup:
    """The customers of one level."""

    level: Level
    customers: int
    buyers: int
    share: Figure
    repeat_rate: Figure
    net_revenue: Figure


@dataclass(frozen=True, slots=True)
class Step:
    """From one level to the next that has customers."""

    lower: LevelGroup
    higher: LevelGroup
    difference: Figure

    @property
    def repeat_buyers(self) -> float:
        """How many more of the lower level would buy again, if they did so as often as the higher."""
        return (self.difference.value or 0.0) * self.lower.buyers

    @property
    def is_clear(self) -> bool:
        return self.difference.low is not None and self.difference.low > 0 and not self.difference.few


@dataclass(frozen=True, slots=True)
class ExperienceReport:
    """Every level, the steps between those with customers, and the step where effort pays most, if any."""

    groups: tuple[LevelGroup, ...]
    steps: tuple[Step, ...]

    @property
    def best_step(self) -> Step | None:
        clear = [step for step in self.steps if step.is_clear]
        return max(clear, key=lambda step: step.repeat_buyers, default=None)


def report_of(tallies: Iterable[Tally], currency: str) -> ExperienceReport:
    """The report, with every level in it, counted or not."""
    counted = {tally.level: tally for tally in tallies}
    everybody = sum(tally.customers for tally in counted.values())
    groups = tuple(_group(level, counted, everybody, f"{currency} minor units") for level in Level)
    return ExperienceReport(groups, _steps([group for group in groups if group.customers]))


def _group(level: Level, counted: Mapping[Level, Tally], everybody: int, unit: str) -> LevelGroup:
    one = counted.get(level, Tally(level, 0, 0, 0, 0.0, 0.0))
    return LevelGroup(
        level,
        one.customers,
        one.buyers,
        share=wilson(one.customers, everybody),
        repeat_rate=wilson(one.repeaters, one.buyers),
        net_revenue=mean(one.customers, one.net_minor, one.squares, unit),
    )


def _steps(groups: Sequence[LevelGroup]) -> tuple[Step, ...]:
    return tuple(
        Step(lower, higher, newcombe(higher.repeat_rate, lower.repeat_rate))
        for lower, higher in pairwise(groups)
    )
