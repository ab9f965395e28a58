"""A real `regulars serve` that can be killed and started again on the same port and the same data."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.clock import SystemClock
from services.composition import create_key, open_database
from services.settings import Settings

START_CPU_SECONDS_MAX = 5.0  # until it serves again: what it works, for a busy machine lets it wait for long
PATIENCE_SECONDS = 60.0  # before a test gives up on a process; nothing waits for it when all is well

REGULARS = (sys.executable, "-m", "services.main")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment() -> dict[str, str]:
    """What the processes inherit, without any setting of the outer world."""
    return {name: value for name, value in os.environ.items() if not name.startswith("REGULARS_")}


def regulars(*arguments: str, cwd: Path) -> str:
    """Run a command to its end and answer what it printed."""
    done = subprocess.run(
        [*REGULARS, *arguments],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def cpu_seconds(pid: int) -> float:
    """What a process has worked since it began."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return sum(map(int, after_name[11:13])) / os.sysconf("SC_CLK_TCK")  # for itself, and in the kernel


@dataclass
class ServerProcess:
    """One server, on SQLite without a `database_url`, started when told; `key` has the scope `backend`."""

    folder: Path
    port: int = field(default_factory=free_port)
    database_url: str = ""
    key: str = field(init=False)
    start_cpu_seconds: list[float] = field(default_factory=list)
    _process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.key = self.make_key("backend")

    @property
    def settings(self) -> Settings:
        return Settings(data_dir=self.folder, database_url=self.database_url)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        return (("authorization", f"Bearer {self.key}"),)

    def make_key(self, scope: str) -> str:
        """A key, while the server does not run; made here, for another process takes seconds to start."""
        database = open_database(self.settings, SystemClock())
        try:
            return create_key(database, scope, (scope,)).text
        finally:
            database.engine.dispose()

    def start(self) -> None:
        """Start and wait until the health service says SERVING."""
        began = time.monotonic()
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*REGULARS, *self._serve_command()],
                cwd=self.folder,
                env=environment(),
                stdout=log,
                stderr=log,
            )
        while not self._is_serving():
            assert self._process.poll() is None, self.log()
            assert time.monotonic() - began < PATIENCE_SECONDS, self.log()
            time.sleep(0.05)
        self.start_cpu_seconds.append(cpu_seconds(self._process.pid))

    def _serve_command(self) -> list[str]:
        ports = ["--port", str(self.port), "--console-port", "0"]
        return ["serve", "--data-dir", str(self.folder), "--database-url", self.database_url, *ports]

    def _is_serving(self) -> bool:
        with grpc.insecure_channel(self.address) as channel:
            stub: Any = health_pb2_grpc.HealthStub(channel)
            try:
                answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=1)
            except grpc.RpcError:
                return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    def kill(self) -> None:
        """End it as a power cut does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._process = None

    def stop(self) -> int:
        """End it as an operator does; answers the exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(PATIENCE_SECONDS)
        self._process = None
        return code

    def log(self) -> str:
        return (self.folder / "server.log").read_text(errors="replace")[-4_000:]

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the file itself, whether its server runs or not."""
        connection = sqlite3.connect(self.folder / "regulars.db")
        try:
            return connection.execute(statement).fetchall()
        finally:
            connection.close()
