"""The guide to surveys tells what a real server answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest

from tests.e2e.guide import Call, Caller, Rerun, caller_of, read_guide
from tests.faults.server_process import ServerProcess

GUIDE = read_guide((Path(__file__).parents[2] / "docs" / "feedback.md").read_text())
SENT_IN_SECONDS = 10.0  # the worker sends an invitation at once; a loaded machine takes its time


@dataclass
class SurveyServer(ServerProcess):
    """A server that keeps the guide's programme."""

    def _serve_command(self) -> list[str]:
        programme = self.folder / "program.toml"
        programme.write_text(GUIDE.programme)
        return [*super()._serve_command(), "--programme", str(programme)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SurveyServer]:
    found = SurveyServer(tmp_path_factory.mktemp("surveys"))
    yield found
    assert found.stop() == 0, found.log()


def test_every_call_of_the_guide_is_answered_as_it_tells(server: SurveyServer) -> None:
    team_key = server.make_key("team")
    server.start()
    with grpc.insecure_channel(server.address) as channel:
        callers = {"call": caller_of(channel, server.key), "team": caller_of(channel, team_key)}
        rerun = Rerun(datetime.now(UTC) - GUIDE.recorded_at)
        for one in GUIDE.calls:
            answer = answered(one, callers[one.caller], rerun)
            assert list(rerun.differences(one.answer, answer)) == [], (one.method, one.request, answer)


def answered(one: Call, caller: Caller, rerun: Rerun) -> Any:
    """The answer to a call; of invitations when they have been sent."""
    ends_at = time.monotonic() + SENT_IN_SECONDS
    while True:
        answer = caller(one.method, rerun.request(one.request))
        is_planned = one.method.endswith("/ListInvitations") and "PLANNED" in str(answer)
        if not is_planned or time.monotonic() > ends_at:
            return answer
        time.sleep(0.1)
