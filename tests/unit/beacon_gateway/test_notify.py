"""What systemd is told, over a socket as it gives one."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from beacon_gateway.operation.notify import Notifier


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.setblocking(False)
        yield listening


def said(systemd: socket.socket) -> list[str]:
    found = []
    while True:
        try:
            found.append(systemd.recv(4096).decode())
        except BlockingIOError:
            return found


def notifier(tmp_path: Path, limit_seconds: float = 0.0) -> Notifier:
    microseconds = str(round(limit_seconds * 1_000_000))
    return Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": microseconds})


def test_a_word_is_a_datagram_of_lines(systemd: socket.socket, tmp_path: Path) -> None:
    notifier(tmp_path).tell(READY=1, STATUS="2 members present")
    assert said(systemd) == ["READY=1\nSTATUS=2 members present"]


def test_an_abstract_socket_is_found() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0regulars-test-notify")
        Notifier({"NOTIFY_SOCKET": "@regulars-test-notify"}).tell(STOPPING=1)
        assert listening.recv(4096) == b"STOPPING=1"


def test_nothing_is_said_where_nobody_listens(tmp_path: Path) -> None:
    Notifier({}).tell(READY=1)
    notifier(tmp_path).tell(READY=1)


async def beating(notifier: Notifier, steps: Iterator[int]) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(notifier.beat(lambda: next(steps)), 0.5)


async def test_it_is_alive_while_work_goes_on(systemd: socket.socket, tmp_path: Path) -> None:
    await beating(notifier(tmp_path, limit_seconds=0.15), iter(range(1_000)))
    assert said(systemd).count("WATCHDOG=1") >= 4


async def test_it_is_not_alive_when_work_stands_still(systemd: socket.socket, tmp_path: Path) -> None:
    await beating(notifier(tmp_path, limit_seconds=0.15), iter([7] * 1_000))
    assert said(systemd) == ["WATCHDOG=1"]


async def test_without_a_watchdog_nothing_beats(systemd: socket.socket, tmp_path: Path) -> None:
    await notifier(tmp_path).beat(lambda: 1)
    assert said(systemd) == []
