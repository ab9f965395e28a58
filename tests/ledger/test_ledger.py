"""The ledger against a model of it: random episodes, in which both must agree after every step."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import pytest

from services.storage.database import make_engine
from tests.integration.shop import ManualClock
from tests.ledger.authors import Author
from tests.ledger.episodes import Disagreement, one_by_one, play, shrink, told
from tests.ledger.operations import Step
from tests.ledger.product import Product
from tests.ledger.programmes import programme

STEPS = 60  # of one episode: long enough for points to expire, short enough to be read
OPERATIONS = int(os.environ.get("REGULARS_LEDGER_OPERATIONS", "2000"))


@pytest.fixture
def product(database_url: str, clock: ManualClock) -> Iterator[Product]:
    made = Product(make_engine(database_url), clock, programme())
    yield made
    made.close()


def test_the_ledger_does_what_the_model_says(product: Product) -> None:
    played, seed = 0, 0
    while played < OPERATIONS:
        steps = Author(seed).episode(STEPS)
        found = play(product, steps)
        if found is not None:
            pytest.fail(f"episode {seed}, {smallest(product, steps, found)}")
        played += sum(len(step.commands) for step in steps)
        seed += 1


def smallest(product: Product, steps: Sequence[Step], found: Disagreement) -> str:
    """The shortest episode found in which the two disagree in the same way."""

    def fails(steps: Sequence[Step]) -> bool:
        again = play(product, steps)
        return again is not None and again.kind == found.kind

    alone = one_by_one(steps)
    kept = shrink(alone if fails(alone) else steps, fails)
    last = play(product, kept)
    assert last is not None
    return told(kept, last)
