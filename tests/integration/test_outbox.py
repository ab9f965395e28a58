"""Work that is due later: claimed by one, tried again later and later, and never forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from services.programme.programme import Programme
from services.storage import outbox, tables
from services.storage.database import make_engine
from services.storage.outbox import ATTEMPTS_MAX, LEASE, RETRY_FIRST, Claimed, Work
from services.storage.unit import UnitOfWork
from services.storage.vault import Vault
from tests.integration.servers import ON_POSTGRESQL
from tests.integration.shop import NOON

SECOND = timedelta(seconds=1)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    found = make_engine(database_url)
    yield found
    found.dispose()


def enqueue(engine: Engine, *keys: str, after: timedelta = timedelta(0)) -> None:
    with engine.begin() as connection:
        unit = UnitOfWork(connection, NOON, Programme(), Vault(bytes(32)))
        outbox.enqueue(unit, [Work("topic", key, {"for": key}, NOON + after) for key in keys])


def claim(engine: Engine, after: timedelta = timedelta(0), limit: int = 10) -> list[Claimed]:
    with engine.begin() as connection:
        return outbox.claim(connection, NOON + after, limit)


def fail(engine: Engine, work: Claimed, after: timedelta = timedelta(0)) -> None:
    with engine.begin() as connection:
        outbox.failed(connection, work, "DeliveryError: 500", NOON + after)


def rows(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(tables.outbox)).scalar_one())


def test_what_is_not_due_is_not_claimed(engine: Engine) -> None:
    enqueue(engine, "later", after=SECOND)
    assert claim(engine) == []
    assert [one.work_key for one in claim(engine, SECOND)] == ["later"]


def test_what_is_claimed_is_not_claimed_twice(engine: Engine) -> None:
    enqueue(engine, "a", "b", "c")
    first, second = claim(engine, limit=2), claim(engine, limit=2)
    assert len(first) == 2
    assert len({one.work_key for one in (*first, *second)}) == 3


@ON_POSTGRESQL
def test_two_claims_at_the_same_time_share_nothing(engine: Engine) -> None:
    enqueue(engine, *(f"w{number}" for number in range(10)))
    with engine.begin() as one, engine.begin() as other:
        first, second = outbox.claim(one, NOON, 6), outbox.claim(other, NOON, 6)
    assert (len(first), len(second)) == (6, 4)
    assert not {work.work_key for work in first} & {work.work_key for work in second}


def test_the_work_of_a_worker_that_died_is_claimed_again_when_its_lease_ends(engine: Engine) -> None:
    enqueue(engine, "a")
    (lost,) = claim(engine)
    assert claim(engine, LEASE - SECOND) == []
    (again,) = claim(engine, LEASE)
    assert (again.work_id, again.attempts) == (lost.work_id, 2)


# --- a process that has the database for itself, after one that was killed ---


def release(engine: Engine, after: timedelta = timedelta(0)) -> None:
    with engine.begin() as connection:
        outbox.release(connection, NOON + after)


def test_what_the_dead_had_claimed_is_due_soon_after_it_is_released(engine: Engine) -> None:
    enqueue(engine, "a", "b")
    claim(engine)
    release(engine, SECOND)
    assert claim(engine, RETRY_FIRST) == []
    assert len(claim(engine, SECOND + RETRY_FIRST)) == 2


def test_what_the_dead_had_claimed_after_a_failure_is_released_too(engine: Engine) -> None:
    enqueue(engine, "a")
    (work,) = claim(engine)
    fail(engine, work)
    claim(engine, RETRY_FIRST)
    release(engine, RETRY_FIRST)
    assert len(claim(engine, RETRY_FIRST + RETRY_FIRST * 2)) == 1


def test_work_that_kills_each_process_rests_ever_longer_but_no_longer_than_its_lease(engine: Engine) -> None:
    enqueue(engine, "a")
    now, rests = timedelta(0), []
    for _ in range(8):
        (claimed,) = claim(engine, now)
        release(engine, now)
        with engine.connect() as connection:
            due_at = outbox.next_due_at(connection)
        assert due_at is not None
        rests.append(due_at - NOON - now)
        now = due_at - NOON
    assert rests == [*(RETRY_FIRST * 2**step for step in range(5)), LEASE, LEASE, LEASE]
    assert claimed.attempts == 8


def test_a_second_release_puts_nothing_off(engine: Engine) -> None:
    enqueue(engine, "a")
    claim(engine)
    release(engine)
    release(engine, SECOND)
    assert len(claim(engine, RETRY_FIRST)) == 1


def test_a_release_leaves_alone_what_waits_for_its_moment_or_for_another_try(engine: Engine) -> None:
    enqueue(engine, "timer", after=10 * SECOND)
    enqueue(engine, "failing")
    now = timedelta(0)
    for step in range(3):
        (work,) = claim(engine, now)
        fail(engine, work, now)
        now += RETRY_FIRST * 2**step
    release(engine, 7 * SECOND)
    assert now > 7 * SECOND + RETRY_FIRST
    assert claim(engine, 7 * SECOND + RETRY_FIRST) == []
    assert {one.work_key for one in claim(engine, now)} == {"timer", "failing"}


def test_the_same_key_replaces_what_waits(engine: Engine) -> None:
    enqueue(engine, "a")
    enqueue(engine, "a", after=SECOND)
    assert (rows(engine), claim(engine)) == (1, [])


def test_what_is_done_or_dropped_is_gone(engine: Engine) -> None:
    enqueue(engine, "a", "b")
    (work, _) = claim(engine)
    with engine.begin() as connection:
        outbox.done(connection, [work.work_id])
        outbox.drop(connection, [("topic", "a"), ("topic", "b"), ("topic", "never was")])
    assert rows(engine) == 0


def test_pauses_double_until_the_work_is_dead_and_the_dead_stay_to_be_seen(engine: Engine) -> None:
    enqueue(engine, "a")
    now, pauses = timedelta(0), []
    for _ in range(ATTEMPTS_MAX):
        (work,) = claim(engine, now)
        fail(engine, work, now)
        with engine.connect() as connection:
            due_at = connection.execute(select(tables.outbox.c.due_at)).scalar_one()
        pauses.append((due_at - NOON) - now)
        now = due_at - NOON
    assert pauses == [RETRY_FIRST * 2**step for step in range(ATTEMPTS_MAX)]
    assert claim(engine, now + timedelta(days=365)) == []
    with engine.connect() as connection:
        assert outbox.next_due_at(connection) is None
        assert connection.execute(select(tables.outbox.c.last_error)).scalar_one() == "DeliveryError: 500"


def test_the_next_due_moment_is_the_earliest(engine: Engine) -> None:
    enqueue(engine, "late", after=5 * SECOND)
    enqueue(engine, "soon", after=SECOND)
    with engine.connect() as connection:
        assert outbox.next_due_at(connection) == NOON + SECOND


def test_work_that_recurs_never_dies(engine: Engine) -> None:
    with engine.begin() as connection:
        outbox.plan(connection, Work("topic", "sweep", {"recurs": True}, NOON))
    at = timedelta(0)
    for _ in range(ATTEMPTS_MAX + 5):
        (work,) = claim(engine, at)
        fail(engine, work, at)
        at += RETRY_FIRST * 2 ** (ATTEMPTS_MAX - 1)  # the longest pause
    assert len(claim(engine, at)) == 1


def test_planning_what_waits_already_changes_nothing(engine: Engine) -> None:
    for after in (SECOND, 2 * SECOND):
        with engine.begin() as connection:
            outbox.plan(connection, Work("topic", "sweep", {}, NOON + after))
    assert [work.due_at for work in claim(engine, SECOND)] == [NOON + SECOND + LEASE]


def test_the_end_of_dropped_work_ends_no_other_work_that_took_its_number(engine: Engine) -> None:
    enqueue(engine, "cart-1")
    (claimed,) = claim(engine)
    enqueue(engine, "cart-1")  # news of the cart: the clock starts again, on SQLite under the same number
    with engine.begin() as connection:
        outbox.done(connection, [claimed.work_id])
        outbox.failed(connection, claimed, "DeliveryError: 500", NOON)
    assert [work.work_key for work in claim(engine)] == ["cart-1"]
