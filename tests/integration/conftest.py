"""Who calls the service in its tests, and what every test of the ledger ends with."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from services.composition import House, build, create_key, live_keys, running
from services.importing.orders import ImportOptions, import_orders
from services.importing.sending import Server
from services.settings import Settings
from services.telemetry import Telemetry
from tests.conftest import CallerOf
from tests.integration.ledger import violations
from tests.integration.shop import Caller, ManualClock

REAL_ORDERS: Final = Path(__file__).parents[2] / "services/demo/orders/online_retail.parquet"
NIGHT: Final = datetime(2011, 12, 10, 3, tzinfo=UTC)  # after the last day; nobody ordered at the year's edge


@pytest.fixture(scope="session")
def retail(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder, to copy, of a server that has imported the real orders of Online Retail."""
    folder = tmp_path_factory.mktemp("retail")
    shutil.copy(sqlite_template, folder / "regulars.db")
    asyncio.run(_import_real_orders(folder))
    return folder


async def _import_real_orders(folder: Path) -> None:
    settings = Settings(data_dir=folder, port=0, console_port=0)
    async with running(build(settings, ManualClock(NIGHT), Telemetry(0.0))) as house:
        key = create_key(house.database, "import", ("backend",))
        house.keyring.replace(live_keys(house.database))
        report = await import_orders(
            ImportOptions(REAL_ORDERS, Server(f"127.0.0.1:{house.rpc.port}", key.text))
        )
        assert report.orders_imported > 18_000


@pytest.fixture
def team(caller_of: CallerOf) -> Caller:
    return caller_of("team")


@pytest.fixture
async def verified(house: House) -> AsyncIterator[None]:
    """After the test, no stored row breaks an invariant of `regulars verify`."""
    yield
    assert violations(house) == {}
