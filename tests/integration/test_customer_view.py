"""Everything about one customer, in one call."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import grpc
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.activity.v1 import events_pb2
from regulars.activity.v1.events_pb2 import Event
from regulars.engagement.v1 import engagement_service_pb2 as engagement
from regulars.feedback.v1 import cases_service_pb2 as recovery
from regulars.feedback.v1 import feedback_service_pb2 as feedback
from regulars.loyalty.v1 import loyalty_service_pb2 as loyalty
from regulars.membership.v1 import membership_service_pb2 as membership
from regulars.predictions.v1 import predictions_service_pb2 as predictions
from regulars.presence.v1 import presence_service_pb2 as presence
from regulars.reminders.v1 import reminders_service_pb2 as reminders
from regulars.rewards.v1 import rewards_service_pb2 as rewards
from regulars.types.v1 import channel_pb2
from sqlalchemy import insert

from services.composition import House
from services.membership.queries.customer_view import find_view
from services.predictions.use_cases import replace_predictions
from services.storage import tables
from services.storage.tables import metadata
from tests.integration.recovering import answer
from tests.integration.shop import (
    NOON,
    Caller,
    ManualClock,
    cart,
    consents,
    fresh_id,
    goods_back,
    order,
    refusal,
    stamp,
)
from tests.integration.test_lists import some_predictions
from tests.integration.watching import statements_with_values

HOUR = timedelta(hours=1)
STATEMENTS_MAX = 30  # whatever a customer did
APART = 14  # days: points become spendable


async def customer(caller: Caller, customer_id: str = "anna", **asked: int) -> Any:
    request = membership.GetCustomerRequest(customer_id=customer_id, **asked)
    return await caller.call(caller.membership.GetCustomer, request)


async def enrol_anna(backend: Caller) -> None:
    request = membership.EnrolMemberRequest(
        request_id=fresh_id("r"),
        customer_id="anna",
        consents=consents("PRESENCE", "EMAIL"),
        profile=membership.Profile(name="Anna Arden", locale="en-GB"),
        identifiers=[membership.Identifier(kind="IDENTIFIER_KIND_EMAIL", value="Anna@Example.com")],
    )
    await backend.call(backend.membership.EnrolMember, request)


async def record_session(backend: Caller) -> None:
    session = Event(
        event_id="s-1",
        customer_id="anna",
        kind="EVENT_KIND_SESSION",
        channel="CHANNEL_WEB",
        occurred_at=stamp(NOON - HOUR),
        pages=7,
    )
    batch = activity.RecordEventsRequest(batch_id=1, events=[session])
    async for one in backend.stream(backend.activity.RecordEvents, iter([batch])):
        assert one.inserted == 1


async def issue_reward(backend: Caller, team: Caller) -> None:
    coffee = rewards.Reward(reward_id="coffee", title="A free coffee", points=10, redeem_days=30)
    await team.call(team.rewards.SetReward, rewards.SetRewardRequest(request_id=fresh_id("r"), reward=coffee))
    wanted = rewards.IssueRewardRequest(request_id=fresh_id("r"), customer_id="anna", reward_id="coffee")
    await backend.call(backend.rewards.IssueReward, wanted)


def visit(visit_id: str, state: str, hours_ago: int) -> dict[str, Any]:
    seen_at = NOON + timedelta(days=APART) - hours_ago * HOUR
    return {
        "visit_id": visit_id,
        "customer_id": "anna",
        "store": "camden",
        "zone": "teas",
        "state": state,
        "entered_at": seen_at,
        "last_seen_at": seen_at,
        "exited_at": seen_at if state == "EXITED" else None,
    }


REMINDER = {
    "reminder_id": "m-1",
    "customer_id": "anna",
    "cart_id": "cart-1",
    "sku": "tea",
    "title": "Tea",
    "visit_id": "v-1",
    "store": "camden",
    "state": "SENT",
    "reason": "",
    "channel": "console",
    "triggered_at": NOON + HOUR,
    "planned_at": NOON + HOUR,
    "expires_at": NOON + 2 * HOUR,
    "sent_at": NOON + HOUR,
}


async def live(house: House, backend: Caller, team: Caller, clock: ManualClock) -> None:
    """A member's fortnight across all channels; the clock is at its end."""
    await enrol_anna(backend)
    await record_session(backend)
    await backend.record_order(order("o-1", at=NOON, price=5_000, quantity=2))
    await backend.record_return(goods_back("b-1", order_id="o-1", at=NOON))
    await answer(backend, 3)
    await backend.update_cart(cart(prices={"pot": 300, "kettle": 4_000}))  # nothing that was bought
    clock.advance(days=APART)
    await issue_reward(backend, team)
    with house.database.engine.begin() as connection:
        rows = [visit("v-1", "EXITED", 5), visit("v-2", "DWELLING", 1), visit("v-0", "DWELLING", 200)]
        connection.execute(insert(tables.visits), rows)
        connection.execute(insert(tables.reminders), REMINDER)
    await house.database.write(replace_predictions, some_predictions(["anna"]))


async def test_one_call_shows_everything_about_a_member(
    house: House, backend: Caller, team: Caller, clock: ManualClock
) -> None:
    await live(house, backend, team, clock)
    found = await customer(team)
    view = found.view
    assert (found.profile.name, found.identifiers[0].value) == ("Anna Arden", "anna@example.com")
    assert found.member.state == membership.MEMBER_STATE_ACTIVE
    assert [one.kind for one in found.member.consents if one.granted] == [
        membership.CONSENT_KIND_PRESENCE,
        membership.CONSENT_KIND_EMAIL,
    ]
    assert (view.first_seen_at, view.as_of) == (stamp(NOON), stamp(clock.now()))
    assert view.balance == await backend.balance("anna")
    assert (view.balance.active_points, view.balance.blocked_points) == (40, 10)
    assert (view.tier.tier, view.tier.qualifying, view.tier.points_to_next) == ("BRONZE", 50, 450)
    assert [(one.reward_id, one.points) for one in view.open_rewards] == [("coffee", 10)]
    assert [(one.cart_id, one.total.amount_minor, len(one.lines)) for one in view.carts] == [
        ("cart-1", 4_300, 2)
    ]
    assert [(one.survey, one.answer, one.overdue) for one in view.open_cases] == [
        (feedback.SURVEY_NPS, 3, True)
    ]
    assert view.present_visit.visit_id == "v-2"
    assert [one.visit_id for one in view.last_visits] == ["v-1", "v-0"]


async def test_scores_and_predictions_are_those_that_their_own_services_show(
    house: House, backend: Caller, team: Caller, clock: ManualClock
) -> None:
    await live(house, backend, team, clock)
    view = (await customer(team)).view
    assert view.score == await backend.score("anna")
    assert view.score.rfm.segment == engagement.SEGMENT_NEW
    asked = predictions.GetChurnRequest(customer_id="anna")
    assert view.churn == (await team.call(team.predictions.GetChurn, asked)).churn
    wanted = predictions.ListReplenishmentsRequest(customer_id="anna")
    listed = await team.call(team.predictions.ListReplenishments, wanted)
    assert list(view.replenishments) == list(listed.replenishments)
    shown = reminders.ListRemindersRequest(customer_id="anna")
    reminder = (await team.call(team.reminders.ListReminders, shown)).reminders[0]
    assert [one.reminder for one in view.events if one.HasField("reminder")] == [reminder]
    visits = await team.call(team.presence.ListVisits, presence.ListVisitsRequest())
    assert {one.visit_id for one in visits.visits} == {"v-0", "v-1", "v-2"}
    assert view.present_visit in visits.visits


async def test_points_tier_rewards_and_cases_are_those_that_their_own_services_show(
    house: House, backend: Caller, team: Caller, clock: ManualClock
) -> None:
    await live(house, backend, team, clock)
    view = (await customer(team)).view
    standing = await team.call(team.loyalty.GetTier, loyalty.GetTierRequest(customer_id="anna"))
    assert view.tier == standing.standing
    statement = await team.call(team.loyalty.ListMovements, loyalty.ListMovementsRequest(customer_id="anna"))
    shown = [one.movement for one in view.events if one.HasField("movement")]
    assert {one.movement_id: one for one in shown} == {one.movement_id: one for one in statement.movements}
    asked = rewards.ListMemberRewardsRequest(customer_id="anna")
    assert list(view.open_rewards) == list(
        (await team.call(team.rewards.ListMemberRewards, asked)).member_rewards
    )
    cases = await team.call(team.cases.ListCases, recovery.ListCasesRequest())
    assert list(view.open_cases) == list(cases.cases)


async def test_events_of_all_channels_come_in_the_order_of_their_time(
    house: House, backend: Caller, team: Caller, clock: ManualClock
) -> None:
    await live(house, backend, team, clock)
    events = (await customer(team)).view.events
    moments = [one.occurred_at.ToMicroseconds() for one in events]
    assert moments == sorted(moments, reverse=True)
    kinds = {str(one.WhichOneof("event")) for one in events}
    assert kinds == {"order", "order_return", "session", "answer", "movement", "reminder"}
    latest = (await customer(team, events_max=3)).view.events
    assert list(latest) == list(events[:3])


def touched(event_id: str, minutes_ago: int, kind: str, channel: str, **fields: object) -> Event:
    return Event(
        event_id=event_id,
        customer_id="anna",
        kind=f"EVENT_KIND_{kind}",
        channel=f"CHANNEL_{channel}",
        occurred_at=stamp(NOON - timedelta(minutes=minutes_ago)),
        **fields,  # type: ignore[arg-type]
    )


async def record_touches(backend: Caller, *touches: Event) -> None:
    batch = activity.RecordEventsRequest(batch_id=1, events=touches)
    async for one in backend.stream(backend.activity.RecordEvents, iter([batch])):
        assert one.inserted == len(touches)


async def test_touches_of_every_kind_and_channel_are_among_the_last_events(backend: Caller) -> None:
    await record_touches(
        backend,
        touched("call", 300, "CALL", "PHONE", subject="delivery"),
        touched("advice", 200, "STORE_CONTACT", "STORE", touchpoint="size_advice"),
        touched("letter", 100, "NEWSLETTER_SENT", "EMAIL", subject="march", outbound=True),
        touched("visit", 50, "SESSION", "WEB", pages=3),
    )
    session, *events = (await customer(backend)).view.events
    assert (session.session.session_id, session.session.pages) == ("visit", 3)
    told = [(one.touch.kind, one.touch.channel, one.touch.subject, one.touch.touchpoint) for one in events]
    assert told == [
        (events_pb2.EVENT_KIND_NEWSLETTER_SENT, channel_pb2.CHANNEL_EMAIL, "march", ""),
        (events_pb2.EVENT_KIND_STORE_CONTACT, channel_pb2.CHANNEL_STORE, "", "size_advice"),
        (events_pb2.EVENT_KIND_CALL, channel_pb2.CHANNEL_PHONE, "delivery", ""),
    ]
    assert [one.touch.outbound for one in events] == [True, False, False]


async def test_many_pages_seen_hide_no_call(backend: Caller) -> None:
    pages = [touched(f"p-{number}", number, "PAGE_VIEW", "WEB") for number in range(40)]
    in_app = [touched(f"a-{number}", number, "PAGE_VIEW", "APP") for number in range(40)]
    await record_touches(backend, *pages, *in_app, touched("call", 300, "CALL", "PHONE"))
    events = (await customer(backend)).view.events
    assert len(events) == 5 + 5 + 1
    assert events[-1].touch.kind == events_pb2.EVENT_KIND_CALL
    minutes = {(NOON - one.occurred_at.ToDatetime(UTC)) // timedelta(minutes=1) for one in events[:-1]}
    assert minutes == set(range(5))  # the latest of each


async def test_points_are_shown_as_of_now_though_no_job_came_by(backend: Caller, clock: ManualClock) -> None:
    await backend.enrol("anna")
    await backend.record_order(order(price=2_500))
    clock.advance(days=APART)
    assert (await customer(backend)).view.balance.active_points == 25


async def test_a_customer_who_is_no_member_has_a_history_all_the_same(backend: Caller) -> None:
    await backend.record_order(order("o-1", customer_id="guest"))
    found = await customer(backend, "guest")
    assert not found.HasField("member")
    assert not found.view.HasField("balance")
    assert not found.view.HasField("tier")
    assert [one.order.order_id for one in found.view.events] == ["o-1"]


async def test_an_unknown_customer_is_not_found(backend: Caller) -> None:
    refused = await refusal(customer(backend, "nobody"))
    assert (refused.code, refused.reason) == (grpc.StatusCode.NOT_FOUND, "CUSTOMER_NOT_FOUND")


async def test_every_list_is_bounded(house: House, backend: Caller) -> None:
    for number in range(25):
        await backend.record_order(order(at=NOON - number * HOUR))
        await backend.update_cart(cart(f"cart-{number}", prices={"pot": 300}))
    with house.database.engine.begin() as connection:
        connection.execute(insert(tables.visits), [visit(f"v-{n}", "EXITED", n) for n in range(25)])
    view = (await customer(backend, events_max=10)).view
    assert (len(view.carts), len(view.last_visits), len(view.events)) == (20, 20, 10)


async def test_the_view_asks_a_bounded_number_of_questions_and_scans_no_table(
    house: House, backend: Caller, team: Caller, clock: ManualClock
) -> None:
    await live(house, backend, team, clock)
    database = house.database
    arguments = (database.vault, database.programme, "anna", clock.now(), 50)
    with statements_with_values(database.engine) as seen:
        assert await database.fetch(find_view, *arguments)
    assert len(seen) <= STATEMENTS_MAX
    if database.engine.dialect.name == "sqlite":
        assert [line for one in seen for line in scans(house, *one)] == ["SCAN prediction_runs"]


def scans(house: House, statement: str, parameters: Any) -> list[str]:
    """Where SQLite would read a whole table; `prediction_runs` holds one row per model."""
    with house.database.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        details = [str(row[3]) for row in plan]
    return [line for line in details if line.startswith("SCAN") and line.split()[1] in metadata.tables]
