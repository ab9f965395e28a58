"""What every part of the services of `feedback` stands on."""

from __future__ import annotations

import secrets
from typing import Any, Final

from grpc.aio import ServicerContext

from services.storage.database import Database

Context = ServicerContext[Any, Any]

ID_BYTES: Final = 16  # nobody can guess another's


class Part:
    """Some of a service's methods; the parts share one database."""

    def __init__(self, database: Database) -> None:
        self._database = database


def new_id() -> str:
    """Names a complaint or a gift."""
    return secrets.token_hex(ID_BYTES)
