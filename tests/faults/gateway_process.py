"""Gateways as processes that can be killed, and members for them to notice."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import grpc

from tests.faults.server_process import PATIENCE_SECONDS, ServerProcess, environment
from tests.integration.shop import Caller

ROOT = Path(__file__).parents[2]


def enrol_members(server: ServerProcess, count: int) -> list[bytes]:
    """Enrols members who may be noticed; returns the keys of their tags."""

    async def enrol() -> list[bytes]:
        async with grpc.aio.insecure_channel(server.address) as channel:
            caller = Caller(channel, server.metadata)
            for number in range(count):
                await caller.enrol(f"m{number}", "PRESENCE")
            return [await caller.presence_key(f"m{number}") for number in range(count)]

    return asyncio.run(enrol())


class Feeder:
    """Runs `tests.faults.feeder` again and again, and keeps book of what it says.

    committed: numbers that were on the gateway's disk. doubtful: those of which a kill left that open.
    """

    def __init__(self, server: ServerProcess, key: str) -> None:
        self.server = server
        self._key = key
        self.spool = server.folder / "spool.db"
        self.committed: set[int] = set()
        self.doubtful: set[int] = set()
        self.begun = 0
        self._at_work: set[int] = set()
        self.is_empty = threading.Event()

    def start(self, last: int) -> None:
        words = [self.server.address, self._key, str(self.spool), str(self.begun + 1), str(last)]
        with (self.server.folder / "feeder.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.feeder", *words],
                cwd=ROOT,
                env=environment(),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                if line.endswith("\n"):  # else it was cut by a kill
                    self._take(*line.split())

    def _take(self, word: str, *numbers: str) -> None:
        if word == "begin":
            self.begun = int(numbers[1])
            self._at_work = set(range(int(numbers[0]), self.begun + 1))
            self.doubtful |= self._at_work
        elif word == "done":
            self.committed |= self._at_work
            self.doubtful -= self._at_work
        elif word == "empty":
            self.is_empty.set()

    def kill(self) -> None:
        """Ends it as a power cut does; again is no harm."""
        self._process.kill()
        self._process.wait()
        self._reading.join(PATIENCE_SECONDS)

    def finish(self) -> None:
        """Waits until the server has everything, and the process has ended in good order."""
        code = self._process.wait(PATIENCE_SECONDS * 5)
        self._reading.join(PATIENCE_SECONDS)
        assert (code, self.is_empty.is_set()) == (0, True), (self.server.folder / "feeder.log").read_text()

    def wait_for(self, committed: float) -> None:
        began = time.monotonic()
        while len(self.committed) < committed and self._process.poll() is None:
            assert time.monotonic() - began < PATIENCE_SECONDS
            time.sleep(0.005)

    def waiting(self) -> set[int]:
        """The numbers in the spool."""
        with contextlib.closing(sqlite3.connect(f"file:{self.spool}?mode=ro", uri=True)) as spool:
            return {int(zone) for (zone,) in spool.execute("SELECT zone FROM events WHERE kind != 'GAP'")}
