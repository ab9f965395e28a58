"""What comments speak of. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.feedback.rules.answers import Polarity, SurveyKind
from services.feedback.rules.figures import figure_of
from services.intervals import Figure, wilson
from services.programme.themes import Theme, words_of

COMMENTS_MAX: Final = 20_000  # read at once, the latest first: about a second of one core


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote to an answer."""

    text: str
    kind: SurveyKind
    answer: int


@dataclass(frozen=True, slots=True)
class ThemeCount:
    """How many comments name a theme, which share of all, and the NPS of the answers that they belong to."""

    name: str
    comments: int
    share: Figure
    nps: Figure


@dataclass(frozen=True, slots=True)
class ThemeReport:
    """The themes of so many comments; `cut` when there were more than are read at once."""

    counts: tuple[ThemeCount, ...]
    comments: int
    cut: bool


def report_themes(themes: Sequence[Theme], found: Sequence[Comment]) -> ThemeReport:
    """The themes of the latest comments."""
    read = found[:COMMENTS_MAX]
    return ThemeReport(tuple(count_themes(themes, read)), len(read), len(found) > len(read))


def count_themes(themes: Sequence[Theme], comments: Sequence[Comment]) -> list[ThemeCount]:
    """The themes of the comments, the most frequent first. A comment may name several, each once."""
    phrases = [(theme.name, tuple(map(words_of, theme.words))) for theme in themes]
    named: Counter[str] = Counter()
    scores: dict[str, Counter[int]] = {theme.name: Counter() for theme in themes}
    for comment in comments:
        text = words_of(comment.text)
        for name in (name for name, words in phrases if any(word in text for word in words)):
            named[name] += 1
            if comment.kind is SurveyKind.NPS:
                scores[name][comment.answer] += 1
    counts = [
        ThemeCount(
            theme.name,
            named[theme.name],
            wilson(named[theme.name], len(comments)),
            figure_of(SurveyKind.NPS, Polarity.NONE, scores[theme.name]),
        )
        for theme in themes
    ]
    return sorted(counts, key=lambda one: (-one.comments, one.name))
