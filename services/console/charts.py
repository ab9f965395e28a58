"""Figures as pictures: what a chart shows, for the eye and as a table for a screen reader. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from services.console.words import (
    FORECASTER_WORDS,
    SEGMENT_WORDS,
    count,
    outcome,
    worded,
)
from services.engagement.reference import SEGMENT_NAMES

Tone = Literal["accent", "calm", "good", "warm", "bad", "muted"]

SEGMENT_TONES: Mapping[str, Tone] = {
    "CHAMPIONS": "good",
    "LOYAL": "good",
    "ACTIVE": "accent",
    "NEW": "accent",
    "PROMISING": "accent",
    "NEEDS_ATTENTION": "warm",
    "ALMOST_LOST": "warm",
    "AT_RISK": "bad",
    "PREVIOUSLY_LOYAL": "bad",
    "DORMANT": "muted",
    "PROSPECT": "muted",
}
STATE_TONES: Mapping[str, Tone] = {
    "CONVERTED": "good",
    "SENT": "accent",
    "PLANNED": "calm",
    "SUPPRESSED": "muted",
    "CANCELLED": "muted",
    "EXPIRED": "warm",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One bar or point: its name, its length, the figure as text, its colour, and its interval if it has one.

    value: None where nothing is known.
    """

    label: str
    value: float | None
    text: str
    tone: Tone
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Axis:
    """How the numbers beside a chart are written: times `factor`, between two texts."""

    factor: float = 1.0
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars that lie (`bars`) or stand (`columns`), or a line over `weeks`; `title` says what they mean.

    All begin at zero, so that a small difference looks small; only what can be negative begins below.
    """

    kind: Literal["bars", "columns", "weeks"]
    title: str
    marks: tuple[Mark, ...]
    value_max: float | None = None  # None: the longest bar fills the width
    value_min: float = 0.0
    axis: Axis = Axis()

    @property
    def spec(self) -> dict[str, Any]:
        """What the browser draws from."""
        return asdict(self)


def score_columns(counts: Sequence[int], width: int) -> Chart:
    """How many customers have a score in each range of `width` points."""
    marks = tuple(
        Mark(f"{step * width} to {(step + 1) * width}", number, count(number), "accent")
        for step, number in enumerate(counts)
    )
    return Chart("columns", "Customers by engagement score", marks)


def segment_bars(counts: Mapping[str, int]) -> Chart:
    marks = tuple(
        Mark(SEGMENT_WORDS[name], counts[name], count(counts[name]), SEGMENT_TONES[name])
        for name in SEGMENT_NAMES
        if counts.get(name)
    )
    return Chart("bars", "Customers by segment", marks)


def reminder_bars(counts: Mapping[tuple[str, str], int]) -> Chart:
    """Reminders by (state, reason): the best ends first, then the most frequent."""
    states = list(STATE_TONES)
    ranked = sorted(counts, key=lambda end: (states.index(end[0]), -counts[end], end[1]))
    marks = tuple(Mark(outcome(*end), counts[end], count(counts[end]), STATE_TONES[end[0]]) for end in ranked)
    return Chart("bars", "What became of today's reminders", marks)


def measure_bars(title: str, measure: str, measured: Mapping[str, Mapping[str, float]]) -> Chart:
    """One measure of the model beside its baselines; `measured` by forecaster, the model first."""
    marks = tuple(
        Mark(
            worded(FORECASTER_WORDS, name),
            found[measure],
            f"{found[measure]:.3f}",
            "accent" if name == "model" else "muted",
        )
        for name, found in measured.items()
    )
    return Chart("bars", title, marks, value_max=1.0)
