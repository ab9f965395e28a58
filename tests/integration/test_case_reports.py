"""Reports on cases over gRPC: of a shop whose cases are known one by one."""

from __future__ import annotations

from datetime import timedelta

import grpc

from tests.integration.recovering import answer, complain, contact, recovery, reopen, report, resolve
from tests.integration.shop import NOON, Caller, ManualClock, goods_back, order, refusal, stamp


async def test_a_report_sums_up_the_cases_of_a_window(backend: Caller, clock: ManualClock) -> None:
    quick = (await complain(backend, customer_id="anna", channel="CHANNEL_STORE")).case.case_id
    late = (await complain(backend, customer_id="ben", channel="CHANNEL_WEB")).case.case_id
    await answer(backend, 3, customer_id="carl")
    clock.advance(hours=2)
    await contact(backend, quick)
    clock.advance(hours=4)
    await resolve(backend, quick)
    clock.advance(hours=24)
    await resolve(backend, late)
    await reopen(backend, quick)
    told = await report(backend, grouping="CASE_GROUPING_CAUSE", weeks=2)
    total = told.total
    assert (total.opened, total.resolved.n) == (3, 3)
    assert total.resolved.value == total.resolved_in_time.value == total.responded_in_time.value
    assert (round(total.resolved.value, 3), total.resolved.unit, total.resolved.few) == (0.333, "share", True)
    assert (total.resolution_median.value, total.resolution_median.unit) == (30.0, "hours")
    assert (total.response_median.value, total.response_median.n) == (30.0, 3)
    assert not total.resolution_p90.HasField("value")
    assert (total.reopened.value, total.reopened.n) == (0.5, 2)
    assert [(one.group, one.opened) for one in told.groups] == [("COMPLAINT", 2), ("NPS", 1)]
    assert [one.figures.opened for one in told.weeks] == [0, 3]
    assert told.window.until == stamp(clock.now())
    by_channel = await report(backend, grouping="CASE_GROUPING_CHANNEL")
    assert [one.group for one in by_channel.groups] == ["", "STORE", "WEB"]


async def test_a_shop_without_cases_has_figures_without_values(backend: Caller) -> None:
    told = await report(backend)
    assert (told.total.opened, told.total.resolved.n, told.total.resolution_median.n) == (0, 0, 0)
    assert not told.total.resolved.HasField("value")
    assert len(told.weeks) == 13
    found = await recovery(backend)
    assert (found.difference.HasField("value"), found.difference.n, bool(found.caveat)) == (False, 0, True)


async def test_who_buys_again_is_compared_by_what_was_done_about_the_case(
    backend: Caller, clock: ManualClock
) -> None:
    for number in range(4):
        case_id = (await complain(backend, customer_id=f"solved-{number}")).case.case_id
        await resolve(backend, case_id)
        await complain(backend, customer_id=f"left-{number}")
    clock.advance(days=14 + 90)
    later = NOON + timedelta(days=20)
    for who in ("solved-0", "solved-1", "solved-2", "left-0"):
        await backend.record_order(order(f"o-{who}", who, at=later, price=1_000))
    await backend.record_order(order("too-late", "left-1", at=clock.now() + timedelta(seconds=1)))
    await backend.record_order(order("gone", "solved-3", at=later, price=1_000))
    await backend.record_return(goods_back("back", "solved-3", later, "gone"))
    told = await recovery(backend, window_days=30)
    assert (told.resolved.value, told.resolved.n) == (0.75, 4)
    assert (told.unresolved.value, told.unresolved.n) == (0.25, 4)
    assert (told.difference.value, told.difference.few) == (0.5, True)
    assert told.difference.low < 0.5 < told.difference.high
    assert (told.landmark_days, told.repeat_days) == (14, 90)
    assert told.window.until == stamp(NOON)
    earlier = await recovery(backend, until=stamp(clock.now() - timedelta(seconds=1)))
    assert earlier.resolved.n == 0


async def test_a_report_ends_neither_in_the_future_nor_before_there_were_shops(backend: Caller) -> None:
    for until in (NOON + timedelta(days=1), NOON.replace(year=1980)):
        for asked in (report(backend, until=stamp(until)), recovery(backend, until=stamp(until))):
            refused = await refusal(asked)
            assert (refused.code, refused.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ("until",))
