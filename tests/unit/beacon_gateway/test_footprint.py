"""What the whole process costs, and that nobody can reach it from outside."""

import asyncio
import json
import os
import re
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import pytest
from regulars.presence.v1 import presence_service_pb2 as pb

from beacon_gateway.identity.key_table import CELL_BYTES, ROTATION_SECONDS
from tests.unit.beacon_gateway.session_server import KEY, Behaviour, SessionServer, serve

MEMBERS: Final = 20_000
WINDOWS: Final = 44  # 12 h and the neighbours of now
RSS_KIB_MAX: Final = 80 * 1024
SETTLE_SECONDS: Final = 2.0  # for the table to be on the disk, too
LISTENING: Final = "0A"  # the kernel's number for it in /proc/net/tcp
SCENE: Final = """
seed = 5
starts_at = "server"
speed = 1

[store]
name = "harbour"
width_m = 24.0
depth_m = 12.0

[[receivers]]
name = "r1"
zone = "door"
position_m = [1.0, 6.0]

[[walkers]]
stranger = true
arrives_seconds = 0
leaves_seconds = 600
path = [{ at_m = [10.0, 6.0], dwell_seconds = 600 }]
"""


def span(starts_at_seconds: int, seconds: int, cells: bytes) -> pb.KeyStretch:
    stretch = pb.KeyStretch(first_row=0, cells=cells)
    stretch.starts_at.FromSeconds(starts_at_seconds)
    stretch.ends_at.FromSeconds(starts_at_seconds + seconds)
    return stretch


class LargeServer(SessionServer):
    """Sends the table of a large programme, in parts below the limit of a message."""

    def _greet(self, hello: pb.Hello) -> list[pb.SessionResponse]:
        super()._greet(hello)
        return [pb.SessionResponse(keys=part) for part in self._parts()]

    def _parts(self) -> Iterator[pb.KeyUpdate]:
        now = int(self.behaviour.now())
        first = now // ROTATION_SECONDS * ROTATION_SECONDS - ROTATION_SECONDS
        day = now // 86_400 * 86_400
        for starts_at in (day, day + 86_400):
            yield pb.KeyUpdate(pseudonyms=[span(starts_at, 86_400, os.urandom(MEMBERS * CELL_BYTES))])
        for number in range(WINDOWS):
            starts_at = first + number * ROTATION_SECONDS
            yield pb.KeyUpdate(
                identifiers=[span(starts_at, ROTATION_SECONDS, os.urandom(MEMBERS * CELL_BYTES))],
                version="t1" if number == WINDOWS - 1 else "",
            )


@pytest.fixture
async def server() -> AsyncIterator[int]:
    """The port of a server with a large programme."""
    started, port = await serve(LargeServer(Behaviour()))
    yield port
    await started.stop(0)


@asynccontextmanager
async def gateway(tmp_path: Path, port: int, radio: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that holds the whole table."""
    scene = tmp_path / "scene.toml"
    scene.write_text(SCENE)
    command = [sys.executable, "-m", "beacon_gateway", "run"]
    options = ["--radio", radio, "--server", f"127.0.0.1:{port}", "--spool", str(tmp_path / "spool.db")]
    options += ["--gateway", "g1", "--store", "harbour", "--scene", str(scene)]
    environment = {
        **os.environ,
        "REGULARS_GATEWAY_KEY": KEY,
        "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={tmp_path}/no-bus",
    }
    process = await asyncio.create_subprocess_exec(
        *command, *options, env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        await asyncio.wait_for(table_taken(process), 30)
        yield process
    finally:
        process.terminate()
        await process.communicate()


async def table_taken(process: asyncio.subprocess.Process) -> None:
    assert process.stderr is not None
    async for line in process.stderr:
        if json.loads(line)["event"] == "table.changed":
            return
    raise AssertionError("the gateway ended")


def memory_kib(pid: int, which: str) -> int:
    """VmRSS: what a process has now. VmHWM: the most that it ever had."""
    (found,) = re.findall(rf"{which}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found)


def open_files(pid: int) -> Iterator[str]:
    for one in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile, such as the folder that we read
            yield str(one.readlink())


def listening(pid: int) -> list[str]:
    """Local addresses of the process's sockets that wait for callers."""
    mine = set(open_files(pid))
    rows = [
        row.split()
        for name in ("tcp", "tcp6", "udp", "udp6")
        for row in Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]
    ]
    return [
        row[1]
        for row in rows
        if f"socket:[{row[9]}]" in mine and (row[3] == LISTENING or row[2].endswith(":0000"))
    ]


@pytest.mark.parametrize("radio", ["bleak", "simulated"])
async def test_it_takes_and_holds_the_table_of_a_large_programme_in_80_mb(
    tmp_path: Path, server: int, radio: str, record_property: Callable[[str, object], None]
) -> None:
    async with gateway(tmp_path, server, radio) as process:
        await asyncio.sleep(SETTLE_SECONDS)
        held_kib, peak_kib = memory_kib(process.pid, "VmRSS"), memory_kib(process.pid, "VmHWM")
    record_property("rss_mib", round(held_kib / 1024, 1))
    record_property("peak_mib", round(peak_kib / 1024, 1))
    assert peak_kib < RSS_KIB_MAX, f"peak {peak_kib / 1024:.1f} MiB, then {held_kib / 1024:.1f} MiB"


async def test_nothing_listens(tmp_path: Path, server: int) -> None:
    async with gateway(tmp_path, server, "simulated") as process:
        assert listening(process.pid) == []


def test_the_look_for_listeners_finds_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert f"{port:04X}" in {address.rpartition(":")[2] for address in listening(os.getpid())}
