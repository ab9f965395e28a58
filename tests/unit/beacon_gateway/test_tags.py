"""What members' tags say of themselves: tied to a member for seconds, and to nobody else."""

from __future__ import annotations

import struct

import pytest

from beacon_gateway.clock import SceneClock
from beacon_gateway.gateway import Gateway
from beacon_gateway.hearing.radio import AdvertQueue, Heard
from beacon_gateway.identity.adverts import EDDYSTONE_UUID, TagFormat, Telemetry, formats_of
from beacon_gateway.identity.identities import eid
from beacon_gateway.identity.key_table import KeyUpdate, StaticTag, Stretch
from beacon_gateway.identity.tags import READINGS_MAX, TIE_SECONDS, TagReading, Tags
from beacon_gateway.sending.key_messages import tag_report_of
from beacon_gateway.spooling.feed import Feed
from beacon_gateway.spooling.shelf import START
from beacon_gateway.spooling.spool import Spool
from beacon_gateway.tracking.events import PresenceKind
from beacon_gateway.tracking.room import Receiver
from beacon_gateway.tracking.tracker import Tracker
from tests.unit.beacon_gateway.key_updates import DAY_SECONDS, day_of, whole
from tests.unit.beacon_gateway.listening_process import PlayedRadio

ANNA, BEN = b"anna----", b"ben-----"
KEY = bytes(16)
NOON = 1_767_225_600.0 + 12 * 3600
SENDER = "00:11:22:33:44:55"
LOW = Telemetry(2300, 20.0)


def test_telemetry_belongs_to_whoever_announced_from_the_same_address_a_moment_ago() -> None:
    tags = Tags()
    tags.met(SENDER, ANNA, 10.0)
    tags.told(SENDER, LOW, 10.0 + TIE_SECONDS)
    tags.told("66:77:88:99:AA:BB", Telemetry(3000, None), 10.5)
    assert tags.take() == [TagReading(ANNA, LOW, 10.0 + TIE_SECONDS)]
    assert tags.take() == []


@pytest.mark.parametrize("ticks", [False, True])
def test_an_address_is_nobodys_when_it_has_announced_nothing_for_a_while(ticks: bool) -> None:
    tags = Tags()
    tags.met(SENDER, ANNA, 10.0)
    if ticks:
        tags.tick(10.0 + TIE_SECONDS + 0.1)
    tags.told(SENDER, LOW, 10.0 + TIE_SECONDS + 0.1)
    assert tags.take() == []


def test_an_address_that_announces_somebody_else_is_theirs_from_then_on() -> None:
    tags = Tags()
    tags.met(SENDER, ANNA, 10.0)
    tags.met(SENDER, BEN, 11.0)
    tags.told(SENDER, LOW, 11.5)
    assert [one.pseudonym for one in tags.take()] == [BEN]


def test_of_who_is_forgotten_nothing_is_said() -> None:
    tags = Tags()
    tags.met(SENDER, ANNA, 10.0)
    tags.told(SENDER, LOW, 10.5)
    tags.forget_unless(lambda name: name == BEN)
    tags.told(SENDER, LOW, 11.0)
    assert tags.take() == []


def test_a_reading_goes_on_under_the_pseudonym_of_the_new_day() -> None:
    tags = Tags()
    tags.met(SENDER, ANNA, 10.0)
    tags.told(SENDER, LOW, 10.5)
    tags.rename({ANNA: b"anna++++"})
    assert [one.pseudonym for one in tags.take()] == [b"anna++++"]
    tags.told(SENDER, LOW, 11.0)
    assert [one.pseudonym for one in tags.take()] == [b"anna++++"]


def test_a_report_holds_no_more_than_the_wire_takes_and_the_rest_comes_next() -> None:
    tags = Tags()
    for number in range(READINGS_MAX + 5):
        tags.met(str(number), number.to_bytes(8, "big"), 1.0)
        tags.told(str(number), LOW, 1.0)
    assert (len(tags.take()), len(tags.take()), len(tags.take())) == (READINGS_MAX, 5, 0)


def test_a_report_says_when_by_the_servers_clock_and_leaves_out_what_is_unknown() -> None:
    said = [
        TagReading(ANNA, Telemetry(2300, None), 10.5),
        TagReading(BEN, Telemetry(None, None, b"S" * 16), 1.0),
    ]
    first, second = tag_report_of(said, NOON).readings
    assert (first.pseudonym, first.battery_mv, first.seen_at.ToMicroseconds()) == (
        ANNA,
        2300,
        round((NOON + 10.5) * 1e6),
    )
    assert not first.HasField("temperature_c")
    assert (second.sealed, second.HasField("battery_mv")) == (b"S" * 16, False)


class Desk:
    """A gateway whose radio plays what the test says."""

    def __init__(self, spool: Spool, at_seconds: float = NOON) -> None:
        self.queue, self.radio, self.spool = AdvertQueue(1000), PlayedRadio(), spool
        tracker = Tracker([Receiver("r", "door")], {})
        formats = formats_of([TagFormat(1, 6, company=0x0118)])
        clock = SceneClock(at_seconds, 1.0)
        self.gateway = Gateway(self.radio, self.queue, clock, tracker, Feed(spool), formats)

    async def hears(self, seconds: int, manufacturer: dict[int, bytes], service: dict[str, bytes]) -> None:
        for _ in range(seconds * 2):
            self.radio.until += 0.5
            self.queue.put(Heard(self.radio.until, "r", -60, manufacturer, service, SENDER))
            await self.gateway.catch_up()

    def noticed(self) -> list[tuple[PresenceKind, bytes]]:
        return [(one.event.kind, one.event.pseudonym) for one in self.spool.after(START, 100)]


@pytest.fixture
def spool(tmp_path: object) -> Spool:
    return Spool(tmp_path / "spool.db", started_at_seconds=NOON)  # type: ignore[operator]


def frame(at_seconds: float) -> dict[str, bytes]:
    return {EDDYSTONE_UUID: b"\x30\xee" + eid(KEY, int(at_seconds))}


async def test_a_gateway_reads_the_battery_of_a_members_tag_and_of_no_other(spool: Spool) -> None:
    desk = Desk(spool)
    desk.gateway.take_keys(whole("t-1", {KEY: ANNA}, NOON))
    telemetry = {EDDYSTONE_UUID: struct.pack(">BBHhII", 0x20, 0, 2300, 20 * 256, 7, 8)}
    await desk.hears(1, {}, telemetry)
    assert desk.gateway.take_readings() == []
    await desk.hears(1, {}, frame(NOON))
    await desk.hears(1, {}, telemetry)
    assert [(one.pseudonym, one.telemetry) for one in desk.gateway.take_readings()] == [(ANNA, LOW)]
    spool.close()


async def test_a_plain_tag_is_a_member_where_its_format_says(spool: Spool) -> None:
    desk = Desk(spool)
    tag = b"\x03\x01\x18" + b"\x0a\x0b\x0c\x0d\x0e\x0f"
    names = (Stretch(day_of(NOON), 0, ANNA),)
    desk.gateway.take_keys(KeyUpdate("", "t-1", pseudonyms=names, tags=(StaticTag(0, tag),)))
    await desk.hears(5, {0x0118: b"\xaa" + tag[3:]}, {})
    assert desk.noticed() == [(PresenceKind.ENTER, ANNA)]
    spool.close()


async def test_midnight_ends_no_stay(spool: Spool) -> None:
    """Midnight of the pseudonyms is in the afternoon somewhere."""
    late = day_of(NOON).ends_at_seconds - 30
    desk = Desk(spool, late)
    desk.gateway.take_keys(whole("t-1", {KEY: ANNA}, late))
    tomorrow = (Stretch(day_of(late + DAY_SECONDS), 0, BEN),)
    desk.gateway.take_keys(KeyUpdate("t-1", "t-2", pseudonyms=tomorrow))
    await desk.hears(70, {}, frame(late))
    assert desk.noticed() == [
        (PresenceKind.ENTER, ANNA),
        (PresenceKind.DWELL, ANNA),
        (PresenceKind.DWELL, BEN),
    ]
    spool.close()
