from collections.abc import AsyncIterator

import httpx
import pytest

from services.composition import open_database, take_in_rules
from services.console.access import Access
from services.console.app import build_app
from services.settings import Settings
from services.storage.database import Database
from tests.integration.shop import ManualClock

ADDRESS = "http://127.0.0.1"


@pytest.fixture
async def database(settings: Settings, clock: ManualClock) -> AsyncIterator[Database]:
    opened = open_database(settings, clock)
    take_in_rules(opened)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def access() -> Access:
    return Access()


@pytest.fixture
async def stranger(database: Database, access: Access) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without a session."""
    app = build_app(database, access=access, notice="Walks are simulated", hosts=("console.example",))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS) as client:
        yield client


@pytest.fixture
async def reader(stranger: httpx.AsyncClient, access: Access) -> httpx.AsyncClient:
    """A browser that used the sign-in link."""
    await stranger.get(access.link(ADDRESS))
    return stranger
