"""Making good from a budget that nobody can overspend."""

from __future__ import annotations

import asyncio

import grpc
import pytest
from regulars.feedback.v1 import cases_service_pb2 as pb
from regulars.loyalty.v1 import loyalty_service_pb2 as loyalty
from regulars.loyalty.v1 import points_pb2

from services.composition import House, build, running
from services.settings import Settings
from services.telemetry import Telemetry
from tests.integration.asking import asking
from tests.integration.people import erase, step
from tests.integration.points import balance
from tests.integration.recovering import budget, complain, file_of, give, resolve
from tests.integration.rewarding import look, pounds
from tests.integration.servers import other_caller
from tests.integration.shop import Caller, ManualClock, refusal

BUDGET = """\
[feedback]
make_good_budget_minor = 10_000
make_good_case_max_minor = 2_000
make_good_customer_max_minor = 3_000
"""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return asking(settings, BUDGET)


async def case_of(backend: Caller, customer_id: str = "anna") -> str:
    return (await complain(backend, customer_id=customer_id)).case.case_id


async def test_points_go_through_the_ledger_with_actor_and_reason(backend: Caller) -> None:
    await backend.enrol("anna")
    case_id = await case_of(backend)
    made = await give(backend, case_id, "POINTS", 500)
    assert (made.points, made.cost.amount_minor, made.cost.currency) == (500, 500, "GBP")
    assert await balance(backend) == (0, 500, 0, 0)
    request = loyalty.ListMovementsRequest(customer_id="anna")
    (moved,) = (await backend.call(backend.loyalty.ListMovements, request)).movements
    assert (points_pb2.MovementKind.Name(moved.kind), moved.actor, moved.reason) == (
        "MOVEMENT_KIND_ADJUST",
        "ines",
        "the kettle leaked",
    )
    assert list((await file_of(backend, case_id)).make_goods) == [made]
    assert (await file_of(backend, case_id)).changes[-1].action == pb.CASE_ACTION_MADE_GOOD


async def test_a_coupon_is_the_customers_own(backend: Caller) -> None:
    made = await give(backend, await case_of(backend), "COUPON", 700)
    assert (made.points, made.cost.amount_minor) == (0, 700)
    for customer_id, discount_minor in (("anna", 700), ("ben", 0)):
        told = await look(
            backend,
            "ValidateCoupon",
            code=made.coupon_code,
            customer_id=customer_id,
            order_total=pounds(5_000),
        )
        assert told.discount.amount_minor == discount_minor


async def test_something_from_outside_is_noted_and_counts(backend: Caller) -> None:
    made = await give(backend, await case_of(backend), "NOTE", 1_500)
    assert (made.points, made.coupon_code) == (0, "")
    left = await budget(backend)
    assert (left.budget.amount_minor, left.spent.amount_minor, left.left.amount_minor) == (
        10_000,
        1_500,
        8_500,
    )
    assert left.make_goods == 1


async def test_repeating_a_gift_gives_it_once(backend: Caller) -> None:
    await backend.enrol("anna")
    case_id = await case_of(backend)
    first = await give(backend, case_id, request_id="same")
    assert await give(backend, case_id, request_id="same") == first
    assert await balance(backend) == (0, 500, 0, 0)
    assert (await budget(backend)).spent.amount_minor == 500


async def test_fifty_at_once_never_overspend_the_budget(backend: Caller) -> None:
    opened = await asyncio.gather(*(case_of(backend, f"c{number}") for number in range(50)))
    told = await asyncio.gather(
        *(give(backend, case_id, "NOTE", 700) for case_id in opened), return_exceptions=True
    )
    given = [one for one in told if isinstance(one, pb.MakeGood)]
    refused = [one for one in told if isinstance(one, grpc.aio.AioRpcError)]
    assert (len(given), len(refused)) == (14, 36)
    assert {one.code() for one in refused} == {grpc.StatusCode.FAILED_PRECONDITION}
    left = await budget(backend)
    assert (left.spent.amount_minor, left.left.amount_minor, left.make_goods) == (9_800, 200, 14)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_processes_share_one_budget(
    house: House, settings: Settings, backend: Caller, clock: ManualClock
) -> None:
    opened = await asyncio.gather(*(case_of(backend, f"c{number}") for number in range(50)))
    async with running(build(settings, clock, Telemetry(0.0))) as other:
        elsewhere = await other_caller(other)
        callers = (backend, elsewhere)
        told = await asyncio.gather(
            *(give(callers[number % 2], one, "NOTE", 700) for number, one in enumerate(opened)),
            return_exceptions=True,
        )
        await elsewhere.channel.close()
    assert sum(isinstance(one, pb.MakeGood) for one in told) == 14
    assert (await budget(backend)).spent.amount_minor == 9_800


async def test_one_customer_at_once_never_passes_the_caps(backend: Caller) -> None:
    case_id = await case_of(backend)
    told = await asyncio.gather(
        *(give(backend, case_id, "NOTE", 500) for _ in range(8)), return_exceptions=True
    )
    assert sum(isinstance(one, pb.MakeGood) for one in told) == 4


async def test_each_limit_is_refused_by_its_name(backend: Caller) -> None:
    case_id = await case_of(backend)
    refused = await refusal(give(backend, case_id, "NOTE", 2_001))
    assert (refused.reason, refused.facts["left_minor"]) == ("CASE_CAP", "2000")
    await give(backend, case_id, "NOTE", 2_000)
    await resolve(backend, case_id)
    assert (await refusal(give(backend, case_id, "NOTE", 1))).reason == "CASE_RESOLVED"
    for number in range(4):
        await give(backend, await case_of(backend, f"c{number}"), "NOTE", 2_000)
    refused = await refusal(give(backend, await case_of(backend, "last"), "NOTE", 1))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "BUDGET_SPENT")


async def test_one_customers_cases_share_a_cap(backend: Caller, clock: ManualClock) -> None:
    first = await case_of(backend)
    await give(backend, first, "NOTE", 2_000)
    await resolve(backend, first)
    clock.advance(days=31)
    second = await case_of(backend)
    assert second != first
    refused = await refusal(give(backend, second, "NOTE", 1_001))
    assert (refused.reason, refused.facts["left_minor"]) == ("CUSTOMER_CAP", "1000")


async def test_a_new_month_has_a_new_budget(backend: Caller, clock: ManualClock) -> None:
    for number in range(5):
        await give(backend, await case_of(backend, f"c{number}"), "NOTE", 2_000)
    assert (await budget(backend)).left.amount_minor == 0
    clock.advance(days=22)
    left = await budget(backend)
    assert (left.spent.amount_minor, left.left.amount_minor) == (0, 10_000)
    begins, ends = getattr(left.month, "from").ToDatetime(), left.month.until.ToDatetime()
    assert begins < clock.now().replace(tzinfo=None) < ends
    await give(backend, await case_of(backend, "next"), "NOTE", 2_000)


async def test_points_for_somebody_who_is_no_member_cost_nothing(backend: Caller) -> None:
    case_id = await case_of(backend)
    refused = await refusal(give(backend, case_id, "POINTS", 500))
    assert (refused.code, refused.reason) == (grpc.StatusCode.NOT_FOUND, "MEMBER_NOT_FOUND")
    assert refused.facts["field"] == "case_id"  # it is what the request has
    found = await file_of(backend, case_id)
    assert (len(found.make_goods), len(found.changes)) == (0, 1)
    assert (await budget(backend)).make_goods == 0


async def test_points_for_a_member_who_may_not_earn_are_refused_with_the_state(backend: Caller) -> None:
    await backend.enrol("anna")
    case_id = await case_of(backend)
    await step(backend, "Suspend", "anna")
    refused = await refusal(give(backend, case_id, "POINTS", 500))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "MAY_NOT_EARN")
    assert refused.facts == {"field": "case_id", "state": "SUSPENDED"}
    assert (await budget(backend)).make_goods == 0


async def test_a_refused_gift_spoils_no_other(backend: Caller) -> None:
    await backend.enrol("ben")
    opened = [await case_of(backend, one) for one in ("anna", "ben")]
    told = await asyncio.gather(*(give(backend, one) for one in opened), return_exceptions=True)
    assert [isinstance(one, pb.MakeGood) for one in told] == [False, True]
    assert (await balance(backend, "ben"))[1] == 500
    assert (await budget(backend)).spent.amount_minor == 500


async def test_an_unknown_case_gets_nothing(backend: Caller) -> None:
    refused = await refusal(give(backend, "case-0"))
    assert (refused.code, refused.reason) == (grpc.StatusCode.NOT_FOUND, "CASE_NOT_FOUND")


async def test_what_was_spent_stays_spent_when_a_customer_is_erased(backend: Caller) -> None:
    await backend.enrol("anna")
    await give(backend, await case_of(backend), "COUPON", 700)
    await erase(backend, "anna")
    assert (await budget(backend)).spent.amount_minor == 700
