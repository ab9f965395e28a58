"""The ledger against a model of it: random episodes, in which both must agree after every step."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from services.storage.database import make_engine
from tests.integration.shop import ManualClock
from tests.ledger.machine import explore
from tests.ledger.product import Product
from tests.ledger.programmes import programme

STEPS = 60  # of one episode: long enough for points to expire, short enough to be read
COMMANDS = 60  # of one episode at least: now and then several arrive together
OPERATIONS = int(os.environ.get("REGULARS_LEDGER_OPERATIONS", "2000"))


@pytest.fixture
def product(database_url: str, clock: ManualClock) -> Iterator[Product]:
    made = Product(make_engine(database_url), clock, programme())
    yield made
    made.close()


@pytest.mark.timeout(7200)  # of the long form, and of making short what was found
def test_the_ledger_does_what_the_model_says(product: Product) -> None:
    most = settings(max_examples=OPERATIONS // COMMANDS, stateful_step_count=STEPS)
    assert explore(product, most) >= OPERATIONS
