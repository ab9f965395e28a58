"""What every part of `EngagementService` stands on."""

from __future__ import annotations

from typing import Any

from grpc.aio import ServicerContext

from services.engagement.queries.versions import Shelf
from services.storage.database import Database

Context = ServicerContext[Any, Any]


class Part:
    """Some of the service's methods; the parts share one database and one shelf of score versions."""

    def __init__(self, database: Database, shelf: Shelf) -> None:
        self._database = database
        self._shelf = shelf
