"""Requests that meet: they are answered as if one had come after the other, in some order."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from copy import deepcopy
from itertools import permutations
from itertools import product as product_of

import pytest

from services.errors import RegularsError
from services.loyalty.queries.balances import find_accounts
from services.reactions import react
from services.storage.database import Database, make_engine
from services.storage.vault import Vault
from tests.integration.shop import ManualClock
from tests.ledger.authors import Author
from tests.ledger.episodes import answers
from tests.ledger.operations import Command, Enrol
from tests.ledger.people_model import People
from tests.ledger.point_operations import AdjustPoints, HoldPoints, ReleaseHold, SpendPoints
from tests.ledger.product import OK, Product, request_key
from tests.ledger.programmes import programme

AT_ONCE = 4  # up to 192 courses to try for each meeting
MEETINGS = int(os.environ.get("REGULARS_LEDGER_OPERATIONS", "2000")) // 20
RIVALS = 25
HELD_TIMES = 150


class Meeting:
    """A product whose writes go through its own writers, from many tasks."""

    def __init__(self, product: Product, database: Database) -> None:
        self.product = product
        self.database = database

    async def ask(self, commands: Sequence[Command]) -> list[str]:
        return await asyncio.gather(*(self._ask(command) for command in commands))

    async def _ask(self, command: Command) -> str:
        use_case, item = command.asked()
        try:
            await self.database.write(use_case, item, request_key(command))
        except RegularsError as refusal:
            return refusal.reason
        return OK


@pytest.fixture
async def meeting(database_url: str, clock: ManualClock) -> AsyncIterator[Meeting]:
    product = Product(make_engine(database_url), clock, programme())
    product.start_anew()
    database = Database(make_engine(database_url), clock, programme(), Vault(bytes(32)), react)
    await database.open()
    yield Meeting(product, database)
    await database.close()
    product.close()


async def test_of_many_spends_of_one_balance_exactly_one_succeeds(meeting: Meeting) -> None:
    await meeting.ask([Enrol(request_id="r1", member="anna")])
    await meeting.ask([AdjustPoints(request_id="r2", member="anna", adjustment_id="a1", points=100)])
    spends = [
        SpendPoints(request_id=f"s{number}", member="anna", hold_id=f"h{number}", points=60)
        for number in range(RIVALS)
    ]
    answered = await meeting.ask(spends)
    assert sorted(answered) == ["INSUFFICIENT_POINTS"] * (RIVALS - 1) + [OK]
    assert meeting.product.look(["anna"])["anna"][0] == (0, 40, 0, 0)
    assert meeting.product.violations() == []


async def test_the_same_request_from_many_callers_counts_once(meeting: Meeting) -> None:
    await meeting.ask([Enrol(request_id="r1", member="anna")])
    given = AdjustPoints(request_id="r2", member="anna", adjustment_id="a1", points=100)
    assert await meeting.ask([given] * RIVALS) == [OK] * RIVALS
    assert meeting.product.look(["anna"])["anna"][0] == (0, 100, 0, 0)


async def test_requests_that_meet_are_answered_as_if_one_came_after_the_other(meeting: Meeting) -> None:
    author = Author(11)
    first = author.episode(0)[0]
    await meeting.ask(first.commands)
    for _ in range(MEETINGS):
        after = author.pause()
        author.model.elapse(after)
        meeting.product.elapse(after)
        commands = author.commands(AT_ONCE)
        found = await meeting.ask(commands)
        author.model = explained(author.model, commands, found, meeting.product)
    assert meeting.product.violations() == []


def explained(model: People, commands: Sequence[Command], found: list[str], product: Product) -> People:
    """The model after a course of events that gives these answers and accounts; fails without one."""
    members = sorted(set(model.members) | {member for one in commands for member in one.touched()})
    accounts = {one: held[:2] for one, held in product.look(members).items()}
    for batches in courses(len(commands)):
        tried = deepcopy(model)
        given: dict[int, str] = {}
        for batch in batches:
            given |= zip(batch, answers(tried, [commands[place] for place in batch]), strict=True)
        same = {one: (tried.balance(one), tried.free_lots(one)) for one in tried.members}
        if [given[place] for place in range(len(commands))] == found and same == accounts:
            return tried
    pytest.fail(f"no course of {commands} explains {found} and {accounts}")


def courses(size: int) -> list[list[list[int]]]:
    """Every order in which so many commands may come, and every way in which neighbours may come together."""
    found = []
    for places in permutations(range(size)):
        for joined in product_of((False, True), repeat=max(size - 1, 0)):
            batches: list[list[int]] = []
            for place, together in zip(places, (False, *joined), strict=False):
                if together:
                    batches[-1].append(place)
                else:
                    batches.append([place])
            found.append(batches)
    return sorted(found, key=len, reverse=True)  # one after the other first: mostly that is enough


async def test_a_read_never_sees_half_a_write(meeting: Meeting) -> None:
    """Points that are held and given back all the time are somewhere at every moment."""
    await meeting.ask([Enrol(request_id="r1", member="anna")])
    await meeting.ask([AdjustPoints(request_id="r2", member="anna", adjustment_id="a1", points=100)])
    holding = asyncio.create_task(hold_and_release(meeting))
    seen: set[int] = set()
    while not holding.done():
        account = await meeting.database.read(find_accounts, "anna")
        assert account is not None
        account.bring_to(meeting.product.clock.now())
        kept = sum(lot.remaining_points + lot.blocked_points for lot in account.lots.values())
        held = sum(hold.points for hold in account.live_holds())
        seen |= {account.active_points + account.blocked_points, kept, 100 - account.blocked_points + held}
    await holding
    assert seen == {100}


async def hold_and_release(meeting: Meeting) -> None:
    for number in range(HELD_TIMES):
        hold_id = f"h{number}"
        hold = HoldPoints(request_id=f"t{number}", member="anna", hold_id=hold_id, points=60)
        release = ReleaseHold(request_id=f"f{number}", member="anna", hold_id=hold_id)
        assert await meeting.ask([hold]) + await meeting.ask([release]) == [OK, OK]
