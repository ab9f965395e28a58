"""Coupons over the wire: made, reserved, redeemed, taken back, and refused with a reason."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from regulars.rewards.v1 import rewards_service_pb2 as pb
from regulars.types.v1.money_pb2 import Money
from sqlalchemy import select

from services.composition import House, build, running
from services.settings import Settings
from services.storage.tables import coupon_uses, coupons, customers
from services.telemetry import Telemetry
from tests.integration.ledger import lots_of, replayed
from tests.integration.rewarding import (
    DAY,
    ask,
    coupon,
    create_coupon,
    end_use,
    look,
    member,
    points_of,
    pounds,
    reason,
    redeem,
    reserve,
)
from tests.integration.servers import ON_POSTGRESQL, other_caller
from tests.integration.shop import NOON, Caller, ManualClock, eventually, refusal, stamp

MINUTE = timedelta(minutes=1)


async def validate(
    caller: Caller, customer_id: str = "anna", total: int = 1_000
) -> pb.ValidateCouponResponse:
    answer: pb.ValidateCouponResponse = await look(
        caller, "ValidateCoupon", customer_id=customer_id, code="SPRING", order_total=pounds(total)
    )
    return answer


async def counted(caller: Caller) -> tuple[int, int, str]:
    """Uses, what they cost, and the state of the coupon."""
    found = await coupon(caller)
    return (
        found.uses,
        found.charged.amount_minor,
        pb.CouponState.Name(found.state).removeprefix("COUPON_STATE_"),
    )


async def test_a_code_takes_its_discount_off_an_order(backend: Caller) -> None:
    assert await create_coupon(backend, " spring ", budget=pounds(500)) == "SPRING"
    use = await redeem(backend, total=1_999, code="Spring", order_id="o-1")
    assert (use.state, use.discount, use.order_id, use.source) == (
        pb.COUPON_USE_STATE_REDEEMED,
        pounds(199),
        "o-1",
        "default",
    )
    assert await counted(backend) == (1, 199, "AVAILABLE")


@pytest.mark.parametrize(
    ("terms", "discount", "points", "sku", "charged"),
    [
        ({"percent": 33}, 330, 0, "", 330),
        ({"amount": pounds(300)}, 300, 0, "", 300),
        ({"amount": pounds(5_000)}, 1_000, 0, "", 1_000),
        ({"points": 250}, 0, 250, "", 250),
        ({"item": pb.FreeItem(sku="mug", worth=pounds(80))}, 0, 0, "mug", 80),
    ],
)
async def test_each_benefit_gives_what_it_says(
    backend: Caller, terms: dict[str, Any], discount: int, points: int, sku: str, charged: int
) -> None:
    await member(backend, "anna")
    await create_coupon(backend, **terms)
    told = await validate(backend)
    assert (told.valid, told.discount, told.points, told.sku) == (True, pounds(discount), points, sku)
    use = await redeem(backend)
    assert (use.discount, use.points, use.sku) == (pounds(discount), points, sku)
    assert await counted(backend) == (1, charged, "AVAILABLE")


async def test_a_reservation_becomes_a_redemption_or_is_free_again(backend: Caller) -> None:
    await create_coupon(backend, uses_max=1, budget=pounds(100))
    first = await reserve(backend)
    assert (first.state, first.lapses_at) == (pb.COUPON_USE_STATE_RESERVED, stamp(NOON + 30 * MINUTE))
    assert await counted(backend) == (1, 100, "RESERVED")
    released = await end_use(backend, "Release", first)
    assert released.state == pb.COUPON_USE_STATE_RELEASED
    assert await counted(backend) == (0, 0, "AVAILABLE")
    again = await reserve(backend, "ben")
    redeemed = await redeem(backend, "ben", 500, use_id=again.use_id)
    assert (redeemed.use_id, redeemed.discount) == (again.use_id, pounds(50))
    assert await counted(backend) == (1, 50, "USED_UP")
    rolled = await end_use(backend, "RollBack", redeemed)
    assert rolled.state == pb.COUPON_USE_STATE_ROLLED_BACK
    assert await counted(backend) == (0, 0, "AVAILABLE")


async def test_a_use_ends_once(backend: Caller) -> None:
    await create_coupon(backend)
    released = await end_use(backend, "Release", await reserve(backend))
    rolled = await end_use(backend, "RollBack", await redeem(backend))
    for use in (released, rolled):
        assert await reason(end_use(backend, "Release", use)) == "COUPON_USE_RESOLVED"
        assert await reason(redeem(backend, use_id=use.use_id)) == "COUPON_USE_RESOLVED"
        assert await reason(end_use(backend, "RollBack", use)) == "COUPON_USE_NOT_REDEEMED"
    waiting = await reserve(backend)
    assert await reason(end_use(backend, "RollBack", waiting)) == "COUPON_USE_NOT_REDEEMED"
    waiting.customer_id = "ben"
    assert await reason(end_use(backend, "Release", waiting)) == "COUPON_USE_NOT_FOUND"


async def test_a_reservation_lapses_before_any_sweep(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    house.worker.stop()  # nothing but the commands themselves
    await create_coupon(backend, uses_max=1, budget=pounds(100))
    use = await reserve(backend, ttl=Duration(seconds=60))
    assert await reason(reserve(backend, "ben")) == "COUPON_RESERVED"
    assert await counted(backend) == (1, 100, "RESERVED")
    clock.advance(seconds=60)
    assert await counted(backend) == (0, 0, "AVAILABLE")
    assert await reason(redeem(backend, use_id=use.use_id)) == "COUPON_USE_RESOLVED"
    assert (await validate(backend, "ben")).valid
    assert (await redeem(backend, "ben")).discount == pounds(100)
    assert await counted(backend) == (1, 100, "USED_UP")


async def test_the_sweep_lets_reservations_lapse(house: House, backend: Caller, clock: ManualClock) -> None:
    await create_coupon(backend, uses_max=1)
    await reserve(backend)
    clock.advance(minutes=31)
    house.worker.wake()

    def stored() -> tuple[Any, ...]:
        with house.database.engine.connect() as connection:
            state = connection.execute(select(coupon_uses.c.state)).scalar_one()
            counts = connection.execute(select(coupons.c.uses, coupons.c.reserved, coupons.c.charged_minor))
            return (state, *counts.one())

    await eventually(lambda: stored() == ("LAPSED", 0, 0, 0))


async def test_every_refusal_has_its_reason_and_a_validation_tells_the_same(
    backend: Caller, clock: ManualClock
) -> None:
    cases: dict[str, dict[str, Any]] = {
        "COUPON_NOT_YOURS": {"customer_id": "ben"},
        "COUPON_NOT_YET": {"valid_from": stamp(NOON + DAY)},
        "COUPON_EXPIRED": {"valid_until": stamp(NOON + MINUTE)},
        "COUPON_BUDGET_SPENT": {"budget": pounds(99)},
        "MEMBER_NOT_FOUND": {"points": 5},
        "COUPON_USED_UP": {"uses_max": 1},
        "COUPON_LIMIT_REACHED": {"per_customer_max": 1},
        "COUPON_RETIRED": {},
    }
    for expected, terms in cases.items():
        await create_coupon(backend, expected, **terms)
    clock.advance(minutes=1)
    await redeem(backend, "ben", code="COUPON_USED_UP")
    await redeem(backend, code="COUPON_LIMIT_REACHED")
    await ask(backend, "RetireCoupon", code="coupon_retired")
    for code in (*cases, "COUPON_NOT_FOUND"):
        assert await reason(redeem(backend, code=code)) == code
        assert await reason(reserve(backend, code=code)) == code
        told = await look(backend, "ValidateCoupon", customer_id="anna", code=code, order_total=pounds(1_000))
        assert (told.valid, told.reason) == (False, code)
        assert told.message
    found = (await look(backend, "GetCoupon", code="COUPON_EXPIRED")).coupon
    assert found.state == pb.COUPON_STATE_EXPIRED


async def test_a_refused_use_leaves_nothing_behind(house: House, backend: Caller) -> None:
    await create_coupon(backend, uses_max=1)
    answers = await asyncio.gather(*(redeem(backend) for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(one, pb.CouponUse) for one in answers) == 1
    with house.database.engine.connect() as connection:
        assert len(connection.execute(select(coupon_uses)).all()) == 1
    assert await counted(backend) == (1, 100, "USED_UP")


async def test_validating_changes_nothing_and_a_refusal_makes_nobody_known(
    house: House, backend: Caller
) -> None:
    await create_coupon(backend, uses_max=1, budget=pounds(100))
    assert (await validate(backend)).valid
    assert await counted(backend) == (0, 0, "AVAILABLE")
    await refusal(reserve(backend, total=2_000))
    await refusal(redeem(backend, total=2_000))
    await refusal(create_coupon(backend, customer_id="anna"))

    def known() -> list[str]:
        with house.database.engine.connect() as connection:
            return list(connection.execute(select(customers.c.customer_id)).scalars())

    assert known() == []
    await redeem(backend)
    assert known() == ["anna"]


async def test_a_personal_coupon_is_its_owners(backend: Caller) -> None:
    await create_coupon(backend, customer_id="anna")
    assert await reason(redeem(backend, "ben")) == "COUPON_NOT_YOURS"
    assert (await redeem(backend)).discount == pounds(100)


async def test_points_of_a_coupon_are_credited_and_taken_back(house: House, backend: Caller) -> None:
    await member(backend, "anna", 10)
    await create_coupon(backend, points=50)
    use = await redeem(backend)
    assert await points_of(backend, "anna") == (50, 10, 0)
    assert lots_of(house, "anna")[f"coupon/{use.use_id}"] == (50, 50, "PENDING")
    await end_use(backend, "RollBack", use)
    assert await points_of(backend, "anna") == (0, 10, 0)
    assert replayed(house, "anna") == (0, 10, 0, 0)


async def test_a_code_is_used_once_for_an_order(backend: Caller) -> None:
    await create_coupon(backend)
    first = await redeem(backend, order_id="o-1")
    refused = await refusal(redeem(backend, order_id="o-1"))
    assert (refused.code, refused.reason) == (grpc.StatusCode.ALREADY_EXISTS, "COUPON_ORDER_HAS_IT")
    assert refused.facts["use_id"] == first.use_id
    assert await reason(redeem(backend, "ben", order_id="o-1")) == "COUPON_ORDER_HAS_IT"
    assert (await redeem(backend, order_id="o-1", source="shop-2")).discount == pounds(100)


async def test_repeating_a_request_id_uses_a_code_once(backend: Caller) -> None:
    await create_coupon(backend)
    fields = {"customer_id": "anna", "code": "SPRING", "order_id": "o-1", "order_total": pounds(1_000)}
    answers = await asyncio.gather(*(ask(backend, "RedeemCoupon", "same", **fields) for _ in range(5)))
    assert len({one.SerializeToString() for one in answers}) == 1
    assert await counted(backend) == (1, 100, "AVAILABLE")
    fields["order_total"] = pounds(2_000)
    assert await reason(ask(backend, "RedeemCoupon", "same", **fields)) == "REQUEST_ID_REUSED"


async def test_codes_are_made_by_the_hundred_and_listed_by_campaign(backend: Caller) -> None:
    terms = pb.CouponTerms(campaign="autumn", title="Autumn", percent=20, uses_max=1)
    made = (await ask(backend, "CreateCoupons", terms=terms, count=250)).codes
    assert len({*made}) == 250
    await create_coupon(backend)
    seen: list[str] = []
    token = ""
    while True:
        page = await look(backend, "ListCoupons", campaign="autumn", page_size=100, page_token=token)
        seen.extend(one.code for one in page.coupons)
        token = page.next_page_token
        if not token:
            break
    assert seen == sorted(made)
    assert (await redeem(backend, code=made[0].lower())).discount == pounds(200)


async def test_a_coupon_is_read_as_it_was_made(backend: Caller) -> None:
    terms = pb.CouponTerms(
        campaign="spring",
        title="Spring",
        item=pb.FreeItem(sku="mug", worth=pounds(80)),
        customer_id="anna",
        uses_max=5,
        per_customer_max=2,
        per_customer_period=pb.LIMIT_PERIOD_MONTH,
        budget=pounds(400),
        valid_from=stamp(NOON),
        valid_until=stamp(NOON + DAY),
    )
    await ask(backend, "CreateCoupons", terms=terms, code="SPRING")
    assert (await coupon(backend)).terms == terms


async def test_a_code_is_made_once(backend: Caller) -> None:
    await create_coupon(backend)
    refused = await refusal(create_coupon(backend, "spring"))
    assert (refused.code, refused.reason) == (grpc.StatusCode.ALREADY_EXISTS, "COUPON_EXISTS")


async def test_money_of_another_currency_or_below_nothing_is_refused(backend: Caller) -> None:
    await create_coupon(backend)
    euros = Money(amount_minor=5, currency="EUR")
    for call, field in (
        (create_coupon(backend, "EURO", amount=euros), "terms.amount"),
        (create_coupon(backend, "NONE", amount=pounds(0)), "terms.amount"),
        (create_coupon(backend, "LESS", budget=pounds(-1)), "terms.budget"),
        (create_coupon(backend, "PAST", valid_until=stamp(NOON)), "terms.valid_until"),
        (
            create_coupon(backend, "NEVER", valid_from=stamp(NOON + DAY), valid_until=stamp(NOON + DAY)),
            "terms.valid_until",
        ),
        (redeem(backend, total=-1), "order_total"),
    ):
        refused = await refusal(call)
        assert (refused.code, refused.fields) == (grpc.StatusCode.INVALID_ARGUMENT, (field,))
    assert await counted(backend) == (0, 0, "AVAILABLE")


async def test_of_many_customers_as_many_use_a_code_as_it_has_uses(backend: Caller) -> None:
    await create_coupon(backend, uses_max=7, budget=pounds(650))
    calls = (redeem(backend, f"c-{number}") for number in range(40))
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(one, pb.CouponUse) for one in answers) == 6  # the seventh is beyond the budget
    assert await counted(backend) == (6, 600, "AVAILABLE")


@ON_POSTGRESQL
async def test_two_servers_use_the_last_code_once(
    backend: Caller, settings: Settings, clock: ManualClock
) -> None:
    async with running(build(settings, clock, Telemetry(0.0))) as other:
        elsewhere = await other_caller(other)
        for number in range(3):
            code = await create_coupon(backend, f"LAST-{number}", uses_max=1)
            calls = (redeem((backend, elsewhere)[place % 2], f"c-{place}", code=code) for place in range(30))
            answers = await asyncio.gather(*calls, return_exceptions=True)
            assert sum(isinstance(one, pb.CouponUse) for one in answers) == 1
            assert (await look(elsewhere, "GetCoupon", code=code)).coupon.uses == 1
        await elsewhere.channel.close()


async def test_reservations_and_redemptions_of_one_customer_keep_the_limit(backend: Caller) -> None:
    await create_coupon(backend, per_customer_max=3, per_customer_period=pb.LIMIT_PERIOD_DAY)
    calls = [reserve(backend) if number % 2 else redeem(backend) for number in range(12)]
    await asyncio.gather(*calls, return_exceptions=True)
    assert (await coupon(backend)).uses == 3


async def test_a_clock_that_jumps_back_revives_no_reservation(backend: Caller, clock: ManualClock) -> None:
    await create_coupon(backend, uses_max=1)
    use = await reserve(backend)
    clock.advance(minutes=31)
    assert await reason(redeem(backend, use_id=use.use_id)) == "COUPON_USE_RESOLVED"
    clock.move_to(NOON)
    assert await reason(redeem(backend, use_id=use.use_id)) == "COUPON_USE_RESOLVED"
    assert (await redeem(backend, "ben")).state == pb.COUPON_USE_STATE_REDEEMED
