"""Earning rules: drafted, published, retired; what they give, and that it is never more than they may."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from regulars.earning.v1 import earning_service_pb2 as pb
from sqlalchemy import func, select, update

from services.composition import House
from services.earning.use_cases.occasions import award_occasions
from services.events import ReferralEarned, SurveyAnswered
from services.points.occasions import BasketLine, Occasion
from services.points.rulebook import award_all
from services.storage.tables import lots, members, rule_usage
from services.storage.unit import UnitOfWork
from tests.integration.people import update_profile
from tests.integration.rules import draft, in_force, publish
from tests.integration.shop import (
    NOON,
    Caller,
    ManualClock,
    fresh_id,
    goods_back,
    order,
    order_record,
    refusal,
    stamp,
)
from tests.integration.watching import statements

BONUS = 'id = "bonus"\nname = "Fifty"\npoints = 50\n'


async def retire(team: Caller, rule_id: str) -> pb.Rule:
    request = pb.RetireRuleRequest(request_id=fresh_id("r"), rule_id=rule_id, actor="mia")
    answer: pb.RetireRuleResponse = await team.call(team.earning.RetireRule, request)
    return answer.rule


async def read(team: Caller, rule_id: str, version: int = 0) -> pb.Rule:
    request = pb.GetRuleRequest(rule_id=rule_id, version=version)
    answer: pb.GetRuleResponse = await team.call(team.earning.GetRule, request)
    return answer.rule


async def pending(backend: Caller, customer_id: str = "anna") -> int:
    balance = await backend.balance(customer_id)
    return int(balance.pending_points)


def given(house: House, rule_id: str) -> list[tuple[str, int]]:
    """(customer, points) of each award of a rule."""
    found = select(lots.c.customer_id, lots.c.points).where(lots.c.rule.like(f"{rule_id}@%"))
    with house.database.engine.connect() as connection:
        return [(row[0], row[1]) for row in connection.execute(found.order_by(lots.c.lot_id))]


# --- what is edited counts for later orders alone ---


async def test_editing_a_rule_changes_no_past_award(
    backend: Caller, team: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("before"))
    clock.advance(hours=1)
    await in_force(team, BONUS)
    await backend.record_order(order("first", at=clock.now()))
    clock.advance(hours=1)
    await in_force(team, BONUS.replace("50", "7"))
    await backend.record_order(order("second", at=clock.now()))
    assert await pending(backend) == 25 + (25 + 50) + (25 + 7)
    await backend.record_return(goods_back(order_id="first", at=clock.now()))
    assert await pending(backend) == 25 + (25 + 7)


async def test_a_late_order_earns_by_the_version_of_when_it_was_placed(
    backend: Caller, team: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await in_force(team, BONUS)
    clock.advance(hours=1)
    await in_force(team, BONUS.replace("50", "7"))
    clock.advance(hours=1)
    await retire(team, "bonus")
    for at, points in ((NOON, 50), (NOON + timedelta(hours=1), 7), (NOON + timedelta(hours=2), 0)):
        before = await pending(backend)
        await backend.record_order(order(at=at))
        assert await pending(backend) - before == 25 + points


async def test_a_version_may_begin_later_and_the_one_before_it_ends_then(
    backend: Caller, team: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await in_force(team, BONUS)
    tomorrow = NOON + timedelta(days=1)
    await draft(team, BONUS.replace("50", "7"))
    await publish(team, "bonus", tomorrow)
    first, second = await read(team, "bonus", 1), await read(team, "bonus", 2)
    assert (first.state, second.state) == (pb.RULE_STATE_RETIRED, pb.RULE_STATE_PUBLISHED)
    assert first.effective_until == second.effective_from == stamp(tomorrow)
    await backend.record_order(order())
    assert await pending(backend) == 75
    clock.move_to(tomorrow)
    await backend.record_order(order(at=tomorrow))
    assert await pending(backend) == 75 + 32


async def test_a_version_that_overtakes_a_planned_one_leaves_it_no_time(
    backend: Caller, team: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    for planned, days in ((50, 0), (60, 9), (70, 5)):
        await draft(team, BONUS.replace("50", str(planned)))
        await publish(team, "bonus", NOON + timedelta(days=days))
    clock.advance(days=10)
    for days, points in ((4, 50), (5, 70), (9, 70)):
        before = await pending(backend)
        await backend.record_order(order(at=NOON + timedelta(days=days)))
        assert await pending(backend) - before == 25 + points


async def test_a_retired_rule_may_come_back_as_its_next_version(
    backend: Caller, team: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await in_force(team, BONUS)
    assert (await retire(team, "bonus")).state == pb.RULE_STATE_RETIRED
    clock.advance(hours=1)
    assert (await in_force(team, BONUS)).version == 2
    await backend.record_order(order(at=clock.now()))
    assert given_versions(await read(team, "bonus")) == ("bonus", 2)
    assert await pending(backend) == 75


def given_versions(rule: pb.Rule) -> tuple[str, int]:
    return rule.rule_id, rule.version


# --- drafts ---


async def test_a_draft_gives_nothing_until_it_is_published(backend: Caller, team: Caller) -> None:
    await backend.enrol("anna")
    made = await draft(team, BONUS)
    assert (made.version, made.state, made.origin) == (1, pb.RULE_STATE_DRAFT, pb.RULE_ORIGIN_API)
    await backend.record_order(order())
    assert await pending(backend) == 25


async def test_a_draft_is_changed_by_who_read_it_last(team: Caller) -> None:
    made = await draft(team, BONUS)
    change: dict[str, Any] = {
        "rule_id": "bonus",
        "definition": BONUS.replace("50", "60"),
        "actor": "leo",
        "etag": made.etag,
    }
    request = pb.UpdateDraftRequest(request_id=fresh_id("r"), **change)
    changed = (await team.call(team.earning.UpdateDraft, request)).rule
    assert (changed.definition, changed.actor) == (BONUS.replace("50", "60"), "leo")
    again = pb.UpdateDraftRequest(request_id=fresh_id("r"), **change)
    refused = await refusal(team.call(team.earning.UpdateDraft, again))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "RULE_CHANGED")
    assert (await refusal(publish(team, "bonus", etag=made.etag))).reason == "RULE_CHANGED"


async def test_a_deleted_draft_is_gone_and_its_number_free(team: Caller) -> None:
    await draft(team, BONUS)
    await team.call(
        team.earning.DeleteDraft, pb.DeleteDraftRequest(request_id=fresh_id("r"), rule_id="bonus")
    )
    assert (await refusal(read(team, "bonus"))).reason == "RULE_NOT_FOUND"
    assert (await draft(team, BONUS)).version == 1


async def test_repeating_a_request_drafts_once(team: Caller) -> None:
    request = pb.CreateRuleRequest(request_id="once", definition=BONUS, actor="mia")
    answers = [await team.call(team.earning.CreateRule, request) for _ in range(2)]
    assert answers[0] == answers[1]


async def test_forty_teams_draft_one_version(team: Caller) -> None:
    answers = await asyncio.gather(*(draft(team, BONUS) for _ in range(40)), return_exceptions=True)
    assert sum(isinstance(one, Message) for one in answers) == 1


Attempt = Callable[[Caller], Awaitable[Any]]


def update_draft(definition: str, version: int = 0, rule_id: str = "bonus") -> Attempt:
    return lambda team: team.call(
        team.earning.UpdateDraft,
        pb.UpdateDraftRequest(
            request_id=fresh_id("r"), rule_id=rule_id, version=version, definition=definition, actor="mia"
        ),
    )


def delete_draft(rule_id: str) -> Attempt:
    return lambda team: team.call(
        team.earning.DeleteDraft, pb.DeleteDraftRequest(request_id=fresh_id("r"), rule_id=rule_id)
    )


INVALID, MISSING, WRONG = (
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.FAILED_PRECONDITION,
)


@pytest.mark.parametrize(
    ("attempt", "code", "reason"),
    [
        (lambda team: publish(team, "bonus"), WRONG, "RULE_NOT_DRAFT"),
        (delete_draft("bonus"), WRONG, "RULE_NOT_DRAFT"),
        (update_draft(BONUS), WRONG, "RULE_NOT_DRAFT"),
        (lambda team: draft(team, 'id = "sketch"\nname = "Again"\npoints = 1'), WRONG, "DRAFT_EXISTS"),
        (lambda team: retire(team, "sketch"), WRONG, "RULE_NOT_PUBLISHED"),
        (lambda team: retire(team, "base"), WRONG, "RULE_IN_FILE"),
        (lambda team: draft(team, 'id = "base"\nname = "B"\npoints_per_unit = 2'), WRONG, "RULE_IN_FILE"),
        (delete_draft("base"), WRONG, "RULE_IN_FILE"),
        (lambda team: publish(team, "base"), WRONG, "RULE_IN_FILE"),
        (lambda team: publish(team, "nobody"), MISSING, "RULE_NOT_FOUND"),
        (lambda team: retire(team, "nobody"), MISSING, "RULE_NOT_FOUND"),
        (lambda team: read(team, "bonus", 2), MISSING, "RULE_NOT_FOUND"),
        (lambda team: publish(team, "sketch", version=2), MISSING, "RULE_NOT_FOUND"),
        (lambda team: draft(team, f"{BONUS}version = 3"), INVALID, "RULE_VERSION"),
        (update_draft('id="sketch"\nname="S"\npoints=1\nversion=2', 1, "sketch"), INVALID, "RULE_VERSION"),
        (update_draft(BONUS, 1, "sketch"), INVALID, "RULE_ID_DIFFERS"),
        (lambda team: publish(team, "sketch", NOON - timedelta(seconds=1)), INVALID, "EFFECTIVE_FROM_PAST"),
    ],
)
async def test_what_may_not_be_is_refused(
    team: Caller, attempt: Attempt, code: grpc.StatusCode, reason: str
) -> None:
    await in_force(team, BONUS)
    await draft(team, 'id = "sketch"\nname = "Sketch"\npoints = 1')
    refused = await refusal(attempt(team))
    assert (refused.code, refused.reason) == (code, reason)


async def test_a_definition_that_is_wrong_is_refused_with_its_line_and_the_reason(team: Caller) -> None:
    refused = await refusal(draft(team, BONUS.replace("points", "ponts")))
    assert (refused.code, refused.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "RULE_INVALID")
    assert (refused.facts["line"], refused.fields) == ("3", ("definition",))
    assert refused.message == "line 3: ponts: unknown field; did you mean points"
    refused = await refusal(draft(team, f"{BONUS}tiers = ['PLATINUM']"))
    assert refused.message.startswith("line 4: tiers: no level is called 'PLATINUM'")


async def test_rules_are_listed_by_state_page_by_page(backend: Caller, team: Caller) -> None:
    for name in ("a", "b", "c"):
        await in_force(team, f'id = "{name}"\nname = "{name}"\npoints = 1')
        await draft(team, f'id = "{name}"\nname = "{name}"\npoints = 2')
    seen, token = [], ""
    while True:
        request = pb.ListRulesRequest(page_size=2, page_token=token)
        page: pb.ListRulesResponse = await backend.call(backend.earning.ListRules, request)
        seen += [(one.rule_id, one.version) for one in page.rules]
        token = page.next_page_token
        if not token:
            break
    assert seen == [("a", 1), ("a", 2), ("b", 1), ("b", 2), ("base", 1), ("c", 1), ("c", 2)]
    drafts = pb.ListRulesRequest(state=pb.RULE_STATE_DRAFT)
    found: pb.ListRulesResponse = await backend.call(backend.earning.ListRules, drafts)
    assert [(one.rule_id, one.version) for one in found.rules] == [("a", 2), ("b", 2), ("c", 2)]


# --- limits ---


async def test_limits_and_budgets_hold_under_fifty_concurrent_orders(
    house: House, backend: Caller, team: Caller
) -> None:
    people = [f"member-{number}" for number in range(10)]
    await asyncio.gather(*(backend.enrol(one) for one in people))
    await in_force(team, f"{BONUS}budget_points = 620")
    await in_force(team, 'id = "own"\nname = "Thrice"\npoints = 5\nmember_times_max = 3')
    await asyncio.gather(*(backend.record_order(order(customer_id=people[n % 10])) for n in range(50)))
    assert sorted(points for _, points in given(house, "bonus")) == [20] + [50] * 12
    own = [customer_id for customer_id, _ in given(house, "own")]
    assert {customer_id: own.count(customer_id) for customer_id in people} == dict.fromkeys(people, 3)
    answer = await team.call(team.earning.GetRule, pb.GetRuleRequest(rule_id="bonus"))
    assert answer.budget_given_points == 620


async def test_limits_hold_within_one_batch_and_over_the_versions_of_a_rule(
    house: House, backend: Caller, team: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await in_force(team, f"{BONUS}budget_points = 120")
    await backend.record_batch(*(order_record(price=100) for _ in range(4)))
    assert [points for _, points in given(house, "bonus")] == [50, 50, 20]
    await backend.record_return(goods_back(quantity=4))
    clock.advance(hours=1)
    await in_force(team, f"{BONUS}budget_points = 150")
    await backend.record_order(order(at=clock.now()))
    assert sum(points for _, points in given(house, "bonus")) == 150


async def test_a_members_limit_of_a_month_begins_anew_with_the_next(
    house: House, backend: Caller, team: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await in_force(team, f'{BONUS}member_points_max = 70\nmember_period = "MONTH"')
    for at in (NOON, NOON + timedelta(hours=1), NOON + timedelta(hours=2), NOON.replace(month=4)):
        clock.move_to(at)
        await backend.record_order(order(at=at))
    assert [points for _, points in given(house, "bonus")] == [50, 20, 50]


# --- what rules ask of customers ---


WELCOME = 'id = "welcome"\nname = "Welcome"\npoints = 100\nfirst_purchase = true\n'


async def test_only_the_first_order_that_is_kept_is_a_first_purchase(
    house: House, backend: Caller, team: Caller
) -> None:
    await in_force(team, WELCOME)
    await backend.enrol("anna")
    await backend.record_order(order("o-1"))
    await backend.record_order(order("o-2"))
    assert len(given(house, "welcome")) == 1
    await backend.record_return(goods_back(order_id="o-1"))
    await backend.record_return(goods_back(order_id="o-2"))
    await backend.record_order(order("o-3"))
    assert len(given(house, "welcome")) == 2


async def test_of_new_orders_that_arrive_together_one_is_the_first_purchase(
    house: House, backend: Caller, team: Caller
) -> None:
    await in_force(team, WELCOME)
    await backend.record_order(order("old", customer_id="ben", at=NOON - timedelta(days=1)))
    await backend.enrol("anna")
    await backend.enrol("ben")
    await backend.record_batch(
        order_record(order_id="z"), order_record(order_id="a"), order_record(order_id="b", customer_id="ben")
    )
    assert given(house, "welcome") == [("anna", 100)]


async def test_a_rule_of_a_tier_or_channel_is_for_those_alone(
    house: House, backend: Caller, team: Caller
) -> None:
    await in_force(team, 'id = "silver"\nname = "S"\npoints = 9\ntiers = ["SILVER"]')
    await in_force(team, 'id = "store"\nname = "S"\npoints = 8\nchannels = ["STORE"]')
    await backend.enrol("anna")
    await backend.record_order(order(price=60_000))  # rises to SILVER
    await backend.record_order(order(channel=3))
    assert (given(house, "silver"), given(house, "store")) == ([("anna", 9)], [("anna", 8)])


async def test_a_birthday_is_read_from_the_sealed_profile(
    house: House, backend: Caller, team: Caller
) -> None:
    await in_force(team, 'id = "birthday"\nname = "B"\npoints = 9\nbirthday = "DAY"')
    for customer_id, birthday in (("anna", "1980-03-10"), ("ben", "1980-03-11"), ("cleo", "")):
        await backend.enrol(customer_id)
        await update_profile(backend, customer_id, "birthday", birthday=birthday)
        await backend.record_order(order(customer_id=customer_id))
    assert given(house, "birthday") == [("anna", 9)]


# --- what is no order ---


async def test_who_enrols_is_welcomed_at_once(house: House, backend: Caller, team: Caller) -> None:
    await in_force(team, 'id = "hello"\nname = "Hello"\ntrigger = "ENROLMENT"\npoints = 30')
    await backend.enrol("anna")
    assert (await backend.balance("anna")).active_points == 30
    with house.database.engine.connect() as connection:
        assert "anna" not in connection.execute(select(lots.c.lot_id)).scalar_one()  # lots outlive erasing


def rewarded(house: House, *events: Any) -> None:
    """Let the reaction answer events, in a transaction of its own."""
    database = house.database
    with database.engine.begin() as connection:
        award_occasions(
            UnitOfWork(connection, database.clock.now(), database.programme, database.vault), events
        )


async def test_both_sides_of_a_referral_are_paid_by_their_own_rules(
    house: House, backend: Caller, team: Caller
) -> None:
    for side, points in (("REFERRER", 200), ("FRIEND", 100)):
        rule_id = side.lower()
        await in_force(
            team,
            f'id = "{rule_id}"\nname = "R"\ntrigger = "REFERRAL"\nrecipient = "{side}"\npoints = {points}',
        )
    await backend.enrol("anna")
    await backend.enrol("ben")
    rewarded(house, ReferralEarned("ref-1", "anna", "ben", NOON))
    assert [(await backend.balance(one)).active_points for one in ("anna", "ben")] == [200, 100]


async def test_who_may_not_earn_gets_nothing_for_an_answer(
    house: House, backend: Caller, team: Caller
) -> None:
    await in_force(team, 'id = "thanks"\nname = "T"\ntrigger = "SURVEY"\npoints = 10\nmember_times_max = 1')
    await backend.enrol("anna")
    await backend.enrol("ben")
    with house.database.engine.begin() as connection:
        connection.execute(update(members).where(members.c.customer_id == "ben").values(state="SUSPENDED"))
    answers = [
        SurveyAnswered(who, "NPS", 9, number, NOON)
        for number, who in enumerate(("anna", "anna", "ben", "guest"))
    ]
    rewarded(house, *answers)
    assert given(house, "thanks") == [("anna", 10)]


# --- cost ---


async def test_with_the_base_rule_alone_awards_cost_one_statement(house: House) -> None:
    basket = (BasketLine(0, "tea", "", 2_500),)
    orders = [Occasion(f"c{n}", f"default/o{n}", "ORDER", NOON, "WEB", basket) for n in range(20)]
    database = house.database
    with database.engine.begin() as connection, statements(connection) as seen:
        unit = UnitOfWork(connection, NOON, database.programme, database.vault)
        awards = award_all(unit, orders)
    assert [[one.points for one in of_order] for of_order in awards] == [[25]] * 20
    assert len(seen) == 1


async def test_a_rule_without_limits_leaves_no_trace_of_usage(
    house: House, backend: Caller, team: Caller
) -> None:
    await backend.enrol("anna")
    await in_force(team, BONUS)
    await backend.record_order(order())
    with house.database.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(rule_usage)).scalar_one() == 0
