"""Who calls the service in its tests, and what every test of the ledger ends with."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.composition import House
from services.verification.checks import Scene
from services.verification.running import verify
from tests.conftest import CallerOf
from tests.integration.shop import Caller


@pytest.fixture
def team(caller_of: CallerOf) -> Caller:
    return caller_of("team")


@pytest.fixture
async def verified(house: House) -> AsyncIterator[None]:
    """After the test, no stored row breaks an invariant of `regulars verify`."""
    yield
    with house.database.engine.connect() as connection:
        scene = Scene(connection, house.clock.now(), house.database.programme)
        broken = {one.check.check_id: one.violation for one in verify(scene) if one.violation is not None}
    assert broken == {}
