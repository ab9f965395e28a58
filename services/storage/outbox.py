"""Work that leaves a transaction: messages to send, and timers that ring later. One row per topic and key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, delete, func, select, update

from services.storage.sets import insert_new
from services.storage.tables import outbox
from services.storage.unit import UnitOfWork

# Six times what the slowest receiver may take. On PostgreSQL nobody can tell a dead server from a slow one,
# and what the dead had claimed rests that long. A server with a database of its own can tell: see `release`.
LEASE: Final = timedelta(seconds=60)
ATTEMPTS_MAX: Final = 8  # with doubling pauses from 2 s: about eight minutes of a provider's outage
RETRY_FIRST: Final = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Work:
    """Something to do at `due_at`; the key makes it one of its kind."""

    topic: str
    work_key: str
    payload: Mapping[str, Any]
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    """A piece of work that is ours until the lease ends."""

    work_id: int
    topic: str
    work_key: str
    payload: Mapping[str, Any]
    due_at: datetime
    attempts: int

    @property
    def customer_id(self) -> str:
        """Which writer takes it."""
        return str(self.payload.get("customer_id", self.work_key))

    @property
    def recurs(self) -> bool:
        """Whether it is tried for ever, because it comes again and again."""
        return bool(self.payload.get("recurs"))


def enqueue(unit: UnitOfWork, work: Iterable[Work]) -> None:
    """Add work, or replace what waits under the same topic and key."""
    waiting = list(work)
    if waiting:
        drop(unit.connection, [(one.topic, one.work_key) for one in waiting])
        insert_new(unit.connection, outbox, [_row(one) for one in waiting])
        unit.has_due_work |= any(one.due_at <= unit.now for one in waiting)


def _row(work: Work) -> dict[str, Any]:
    return {
        "topic": work.topic,
        "work_key": work.work_key,
        "payload": dict(work.payload),
        "due_at": work.due_at,
        "attempts": 0,
    }


def plan(connection: Connection, work: Work) -> None:
    """Add work unless it waits already under the same topic and key."""
    insert_new(connection, outbox, [_row(work)])


def find(connection: Connection, topic: str, work_key: str) -> Mapping[str, Any] | None:
    """The payload of what waits under the topic and key; None when nothing does."""
    payload: Mapping[str, Any] | None = connection.execute(
        _FIND, {"of_topic": topic, "of_key": work_key}
    ).scalar_one_or_none()
    return payload


_FIND = select(outbox.c.payload).where(
    outbox.c.topic == bindparam("of_topic"), outbox.c.work_key == bindparam("of_key")
)
_DROP = delete(outbox).where(
    outbox.c.topic == bindparam("of_topic"), outbox.c.work_key == bindparam("of_key")
)
# SQLite gives the number of a row that is gone to the next one: work that nobody has claimed is another's.
_DONE = delete(outbox).where(outbox.c.work_id == bindparam("of_id"), outbox.c.attempts > 0)
# A claim takes the last error away, and a failure sets it: tried without an error is being tried.
_IS_CLAIMED = and_(outbox.c.attempts > 0, outbox.c.last_error.is_(None))
_RELEASE = (
    update(outbox)
    .where(outbox.c.work_id == bindparam("of_id"), outbox.c.due_at > bindparam("soon"))
    .values(due_at=bindparam("soon"))
)
_NEXT = select(func.min(outbox.c.due_at)).where(outbox.c.dead_at.is_(None))


def drop(connection: Connection, keys: Sequence[tuple[str, str]]) -> None:
    """Forget work that is no longer wanted; what is not there is no error."""
    if keys:
        connection.execute(_DROP, [{"of_topic": topic, "of_key": key} for topic, key in keys])


def next_due_at(connection: Connection) -> datetime | None:
    due_at: datetime | None = connection.execute(_NEXT).scalar_one()
    return due_at


def claim(connection: Connection, now: datetime, limit: int) -> list[Claimed]:
    """Lease up to `limit` pieces of due work: what nobody ends is due again when the lease is over."""
    due = (
        select(outbox.c.work_id)
        .where(outbox.c.due_at <= now, outbox.c.dead_at.is_(None))
        .order_by(outbox.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(connection.execute(due).scalars())
    if not ids:
        return []
    leased = (
        update(outbox)
        .where(outbox.c.work_id.in_(ids))
        .values(due_at=now + LEASE, attempts=outbox.c.attempts + 1, last_error=None)
        .returning(
            outbox.c.work_id,
            outbox.c.topic,
            outbox.c.work_key,
            outbox.c.payload,
            outbox.c.due_at,
            outbox.c.attempts,
        )
    )
    return [Claimed(*row) for row in connection.execute(leased)]


def release(connection: Connection, now: datetime) -> None:
    """Let what is claimed be due as if it had failed now, or when its lease ends if that is sooner.

    The pause keeps work that kills its process from killing the next one at once.
    For a process that has the database for itself, before it claims: all who had claimed are dead.
    """
    claimed = select(outbox.c.work_id, outbox.c.attempts).where(_IS_CLAIMED)
    soon = [{"of_id": row.work_id, "soon": now + _pause(row.attempts)} for row in connection.execute(claimed)]
    if soon:
        connection.execute(_RELEASE, soon)


def done(connection: Connection, work_ids: Sequence[int]) -> None:
    if work_ids:
        connection.execute(_DONE, [{"of_id": work_id} for work_id in work_ids])


def failed(connection: Connection, work: Claimed, error: str, now: datetime) -> None:
    """Put work off with a doubling pause; after ATTEMPTS_MAX it is dead and stays to be seen.

    Work that recurs never dies; its pause grows no more.
    """
    dead = work.attempts >= ATTEMPTS_MAX and not work.recurs
    connection.execute(
        update(outbox)
        .where(outbox.c.work_id == work.work_id, outbox.c.attempts > 0)
        .values(due_at=now + _pause(work.attempts), last_error=error[:500], dead_at=now if dead else None)
    )


def _pause(attempts: int) -> timedelta:
    """How long work rests after so many attempts."""
    pause: timedelta = RETRY_FIRST * 2 ** (min(attempts, ATTEMPTS_MAX) - 1)
    return pause
