"""`kill -9` while customers are being asked: nobody is forgotten, and nobody is asked twice."""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import grpc
import pytest
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.activity.v1 import activity_service_pb2_grpc
from regulars.membership.v1 import membership_service_pb2 as membership
from regulars.membership.v1 import membership_service_pb2_grpc

from tests.faults.server_process import PATIENCE_SECONDS, ServerProcess
from tests.integration.shop import consents, order_record

ROUNDS = int(os.environ.get("REGULARS_FAULT_ROUNDS", "3"))  # kills; `make faults` takes many more
CUSTOMERS = 300  # each with two orders: some seconds of asking
PROGRAMME = """\
[reminding]
quiet_from_hour = 0
quiet_until_hour = 0

[[surveys]]
id = "after-order"
kind = "NPS"
question = "Would you recommend us?"
trigger = "ORDER"
delay_hours = 0
"""
OUTCOMES = """
SELECT state, reason, count(*), count(DISTINCT customer_id) FROM invitations GROUP BY state, reason
"""
SENT = "SELECT invitation_id FROM invitations WHERE state = 'SENT'"


@dataclass
class AskingServer(ServerProcess):
    """A server whose programme asks after each order, at once."""

    def _serve_command(self) -> list[str]:
        programme = self.folder / "program.toml"
        programme.write_text(PROGRAMME)
        return [*super()._serve_command(), "--programme", str(programme)]


@pytest.fixture
def idle_server(tmp_path: Path) -> Iterator[AskingServer]:
    found = AskingServer(tmp_path)
    yield found
    found.stop()


def enrol_all(server: AskingServer) -> None:
    with grpc.insecure_channel(server.address) as channel:
        stub = membership_service_pb2_grpc.MembershipServiceStub(channel)
        for number in range(CUSTOMERS):
            request = membership.EnrolMemberRequest(
                request_id=f"join-{number}", customer_id=f"c{number}", consents=consents("SURVEY", "EMAIL")
            )
            stub.EnrolMember(request, metadata=server.metadata)


def order_twice(server: AskingServer) -> None:
    now = datetime.now(UTC)
    records = [
        order_record(customer_id=f"c{number % CUSTOMERS}", order_id=f"o{number}", at=now)
        for number in range(2 * CUSTOMERS)
    ]
    batch = activity.RecordOrdersRequest(batch_id=1, records=records)
    with grpc.insecure_channel(server.address) as channel:
        stub = activity_service_pb2_grpc.ActivityServiceStub(channel)
        (answer,) = stub.RecordOrders(iter([batch]), metadata=server.metadata)
    assert not answer.rejected


def waiting(server: AskingServer) -> int:
    """Pieces of work on invitations that are due now."""
    (row,) = server.query(
        "SELECT count(*) FROM outbox WHERE topic IN ('invitation.send', 'invitation.deliver')"
    )
    return int(str(row[0]))


def test_nobody_is_forgotten_and_nobody_is_asked_twice(server: AskingServer) -> None:
    chance = random.Random(5)
    enrol_all(server)
    order_twice(server)
    interrupted = 0
    for _ in range(ROUNDS):
        server.kill()
        interrupted += waiting(server) > 0
        server.start()
        time.sleep(chance.uniform(0.0, 0.05))
    assert interrupted > 0  # else nothing was in the middle of anything
    ends_at = (
        time.monotonic() + 2 * PATIENCE_SECONDS
    )  # after many kills what they had claimed rests for a minute
    while waiting(server) and time.monotonic() < ends_at:
        time.sleep(0.2)
    assert sorted(server.query(OUTCOMES)) == [
        ("SENT", "", CUSTOMERS, CUSTOMERS),
        ("SUPPRESSED", "CAP", CUSTOMERS, CUSTOMERS),
    ]
    asked = {str(row[0]) for row in server.query(SENT)}
    log = (server.folder / "server.log").read_text()
    assert set(re.findall(r"message_id='([0-9a-f]{32})'", log)) == asked
