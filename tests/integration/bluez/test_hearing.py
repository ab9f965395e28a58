"""bleak's own BlueZ backend and a real dbus-daemon, against a fake bluetoothd: everything but the antenna."""

import asyncio
import sys
import time
from pathlib import Path

from beacon_gateway.hearing.recovery import Patience
from beacon_gateway.identity.adverts import EDDYSTONE_UUID
from beacon_gateway.identity.identities import eid
from tests.integration.bluez.listening import Listening, bluez, until
from tests.unit.beacon_gateway.session_server import KEY, Behaviour, SessionServer, pseudonym, serve

RUN = [sys.executable, "-c", "from beacon_gateway.main import run; run()", "run"]
TAG = "C0:00:00:00:00:01"
FRAME = {EDDYSTONE_UUID: b"\x30\xee" + bytes(range(8))}
QUICK = Patience(silence=0.3, look=0.1, settle=0.05)


async def test_every_advert_arrives_also_when_only_its_strength_changes(bus: str) -> None:
    async with bluez(bus) as daemon, Listening() as ears:
        await until(lambda: daemon.first.hears_all)
        for rssi_dbm in (-60, -61, -62, -61):
            daemon.hear(TAG, rssi_dbm, FRAME)
        await until(lambda: len(ears.strengths()) == 4)
        assert ears.strengths() == [-60, -61, -62, -61]
        assert {bytes(heard.service_frames[EDDYSTONE_UUID]) for heard in ears.heard} == {
            FRAME[EDDYSTONE_UUID]
        }
        assert not ears.radio.deaf_receivers()
        assert not ears.radio.degraded()


async def test_adverts_resume_after_bluetoothd_was_killed(bus: str) -> None:
    async with Listening() as ears:
        async with bluez(bus) as daemon:
            await until(lambda: daemon.first.hears_all)
            daemon.hear(TAG, -60, FRAME)
            await until(lambda: ears.strengths() == [-60])
        await until(ears.radio.deaf_receivers)
        async with bluez(bus, busy=2) as daemon:
            await until(lambda: daemon.first.hears_all)
            daemon.hear(TAG, -70, FRAME)
            await until(lambda: ears.strengths() == [-60, -70])
            assert not ears.radio.deaf_receivers()


async def test_adverts_resume_when_the_adapter_is_switched_on_again(bus: str) -> None:
    async with bluez(bus) as daemon, Listening() as ears:
        await until(lambda: daemon.first.hears_all)
        daemon.power(False)
        await until(ears.radio.deaf_receivers)
        daemon.power(True)
        await until(lambda: daemon.first.hears_all)
        daemon.hear(TAG, -66, FRAME)
        await until(lambda: ears.strengths() == [-66])


async def test_a_silent_scan_is_restarted(bus: str) -> None:
    async with bluez(bus) as daemon, Listening(patience=QUICK):
        await until(lambda: daemon.first.starts == 2)
        assert daemon.first.scanners


async def test_without_a_monitor_the_scan_is_restarted_each_second_and_says_so(bus: str) -> None:
    async with bluez(bus, experimental=False) as daemon, Listening() as ears:
        await until(lambda: daemon.first.starts >= 3)
        assert ears.radio.degraded()
        daemon.hear(TAG, -60, FRAME)
        await until(lambda: ears.strengths() == [-60])


async def test_a_member_near_the_adapter_is_reported_to_the_server(bus: str, tmp_path: Path) -> None:
    member = bytes(range(16))
    servicer = SessionServer(Behaviour(keys=[member]))
    server, port = await serve(servicer)
    options = ["--radio", "bleak", "--server", f"127.0.0.1:{port}", "--key", KEY, "--gateway", "g1"]
    options += ["--store", "harbour", "--zone", "door", "--spool", str(tmp_path / "spool.db")]
    async with bluez(bus) as daemon:
        process = await asyncio.create_subprocess_exec(*RUN, *options, stderr=asyncio.subprocess.PIPE)
        await until(lambda: daemon.first.hears_all and bool(servicer.hellos))
        async with asyncio.timeout(15):
            while not servicer.stored:
                frame = {EDDYSTONE_UUID: b"\x30\xee" + eid(member, int(time.time()))}
                daemon.hear(TAG, -60, frame)
                await asyncio.sleep(0.25)
        process.terminate()
        _, stderr = await process.communicate()
    await server.stop(0)
    assert process.returncode == 0, stderr.decode()
    (event, *_) = servicer.stored.values()
    assert (event.zone, event.pseudonym) == ("door", pseudonym(member))
    assert abs(event.observed_at.ToSeconds() - time.time()) < 30
    assert TAG not in stderr.decode()


async def test_the_radio_waits_for_a_bus_and_a_bluetoothd_that_come_late(bus: str) -> None:
    async with Listening() as ears:
        await asyncio.sleep(0.2)
        assert ears.radio.deaf_receivers()
        async with bluez(bus) as daemon:
            await until(lambda: daemon.first.hears_all)
