"""The time that an answer is about. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.clock import EARLIEST
from services.errors import InvalidError, check_moment

REPORT_WINDOW: Final = timedelta(days=90)  # as long as the channels of a customer are counted


@dataclass(frozen=True, slots=True)
class Window:
    """The time after `since` (None: from the beginning) up to and including `until`."""

    since: datetime | None
    until: datetime

    @property
    def begins_after(self) -> datetime:
        """The same for a database, which wants a moment."""
        return self.since or EARLIEST - timedelta(days=1)


def whole_window(since: datetime | None, until: datetime | None, now: datetime) -> Window:
    """The window asked for, up to `now` when no end is told. Raises InvalidError."""
    end = now if until is None else until
    problem: InvalidError | None = check_moment(end, now, "window.until")
    if problem is None and since is not None:
        problem = check_moment(since, now, "window.from")
    if problem is None and since is not None and since >= end:
        problem = InvalidError("window.from: must lie before window.until", field="window.from")
    if problem is not None:
        raise problem
    return Window(since, end)


def report_window(since: datetime | None, until: datetime | None, now: datetime) -> Window:
    """The window asked for, of 90 days when no beginning is told. Raises InvalidError."""
    asked = whole_window(since, until, now)
    return Window(asked.until - REPORT_WINDOW if since is None else since, asked.until)
