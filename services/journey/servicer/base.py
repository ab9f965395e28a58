"""What every part of `JourneyService` stands on."""

from __future__ import annotations

from typing import Any

from grpc.aio import ServicerContext

from services.journey.rules.touches import Words
from services.storage.database import Database

Context = ServicerContext[Any, Any]


class Part:
    """Some of the service's methods; the parts share one database and its programme's words."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._words = Words.of(database.programme)
