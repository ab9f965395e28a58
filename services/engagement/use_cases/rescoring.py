"""Scoring everybody: a score grows old by time alone, and a new version concerns all customers.

The pass goes through the customers in the order of their ids, a chunk per transaction. How far it came is
stored with each chunk, so that a killed server goes on where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Final

from sqlalchemy import Connection

from services.clock import EPOCH
from services.engagement.queries.scores import next_customer_ids
from services.engagement.queries.versions import (
    current_version,
    reference_built_at,
    version_in_force,
)
from services.engagement.reference import FIXED_THRESHOLDS
from services.engagement.use_cases.scores import NewReference, install_reference, refresh_scores
from services.errors import RegularsError
from services.programme.programme import Programme
from services.storage import outbox
from services.storage.database import Database
from services.storage.sets import lock_known
from services.storage.unit import UnitOfWork, use_case

RESCORE_TOPIC: Final = "engagement.rescore"
CHUNK_CUSTOMERS: Final = 1_000  # some 50 ms of one transaction, for which other writers wait
NIGHT_HOUR: Final = 3  # in the programme's time zone, when few shop
BUILDING_MAX: Final = timedelta(hours=1)  # a reference of millions of customers is built in minutes


@dataclass(frozen=True, slots=True)
class Chunk:
    """Asks to score the next customers after one."""

    after: str
    customer_id: str = ""  # it concerns nobody in particular


@dataclass(frozen=True, slots=True)
class Pass:
    """Asks for the next step of a pass over everybody."""

    work: outbox.Claimed

    @property
    def customer_id(self) -> str:
        return self.work.customer_id


def plan_rescoring(connection: Connection, programme: Programme) -> None:
    """Have the nightly pass planned, and begin one at once where the programme's weights are new."""
    version, _ = current_version(connection, programme.weights)
    planned = outbox.find(connection, RESCORE_TOPIC, "all")
    if planned is not None and planned["version"] not in {"", version.name}:
        outbox.drop(connection, [(RESCORE_TOPIC, "all")])
    outbox.plan(connection, _step("", "", EPOCH))


def plan_next_night(connection: Connection, programme: Programme, now: datetime) -> None:
    """Everybody has a score of `now` under the current version: the next pass is for the night."""
    version, _ = current_version(connection, programme.weights)
    outbox.plan(connection, _step("", version.name, next_night(now, programme.zone)))


async def rescore_everybody(database: Database, work: outbox.Claimed) -> None:
    """Take one step of a pass: a chunk of customers, and before the first one this month's reference."""
    if not work.payload["after"] and await database.fetch(is_reference_due, database):
        await database.write(begin_building, Pass(work))
        await build_reference(database)
    await database.write(take_step, Pass(work))


async def build_reference(database: Database) -> None:
    """Put a reference of today in force, unless there are too few buyers to compare with."""
    from services.engagement.use_cases.references import reference_from  # NumPy is heavy

    reference = await database.fetch(reference_from, database.clock.now())
    if reference.thresholds != FIXED_THRESHOLDS:
        await database.write(install_reference, NewReference(reference))


def is_reference_due(connection: Connection, database: Database) -> bool:
    """A month keeps its reference, so that its scores can be compared with each other."""
    built_at = reference_built_at(connection)
    return built_at is None or _month(built_at, database) != _month(database.clock.now(), database)


def _month(moment: datetime, database: Database) -> tuple[int, int]:
    local = moment.astimezone(database.programme.zone)
    return local.year, local.month


@use_case(type(None))
def begin_building(unit: UnitOfWork, passes: Sequence[Pass]) -> list[RegularsError | None]:
    """Keep the work to ourselves while a reference is built, longer than any handler's lease."""
    outbox.enqueue(unit, [_step("", "", unit.now + BUILDING_MAX)])
    return [None] * len(passes)


@use_case(type(None))
def take_step(unit: UnitOfWork, passes: Sequence[Pass]) -> list[RegularsError | None]:
    """Score the next chunk and plan what follows: the next one, or the next night."""
    payload = passes[-1].work.payload
    version = version_in_force(unit.connection, unit.programme.weights, unit.now)
    after = payload["after"] if payload["version"] == version.name else ""
    last = _score_chunk(unit, after)
    due_at = unit.now if last else next_night(unit.now, unit.programme.zone)
    outbox.enqueue(unit, [_step(last, version.name, due_at)])
    return [None] * len(passes)


@use_case(str)
def score_chunk(unit: UnitOfWork, chunks: Sequence[Chunk]) -> list[str | RegularsError]:
    """Score the next customers; the answer is the last one's id, or empty when there are no more."""
    return [_score_chunk(unit, chunk.after) for chunk in chunks]


def _score_chunk(unit: UnitOfWork, after: str) -> str:
    ids = next_customer_ids(unit.connection, after, CHUNK_CUSTOMERS)
    lock_known(unit, ids)
    refresh_scores(unit, ids)
    return ids[-1] if len(ids) == CHUNK_CUSTOMERS else ""


def next_night(now: datetime, zone: tzinfo) -> datetime:
    """The next time that it is NIGHT_HOUR in the zone."""
    local = now.astimezone(zone)
    tonight = local.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    if tonight <= local:
        tonight = (tonight.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=zone)
    return tonight.astimezone(now.tzinfo)


def _step(after: str, version: str, due_at: datetime) -> outbox.Work:
    return replace(_PASS, payload={"recurs": True, "after": after, "version": version}, due_at=due_at)


_PASS: Final = outbox.Work(RESCORE_TOPIC, "all", {}, EPOCH)
