"""What a gateway says, in `doctor` and in its log, when what it is given is wrong; it keeps what it has."""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from regulars.presence.v1 import presence_service_pb2 as pb

from beacon_gateway.identity.kept_table import KeptTable, read_table
from beacon_gateway.identity.key_table import ROTATION_SECONDS
from beacon_gateway.spooling.spool import Spool
from tests.conftest import missing
from tests.faults.feeder import event_of
from tests.unit.beacon_gateway.key_updates import whole
from tests.unit.beacon_gateway.session_server import KEY, Behaviour, SessionServer, serve

WAIT_SECONDS = 20.0
DAY_SECONDS = 86_400
MEMBER = {bytes(range(16)): b"pseudony"}


@dataclass
class Device:
    """A gateway's files, and its commands as an operator types them."""

    folder: Path
    port: int
    servicer: SessionServer
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def spool(self) -> Path:
        return self.folder / "spool.db"

    def configure(self, more: str = "") -> None:
        (self.folder / "gateway.toml").write_text(
            f'server = "127.0.0.1:{self.port}"\nkey = "{KEY}"\ngateway = "door"\nstore = "harbour"\n'
            f'spool = "{self.spool}"\nstatus_file = "{self.folder}/status.json"\n{more}'
        )

    async def start(self, command: str) -> asyncio.subprocess.Process:
        words = [sys.executable, "-m", "beacon_gateway", command, "--config", f"{self.folder}/gateway.toml"]
        environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self.folder}/no-bus"}
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(*words, env=environment, stdout=pipe, stderr=pipe)

    async def call(self, command: str) -> tuple[int, str]:
        """How a command ended, and what it said."""
        process = await self.start(command)
        out, err = await asyncio.wait_for(process.communicate(), WAIT_SECONDS)
        return int(process.returncode or 0), out.decode() + err.decode()

    async def doctor(self, what: str) -> str:
        """What the doctor says of one thing, with what to do about it."""
        code, said = await self.call("doctor")
        assert code == 1, said  # there is no Bluetooth here, at least
        found = [part for part in said.replace("\n      ->", " ->").splitlines() if f" {what} " in part]
        return "\n".join(found)

    async def logs(self, event: str) -> dict[str, Any]:
        """Runs until the log tells of an event; answers with all that it says."""
        process = await self.start("run")
        assert process.stderr is not None
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                async for line in process.stderr:
                    told: dict[str, Any] = json.loads(line)
                    if told["event"] == event:
                        return told
        finally:
            if process.returncode is None:
                process.terminate()
            await process.communicate()
        raise AssertionError(event)


@pytest.fixture
async def device(tmp_path: Path) -> AsyncIterator[Device]:
    servicer = SessionServer(Behaviour())
    server, port = await serve(servicer)
    made = Device(tmp_path, port, servicer)
    made.configure()
    yield made
    await server.stop(0)


def waiting(spool: Path) -> int:
    with closing(sqlite3.connect(spool)) as connection:
        return int(connection.execute("SELECT count(*) FROM events").fetchone()[0])


def fill(spool: Path) -> None:
    with closing(Spool(spool)) as filled:
        filled.append([event_of(number, [b"pseudony"], 1.0) for number in range(5)])


async def test_each_wrong_setting_is_named_by_doctor_and_run_alike(
    device: Device,
) -> None:
    device.configure('servr = "x"\nadapter = "hci"\n')
    said = await device.doctor("settings")
    assert said.count("FAULT") == 2
    assert "servr: there is no such setting; did you mean server?" in said
    assert "adapter: is not written as it should be; write hci0" in said
    code, told = await device.call("run")
    assert code == 2
    assert [line for line in told.splitlines() if line in said] == told.splitlines()


async def test_a_zone_that_no_receiver_covers_is_named_and_nothing_starts(device: Device) -> None:
    fill(device.spool)
    device.configure("[zone_rules.dor]\nenter_rssi_dbm = -70\n")
    assert "no receiver covers the zone 'dor'" in await device.doctor("settings")
    assert (await device.call("run"))[0] == 2
    assert waiting(device.spool) == 5


async def test_a_zone_that_only_the_server_knows_is_told_in_the_log_and_stops_nothing(device: Device) -> None:
    rule = pb.ZoneRule(zone="cellar", enter_rssi_dbm=-70, exit_rssi_dbm=-80)
    device.servicer.behaviour.config.zone_rules.append(rule)
    told = await device.logs("tuning.unknown_zones")
    assert (told["zones"], told["known"], told["level"]) == (["cellar"], ["store"], "warning")


async def test_a_table_from_the_future_is_said_and_kept(device: Device) -> None:
    tomorrow = time.time() + DAY_SECONDS
    KeptTable(device.folder / "keys.db").write([whole("t-1", MEMBER, tomorrow)])
    device.port = 1  # nobody there
    device.configure()
    assert "the table begins after now: this clock is behind" in await device.doctor("table")
    told = await device.logs("table.coverage")
    assert (told["coverage"].split(":")[0], told["level"]) == ("the table begins after now", "warning")
    kept = read_table(device.folder / "keys.db")
    assert kept is not None
    assert kept.version == "t-1"


async def test_the_doctor_tells_for_how_long_members_are_known(device: Device) -> None:
    KeptTable(device.folder / "keys.db").write([whole("t-1", MEMBER, time.time(), 20)])
    hours, said = 20 * ROTATION_SECONDS / 3600, await device.doctor("table")
    assert any(f"for {about:.0f} h" in said for about in (hours - 1, hours))
    assert "FAULT" not in said


async def test_a_clock_that_is_a_day_off_is_told_with_what_to_do(device: Device) -> None:
    device.servicer.behaviour.now = lambda: time.time() + DAY_SECONDS
    told = await device.logs("clock.skewed")
    assert abs(told["seconds"] - DAY_SECONDS) < 60
    assert "timedatectl" in told["hint"]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, which can be mounted to read only; for who is not root, a folder that is closed."""
    made = tmp_path / "disk"
    made.mkdir()
    if os.geteuid() == 0 and mount("-t", "tmpfs", "-o", "size=8m", "tmpfs", str(made)) != 0:
        missing("no file system can be mounted here")
    yield made
    if os.geteuid() == 0:
        subprocess.run(["umount", str(made)], check=True)


def mount(*words: str) -> int:
    return subprocess.run(["mount", *words], capture_output=True, check=False).returncode


def close_to_writes(disk: Path, *, closed: bool) -> None:
    if os.geteuid() == 0:
        assert mount("-o", f"remount,{'ro' if closed else 'rw'}", str(disk)) == 0
    else:
        disk.chmod(0o500 if closed else 0o700)


async def test_a_disk_that_only_reads_is_told_and_keeps_what_is_on_it(device: Device, disk: Path) -> None:
    device.folder = disk
    device.port = 1  # nobody there
    device.configure()
    fill(device.spool)
    KeptTable(disk / "keys.db").write([whole("t-1", MEMBER, time.time())])
    close_to_writes(disk, closed=True)
    assert "cannot be written -> is the disk mounted read-only" in await device.doctor("spool")
    assert (await device.logs("spool.refused"))["level"] == "warning"
    assert (await device.logs("table.coverage"))["coverage"] == "current"
    close_to_writes(disk, closed=False)
    assert waiting(device.spool) == 5
    assert "5 events wait" in await device.doctor("spool")


async def test_a_folder_that_is_not_there_is_told_and_the_gateway_runs_in_memory(device: Device) -> None:
    device.folder = device.folder / "gone"
    device.folder.mkdir()
    device.configure()
    (device.folder / "gateway.toml").write_text(
        (device.folder / "gateway.toml").read_text().replace("/spool.db", "/nowhere/spool.db")
    )
    assert "there is no folder" in await device.doctor("spool")
    told = await device.logs("spool.refused")
    assert told["path"].endswith("nowhere/spool.db")
    assert "a restart loses them" in told["hint"]
