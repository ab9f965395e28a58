"""The way of an advert through the gateway, with a radio and a clock that the test holds."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from beacon_gateway.clock import SERVER_SAMPLES_MAX, SceneClock, ServerTime
from beacon_gateway.gateway import Gateway
from beacon_gateway.hearing.radio import AdvertQueue, Heard, Radio, RadioReport
from beacon_gateway.identity.adverts import EDDYSTONE_UUID
from beacon_gateway.identity.identities import eid
from beacon_gateway.identity.key_table import KeyUpdate
from beacon_gateway.spooling.feed import Feed
from beacon_gateway.spooling.shelf import START, Shelf
from beacon_gateway.spooling.spool import Spool
from beacon_gateway.tracking.events import PresenceKind
from beacon_gateway.tracking.room import Receiver
from beacon_gateway.tracking.tracker import Tracker
from tests.unit.beacon_gateway.key_updates import whole

ANNA, STRANGER = bytes(16), bytes(range(16))
NAME = b"pseudony"
AT = 1_767_225_600.0


class HandHeldRadio(Radio):
    """A radio that hears what the test says, up to the time it says."""

    def __init__(self, queue: AdvertQueue) -> None:
        self._queue = queue
        self.until = 0.0
        self.is_deaf = False

    async def run(self) -> None:
        await asyncio.Event().wait()

    def hears(self, key: bytes, seconds: int) -> None:
        for _ in range(seconds * 2):
            self.until += 0.5
            frame = {EDDYSTONE_UUID: b"\x30\xee" + eid(key, int(AT))}
            self._queue.put(Heard(self.until, "r", -60, {}, frame))

    def heard_until_seconds(self) -> float:
        return self.until

    def deaf_receivers(self) -> frozenset[str]:
        return frozenset({"r"} if self.is_deaf else ())

    def reports(self) -> tuple[RadioReport, ...]:
        return (RadioReport("r", self.is_deaf, degraded=False, silent_seconds=0.0, adverts=0),)


def table(version: str, *keys: bytes) -> KeyUpdate:
    names = {key: NAME if key == ANNA else b"another." for key in keys}
    return whole(version, names, AT)


class SetClock(SceneClock):
    """A clock that somebody sets while the gateway runs."""

    def __init__(self) -> None:
        super().__init__(AT, 1.0)
        self.set_by_seconds = 0.0

    def wall_seconds(self) -> float:
        return super().wall_seconds() + self.set_by_seconds


class Desk:
    def __init__(self, spool: Spool) -> None:
        queue = AdvertQueue(1000)
        self.spool = spool
        self.radio = HandHeldRadio(queue)
        self.feed = Feed(spool)
        tracker = Tracker([Receiver("r", "door")], {})
        self.clock = SetClock()
        self.gateway = Gateway(self.radio, queue, self.clock, tracker, self.feed)

    def kinds(self) -> list[PresenceKind]:
        return [entry.event.kind for entry in self.spool.after(START, 100)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with contextlib.closing(Spool(tmp_path / "spool.db", started_at_seconds=AT)) as spool:
        yield Desk(spool)


async def test_a_member_in_the_table_is_noticed_and_on_disk(desk: Desk) -> None:
    desk.gateway.take_keys(table("1", ANNA))
    desk.radio.hears(ANNA, 5)
    await desk.gateway.catch_up()
    (entry,) = desk.spool.after(START, 10)
    assert (entry.event.kind, entry.event.pseudonym) == (PresenceKind.ENTER, NAME)
    assert entry.observed_at_seconds == pytest.approx(AT + 1.0)
    assert desk.gateway.table_version() == "1"


async def test_who_is_in_no_table_leaves_only_a_count(desk: Desk, tmp_path: Path) -> None:
    desk.gateway.take_keys(table("1", ANNA))
    desk.radio.hears(STRANGER, 60)
    await desk.gateway.catch_up()
    assert len(desk.spool) == 0
    assert (desk.gateway.counts.adverts, desk.gateway.counts.members) == (120, 0)
    on_disk = b"".join(path.read_bytes() for path in tmp_path.iterdir())  # noqa: ASYNC240 - a few small files
    assert eid(STRANGER, int(AT)) not in on_disk


async def test_a_member_whom_a_new_table_does_not_hold_is_forgotten_at_once(desk: Desk) -> None:
    desk.gateway.take_keys(table("1", ANNA))
    desk.radio.hears(ANNA, 10)
    await desk.gateway.catch_up()
    assert desk.gateway.health().members_present == 1
    desk.gateway.take_keys(table("2"))
    assert desk.gateway.health().members_present == 0
    desk.radio.hears(ANNA, 120)
    await desk.gateway.catch_up()
    assert desk.kinds() == [PresenceKind.ENTER]


async def test_a_member_stays_through_a_table_that_still_holds_them(desk: Desk) -> None:
    desk.gateway.take_keys(table("1", ANNA))
    desk.radio.hears(ANNA, 10)
    await desk.gateway.catch_up()
    desk.gateway.take_keys(table("2", STRANGER, ANNA))
    assert desk.gateway.health().members_present == 1


async def test_nobody_leaves_while_the_radio_is_deaf(desk: Desk) -> None:
    desk.gateway.take_keys(table("1", ANNA))
    desk.radio.hears(ANNA, 10)
    await desk.gateway.catch_up()
    desk.radio.is_deaf = True
    desk.radio.until += 600
    await desk.gateway.catch_up()
    assert desk.kinds() == [PresenceKind.ENTER]
    assert desk.gateway.health().degraded


async def test_a_late_look_at_the_queue_sees_the_same_story(desk: Desk) -> None:
    desk.gateway.take_keys(table("1", ANNA))
    desk.radio.hears(ANNA, 10)
    desk.radio.until += 100
    desk.radio.hears(ANNA, 10)
    await desk.gateway.catch_up()
    assert desk.kinds() == [PresenceKind.ENTER, PresenceKind.EXIT, PresenceKind.ENTER]


async def test_times_are_corrected_by_the_servers_clock_even_of_what_was_noticed_before(desk: Desk) -> None:
    desk.gateway.take_keys(table("1", ANNA))
    desk.radio.hears(ANNA, 5)
    await desk.gateway.catch_up()
    asked_at = desk.gateway.unix_seconds()
    assert desk.gateway.take_time(asked_at, asked_at + 90.0)
    await desk.feed.learn(desk.gateway.started_at_seconds(), desk.gateway.monotonic_seconds())
    (entry,) = desk.spool.after(START, 10)
    assert entry.observed_at_seconds == pytest.approx(AT + 1.0 + 90.0, abs=0.2)


async def test_a_device_clock_that_is_off_is_told_and_so_is_its_repair(desk: Desk) -> None:
    with structlog.testing.capture_logs() as logs:
        for set_by_seconds in (0.0, -3.0, -3.0, 0.0):
            desk.clock.set_by_seconds = set_by_seconds
            asked_at = desk.gateway.unix_seconds()
            desk.gateway.take_time(asked_at, asked_at)
            assert desk.gateway.health().clock_offset_seconds == pytest.approx(-set_by_seconds, abs=0.2)
    assert [one["event"] for one in logs] == ["clock.skewed", "clock.right"]


async def test_setting_the_devices_clock_moves_no_event(desk: Desk) -> None:
    desk.gateway.take_keys(table("1", ANNA))
    desk.clock.set_by_seconds = 5_000_000.0
    desk.radio.hears(ANNA, 5)
    await desk.gateway.catch_up()
    (entry,) = desk.spool.after(START, 10)
    assert entry.observed_at_seconds == pytest.approx(AT + 1.0, abs=0.2)


async def test_a_disk_that_refuses_keeps_nobody_from_being_noticed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(shelf: Shelf, *more: object) -> bool:
        if shelf.path:
            raise sqlite3.OperationalError("attempt to write a readonly database")
        return PUT(shelf, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(Shelf, "put", refuse)
    desk.gateway.take_keys(table("1", ANNA))
    desk.radio.hears(ANNA, 5)
    await desk.gateway.catch_up()
    assert desk.kinds() == [PresenceKind.ENTER]
    assert desk.feed.report().error == "attempt to write a readonly database"


async def test_who_comes_is_on_disk_at_once_and_a_stay_waits_for_company(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beacon_gateway.gateway.STAY_SECONDS_MAX", 0.5)
    monkeypatch.setattr("beacon_gateway.gateway.LOOK_SECONDS", 0.01)
    desk.gateway.take_keys(table("1", ANNA))
    following = asyncio.create_task(desk.gateway.run())
    desk.radio.hears(ANNA, 5)
    await asyncio.sleep(0.2)
    assert desk.kinds() == [PresenceKind.ENTER]
    desk.radio.hears(ANNA, 25)
    await asyncio.sleep(0.2)
    assert desk.kinds() == [PresenceKind.ENTER]
    await asyncio.sleep(0.6)
    assert desk.kinds() == [PresenceKind.ENTER, PresenceKind.DWELL]
    following.cancel()


async def test_the_stay_that_a_reminder_hangs_on_is_on_disk_at_once_and_the_next_word_waits(
    desk: Desk,
) -> None:
    desk.gateway.take_keys(table("1", ANNA))
    following = asyncio.create_task(desk.gateway.run())
    for seconds in (30, 35, 60):
        desk.radio.hears(ANNA, seconds)
        await asyncio.sleep(0.4)
    following.cancel()
    stays = [one.event.dwell_seconds for one in desk.spool.after(START, 100)]
    assert stays == [0.0, pytest.approx(20, abs=1), pytest.approx(60, abs=1)]


PUT = Shelf.put


def test_a_full_queue_drops_its_oldest_and_counts() -> None:
    queue = AdvertQueue(4)
    for at in range(6):
        queue.put(Heard(float(at), "r", -60, {}, {}))
    assert queue.dropped == 2
    assert not queue.room.is_set()
    assert [heard.at_seconds for heard in queue.drain()] == [2.0, 3.0, 4.0, 5.0]
    assert queue.room.is_set()


def test_one_slow_answer_does_not_move_the_servers_time() -> None:
    server_time = ServerTime()
    for delay in (0.0, 0.0, 40.0, 0.0, 0.0):
        server_time.add(sent_at_seconds=100.0, received_at_seconds=100.0 + delay, server_at_seconds=105.0)
    assert server_time.offset_seconds == 5.0


def test_an_old_drift_is_forgotten() -> None:
    server_time = ServerTime()
    for server_at in [1.0] * SERVER_SAMPLES_MAX + [3.0] * SERVER_SAMPLES_MAX:
        server_time.add(sent_at_seconds=0.0, received_at_seconds=0.0, server_at_seconds=server_at)
    assert server_time.offset_seconds == 3.0


def test_an_answer_that_was_long_on_its_way_says_nothing() -> None:
    server_time = ServerTime()
    assert not server_time.add(sent_at_seconds=0.0, received_at_seconds=9.0, server_at_seconds=500.0)
    assert not server_time.is_known


def test_a_scenes_clock_waits_for_the_servers_time() -> None:
    clock = SceneClock(None, 60.0)
    assert clock.monotonic_seconds() == 0.0
    clock.start(AT)
    clock.start(AT + 1000.0)
    assert clock.started_at_seconds() == AT
    assert clock.started.is_set()
