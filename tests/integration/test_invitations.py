"""Customers are asked after events: once, in time, by a way they agreed to, and never too often."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from regulars.feedback.v1 import feedback_service_pb2 as pb
from sqlalchemy import Connection, func, select

from services.composition import House
from services.feedback.use_cases.invitations import send_invitations
from services.settings import Settings
from services.storage import outbox, tables
from services.storage.outbox import Claimed
from tests.integration import people
from tests.integration.asking import Shop, asking, short
from tests.integration.recovering import cases, reopen, resolve
from tests.integration.servers import standing_still
from tests.integration.shop import NOON, Caller, ManualClock, exchange, goods_back, order, refusal, stamp

SENT = ("after-order", "SENT", "UNSPECIFIED")


@pytest.fixture
async def house(settings: Settings, clock: ManualClock) -> AsyncIterator[House]:
    async with standing_still(asking(settings), clock) as house:
        yield house


@pytest.fixture
async def shop(house: House, backend: Caller, clock: ManualClock) -> Shop:
    await backend.enrol("anna", "SURVEY", "EMAIL")
    return Shop(house, backend, clock)


def delivered(house: House) -> int:
    """Messages that wait to be delivered."""
    waiting = select(func.count()).where(tables.outbox.c.topic == "invitation.deliver")
    with house.database.engine.connect() as connection:
        return int(connection.execute(waiting).scalar_one())


async def test_an_order_is_asked_about_after_the_delay(shop: Shop) -> None:
    order_id = await shop.order(channel=2)
    await shop.wait(hours=47)
    (one,) = await shop.invitations(survey_id="after-order")
    assert short(one) == ("after-order", "PLANNED", "UNSPECIFIED")
    assert one.due_at == stamp(NOON + timedelta(hours=48))
    now = await shop.wait(hours=1)
    (one,) = await shop.invitations(survey_id="after-order")
    assert short(one) == SENT
    assert (one.sent_at, one.expires_at) == (stamp(now), stamp(now + timedelta(days=14)))
    assert (one.order_id, one.source, one.channel, one.touchpoint) == (order_id, "default", 2, "order")
    assert (one.medium, one.lowest, one.highest) == (pb.MEDIUM_EMAIL, 0, 10)
    assert one.question == "How likely are you to recommend us to a friend?"


async def test_the_surveys_of_the_programme_are_listed_as_they_are(shop: Shop) -> None:
    found = (await shop.backend.call(shop.backend.feedback.ListSurveys, pb.ListSurveysRequest())).surveys
    assert [one.survey_id for one in found] == [
        "after-order",
        "after-return",
        "after-exchange",
        "after-case",
        "welcome",
    ]
    assert (found[0].trigger, found[0].delay_hours, list(found[0].media)) == (
        pb.SURVEY_TRIGGER_ORDER,
        48,
        [pb.MEDIUM_EMAIL, pb.MEDIUM_PUSH],
    )
    assert (found[1].polarity, found[1].touchpoint) == (pb.POLARITY_EFFORT, "return")


async def test_every_kind_of_event_is_asked_about(shop: Shop) -> None:
    first, second = await shop.order(), await shop.order()
    await shop.backend.record_return(goods_back(order_id=first, at=NOON))
    await shop.backend.record_exchange(exchange(second, at=NOON))
    found = {one.survey_id: one for one in await shop.invitations()}
    assert set(found) == {"after-order", "after-return", "after-exchange", "welcome"}
    assert (found["after-exchange"].channel, found["after-exchange"].touchpoint) == (3, "exchange")


async def test_an_order_that_is_told_twice_is_asked_about_once(shop: Shop) -> None:
    one = order("o1", at=NOON)
    await asyncio.gather(*(shop.backend.record_order(one) for _ in range(4)))
    assert len(await shop.invitations(survey_id="after-order")) == 1


async def test_history_that_is_imported_is_not_asked_about(shop: Shop) -> None:
    await shop.backend.record_order(order(at=NOON - timedelta(days=17)))
    assert not await shop.invitations(survey_id="after-order")


async def test_who_is_no_member_is_never_asked_and_leaves_no_trace(shop: Shop) -> None:
    await shop.order("stranger")
    assert not await shop.invitations("stranger")


async def withdraw_surveys(shop: Shop) -> None:
    await shop.backend.set_consents("anna", SURVEY=False)


async def withdraw_the_medium(shop: Shop) -> None:
    await shop.backend.set_consents("anna", EMAIL=False)


async def suspend(shop: Shop) -> None:
    await people.step(shop.backend, "Suspend", "anna")


async def leave(shop: Shop) -> None:
    await people.step(shop.backend, "Close", "anna")


async def complain(shop: Shop) -> None:
    await shop.record("CSAT", 1)


async def send_it_back(shop: Shop) -> None:
    (one,) = await shop.invitations(survey_id="after-order")
    await shop.backend.record_return(goods_back(order_id=one.order_id, at=shop.clock.now()))


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [
        (withdraw_surveys, "CONSENT"),
        (withdraw_the_medium, "CONSENT"),
        (suspend, "MEMBER_STATE"),
        (leave, "MEMBER_STATE"),
        (complain, "OPEN_CASE"),
        (send_it_back, "RETURNED"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
async def test_what_happens_between_plan_and_sending_suppresses_it(
    shop: Shop, meanwhile: Callable[[Shop], Awaitable[None]], reason: str
) -> None:
    await shop.order()
    await meanwhile(shop)
    await shop.wait(hours=48)
    (one,) = await shop.invitations(survey_id="after-order")
    assert short(one) == ("after-order", "SUPPRESSED", reason)
    assert one.ended_at == stamp(shop.clock.now())


async def test_a_second_survey_within_thirty_days_meets_the_cap(shop: Shop) -> None:
    await shop.asked()
    await shop.wait(days=29)
    order_id = await shop.order()
    await shop.backend.record_return(goods_back(order_id=order_id, at=shop.clock.now()))
    await shop.wait(hours=2)
    assert ("after-return", "SUPPRESSED", "CAP") in await shop.outcomes()


async def test_of_two_that_are_due_at_once_one_is_sent(shop: Shop) -> None:
    await shop.order()
    await shop.order()
    await shop.wait(hours=48)
    assert sorted(await shop.outcomes())[:2] == [SENT, ("after-order", "SUPPRESSED", "CAP")]


async def test_who_does_not_answer_is_asked_once_more_and_then_it_expires(shop: Shop) -> None:
    sent = await shop.asked()
    followed_up_at = await shop.wait(days=5)
    (one,) = await shop.invitations(survey_id="after-order")
    assert (short(one), one.followed_up_at) == (SENT, stamp(followed_up_at))
    await shop.wait(days=8)
    assert short((await shop.invitations(survey_id="after-order"))[0]) == SENT
    ended_at = await shop.wait(days=1)
    (one,) = await shop.invitations(survey_id="after-order")
    assert short(one) == ("after-order", "EXPIRED", "NO_ANSWER")
    assert (one.followed_up_at, one.ended_at) == (stamp(followed_up_at), stamp(ended_at))
    assert one.sent_at == sent.sent_at


async def test_who_answered_is_not_asked_again(shop: Shop) -> None:
    one = await shop.asked()
    await shop.submit(one.invitation_id, 9)
    await shop.wait(days=20)
    (one,) = await shop.invitations(survey_id="after-order")
    assert (short(one), one.HasField("followed_up_at")) == (("after-order", "ANSWERED", "UNSPECIFIED"), False)


async def test_at_night_it_waits_for_the_morning(shop: Shop) -> None:
    shop.clock.advance(hours=10)  # 22:00
    await shop.order()
    (one,) = await shop.invitations(survey_id="after-order")
    assert one.due_at == stamp(NOON + timedelta(days=2, hours=20))  # 08:00


async def test_after_a_case_it_is_asked_again_when_the_caps_allow(shop: Shop) -> None:
    one = await shop.asked()
    await shop.submit(one.invitation_id, 2)
    (case,) = (await cases(shop.backend)).cases
    await shop.wait(days=1)
    await resolve(shop.backend, case.case_id)
    (again,) = await shop.invitations(survey_id="after-case")
    assert again.due_at == stamp(one.sent_at.ToDatetime(NOON.tzinfo) + timedelta(days=30))
    for _ in range(29):
        await shop.wait(days=1)
    assert ("after-case", "SENT", "UNSPECIFIED") in await shop.outcomes()


async def test_a_case_that_is_reopened_is_asked_about_when_it_is_resolved_again(shop: Shop) -> None:
    await shop.record("NPS", 2)
    (case,) = (await cases(shop.backend)).cases
    await resolve(shop.backend, case.case_id)
    await reopen(shop.backend, case.case_id)
    await shop.wait(hours=24)
    assert ("after-case", "SUPPRESSED", "OPEN_CASE") in await shop.outcomes()
    await resolve(shop.backend, case.case_id)
    await shop.wait(hours=24)
    assert ("after-case", "SENT", "UNSPECIFIED") in await shop.outcomes()


async def test_invitations_and_their_timers_follow_a_merge(shop: Shop) -> None:
    await shop.backend.enrol("annie", "SURVEY", "EMAIL")
    await shop.order("annie")
    await shop.wait(hours=1)
    await people.merge(shop.backend, "anna", "annie")
    await shop.wait(hours=47)
    assert SENT in await shop.outcomes("anna")
    (one,) = await shop.invitations("annie", survey_id="after-order")
    recorded = await shop.submit(one.invitation_id, 10)
    assert recorded.answer_class == pb.ANSWER_CLASS_PROMOTER


async def test_when_a_merge_is_undone_each_is_asked_about_their_own(shop: Shop) -> None:
    await shop.backend.enrol("annie", "SURVEY", "EMAIL")
    await shop.order("annie")
    merge_id = await people.merge(shop.backend, "anna", "annie")
    await shop.wait(hours=1)
    await people.unmerge(shop.backend, merge_id)
    await shop.wait(hours=47)
    assert SENT in await shop.outcomes("annie")
    assert await shop.outcomes("anna") == [("welcome", "PLANNED", "UNSPECIFIED")]


async def test_of_an_erased_customer_no_invitation_answer_or_timer_is_left(shop: Shop, house: House) -> None:
    one = await shop.asked()
    await shop.submit(one.invitation_id, 3, comment="the parcel was open, ask Ben on 0161 496 0000")
    await shop.order()
    await people.erase(shop.backend, "anna")
    await shop.wait(days=30)
    with house.database.engine.connect() as connection:
        for table in (tables.invitations, tables.answers, tables.outbox):
            rows = connection.execute(select(table)).all()
            assert not [row for row in rows if "anna" in str(row) or "0161" in str(row)]
    refused = await refusal(shop.submit(one.invitation_id, 3))
    assert refused.reason == "INVITATION_NOT_FOUND"


def claim(connection: Connection, clock: ManualClock) -> list[Claimed]:
    return outbox.claim(connection, clock.now(), 100)


async def test_work_that_is_done_twice_sends_one_message(shop: Shop, house: House) -> None:
    """A server that is killed after it claimed work leaves the work to be claimed again."""
    await shop.order()
    shop.clock.advance(hours=48)
    with house.database.engine.begin() as connection:
        claimed = [one for one in claim(connection, shop.clock) if one.topic == "invitation.send"]
    await asyncio.gather(*(house.database.write(send_invitations, claimed[0]) for _ in range(3)))
    assert delivered(house) == 1
    assert await shop.outcomes() == [("welcome", "PLANNED", "UNSPECIFIED"), SENT]


async def test_pages_hold_every_invitation_once(shop: Shop) -> None:
    for _ in range(5):
        await shop.order()
        shop.clock.advance(hours=1)
    seen: list[str] = []
    token = ""
    while True:
        request = pb.ListInvitationsRequest(customer_id="anna", page_size=2, page_token=token)
        page = await shop.backend.call(shop.backend.feedback.ListInvitations, request)
        seen += [one.invitation_id for one in page.invitations]
        token = page.next_page_token
        if not token:
            break
    assert (len(seen), len(set(seen))) == (6, 6)
