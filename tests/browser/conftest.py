import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from services.composition import open_database
from services.console.access import Access
from services.console.app import build_app
from services.console.serving import serving
from services.settings import Settings
from services.storage.database import Database
from tests.conftest import missing
from tests.integration.shop import ManualClock

ON_ONE_LOOP = pytest.mark.asyncio(loop_scope="session")

expect.set_options(timeout=20_000)  # ms: a busy machine draws a page in seconds

# A browser for tests: no sandbox in a container, no traffic of its own.
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium() -> str:
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        missing("there is no chromium on this machine")
        raise AssertionError  # unreachable: missing() ends the test
    return found


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A browser sees no difference between the databases: SQLite in the test's folder."""
    shutil.copy(sqlite_template, tmp_path / "regulars.db")
    return ""


@pytest_asyncio.fixture(loop_scope="session")
async def database(settings: Settings, clock: ManualClock) -> AsyncIterator[Database]:
    opened = open_database(settings, clock)
    await opened.open()
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def link(database: Database) -> AsyncIterator[str]:
    """The sign-in link of a console that runs."""
    access = Access()
    app = build_app(database, access=access, notice="Walks are simulated")
    async with serving(app, "127.0.0.1", 0) as port:
        yield access.link(f"http://127.0.0.1:{port}")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def started(chromium: str) -> AsyncIterator[Browser]:
    """One browser for all tests, so that all run on one event loop: `ON_ONE_LOOP` marks them."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(started: Browser) -> AsyncIterator[Browser]:
    """The browser with nothing in it: what a test opens goes with the test."""
    yield started
    for context in started.contexts:
        await context.close()
