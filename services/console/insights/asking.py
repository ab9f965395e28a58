"""The form that asks what changed around a day: from its fields to a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Final

from services.errors import InvalidError
from services.insights.rules.actions import DAYS_DEFAULT, Metric, Windows, windows_around
from services.programme.programme import Programme
from services.spans import midnight

DAYS: Final = ("7", "14", "30", "60", "90", "180", "365")
TEXT_MAX: Final = 2_000  # of a filter, as in the API
SAVED: Final = "saved:"  # before the id of a saved segment; no segment of today's scores is named so


class DayInvalidError(InvalidError):
    """Choose the day on which the action began."""

    reason = "DAY_INVALID"


@dataclass(frozen=True, slots=True)
class Asked:
    """The fields of the form, as they were sent."""

    day: str = ""
    days: str = str(DAYS_DEFAULT)
    metric: str = Metric.ORDER_VALUE.value
    segment: str = ""
    filter: str = ""

    @property
    def saved(self) -> str:
        """The id of the saved segment that is the group; empty without one. A filter goes before it."""
        return self.segment.removeprefix(SAVED) if self.segment.startswith(SAVED) and not self.filter else ""

    @property
    def group(self) -> str:
        """The filter that finds the group; empty for everybody and for a saved segment."""
        if self.filter or not self.segment or self.saved:
            return self.filter
        return f'segment = "{self.segment}"'


def asked_of(sent: Mapping[str, str]) -> Asked:
    """The form's fields; what is missing is as at the first visit."""
    known = {field.name: sent[field.name].strip()[:TEXT_MAX] for field in fields(Asked) if field.name in sent}
    return Asked(**known)


def windows_of(asked: Asked, now: datetime, programme: Programme) -> Windows:
    """The times before and after midnight of the day. Raises InvalidError with a sentence for the reader."""
    try:
        moment = midnight(date.fromisoformat(asked.day), programme.zone)
    except ValueError as error:
        raise DayInvalidError from error
    days = int(asked.days) if asked.days in DAYS else DAYS_DEFAULT
    windows = windows_around(moment, days, now)
    if isinstance(windows, InvalidError):
        raise windows
    return windows


def metric_of(asked: Asked) -> Metric:
    """The metric; the first one when it is none."""
    return Metric(asked.metric) if asked.metric in set(Metric) else Metric.ORDER_VALUE
