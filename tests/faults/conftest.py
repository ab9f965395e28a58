from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.server_process import ServerProcess


@pytest.fixture
def idle_server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server that is to be started; it is stopped at the end."""
    found = ServerProcess(tmp_path)
    yield found
    found.stop()


@pytest.fixture
def server(idle_server: ServerProcess) -> ServerProcess:
    """A server that runs."""
    idle_server.start()
    return idle_server
