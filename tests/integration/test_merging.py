"""Two customers who are one person are merged, and told apart again."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import grpc
import pytest
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.membership.v1 import membership_service_pb2 as membership
from sqlalchemy import func, insert, select

from services.composition import House
from services.presence.queries.keys import devices_since, resolve
from services.storage import tables
from tests.conftest import CallerOf
from tests.integration.ledger import account_of, rows, tier_changes_of, violations
from tests.integration.people import add_identifier, find_member, merge, step, unmerge
from tests.integration.points import adjust, balance, capture, give, hold, release, spend
from tests.integration.recovering import answer, cases
from tests.integration.shop import (
    NOON,
    Caller,
    ManualClock,
    cart,
    eventually,
    exchange,
    goods_back,
    order,
    refusal,
)
from tests.integration.test_customer_view import customer

DAY = timedelta(days=1)


async def merges(caller: Caller, customer_id: str, **asked: Any) -> membership.ListMergesResponse:
    request = membership.ListMergesRequest(customer_id=customer_id, **asked)
    found: membership.ListMergesResponse = await caller.call(caller.membership.ListMerges, request)
    return found


# --- what goes over ---


async def test_history_and_points_become_the_survivors(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await give(backend, 100)
    await give(backend, 40, customer_id="ben")
    await backend.record_order(order("o-1", customer_id="ben", price=3_000))
    await hold(backend, 15, "ben")
    await merge(backend)
    assert await balance(backend) == (30, 125, 15, 0)
    assert await balance(backend, "ben") == (30, 125, 15, 0)  # the merged id means the survivor
    assert account_of(house, "ben")[:4] == (0, 0, 0, 0)
    view = (await customer(backend)).view
    assert [one.order.order_id for one in view.events if one.HasField("order")] == ["o-1"]
    assert list(view.merged_customer_ids) == ["ben"]
    assert violations(house) == {}


async def test_what_one_owes_is_paid_from_what_the_other_has(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await give(backend, 100)
    await backend.enrol("ben")
    await backend.record_order(order("o-1", customer_id="ben", price=3_000))
    clock.advance(days=14)
    await spend(backend, 30, "ben")
    await backend.record_return(goods_back(order_id="o-1", customer_id="ben"))
    assert await balance(backend, "ben") == (0, 0, 0, 30)
    merge_id = await merge(backend)
    assert await balance(backend) == (0, 70, 0, 0)
    await unmerge(backend, merge_id)
    assert (await balance(backend), await balance(backend, "ben")) == ((0, 100, 0, 0), (0, 0, 0, 30))
    assert violations(house) == {}


async def test_requests_that_name_the_merged_customer_act_on_the_survivor(backend: Caller) -> None:
    await backend.enrol("anna")
    await backend.enrol("ben")
    await backend.record_order(order("o-1", customer_id="ben", price=3_000))
    merge_id = await merge(backend)
    await backend.record_order(order("o-2", customer_id="ben", price=2_000))
    await backend.record_return(goods_back(order_id="o-1", customer_id="ben"))
    assert await balance(backend) == (20, 0, 0, 0)
    await unmerge(backend, merge_id)
    assert (await balance(backend), await balance(backend, "ben")) == ((20, 0, 0, 0), (0, 0, 0, 0))


async def test_identifiers_lead_to_the_survivor_and_back(backend: Caller) -> None:
    await backend.enrol("anna")
    await backend.enrol("ben")
    await add_identifier(backend, "ben", "EMAIL", "ben@example.com")
    merge_id = await merge(backend)
    assert (await find_member(backend, "EMAIL", "ben@example.com")).customer_id == "anna"
    await unmerge(backend, merge_id)
    assert (await find_member(backend, "EMAIL", "ben@example.com")).customer_id == "ben"


async def test_no_consent_goes_over_and_none_is_lost(backend: Caller) -> None:
    await backend.enrol("anna", "EMAIL")
    await backend.enrol("ben", "SMS", "PRESENCE")
    merge_id = await merge(backend)
    member = (await customer(backend, "ben")).member
    assert [one.kind for one in member.consents if one.granted] == [membership.CONSENT_KIND_EMAIL]
    await unmerge(backend, merge_id)
    member = (await customer(backend, "ben")).member
    assert [one.kind for one in member.consents if one.granted] == [
        membership.CONSENT_KIND_PRESENCE,
        membership.CONSENT_KIND_SMS,
    ]


async def test_the_device_of_the_merged_member_falls_silent_and_speaks_again(
    house: House, backend: Caller
) -> None:
    await backend.enrol("anna", "PRESENCE")
    await backend.enrol("ben", "PRESENCE")
    keys = {"ben": await backend.presence_key("ben"), "anna": await backend.presence_key("anna")}
    pseudonyms = [f"{number:016x}" for number in range(2)]
    named = [
        {"pseudonym": pseudonym, "customer_id": one, "day": NOON.date()}
        for pseudonym, one in zip(pseudonyms, keys, strict=True)
    ]
    with house.database.engine.begin() as connection:
        connection.execute(insert(tables.presence_pseudonyms), named)
    merge_id = await merge(backend)
    with house.database.engine.connect() as connection:
        assert [one.customer_id for one in devices_since(connection, {})[0]] == ["anna"]
        assert set(resolve(connection, pseudonyms).values()) == {"anna"}
    await unmerge(backend, merge_id)
    with house.database.engine.connect() as connection:
        devices, _ = devices_since(connection, {})
        assert {one.customer_id: one.identity_key for one in devices} == keys


async def test_a_visit_in_progress_ends_with_the_merge(house: House, backend: Caller) -> None:
    await backend.enrol("anna")
    await backend.enrol("ben", "PRESENCE")
    with house.database.engine.begin() as connection:
        moments = dict.fromkeys(("entered_at", "last_seen_at"), NOON)
        visit = {"visit_id": "v-1", "customer_id": "ben", "store": "camden", "zone": "", "state": "DWELLING"}
        connection.execute(insert(tables.visits), {**visit, **moments})
    await merge(backend)
    view = (await customer(backend)).view
    assert not view.HasField("present_visit")
    assert [one.visit_id for one in view.last_visits] == ["v-1"]


async def test_a_cart_goes_over_with_its_timer_and_its_case_with_its_deadline(
    backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await backend.enrol("ben")
    await answer(backend, 2, customer_id="ben")
    await backend.update_cart(cart(customer_id="ben"))
    await merge(backend)
    assert [one.customer_id for one in (await cases(backend)).cases] == ["anna"]
    clock.advance(hours=2)

    async def abandoned() -> bool:
        carts = (await customer(backend)).view.carts
        return [one.state for one in carts] == [activity.CART_STATE_ABANDONED]

    await eventually(abandoned)


async def test_the_tier_counts_what_both_earned_since_the_earlier_enrolment(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await backend.enrol("ben", enrolled_at=NOON - 400 * DAY)
    for customer_id in ("anna", "ben"):
        await backend.record_order(order(customer_id=customer_id, price=30_000))
    merge_id = await merge(backend)
    assert account_of(house, "anna")[4:] == ({"2026-01-01": 600}, "SILVER")
    assert (await customer(backend)).member.enrolled_at.ToDatetime() == (NOON - 400 * DAY).replace(
        tzinfo=None
    )
    await unmerge(backend, merge_id)
    for customer_id in ("anna", "ben"):
        assert account_of(house, customer_id)[4:] == ({"2026-01-01": 300}, "BRONZE")
    assert tier_changes_of(house, "ben") == []


async def test_a_customer_who_is_no_member_brings_history_only(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", customer_id="guest", price=3_000))
    merge_id = await merge(backend, merged="guest")
    assert await balance(backend) == (0, 0, 0, 0)
    assert (await backend.score("anna")).orders == 1
    await unmerge(backend, merge_id)
    assert ((await backend.score("anna")).orders, (await backend.score("guest")).orders) == (0, 1)
    assert violations(house) == {}


# --- what is refused ---


@pytest.mark.parametrize(
    ("survivor", "merged", "code", "reason"),
    [
        ("anna", "anna", "INVALID_ARGUMENT", "SAME_CUSTOMER"),
        ("anna", "nobody", "NOT_FOUND", "CUSTOMER_NOT_FOUND"),
        ("guest", "anna", "FAILED_PRECONDITION", "SURVIVOR_NOT_MEMBER"),
        ("anna", "closed", "FAILED_PRECONDITION", "MEMBER_STATE_FORBIDS"),
        ("closed", "anna", "FAILED_PRECONDITION", "MEMBER_STATE_FORBIDS"),
        ("anna", "merged", "FAILED_PRECONDITION", "ALREADY_MERGED"),
        ("merged", "anna", "FAILED_PRECONDITION", "ALREADY_MERGED"),
    ],
)
async def test_a_merge_that_makes_no_sense_is_refused_and_changes_nothing(
    backend: Caller, survivor: str, merged: str, code: str, reason: str
) -> None:
    for customer_id in ("anna", "ben", "closed", "merged"):
        await backend.enrol(customer_id)
    await backend.record_order(order(customer_id="guest"))
    await step(backend, "Close", "closed")
    await merge(backend, "ben", "merged")
    refused = await refusal(merge(backend, survivor, merged))
    assert (refused.code.name, refused.reason) == (code, reason)
    await backend.record_order(order(customer_id="anna", price=2_500))
    assert await balance(backend) == (25, 0, 0, 0)


async def test_only_a_merge_that_stands_can_be_undone_and_for_thirty_days(
    backend: Caller, clock: ManualClock
) -> None:
    for customer_id in ("anna", "ben"):
        await backend.enrol(customer_id)
    refused = await refusal(unmerge(backend, "nothing"))
    assert (refused.code, refused.reason) == (grpc.StatusCode.NOT_FOUND, "MERGE_NOT_FOUND")
    first, second = await merge(backend), ""
    await unmerge(backend, first)
    refused = await refusal(unmerge(backend, first))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "MERGE_UNDONE")
    second = await merge(backend)
    clock.advance(days=30, seconds=1)
    refused = await refusal(unmerge(backend, second))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "MERGE_TOO_OLD")


async def test_repeating_a_request_merges_and_unmerges_once(backend: Caller) -> None:
    await give(backend, 100)
    await give(backend, 40, customer_id="ben")
    merge_id = await merge(backend, request_id="once")
    assert await merge(backend, request_id="once") == merge_id
    await unmerge(backend, merge_id, request_id="again")
    await unmerge(backend, merge_id, request_id="again")
    assert (await balance(backend), await balance(backend, "ben")) == ((0, 100, 0, 0), (0, 40, 0, 0))


async def test_of_concurrent_merges_of_one_customer_one_succeeds(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    for customer_id in ("anna", "ben", "carl", "dora"):
        await give(backend, 10, customer_id=customer_id)
    pairs = [("anna", "ben"), ("carl", "ben"), ("dora", "ben"), ("ben", "anna"), ("ben", "carl")]
    done = await asyncio.gather(*(merge(backend, *pair) for pair in pairs), return_exceptions=True)
    won = [one for one in done if isinstance(one, str)]
    assert 1 <= len(won) <= 2  # ben into one of them; or that one into ben and then ben into another
    codes = {one.code() for one in done if isinstance(one, grpc.aio.AioRpcError)}
    assert codes == {grpc.StatusCode.FAILED_PRECONDITION}
    assert violations(house) == {}


# --- chains ---


async def test_a_chain_leads_to_its_end_and_is_undone_from_there(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    for customer_id in ("anna", "ben", "carl"):
        await give(backend, 10, customer_id=customer_id)
    inner = await merge(backend, "ben", "carl")
    outer = await merge(backend, "anna", "ben")
    assert await balance(backend, "carl") == (0, 30, 0, 0)
    assert sorted((await customer(backend, "carl")).view.merged_customer_ids) == ["ben", "carl"]
    refused = await refusal(unmerge(backend, inner))
    assert (refused.reason, refused.facts["merge_id"]) == ("MERGE_NESTED", outer)
    await unmerge(backend, outer)
    assert await balance(backend, "carl") == (0, 20, 0, 0)
    await unmerge(backend, inner)
    assert {await balance(backend, one) for one in ("anna", "ben", "carl")} == {(0, 10, 0, 0)}
    assert violations(house) == {}


async def test_merges_are_listed_latest_first_in_pages(backend: Caller, clock: ManualClock) -> None:
    for customer_id in ("anna", "ben", "carl", "dora"):
        await backend.enrol(customer_id)
    undone = await merge(backend, "anna", "dora")
    await unmerge(backend, undone)
    made = [undone]
    for pair in (("ben", "carl"), ("anna", "ben")):
        clock.advance(minutes=1)
        made.append(await merge(backend, *pair))
    seen: list[Any] = []
    token = ""
    while len(seen) < 10:
        page = await merges(backend, "carl", page_size=2, page_token=token)
        seen += page.merges
        token = page.next_page_token
        if not token:
            break
    assert [one.merge_id for one in seen] == made[::-1]
    assert [(one.undone_by, one.undo_reason) for one in seen] == [
        ("", ""),
        ("", ""),
        ("ines", "two people after all"),
    ]


# --- what happened in between ---


async def test_what_was_spent_in_between_stays_spent(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await give(backend, 100)
    await give(backend, 40, customer_id="ben")
    merge_id = await merge(backend)
    await spend(backend, 120, source="default", order_id="o-9")
    await unmerge(backend, merge_id)
    left = [await balance(backend), await balance(backend, "ben")]
    assert sum(active for _, active, _, _ in left) == 20
    assert violations(house) == {}


async def test_a_hold_on_the_points_of_both_must_be_resolved_first(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await give(backend, 100)
    await give(backend, 40, customer_id="ben")
    merge_id = await merge(backend)
    held = await hold(backend, 140)
    refused = await refusal(unmerge(backend, merge_id))
    assert (refused.reason, refused.facts["hold_id"]) == ("POINTS_HELD", held.hold_id)
    await capture(backend, held.hold_id, 130)
    await unmerge(backend, merge_id)
    left = [await balance(backend), await balance(backend, "ben")]
    assert sum(active for _, active, _, _ in left) == 10
    assert violations(house) == {}


async def test_a_hold_that_the_merged_member_brought_goes_back(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await give(backend, 40, customer_id="ben")
    held = await hold(backend, 30, "ben")
    merge_id = await merge(backend)
    await unmerge(backend, merge_id)
    assert await balance(backend, "ben") == (0, 10, 30, 0)
    await release(backend, held.hold_id, "ben")
    assert await balance(backend, "ben") == (0, 40, 0, 0)
    assert violations(house) == {}


@pytest.mark.parametrize("held_points", [30, 60])
async def test_a_hold_that_has_lapsed_unnoticed_frees_its_points_once(
    house: House, backend: Caller, clock: ManualClock, held_points: int
) -> None:
    await give(backend, 40, customer_id="ben")
    await give(backend, 50)
    merge_id = await merge(backend)
    await hold(backend, held_points)
    clock.advance(minutes=31)
    await unmerge(backend, merge_id)
    assert (await balance(backend), await balance(backend, "ben")) == ((0, 50, 0, 0), (0, 40, 0, 0))
    assert violations(house) == {}


async def test_a_hold_that_was_brought_and_lapsed_unnoticed_goes_back(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await give(backend, 50, customer_id="ben")
    await hold(backend, 30, "ben")
    merge_id = await merge(backend)
    clock.advance(minutes=31)
    await unmerge(backend, merge_id)
    assert (await balance(backend), await balance(backend, "ben")) == ((0, 0, 0, 0), (0, 50, 0, 0))
    assert violations(house) == {}


async def test_an_exchange_in_between_goes_back_with_the_goods_that_it_replaced(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    for customer_id in ("anna", "ben"):
        await backend.enrol(customer_id)
    await backend.record_order(order("o-1", customer_id="ben", price=3_000))
    merge_id = await merge(backend)
    at = clock.advance(days=1)
    await backend.record_exchange(exchange("o-1", "o-2", customer_id="ben", at=at, taken={"kettle": 5_000}))
    assert await balance(backend) == (50, 0, 0, 0)
    await unmerge(backend, merge_id)
    assert (await balance(backend), await balance(backend, "ben")) == ((0, 0, 0, 0), (50, 0, 0, 0))
    assert [account_of(house, one)[4]["2026-01-01"] for one in ("anna", "ben")] == [0, 50]
    await backend.record_return(goods_back(order_id="o-2", customer_id="ben", at=at, sku="kettle"))
    assert await balance(backend, "ben") == (0, 0, 0, 0)
    assert violations(house) == {}


async def test_goods_that_come_back_in_between_lower_the_tier_of_whoever_bought_them(
    house: House, backend: Caller
) -> None:
    for customer_id in ("anna", "ben"):
        await backend.enrol(customer_id)
        await backend.record_order(order(f"o-{customer_id}", customer_id=customer_id, price=30_000))
    merge_id = await merge(backend)
    await backend.record_return(goods_back(order_id="o-ben", customer_id="ben"))
    await backend.record_order(order(customer_id="ben", price=10_000))
    await unmerge(backend, merge_id)
    assert account_of(house, "anna")[4] == {"2026-01-01": 400}
    assert account_of(house, "ben")[4] == {"2026-01-01": 0}


async def test_points_go_on_living_while_merged(house: House, backend: Caller, clock: ManualClock) -> None:
    await backend.enrol("anna")
    await backend.enrol("ben")
    await backend.record_order(order(customer_id="ben", price=3_000))
    merge_id = await merge(backend)
    clock.advance(days=20)
    await adjust(backend, 5)
    await unmerge(backend, merge_id)
    assert (await balance(backend), await balance(backend, "ben")) == ((0, 5, 0, 0), (0, 30, 0, 0))
    assert violations(house) == {}


async def test_a_merge_names_who_asked_for_it_wherever_it_moved_points(
    house: House, backend: Caller, caller_of: CallerOf
) -> None:
    await backend.enrol("anna")
    await give(backend, 40, customer_id="ben")
    merge_id = await merge(caller_of("team"))
    query = select(tables.movements.c.actor, tables.movements.c.reference, func.count())
    kind = tables.movements.c.kind == "MERGE"
    found = rows(house, query.where(kind).group_by(tables.movements.c.actor, tables.movements.c.reference))
    assert found == [("ines", f"merge {merge_id}", 2)]
