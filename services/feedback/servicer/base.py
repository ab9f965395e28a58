"""What every part of the services of `feedback` stands on."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, Final

from grpc.aio import ServicerContext

from services.errors import check_moment
from services.rpc.wire import moment
from services.storage.database import Database

Context = ServicerContext[Any, Any]

ID_BYTES: Final = 16  # nobody can guess another's
WINDOW_DAYS_DEFAULT: Final = 90  # a quarter: what a team looks at
WEEKS_DEFAULT: Final = 13  # the same quarter


class Part:
    """Some of a service's methods; the parts share one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def _until(self, request: Any) -> datetime:
        """The end that a caller stated, or now; raises InvalidError for one that no answer lies before."""
        now = self._database.clock.now()
        until = moment(request.until) if request.HasField("until") else now
        problem = check_moment(until, now, "until")
        if problem is not None:
            raise problem
        return until


def new_id() -> str:
    """Names a complaint or a gift."""
    return secrets.token_hex(ID_BYTES)
