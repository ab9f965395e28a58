"""Plays a recording through the whole gateway, down to the spool, and says what would have been reported."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from beacon_gateway.gateway import Gateway
from beacon_gateway.hearing.radio import AdvertQueue
from beacon_gateway.operation.recordings import RecordedRadio, Recording, number_of, table_of
from beacon_gateway.settings import Settings
from beacon_gateway.spooling.feed import Feed
from beacon_gateway.spooling.spool import Spool
from beacon_gateway.tracking.events import Position, PresenceEvent, PresenceKind, SpooledEvent
from beacon_gateway.tracking.room import Receiver
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
    rules = {name: zone.rule() for name, zone in settings.zone_rules.items()}
    gateway = Gateway(radio, queue, radio, Tracker(_receivers(recording, settings), rules), feed)
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
