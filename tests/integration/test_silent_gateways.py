"""What becomes of visits and of what is kept when gateways, members or time fall silent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from regulars.membership.v1 import membership_service_pb2 as membership
from regulars.presence.v1 import presence_service_pb2 as presence
from sqlalchemy import Table, func, select

from services.composition import House
from services.presence.use_cases.sweeping import FIRST_SWEEP
from services.settings import Settings
from services.storage import outbox
from services.storage.tables import presence_events, presence_pseudonyms, presence_states, reminders
from tests.conftest import CallerOf
from tests.integration.gateway import Gateway, connected, heard
from tests.integration.servers import standing_still
from tests.integration.shop import NOON, Caller, ManualClock, cart, fresh_id, stamp

MINUTE = timedelta(minutes=1)


@dataclass
class Store:
    """Anna's shop, the gateway at its door, and a worker that works when the test says so."""

    house: House
    backend: Caller
    gateway: Gateway
    clock: ManualClock
    name: bytes

    async def say(self, kind: str, minutes: float, since: float = 0.0) -> None:
        """The gateway's word of Anna, who came in at NOON and `since` minutes, at NOON and `minutes`."""
        await self.gateway.report(kind, self.name, NOON + minutes * MINUTE, (minutes - since) * 60)

    async def later(self, minutes: float) -> None:
        """At NOON and so many minutes, when what is due is done."""
        self.clock.move_to(NOON + minutes * MINUTE)
        await self.house.worker.drain()

    async def visit(self) -> presence.Visit:
        answer = await self.backend.call(self.backend.presence.ListVisits, presence.ListVisitsRequest())
        (found,) = answer.visits
        assert isinstance(found, presence.Visit)
        return found

    async def standing(self) -> tuple[str, datetime | None, bool]:
        """State, when it ended, and whether that is presumed."""
        visit = await self.visit()
        left = visit.exited_at.ToDatetime(NOON.tzinfo) if visit.HasField("exited_at") else None
        state = presence.VisitState.Name(visit.state).removeprefix("VISIT_STATE_")
        return state, left, visit.exit_presumed

    async def is_well(self, *, deaf: bool = False) -> None:
        """The gateway says how it fares, and nothing of Anna."""
        health = presence.Health(radios=[presence.RadioHealth(receiver="hci0", deaf=deaf)])
        await self.gateway.send(presence.SessionRequest(health=health))
        await self.gateway.report("ENTER", b"stranger", self.clock.now())

    def kept(self, table: Table) -> int:
        with self.house.database.engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()


@pytest.fixture
async def house(settings: Settings, clock: ManualClock) -> AsyncIterator[House]:
    async with standing_still(settings, clock) as house:
        with house.database.engine.begin() as connection:
            outbox.plan(connection, FIRST_SWEEP)
        yield house


@pytest.fixture
async def store(
    house: House, backend: Caller, caller_of: CallerOf, clock: ManualClock
) -> AsyncIterator[Store]:
    await backend.enrol("anna", "PRESENCE", "IN_APP")
    key = await backend.presence_key("anna")
    async with connected(caller_of("gateway")) as gateway:
        name = heard(await gateway.table_with(members=1), key, NOON)
        assert name is not None
        yield Store(house, backend, gateway, clock, name)


async def heard_well(store: Store) -> None:
    """A word with its evidence: what was heard is kept, too."""
    evidence = presence.Evidence(smoothed_rssi_dbm=-60.0, max_rssi_dbm=-58.0, samples=9)
    await store.gateway.send_event(1, "ENTER", store.name, NOON, evidence=evidence)
    store.gateway.seq = 1
    await store.say("DWELL", 1)
    assert store.kept(presence_states) == 1
    assert store.kept(presence_events) == 2


async def test_who_withdraws_the_consent_is_forgotten_with_the_answer(store: Store) -> None:
    await heard_well(store)
    await store.backend.set_consents("anna", PRESENCE=False)
    for table in (presence_states, presence_events, presence_pseudonyms):
        assert store.kept(table) == 0
    assert await store.standing() == ("EXITED", NOON + MINUTE, False)


async def test_another_consent_that_is_withdrawn_changes_nothing_in_the_store(store: Store) -> None:
    await heard_well(store)
    await store.backend.set_consents("anna", IN_APP=False)
    assert (store.kept(presence_states), store.kept(presence_events)) == (1, 2)
    assert (await store.standing())[0] == "DWELLING"


async def test_how_somebody_was_heard_is_forgotten_when_the_membership_is_suspended(
    store: Store,
) -> None:
    await heard_well(store)
    asked = membership.SuspendMemberRequest(
        request_id=fresh_id("r"), customer_id="anna", actor="team", reason="asked"
    )
    await store.backend.call(store.backend.membership.SuspendMember, asked)
    assert store.kept(presence_states) == 0
    assert store.kept(presence_events) == 2  # late words may still tell how the visit ended


async def test_a_visit_ends_with_the_last_word_of_a_gateway_that_fell_silent(store: Store) -> None:
    for minutes in (0, 1, 2):
        store.clock.move_to(NOON + minutes * MINUTE)
        await store.say("DWELL" if minutes else "ENTER", minutes)
    await store.later(minutes=11)
    assert (await store.standing())[0] == "DWELLING"
    await store.later(minutes=13)
    assert await store.standing() == ("EXITED", NOON + 2 * MINUTE, True)


async def test_what_lay_in_the_gateways_spool_tells_how_the_visit_went_on(store: Store) -> None:
    await store.say("ENTER", 0)
    await store.later(minutes=11)
    assert await store.standing() == ("EXITED", NOON, True)
    store.clock.move_to(NOON + 180 * MINUTE)
    await store.say("DWELL", 5)
    assert (await store.standing())[0] == "DWELLING"
    await store.say("EXIT", 7)
    assert await store.standing() == ("EXITED", NOON + 7 * MINUTE, False)
    visit = await store.visit()
    assert visit.amended_at == stamp(NOON + 180 * MINUTE)
    assert visit.entered_at == stamp(NOON)


async def test_a_spool_that_ends_in_the_middle_of_a_visit_ends_it_there(store: Store) -> None:
    await store.say("ENTER", 0)
    await store.later(minutes=11)
    store.clock.move_to(NOON + 180 * MINUTE)
    await store.say("DWELL", 5)
    await store.later(minutes=181)
    assert await store.standing() == ("EXITED", NOON + 5 * MINUTE, True)


async def test_a_late_word_of_what_is_known_already_opens_no_visit_again(store: Store) -> None:
    await store.say("ENTER", 0)
    await store.say("DWELL", 2)
    await store.later(minutes=13)
    await store.say("DWELL", 1)
    assert await store.standing() == ("EXITED", NOON + 2 * MINUTE, True)


async def test_a_gateway_that_is_there_but_deaf_is_waited_for(store: Store) -> None:
    await store.say("ENTER", 0)
    for minutes in (11, 60, 180):
        store.clock.move_to(NOON + minutes * MINUTE)
        await store.is_well(deaf=True)
        await store.later(minutes=minutes)
        assert (await store.standing())[0] == "ENTERED"
    store.clock.move_to(NOON + 240 * MINUTE)
    await store.is_well(deaf=True)
    await store.later(minutes=241)
    assert await store.standing() == ("EXITED", NOON, True)


async def test_a_gateway_that_hears_and_says_nothing_of_a_member_has_lost_it(store: Store) -> None:
    await store.say("ENTER", 0)
    store.clock.move_to(NOON + 11 * MINUTE)
    await store.is_well()
    await store.later(minutes=12)
    assert await store.standing() == ("EXITED", NOON, True)


async def test_the_gateway_that_died_does_not_hold_a_visit_that_another_saw_end(
    store: Store, caller_of: CallerOf
) -> None:
    await store.say("ENTER", 0)
    async with connected(caller_of("gateway"), name="gw-2") as other:
        await other.report("ENTER", store.name, NOON + MINUTE)
        await other.report("EXIT", store.name, NOON + 5 * MINUTE, 240.0)
        store.clock.move_to(NOON + 5 * MINUTE)
        assert (await store.standing())[0] == "DWELLING"
        await store.later(minutes=16)
    assert await store.standing() == ("EXITED", NOON + 5 * MINUTE, True)


async def planned(store: Store) -> list[str]:
    with store.house.database.engine.connect() as connection:
        return list(connection.execute(select(reminders.c.state)).scalars())


async def elsewhere(store: Store, caller_of: CallerOf, minutes: float) -> None:
    """Anna's identifier is heard in another store, too."""
    async with connected(caller_of("gateway"), name="gw-2", store="soho") as soho:
        await soho.report("ENTER", store.name, NOON + minutes * MINUTE)


async def abandon_a_cart(store: Store) -> None:
    await store.backend.update_cart(cart(at=NOON - 120 * MINUTE))
    await store.house.worker.drain()


async def test_doubt_about_a_visit_withdraws_what_was_planned_from_it(
    store: Store, caller_of: CallerOf
) -> None:
    await abandon_a_cart(store)
    store.clock.move_to(NOON + 31 * MINUTE)
    await store.say("ENTER", 30, since=30)
    await store.say("DWELL", 31, since=30)
    assert await planned(store) == ["PLANNED"]
    await elsewhere(store, caller_of, minutes=31)
    assert await planned(store) == ["CANCELLED"]
    await store.house.worker.drain()
    assert await planned(store) == ["CANCELLED"]


async def test_a_doubtful_visit_plans_nothing(store: Store, caller_of: CallerOf) -> None:
    await abandon_a_cart(store)
    store.clock.move_to(NOON + 31 * MINUTE)
    await store.say("ENTER", 30, since=30)
    await elsewhere(store, caller_of, minutes=30.5)
    await store.say("DWELL", 31, since=30)
    assert await planned(store) == []


async def week_of_silence(store: Store, caller_of: CallerOf, days: int) -> Any:
    """The gateway's session breaks at NOON; it is back days later with what it noticed then."""
    await store.gateway.close()
    for day in range(1, days + 1):
        await store.later(minutes=day * 24 * 60)
        async with connected(caller_of("gateway"), name="other") as other:
            await other.table_with(members=1)
    return connected(caller_of("gateway"), epoch="epoch-0002")


async def test_what_waited_in_a_spool_for_seven_days_finds_its_member(
    store: Store, caller_of: CallerOf
) -> None:
    async with await week_of_silence(store, caller_of, days=7) as gateway:
        await gateway.report("ENTER", store.name, NOON)
    assert (await store.visit()).customer_id == "anna"


async def test_after_nine_days_nobody_knows_any_more_whose_a_pseudonym_was(
    store: Store, caller_of: CallerOf
) -> None:
    async with await week_of_silence(store, caller_of, days=9) as gateway:
        await gateway.report("ENTER", store.name, NOON)
    assert store.kept(presence_events) == 0


async def test_pseudonyms_are_forgotten_though_no_gateway_ever_comes_again(store: Store) -> None:
    assert store.kept(presence_pseudonyms) > 0
    await store.gateway.close()
    await store.later(minutes=10 * 24 * 60)
    assert store.kept(presence_pseudonyms) == 0


async def test_readings_and_old_words_are_forgotten_though_no_gateway_ever_comes_again(
    store: Store,
) -> None:
    await heard_well(store)
    await store.gateway.close()
    await store.later(minutes=61)
    assert (store.kept(presence_states), store.kept(presence_events)) == (0, 2)
    await store.later(minutes=32 * 24 * 60)
    assert store.kept(presence_events) == 0
    assert (await store.visit()).customer_id == "anna"
