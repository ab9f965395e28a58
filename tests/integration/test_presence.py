"""Gateways through gRPC: key tables, acknowledgements and the visits that follow."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import grpc
import pytest
from regulars.presence.v1 import presence_service_pb2 as presence
from sqlalchemy import func, select

from services.composition import House
from services.storage.tables import gateways, presence_events
from tests.conftest import CallerOf
from tests.integration.gateway import connected, heard
from tests.integration.shop import NOON, Caller, ManualClock, refusal, stamp, stream_refusal

SECOND = timedelta(seconds=1)


async def visits_of(caller: Caller, **asked: object) -> list[presence.Visit]:
    answer = await caller.call(caller.presence.ListVisits, presence.ListVisitsRequest(**asked))  # type: ignore[arg-type]
    return list(answer.visits)


async def member_with_device(backend: Caller, customer_id: str) -> bytes:
    await backend.enrol(customer_id, "PRESENCE", "IN_APP")
    return await backend.presence_key(customer_id)


async def test_a_device_is_recognised_by_the_table_in_every_window_of_the_next_hours(
    backend: Caller, caller_of: CallerOf
) -> None:
    keys = [await member_with_device(backend, one) for one in ("anna", "ben")]
    async with connected(caller_of("gateway")) as gateway:
        table = await gateway.table_with(members=2)
        for minutes in (-17, 0, 90, 6 * 60, 11 * 60 + 45):
            names = {heard(table, key, NOON + timedelta(minutes=minutes)) for key in keys}
            assert None not in names
            assert len(names) == 2


async def test_a_key_table_carries_no_key(backend: Caller, caller_of: CallerOf) -> None:
    key = await member_with_device(backend, "anna")
    async with connected(caller_of("gateway")) as gateway:
        await gateway.table_with(members=1)
        assert not any(key in update.SerializeToString() for update in gateway.updates)


async def test_withdrawing_presence_reaches_a_connected_gateway_within_seconds(
    backend: Caller, caller_of: CallerOf, clock: ManualClock
) -> None:
    key = await member_with_device(backend, "anna")
    clock.advance(seconds=1)
    await member_with_device(backend, "ben")
    async with connected(caller_of("gateway")) as gateway:
        before = await gateway.table_with(members=2)
        old = heard(before, key, NOON)
        assert old is not None
        await backend.set_consents("anna", PRESENCE=False)
        after = await gateway.table_with(members=1)
        assert heard(after, key, NOON) is None
        await gateway.report("ENTER", old, NOON)  # a table kept, or an event that was on its way
    assert await visits_of(backend) == []


async def test_nothing_is_stored_of_strangers(house: House, backend: Caller, caller_of: CallerOf) -> None:
    async with connected(caller_of("gateway")) as gateway:
        await gateway.report("ENTER", b"stranger", NOON)
        assert gateway.acked == 1
    assert await visits_of(backend) == []
    with house.database.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(presence_events)).scalar_one() == 0


async def test_a_visit_goes_from_entered_over_dwelling_to_exited(
    backend: Caller, caller_of: CallerOf, clock: ManualClock
) -> None:
    key = await member_with_device(backend, "anna")
    async with connected(caller_of("gateway")) as gateway:
        name = heard(await gateway.table_with(members=1), key, NOON)
        assert name is not None
        states = []
        for kind, seconds in (("ENTER", 0), ("DWELL", 20), ("DWELL", 60), ("EXIT", 200)):
            now = clock.now()
            clock.move_to(max(now, NOON + seconds * SECOND))
            await gateway.report(kind, name, NOON + seconds * SECOND, float(seconds))
            (visit,) = await visits_of(backend, store="camden")
            states.append(presence.VisitState.Name(visit.state).removeprefix("VISIT_STATE_"))
    assert states == ["ENTERED", "ENTERED", "DWELLING", "EXITED"]
    assert visit.entered_at == stamp(NOON)
    assert visit.exited_at == stamp(NOON + 200 * SECOND)
    assert await visits_of(backend, present_only=True) == []


async def test_an_event_that_is_sent_again_is_stored_once(
    house: House, backend: Caller, caller_of: CallerOf
) -> None:
    key = await member_with_device(backend, "anna")
    async with connected(caller_of("gateway")) as gateway:
        name = heard(await gateway.table_with(members=1), key, NOON)
        assert name is not None
        await gateway.report_as(1, "ENTER", name, NOON)
        await gateway.report_as(1, "ENTER", name, NOON)
        await gateway.report_as(2, "EXIT", name, NOON + SECOND)
    with house.database.engine.connect() as connection:
        rows = connection.execute(select(presence_events.c.seq).order_by(presence_events.c.seq))
        assert rows.scalars().all() == [1, 2]


async def test_a_returning_gateway_is_told_what_is_stored(caller_of: CallerOf) -> None:
    for expected in (0, 3):
        async with connected(caller_of("gateway")) as gateway:
            assert gateway.acked == expected
            gateway.seq = expected
            for _ in range(3):
                await gateway.report("ENTER", b"stranger", NOON)


async def test_a_new_spool_is_a_new_epoch_and_begins_at_zero(caller_of: CallerOf) -> None:
    async with connected(caller_of("gateway"), epoch="epoch-0001") as gateway:
        await gateway.report("ENTER", b"stranger", NOON)
    async with connected(caller_of("gateway"), epoch="epoch-0002") as gateway:
        assert gateway.acked == 0


async def test_the_server_tells_the_time(caller_of: CallerOf) -> None:
    async with connected(caller_of("gateway")) as gateway:
        asked = presence.TimeRequest(sent_at=stamp(NOON - SECOND))
        await gateway.send(presence.SessionRequest(time=asked))
        await gateway.wait_for(lambda: bool(gateway.replies))
    assert gateway.replies[0] == presence.TimeReply(sent_at=stamp(NOON - SECOND), server_at=stamp(NOON))


async def test_health_is_kept_even_when_a_gateway_never_heard_anything(
    house: House, caller_of: CallerOf
) -> None:
    async with connected(caller_of("gateway")) as gateway:
        for silent in (math.inf, math.nan, 4.5):
            health = presence.Health(adverts=7, silent_seconds=silent)
            await gateway.send(presence.SessionRequest(health=health))
        await gateway.report("ENTER", b"stranger", NOON)
    with house.database.engine.connect() as connection:
        found = connection.execute(select(gateways.c.health)).scalar_one()
    assert (found["adverts"], found["silent_seconds"]) == ("7", 4.5)


async def test_a_session_without_hello_is_refused(caller_of: CallerOf) -> None:
    caller = caller_of("gateway")
    asked = presence.SessionRequest(health=presence.Health())
    refused = await stream_refusal(caller.stream(caller.presence.Session, iter([asked])))
    assert (refused.code, refused.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "HELLO_MISSING")


async def test_a_message_without_content_is_passed_over(caller_of: CallerOf) -> None:
    async with connected(caller_of("gateway")) as gateway:
        await gateway.send(presence.SessionRequest())
        assert await gateway.report("ENTER", b"stranger", NOON) == 1


@pytest.mark.parametrize(
    ("at", "dwell_seconds"),
    [
        (datetime.fromisoformat("0001-01-01T00:00:00+00:00"), 5.0),
        (datetime.fromisoformat("9999-12-31T00:00:00+00:00"), 0.0),
        (NOON, math.inf),
        (NOON, 1e300),
        (NOON, -1.0),
    ],
    ids=["year-1", "year-9999", "infinite", "huge", "negative"],
)
async def test_a_poison_event_is_left_out_and_the_stream_goes_on(
    backend: Caller, caller_of: CallerOf, at: datetime, dwell_seconds: float
) -> None:
    key = await member_with_device(backend, "anna")
    async with connected(caller_of("gateway")) as gateway:
        name = heard(await gateway.table_with(members=1), key, NOON)
        assert name is not None
        await gateway.report("DWELL", name, at, dwell_seconds)
        assert await visits_of(backend) == []
        await gateway.report("ENTER", name, NOON)
    assert len(await visits_of(backend)) == 1


async def test_visits_of_one_member_in_one_store_do_not_overlap(
    backend: Caller, caller_of: CallerOf, clock: ManualClock
) -> None:
    key = await member_with_device(backend, "anna")
    async with (
        connected(caller_of("gateway"), name="gw-1") as door,
        connected(caller_of("gateway"), name="gw-2") as till,
    ):
        name = heard(await door.table_with(members=1), key, NOON)
        assert name is not None
        clock.advance(seconds=90)
        await door.report("ENTER", name, NOON)
        await till.report("ENTER", name, NOON + 30 * SECOND)
        await till.report("DWELL", name, NOON + 90 * SECOND, 60.0)
    assert len(await visits_of(backend)) == 1


async def test_a_token_of_another_list_is_refused(backend: Caller) -> None:
    refused = await refusal(visits_of(backend, page_token="WzEuMCwgImEiXQ=="))
    assert (refused.code, refused.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID")
