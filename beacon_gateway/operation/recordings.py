"""Recordings of the operator's own tags: for calibration, and to hear a walk again through the whole gateway.

A recording holds when, where and how strongly each named tag was heard: no identifier, no address, and
nothing of any tag that was not named. Lines of JSON: the receivers first, then one line an advert.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final, NamedTuple, TextIO, TypeVar

from beacon_gateway.ears import Ears
from beacon_gateway.hearing.radio import Heard, Radio
from beacon_gateway.identity.adverts import MEASURED_POWER_DBM, Advert, Formats, frames_of, parse
from beacon_gateway.identity.identities import eid
from beacon_gateway.identity.key_table import CELL_BYTES, ROTATION_SECONDS, KeyUpdate, Span, Stretch

VERSION: Final = 1
LOOK_SECONDS: Final = 0.1
TAIL_SECONDS: Final = 45.0  # after the last advert: long enough for everyone to have left
FOREVER: Final = Span(-1e12, 1e12)

Result = TypeVar("Result")


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

    def identifier(self, tag: int, unix_seconds: float) -> bytes:
        """What the tag of this number announces now."""
        if tag < len(self.fixed):
            return self.fixed[tag]
        return eid(self.keys[tag - len(self.fixed)], int(unix_seconds))


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

    def __init__(self, ears: Ears, tags: OwnTags, formats: Formats, out: TextIO, gateway: str = "") -> None:
        self._ears = ears
        self._gateway = gateway
        self._tags = tags
        self._formats = formats
        self._out = out
        self._began_at_seconds = 0.0
        self.samples = 0

    def seconds(self) -> float:
        """Since the recording began."""
        return self._ears.clock.monotonic_seconds() - self._began_at_seconds

    def began_at_seconds(self) -> float:
        """When it began, in Unix time."""
        return self._ears.clock.started_at_seconds() + self._began_at_seconds

    async def run(self, over: Coroutine[Any, Any, Result]) -> Result | None:
        """Records until that is over, and answers what it does; None when the radio is over before.

        Raises what breaks the radio.
        """
        self._began_at_seconds = self._ears.clock.monotonic_seconds()
        self._write(self._head())
        ending, hearing = asyncio.create_task(over), asyncio.create_task(self._ears.radio.run())
        while not (ending.done() or hearing.done()):
            await asyncio.wait((ending, hearing), timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            self.take()
        for task in (ending, hearing):
            task.cancel()
        await asyncio.wait((ending, hearing))
        if not hearing.cancelled():
            hearing.result()
        return None if ending.cancelled() else ending.result()

    def _head(self) -> dict[str, Any]:
        return {
            "recording": VERSION,
            "gateway": self._gateway,
            "began_at": round(self.began_at_seconds(), 3),
            "receivers": {one.name: one.zone for one in self._ears.receivers},
        }

    def take(self) -> None:
        """Works through what was heard since the last time."""
        numbers = self._tags.numbers(
            self._ears.clock.started_at_seconds() + self._ears.clock.monotonic_seconds()
        )
        for heard in self._ears.queue.drain():
            said = parse(heard.manufacturer_frames, heard.service_frames, self._formats)
            if isinstance(said, Advert) and said.identifier in numbers:
                at = round(heard.at_seconds - self._began_at_seconds, 3)
                tag = numbers[said.identifier]
                self._write(Sample(at, heard.receiver, tag, heard.rssi_dbm, said.measured_power_dbm))
                self.samples += 1

    def _write(self, line: object) -> None:
        self._out.write(json.dumps(line) + "\n")


@dataclass(frozen=True, slots=True)
class Recording:
    """receivers: name -> zone. samples: in the order of their times. began_at_seconds: Unix time."""

    receivers: Mapping[str, str]
    samples: tuple[Sample, ...]
    gateway: str = ""
    began_at_seconds: float = 0.0

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
            gateway, began_at = str(head.get("gateway", "")), float(head.get("began_at", 0.0))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise (
                error if isinstance(error, RecordingError) else RecordingError(f"{path} is no recording")
            ) from error
    return Recording(receivers, samples, gateway, began_at)


class RecordedRadio(Radio):
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
    return _announced(one, _name(one.tag))


def _announced(one: Sample, identifier: bytes) -> Heard:
    """The sample as an advert of that identifier, in the frame that carries such."""
    manufacturer, service = frames_of(identifier, one.measured_power_dbm)
    return Heard(one.at_seconds, one.receiver, one.rssi_dbm, manufacturer, service)


def on_air(recording: Recording, tags: OwnTags) -> Callable[[float], Iterator[Heard]]:
    """The walk as it would be heard if it began at a Unix time: the tags announce themselves as they do then.

    tags: in the order in which they were named for the recording. Raises RecordingError.
    """
    if len(tags.fixed) + len(tags.keys) < recording.tags:
        raise RecordingError(f"the recording is of {recording.tags} tags: name each, in the same order")
    try:
        for identifier in tags.fixed:
            frames_of(identifier, MEASURED_POWER_DBM)
    except ValueError as error:
        raise RecordingError(str(error)) from error

    def heard(starts_at_seconds: float) -> Iterator[Heard]:
        for one in recording.samples:
            yield _announced(one, tags.identifier(one.tag, starts_at_seconds + one.at_seconds))

    return heard
