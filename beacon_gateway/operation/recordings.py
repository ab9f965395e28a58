"""Recordings of the operator's own tags: for calibration, and to hear a walk again through the whole gateway.

A recording holds when, where and how strongly each named tag was heard: no identifier, no address, and
nothing of any tag that was not named. Lines of JSON: the receivers first, then one line an advert.
"""

import asyncio
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple, TextIO

from beacon_gateway.ears import Ears
from beacon_gateway.hearing.radio import Heard, RadioReport
from beacon_gateway.identity.adverts import EDDYSTONE_LOSS_DB, EDDYSTONE_UUID, Advert, Formats, parse
from beacon_gateway.identity.identities import eid
from beacon_gateway.identity.key_table import CELL_BYTES, ROTATION_SECONDS, KeyUpdate, Span, Stretch

VERSION: Final = 1
LOOK_SECONDS: Final = 0.1
TAIL_SECONDS: Final = 45.0  # after the last advert: long enough for everyone to have left
FOREVER: Final = Span(-1e12, 1e12)


class RecordingError(ValueError):
    """A file that is no recording, or a tag that cannot be one; the text says why."""


class Sample(NamedTuple):
    """One advert of a named tag. at_seconds: since the recording began; tag: counts from 0."""

    at_seconds: float
    receiver: str
    tag: int
    rssi_dbm: int
    measured_power_dbm: int


@dataclass(frozen=True, slots=True)
class OwnTags:
    """The tags that may be recorded: identifiers of fixed ones, as `adverts` spells them, keys of others."""

    fixed: tuple[bytes, ...] = ()
    keys: tuple[bytes, ...] = ()

    def numbers(self, unix_seconds: float) -> Mapping[bytes, int]:
        """What they may announce now -> which of them it is."""
        found = {identifier: number for number, identifier in enumerate(self.fixed)}
        for number, key in enumerate(self.keys, len(self.fixed)):
            for step in (-1, 0, 1):
                found[eid(key, int(unix_seconds) + step * ROTATION_SECONDS)] = number
        return found


def own_tags(fixed: Sequence[str], keys: Sequence[str]) -> OwnTags:
    """From hexadecimal. Raises RecordingError."""
    try:
        tags = OwnTags(tuple(map(bytes.fromhex, fixed)), tuple(map(bytes.fromhex, keys)))
    except ValueError as error:
        raise RecordingError("a tag or key must be hexadecimal digits") from error
    if any(len(key) != 16 for key in tags.keys) or not (tags.fixed or tags.keys):
        raise RecordingError("name your own tags: --tag with a fixed identifier, --key with 32 digits")
    return tags


class Recorder:
    """Writes what the radio hears of the named tags, and forgets all else at once."""

    def __init__(self, ears: Ears, tags: OwnTags, formats: Formats, out: TextIO) -> None:
        self._ears = ears
        self._tags = tags
        self._formats = formats
        self._out = out
        self.samples = 0

    async def run(self, seconds: float) -> None:
        """Records for so long; ends early with the radio."""
        receivers = {one.name: one.zone for one in self._ears.receivers}
        self._write({"recording": VERSION, "receivers": receivers})
        hearing = asyncio.create_task(self._ears.radio.run())
        ends_at_seconds = time.monotonic() + seconds
        while time.monotonic() < ends_at_seconds and not hearing.done():
            await asyncio.sleep(LOOK_SECONDS)
            self.take()
        hearing.cancel()
        await asyncio.wait([hearing])

    def take(self) -> None:
        """Works through what was heard since the last time."""
        numbers = self._tags.numbers(
            self._ears.clock.started_at_seconds() + self._ears.clock.monotonic_seconds()
        )
        for heard in self._ears.queue.drain():
            said = parse(heard.manufacturer_frames, heard.service_frames, self._formats)
            if isinstance(said, Advert) and said.identifier in numbers:
                at = round(heard.at_seconds, 3)
                tag = numbers[said.identifier]
                self._write(Sample(at, heard.receiver, tag, heard.rssi_dbm, said.measured_power_dbm))
                self.samples += 1

    def _write(self, line: object) -> None:
        self._out.write(json.dumps(line) + "\n")


@dataclass(frozen=True, slots=True)
class Recording:
    """receivers: name -> zone. samples: in the order of their times."""

    receivers: Mapping[str, str]
    samples: tuple[Sample, ...]

    @property
    def tags(self) -> int:
        return max((one.tag for one in self.samples), default=-1) + 1


def read(path: Path) -> Recording:
    """Raises RecordingError, OSError."""
    with path.open(encoding="utf-8") as lines:
        try:
            head = json.loads(next(lines, "{}"))
            samples = tuple(sorted(Sample(*json.loads(line)) for line in lines))
            if head["recording"] != VERSION:
                raise RecordingError(
                    f"{path}: a recording of version {head['recording']}; this reads {VERSION}"
                )
            receivers = {str(name): str(zone) for name, zone in head["receivers"].items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise (
                error if isinstance(error, RecordingError) else RecordingError(f"{path} is no recording")
            ) from error
    return Recording(receivers, samples)


class RecordedRadio:
    """Plays a recording as adverts: of tags that announce a number of their own instead of an identifier.

    It is the clock, too: time goes on as fast as the gateway follows.
    """

    def __init__(self, recording: Recording) -> None:
        self._samples = recording.samples
        self._now_seconds = 0.0
        self.speed = 1.0
        self.started = asyncio.Event()
        self.started.set()

    def seconds(self) -> Iterator[list[Heard]]:
        """What is heard in each second, with the clock at the end of it; then silence until all have left."""
        for second, samples in groupby(self._samples, lambda one: int(one.at_seconds)):
            self._now_seconds = second + 1.0
            yield [_heard(one) for one in samples]
        self._now_seconds += TAIL_SECONDS
        yield []

    async def run(self) -> None:
        """Nothing: `seconds` plays it."""

    def heard_until_seconds(self) -> float:
        return self._now_seconds

    def deaf_receivers(self) -> frozenset[str]:
        return frozenset()

    def degraded(self) -> bool:
        return False

    def reports(self) -> tuple[RadioReport, ...]:
        return ()

    def monotonic_seconds(self) -> float:
        return self._now_seconds

    def started_at_seconds(self) -> float:
        return 0.0

    def wall_seconds(self) -> float:
        return self._now_seconds

    def start(self, at_seconds: float) -> None:
        """Nothing: the clock is the recording's."""


def table_of(recording: Recording) -> KeyUpdate:
    """Lets the gateway know the recorded tags as members, by their numbers."""
    cells = b"".join(map(_name, range(recording.tags)))
    return KeyUpdate("", "recording", (Stretch(FOREVER, 0, cells),), (Stretch(FOREVER, 0, cells),))


def number_of(pseudonym: bytes) -> int:
    """The recorded tag of a pseudonym, from 0."""
    return int.from_bytes(pseudonym, "big") - 1


def _name(tag: int) -> bytes:
    return (tag + 1).to_bytes(CELL_BYTES, "big")


def _heard(one: Sample) -> Heard:
    power = (one.measured_power_dbm + EDDYSTONE_LOSS_DB).to_bytes(1, "big", signed=True)
    return Heard(
        one.at_seconds, one.receiver, one.rssi_dbm, {}, {EDDYSTONE_UUID: b"\x30" + power + _name(one.tag)}
    )
