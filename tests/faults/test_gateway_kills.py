"""`kill -9` of gateway and server at random: each event is stored once, under the number it was given."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.gateway_process import Feeder, enrol_members
from tests.faults.server_process import ServerProcess

ROUNDS = int(os.environ.get("REGULARS_FAULT_ROUNDS", "3"))
KILLS = min(ROUNDS + 1, 16)
EVENTS = 60_000 if KILLS == 16 else 4_000
MEMBERS = 40
STORED = "SELECT CAST(zone AS INTEGER), count(*) FROM presence_events GROUP BY zone"
NUMBERS = "SELECT epoch, min(seq), max(seq), count(*) FROM presence_events GROUP BY epoch"


@pytest.fixture
def feeder(tmp_path: Path) -> Iterator[Feeder]:
    """A gateway of a server that runs and knows members."""
    server = ServerProcess(tmp_path)
    key = server.make_key("gateway")
    server.start()
    enrol_members(server, MEMBERS)
    found = Feeder(server, key)
    found.start(EVENTS)
    yield found
    found.kill()
    server.stop()


def stored(server: ServerProcess) -> Counter[int]:
    return Counter(dict(server.query(STORED)))


@pytest.mark.timeout(1_200)
def test_each_event_that_the_gateway_kept_is_stored_once_through_kills_of_both(feeder: Feeder) -> None:
    server, draw = feeder.server, random.Random(20261122)
    for kill in range(KILLS):
        feeder.wait_for(EVENTS * (kill + draw.random()) / (KILLS + 1))
        if kill % 2:
            server.kill()
            acknowledged = feeder.committed.copy() - feeder.waiting()
            assert acknowledged <= set(stored(server))
            server.start()
        else:
            feeder.kill()
            feeder.start(EVENTS)
    feeder.finish()
    assert server.stop() == 0
    found = stored(server)
    assert set(found.values()) == {1}
    assert feeder.committed <= set(found) <= feeder.committed | feeder.doubtful
    epochs = server.query(NUMBERS)
    assert len(epochs) >= KILLS // 2
    assert all((first, last) == (1, count) for _, first, last, count in epochs)
