"""Reminders handed to the retailer's backend: signed, repeated until taken, told once."""

from __future__ import annotations

import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from regulars.reminders.v1 import reminders_service_pb2 as reminders
from sqlalchemy import select, update
from standardwebhooks import Webhook

from services.composition import House
from services.feedback.use_cases import invitations
from services.reminders.use_cases import DELIVER_TOPIC
from services.settings import Settings
from services.storage import tables
from services.storage.outbox import RETRY_FIRST
from tests.conftest import CallerOf
from tests.integration.gateway import connected, heard
from tests.integration.shop import Caller, ManualClock, cart, eventually, order

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
follow_up_days = 3
"""
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # made up for these tests


@dataclass
class Receiver:
    """A backend's webhook endpoint. It answers the given statuses one after the other, then 204."""

    answers: list[int] = field(default_factory=list)
    deliveries: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.deliveries.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(found.answers.pop(0) if found.answers else 204)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    found.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def clock() -> ManualClock:
    """The signature's age is checked against the real time."""
    return ManualClock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def settings(database_url: str, tmp_path: Path, receiver: Receiver) -> Settings:
    programme = tmp_path / "program.toml"
    programme.write_text(PROGRAMME)
    return Settings(
        data_dir=tmp_path,
        database_url=database_url,
        port=0,
        console_port=0,
        programme_file=programme,
        webhook_url=f"http://127.0.0.1:{receiver.port}/reminders",
        webhook_secret=SECRET,
    )


Remind = Callable[[], Awaitable[str]]


@pytest.fixture
def remind(house: House, backend: Caller, caller_of: CallerOf, clock: ManualClock) -> Remind:
    """Puts Anna into the store with a cart left online; answers the id of her reminder."""

    async def visit() -> str:
        now = clock.now()
        await backend.enrol("anna", "PRESENCE", "PUSH")
        key = await backend.presence_key("anna")
        await backend.update_cart(cart(at=now))
        with house.database.engine.begin() as connection:
            long_ago = {"state": "ABANDONED", "abandoned_at": datetime(2026, 1, 1, tzinfo=UTC)}
            connection.execute(update(tables.carts).values(**long_ago))
        async with connected(caller_of("gateway")) as gateway:
            name = heard(await gateway.table_with(members=1), key, now)
            assert name is not None
            await gateway.report("DWELL", name, now, 60.0)
            await eventually(lambda: backend.list_reminders("anna"))
        (one,) = await backend.list_reminders("anna")
        return str(one.reminder_id)

    return visit


async def test_a_delivery_carries_a_signature_that_the_receiver_can_verify(
    receiver: Receiver, remind: Remind
) -> None:
    reminded = await remind()
    await eventually(lambda: receiver.deliveries)
    headers, body = receiver.deliveries[0]
    Webhook(SECRET).verify(body, headers)
    assert headers["webhook-id"] == reminded


async def test_a_forged_body_does_not_verify(receiver: Receiver, remind: Remind) -> None:
    await remind()
    await eventually(lambda: receiver.deliveries)
    headers, body = receiver.deliveries[0]
    with pytest.raises(Exception, match="signature"):
        Webhook(SECRET).verify(body.replace(b"anna", b"bena"), headers)


async def test_the_body_is_a_cloud_event(receiver: Receiver, remind: Remind) -> None:
    reminded = await remind()
    await eventually(lambda: receiver.deliveries)
    headers, body = receiver.deliveries[0]
    event = json.loads(body)
    assert headers["content-type"].startswith("application/cloudevents+json")
    assert {name: event[name] for name in ("specversion", "id", "type", "subject")} == {
        "specversion": "1.0",
        "id": reminded,
        "type": "regulars.reminder.sent.v1",
        "subject": "anna",
    }
    assert (event["data"]["cart_id"], event["data"]["sku"]) == ("cart-1", "kettle")


async def test_a_receiver_that_fails_gets_the_same_reminder_again(
    backend: Caller, house: House, clock: ManualClock, receiver: Receiver, remind: Remind
) -> None:
    receiver.answers = [500]
    reminded = await remind()
    await eventually(lambda: len(receiver.deliveries) == 1 and due_later(house, clock))
    clock.advance(seconds=2)
    house.worker.wake()
    await eventually(lambda: len(receiver.deliveries) == 2 and not waiting(house))
    assert [headers["webhook-id"] for headers, _ in receiver.deliveries] == [reminded, reminded]
    for headers, body in receiver.deliveries:
        Webhook(SECRET).verify(body, headers)
    (one,) = await backend.list_reminders("anna")
    assert reminders.ReminderState.Name(one.state) == "REMINDER_STATE_SENT"


async def test_a_redirect_is_not_followed(receiver: Receiver, house: House, remind: Remind) -> None:
    receiver.answers = [302]
    await remind()
    await eventually(lambda: any("302" in (error or "") for error in errors(house)))
    assert len(receiver.deliveries) == 1


def waiting(house: House, topic: str = DELIVER_TOPIC) -> list[datetime]:
    with house.database.engine.connect() as connection:
        query = select(tables.outbox.c.due_at).where(tables.outbox.c.topic == topic)
        return list(connection.execute(query).scalars())


def due_later(house: House, clock: ManualClock) -> bool:
    return [due_at - clock.now() for due_at in waiting(house)] == [RETRY_FIRST]


def errors(house: House) -> list[str | None]:
    with house.database.engine.connect() as connection:
        return list(connection.execute(select(tables.outbox.c.last_error)).scalars())


async def test_an_invitation_is_a_cloud_event_of_its_own_and_so_is_its_follow_up(
    backend: Caller, house: House, clock: ManualClock, receiver: Receiver
) -> None:
    await backend.enrol("anna", "SURVEY", "EMAIL")
    await backend.record_order(order("o1", at=clock.now()))
    await eventually(lambda: receiver.deliveries and not waiting(house, invitations.DELIVER_TOPIC))
    clock.advance(days=3)
    await eventually(lambda: len(receiver.deliveries) == 2)
    first, second = (json.loads(body) for _, body in receiver.deliveries)
    assert (first["type"], first["source"]) == ("regulars.feedback.invitation.v1", "/regulars/feedback")
    assert (first["subject"], first["data"]["question"]) == ("anna", "Would you recommend us?")
    assert (first["data"]["medium"], first["data"]["order_id"]) == ("EMAIL", "o1")
    assert first["id"] == first["data"]["invitation_id"] == second["data"]["invitation_id"]
    assert second["id"] == f"{first['id']}/follow-up"
    assert (first["data"]["is_follow_up"], second["data"]["is_follow_up"]) == (False, True)
