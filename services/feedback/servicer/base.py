"""What every part of the services of `feedback` stands on."""

from __future__ import annotations

from typing import Any

from grpc.aio import ServicerContext

from services.storage.database import Database

Context = ServicerContext[Any, Any]


class Part:
    """Some of a service's methods; the parts share one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
