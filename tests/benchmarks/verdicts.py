"""A bar, what was measured against it, and how both are told."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.processes import Round

TOLERANCE: Final = 0.10  # what a noisy machine may take from a bar before the run counts as failed
LOAD_BUSY_MAX: Final = 0.75  # a load generator busier than this may be the limit itself


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured, and where its files lie: on the disk whose fsync counts."""

    folder: Path
    customers: int
    rounds: int
    scale: float  # of the calls per round

    def calls(self, full: int) -> int:
        return max(round(full * self.scale), 64)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One bar: a ratio of two things measured in one run. `at_least`: higher is better."""

    bar: str
    what: str
    target: float
    measured: float
    at_least: bool
    sides: dict[str, str]
    unit: str = ""

    @property
    def reached(self) -> bool:
        return self.measured >= self.target if self.at_least else self.measured <= self.target

    @property
    def failed(self) -> bool:
        """Short of the target by more than the tolerance."""
        if self.at_least:
            return self.measured < self.target * (1 - TOLERANCE)
        return self.measured > self.target * (1 + TOLERANCE)

    @property
    def word(self) -> str:
        return "ok" if self.reached else "FAILED" if self.failed else "close"

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"verdict": self.word}

    def lines(self) -> list[str]:
        target = f"target {'>=' if self.at_least else '<='} {self.target:g}{self.unit}"
        head = f"{self.bar:4} {self.word:7} {self.measured:8.2f}{self.unit} ({target})"
        return [f"{head}  {self.what}", *(f"       {side}: {text}" for side, text in self.sides.items())]


Measurement = Callable[[Sizes], list[Verdict]]


def median(rounds: Sequence[Round], figure: Callable[[Round], float]) -> float:
    return statistics.median(figure(one) for one in rounds)


def per_second(rounds: Sequence[Round]) -> float:
    return median(rounds, lambda one: one.per_second)


def told(rounds: Sequence[Round]) -> str:
    """One side's figures, and whether the load generator may have been its limit."""
    busy = median(rounds, lambda one: one.busy)
    text = (
        f"{per_second(rounds):,.0f}/s, p50 {1e3 * median(rounds, lambda one: one.p50):.2f} ms, "
        f"p99 {1e3 * median(rounds, lambda one: one.p99):.2f} ms, "
        f"server busy {median(rounds, lambda one: one.server_busy):.0%}, load busy {busy:.0%}"
    )
    return f"{text} (THE LOAD IS THE LIMIT)" if busy > LOAD_BUSY_MAX else text


def interleaved(sides: Sequence[Callable[[], Round]], rounds: int) -> list[list[Round]]:
    """A B A B ...: each round of each side, so that what disturbs one disturbs the other."""
    found: list[list[Round]] = [[] for _ in sides]
    for _ in range(rounds):
        for measure, kept in zip(sides, found, strict=True):
            kept.append(measure())
    return found
