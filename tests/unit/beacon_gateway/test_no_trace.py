"""Who is no member leaves no trace: not in the gateway's memory, not on its disk, not in its log."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.beacon_gateway.listening_process import MEMBER, STRANGER, unmasked

ROOT = Path(__file__).parents[3]
CHUNK_BYTES = 1 << 24
# What is freed is overwritten at once, so that what is found is still held.
FREED_IS_OVERWRITTEN = {"PYTHONMALLOC": "malloc", "MALLOC_PERTURB_": "153"}


class Process:
    """A listening gateway, seen from outside."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._log = (folder / "log").open("w+b")
        module = "tests.unit.beacon_gateway.listening_process"
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=os.environ | FREED_IS_OVERWRITTEN,
            cwd=ROOT,
            text=True,
        )

    def plays(self, what: str) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(what + "\n")
        self._process.stdin.flush()
        while (line := self._process.stdout.readline()) != "done\n":
            self._log.write(line.encode())
            assert line, "the gateway ended"
        self._log.flush()

    def remembers(self, what: bytes) -> bool:
        """Whether the bytes stand anywhere in the memory that the process may write."""
        return any(what in chunk for chunk in self._memory(len(what)))

    def has_written(self, what: bytes) -> bool:
        return any(what in path.read_bytes() for path in self.folder.iterdir())

    def _memory(self, overlap: int) -> Iterator[bytes]:
        maps = Path(f"/proc/{self._process.pid}/maps").read_text().splitlines()
        with Path(f"/proc/{self._process.pid}/mem").open("rb", buffering=0) as memory:
            for line in maps:
                span, rights, *_ = line.split()
                start, end = (int(part, 16) for part in span.split("-"))
                for at in range(start, end, CHUNK_BYTES) if rights.startswith("rw") else ():
                    memory.seek(at)
                    yield memory.read(min(CHUNK_BYTES + overlap, end - at))

    def end(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()
        self._log.close()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    started = Process(tmp_path)
    yield started
    started.end()


def test_nothing_is_left_of_a_stranger_but_a_count(process: Process) -> None:
    identifier, address = (unmasked(one) for one in STRANGER)
    process.plays("stranger 60")
    process.plays("silence 1")
    assert not process.remembers(identifier)
    assert not process.remembers(address)
    assert not process.has_written(identifier)
    assert not process.has_written(address)


def test_a_members_address_is_known_for_seconds_and_never_written(process: Process) -> None:
    """And shows that what is held would be found."""
    identifier, address = (unmasked(one) for one in MEMBER)
    process.plays("member 10")
    assert process.remembers(address)
    assert process.remembers(identifier)
    process.plays("silence 7")
    assert not process.remembers(address)
    assert process.remembers(identifier)
    assert not process.has_written(address)
    assert process.has_written(identifier)
    assert process.has_written(b"pseudony")
