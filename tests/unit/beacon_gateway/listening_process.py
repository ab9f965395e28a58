"""A gateway in a process of its own, whose memory a test reads from outside.

Run as `python -m tests.unit.beacon_gateway.listening_process FOLDER`. Each line of its input is a command:
`member SECONDS` or `stranger SECONDS` is heard, `silence SECONDS` passes; each is answered with `done`. What
is announced is kept masked, so that this program itself holds it only while it is on the air.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from pathlib import Path

from beacon_gateway.clock import SceneClock
from beacon_gateway.gateway import Gateway
from beacon_gateway.hearing.radio import AdvertQueue, Heard, Radio
from beacon_gateway.identity.adverts import APPLE_COMPANY
from beacon_gateway.identity.kept_table import KeptTable
from beacon_gateway.identity.key_table import KeyUpdate, StaticTag, Stretch
from beacon_gateway.spooling.feed import Feed
from beacon_gateway.spooling.spool import Spool
from beacon_gateway.tracking.room import Receiver
from beacon_gateway.tracking.tracker import Tracker
from tests.unit.beacon_gateway.key_updates import day_of

MASK = 0xA5
AT = 1_767_225_600.0 + 43_200
# Identifier (UUID, major, minor) and address, masked: plain they would stand in this program's code.
MEMBER = (
    bytes.fromhex("ccc1c0cbd1ccc3ccc0d788cac388c8c0c8c7c0d7"),
    bytes.fromhex("91e19f91909f91e19f91979f91909f9097"),
)
STRANGER = (
    bytes.fromhex("c6c4cbc4d7dc88cbca88cacbc088c8d0d6d188ce"),
    bytes.fromhex("e6e49f92e49f94979f94e09f95959f9c9c"),
)


def unmasked(masked: bytes) -> bytes:
    return bytes(byte ^ MASK for byte in masked)


class PlayedRadio(Radio):
    """A radio without a radio."""

    def __init__(self) -> None:
        self.until = 0.0

    async def run(self) -> None:
        await asyncio.Event().wait()

    def heard_until_seconds(self) -> float:
        return self.until


class Listening:
    """The gateway and what it is made to hear."""

    def __init__(self, folder: Path) -> None:
        self._queue, self._radio = AdvertQueue(1000), PlayedRadio()
        spool = Spool(folder / "spool.db", started_at_seconds=AT)
        tracker = Tracker([Receiver("r", "door")], {})
        self._gateway = Gateway(self._radio, self._queue, SceneClock(AT, 1.0), tracker, Feed(spool))
        self._kept = KeptTable(folder / "keys.db")
        self._gateway.keep_keys(self._kept.add)
        names = (Stretch(day_of(AT), 0, b"pseudony"),)
        tags = (StaticTag(0, b"\x01" + unmasked(MEMBER[0])),)
        self._gateway.take_keys(KeyUpdate("", "t-1", pseudonyms=names, tags=tags))
        self._kept.close()

    async def hear(self, who: tuple[bytes, bytes] | None, seconds: int) -> None:
        for _ in range(seconds * 2):
            self._radio.until += 0.5
            if who is not None:
                body = b"\x02\x15" + unmasked(who[0]) + b"\xc5"
                sender = unmasked(who[1]).decode()
                self._queue.put(Heard(self._radio.until, "r", -60, {APPLE_COMPANY: body}, {}, sender))
            await self._gateway.catch_up()


async def main(folder: Path) -> None:
    listening = Listening(folder)
    for line in sys.stdin:
        who, seconds = line.split()
        heard = {"member": MEMBER, "stranger": STRANGER, "silence": None}[who]
        await listening.hear(heard, int(seconds))
        gc.collect()
        sys.stdout.write("done\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
