"""The figures that sum answers and invitations up. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.feedback.rules.answers import HAPPY_FROM, NEUTRAL_FROM, Polarity, SurveyKind
from services.intervals import Figure, mean, net_promoters, wilson

PERCENT: Final = "percent"
UNITS_OF_EFFORT: Final = {  # the two are never one figure
    Polarity.EASY: "mean of 1 to 7, 7 is easy",
    Polarity.EFFORT: "mean of 1 to 7, 7 is effort",
}
KINDS: Final = (  # everything that has a figure of its own
    (SurveyKind.NPS, Polarity.NONE),
    (SurveyKind.CSAT, Polarity.NONE),
    (SurveyKind.CES, Polarity.EASY),
    (SurveyKind.CES, Polarity.EFFORT),
)


@dataclass(frozen=True, slots=True)
class Responses:
    """How many invitations were sent, and how many of them were answered or still can be in time."""

    sent: int = 0
    answered: int = 0
    open: int = 0

    @property
    def rate(self) -> Figure:
        return wilson(self.answered, self.sent)


def figure_of(kind: SurveyKind, polarity: Polarity, counts: Mapping[int, int]) -> Figure:
    """The figure of answers to one kind of survey. counts: answer -> how many gave it.

    NPS = 100 * (promoters - detractors) / n, CSAT = 100 * n(4-5) / n, CES = the mean of 1 to 7.
    """
    n = sum(counts.values())
    happy = sum(number for answer, number in counts.items() if answer >= HAPPY_FROM[kind])
    if kind is SurveyKind.CSAT:
        return wilson(happy, n).scaled(100.0, PERCENT)
    if kind is SurveyKind.NPS:
        neutral = sum(number for answer, number in counts.items() if answer >= NEUTRAL_FROM[kind])
        return net_promoters(happy, n - neutral, n)
    total = sum(answer * number for answer, number in counts.items())
    squares = sum(answer * answer * number for answer, number in counts.items())
    return mean(n, total, squares, UNITS_OF_EFFORT[polarity])
