"""The product as an episode sees it: batches go through the writer's own transaction, answers come back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, Engine, delete, text

from services.earning.use_cases.syncing import sync_file_rules
from services.errors import RegularsError
from services.loyalty.queries.time import due_accounts
from services.loyalty.use_cases.time import Due, sweep_accounts
from services.points.book import Entry, add_lots_and_holds, find_entries
from services.points.lots import Lot
from services.programme.programme import Programme
from services.reactions import react
from services.requests import RequestKey
from services.rewards.queries.coupons import due_coupons
from services.rewards.queries.rewards import due_rewards
from services.rewards.rules.rewards import RewardChange
from services.rewards.use_cases.coupons import create_coupons
from services.rewards.use_cases.rewards import set_rewards
from services.rewards.use_cases.time import Overdue, expire_rewards, lapse_coupons
from services.storage.requests import Job
from services.storage.tables import metadata
from services.storage.vault import Vault
from services.storage.writer import StorageFailedError, Writer
from services.verification.checks import Scene
from services.verification.running import verify
from tests.integration.shop import ManualClock
from tests.ledger.operations import Command
from tests.ledger.programmes import COUPONS, REWARDS, coupon, reward

Balance = tuple[int, int, int, int]  # pending, active, blocked, debt
Lots = dict[str, tuple[int, int, int]]  # pending, active, blocked of each lot that holds something
Earned = dict[str, int]  # what counts for the tier, by the first day of each year
Held = tuple[Balance, Lots, Earned]

OK = "ok"
DUE_MAX = 1_000  # of one sweep: more than an episode has


class Nobody:
    """Listens to a writer, and does nothing about it."""

    def on_work(self) -> None:
        pass

    def on_redirects(self) -> None:
        pass


class Product:
    """One database with a writer of its own, run by hand."""

    def __init__(self, engine: Engine, clock: ManualClock, programme: Programme) -> None:
        self.clock = clock
        self.programme = programme
        self.engine = engine
        self._connection = engine.connect()
        self._writer = Writer(engine, clock, programme, Vault(bytes(32)), react, Nobody())

    def close(self) -> None:
        self._connection.close()
        self.engine.dispose()

    def start_anew(self) -> None:
        """A new programme: its rules, rewards and coupons, and nobody in it."""
        with self._connection.begin(), without_triggers(self._connection):
            for table in metadata.sorted_tables:
                self._connection.execute(delete(table))
            sync_file_rules(self._connection, self.programme, self.clock.now())
        now = self.clock.now()
        for job in (
            *(Job(set_rewards, RewardChange(reward(row, now), ""), None) for row in REWARDS),
            *(Job(create_coupons, coupon(row), None) for row in COUPONS),
        ):
            answered(self._writer._commit(self._connection, [job])[0])

    def elapse(self, after: timedelta) -> None:
        """Let time pass. Before the clock is put back the sweep has come by, as it does every few seconds."""
        if after < timedelta(0):
            self.sweep()
        self.clock.move_to(self.clock.now() + after)

    def sweep(self) -> None:
        now = self.clock.now()
        with self._connection.begin():
            due = due_accounts(self._connection, now, DUE_MAX)
            rewards = due_rewards(self._connection, now, DUE_MAX)
            codes = due_coupons(self._connection, now, DUE_MAX)
        swept = (
            *(Job(sweep_accounts, Due(one), None) for one in due),
            *(Job(expire_rewards, Overdue(one), None) for one in rewards),
            *(Job(lapse_coupons, Overdue(one), None) for one in codes),
        )
        assert {answered(one) for one in self._writer._commit(self._connection, swept)} <= {OK}

    def ask(self, commands: Sequence[Command]) -> list[str]:
        """What each command is answered with: "ok", or the reason of a refusal."""
        return [answered(one) for one in self._writer._commit(self._connection, jobs(commands))]

    def look(self, members: Iterable[str]) -> dict[str, Held]:
        """What each member has now, as a read would answer it."""
        with self._connection.begin():
            return accounts(self._connection, members, self.clock.now())

    def violations(self) -> list[str]:
        with self._connection.begin():
            scene = Scene(self._connection, self.clock.now(), self.programme)
            return [f"{one.check.check_id}: {one.violation}" for one in verify(scene) if one.violation]


@contextmanager
def without_triggers(connection: Connection) -> Iterator[None]:
    """Let a test do what the database refuses, until the block ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        yield
        connection.execute(text("SET LOCAL session_replication_role = origin"))
        return
    triggers = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
    for name, _ in triggers:
        connection.execute(text(f"DROP TRIGGER {name}"))
    yield
    for _, sql in triggers:
        connection.exec_driver_sql(sql)


def jobs(commands: Iterable[Command]) -> list[Job]:
    return [Job(*command.asked(), request_key(command)) for command in commands]


def request_key(command: Command) -> RequestKey | None:
    if not command.request_id:
        return None
    return RequestKey(command.request_id, sha256(repr(command).encode()).digest())


def answered(answer: object) -> str:
    if isinstance(answer, StorageFailedError) or (
        isinstance(answer, Exception) and not isinstance(answer, RegularsError)
    ):
        raise answer
    return answer.reason if isinstance(answer, RegularsError) else OK


def accounts(connection: Connection, members: Iterable[str], now: datetime) -> dict[str, Held]:
    entries = find_entries(connection, members)
    add_lots_and_holds(connection, entries)
    return {member: held_by(entry, now) for member, entry in entries.items()}


def name_of(lot: Lot) -> str:
    """The lot's id; an answer's goes by its moment: the number is the database's own."""
    is_answer = lot.lot_id.startswith("survey/")
    return f"survey/{lot.earned_at}/{lot.lot_id.split('/')[-1]}" if is_answer else lot.lot_id


def held_by(entry: Entry, now: datetime) -> Held:
    account = entry.account
    account.bring_to(now)
    balance = account.balance(now)
    lots = {
        name_of(lot): (
            lot.remaining_points if lot.state == "PENDING" else 0,
            0 if lot.state == "PENDING" else lot.remaining_points,
            lot.blocked_points,
        )
        for lot in account.lots.values()
    }
    return (
        (balance.pending_points, balance.active_points, balance.blocked_points, balance.debt_points),
        {lot_id: held for lot_id, held in lots.items() if any(held)},
        {day: points for day, points in entry.qualifying.items() if points},
    )
