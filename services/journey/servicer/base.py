"""What every part of `JourneyService` stands on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from grpc.aio import ServicerContext
from regulars.types.v1.figure_pb2 import Window as WindowMessage

from services.journey.rules.touches import Words
from services.rpc.wire import moment
from services.storage.database import Database

Context = ServicerContext[Any, Any]


class Part:
    """Some of the service's methods; the parts share one database and its programme's words."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._words = Words.of(database.programme)


def ends_of(window: WindowMessage) -> tuple[datetime | None, datetime | None]:
    """When a window begins and ends, as far as it says so."""
    since = moment(getattr(window, "from")) if window.HasField("from") else None
    return since, moment(window.until) if window.HasField("until") else None
