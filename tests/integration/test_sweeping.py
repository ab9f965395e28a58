"""When the next sweep comes, by what was due and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from services.errors import RegularsError
from services.programme.programme import Programme
from services.storage.database import make_engine
from services.storage.outbox import Claimed
from services.storage.sweeping import REST, plan_next, swept
from services.storage.tables import outbox
from services.storage.unit import UnitOfWork
from services.storage.vault import Vault
from services.storage.writer import StorageFailedError
from tests.integration.shop import NOON

NOW_AND_THEN = (None, NOON - timedelta(days=1), NOON + timedelta(days=1))
WORK = Claimed(1, "test.sweep", "all", {"recurs": True}, NOON, 1)


def planned(
    database_url: str, moments: Sequence[datetime | None], answers: Sequence[RegularsError | None]
) -> timedelta:
    """How long after a sweep with these answers the next one comes."""
    engine = make_engine(database_url)
    with engine.begin() as connection:
        unit = UnitOfWork(connection, NOON, Programme(), Vault(bytes(32)))
        plan_next(unit, [swept(WORK, answers)], moments)
        query = select(outbox.c.due_at).where(outbox.c.topic == WORK.topic)
        due_at: datetime = connection.execute(query).scalar_one()
    engine.dispose()
    return due_at - NOON


@pytest.mark.parametrize("answers", [(), (None,), (StorageFailedError(), None)])
def test_what_fell_due_during_a_sweep_is_swept_at_once(
    database_url: str, answers: Sequence[RegularsError | None]
) -> None:
    assert planned(database_url, NOW_AND_THEN, answers) == timedelta(0)


def test_a_sweep_that_got_nothing_done_rests_first(database_url: str) -> None:
    assert planned(database_url, NOW_AND_THEN, [StorageFailedError()]) == REST


@pytest.mark.parametrize("seconds", [1, 59])
def test_the_next_sweep_comes_when_something_is_due(database_url: str, seconds: int) -> None:
    moment = NOON + timedelta(seconds=seconds)
    assert planned(database_url, [moment, None], [StorageFailedError()]) == timedelta(seconds=seconds)


@pytest.mark.parametrize("moments", [(), (None,), (NOON + timedelta(days=1),)])
def test_the_next_sweep_comes_after_a_rest_at_the_latest(
    database_url: str, moments: Sequence[datetime | None]
) -> None:
    assert planned(database_url, moments, ()) == REST
