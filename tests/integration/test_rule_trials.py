"""Rules are tried before they are in force: on one order, and on the orders of the last 90 days."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import grpc
from hypothesis import given as for_all
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.earning.v1 import earning_service_pb2 as pb
from sqlalchemy import func, select, update

from services.composition import House
from services.earning.rules.versions import NewDraft
from services.earning.use_cases.replaying import CHUNK_MEMBERS
from services.earning.use_cases.replaying import replay as run_again
from services.programme.reading import read_rule
from services.storage.tables import lots, members, metadata
from tests.integration.rules import draft, in_force
from tests.integration.shop import (
    NOON,
    STORE,
    WEB,
    Caller,
    ManualClock,
    fresh_id,
    goods_back,
    order,
    order_record,
    refusal,
    stamp,
)

DOUBLE = 'id = "double"\nname = "Double on tea"\npercent = 200\nskus = ["tea"]\n'
RULES = (
    'id = "kitchen"\nname = "K"\npoints_per_unit = 2\ncategories = ["kitchen"]',
    DOUBLE + "member_points_max = 60",
    'id = "welcome"\nname = "W"\npoints = 100\nfirst_purchase = true',
    'id = "store"\nname = "S"\npoints = 20\nchannels = ["STORE"]\ngroup = "g"\nbudget_points = 50',
    'id = "big"\nname = "B"\npercent = 150\nspend_minor_min = 5000\ngroup = "g"',
    'id = "sole"\nname = "A"\npoints = 7\npriority = 5\nexclusive = true\ntiers = ["SILVER"]',
    'id = "birthday"\nname = "M"\npoints = 11\nbirthday = "MONTH"',
)


def basket(*lines: pb.BasketLine, customer_id: str = "anna", **fields: Any) -> pb.SimulateEarnRequest:
    chosen = lines or (pb.BasketLine(sku="tea", quantity=1, unit_price_minor=2_500),)
    return pb.SimulateEarnRequest(**{"customer_id": customer_id, "channel": WEB, "lines": chosen, **fields})


async def simulate(caller: Caller, request: pb.SimulateEarnRequest) -> pb.SimulateEarnResponse:
    answer: pb.SimulateEarnResponse = await caller.call(caller.earning.SimulateEarn, request)
    return answer


async def replay(team: Caller, definition: str = "", **fields: Any) -> pb.ReplayRulesResponse:
    tried: dict[str, Any] = {"definition": definition} if definition else {}
    answer: pb.ReplayRulesResponse = await team.call(
        team.earning.ReplayRules, pb.ReplayRulesRequest(**tried, **fields)
    )
    return answer


def stored_rows(house: House) -> dict[str, int]:
    with house.database.engine.connect() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }


# --- one order ---


@st.composite
def baskets(draw: st.DrawFn) -> pb.SimulateEarnRequest:
    lines = st.builds(
        pb.BasketLine,
        sku=st.sampled_from(["tea", "kettle", "cup"]),
        quantity=st.integers(1, 3),
        unit_price_minor=st.integers(0, 4_000),
        category=st.sampled_from(["", "kitchen", "drinks"]),
        gift_card=st.sampled_from([False, False, True]),
    )
    chosen = draw(st.lists(lines, min_size=1, max_size=4, unique_by=lambda line: line.sku))
    total = sum(line.quantity * line.unit_price_minor for line in chosen)
    return basket(
        *chosen,
        customer_id=draw(st.sampled_from(["anna", "ben"])),
        channel=draw(st.sampled_from([WEB, STORE])),
        points_paid_minor=draw(st.sampled_from([0, 0, total // 3])),
    )


def examples(strategy: st.SearchStrategy[Any], number: int) -> list[Any]:
    """So many examples, the same ones on every run: each is tried on what the ones before it left."""
    found: list[Any] = []

    @hypothesis_settings(max_examples=number)
    @for_all(one=strategy)
    def collect(one: Any) -> None:
        found.append(one)

    collect()
    return found


def as_order(tried: pb.SimulateEarnRequest, order_id: str, at: datetime) -> activity.Order:
    lines = [
        activity.OrderLine(
            sku=line.sku,
            quantity=line.quantity,
            unit_price_minor=line.unit_price_minor,
            category=line.category,
            gift_card=line.gift_card,
        )
        for line in tried.lines
    ]
    return order(
        order_id,
        customer_id=tried.customer_id,
        at=at,
        channel=tried.channel,
        lines=lines,
        points_paid_minor=tried.points_paid_minor,
    )


def earned(house: House, order_id: str) -> dict[str, int]:
    """The points of each rule's lot of an order."""
    found = select(lots.c.rule, lots.c.points).where(lots.c.order_id == order_id)
    with house.database.engine.connect() as connection:
        return {row[0].split("@")[0]: row[1] for row in connection.execute(found)}


async def test_what_a_simulation_answers_is_what_the_order_then_earns(
    house: House, backend: Caller, team: Caller, clock: ManualClock
) -> None:
    for definition in RULES:
        await in_force(team, definition)
    for customer_id in ("anna", "ben"):
        await backend.enrol(customer_id)
    reasons: set[int] = set()
    for number, tried in enumerate(examples(baskets(), 40)):
        answer = await simulate(backend, tried)
        await backend.record_order(as_order(tried, f"o-{number}", clock.now()))
        told = {one.rule_id: one.points for one in answer.outcomes if one.points}
        assert earned(house, f"o-{number}") == told
        assert answer.points == sum(told.values())
        assert all(sum(part.points for part in one.lines) == one.points for one in answer.outcomes)
        reasons |= {one.reason for one in answer.outcomes}
        clock.advance(minutes=1)
    assert len(reasons) >= 9  # or the examples say little


async def test_a_simulation_stores_nothing(house: House, backend: Caller, team: Caller) -> None:
    for definition in RULES:
        await in_force(team, definition)
    await backend.enrol("anna")
    before = stored_rows(house)
    assert (await simulate(backend, basket())).points > 0
    assert stored_rows(house) == before


async def test_a_draft_is_tried_in_the_place_of_the_version_in_force(backend: Caller, team: Caller) -> None:
    await in_force(team, DOUBLE)
    await backend.enrol("anna")
    await draft(team, DOUBLE.replace("200", "300"))
    for tried in (
        {"definition": DOUBLE.replace("200", "300")},
        {"rule": pb.RuleReference(rule_id="double", version=2)},
        {"rule": pb.RuleReference(rule_id="double")},
    ):
        answer = await simulate(team, basket(**tried))
        found = {one.rule_id: (one.version, one.points, one.tried) for one in answer.outcomes}
        assert found == {"base": (1, 25, False), "double": (2, 50, True)}
    assert (await simulate(team, basket())).points == 50


async def test_a_rule_that_would_not_apply_says_why(backend: Caller, team: Caller) -> None:
    await backend.enrol("anna")
    await in_force(team, 'id = "sole"\nname = "A"\npoints = 7\npriority = 5\nexclusive = true')
    told = {
        'channels = ["STORE", "APP"]': (pb.RULE_REASON_CHANNEL, "it is for orders in STORE or APP"),
        "spend_minor_min = 2501": (
            pb.RULE_REASON_SPEND,
            "less than 2501 minor units are spent on the lines that count",
        ),
        "starts_at = 2026-04-01T00:00:00Z": (
            pb.RULE_REASON_WINDOW,
            "it begins 2026-04-01 00:00+00:00",
        ),
        'birthday = "DAY"': (
            pb.RULE_REASON_BIRTHDAY,
            "it is for the DAY of the member's birthday, which is another or not known",
        ),
        "priority = 4": (pb.RULE_REASON_EXCLUSIVE, "sole@1 is exclusive and of higher priority"),
    }
    for condition, (reason, text) in told.items():
        tried = f'id = "tried"\nname = "T"\npoints = 5\n{condition}'
        answer = await simulate(team, basket(definition=tried))
        (one,) = [outcome for outcome in answer.outcomes if outcome.tried]
        assert (one.points, one.reason, one.reason_text) == (0, reason, text)


async def test_a_simulation_may_lie_ahead(backend: Caller, team: Caller) -> None:
    await backend.enrol("anna")
    tried = f"{DOUBLE}starts_at = 2026-04-01T00:00:00Z"
    april = stamp(datetime.fromisoformat("2026-04-01T00:00:00Z"))
    assert (await simulate(team, basket(definition=tried, placed_at=april))).points == 50
    far = stamp(NOON + timedelta(days=367))
    refused = await refusal(simulate(team, basket(placed_at=far)))
    assert (refused.code, refused.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "PLACED_AT_TOO_FAR")


async def test_without_a_customer_a_new_member_is_tried(backend: Caller, team: Caller) -> None:
    await in_force(team, RULES[2])
    await in_force(team, f"{DOUBLE}member_times_max = 1\nbudget_points = 5")
    answer = await simulate(backend, basket(customer_id=""))
    assert {one.rule_id: one.points for one in answer.outcomes} == {"base": 25, "double": 5, "welcome": 100}


async def test_an_order_that_could_not_be_recorded_is_not_tried_either(backend: Caller, team: Caller) -> None:
    await backend.enrol("anna")
    dear = [pb.BasketLine(sku="yacht", quantity=1_000_000, unit_price_minor=10**12)]
    for request, reason, field in (
        (basket(points_paid_minor=2_501), "POINTS_PAY_TOO_MUCH", "points_paid_minor"),
        (basket(*dear), "TOTAL_TOO_LARGE", "lines"),
    ):
        refused = await refusal(simulate(team, request))
        assert (refused.code, refused.reason) == (grpc.StatusCode.INVALID_ARGUMENT, reason)
        assert refused.fields == (field,)
        recorded = await refusal(backend.record_order(as_order(request, fresh_id("o"), NOON)))
        assert recorded.code is grpc.StatusCode.INVALID_ARGUMENT


async def test_who_could_not_earn_is_told_so(house: House, backend: Caller, team: Caller) -> None:
    await backend.record_order(order(customer_id="guest"))
    await backend.enrol("anna")
    early = stamp(NOON - timedelta(days=1))
    reasons = [
        (await refusal(simulate(team, request))).reason
        for request in (basket(customer_id="guest"), basket(placed_at=early))
    ]
    assert reasons == ["MEMBER_NOT_FOUND", "BEFORE_ENROLMENT"]
    with house.database.engine.begin() as connection:
        connection.execute(update(members).values(state="SUSPENDED"))
    assert (await refusal(simulate(team, basket()))).reason == "MAY_NOT_EARN"


async def test_a_wrong_definition_is_refused_wherever_it_is_tried(team: Caller) -> None:
    wrong = DOUBLE.replace("percent", "pecent")
    for call in (simulate(team, basket(definition=wrong)), replay(team, wrong)):
        refused = await refusal(call)
        assert (refused.reason, refused.facts["line"]) == ("RULE_INVALID", "3")


# --- the orders of a quarter ---


async def trading(backend: Caller, clock: ManualClock) -> None:
    """Three members and a guest order tea and kettles over a hundred days."""
    clock.move_to(NOON - timedelta(days=100))
    for customer_id in ("anna", "ben", "cleo"):
        await backend.enrol(customer_id)
    sold = (("anna", "tea", 1_000), ("ben", "kettle", 4_000), ("ben", "tea", 500), ("guest", "tea", 9_000))
    for _ in range(4):
        for customer_id, sku, price in sold:
            await backend.record_order(order(customer_id=customer_id, at=clock.now(), sku=sku, price=price))
        clock.advance(days=25)
    clock.move_to(NOON)


async def test_a_replay_shows_what_a_rule_would_have_changed(
    backend: Caller, team: Caller, clock: ManualClock
) -> None:
    await trading(backend, clock)
    found = await replay(team, DOUBLE)
    assert (found.orders, found.members, found.members_changed, found.complete) == (9, 2, 2, True)
    assert (found.present_points, found.tried_points) == (3 * (10 + 40 + 5), 3 * (20 + 40 + 10))
    assert (found.cost.amount_minor, found.cost.currency) == (45, "GBP")
    assert [
        (one.customer_id, one.orders, one.present_points, one.tried_points) for one in found.differences
    ] == [
        ("anna", 3, 30, 60),
        ("ben", 6, 135, 150),
    ]


async def test_a_replay_of_an_unchanged_rule_shows_no_difference(
    house: House, backend: Caller, team: Caller, clock: ManualClock
) -> None:
    for definition in RULES:
        await in_force(team, definition)
    await trading(backend, clock)
    before = stored_rows(house)
    for definition in RULES:
        found = await replay(team, definition)
        assert found.present_points == found.tried_points > 0
        assert (found.members_changed, list(found.differences), found.cost.amount_minor) == (0, [], 0)
    assert stored_rows(house) == before


async def test_a_replay_agrees_with_what_was_really_earned(
    house: House, backend: Caller, team: Caller, clock: ManualClock
) -> None:
    clock.move_to(NOON - timedelta(days=10))
    rules = [one for one in RULES if "tiers" not in one]  # a replay counts members with today's tier
    rules = [one.removesuffix("budget_points = 50") for one in rules]  # and uses budgets up member by member
    for definition in rules:
        await in_force(team, definition)
    for customer_id in ("anna", "ben"):
        await backend.enrol(customer_id)
    for number, tried in enumerate(examples(baskets(), 25)):
        await backend.record_order(as_order(tried, f"o-{number}", clock.advance(minutes=1)))
    clock.move_to(NOON)
    with house.database.engine.connect() as connection:
        total = int(connection.execute(select(func.sum(lots.c.points))).scalar_one())
    assert (await replay(team, rules[0])).present_points == total


async def test_a_replay_counts_what_was_kept(backend: Caller, team: Caller, clock: ManualClock) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", quantity=4, price=1_000))
    await backend.record_return(goods_back(order_id="o-1", quantity=3))
    await backend.record_order(order("o-2"))
    await backend.record_return(goods_back(order_id="o-2"))
    found = await replay(team, DOUBLE)
    assert (found.orders, found.present_points, found.tried_points) == (1, 10, 20)


async def test_a_campaign_of_next_month_is_replayed_as_if_it_had_been_open(
    backend: Caller, team: Caller, clock: ManualClock
) -> None:
    await trading(backend, clock)
    await draft(team, f"{DOUBLE}starts_at = 2026-04-01T00:00:00Z\nends_at = 2026-05-01T00:00:00Z")
    found = await replay(team, rule=pb.RuleReference(rule_id="double"))
    assert found.tried_points - found.present_points == 45


async def test_a_replay_shows_as_many_members_as_are_asked_for(
    backend: Caller, team: Caller, clock: ManualClock
) -> None:
    await trading(backend, clock)
    found = await replay(team, DOUBLE, members_max=1)
    assert ([one.customer_id for one in found.differences], found.members_changed) == (["anna"], 2)


async def test_a_replay_that_is_too_large_says_that_it_is_not_complete(house: House, backend: Caller) -> None:
    buyers = [f"c{number:03d}" for number in range(CHUNK_MEMBERS + 1)]
    for start in range(0, len(buyers), 40):
        await asyncio.gather(*(backend.enrol(one) for one in buyers[start : start + 40]))
    await backend.record_batch(*(order_record(customer_id=one, price=1_000) for one in buyers))
    tried = NewDraft(read_rule(DOUBLE), None, "")
    cut = await run_again(house.database, tried, 0, orders_max=CHUNK_MEMBERS)
    assert (cut.complete, cut.orders, cut.present_points) == (False, CHUNK_MEMBERS, 10 * CHUNK_MEMBERS)
    whole = await run_again(house.database, tried, 0, orders_max=CHUNK_MEMBERS + 1)
    assert (whole.complete, whole.orders) == (True, CHUNK_MEMBERS + 1)


async def test_a_replay_needs_a_rule_that_orders_trigger(team: Caller) -> None:
    thanks = 'id = "thanks"\nname = "T"\ntrigger = "SURVEY"\npoints = 5'
    refused = await refusal(replay(team, thanks))
    assert (refused.code, refused.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "RULE_NOT_OF_ORDERS")
    unknown = pb.RuleReference(rule_id="nobody")
    assert (await refusal(replay(team, rule=unknown))).reason == "RULE_NOT_FOUND"
