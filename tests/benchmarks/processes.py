"""The processes of a measurement: servers on one core, the load on the other, each stopped by its own id."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

STOP_SECONDS_MAX: Final = 20.0
TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")
SERVER_CORE, LOAD_CORE = 0, 1


class ProcessDiedError(Exception):
    """A process of the benchmark ended too early; the text is the end of what it wrote to standard error."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one side did in one round. busy, server_busy: shares of one core that load and server took."""

    calls: int
    seconds: float
    p50: float
    p99: float
    busy: float
    server_busy: float

    @property
    def per_second(self) -> float:
        return self.calls / self.seconds


class Process:
    """A Python module run on one core; it says a line when it is ready, and ends when its input does."""

    def __init__(self, module: str, arguments: Sequence[str | Path], core: int | None) -> None:
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115  (closed by __exit__)
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        if core is not None and (os.cpu_count() or 1) > core:
            os.sched_setaffinity(self._process.pid, {core})
        self.first_line = self.read_line()

    @property
    def pid(self) -> int:
        return self._process.pid

    def read_line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.wait(STOP_SECONDS_MAX)
            self._errors.seek(0)
            raise ProcessDiedError(self._errors.read()[-4000:])
        return line.strip()

    def say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def cpu_seconds(self) -> float:
        """User and system time so far, of all its threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._errors.close()


class Server(Process):
    """A server that says `port key` when it serves."""

    def __init__(self, module: str, *arguments: str | Path) -> None:
        super().__init__(module, arguments, SERVER_CORE)
        port, _, self.key = self.first_line.partition(" ")
        self.port = int(port)


class Load(Process):
    """A load generator for one server."""

    def __init__(self, server: Server, protocol: str, what: str, *arguments: str | Path) -> None:
        self._server = server
        to = ("--port", str(server.port), "--key", server.key)
        super().__init__("tests.benchmarks.load", (protocol, what, *to, *arguments), LOAD_CORE)

    def round(self, calls: int, in_flight: int) -> Round:
        before = self._server.cpu_seconds()
        self.say(f"{calls} {in_flight}")
        seen = json.loads(self.read_line())
        used = self._server.cpu_seconds() - before
        return Round(**seen, server_busy=used / seen["seconds"])
