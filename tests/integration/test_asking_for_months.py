"""Months of a shop on a clock of our own: hundreds of customers, and what never happens to any of them."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import combinations
from random import Random
from typing import Any

import pytest
from sqlalchemy import Row, func, select

from services.composition import House
from services.delivery import ConsoleSender, Message
from services.feedback.queries.cases import open_causes
from services.feedback.rules.invitations import InvitationState as State
from services.feedback.rules.invitations import Reason
from services.handlers import handlers
from services.programme.programme import Programme
from services.settings import Settings
from services.storage import outbox, tables
from services.worker import Worker
from tests.integration import people
from tests.integration.asking import Shop, asking
from tests.integration.people import merge
from tests.integration.recovering import cases, resolve
from tests.integration.servers import standing_still
from tests.integration.shop import NOON, Caller, ManualClock, fresh_id, goods_back, order_record

CUSTOMERS = 200
STEPS = 3 * 120  # of eight hours: four months, over the day in March when the clocks go forward
SILENCE = 110  # days without events: even what waits for the caps comes to its end
ENDS = {
    State.ANSWERED: {Reason.NONE, Reason.LATE},
    State.EXPIRED: {Reason.NO_ANSWER},
    State.SUPPRESSED: {
        Reason.CAP,
        Reason.CONSENT,
        Reason.OPEN_CASE,
        Reason.MEMBER_STATE,
        Reason.RETURNED,
    },
}


class Mailbox(ConsoleSender):
    """Keeps what was sent; now and then it is out of order."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.messages: list[Message] = []

    async def send(self, message: Message) -> None:
        if self.chance.random() < 0.05:
            raise ConnectionError("out of order")
        self.messages.append(message)


@dataclass
class Town:
    """The customers, and what they do at random."""

    shop: Shop
    chance: Random
    living: list[str]
    orders: list[tuple[str, str]] = field(default_factory=list)  # customer, order
    merged_at: dict[str, datetime] = field(default_factory=dict)  # survivor -> when
    complaining_when_sent: list[str] = field(default_factory=list)

    async def live(self) -> None:
        """One step: some things happen, then time passes."""
        await self._buy()
        await asyncio.gather(self._send_back(), self._answer(), self._change_minds(), self._see_to_cases())
        if self.chance.random() < 0.02:
            await self._turn_out_to_be_one()
        if self.chance.random() < 0.01:
            await people.erase(self.shop.backend, self._leaving())
        await self.pass_time(hours=8)

    async def pass_time(self, hours: int) -> None:
        """Let the worker work, now and then after one that was killed in the middle of it."""
        self.shop.clock.advance(hours=hours)
        engine = self.shop.house.database.engine
        if self.chance.random() < 0.1:
            with engine.begin() as connection:
                outbox.claim(connection, self.shop.clock.now(), 20)
            self.shop.clock.advance(seconds=61)
        with engine.connect() as connection:
            complaining = {one for one, _ in open_causes(connection, self.living)}
        await self.shop.house.worker.drain()
        sent = self.invitations(tables.invitations.c.sent_at == self.shop.clock.now())
        self.complaining_when_sent += [one.invitation_id for one in sent if one.customer_id in complaining]

    def invitations(self, *conditions: Any) -> Sequence[Row[Any]]:
        with self.shop.house.database.engine.connect() as connection:
            return connection.execute(select(tables.invitations).where(*conditions)).all()

    def _some(self, share: float) -> list[str]:
        return [one for one in self.living if self.chance.random() < share]

    def _leaving(self) -> str:
        chosen = self.chance.choice(self.living)
        self.living.remove(chosen)
        self.orders = [order for order in self.orders if order[0] != chosen]
        return chosen

    async def _buy(self) -> None:
        now = self.shop.clock.now()
        fresh = [(one, fresh_id("o")) for one in self._some(0.02)]
        if fresh:
            records = [order_record(customer_id=one, order_id=order_id, at=now) for one, order_id in fresh]
            await self.shop.backend.record_batch(*records)
            self.orders = (self.orders + fresh)[-50:]

    async def _send_back(self) -> None:
        if self.orders and self.chance.random() < 0.3:
            customer, order_id = self.orders.pop(self.chance.randrange(len(self.orders)))
            back = goods_back(order_id=order_id, customer_id=customer, at=self.shop.clock.now())
            await self.shop.backend.record_return(back)

    async def _answer(self) -> None:
        """Some answer what is open, some what is over, and one does both at once, twice."""
        waiting = self.invitations(tables.invitations.c.state.in_((State.SENT, State.EXPIRED)))
        chosen = [
            one for one in waiting if self.chance.random() < (0.05 if one.state == State.SENT else 0.001)
        ]
        told = [one for one in chosen for _ in range(self.chance.choice((1, 1, 2)))]
        await asyncio.gather(
            *(self.shop.submit(one.invitation_id, self.chance.randint(1, 5)) for one in told),
            return_exceptions=True,
        )

    async def _change_minds(self) -> None:
        kinds = ("SURVEY", "EMAIL", "PUSH")
        for one in self._some(0.002):
            decision = {self.chance.choice(kinds): self.chance.random() < 0.7}
            await self.shop.backend.set_consents(one, **decision)

    async def _see_to_cases(self) -> None:
        for case in (await cases(self.shop.backend, state="CASE_STATE_OPEN")).cases:
            if self.chance.random() < 0.1:
                await resolve(self.shop.backend, case.case_id)

    async def _turn_out_to_be_one(self) -> None:
        merged, survivor = self._leaving(), self.chance.choice(self.living)
        await merge(self.shop.backend, survivor, merged)
        self.merged_at[survivor] = self.shop.clock.now()


@pytest.fixture
async def house(settings: Settings, clock: ManualClock) -> AsyncIterator[House]:
    async with standing_still(asking(settings), clock) as house:
        yield house


@pytest.fixture
async def mailbox(house: House) -> Mailbox:
    return Mailbox(Random(3))


@pytest.fixture
async def town(house: House, backend: Caller, clock: ManualClock, mailbox: Mailbox) -> Town:
    """The town after its months, and after a silence in which everything came to its end."""
    living = [f"c{number}" for number in range(CUSTOMERS)]
    working = replace(house, worker=Worker(house.database, handlers(house.database, {"console": mailbox})))
    town = Town(Shop(working, backend, clock), Random(7), living)
    for some in range(0, CUSTOMERS, 20):
        joining = living[some : some + 20]
        await asyncio.gather(*(backend.enrol(one, "SURVEY", "EMAIL", "PUSH") for one in joining))
    for _ in range(STEPS):
        await town.live()
    for _ in range(SILENCE):
        await town.pass_time(hours=24)
    return town


@pytest.mark.slow
async def test_in_months_nobody_is_asked_too_often_and_every_invitation_ends_once(
    town: Town, mailbox: Mailbox, house: House
) -> None:
    found = town.invitations()
    sent = [one for one in found if one.sent_at is not None]
    assert len(sent) > CUSTOMERS  # the town lived
    assert_ends(found)
    assert_gaps(town, sent)
    assert_waking(sent)
    assert town.complaining_when_sent == []
    assert_messages(sent, mailbox)
    assert_answers(found, house)


def assert_ends(found: Sequence[Row[Any]]) -> None:
    """Every invitation is in one end, with a reason of that end; and the months showed nearly all of them."""
    assert {one.state for one in found} == set(ENDS)
    seen = {(State(one.state), Reason(one.reason)) for one in found}
    assert seen <= {(state, reason) for state, reasons in ENDS.items() for reason in reasons}
    assert len(seen) >= 7
    assert all((one.sent_at is None) == (one.state == State.SUPPRESSED) for one in found)
    assert all(one.ended_at is not None for one in found)


def assert_gaps(town: Town, sent: Sequence[Row[Any]]) -> None:
    """Two that were sent before their customers turned out to be one may lie closer."""
    of: dict[str, list[Row[Any]]] = defaultdict(list)
    for one in sent:
        of[one.customer_id].append(one)
    for customer, theirs in of.items():
        theirs.sort(key=lambda one: one.sent_at)
        for earlier, later in combinations(theirs, 2):
            if later.sent_at <= town.merged_at.get(customer, NOON):
                continue
            last_word = earlier.followed_up_at or earlier.sent_at
            days = 90 if earlier.kind == later.kind else 30
            assert later.sent_at - last_word >= timedelta(days=days)


def assert_waking(sent: Sequence[Row[Any]]) -> None:
    london = Programme().zone
    words = [one.sent_at for one in sent] + [one.followed_up_at for one in sent if one.followed_up_at]
    assert {moment.astimezone(london).hour for moment in words} <= set(range(8, 21))


def assert_messages(sent: Sequence[Row[Any]], mailbox: Mailbox) -> None:
    """Each invitation left the house once, and once more at most. Of the erased nothing is kept."""
    told = Counter(message.message_id for message in mailbox.messages)
    expected = {one.invitation_id for one in sent}
    expected |= {f"{one.invitation_id}/follow-up" for one in sent if one.followed_up_at}
    assert expected <= set(told)
    assert max(told.values()) == 1
    assert any(one.followed_up_at for one in sent)


def assert_answers(found: Sequence[Row[Any]], house: House) -> None:
    """Each answered invitation has one answer, and each one about an order one coupon."""
    answered = {one.invitation_id: one.survey_id for one in found if one.state == State.ANSWERED}
    with house.database.engine.connect() as connection:
        counted = connection.execute(select(tables.answers.c.invitation_id)).scalars().all()
        thanked = connection.execute(
            select(func.count()).where(tables.coupons.c.customer_id.not_like("erased-%"))
        ).scalar_one()
        waiting = connection.execute(
            select(tables.outbox.c.topic).where(tables.outbox.c.topic.like("invitation.%"))
        ).all()
    assert Counter(counted) == Counter(answered.keys())
    assert thanked == sum(survey == "after-order" for survey in answered.values())
    assert waiting == []
