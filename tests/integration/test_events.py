"""Touches: each counts once, each is answered for itself, and none stops the stream it came in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import grpc
import pytest
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.activity.v1 import events_pb2
from regulars.activity.v1.events_pb2 import Event
from regulars.types.v1.channel_pb2 import CHANNEL_APP, CHANNEL_CHAT, CHANNEL_WEB
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import func, select, text

from services.composition import House
from services.settings import Settings
from services.storage.tables import orders, touches
from tests.integration.people import erase
from tests.integration.shop import (
    NOON,
    Caller,
    cart,
    exchange,
    fresh_id,
    goods_back,
    order,
    order_record,
    refusal,
    stamp,
)

DAY = timedelta(days=1)


def touch(event_id: str = "e-1", **fields: Any) -> Event:
    return Event(
        **{
            "event_id": event_id,
            "customer_id": "anna",
            "kind": events_pb2.EVENT_KIND_CHAT,
            "channel": CHANNEL_CHAT,
            "occurred_at": stamp(NOON - DAY),
            **fields,
        }
    )


async def record_one(caller: Caller, one: Event, request_id: str = "") -> bool:
    request = activity.RecordEventRequest(request_id=request_id or fresh_id("r"), event=one)
    return bool((await caller.call(caller.activity.RecordEvent, request)).duplicate)


async def record_all(caller: Caller, *batches: Sequence[Event]) -> list[activity.RecordEventsResponse]:
    requests = [
        activity.RecordEventsRequest(batch_id=number, events=batch) for number, batch in enumerate(batches)
    ]
    return [one async for one in caller.stream(caller.activity.RecordEvents, iter(requests))]


def stored(house: House) -> int:
    with house.database.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(touches)).scalar_one())


async def test_a_touch_counts_once_however_it_comes(house: House, backend: Caller) -> None:
    assert not await record_one(backend, touch(), "same")
    assert not await record_one(backend, touch(), "same")  # the stored answer
    assert await record_one(backend, touch())
    (answer,) = await record_all(backend, [touch(), touch("e-2"), touch("e-2"), touch(source="app")])
    assert (answer.inserted, answer.duplicates, stored(house)) == (2, 2, 3)


@pytest.mark.parametrize(
    "change",
    [
        {"customer_id": "ben"},
        {"kind": events_pb2.EVENT_KIND_CALL},
        {"channel": CHANNEL_WEB},
        {"occurred_at": stamp(NOON)},
        {"touchpoint": "size_advice"},
        {"subject": "sku-1"},
        {"session_id": "s-1"},
        {"outbound": True},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_an_event_id_with_another_content_already_exists(
    backend: Caller, change: dict[str, Any]
) -> None:
    await record_one(backend, touch())
    refused = await refusal(record_one(backend, touch(**change)))
    assert (refused.code, refused.reason) == (grpc.StatusCode.ALREADY_EXISTS, "EVENT_DIFFERS")


async def test_what_is_refused_is_named_and_the_rest_of_the_batch_is_kept(
    house: House, backend: Caller
) -> None:
    unknown, out_of_range = "VALUE_UNKNOWN", "MOMENT_OUT_OF_RANGE"
    wrong: dict[str, tuple[dict[str, Any], str, str]] = {
        "no kind": ({"kind": 0}, "event.kind", "INVALID"),
        "unknown kind": ({"kind": 99}, "event.kind", unknown),
        "unknown channel": ({"channel": 99}, "event.channel", unknown),
        "future": ({"occurred_at": stamp(NOON + timedelta(minutes=6))}, "event.occurred_at", out_of_range),
        "absurd": ({"occurred_at": stamp(NOON.replace(year=1989))}, "event.occurred_at", out_of_range),
        "milliseconds": ({"occurred_at": {"seconds": 10**12}}, "event.occurred_at", out_of_range),
        "no time": ({"occurred_at": None}, "event.occurred_at", "INVALID"),
        "pages": ({"pages": 3}, "event.pages", "INVALID"),
        "minus": ({"kind": events_pb2.EVENT_KIND_SESSION, "pages": -1}, "event.pages", "INVALID"),
        "proxied": ({"proxied": True}, "event.proxied", "INVALID"),
        "name": ({"touchpoint": "Size advice"}, "event.touchpoint", "INVALID"),
        "nul": ({"subject": "a\0b"}, "event.subject", "INVALID"),
    }
    bad = [touch(f"e-{name}", **fields) for name, (fields, _, _) in wrong.items()]
    (answer,) = await record_all(backend, [touch("first"), *bad, touch("last")])
    found = [(one.index, one.reason, one.field) for one in answer.rejected]
    expected = [(reason, field) for _, field, reason in wrong.values()]
    assert found == [(place, *one) for place, one in enumerate(expected, start=1)]
    assert all(one.message.startswith(one.field) for one in answer.rejected)
    assert (answer.inserted, stored(house)) == (2, 2)


async def test_a_session_is_its_own_session_and_holds_its_pages(house: House, backend: Caller) -> None:
    session = touch("s-1", kind=events_pb2.EVENT_KIND_SESSION, channel=CHANNEL_WEB, pages=7)
    page = touch("p-1", kind=events_pb2.EVENT_KIND_PAGE_VIEW, channel=CHANNEL_WEB, session_id="s-1")
    await record_all(backend, [page, session])
    with house.database.engine.connect() as connection:
        rows = connection.execute(
            select(touches.c.event_id, touches.c.session_id, touches.c.pages).order_by(touches.c.event_id)
        )
        assert [tuple(row) for row in rows] == [("p-1", "s-1", 0), ("s-1", "s-1", 7)]


async def test_an_erased_customer_is_refused_and_nobody_else(house: House, backend: Caller) -> None:
    await backend.enrol("anna")
    await erase(backend, "anna")
    (answer,) = await record_all(backend, [touch(), touch("e-2", customer_id="ben")])
    assert [(one.index, one.reason, one.field) for one in answer.rejected] == [
        (0, "CUSTOMER_ERASED", "customer_id")
    ]
    assert stored(house) == 1


async def test_a_poison_record_fails_alone_and_the_stream_goes_on(house: House, backend: Caller) -> None:
    """The database itself refuses one row, as it would where a rule of ours had a hole."""
    dialect = house.database.engine.dialect.name
    with house.database.engine.begin() as connection:
        for statement in POISON[dialect]:
            connection.execute(text(statement))
    try:
        answers = await record_all(backend, [touch("e-1"), touch("poison"), touch("e-2")], [touch("e-3")])
    finally:
        with house.database.engine.begin() as connection:
            for statement in ANTIDOTE[dialect]:
                connection.execute(text(statement))
    assert [one.inserted for one in answers] == [2, 1]
    ((index, reason),) = [(one.index, one.reason) for one in answers[0].rejected]
    assert (index, reason, stored(house)) == (1, "STORAGE_FAILED", 3)


ABORT = "BEGIN SELECT RAISE(ABORT, 'poison'); END"
POISON = {
    "sqlite": ["CREATE TRIGGER poison BEFORE INSERT ON touches WHEN new.event_id = 'poison' " + ABORT],
    "postgresql": ["ALTER TABLE touches ADD CONSTRAINT poison CHECK (event_id <> 'poison')"],
}
ANTIDOTE = {
    "sqlite": ["DROP TRIGGER poison"],
    "postgresql": ["ALTER TABLE touches DROP CONSTRAINT poison"],
}


async def test_a_record_at_which_the_server_itself_fails_is_answered_with_a_typed_error(
    house: House, backend: Caller
) -> None:
    def fail(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "INTO orders" in statement and "poison" in str(parameters):
            raise ZeroDivisionError

    sqlalchemy_event.listen(house.database.engine, "before_cursor_execute", fail)
    answer = await backend.record_batch(
        order_record(order_id="o-1"), order_record(order_id="poison"), order_record(order_id="o-2")
    )
    assert [(one.index, one.reason) for one in answer.rejected] == [(1, "RECORD_FAILED")]
    with house.database.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(orders)).scalar_one() == 2


async def test_a_batch_that_is_too_large_is_cut_and_says_so(house: House, backend: Caller) -> None:
    (answer,) = await record_all(backend, [touch(f"e-{number}") for number in range(1002)])
    assert (answer.inserted, stored(house)) == (1000, 1000)
    assert [(one.index, one.reason) for one in answer.rejected] == [
        (1000, "BATCH_TOO_LARGE"),
        (1001, "BATCH_TOO_LARGE"),
    ]


async def test_one_stream_carries_all_kinds_of_records(backend: Caller) -> None:
    update = cart(prices={"cup": 100}, at=NOON - DAY)
    content = activity.Cart(
        cart_id="cart-1",
        customer_id="anna",
        channel=update.channel,
        currency="GBP",
        lines=update.lines,
        changed_at=update.changed_at,
    )
    answer = await backend.record_batch(
        activity.OrderRecord(event=touch()),
        activity.OrderRecord(cart=content),
        activity.OrderRecord(cart=content),
        activity.OrderRecord(exchange=exchange("o-1", at=NOON)),
        activity.OrderRecord(order_return=goods_back(order_id="later")),
        order_record(order_id="o-1", at=NOON - DAY),
        activity.OrderRecord(
            cart=activity.Cart(
                cart_id="cart-2",
                customer_id="anna",
                channel=CHANNEL_WEB,
                currency="EUR",
                changed_at=stamp(NOON),
            )
        ),
    )
    assert (answer.inserted, answer.duplicates, answer.waiting) == (5, 1, 1)
    assert [(one.index, one.field) for one in answer.rejected] == [(6, "cart.currency")]


# --- touchpoints ---


async def list_touchpoints(caller: Caller, **window: Any) -> activity.ListTouchpointsResponse:
    request = activity.ListTouchpointsRequest(window=window)
    answer: activity.ListTouchpointsResponse = await caller.call(caller.activity.ListTouchpoints, request)
    return answer


def counts(met: Sequence[events_pb2.ChannelCount]) -> list[tuple[int, int, int]]:
    return [(one.channel, one.touches, one.customers) for one in met]


async def test_a_window_that_is_empty_is_refused(backend: Caller) -> None:
    refused = await refusal(list_touchpoints(backend, **{"from": stamp(NOON), "until": stamp(NOON)}))
    assert (refused.code, refused.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ("window.from",))


class TestOwnTouchpoints:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        file = settings.data_dir / "program.toml"
        file.write_text(
            "[[touchpoints]]\nname = 'size_advice'\nstage = 'BEFORE'\nchannels = ['CHAT']\n"
            "[[touchpoints]]\nname = 'call'\nstage = 'BEFORE'\n"
        )
        return settings.model_copy(update={"programme_file": file})

    async def test_touchpoints_are_counted_and_unknown_names_listed(self, backend: Caller) -> None:
        await record_all(
            backend,
            [
                touch("e-1", touchpoint="size_advice"),
                touch("e-2", touchpoint="size_advice", customer_id="ben"),
                touch("e-3", touchpoint="size_advice", channel=CHANNEL_APP),  # not registered there
                touch("e-4", touchpoint="wishlist"),
                touch("e-5"),
                touch("e-6", occurred_at=stamp(NOON - 100 * DAY)),
            ],
        )
        await backend.record_order(order(at=NOON - DAY))
        answer = await list_touchpoints(backend)
        known = {one.name: one for one in answer.touchpoints}
        assert counts(known["size_advice"].counts) == [(CHANNEL_CHAT, 2, 2)]
        assert counts(known["chat"].counts) == [(CHANNEL_CHAT, 1, 1)]
        assert counts(known["order"].counts) == [(CHANNEL_WEB, 1, 1)]
        assert not known["call"].counts
        assert (known["call"].stage, known["call"].built_in) == (events_pb2.STAGE_BEFORE, False)
        assert known["search"].built_in
        assert [(one.name, counts(one.counts)) for one in answer.unmapped] == [
            ("size_advice", [(CHANNEL_APP, 1, 1)]),
            ("wishlist", [(CHANNEL_CHAT, 1, 1)]),
        ]
        assert answer.window.until == stamp(NOON)
