from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.server_process import ServerProcess


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server that runs and has a key; it is stopped at the end."""
    found = ServerProcess(tmp_path)
    found.make_key()
    found.start()
    yield found
    found.stop()
