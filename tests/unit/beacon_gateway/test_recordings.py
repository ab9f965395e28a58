"""Recordings of the operator's own tags, and what the whole gateway makes of them."""

import io
import json
import random
from pathlib import Path

import pytest

from beacon_gateway.clock import SystemClock
from beacon_gateway.ears import Ears
from beacon_gateway.hearing.radio import AdvertQueue, Heard
from beacon_gateway.identity.identities import eid
from beacon_gateway.operation.recordings import (
    OwnTags,
    RecordedRadio,
    Recorder,
    Recording,
    RecordingError,
    Sample,
    number_of,
    own_tags,
    read,
)
from beacon_gateway.operation.replaying import line_of, replay
from beacon_gateway.settings import load
from beacon_gateway.tracking.events import PresenceKind
from beacon_gateway.tracking.room import Receiver

KEY = bytes(range(16))
NO_RADIO = RecordedRadio(Recording({}, ()))
SETTINGS = load(None, {"server": "127.0.0.1:1", "spool": Path("unused.db"), "key": "k"})


def advert(identifier: bytes, rssi_dbm: int = -60) -> Heard:
    frame = {"0000feaa-0000-1000-8000-00805f9b34fb": b"\x30\xee" + identifier}
    return Heard(1.25, "hci0", rssi_dbm, {}, frame, sender="AA:BB:CC:DD:EE:FF")


def recorded(tags: OwnTags, *heard: Heard) -> list[str]:
    """The lines that follow from what was heard."""
    queue, out = AdvertQueue(100), io.StringIO()
    for one in heard:
        queue.put(one)
    ears = Ears(NO_RADIO, SystemClock(), queue, (Receiver("hci0", "door", 0.0),), {})
    Recorder(ears, tags, {}, out).take()
    return out.getvalue().splitlines()


def test_a_named_tag_is_recorded_without_identifier_and_address() -> None:
    now = SystemClock().started_at_seconds()
    (line,) = recorded(OwnTags(keys=(KEY,)), advert(eid(KEY, int(now)), -61))
    assert json.loads(line) == [1.25, "hci0", 0, -61, -59]


def test_nothing_of_a_stranger_is_recorded() -> None:
    strangers = [advert(random.Random(1).randbytes(8)) for _ in range(20)]
    assert recorded(OwnTags(keys=(KEY,)), *strangers) == []


@pytest.mark.parametrize(("fixed", "keys"), [([], []), (["xyz"], []), ([], ["0102"])])
def test_only_tags_that_are_named_can_be_recorded(fixed: list[str], keys: list[str]) -> None:
    with pytest.raises(RecordingError):
        own_tags(fixed, keys)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"recording": 2}', "no JSON", '{"recording": 1}\n[1]'])
def test_a_file_that_is_no_recording_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "walk.jsonl").write_text(text)
    with pytest.raises(RecordingError):
        read(tmp_path / "walk.jsonl")


def walk(tmp_path: Path) -> Path:
    """Two minutes in the store: a minute at the door, then a minute at the shoes."""
    head = {"recording": 1, "receivers": {"hci0": "door", "hci1": "shoes"}}
    rows = [
        Sample(half / 2, receiver, 0, -55 if (half < 120) == (receiver == "hci0") else -85, -59)
        for half in range(240)
        for receiver in ("hci0", "hci1")
    ]
    file = tmp_path / "walk.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in (head, *rows)))
    return file


async def test_a_walk_is_replayed_as_the_visit_that_it_was(tmp_path: Path) -> None:
    events = await replay(read(walk(tmp_path)), SETTINGS)
    ways = [(one.kind, one.zone) for one in events if one.kind is not PresenceKind.DWELL]
    assert ways[0] == (PresenceKind.ENTER, "door")
    assert (PresenceKind.MOVE, "shoes") in ways
    assert ways[-1] == (PresenceKind.EXIT, "shoes")
    assert {number_of(one.pseudonym) for one in events} == {0}
    assert "tag 1  ENTER  door" in line_of(events[0])


async def test_a_replay_follows_the_settings_of_now(tmp_path: Path) -> None:
    deafer = {"receivers": [{"adapter": "hci0", "zone": "door", "rssi_offset_db": 30}]}
    settings = load(None, {"server": "127.0.0.1:1", "spool": Path("unused.db"), "key": "k", **deafer})
    events = await replay(read(walk(tmp_path)), settings)
    assert (events[0].kind, events[0].zone) == (PresenceKind.ENTER, "shoes")
