"""A day told in any order, in batches of any size and several times over, leaves the same database."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.activity.v1.events_pb2 import Event
from sqlalchemy import Engine, func, select

from services.activity.use_cases.carts import CART_IDLE_TOPIC
from services.composition import build, create_key, live_keys, running
from services.settings import Settings
from services.storage.tables import carts, exchanges, open_units, outbox, returns, waiting_exchanges
from services.telemetry import Telemetry
from tests.conftest import _empty
from tests.integration.canonical import Dump, canonical, difference
from tests.integration.ledger import violations
from tests.integration.shop import (
    NOON,
    Caller,
    ManualClock,
    cart_record,
    exchange,
    goods_back,
    order,
    stamp,
)

EVENING = NOON + timedelta(hours=10)
DAY = timedelta(days=1)
EXAMPLES = 12


def at(hour: float) -> dict[str, object]:
    return {"at": NOON - DAY + timedelta(hours=hour)}


def touch(event_id: str, hour: float, **fields: object) -> activity.OrderRecord:
    event = Event(
        **{  # type: ignore[arg-type]
            "event_id": event_id,
            "customer_id": "anna",
            "kind": "EVENT_KIND_PAGE_VIEW",
            "channel": "CHANNEL_WEB",
            "occurred_at": stamp(NOON - DAY + timedelta(hours=hour)),
            **fields,
        }
    )
    return activity.OrderRecord(event=event)


def filled(cart_id: str, hour: float, prices: dict[str, int], **fields: object) -> activity.OrderRecord:
    return cart_record(cart_id=cart_id, prices=prices, **at(hour), **fields)


def placed(order_id: str, hour: float, **fields: object) -> activity.OrderRecord:
    return activity.OrderRecord(order=order(order_id, **at(hour), **fields))  # type: ignore[arg-type]


def brought(return_id: str, hour: float, **fields: object) -> activity.OrderRecord:
    return activity.OrderRecord(order_return=goods_back(return_id, **at(hour), **fields))  # type: ignore[arg-type]


def swapped(
    exchange_id: str, order_id: str, new_order_id: str, hour: float, **fields: object
) -> activity.OrderRecord:
    one = exchange(order_id, new_order_id, exchange_id=exchange_id, **at(hour), **fields)  # type: ignore[arg-type]
    return activity.OrderRecord(exchange=one)


def forgotten_carts() -> list[activity.OrderRecord]:
    """Carts of last month: one nobody touched again, one bought in time, one too late, one filled again."""
    month = 31 * 24
    return [
        *(
            filled(f"old-{number}", -month, {f"fan-{number}": 100, "fan": 900}, customer_id="dora")
            for number in range(4)
        ),
        placed("o-old-1", -month + 1, customer_id="dora", sku="fan-1"),
        placed("o-old-2", -2, customer_id="dora", sku="fan-2"),
        filled("old-3", -1, {"fan-3": 100}, customer_id="dora"),
    ]


def two_names(*titles: str) -> list[activity.OrderLine]:
    return [activity.OrderLine(sku="tin", quantity=1, unit_price_minor=700, title=one) for one in titles]


DAY_RECORDS = [  # in the order of their time
    *forgotten_carts(),
    touch("e-1", 0.1, kind="EVENT_KIND_SEARCH", subject="tea"),
    touch("e-2", 0.2, kind="EVENT_KIND_SESSION", pages=7),
    filled("cart-1", 0.5, {"mug": 300}, channel=2),
    placed("o-1", 1, quantity=3, price=1_999),
    placed("o-2", 1.5, customer_id="ben", sku="pot", quantity=2, price=4_999),
    filled("cart-1", 2, {"mug": 300, "tray": 900}),
    brought("b-1", 2.5, order_id="o-1"),
    placed("o-3", 3, sku="mug", price=300, channel=3),  # half of the cart, in a store
    placed("o-4", 3.5, sku="tray", price=900),  # the other half, later
    brought("b-2", 4, order_id="o-1", quantity=2),
    swapped("x-1", "o-2", "o-5", 4.5, customer_id="ben", back={"pot": 1}, taken={"pot-large": 6_000}),
    brought("b-3", 5, customer_id="ben", order_id="o-5", sku="pot-large"),
    swapped("x-2", "o-4", "o-6", 5.5, back={"tray": 1}, taken={"tray-small": 500}),
    swapped("x-3", "o-6", "o-7", 6, back={"tray-small": 1}, taken={"spoon": 500}),
    placed("o-8", 6.5, customer_id="cleo", lines=two_names("Tin", "A tin")),
    brought("b-4", 7, customer_id="cleo", sku="tin", quantity=2),  # nobody knows of which order
    brought("b-5", 7.5, customer_id="cleo", sku="never-bought"),
    filled("cart-2", 8, {"kettle": 4_000}, customer_id="ben"),
    filled("cart-2", 8.5, {}, customer_id="ben"),
    placed("o-9", 8.6, customer_id="dora", sku="cup", quantity=2, price=1_050),
    placed("o-10", 8.7, customer_id="dora", sku="cup", quantity=1, price=990),
    brought("b-6", 8.8, customer_id="dora", sku="cup"),  # of o-10, if nobody says that b-8 is
    brought("b-7", 8.85, customer_id="dora", sku="cup", quantity=2),
    brought("b-8", 8.9, customer_id="dora", order_id="o-10", sku="cup"),
    placed("o-11", 8.95, customer_id="dora", sku="cup", quantity=1, price=870),  # too late for them
    filled("cart-3", 9, {"lamp": 100}, customer_id="cleo"),
    touch("e-3", 9.5, customer_id="dora", kind="EVENT_KIND_CALL", channel="CHANNEL_PHONE"),
    touch("e-4", 9.6, kind="EVENT_KIND_NEWSLETTER_OPENED", channel="CHANNEL_EMAIL", proxied=True),
]
PLACES = range(len(DAY_RECORDS))

Fresh = Callable[[], tuple[Settings, ManualClock]]


@pytest.fixture
def fresh(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Fresh:
    """Makes a new database of a kind, with the settings of a server on it."""
    numbers = itertools.count()

    def make() -> tuple[Settings, ManualClock]:
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        if kind == "sqlite":
            file = folder / "regulars.db"
            shutil.copy(request.getfixturevalue("sqlite_template"), file)
            url = f"sqlite:///{file}"
        else:
            engine: Engine = request.getfixturevalue("postgres")
            _empty(engine)
            url = engine.url.render_as_string(hide_password=False)
        return Settings(data_dir=folder, database_url=url, port=0, console_port=0), ManualClock(EVENING)

    return make


def batches(
    records: Sequence[activity.OrderRecord], sizes: Sequence[int]
) -> Iterator[activity.RecordOrdersRequest]:
    """The records in batches of these sizes, again and again."""
    rest = list(records)
    for number, size in enumerate(itertools.cycle(sizes)):
        if not rest:
            return
        yield activity.RecordOrdersRequest(batch_id=number, records=rest[:size])
        rest = rest[size:]


async def replay(fresh: Fresh, requests: Iterator[activity.RecordOrdersRequest]) -> Dump:
    """The content of a database after the records went through the stream of a server on it."""
    settings, clock = fresh()
    house = build(settings, clock, Telemetry(0.0))
    async with running(house):
        text = create_key(house.database, "backend", ("backend",)).text
        house.keyring.replace(live_keys(house.database))
        async with grpc.aio.insecure_channel(f"127.0.0.1:{house.rpc.port}") as channel:
            backend = Caller(channel, (("authorization", f"Bearer {text}"),))
            for member in ("anna", "ben", "dora"):
                await backend.enrol(member, enrolled_at=NOON - 30 * DAY)
            async for answer in backend.stream(backend.activity.RecordOrders, requests):
                assert not answer.rejected
        await no_cart_rests(house.database.engine)
        assert violations(house) == {}
        return canonical(house.database.engine)


async def no_cart_rests(engine: Engine) -> None:
    """By the evening every cart is bought, cleared, abandoned or expired, as its age says."""
    soon = EVENING + DAY  # what is due, and what is leased for a minute to be done
    waiting = select(func.count()).where(outbox.c.topic == CART_IDLE_TOPIC, outbox.c.due_at < soon)
    while True:
        with engine.connect() as connection:
            if not connection.execute(waiting).scalar_one():
                return
        await asyncio.sleep(0.01)


@pytest.fixture
def in_true_order(fresh: Fresh) -> Dump:
    return asyncio.run(replay(fresh, batches(DAY_RECORDS, [1])))


on_both = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


@on_both
@given(
    order_of_arrival=st.lists(st.sampled_from(PLACES), max_size=8).flatmap(
        lambda again: st.permutations([*PLACES, *again])
    ),
    sizes=st.lists(st.integers(1, 12), min_size=1, max_size=4),
)
@settings(max_examples=EXAMPLES)
def test_a_shuffled_and_duplicated_day_leaves_the_same_database(
    fresh: Fresh, in_true_order: Dump, order_of_arrival: list[int], sizes: list[int]
) -> None:
    records = [DAY_RECORDS[place] for place in order_of_arrival]
    found = asyncio.run(replay(fresh, batches(records, sizes)))
    assert difference(found, in_true_order) == {}


@on_both
def test_a_day_backwards_leaves_nothing_waiting_but_what_nobody_bought(
    fresh: Fresh, in_true_order: Dump
) -> None:
    found = asyncio.run(replay(fresh, batches(DAY_RECORDS[::-1], [3])))
    assert difference(found, in_true_order) == {}
    tables = (open_units, waiting_exchanges, returns, exchanges)
    assert [len(found[table.name]) for table in tables] == [4, 0, 11, 3]
    assert sum('"unmatched_units": 1' in row for row in found[returns.name]) == 2
    states = Counter(json.loads(row)["state"] for row in found[carts.name])
    assert states == {"CONVERTED_ELSEWHERE": 2, "CLEARED": 1, "ABANDONED": 2, "EXPIRED": 2}


def made_up_day(seed: int) -> list[activity.OrderRecord]:
    """Orders of three customers, what came back of them in parts, and what was exchanged on and on.

    An order is exchanged or returned: of both, the first that is told decides how a point is rounded.
    """
    dice = random.Random(seed)
    hours = iter(sorted(dice.uniform(0, 23) for _ in range(400)))
    records: list[activity.OrderRecord] = []
    for number in range(dice.randint(4, 8)):
        who = dice.choice(("anna", "ben", "cleo"))
        goods = {f"sku-{number}-{place}": dice.randint(1, 4) for place in range(dice.randint(1, 3))}
        records.append(bought(f"o-{number}", next(hours), who, goods, dice))
        if dice.random() < 0.3:
            records += exchanged_on(f"o-{number}", who, dice.choice(list(goods)), hours, dice)
        else:
            records += brought_in_parts(f"o-{number}", who, goods, hours, dice)
    return [*records, *brought_without_a_word(hours, dice)]


def brought_without_a_word(hours: Iterator[float], dice: random.Random) -> Iterator[activity.OrderRecord]:
    """The same product, bought again and again; some of what comes back says of which order it is."""
    left: list[int] = []  # that may still be named, by order
    for number in range(dice.randint(3, 9)):
        units, price = dice.randint(1, 3), dice.choice((0, 99, 101, 2_550))
        if not left or dice.random() < 0.5:
            yield placed(f"soap-{len(left)}", next(hours), **soap(units), price=price)
            left.append(units)
            continue
        named = dice.randrange(len(left))
        if left[named] and dice.random() < 0.4:
            left[named] -= 1
            yield brought(f"b-soap-{number}", next(hours), order_id=f"soap-{named}", **soap(1))
        else:
            yield brought(f"b-soap-{number}", next(hours), **soap(units))


def soap(units: int) -> dict[str, Any]:
    return {"customer_id": "ben", "sku": "soap", "quantity": units}


def bought(
    order_id: str, hour: float, who: str, goods: dict[str, int], dice: random.Random
) -> activity.OrderRecord:
    lines = [
        activity.OrderLine(sku=sku, quantity=units, unit_price_minor=dice.choice((0, 99, 101, 2_550)))
        for sku, units in goods.items()
    ]
    return placed(order_id, hour, customer_id=who, lines=lines)


def brought_in_parts(
    order_id: str, who: str, goods: dict[str, int], hours: Iterator[float], dice: random.Random
) -> Iterator[activity.OrderRecord]:
    named = dice.random() < 0.7
    for sku, left in goods.items():
        while left and dice.random() < 0.6:
            units = dice.randint(1, left)
            left -= units  # noqa: PLW2901  (what may still come back)
            name = f"b-{order_id}-{sku}-{left}"
            yield brought(
                name,
                next(hours),
                customer_id=who,
                order_id=order_id if named else "",
                sku=sku,
                quantity=units,
            )


def exchanged_on(
    order_id: str, who: str, sku: str, hours: Iterator[float], dice: random.Random
) -> Iterator[activity.OrderRecord]:
    """One piece, for one of the next size, for one of the next size ..."""
    for size in range(dice.randint(1, 3)):
        new_id, new_sku = f"{order_id}-{size}", f"{sku}-{size}"
        yield swapped(
            f"x-{new_id}",
            order_id,
            new_id,
            next(hours),
            customer_id=who,
            back={sku: 1},
            taken={new_sku: dice.choice((99, 2_550, 4_000))},
        )
        order_id, sku = new_id, new_sku
    if dice.random() < 0.5:
        yield brought(f"b-{order_id}", next(hours), customer_id=who, order_id=order_id, sku=sku)


@on_both
@given(seed=st.integers(0, 10**6), sizes=st.lists(st.integers(1, 9), min_size=1, max_size=3))
@settings(max_examples=EXAMPLES // 2)
def test_any_day_may_be_told_in_any_order(fresh: Fresh, seed: int, sizes: list[int]) -> None:
    records = made_up_day(seed)
    shuffled = [*records, *random.Random(seed).sample(records, len(records) // 3)]
    random.Random(-seed).shuffle(shuffled)
    expected = asyncio.run(replay(fresh, batches(records, [1])))
    assert difference(asyncio.run(replay(fresh, batches(shuffled, sizes))), expected) == {}
