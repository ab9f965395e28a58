from datetime import datetime

import polars as pl
import pytest

from models import training
from models.training import Trained
from tests.unit.models.shop import AS_OF, Ledger, build_shop


@pytest.fixture(scope="session")
def shop() -> pl.DataFrame:
    return build_shop(900)


@pytest.fixture(scope="session")
def tiny_shop() -> pl.DataFrame:
    return build_shop(100)


@pytest.fixture(scope="session")
def as_of() -> datetime:
    return AS_OF


@pytest.fixture(scope="session")
def trained(shop: pl.DataFrame, as_of: datetime) -> Trained:
    return training.train(shop, as_of, threads=1)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()
