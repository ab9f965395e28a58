"""What every part of `RewardsService` stands on."""

from __future__ import annotations

from typing import Any, Final

from grpc.aio import ServicerContext

from services.storage.database import Database

Context = ServicerContext[Any, Any]

ID_BYTES: Final = 16  # of chance in an id: never drawn twice


class Part:
    """Some of the service's methods; the parts share one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
