"""The cart left online, the visit to the store, and the one reminder that follows or does not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.reminders.v1 import reminders_service_pb2 as reminders
from sqlalchemy import select, update

from services.composition import House
from services.settings import Settings
from services.storage import tables
from tests.conftest import CallerOf
from tests.integration.gateway import Gateway, connected, heard
from tests.integration.servers import standing_still
from tests.integration.shop import NOON, Caller, ManualClock, cart, order, refusal

HOUR = timedelta(hours=1)
SENT = ("SENT", "UNSPECIFIED")


@dataclass
class Store:
    """Anna's shop: her cart online, her fob, and the gateway that hears it."""

    house: House
    backend: Caller
    gateway: Gateway
    clock: ManualClock
    identity_key: bytes

    async def leave_a_cart(self, cart_id: str = "cart-1") -> None:
        """Fill a cart and let its idle time and the ripening pass."""
        await self.backend.update_cart(cart(cart_id, at=self.clock.now()))
        self.clock.advance(minutes=60)
        await self.work()
        assert self.cart_state(cart_id) == "ABANDONED"
        self.clock.advance(minutes=30)

    async def work(self) -> None:
        """Let the worker do all that is due."""
        await self.house.worker.drain()

    def cart_state(self, cart_id: str = "cart-1") -> str:
        query = select(tables.carts.c.state).where(tables.carts.c.cart_id == cart_id)
        with self.house.database.engine.connect() as connection:
            return str(connection.execute(query).scalar_one())

    async def visit(self) -> None:
        """Come in and stay for a minute."""
        begun = self.clock.now()
        name = await self.pseudonym()
        await self.gateway.report("ENTER", name, begun)
        self.clock.advance(seconds=60)
        await self.gateway.report("DWELL", name, self.clock.now(), 60.0)

    async def leave(self) -> None:
        await self.gateway.report("EXIT", await self.pseudonym(), self.clock.advance(seconds=1), 61.0)

    async def pseudonym(self) -> bytes:
        table = await self.gateway.table_with(members=1)
        found = heard(table, self.identity_key, self.clock.now())
        assert found is not None
        return found

    async def outcomes(self) -> list[tuple[str, str]]:
        """State and reason of each reminder, the latest first, in the short names of the guide."""
        return [short(one) for one in await self.backend.list_reminders("anna")]


def short(one: reminders.Reminder) -> tuple[str, str]:
    state = reminders.ReminderState.Name(one.state).removeprefix("REMINDER_STATE_")
    reason = reminders.ReminderReason.Name(one.reason).removeprefix("REMINDER_REASON_")
    return state, reason


@pytest.fixture
async def house(settings: Settings, clock: ManualClock) -> AsyncIterator[House]:
    async with standing_still(settings, clock) as house:
        yield house


@pytest.fixture
async def store(
    house: House, backend: Caller, caller_of: CallerOf, clock: ManualClock
) -> AsyncIterator[Store]:
    await backend.enrol("anna", "PRESENCE", "IN_APP")
    identity_key = await backend.presence_key("anna")
    async with connected(caller_of("gateway")) as gateway:
        yield Store(house, backend, gateway, clock, identity_key)


async def test_a_member_with_an_abandoned_cart_is_reminded_in_the_store(store: Store) -> None:
    await store.leave_a_cart()
    await store.visit()
    await store.work()
    (one,) = await store.backend.list_reminders("anna")
    assert short(one) == SENT
    assert (one.cart_id, one.sku, one.title, one.store) == ("cart-1", "kettle", "Kettle", "camden")
    assert one.channel == "console"
    assert one.HasField("sent_at")


async def test_one_visit_brings_one_reminder(store: Store) -> None:
    await store.leave_a_cart()
    await store.visit()
    store.clock.advance(seconds=60)
    await store.gateway.report("DWELL", await store.pseudonym(), store.clock.now(), 120.0)
    await store.work()
    assert await store.outcomes() == [SENT]


async def test_the_order_that_follows_is_a_conversion(store: Store) -> None:
    await store.leave_a_cart()
    await store.visit()
    await store.work()
    await order_it(store)
    assert await store.outcomes() == [("CONVERTED", "UNSPECIFIED")]


async def test_a_second_visit_on_the_same_day_meets_the_cap(store: Store) -> None:
    await store.leave_a_cart()
    for _ in range(2):
        await store.visit()
        await store.work()
        await store.leave()
        store.clock.advance(minutes=5)
    assert await store.outcomes() == [("SUPPRESSED", "CAP"), SENT]


async def test_at_night_nobody_is_reminded(store: Store) -> None:
    await store.leave_a_cart()
    store.clock.move_to(NOON + 9 * HOUR)
    await store.visit()
    assert await store.outcomes() == [("SUPPRESSED", "QUIET_HOURS")]


async def test_without_consent_for_a_channel_nobody_is_reminded(store: Store) -> None:
    await store.backend.set_consents("anna", IN_APP=False)
    await store.leave_a_cart()
    await store.visit()
    assert await store.outcomes() == [("SUPPRESSED", "CONSENT")]


async def test_a_suspended_member_is_not_reminded(store: Store) -> None:
    await store.leave_a_cart()
    with store.house.database.engine.begin() as connection:
        connection.execute(update(tables.members).values(state="SUSPENDED"))
    await store.visit()
    assert await store.outcomes() == [("SUPPRESSED", "SUSPENDED")]


async def test_a_cart_is_not_abandoned_before_its_time(store: Store) -> None:
    answer = await store.backend.update_cart(cart(at=NOON))
    assert answer.abandoned_at.ToDatetime().hour == 13
    store.clock.advance(minutes=59)
    await store.work()
    await store.visit()
    assert await store.backend.list_reminders("anna") == []


async def test_a_change_of_the_cart_restarts_its_clock(store: Store) -> None:
    await store.backend.update_cart(cart(at=NOON))
    store.clock.advance(minutes=59)
    answer = await store.backend.update_cart(cart(at=store.clock.now()))
    assert answer.abandoned_at.ToDatetime().minute == 59
    store.clock.advance(minutes=2)
    await store.work()
    assert store.cart_state() == "OPEN"


async def test_an_older_cart_never_overwrites_a_newer_one(store: Store) -> None:
    await store.backend.update_cart(cart(at=NOON))
    answer = await store.backend.update_cart(cart(at=NOON - HOUR, prices={}))
    assert answer.state == activity.CART_STATE_OPEN
    assert store.cart_state() == "OPEN"


async def test_the_cart_of_another_customer_is_left_alone(store: Store) -> None:
    await store.backend.update_cart(cart(at=NOON - HOUR))
    refused = await refusal(store.backend.update_cart(cart(at=NOON, customer_id="ben")))
    assert refused.reason == "CART_OWNER_DIFFERS"


@pytest.mark.parametrize(
    ("prices", "state"),
    [({"tea": 300, "kettle": 4_000}, "CONVERTED_ELSEWHERE"), ({"tea": 300}, "RECOVERED")],
)
async def test_an_order_of_its_goods_closes_the_cart(
    store: Store, prices: dict[str, int], state: str
) -> None:
    await store.backend.update_cart(cart(at=NOON, prices=prices))
    await store.backend.record_order(order(sku="tea", channel=3))
    assert store.cart_state() == state


async def test_an_emptied_cart_is_cleared(store: Store) -> None:
    await store.backend.update_cart(cart(at=NOON))
    store.clock.advance(seconds=1)
    answer = await store.backend.update_cart(cart(at=store.clock.now(), prices={}))
    assert (answer.state, answer.HasField("abandoned_at")) == (activity.CART_STATE_CLEARED, False)


async def order_it(store: Store) -> None:
    await store.backend.record_order(order(at=store.clock.now(), sku="tea"))


async def change_it(store: Store) -> None:
    await store.backend.update_cart(cart(at=store.clock.now(), prices={"scones": 200}))


async def clear_it(store: Store) -> None:
    await store.backend.update_cart(cart(at=store.clock.now(), prices={}))


async def withdraw_presence(store: Store) -> None:
    await store.backend.set_consents("anna", PRESENCE=False)


async def withdraw_channel(store: Store) -> None:
    await store.backend.set_consents("anna", IN_APP=False)


async def go_away(store: Store) -> None:
    await store.leave()


async def let_time_pass(store: Store) -> None:
    store.clock.advance(minutes=11)


async def expire_it(store: Store) -> None:
    """What no event tells of is seen by the second look, in the transaction that sends."""
    with store.house.database.engine.begin() as connection:
        connection.execute(update(tables.carts).values(state="EXPIRED"))


@pytest.mark.parametrize(
    ("meanwhile", "expected"),
    [
        (order_it, ("CANCELLED", "CONVERTED")),
        (change_it, ("CANCELLED", "CART_CHANGED")),
        (clear_it, ("CANCELLED", "CART_CHANGED")),
        (withdraw_presence, ("CANCELLED", "CONSENT")),
        (withdraw_channel, ("SUPPRESSED", "CONSENT")),
        (go_away, ("CANCELLED", "STALE_PRESENCE")),
        (let_time_pass, ("EXPIRED", "STALE_PRESENCE")),
        (expire_it, ("SUPPRESSED", "CART_CHANGED")),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
async def test_what_happens_between_plan_and_sending_stops_the_reminder(
    store: Store, meanwhile: Callable[[Store], Awaitable[None]], expected: tuple[str, str]
) -> None:
    await store.leave_a_cart()
    await store.visit()
    assert await store.outcomes() == [("PLANNED", "UNSPECIFIED")]
    await meanwhile(store)
    await store.work()
    assert await store.outcomes() == [expected]
