"""The figures that sum cases up, and the comparison of who comes back after one. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.feedback.rules.cases import CaseState
from services.feedback.rules.durations import Duration, quantile
from services.intervals import Figure, newcombe, wilson
from services.spans import Span

HOURS: Final = "hours"
CASES_MAX: Final = 100_000  # read at once, the latest first: about a second of one core
LANDMARK: Final = timedelta(days=14)  # whoever sees to a case has by then, and the customer remembers it
REPEAT_SPAN: Final = timedelta(days=90)  # in which most who will buy again do
CAVEAT: Final = (
    "Whose case was resolved was not drawn by lot: cases that are easy to resolve, and customers who are "
    "easy to reach, may differ from the others in how often they buy anyway. Both groups are counted from "
    "the same number of days after the opening, so that no time before a resolution counts for it."
)


class CaseGrouping(StrEnum):
    """The field that cases are told apart by."""

    NONE = ""
    CAUSE = "cause"
    CHANNEL = "channel"
    THEME = "theme"


@dataclass(frozen=True, slots=True)
class CaseTimes:
    """What a report looks at of one case."""

    opened_at: datetime
    state: CaseState
    cause: str
    channel: str
    theme: str
    due_at: datetime
    respond_by: datetime | None
    responded_at: datetime | None
    first_resolved_at: datetime | None
    resolved_in_time: bool | None
    reopenings: int

    def was_answered_in_time(self, now: datetime) -> bool | None:
        """Whether the first response came in time; None: it may yet, or there was no target."""
        if self.respond_by is None:
            return None
        if self.responded_at is not None:
            return self.responded_at <= self.respond_by
        return False if self.respond_by <= now else None

    def was_resolved_in_time(self, now: datetime) -> bool | None:
        """Whether the first resolution came in time; None: it may yet."""
        if self.first_resolved_at is not None:
            return self.resolved_in_time
        return False if self.state is not CaseState.WAITING and self.due_at <= now else None

    def lasted(self, end: datetime | None, now: datetime) -> Duration:
        """From the opening to an end, or until now."""
        hours = ((end or now) - self.opened_at) / timedelta(hours=1)
        return Duration(max(hours, 0.0), end is not None)


@dataclass(frozen=True, slots=True)
class CaseFigures:
    """The cases of one group, summed up as of a moment."""

    group: str
    opened: int
    resolved: Figure
    responded_in_time: Figure
    resolved_in_time: Figure
    response_median: Figure
    response_p90: Figure
    resolution_median: Figure
    resolution_p90: Figure
    reopened: Figure


@dataclass(frozen=True, slots=True)
class CaseReport:
    """The cases of a window: all, by group, and week by week; `cut` when there were too many to read."""

    total: CaseFigures
    groups: tuple[CaseFigures, ...]
    weeks: tuple[tuple[Span, CaseFigures], ...]
    cut: bool


def report(
    found: Sequence[CaseTimes], span: Span, weeks: Sequence[Span], grouping: CaseGrouping, now: datetime
) -> CaseReport:
    """Sum up cases. found: the latest of the window and of the weeks, one more than are read where cut."""
    read = found[:CASES_MAX]
    inside = _within(read, span)
    return CaseReport(
        sum_up(inside, now),
        tuple(_by_group(inside, grouping, now)),
        tuple((week, sum_up(_within(read, week), now)) for week in weeks),
        len(found) > len(read),
    )


def _within(found: Iterable[CaseTimes], span: Span) -> list[CaseTimes]:
    return [one for one in found if span.since < one.opened_at <= span.until]


def _by_group(found: Iterable[CaseTimes], grouping: CaseGrouping, now: datetime) -> list[CaseFigures]:
    """The largest group first."""
    groups: dict[str, list[CaseTimes]] = {}
    for one in found if grouping else ():
        groups.setdefault(getattr(one, grouping), []).append(one)
    figures = [sum_up(of, now, group) for group, of in groups.items()]
    return sorted(figures, key=lambda one: (-one.opened, one.group))


def sum_up(found: Sequence[CaseTimes], now: datetime, group: str = "") -> CaseFigures:
    """The figures of some cases as they are known at `now`."""
    ended = [one for one in found if one.first_resolved_at is not None]
    responses = [one.lasted(one.responded_at, now) for one in found]
    resolutions = [one.lasted(one.first_resolved_at, now) for one in found]
    return CaseFigures(
        group=group,
        opened=len(found),
        resolved=_share(found, lambda one: one.state is CaseState.RESOLVED),
        responded_in_time=_share(found, lambda one: one.was_answered_in_time(now)),
        resolved_in_time=_share(found, lambda one: one.was_resolved_in_time(now)),
        response_median=quantile(responses, 0.5, HOURS),
        response_p90=quantile(responses, 0.9, HOURS),
        resolution_median=quantile(resolutions, 0.5, HOURS),
        resolution_p90=quantile(resolutions, 0.9, HOURS),
        reopened=_share(ended, lambda one: one.reopenings > 0),
    )


def _share(found: Iterable[CaseTimes], verdict_of: Callable[[CaseTimes], bool | None]) -> Figure:
    """The share for which it holds, of those of which it is known."""
    verdicts = [verdict for one in found if (verdict := verdict_of(one)) is not None]
    return wilson(sum(verdicts), len(verdicts))


@dataclass(frozen=True, slots=True)
class FirstCase:
    """A customer's first case of a window."""

    customer_id: str
    opened_at: datetime
    first_resolved_at: datetime | None

    @property
    def landmark(self) -> datetime:
        return self.opened_at + LANDMARK

    @property
    def is_resolved(self) -> bool:
        """Whether it was by the landmark."""
        return self.first_resolved_at is not None and self.first_resolved_at <= self.landmark


@dataclass(frozen=True, slots=True)
class Recovery:
    """The share who bought again, of those whose case was resolved and of the others."""

    resolved: Figure
    unresolved: Figure
    difference: Figure


def recovery(found: Sequence[FirstCase], bought_at: Mapping[str, Sequence[datetime]]) -> Recovery:
    """Compare who bought again between the landmark and the end of the days for it.

    bought_at: when each customer's kept orders were placed.
    """
    shares = [
        _repeated([one for one in found if one.is_resolved is ended], bought_at) for ended in (True, False)
    ]
    return Recovery(shares[0], shares[1], newcombe(shares[0], shares[1]))


def _repeated(found: Sequence[FirstCase], bought_at: Mapping[str, Sequence[datetime]]) -> Figure:
    again = [
        any(one.landmark < at <= one.landmark + REPEAT_SPAN for at in bought_at.get(one.customer_id, ()))
        for one in found
    ]
    return wilson(sum(again), len(again))


def mature_span(until: datetime, days: int) -> Span:
    """The days of openings after which everybody has had the time to buy again by `until`."""
    end = until - LANDMARK - REPEAT_SPAN
    return Span(end - timedelta(days=days), end)
