"""Reports over all customers: what they count, how sure they are, and what they say when there is nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.activity.v1 import events_pb2
from regulars.engagement.v1 import segments_service_pb2 as segments
from regulars.feedback.v1 import feedback_service_pb2 as feedback
from regulars.insights.v1 import insights_service_pb2 as pb
from regulars.types.v1 import figure_pb2

from services.composition import House
from tests.conftest import CallerOf
from tests.integration.people import erase, step
from tests.integration.shop import (
    NOON,
    STORE,
    WEB,
    Caller,
    ManualClock,
    exchange,
    fresh_id,
    goods_back,
    order,
    refusal,
    stamp,
)

APP, CHAT = 2, 5
DAY = timedelta(days=1)


@pytest.fixture
def team(caller_of: CallerOf) -> Caller:
    return caller_of("team")


async def bought(
    backend: Caller, customer_id: str, *days_ago: float, price: int = 2_000, channel: int = WEB
) -> list[str]:
    """One order for each of the ages; returns their ids."""
    ids = [fresh_id("o") for _ in days_ago]
    for order_id, days in zip(ids, days_ago, strict=True):
        at = NOON - days * DAY
        await backend.record_order(order(order_id, customer_id, at, price=price, channel=channel))
    return ids


async def answered(backend: Caller, customer_id: str, answer: int, at: datetime) -> None:
    request = feedback.RecordAnswerRequest(
        request_id=fresh_id("r"),
        customer_id=customer_id,
        survey="SURVEY_NPS",
        answer=answer,
        answered_at=stamp(at),
    )
    await backend.call(backend.feedback.RecordAnswer, request)


async def ask(team: Caller, method: str, **fields: Any) -> Any:
    """`ask(team, "CompareMembers", window_days=30)`."""
    request = getattr(pb, f"{method}Request")(**fields)
    return await team.call(getattr(team.insights, method), request)


async def saved(team: Caller, text: str) -> str:
    """The id of a segment that is saved with this filter."""
    request = segments.CreateSegmentRequest(
        request_id=fresh_id("r"), name=fresh_id("segment"), filter=text, actor="lea"
    )
    segment_id: str = (await team.call(team.segments.CreateSegment, request)).segment.segment_id
    return segment_id


def counted(side: pb.Side) -> tuple[int, int, int]:
    return side.customers, side.orders, side.net.amount_minor


def shown(figure: figure_pb2.Figure) -> tuple[float | None, int]:
    return (figure.value if figure.HasField("value") else None), figure.n


async def test_an_order_counts_as_a_members_when_the_customer_was_one_at_that_moment(
    backend: Caller, team: Caller, clock: ManualClock
) -> None:
    await bought(backend, "anna", 40, price=1_000)
    await bought(backend, "anna", 10, price=3_000)
    await backend.enrol("anna", enrolled_at=NOON - 20 * DAY)
    await bought(backend, "bob", 5, price=2_000)
    found = (await ask(team, "CompareMembers")).comparison
    assert counted(found.first) == (1, 1, 3_000)
    assert counted(found.second) == (2, 2, 3_000)
    (contrast,) = found.contrasts
    assert (shown(contrast.first), shown(contrast.second)) == ((3_000, 1), (1_500, 2))
    assert (contrast.difference.value, contrast.difference.unit) == (1_500, "GBP minor units")
    assert contrast.first.few
    assert "chose to join" in found.caveat
    assert found.fallback == ""


async def test_who_closed_the_membership_is_none_from_then_on(
    backend: Caller, team: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna", enrolled_at=NOON - 20 * DAY)
    await bought(backend, "anna", 10)
    await step(backend, "Close", "anna")
    clock.advance(days=5)
    await backend.record_order(order(customer_id="anna", at=clock.now(), price=700))
    found = (await ask(team, "CompareMembers")).comparison
    assert (counted(found.first), counted(found.second)) == ((1, 1, 2_000), (1, 1, 700))


async def test_repeat_buyers_are_set_against_one_time_buyers(backend: Caller, team: Caller) -> None:
    for number in range(3):
        await bought(backend, f"often{number}", 5, 9, price=1_000 * (number + 1))
        await bought(backend, f"once{number}", 7, price=500 * (number + 1))
    await bought(backend, "once0", 400)  # outside the window
    found = (await ask(team, "CompareRepeatBuyers")).comparison
    assert (counted(found.first), counted(found.second)) == ((3, 6, 12_000), (3, 3, 3_000))
    spend, value = found.contrasts
    assert (spend.measure, value.measure) == (pb.MEASURE_SPEND, pb.MEASURE_ORDER_VALUE)
    assert (shown(spend.first), shown(spend.second)) == ((4_000, 3), (1_000, 3))
    assert (shown(value.first), shown(value.second)) == ((2_000, 3), (1_000, 3))
    assert spend.difference.low < 3_000 < spend.difference.high
    assert found.window.until == stamp(NOON)
    assert getattr(found.window, "from") == stamp(NOON - 365 * DAY)


async def test_returned_orders_and_exchanges_count_as_what_they_are_worth(
    backend: Caller, team: Caller
) -> None:
    whole, part = await bought(backend, "anna", 9, 8, price=2_500)
    await backend.record_return(goods_back(order_id=whole, at=NOON - 7 * DAY))
    await backend.record_exchange(exchange(part, at=NOON - 6 * DAY, taken={"tea-large": 3_500}))
    found = (await ask(team, "CompareRepeatBuyers")).comparison
    assert counted(found.second) == (1, 1, 3_500)
    assert found.fallback == "ONE_SIDE_EMPTY"
    assert shown(found.contrasts[0].difference) == (None, 0)


async def touch(backend: Caller, customer_id: str, kind: str, channel: Any, **fields: Any) -> None:
    event = events_pb2.Event(
        event_id=fresh_id("e"),
        customer_id=customer_id,
        kind=f"EVENT_KIND_{kind}",
        channel=channel,
        occurred_at=stamp(NOON - DAY),
        **fields,
    )
    await backend.call(
        backend.activity.RecordEvent, activity.RecordEventRequest(request_id=fresh_id("r"), event=event)
    )


async def test_channels_are_those_in_which_customers_came_by_themselves(
    backend: Caller, team: Caller
) -> None:
    await bought(backend, "omni", 5, price=4_000, channel=STORE)
    await bought(backend, "omni", 4, price=1_000)
    await touch(backend, "omni", "CHAT", CHAT)
    await bought(backend, "single", 5, price=600)
    await touch(backend, "single", "NEWSLETTER_SENT", 6)
    await touch(backend, "single", "CALL", 4, outbound=True)
    await bought(backend, "two", 5, 4)
    await touch(backend, "two", "SESSION", APP)
    found = (await ask(team, "CompareOmnichannel")).comparison
    assert (counted(found.first), counted(found.second)) == ((1, 2, 5_000), (1, 1, 600))
    means = [(one.first.value, one.second.value) for one in found.contrasts]
    assert means == [(5_000, 600), (4_000, 0), (1_000, 600)]


async def test_return_rates_stand_by_the_number_of_channels(backend: Caller, team: Caller) -> None:
    (back, *_) = await bought(backend, "omni", 20, 19, channel=STORE)
    await bought(backend, "omni", 18)
    await touch(backend, "omni", "CHAT", CHAT)
    (swapped,) = await bought(backend, "single", 20, price=2_500)
    await backend.record_return(goods_back(order_id=back, customer_id="omni", at=NOON - 3 * DAY))
    await backend.record_exchange(exchange(swapped, customer_id="single", at=NOON - 6 * DAY, channel=WEB))
    found = await ask(team, "GetReturnRates")
    counts = [(one.channels, one.customers, one.orders, one.returned_orders) for one in found.rates]
    assert counts == [(1, 1, 1, 0), (2, 0, 0, 0), (3, 1, 3, 1)]
    assert found.rates[2].rate.value == pytest.approx(1 / 3)
    assert shown(found.rates[1].rate) == (None, 0)
    assert found.difference.low < 1 / 3 < found.difference.high


async def test_goods_taken_in_exchange_that_come_back_return_the_first_order(
    backend: Caller, team: Caller
) -> None:
    (first,) = await bought(backend, "anna", 20, price=2_500)
    await backend.record_exchange(exchange(first, "second", at=NOON - 6 * DAY, channel=WEB))
    await backend.record_return(goods_back(order_id="second", at=NOON - 3 * DAY, sku="tea-large"))
    found = await ask(team, "GetReturnRates")
    assert (found.rates[0].orders, found.rates[0].returned_orders) == (1, 1)
    before = await ask(team, "GetReturnRates", as_of=stamp(NOON - 4 * DAY))
    assert (before.rates[0].orders, before.rates[0].returned_orders) == (1, 0)


async def test_cohorts_show_who_came_back_and_which_are_unfinished(backend: Caller, team: Caller) -> None:
    await bought(backend, "early", 1_000, 900, 500)  # 2023 Q2; again within a year, and in the second
    await bought(backend, "gone", 1_001)
    await bought(backend, "later", 640, 600)  # 2024 Q2
    await bought(backend, "new", 20)  # 2026 Q1
    found = await ask(team, "GetRetention")
    cohorts = {one.name: one for one in found.cohorts}
    assert list(cohorts) == [
        *("2023 Q2", "2023 Q3", "2023 Q4", "2024 Q1", "2024 Q2", "2024 Q3", "2024 Q4"),
        *("2025 Q1", "2025 Q2", "2025 Q3", "2025 Q4", "2026 Q1"),
    ]
    old = cohorts["2023 Q2"]
    assert (old.customers, old.repeat.share.value, old.repeat.unfinished) == (2, 0.5, False)
    assert [(one.share.value, one.unfinished) for one in old.retention] == [(0.5, False), (0.0, True)]
    middle = cohorts["2024 Q2"]
    assert (middle.repeat.share.value, middle.repeat.change.value) == (1.0, 0.5)
    assert middle.repeat.change.low < 0 < middle.repeat.change.high
    assert cohorts["2026 Q1"].repeat.unfinished
    assert shown(cohorts["2023 Q3"].repeat.share) == (None, 0)


async def test_cohorts_of_years_begin_at_the_programmes_midnight(backend: Caller, team: Caller) -> None:
    at = datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)
    await backend.record_order(order(customer_id="old", at=at))
    await backend.record_order(order(customer_id="new", at=at + timedelta(seconds=1)))
    found = await ask(team, "GetRetention", cohort_size="COHORT_SIZE_YEAR", cohorts=3)
    assert [(one.name, one.customers) for one in found.cohorts] == [("2025", 1), ("2026", 1)]


async def test_an_action_is_measured_against_the_rest(backend: Caller, team: Caller) -> None:
    for number in range(4):
        name = f"met{number}" if number < 2 else f"rest{number}"
        await bought(backend, name, 30, price=1_000 + number)
        await bought(backend, name, 10, price=(3_000 if number < 2 else 1_500) + number)
    found = await ask(
        team,
        "MeasureAction",
        moment=stamp(NOON - 20 * DAY),
        days=15,
        metric="METRIC_ORDER_VALUE",
        customers=pb.Customers(customer_ids=["met0", "met1", "stranger"]),
    )
    assert (found.group.before.value, found.group.after.value) == (1_000.5, 3_000.5)
    assert (found.rest.change.value, found.effect.value) == (500, 1_500)
    assert (found.group.customers, found.rest.customers) == (2, 2)
    assert found.effect.low <= 1_500 <= found.effect.high
    assert not found.cut


async def test_the_moment_itself_is_after(backend: Caller, team: Caller) -> None:
    await bought(backend, "anna", 20.5, 20)
    found = await ask(
        team, "MeasureAction", moment=stamp(NOON - 20 * DAY), days=1, metric="METRIC_ORDERS_PER_CUSTOMER"
    )
    assert found.fallback == "NO_ORDERS"  # nobody had bought before the window
    await bought(backend, "anna", 40)
    found = await ask(
        team, "MeasureAction", moment=stamp(NOON - 20 * DAY), days=1, metric="METRIC_ORDERS_PER_CUSTOMER"
    )
    assert (shown(found.group.before), shown(found.group.after)) == ((1, 1), (1, 1))


async def test_a_time_after_that_is_not_over_cuts_both_windows(backend: Caller, team: Caller) -> None:
    await bought(backend, "anna", 14, 2)
    moment = NOON - 10 * DAY
    found = await ask(team, "MeasureAction", moment=stamp(moment), metric="METRIC_REPEAT_RATE")
    assert found.cut
    assert getattr(found.before, "from") == stamp(moment - 10 * DAY - timedelta(microseconds=1))
    assert (shown(found.group.before), shown(found.group.after)) == ((0, 1), (0, 1))


async def test_both_windows_wait_equally_long_for_returns(backend: Caller, team: Caller) -> None:
    before, after = await bought(backend, "anna", 25, 15)
    await backend.record_return(goods_back(order_id=before, at=NOON - 5 * DAY))
    await backend.record_return(goods_back(order_id=after, at=NOON - 12 * DAY))
    moment = stamp(NOON - 20 * DAY)
    found = await ask(team, "MeasureAction", moment=moment, days=10, metric="METRIC_RETURN_RATE")
    assert (found.group.before.value, found.group.after.value) == (0.0, 1.0)


async def test_nps_before_and_after_is_on_its_own_scale(backend: Caller, team: Caller) -> None:
    for name, first, second in (("anna", 6, 9), ("bob", 10, 10), ("cleo", 8, 9)):
        await answered(backend, name, first, NOON - 25 * DAY)
        await answered(backend, name, second, NOON - 15 * DAY)
    found = await ask(team, "MeasureAction", moment=stamp(NOON - 20 * DAY), metric="METRIC_NPS")
    assert (found.group.before.value, found.group.after.value) == pytest.approx((0, 100))
    assert found.group.after.low < 100
    assert found.group.change.unit == "NPS points"


async def test_a_group_can_be_found_by_a_filter_and_says_that_it_is_tilted(
    backend: Caller, team: Caller
) -> None:
    await bought(backend, "large", 30, 10, price=9_000)
    await bought(backend, "small", 30, 10, price=1_000)
    found = await ask(
        team,
        "MeasureAction",
        moment=stamp(NOON - 20 * DAY),
        metric="METRIC_ORDER_VALUE",
        filter="net_minor > 10000",
    )
    assert (found.group.after.value, found.rest.after.value) == (9_000, 1_000)
    assert "what is known today" in found.caveat


async def test_a_group_can_be_a_saved_segment_and_says_that_it_is_tilted(
    backend: Caller, team: Caller
) -> None:
    await bought(backend, "large", 30, 10, price=9_000)
    await bought(backend, "small", 30, 10, price=1_000)
    segment_id = await saved(team, "net_minor > 10000")
    found = await ask(
        team,
        "MeasureAction",
        moment=stamp(NOON - 20 * DAY),
        metric="METRIC_ORDER_VALUE",
        segment_id=segment_id,
    )
    assert (found.group.after.value, found.rest.after.value) == (9_000, 1_000)
    assert "what is known today" in found.caveat


async def test_a_segment_that_nobody_saved_is_refused_and_not_taken_for_everybody(
    backend: Caller, team: Caller
) -> None:
    await bought(backend, "anna", 25, 15)
    asked = ask(
        team,
        "MeasureAction",
        moment=stamp(NOON - 20 * DAY),
        metric="METRIC_ORDER_VALUE",
        segment_id="never-saved",
    )
    refused = await refusal(asked)
    assert (refused.code, refused.reason) == (grpc.StatusCode.NOT_FOUND, "SEGMENT_NOT_FOUND")


async def test_a_group_of_strangers_is_labelled_and_no_zero(backend: Caller, team: Caller) -> None:
    await bought(backend, "anna", 25, 15)
    found = await ask(
        team,
        "MeasureAction",
        moment=stamp(NOON - 20 * DAY),
        metric="METRIC_ORDER_VALUE",
        customers=pb.Customers(customer_ids=["nobody"]),
    )
    assert found.fallback == "NOBODY_IN_GROUP"
    assert shown(found.effect) == (None, 0)


async def test_an_erased_customer_is_in_no_group(backend: Caller, team: Caller) -> None:
    await bought(backend, "anna", 25, 15)
    await erase(backend, "anna")
    found = await ask(
        team,
        "MeasureAction",
        moment=stamp(NOON - 20 * DAY),
        metric="METRIC_ORDER_VALUE",
        customers=pb.Customers(customer_ids=["anna"]),
    )
    assert found.fallback == "NO_ORDERS"


async def test_weeks_begin_on_the_programmes_monday(
    backend: Caller, team: Caller, clock: ManualClock
) -> None:
    clock.move_to(datetime(2026, 4, 7, 12, tzinfo=UTC))
    sunday = datetime(2026, 3, 29, 22, 59, 59, tzinfo=UTC)  # 23:59:59 on the night the clocks change
    await backend.record_order(order(customer_id="anna", at=sunday))
    await backend.record_order(order(customer_id="anna", at=sunday + timedelta(seconds=1), price=900))
    found = await ask(team, "GetWeeklySeries", weeks=4)
    assert [int(one.orders.value) for one in found.weeks if one.orders.HasField("value")] == [1, 1, 0]
    before, after = found.weeks[1:3]
    assert (before.net.amount_minor, after.net.amount_minor) == (2_500, 900)
    assert (before.repeat_rate.value, after.repeat_rate.value) == (0.0, 1.0)
    assert [one.unfinished for one in found.weeks] == [False, False, False, True]
    assert not found.weeks[0].orders.HasField("value")  # before the first order there is nothing to say


async def test_a_week_counts_members_and_returns(backend: Caller, team: Caller) -> None:
    await backend.enrol("anna", enrolled_at=NOON - 100 * DAY)
    first, second = await bought(backend, "anna", 36, 35.9)
    await bought(backend, "bob", 36)
    await backend.record_return(goods_back(order_id=first, at=NOON - 30 * DAY))
    found = await ask(team, "GetWeeklySeries", weeks=10)
    (week,) = [one for one in found.weeks if one.orders.value]
    assert (week.orders.value, week.orders.n, week.net.amount_minor) == (2, 2, 4_000)
    assert (week.active_members.value, week.return_rate.value) == (1, pytest.approx(1 / 3))
    assert week.orders.low < 2 < week.orders.high
    assert not week.returns_open
    assert second


async def test_without_orders_every_report_is_a_labelled_fallback(team: Caller) -> None:
    for method in ("CompareMembers", "CompareRepeatBuyers", "CompareOmnichannel"):
        found = (await ask(team, method)).comparison
        assert (found.fallback, found.first.customers) == ("NO_ORDERS", 0)
        assert [shown(one.difference) for one in found.contrasts] == [(None, 0)] * len(found.contrasts)
        assert found.caveat
    for method in ("GetReturnRates", "GetRetention", "GetWeeklySeries"):
        assert (await ask(team, method)).fallback == "NO_ORDERS"
    nps = await ask(team, "MeasureAction", moment=stamp(NOON - DAY), metric="METRIC_NPS")
    assert nps.fallback == "NO_ANSWERS"


async def test_the_past_is_told_as_it_was(backend: Caller, team: Caller) -> None:
    first, _ = await bought(backend, "anna", 30, 10)
    await backend.record_return(goods_back(order_id=first, at=NOON - 5 * DAY))
    past = (await ask(team, "CompareRepeatBuyers", as_of=stamp(NOON - 20 * DAY))).comparison
    assert counted(past.second) == (1, 1, 2_000)
    later = (await ask(team, "CompareRepeatBuyers", as_of=stamp(NOON - 7 * DAY))).comparison
    assert counted(later.first) == (1, 2, 4_000)


@pytest.mark.parametrize(
    ("method", "fields", "reason"),
    [
        ("CompareMembers", {"as_of": stamp(NOON + DAY)}, "MOMENT_OUT_OF_RANGE"),
        ("MeasureAction", {"moment": stamp(NOON + DAY), "metric": "METRIC_NPS"}, "ACTION_IN_FUTURE"),
        (
            "MeasureAction",
            {"moment": stamp(NOON - DAY), "metric": "METRIC_NPS", "filter": "score >"},
            "FILTER_INVALID",
        ),
    ],
)
async def test_what_cannot_be_answered_is_refused(
    team: Caller, method: str, fields: dict[str, Any], reason: str
) -> None:
    refused = await refusal(ask(team, method, **fields))
    assert (refused.code, refused.reason) == (grpc.StatusCode.INVALID_ARGUMENT, reason)


async def test_channels_are_counted_as_the_score_counts_them(
    house: House, backend: Caller, team: Caller
) -> None:
    await bought(backend, "anna", 5, channel=STORE)
    await touch(backend, "anna", "NEWSLETTER_CLICKED", WEB)
    await touch(backend, "anna", "SEARCH", APP)
    score = await backend.score("anna")
    (channels,) = [one.value for one in score.components if one.kind == 5]
    found = await ask(team, "GetReturnRates")
    assert [one.channels for one in found.rates if one.orders] == [channels]
