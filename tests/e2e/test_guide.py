"""The guide to the loyalty programme tells what a real server answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest

from tests.e2e.guide import Rerun, caller_of, read_guide
from tests.faults.server_process import ServerProcess, regulars

GUIDE = read_guide((Path(__file__).parents[2] / "docs" / "loyalty.md").read_text())


@dataclass
class ProgrammeServer(ServerProcess):
    """A server that keeps the guide's programme."""

    @property
    def programme(self) -> str:
        return str(self.folder / "program.toml")

    def _serve_command(self) -> list[str]:
        Path(self.programme).write_text(GUIDE.programme)
        return [*super()._serve_command(), "--programme", self.programme]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProgrammeServer]:
    found = ProgrammeServer(tmp_path_factory.mktemp("guide"))
    yield found
    assert found.stop() == 0, found.log()


def test_every_call_of_the_guide_is_answered_as_it_tells(server: ProgrammeServer) -> None:
    team_key = server.make_key("team")
    server.start()
    with grpc.insecure_channel(server.address) as channel:
        callers = {"call": caller_of(channel, server.key), "team": caller_of(channel, team_key)}
        rerun = Rerun(datetime.now(UTC) - GUIDE.recorded_at)
        for one in GUIDE.calls:
            answer = callers[one.caller](one.method, rerun.request(one.request))
            assert list(rerun.differences(one.answer, answer)) == [], (one.method, one.request, answer)


def test_what_the_guide_made_is_a_sound_ledger(server: ProgrammeServer) -> None:
    where = ("--data-dir", str(server.folder), "--programme", server.programme)
    assert "VIOLATED" not in regulars("verify", *where, cwd=server.folder)


ID, OTHER_ID = "de64fc9bdd8bb7cf476ab46fe4299ec4", "8fc4589ce98dc1d79fe4a876ba0f1a94"


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({"points": "10"}, {"points": "11"}),
        ({"points": "10"}, {}),
        ([1], [1, 2]),
        ([1, 2, "..."], [1]),
        ([ID, ID], [ID, OTHER_ID]),
        ({"at": "2026-11-20T10:00:00Z"}, {"at": "2026-11-20T11:00:00Z"}),
        ({"reference": f"hold {ID}"}, {"reference": f"order {ID}"}),
    ],
)
def test_a_guide_that_tells_something_else_is_found_out(told: Any, found: Any) -> None:
    assert list(Rerun(timedelta(0)).differences(told, found))


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({"points": "10"}, {"points": "10", "rule": "base@1"}),
        ([1, "..."], [1, 2, 3]),
        ([ID, ID], [OTHER_ID, OTHER_ID]),
        ({"at": "2026-11-20T10:00:00Z"}, {"at": "2026-11-21T10:00:07.250Z"}),
    ],
)
def test_what_is_shortened_or_differs_from_run_to_run_is_no_difference(told: Any, found: Any) -> None:
    assert list(Rerun(timedelta(days=1)).differences(told, found)) == []
