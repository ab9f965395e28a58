"""The journey of a customer as a backend and a team ask for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import grpc
import pytest
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.activity.v1 import events_pb2
from regulars.journey.v1 import journey_pb2
from regulars.journey.v1 import journey_service_pb2 as pb
from regulars.types.v1.figure_pb2 import Window
from sqlalchemy import insert

from services.composition import House
from services.storage import tables
from tests.conftest import CallerOf
from tests.integration.journeys import Deed, visit_row
from tests.integration.people import merge
from tests.integration.recovering import answer
from tests.integration.shop import (
    NOON,
    WEB,
    Caller,
    ManualClock,
    cart,
    exchange,
    fresh_id,
    goods_back,
    order,
    refusal,
    stamp,
)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
APP, STORE, PHONE = 2, 3, 4


async def touch(backend: Caller, kind: str, at: datetime, channel: int = WEB, **fields: Any) -> None:
    named = {"event_id": fresh_id("e"), "customer_id": "anna", "channel": channel, **fields}
    event = events_pb2.Event(**named, kind=f"EVENT_KIND_{kind}", occurred_at=stamp(at))
    request = activity.RecordEventRequest(request_id=fresh_id("r"), event=event)
    await backend.call(backend.activity.RecordEvent, request)


async def timeline(caller: Caller, customer_id: str = "anna", **asked: Any) -> pb.GetTimelineResponse:
    request = pb.GetTimelineRequest(customer_id=customer_id, **asked)
    found: pb.GetTimelineResponse = await caller.call(caller.journey.GetTimeline, request)
    return found


async def carried(caller: Caller, channel: int, customer_id: str = "anna") -> pb.GetContextResponse:
    request = pb.GetContextRequest(customer_id=customer_id, channel=channel)  # type: ignore[arg-type]
    found: pb.GetContextResponse = await caller.call(caller.journey.GetContext, request)
    return found


async def live(backend: Caller) -> None:
    """Anna's day: told in no order at all."""
    await backend.record_order(order("o-1", at=NOON - 5 * HOUR, channel=STORE, quantity=2))
    await touch(backend, "CALL", NOON - 2 * HOUR, PHONE, event_id="call-1", source="pbx")
    await touch(backend, "PAGE_VIEW", NOON - 8 * HOUR, event_id="page-1", subject="kettle")
    await backend.update_cart(cart(at=NOON - 7 * HOUR, prices={"kettle": 4_000}))
    await touch(backend, "NEWSLETTER_SENT", NOON - 9 * HOUR, 6, event_id="news-1", subject="spring")
    await backend.record_return(goods_back("b-1", order_id="o-1", at=NOON - 4 * HOUR))
    await backend.record_exchange(exchange("o-1", "o-2", at=NOON - 3 * HOUR, exchange_id="x-1"))
    await answer(backend, 9, at=NOON - HOUR)


async def test_a_timeline_tells_all_channels_in_true_order_with_their_sources(backend: Caller) -> None:
    await live(backend)
    found = await timeline(backend)
    # Without what became of the cart: a worker may have noticed meanwhile that it was left.
    told = [(one.record, one.source, one.id, one.title.partition(",")[0]) for one in found.touches]
    assert told == [
        ("answers", "", "1", "NPS survey answered with 9"),
        ("touches", "pbx", "call-1", "Call"),
        ("exchanges", "default", "x-1", "Goods exchanged in the store"),
        ("returns", "default", "b-1", "Return: 25.00 GBP refunded"),
        ("orders", "default", "o-1", "Order of 50.00 GBP in the store"),
        ("carts", "", "cart-1", "Cart begun on the web"),
        ("touches", "default", "page-1", "Page seen: kettle"),
        ("touches", "default", "news-1", "Newsletter sent: spring"),
    ]
    names = journey_pb2.Initiator.Name
    assert {one.id for one in found.touches if names(one.begun_by) == "INITIATOR_RETAILER"} == {"news-1"}
    stages = {one.id: events_pb2.Stage.Name(one.stage).removeprefix("STAGE_") for one in found.touches}
    assert (stages["page-1"], stages["o-1"], stages["b-1"]) == ("BEFORE", "DURING", "AFTER")
    assert (found.visits_left_out, found.fallback, found.window.until) == (True, "", stamp(NOON))


async def test_a_timeline_is_read_page_by_page_and_back(backend: Caller) -> None:
    await live(backend)
    first = await timeline(backend, page_size=3)
    second = await timeline(backend, page_size=3, page_token=first.next_page_token)
    third = await timeline(backend, page_size=3, page_token=second.next_page_token)
    assert [len(page.touches) for page in (first, second, third)] == [3, 3, 2]
    assert (first.previous_page_token, third.next_page_token) == ("", "")
    back = await timeline(backend, page_size=3, page_token=third.previous_page_token)
    assert list(back.touches) == list(second.touches)
    await touch(backend, "CHAT", NOON, 5, event_id="late")
    newer = await timeline(backend, page_size=3, page_token=second.previous_page_token)
    assert list(newer.touches) == list(first.touches)
    assert newer.previous_page_token


async def test_filters_hold_together(backend: Caller) -> None:
    await live(backend)
    window = Window(until=stamp(NOON - 3 * HOUR), **{"from": stamp(NOON - 8 * HOUR)})
    kinds = ["TOUCH_KIND_ORDER", "TOUCH_KIND_EXCHANGE", "TOUCH_KIND_CART", "TOUCH_KIND_PAGE_VIEW"]
    found = await timeline(
        backend, window=window, kinds=kinds, channels=[WEB, STORE], stages=["STAGE_DURING"]
    )
    assert [one.id for one in found.touches] == ["o-1", "cart-1"]


async def test_a_token_serves_the_question_that_it_came_from(backend: Caller) -> None:
    await live(backend)
    token = (await timeline(backend, page_size=1)).next_page_token
    refused = await refusal(timeline(backend, page_size=1, page_token=token, channels=[WEB]))
    assert (refused.code, refused.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID")


async def test_an_empty_window_is_refused(backend: Caller) -> None:
    window = Window(until=stamp(NOON), **{"from": stamp(NOON)})
    assert (await refusal(timeline(backend, window=window))).fields == ("window.from",)


async def test_visits_are_told_only_while_the_customer_agrees_to_presence(
    house: House, backend: Caller
) -> None:
    await backend.enrol("anna", "PRESENCE")
    with house.database.engine.begin() as connection:
        connection.execute(insert(tables.visits), visit_row(Deed("anna", "visit", -1, "STORE"), 1))
    agreeing = await timeline(backend)
    assert [one.title for one in agreeing.touches] == ["Visit to the store camden"]
    assert (await carried(backend, STORE)).last_touch == agreeing.touches[0]
    await backend.set_consents("anna", PRESENCE=False)
    left_out = await timeline(backend)
    assert (list(left_out.touches), left_out.visits_left_out) == ([], True)
    assert not (await carried(backend, STORE)).HasField("last_touch")


async def test_a_merged_customer_has_the_survivors_timeline_with_the_touches_of_both(
    caller_of: CallerOf,
) -> None:
    backend, admin = caller_of("backend"), caller_of("admin")
    for who in ("anna", "ben"):
        await backend.enrol(who)
        await touch(backend, "CHAT", NOON - HOUR, customer_id=who, event_id=f"chat-{who}")
    await merge(admin, survivor="anna", merged="ben")
    for asked in ("anna", "ben"):
        found = await timeline(backend, asked)
        assert [one.id for one in found.touches] == ["chat-ben", "chat-anna"]


async def test_what_is_not_known_is_said(backend: Caller) -> None:
    await backend.enrol("anna")
    assert (await timeline(backend)).fallback == "NO_TOUCHES"
    assert (await carried(backend, WEB)).fallback == "NOTHING_OPEN"
    for call in (timeline(backend, "nobody"), carried(backend, WEB, "nobody")):
        assert (await refusal(call)).reason == "CUSTOMER_NOT_FOUND"


async def test_staff_go_on_where_the_customer_stopped(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna", "PROFILING")
    await live(backend)
    await touch(backend, "PAGE_VIEW", NOON - HOUR, APP, event_id="page-2", subject="kettle")
    await touch(backend, "PAGE_VIEW", NOON - HOUR, APP, event_id="page-3", subject="/about")
    await answer(backend, 2, at=NOON)
    with house.database.engine.begin() as connection:
        connection.execute(insert(tables.member_rewards), [reward_row("now", 1), reward_row("over", -1)])
        coupons = [coupon_row("OPEN"), coupon_row("USED", uses=1), coupon_row("OVER", valid_until=NOON)]
        connection.execute(insert(tables.coupons), [*coupons, coupon_row("BENS", customer_id="ben")])
        connection.execute(insert(tables.products), [{"sku": "kettle", "title": "Kettle"}])
    found = await carried(backend, STORE)
    (open_cart,) = found.carts
    assert (open_cart.cart_id, open_cart.from_elsewhere, open_cart.total.amount_minor) == (
        "cart-1",
        True,
        4_000,
    )
    assert (open_cart.started_channel, open_cart.started_at) == (WEB, stamp(NOON - 7 * HOUR))
    assert [(one.sku, one.title, one.channel) for one in found.viewed] == [("kettle", "Kettle", APP)]
    assert [one.member_reward_id for one in found.rewards] == ["now"]
    assert [one.code for one in found.coupons] == ["OPEN"]
    assert [one.overdue for one in found.cases] == [False]
    assert (found.last_touch.record, found.last_touch_elsewhere) == ("touches", True)
    assert (found.viewed_left_out, found.as_of, found.fallback) == (False, stamp(clock.now()), "")


async def test_a_coupon_whose_reservation_lapsed_can_be_used_though_no_sweep_noticed(
    house: House, backend: Caller
) -> None:
    await backend.enrol("anna")
    house.worker.stop()
    with house.database.engine.begin() as connection:
        coupons = [coupon_row(code, uses=1, reserved=1) for code in ("LAPSED", "HELD")]
        connection.execute(insert(tables.coupons), coupons)
        uses = [reservation_row("LAPSED", NOON), reservation_row("HELD", NOON + HOUR)]
        connection.execute(insert(tables.coupon_uses), uses)
    found = await carried(backend, STORE)
    assert [one.code for one in found.coupons] == ["LAPSED"]


def reservation_row(code: str, lapses_at: datetime) -> dict[str, Any]:
    return {
        "use_id": f"use-{code}",
        "code": code,
        "customer_id": "anna",
        "state": "RESERVED",
        "source": "",
        "order_id": "",
        "discount_minor": 500,
        "points": 0,
        "sku": "",
        "charged_minor": 500,
        "used_at": NOON - HOUR,
        "lapses_at": lapses_at,
        "resolved_at": None,
    }


def reward_row(member_reward_id: str, days: int) -> dict[str, Any]:
    return {
        "member_reward_id": member_reward_id,
        "customer_id": "anna",
        "reward_id": "coffee",
        "title": "A free coffee",
        "points": 10,
        "state": "ISSUED",
        "issued_at": NOON - 9 * DAY,
        "expires_at": NOON + days * DAY,
    }


def coupon_row(code: str, **fields: Any) -> dict[str, Any]:
    numbers = dict.fromkeys(("uses", "reserved", "charged_minor"), 0)
    return {
        "code": code,
        "campaign": "sorry",
        "title": "5 off",
        "benefit": "AMOUNT",
        "value": 500,
        "sku": "",
        "customer_id": "anna",
        "uses_max": 1,
        "per_customer_max": None,
        "per_customer_period": "EVER",
        "budget_minor": None,
        "valid_from": None,
        "valid_until": None,
        "state": "AVAILABLE",
        "created_at": NOON,
        **numbers,
        **fields,
    }


async def test_what_was_looked_at_is_carried_over_only_while_the_customer_agrees_to_profiling(
    house: House, backend: Caller
) -> None:
    await backend.enrol("anna", "PROFILING")
    await touch(backend, "PAGE_VIEW", NOON - HOUR, subject="kettle")
    with house.database.engine.begin() as connection:
        connection.execute(insert(tables.products), [{"sku": "kettle", "title": "Kettle"}])
    assert [one.sku for one in (await carried(backend, APP)).viewed] == ["kettle"]
    await backend.set_consents("anna", PROFILING=False)
    found = await carried(backend, APP)
    assert (list(found.viewed), found.viewed_left_out) == ([], True)


@pytest.fixture
def team(caller_of: CallerOf) -> Caller:
    return caller_of("team")


async def test_carts_begun_in_one_channel_and_bought_in_another_are_counted(
    backend: Caller, team: Caller
) -> None:
    await backend.update_cart(cart(at=NOON - 7 * HOUR, channel=PHONE))
    await backend.record_order(order(at=NOON - HOUR, channel=STORE))
    found = await team.call(team.journey.GetTransitions, pb.GetTransitionsRequest())
    (bought,) = found.carts
    assert (getattr(bought, "from"), bought.to, bought.count, bought.share.value) == (PHONE, STORE, 1, 1.0)
    assert bought.share.few
    (step,) = found.transitions
    assert (getattr(step, "from"), step.to, step.customers) == (PHONE, STORE, 1)
    assert (found.gap_days_max, found.fallback) == (30, "")


async def test_a_stage_report_says_how_many_went_on_and_how_sure_that_is(
    backend: Caller, team: Caller
) -> None:
    await live(backend)
    for segment, ordered in (("SEGMENT_UNSPECIFIED", 1), ("SEGMENT_PROSPECT", 0)):
        request = pb.GetStageReportRequest(segment=segment)
        found = await team.call(team.journey.GetStageReport, request)
        steps = {journey_pb2.Step.Name(one.step): one.customers for one in found.steps}
        assert steps["STEP_ORDER"] == ordered
    request = pb.GetStageReportRequest()
    found = await team.call(team.journey.GetStageReport, request)
    looked, *_ = found.conversions
    assert (looked.went_on, looked.conversion.n, looked.conversion.value, looked.drop_off.value) == (
        1,
        1,
        1,
        0,
    )
    assert 0 < looked.conversion.low < 1


async def test_reports_without_anything_to_count_are_labelled(team: Caller) -> None:
    stages = await team.call(team.journey.GetStageReport, pb.GetStageReportRequest())
    assert (stages.fallback, stages.conversions[0].conversion.HasField("value")) == ("NO_TOUCHES", False)
    transitions = await team.call(team.journey.GetTransitions, pb.GetTransitionsRequest())
    assert transitions.fallback == "NO_TOUCHES"
    friction = await team.call(team.journey.GetFriction, pb.GetFrictionRequest())
    assert (friction.fallback, friction.horizon_days) == ("NO_ORDERS", 90)
    assert friction.window.until == stamp(NOON - 90 * DAY)


async def test_friction_is_judged_only_where_the_horizon_is_over(backend: Caller, team: Caller) -> None:
    await backend.record_order(order(at=NOON - 20 * DAY))
    await touch(backend, "CALL", NOON - 20 * DAY, PHONE)
    asked = pb.GetFrictionRequest(horizon_days=10, window=Window(until=stamp(NOON)))
    found = await team.call(team.journey.GetFriction, asked)
    assert (found.cut, found.window.until, found.customers) == (True, stamp(NOON - 10 * DAY), 1)
    (point,) = found.points
    assert (point.signal, point.title, point.customers, point.churned_with.value) == ("call", "Call", 1, 1.0)
    assert (point.stands_out, point.like_for_like_difference.HasField("value")) == (False, False)
    late = Window(until=stamp(NOON), **{"from": stamp(NOON - 5 * DAY)})
    asked = pb.GetFrictionRequest(horizon_days=10, window=late, rank_by="FRICTION_RANKING_NPS")
    assert (await team.call(team.journey.GetFriction, asked)).fallback == "NOT_MATURED"
