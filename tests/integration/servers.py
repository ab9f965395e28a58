"""Several servers on one database."""

from __future__ import annotations

from typing import Final

import grpc
import pytest

from services.composition import House, create_key, live_keys
from tests.integration.shop import Caller

# One process owns a SQLite file.
ON_POSTGRESQL: Final = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


async def other_caller(other: House) -> Caller:
    """A backend that calls another server of the same database."""
    new = create_key(other.database, "other", ("backend",))
    other.keyring.replace(live_keys(other.database))
    channel = grpc.aio.insecure_channel(f"127.0.0.1:{other.rpc.port}")
    return Caller(channel, (("authorization", f"Bearer {new.text}"),))
