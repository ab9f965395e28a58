"""Servers that stand still until the test says so, and several of them on one database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import grpc
import pytest

from services.composition import House, build, create_key, live_keys
from services.settings import Settings
from services.telemetry import Telemetry
from tests.integration.shop import Caller, ManualClock

# One process owns a SQLite file.
ON_POSTGRESQL: Final = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@asynccontextmanager
async def standing_still(settings: Settings, clock: ManualClock) -> AsyncIterator[House]:
    """A server whose worker works only when the test says so."""
    house = build(settings, clock, Telemetry(0.0))
    await house.database.open()
    await house.rpc.start()
    yield house
    await house.rpc.stop()
    await house.database.close()
    house.telemetry.shutdown()


async def other_caller(other: House) -> Caller:
    """A backend that calls another server of the same database."""
    new = create_key(other.database, "other", ("backend",))
    other.keyring.replace(live_keys(other.database))
    channel = grpc.aio.insecure_channel(f"127.0.0.1:{other.rpc.port}")
    return Caller(channel, (("authorization", f"Bearer {new.text}"),))
