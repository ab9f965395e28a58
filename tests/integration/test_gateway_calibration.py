"""A calibration walk as an installer makes it: recorded, judged, told to the server, and heard again."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from regulars.membership.v1 import membership_service_pb2 as membership
from regulars.presence.v1 import presence_service_pb2 as presence
from sqlalchemy import select

from services.composition import House, create_key, live_keys
from services.storage.tables import store_maps
from tests.integration.shop import Caller, ManualClock
from tests.integration.test_gateway_device import ON_SQLITE, Device, device, settings, systemd
from tests.integration.test_gateway_enrolment import channel_to, roots

__all__ = ["device", "settings", "systemd"]

pytestmark = ON_SQLITE
OFFSET_DB = 6.0  # of the virtual receiver
STAND_SECONDS = 20.0
STEP_SECONDS = 1.5 * math.sqrt(2) / 1.2  # from one side of the receiver to the next
KeyOf = Callable[[str], str]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))  # TLS looks at the machine's clock


@pytest.fixture
def key_of(house: House) -> KeyOf:
    """Makes API keys of a scope."""

    def make(scope: str) -> str:
        new = create_key(house.database, scope, (scope,))
        house.keyring.replace(live_keys(house.database))
        return new.text

    return make


@pytest.fixture
async def anna(house: House, key_of: KeyOf) -> str:
    """The identity key of the installer's own fob, who is a member."""
    async with channel_to(house.rpc.port, roots(house)) as channel:
        backend = Caller(channel, (("authorization", f"Bearer {key_of('backend')}"),))
        await backend.enrol("anna", "PRESENCE")
        asked = membership.SetPresenceDeviceRequest(customer_id="anna")
        answer = await backend.call(backend.membership.SetPresenceDevice, asked)
        return str(answer.identity_key.hex())


def walk_around(device: Device, identity_key: str) -> None:
    """A scene: twenty seconds on each side of the receiver, a step and a half away."""
    around = [[8.0 + x, 6.0 + y] for x, y in ((-1.5, 0), (0, -1.5), (1.5, 0), (0, 1.5))]
    path = ", ".join(f"{{ at_m = {at}, dwell_seconds = {STAND_SECONDS} }}" for at in around)
    leaves = 4 * STAND_SECONDS + 3 * STEP_SECONDS
    (device.folder / "scene.toml").write_text(
        "seed = 5\nstarts_at = 2026-05-04T09:00:00Z\nspeed = 30.0\n"
        '[store]\nname = "harbour"\nwidth_m = 16.0\ndepth_m = 12.0\n'
        f'[[receivers]]\nname = "r1"\nzone = "door"\nposition_m = [8.0, 6.0]\noffset_db = {OFFSET_DB}\n'
        f'[[walkers]]\nidentity_key = "{identity_key}"\narrives_seconds = 0\nleaves_seconds = {leaves}\n'
        f"path = [{path}]\n"
    )


def note_stops(device: Device) -> Path:
    """What the installer's stopwatch said."""
    file, stops = device.folder / "stops.toml", []
    for side in range(4):
        begins = side * (STAND_SECONDS + STEP_SECONDS) + 1
        stops.append(f'[[stops]]\nfrom = {begins:.1f}\nto = "0:{begins + STAND_SECONDS - 2:.1f}"\n')
    stops.insert(0, 'entrances = ["door"]\n')
    stops.append('[[stops]]\nzone = "door"\nfrom = 30\nto = 40\n[[outside]]\nfrom = 90\nto = 100\n')
    file.write_text("\n".join(stops).replace('"0:6', '"1:0').replace('"0:8', '"1:2'))
    return file


async def recorded(device: Device, identity_key: str) -> Path:
    file = device.folder / "walk.jsonl"
    walk_around(device, identity_key)
    answer = await device.call("record", str(file), "--key", identity_key, "--seconds", "3.5")
    assert answer.code == 0, answer.err
    return file


async def configs(house: House, key: str) -> dict[str, presence.Config]:
    async with channel_to(house.rpc.port, roots(house)) as channel:
        caller = Caller(channel, (("authorization", f"Bearer {key}"),))
        answer = await caller.call(caller.presence.ListGateways, presence.ListGatewaysRequest())
        return {one.gateway: one.config for one in answer.gateways}


async def test_a_walk_is_recorded_judged_and_told_to_the_server(
    house: House, device: Device, anna: str, key_of: KeyOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with device.running():
        await device.says(": connected")
    file = await recorded(device, anna)
    monkeypatch.setenv("REGULARS_TEAM_KEY", key_of("team"))
    answer = await device.call("calibrate", str(file), "--stops", str(note_stops(device)), "--send")
    assert answer.code == 0, answer.err
    offset_db = tomllib.loads(answer.out)["rssi_offset_db"]
    assert offset_db == pytest.approx(OFFSET_DB, abs=6)  # body and furniture are of the store
    assert "nothing was heard on the pavement" in answer.out
    assert "# map of the store: 5 places inside and 1 outside, as 1 receivers hear them" in answer.out
    told = (await configs(house, key_of("team")))["harbour-door"]
    assert [(one.receiver, one.rssi_offset_db) for one in told.receiver_offsets] == [("r1", offset_db)]
    with house.database.engine.connect() as connection:
        assert connection.execute(select(store_maps.c.store)).scalars().all() == ["harbour"]


async def test_only_the_team_may_have_the_server_tell_it(
    device: Device, anna: str, key_of: KeyOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = await recorded(device, anna)
    monkeypatch.setenv("REGULARS_TEAM_KEY", key_of("gateway"))
    answer = await device.call("calibrate", str(file), "--stops", str(note_stops(device)), "--send")
    assert (answer.code, "scope" in answer.err) == (2, True), answer.err


async def test_a_gateway_that_the_server_never_met_cannot_be_told_anything(
    device: Device, anna: str, key_of: KeyOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = await recorded(device, anna)
    monkeypatch.setenv("REGULARS_TEAM_KEY", key_of("team"))
    answer = await device.call("calibrate", str(file), "--stops", str(note_stops(device)), "--send")
    assert (answer.code, "run the gateway once" in answer.err) == (2, True), answer.err


async def test_a_recorded_walk_is_reported_as_if_it_went_on_now(
    house: House, device: Device, anna: str, key_of: KeyOf
) -> None:
    file = await recorded(device, anna)
    answer = await device.call("replay", str(file), "--send", "--key", anna, "--speed", "15")
    assert answer.code == 0, answer.err
    async with channel_to(house.rpc.port, roots(house)) as channel:
        caller = Caller(channel, (("authorization", f"Bearer {key_of('team')}"),))
        found = await caller.call(caller.presence.ListVisits, presence.ListVisitsRequest())
    (visit,) = found.visits
    assert (visit.customer_id, visit.store, visit.zone) == ("anna", "harbour", "door")
    assert visit.state == presence.VISIT_STATE_EXITED
    assert [one.name for one in device.folder.glob("spool*")] == []  # the gateway's own is left alone


async def test_tags_that_are_not_named_cannot_be_reported(device: Device, anna: str) -> None:
    file = await recorded(device, anna)
    answer = await device.call("replay", str(file), "--send")
    assert (answer.code, "name your own tags" in answer.err) == (2, True)


async def test_an_installer_is_led_through_the_walk(device: Device, anna: str) -> None:
    walk_around(device, anna)
    file, stops = device.folder / "walk.jsonl", device.folder / "stops.toml"
    process = await device.start("record", str(file), "--key", anna, "--stops", str(stops), typing=True)
    out, err = await process.communicate(b"s\n" * 8 + b"\n\n")  # nothing but a walk along the pavement
    assert process.returncode == 0, err.decode()
    assert "Stand r1 (door): 1.5 m in front of it" in out.decode()
    noted, head = tomllib.loads(stops.read_text()), json.loads(file.read_text().splitlines()[0])
    assert noted.keys() == {"began_at", "pavement"}
    assert (head["gateway"], head["began_at"]) == ("harbour-door", noted["began_at"])
    file.unlink()
    again = await device.call("record", str(file), "--key", anna, "--stops", str(stops))
    assert (again.code, "stops.toml is there already" in again.err) == (2, True)
    assert not file.exists()
