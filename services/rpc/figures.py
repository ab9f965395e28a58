"""Figures and windows as messages, alike in every answer."""

from __future__ import annotations

from datetime import datetime

from regulars.types.v1 import figure_pb2

from services.intervals import Figure
from services.rpc.wire import moment, stamp


def figure_message(found: Figure) -> figure_pb2.Figure:
    return figure_pb2.Figure(
        value=found.value, low=found.low, high=found.high, n=found.n, unit=found.unit, few=found.few
    )


def window_message(since: datetime | None, until: datetime) -> figure_pb2.Window:
    """The time after `since` (None: from the beginning) up to and including `until`."""
    return figure_pb2.Window(**{"from": stamp(since)}, until=stamp(until))


def window_ends(window: figure_pb2.Window) -> tuple[datetime | None, datetime | None]:
    """When a window begins and ends, as far as it says so."""
    since = moment(getattr(window, "from")) if window.HasField("from") else None
    return since, moment(window.until) if window.HasField("until") else None
