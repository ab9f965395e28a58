"""A gateway's whole life as processes: enrolled, running under systemd's eyes, looked after, revoked."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from beacon_gateway.access.credentials import asking_key, load, save
from services.composition import House, renew_keyring
from services.gateway_commands import add
from services.gateways.use_cases.authorities import rotate_authority
from services.gateways.use_cases.devices import revoke_gateway
from services.settings import Settings
from services.storage.tables import gateways
from tests.integration.shop import ManualClock
from tests.integration.test_gateway_enrolment import OVERLAP, enrol

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
pytestmark = ON_SQLITE
ENDS_SECONDS = 20.0
DAY_SECONDS = 86_400
LOOKS_MAX = 40  # each takes half a second and more
SCENE = """
seed = 11
starts_at = "server"
speed = 1.0

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
path = [{ at_m = [3.0, 6.0], dwell_seconds = 600 }]
"""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))  # TLS looks at the machine's clock


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path,
        database_url=database_url,
        port=0,
        gateway_port=0,
        console_port=0,
        tls_names="shop.test",
    )


@dataclass(frozen=True)
class Answer:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Device:
    """A gateway's files, and its commands as an operator types them."""

    folder: Path

    def configure(self, port: int, more: str = "") -> None:
        (self.folder / "scene.toml").write_text(SCENE)
        (self.folder / "gateway.toml").write_text(
            f'server = "127.0.0.1:{port}"\nplaintext = false\nradio = "simulated"\n'
            f'scene = "{self.folder}/scene.toml"\nspool = "{self.folder}/spool.db"\n'
            f'status_file = "{self.folder}/status.json"\n{more}'
        )

    async def start(self, command: str, *more: str, typing: bool = False) -> asyncio.subprocess.Process:
        """typing: whether what its terminal is asked can be answered."""
        words = [sys.executable, "-m", "beacon_gateway", command, "--config", f"{self.folder}/gateway.toml"]
        environment = {**os.environ, "NOTIFY_SOCKET": f"{self.folder}/notify", "WATCHDOG_USEC": "1500000"}
        pipe = asyncio.subprocess.PIPE
        typed = pipe if typing else None
        return await asyncio.create_subprocess_exec(
            *words, *more, env=environment, stdin=typed, stdout=pipe, stderr=pipe
        )

    async def call(self, command: str, *more: str) -> Answer:
        process = await self.start(command, *more)
        out, err = await asyncio.wait_for(process.communicate(), ENDS_SECONDS)
        assert process.returncode is not None
        return Answer(process.returncode, out.decode(), err.decode())

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.subprocess.Process]:
        process = await self.start("run")
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            await asyncio.wait_for(process.communicate(), ENDS_SECONDS)

    async def says(self, words: str) -> None:
        """Wait until `status` says so."""
        for _ in range(LOOKS_MAX):
            if words in (answer := await self.call("status")).out:
                return
            await asyncio.sleep(0.2)
        raise AssertionError(answer.out + answer.err)


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    (tmp_path / "device").mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "device/notify"))
        listening.setblocking(False)
        yield listening


def shown(capsys: pytest.CaptureFixture[str]) -> str:
    """The line with the token, as the operator sees it."""
    return next(line for line in capsys.readouterr().out.splitlines() if line.startswith("rgt_"))


@pytest.fixture
async def device(
    house: House, systemd: socket.socket, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Device:
    """A gateway that was just enrolled, with the very line that the operator was shown."""
    made = Device(tmp_path / "device")
    made.configure(house.rpc.port)
    await asyncio.to_thread(add, house.settings, "harbour-door", "harbour")
    answer = await made.call("enrol", shown(capsys))
    assert answer.code == 0, answer.err
    assert "enrolled as harbour-door in store harbour" in answer.out
    return made


def said(systemd: socket.socket) -> list[str]:
    words = []
    while True:
        try:
            words.append(systemd.recv(4096).decode())
        except BlockingIOError:
            return words


async def test_an_enrolled_gateway_runs_without_a_key_and_says_how_it_fares(
    house: House, device: Device, systemd: socket.socket
) -> None:
    async with device.running():
        await device.says("connected")
        answer = await device.call("status")
        with house.database.engine.connect() as connection:
            assert connection.execute(select(func.max(gateways.c.gateway))).scalar() == "harbour-door"
    assert answer.code == 0
    assert answer.out.startswith("harbour-door in harbour: running")
    assert "30 days left" in answer.out
    words = said(systemd)
    assert words[0] == "READY=1"
    assert "WATCHDOG=1" in words
    assert words[-1] == "STOPPING=1"
    assert (await device.call("status")).code == 3


async def test_a_gateway_renews_itself_across_the_hand_over_to_a_new_authority(
    house: House, clock: ManualClock, device: Device
) -> None:
    file = device.folder / "credentials.json"
    old = load(file)
    rotate_authority(house.database, OVERLAP)
    await renew_keyring(house)
    save(file, replace(old, starts_at_seconds=old.starts_at_seconds - 100 * DAY_SECONDS))
    async with device.running():
        await device.says(": connected")
        await until(lambda: load(file).authority.count("BEGIN CERTIFICATE") == 2)
        renewed = load(file)
        clock.move_to(clock.now() + OVERLAP)
        await renew_keyring(house)
        assert (
            await device.call("doctor")
        ).code == 0  # a new handshake, with the new authority's certificate
    save(file, replace(old, starts_at_seconds=clock.now().timestamp()))
    assert "cannot be reached" in (await device.call("doctor")).out  # who never renewed does not know it
    save(file, renewed)
    async with device.running():
        await device.says(": connected")


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(ENDS_SECONDS):
        while not happened():  # noqa: ASYNC110 - a file tells nobody that it has changed
            await asyncio.sleep(0.05)


async def test_the_status_of_a_gateway_that_was_killed_is_that_it_is_gone(device: Device) -> None:
    async with device.running() as process:
        await device.says(": connected")
        process.kill()
        await process.wait()
        answer = await device.call("status")
    assert (answer.code, "was killed" in answer.err) == (3, True)


async def test_the_key_is_for_its_owner_only(device: Device) -> None:
    mode = stat.S_IMODE((device.folder / "credentials.json").stat().st_mode)
    assert mode == 0o600


async def test_a_doctor_finds_a_healthy_gateway_healthy(device: Device) -> None:
    answer = await device.call("doctor")
    assert answer.code == 0, answer.out
    assert "FAULT" not in answer.out
    assert "lets this gateway in" in answer.out


async def test_a_revoked_gateway_is_let_go_within_seconds_and_told_why(house: House, device: Device) -> None:
    async with device.running() as process:
        await device.says(": connected")
        revoke_gateway(house.database, "harbour-door")
        await device.says("was revoked; enrol the gateway with a new token")
        answer = await device.call("doctor")
        process.terminate()
        _, err = await process.communicate()
    assert answer.code == 1
    assert "was revoked; enrol the gateway with a new token" in answer.out
    assert "was revoked; enrol the gateway with a new token" in err.decode()


async def test_a_token_is_good_once(house: House, device: Device, capsys: pytest.CaptureFixture[str]) -> None:
    await asyncio.to_thread(add, house.settings, "camden-door", "camden")
    token = shown(capsys)
    assert (await device.call("enrol", token)).code == 0
    again = await device.call("enrol", token)
    assert (again.code, "make a new one: regulars gateways add" in again.err) == (2, True)


async def test_a_server_with_another_authority_is_not_trusted(
    house: House, device: Device, capsys: pytest.CaptureFixture[str]
) -> None:
    await asyncio.to_thread(add, house.settings, "camden-door", "camden")
    token = shown(capsys).partition(".")[0]
    answer = await device.call("enrol", token)  # the system's authorities do not know ours
    assert (answer.code, "cannot be reached" in answer.err) == (2, True)


async def test_a_gateway_that_is_not_enrolled_says_so(
    house: House, systemd: socket.socket, tmp_path: Path
) -> None:
    device = Device(tmp_path / "device")
    device.configure(house.rpc.port)
    answer = await device.call("run")
    assert (answer.code, "run regulars-gateway enrol" in answer.err) == (2, True)
    assert "FAULT certificate  not enrolled" in (await device.call("doctor")).out
    assert systemd.fileno() > 0


@pytest.mark.parametrize(
    ("line", "enrolled"), [('gateway = "camden-door"', "harbour-door"), ('store = "camden"', "harbour")]
)
async def test_a_setting_against_the_enrolment_is_refused(
    house: House, device: Device, line: str, enrolled: str
) -> None:
    device.configure(house.rpc.port, f"{line}\n")
    answer = await device.call("run")
    assert (answer.code, f"enrolled as {enrolled};" in answer.err) == (2, True)
    assert f"enrolled as {enrolled};" in (await device.call("doctor")).out


async def test_an_enrolment_whose_answer_was_lost_is_asked_for_again_with_the_same_token(
    house: House, device: Device, capsys: pytest.CaptureFixture[str]
) -> None:
    await asyncio.to_thread(add, house.settings, "camden-door", "camden")
    line = shown(capsys)
    token = line.partition(".")[0]
    await enrol(house, token, asking_key(device.folder / "credentials.json", token))  # nobody got the answer
    answer = await device.call("enrol", line)
    assert answer.code == 0, answer.err
    assert "enrolled as camden-door in store camden" in answer.out
    assert [one.name for one in device.folder.glob("credentials*")] == ["credentials.json"]
    async with device.running():
        await device.says(": connected")
