"""The whole gateway as its own process, from the virtual radio to a server on a real socket."""

import asyncio
import os
import signal
import sys
from functools import partial
from pathlib import Path

from regulars.presence.v1 import presence_service_pb2 as pb

from tests.unit.beacon_gateway.session_server import (
    KEY,
    Behaviour,
    SessionServer,
    eventually,
    pseudonym,
    serve,
)

ANNA = bytes.fromhex("0102030405060708090a0b0c0d0e0f10")
SCENE = f"""
seed = 11
starts_at = "server"
speed = 40.0

[store]
name = "harbour"
width_m = 24.0
depth_m = 12.0

[[receivers]]
name = "r1"
zone = "door"
position_m = [1.0, 6.0]

[[receivers]]
name = "r2"
zone = "shoes"
position_m = [22.0, 6.0]

[[walkers]]
identity_key = "{ANNA.hex()}"
arrives_seconds = 4
leaves_seconds = 150
path = [
  {{ at_m = [1.0, 6.0], dwell_seconds = 12 }},
  {{ at_m = [21.5, 6.5], dwell_seconds = 85 }},
  {{ at_m = [1.0, 5.0], dwell_seconds = 10 }},
]

[[walkers]]
stranger = true
arrives_seconds = 0
leaves_seconds = 130
path = [{{ at_m = [10.0, 6.0] }}]
"""
RUN = [sys.executable, "-c", "from beacon_gateway.main import run; run()", "run"]


async def start_gateway(tmp_path: Path, port: int, *more: str) -> asyncio.subprocess.Process:
    scene = tmp_path / "scene.toml"
    scene.write_text(SCENE)
    options = ["--radio", "simulated", "--scene", str(scene), "--server", f"127.0.0.1:{port}"]
    options += ["--spool", str(tmp_path / "spool.db"), "--gateway", "g1", "--store", "harbour", *more]
    environment = {**os.environ, "REGULARS_GATEWAY_KEY": KEY}
    return await asyncio.create_subprocess_exec(
        *RUN, *options, env=environment, stderr=asyncio.subprocess.PIPE
    )


def kinds(server: SessionServer) -> list[str]:
    in_order = sorted(server.stored)
    return [pb.PresenceKind.Name(server.stored[key].kind).removeprefix("PRESENCE_KIND_") for key in in_order]


async def test_a_scene_becomes_a_visit_on_the_server(tmp_path: Path) -> None:
    servicer = SessionServer(Behaviour(keys=[ANNA]))
    server, port = await serve(servicer)
    process = await start_gateway(tmp_path, port, "--exit-at-end")
    _, stderr = await asyncio.wait_for(process.communicate(), 30)
    await server.stop(0)
    assert process.returncode == 0, stderr.decode()
    events = [servicer.stored[key] for key in sorted(servicer.stored)]
    assert [kind for kind in kinds(servicer) if kind != "DWELL"] == ["ENTER", "MOVE", "MOVE", "EXIT"]
    assert kinds(servicer).count("DWELL") >= 2
    assert {event.pseudonym for event in events} == {pseudonym(ANNA)}
    assert [event.zone for event in events if event.kind == pb.PRESENCE_KIND_MOVE] == ["shoes", "door"]
    assert 130 < events[-1].dwell_seconds < 150
    assert servicer.keys_shown == [f"Bearer {KEY}"]
    assert servicer.ended_in_order == 1
    assert ANNA.hex() not in stderr.decode()
    assert pseudonym(ANNA).hex() not in stderr.decode()


async def test_sigterm_stops_it_in_order(tmp_path: Path) -> None:
    servicer = SessionServer(Behaviour(keys=[ANNA]))
    server, port = await serve(servicer)
    process = await start_gateway(tmp_path, port)
    await eventually(lambda: bool(servicer.stored), 20)
    process.send_signal(signal.SIGTERM)
    _, stderr = await asyncio.wait_for(process.communicate(), 10)
    await server.stop(0)
    assert process.returncode == 0, stderr.decode()
    assert servicer.ended_in_order == 1


def _has_grown(server: SessionServer, stored: int) -> bool:
    return len(server.stored) > stored


async def test_a_killed_gateway_goes_on_where_its_spool_ends(tmp_path: Path) -> None:
    servicer = SessionServer(Behaviour(keys=[ANNA]))
    server, port = await serve(servicer)
    for _ in range(2):
        process = await start_gateway(tmp_path, port)
        stored = len(servicer.stored)
        await eventually(partial(_has_grown, servicer, stored), 20)
        process.kill()
        await process.communicate()
    process = await start_gateway(tmp_path, port, "--exit-at-end")
    await asyncio.wait_for(process.communicate(), 30)
    await server.stop(0)
    epochs = {epoch for _, epoch, _ in servicer.stored}
    assert len(epochs) == len({hello.epoch for hello in servicer.hellos}) == 3
    for epoch in epochs:
        numbers = sorted(seq for _, of, seq in servicer.stored if of == epoch)
        assert numbers == list(range(1, len(numbers) + 1))
    (last,) = (event for event in servicer.stored.values() if event.kind == pb.PRESENCE_KIND_EXIT)
    assert last.dwell_seconds > 0


async def test_a_scene_that_cannot_be_played_ends_it_with_the_reason(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text(SCENE.replace("speed = 40.0", "speed = -1"))
    process = await start_gateway(tmp_path, 1, "--scene", str(broken))
    _, stderr = await asyncio.wait_for(process.communicate(), 10)
    assert process.returncode == 2
    assert "speed" in stderr.decode()
