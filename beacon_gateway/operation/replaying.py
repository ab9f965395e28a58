"""Plays a recording through the whole gateway: to say what would be reported, or to report it."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from beacon_gateway.clock import SceneClock
from beacon_gateway.ears import Ears
from beacon_gateway.gateway import Gateway
from beacon_gateway.hearing.radio import AdvertQueue
from beacon_gateway.operation.recordings import (
    TAIL_SECONDS,
    OwnTags,
    RecordedRadio,
    Recording,
    number_of,
    on_air,
    table_of,
)
from beacon_gateway.scenes.simulator import VirtualRadio
from beacon_gateway.settings import Settings
from beacon_gateway.spooling.feed import Feed
from beacon_gateway.spooling.spool import Spool
from beacon_gateway.tracking.events import Position, PresenceEvent, PresenceKind, SpooledEvent
from beacon_gateway.tracking.room import Receiver, ZoneRule
from beacon_gateway.tracking.tracker import Tracker

BEGINNING: Final = Position(0, 0)
READ_MAX: Final = 1_000


async def replay(recording: Recording, settings: Settings) -> list[PresenceEvent]:
    """The events, in order, by the thresholds and offsets of the settings. Nothing is sent."""
    with tempfile.TemporaryDirectory() as folder:
        spool = Spool(Path(folder) / "spool.db", settings.spool_limits(), 0.0)
        with contextlib.closing(spool):
            await _play(recording, settings, Feed(spool))
            return [waiting.event for waiting in _all(spool)]


async def _play(recording: Recording, settings: Settings, feed: Feed) -> None:
    radio, queue = RecordedRadio(recording), AdvertQueue(settings.queue_length_max)
    tracker = Tracker(_receivers(recording, settings), _rules(settings))
    gateway = Gateway(radio, queue, radio, tracker, feed)
    gateway.take_keys(table_of(recording))
    for heard in radio.seconds():
        for one in heard:
            queue.put(one)
        await gateway.catch_up()


def _receivers(recording: Recording, settings: Settings) -> tuple[Receiver, ...]:
    """Those of the recording, with the offsets that the settings say now."""
    offsets_db = {one.adapter: one.rssi_offset_db for one in settings.receivers}
    return tuple(
        Receiver(name, zone, offsets_db.get(name, settings.rssi_offset_db))
        for name, zone in recording.receivers.items()
    )


def ears_of(recording: Recording, tags: OwnTags, settings: Settings, speed: float) -> Ears:
    """What hears the walk again, now, at so many times its pace. Raises RecordingError."""
    clock, queue = SceneClock(None, speed), AdvertQueue(settings.queue_length_max)
    ends_at_seconds = max((one.at_seconds for one in recording.samples), default=0.0) + TAIL_SECONDS
    radio = VirtualRadio(on_air(recording, tags), ends_at_seconds, clock, queue)
    return Ears(radio, clock, queue, _receivers(recording, settings), _rules(settings))


def apart(settings: Settings, folder: Path) -> Settings:
    """The settings with files of its own: what the running gateway has on its disk is left alone."""
    return settings.model_copy(
        update={
            "spool": folder / "spool.db",
            "status_file": folder / "status.json",
            "credentials": settings.credentials_file,
            "keep_table": False,
        }
    )


def _rules(settings: Settings) -> dict[str, ZoneRule]:
    return {name: zone.rule() for name, zone in settings.zone_rules.items()}


def _all(spool: Spool) -> Iterator[SpooledEvent]:
    position = BEGINNING
    while waiting := spool.after(position, READ_MAX):
        yield from waiting
        position = waiting[-1].position


def line_of(event: PresenceEvent) -> str:
    """What happened to which recorded tag, as an operator reads it."""
    at, tag = f"{event.at_seconds:8.1f} s", f"tag {number_of(event.pseudonym) + 1}"
    if event.kind is PresenceKind.DWELL:
        return f"{at}  {tag}  DWELL  {event.zone}  for {event.dwell_seconds:.0f} s"
    return f"{at}  {tag}  {event.kind.value:5}  {event.zone}  {event.evidence.smoothed_rssi_dbm:.0f} dBm"
