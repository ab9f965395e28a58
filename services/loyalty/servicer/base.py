"""What every part of `LoyaltyService` stands on."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, Final

from grpc.aio import ServicerContext

from services.storage.database import Database

ID_BYTES: Final = 16  # two that are the same will not happen

Context = ServicerContext[Any, Any]


class Part:
    """Some of the service's methods; the parts share one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def _now(self) -> datetime:
        return self._database.clock.now()


def new_id() -> str:
    """Names a hold, an adjustment or a transfer."""
    return secrets.token_hex(ID_BYTES)
