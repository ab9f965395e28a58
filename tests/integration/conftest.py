"""Who calls the service in its tests, and what every test of the ledger ends with."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.composition import House
from tests.conftest import CallerOf
from tests.integration.ledger import violations
from tests.integration.shop import Caller


@pytest.fixture
def team(caller_of: CallerOf) -> Caller:
    return caller_of("team")


@pytest.fixture
async def verified(house: House) -> AsyncIterator[None]:
    """After the test, no stored row breaks an invariant of `regulars verify`."""
    yield
    assert violations(house) == {}
