"""The figures that sum answers up. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from services.feedback.rules.answers import SurveyKind

ANSWERS_MIN: Final = 30  # below it an interval is wider than any decision can use
Z95: Final = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Summary:
    """A figure with its 95 % interval, on the survey's own scale; all None without answers."""

    value: float | None
    low: float | None
    high: float | None
    answers: int

    @property
    def few_answers(self) -> bool:
        return self.answers < ANSWERS_MIN


def worth(survey: SurveyKind, answer: int) -> float:
    """What one answer adds to the figure: NPS +-100 or 0, CSAT 100 or 0, CES the answer itself."""
    if survey is SurveyKind.NPS:
        return 100.0 * ((answer >= 9) - (answer <= 6))
    return 100.0 * (answer >= 4) if survey is SurveyKind.CSAT else float(answer)


def summary(survey: SurveyKind, counts: Mapping[int, int]) -> Summary:
    """The mean worth of the answers (answer -> how many), with a normal interval from their variance."""
    total = sum(counts.values())
    if not total:
        return Summary(None, None, None, 0)
    mean = sum(worth(survey, answer) * count for answer, count in counts.items()) / total
    square = sum((worth(survey, answer) - mean) ** 2 * count for answer, count in counts.items())
    half = Z95 * math.sqrt(square / total / total)
    return Summary(mean, mean - half, mean + half, total)
