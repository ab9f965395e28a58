"""Builds the house: every object once, from settings and a clock."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Final

import structlog
from regulars.activity.v1 import activity_service_pb2, activity_service_pb2_grpc
from regulars.earning.v1 import earning_service_pb2, earning_service_pb2_grpc
from regulars.engagement.v1 import (
    engagement_service_pb2,
    engagement_service_pb2_grpc,
    segments_service_pb2,
    segments_service_pb2_grpc,
)
from regulars.feedback.v1 import (
    cases_service_pb2,
    cases_service_pb2_grpc,
    feedback_service_pb2,
    feedback_service_pb2_grpc,
)
from regulars.gateways.v1 import gateways_service_pb2, gateways_service_pb2_grpc
from regulars.insights.v1 import insights_service_pb2, insights_service_pb2_grpc
from regulars.journey.v1 import journey_service_pb2, journey_service_pb2_grpc
from regulars.loyalty.v1 import loyalty_service_pb2, loyalty_service_pb2_grpc
from regulars.membership.v1 import membership_service_pb2, membership_service_pb2_grpc
from regulars.predictions.v1 import predictions_service_pb2, predictions_service_pb2_grpc
from regulars.presence.v1 import presence_service_pb2, presence_service_pb2_grpc
from regulars.reminders.v1 import reminders_service_pb2, reminders_service_pb2_grpc
from regulars.rewards.v1 import rewards_service_pb2, rewards_service_pb2_grpc
from sqlalchemy import Connection, select

from services.activity.servicer.service import ActivityServicer
from services.clock import Clock, SystemClock
from services.doors import Trust, doors, trust_of
from services.earning.servicer import EarningServicer
from services.earning.use_cases.syncing import sync_file_rules
from services.engagement.queries.versions import Shelf
from services.engagement.servicer.scores import ScoreReader
from services.engagement.servicer.segments_service import SegmentsServicer
from services.engagement.servicer.service import EngagementServicer
from services.engagement.use_cases import personas
from services.engagement.use_cases.choosing import chosen_by_filter, chosen_by_segment
from services.engagement.use_cases.rescoring import plan_rescoring
from services.feedback.servicer.cases_service import CasesServicer
from services.feedback.servicer.service import FeedbackServicer
from services.gateways.queries import find_authorities, revoked_serials
from services.gateways.servicer import GatewaysServicer
from services.handlers import handlers, senders
from services.insights.servicer.service import InsightsServicer
from services.journey.servicer.service import JourneyServicer
from services.loyalty.servicer.service import LoyaltyServicer
from services.loyalty.use_cases.time import FIRST_SWEEP
from services.membership.servicer.service import MembershipServicer
from services.predictions.servicer import PredictionsServicer
from services.presence.key_tables import KeyTables
from services.presence.servicer.service import PresenceServicer
from services.presence.use_cases import sweeping as presence_time
from services.programme.programme import Programme
from services.programme.reading import load_programme
from services.reactions import react
from services.reminders.servicer import RemindersServicer
from services.rewards.servicer.service import RewardsServicer
from services.rewards.use_cases import time as rewards_time
from services.rpc.auth import ADMIN, SCOPES, ApiKey, Keyring, NewKey, make_key
from services.rpc.desk import FrontDesk
from services.rpc.limits import RateLimiter
from services.server import RpcServer, Service, all_scopes
from services.settings import Settings, SettingsError
from services.storage import keys, migrate, outbox
from services.storage.database import Database, make_engine
from services.storage.master_key import open_vault
from services.storage.tables import orders
from services.telemetry import Telemetry
from services.worker import Worker

log = structlog.get_logger()

KEYS_SECONDS: Final = 2.0  # how long a revoked key or certificate may still be taken


@dataclass(frozen=True, slots=True)
class House:
    """All that one server process consists of."""

    settings: Settings
    clock: Clock
    database: Database
    keyring: Keyring
    trust: Trust | None  # in our authorities; a server in plaintext knows none
    rpc: RpcServer
    presence: PresenceServicer
    worker: Worker
    telemetry: Telemetry


def programme_of(settings: Settings) -> Programme:
    """The programme, with the webhook as the first channel when one is set."""
    programme = load_programme(settings.programme_file)
    if not settings.webhook_url:
        return programme
    channels = ("webhook", *(one for one in programme.reminding.channels if one != "webhook"))
    reminding = programme.reminding.model_copy(update={"channels": channels})
    return programme.model_copy(update={"reminding": reminding})


def open_database(settings: Settings, clock: Clock) -> Database:
    """The database at its newest schema, not yet serving."""
    programme = programme_of(settings)
    if not settings.database_url:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = make_engine(settings.url)
    try:
        migrate.upgrade(engine)
        vault = open_vault(settings, engine, clock.now())
    except Exception:
        engine.dispose()
        raise
    return Database(engine, clock, programme, vault, react)


@contextmanager
def sole_owner(settings: Settings) -> Iterator[None]:
    """Hold the data folder: one process owns a SQLite file. Raises SettingsError when another does."""
    if settings.database_url:  # PostgreSQL takes as many processes as there are
        yield
        return
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with (settings.data_dir / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SettingsError(
                f"{settings.data_dir} is in use by another regulars process; stop it first"
            ) from error
        yield


def build(settings: Settings, clock: Clock, telemetry: Telemetry) -> House:
    database = open_database(settings, clock)
    refuse_another_currency(database)
    take_in_rules(database)
    keyring = Keyring(live_keys(database))
    presence = PresenceServicer(database, KeyTables(database))
    gateways = GatewaysServicer(
        database, lambda: rpc.gateway_port, is_known_by_ours=settings.tls_certificate is None
    )
    services = (*all_services(database, presence), gateways_service(gateways))
    desk = FrontDesk(keyring, all_scopes(services), RateLimiter(settings.calls_per_second), telemetry, clock)
    trust = trust_of(settings, database)
    rpc = RpcServer(services, desk, doors(settings, clock, trust))
    worker = Worker(database, handlers(database, senders(settings)))
    database.on_due_work(worker.wake)
    return House(settings, clock, database, keyring, trust, rpc, presence, worker, telemetry)


def refuse_another_currency(database: Database) -> None:
    """Amounts that are kept cannot be read in another currency; one order tells, for all have the same."""
    with database.engine.connect() as connection:
        kept = connection.execute(select(orders.c.currency).limit(1)).scalar()
    asked = database.programme.currency
    if kept not in (None, asked):
        database.engine.dispose()
        raise SettingsError(
            f"program.toml: currency is {asked}, but the orders of this database are in {kept}; "
            f'write currency = "{kept}", or begin another database'
        )


def take_in_rules(database: Database) -> None:
    """Let the rules of program.toml be in force. Only a server does: other commands may not know the file."""
    with database.engine.begin() as connection:
        sync_file_rules(connection, database.programme, database.clock.now())


def all_services(database: Database, presence: PresenceServicer) -> tuple[Service, ...]:
    shelf = Shelf()
    return (
        service(
            membership_service_pb2,
            membership_service_pb2_grpc,
            "Membership",
            MembershipServicer(database, ScoreReader(database, shelf)),
        ),
        service(loyalty_service_pb2, loyalty_service_pb2_grpc, "Loyalty", LoyaltyServicer(database)),
        service(earning_service_pb2, earning_service_pb2_grpc, "Earning", EarningServicer(database)),
        service(activity_service_pb2, activity_service_pb2_grpc, "Activity", ActivityServicer(database)),
        service(
            engagement_service_pb2,
            engagement_service_pb2_grpc,
            "Engagement",
            EngagementServicer(database, shelf),
        ),
        service(
            segments_service_pb2, segments_service_pb2_grpc, "Segments", SegmentsServicer(database, shelf)
        ),
        service(presence_service_pb2, presence_service_pb2_grpc, "Presence", presence),
        service(reminders_service_pb2, reminders_service_pb2_grpc, "Reminders", RemindersServicer(database)),
        service(
            predictions_service_pb2,
            predictions_service_pb2_grpc,
            "Predictions",
            PredictionsServicer(database),
        ),
        service(feedback_service_pb2, feedback_service_pb2_grpc, "Feedback", FeedbackServicer(database)),
        service(cases_service_pb2, cases_service_pb2_grpc, "Cases", CasesServicer(database)),
        service(journey_service_pb2, journey_service_pb2_grpc, "Journey", JourneyServicer(database)),
        service(rewards_service_pb2, rewards_service_pb2_grpc, "Rewards", RewardsServicer(database)),
        service(
            insights_service_pb2,
            insights_service_pb2_grpc,
            "Insights",
            InsightsServicer(database, chosen_by_filter, chosen_by_segment),
        ),
    )


def gateways_service(servicer: GatewaysServicer) -> Service:
    return service(gateways_service_pb2, gateways_service_pb2_grpc, "Gateways", servicer)


def service(messages: Any, stubs: Any, name: str, servicer: Any) -> Service:
    descriptor = messages.DESCRIPTOR.services_by_name[f"{name}Service"]
    return Service(descriptor, servicer, getattr(stubs, f"add_{name}ServiceServicer_to_server"))


def live_keys(database: Database) -> list[ApiKey]:
    with database.engine.connect() as connection:
        return keys_that_live(connection)


def keys_that_live(connection: Connection) -> list[ApiKey]:
    return [
        ApiKey(key.key_id, key.name, key.secret_sha256, frozenset(key.scopes.split(",")), key.expires_at)
        for key in keys.all_keys(connection)
        if key.revoked_at is None
    ]


def create_key(database: Database, name: str, scopes: tuple[str, ...]) -> NewKey:
    """Make and store a key; its text is in the answer and nowhere else. Raises SettingsError."""
    for scope in scopes:
        if scope not in SCOPES:
            raise SettingsError(f"scope: {scope!r} is none of {', '.join(SCOPES)}")
    new = make_key(name, scopes)
    row = keys.StoredKey(
        new.key.key_id,
        name,
        new.key.secret_sha256,
        ",".join(scopes),
        database.clock.now(),
        new.key.expires_at,
        None,
    )
    with database.engine.begin() as connection:
        keys.store_key(connection, row)
    return new


def first_key(house: House) -> NewKey | None:
    """An admin key for a database that has none; None when there are keys already."""
    with house.database.engine.connect() as connection:
        if keys.all_keys(connection):
            return None
    new = create_key(house.database, "first start", (ADMIN,))
    house.keyring.replace(live_keys(house.database))
    return new


def stored_keys(settings: Settings) -> list[keys.StoredKey]:
    database = open_database(settings, SystemClock())
    with database.engine.connect() as connection:
        return keys.all_keys(connection)


def revoke(settings: Settings, key_id: str) -> None:
    """End a key; raises SettingsError when no live key has this id."""
    with sole_owner(settings):
        database = open_database(settings, SystemClock())
        with database.engine.begin() as connection:
            if not keys.revoke_key(connection, key_id, database.clock.now()):
                raise SettingsError(f"no live key has the id {key_id!r}; see: regulars keys list")


async def upkeep(house: House) -> None:
    """Let other processes' keys, merges and erasures count here too, and let the metrics be seen."""
    while True:
        await asyncio.sleep(KEYS_SECONDS)
        house.telemetry.flush()
        try:
            await renew_keyring(house)
            await house.database.learn_redirects()
        except Exception as error:  # noqa: BLE001  (a database that is away for a moment must not end it)
            log.warning("upkeep_failed", reason=type(error).__name__)


async def renew_keyring(house: House) -> None:
    """Let nothing count that was revoked by now, on streams that are open either."""
    house.keyring.replace(await house.database.fetch(keys_that_live))
    house.keyring.revocations.replace(await house.database.fetch(revoked_serials, house.clock.now()))
    if house.trust is not None:
        house.trust.learn(await house.database.fetch(find_authorities))
    house.rpc.desk.recheck()


def plan_recurring(database: Database) -> None:
    """Have the jobs that come again and again planned, whoever started first."""
    with database.engine.begin() as connection:
        outbox.plan(connection, FIRST_SWEEP)
        outbox.plan(connection, rewards_time.FIRST_SWEEP)
        outbox.plan(connection, presence_time.FIRST_SWEEP)
        plan_rescoring(connection, database.programme)
        outbox.plan(connection, personas.first_build(database.clock.now()))


def release_work(house: House) -> None:
    """Take over what a killed process had claimed, where the data folder is ours and nobody else can have."""
    if not house.settings.database_url:
        with house.database.engine.begin() as connection:
            outbox.release(connection, house.clock.now())


@asynccontextmanager
async def running(house: House) -> AsyncIterator[House]:
    """Serve calls and work through what is due, until the block ends."""
    await house.database.open()
    release_work(house)
    plan_recurring(house.database)
    await renew_keyring(house)
    await house.rpc.start()
    working = asyncio.create_task(house.worker.run())
    keeping_up = asyncio.create_task(upkeep(house))
    try:
        yield house
    finally:
        keeping_up.cancel()
        house.presence.end_sessions()
        await house.rpc.stop()
        house.worker.stop()
        await working
        await house.database.close()
        house.telemetry.shutdown()
