"""Levels of experience through gRPC: each from its own events, at any moment, and how they are spread."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import grpc
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.activity.v1 import events_pb2
from regulars.engagement.v1 import segments_pb2
from regulars.engagement.v1 import segments_service_pb2 as pb
from regulars.feedback.v1 import cases_service_pb2 as cases_pb2

from services.composition import House
from services.engagement.rules.experience import Level
from tests.conftest import CallerOf
from tests.integration.people import erase, merge
from tests.integration.recovering import cases, resolve
from tests.integration.shop import NOON, Caller, exchange, fresh_id, order, refusal, stamp
from tests.integration.test_scores import answer_survey

DAY = timedelta(days=1)
INFORMED, SOLVED, SERVED = (
    segments_pb2.EXPERIENCE_LEVEL_INFORMED,
    segments_pb2.EXPERIENCE_LEVEL_SOLVED,
    segments_pb2.EXPERIENCE_LEVEL_SERVED,
)
ANTICIPATED, PROACTIVE, TRANSFORMED, NONE = (
    segments_pb2.EXPERIENCE_LEVEL_ANTICIPATED,
    segments_pb2.EXPERIENCE_LEVEL_PROACTIVE,
    segments_pb2.EXPERIENCE_LEVEL_TRANSFORMED,
    segments_pb2.EXPERIENCE_LEVEL_NONE,
)


async def touch(
    backend: Caller, kind: str, at: datetime, customer_id: str = "anna", touchpoint: str = ""
) -> None:
    event = events_pb2.Event(
        event_id=fresh_id("e"),
        customer_id=customer_id,
        kind=f"EVENT_KIND_{kind}",
        channel="CHANNEL_APP",
        occurred_at=stamp(at),
        touchpoint=touchpoint,
    )
    request = activity.RecordEventRequest(request_id=fresh_id("r"), event=event)
    await backend.call(backend.activity.RecordEvent, request)


async def experience(
    caller: Caller, customer_id: str, as_of: datetime | None = None
) -> segments_pb2.Experience:
    request = pb.GetExperienceRequest(customer_id=customer_id, as_of=None if as_of is None else stamp(as_of))
    found: segments_pb2.Experience = (await caller.call(caller.segments.GetExperience, request)).experience
    return found


async def level_filtered(caller: Caller, customer_id: str) -> int:
    """The level that lists and segments know."""
    for level in Level:
        request = pb.ExplainMembershipRequest(
            customer_id=customer_id, filter=f"experience_level = {int(level)}"
        )
        answer = await caller.call(caller.segments.ExplainMembership, request)
        if answer.explanation.holds:
            return int(level)
    raise AssertionError(customer_id)


async def helped(house: House, backend: Caller) -> None:
    """Everything that shows a level happens to anna, the highest first and weeks apart."""
    for number in range(12):
        await backend.record_order(order(f"o-{number}", at=NOON - number * 7 * DAY, price=9_000))
    await answer_survey(backend, "anna", 10)
    await touch(backend, "RECOMMENDATION_ACCEPTED", NOON - 10 * DAY, touchpoint="auto_reorder")
    await touch(backend, "RECOMMENDATION_ACCEPTED", NOON - 20 * DAY, touchpoint="replenishment")
    await touch(backend, "RECOMMENDATION_ACCEPTED", NOON - 30 * DAY)
    await backend.record_exchange(exchange("o-6", at=NOON - 40 * DAY))
    await touch(backend, "HELP_VIEWED", NOON - 60 * DAY)
    await touch(backend, "HELP_VIEWED", NOON - 50 * DAY)


async def test_each_event_shows_its_level_from_its_moment_on(house: House, backend: Caller) -> None:
    await helped(house, backend)
    levels = {
        days: (await experience(backend, "anna", NOON - days * DAY)).level
        for days in (61, 60, 45, 35, 25, 15, 0)
    }
    assert levels == {
        61: NONE,
        60: INFORMED,
        45: INFORMED,
        35: SERVED,
        25: ANTICIPATED,
        15: PROACTIVE,
        0: TRANSFORMED,
    }


async def test_evidence_names_the_first_event_of_each_kind(house: House, backend: Caller) -> None:
    await helped(house, backend)
    found = await experience(backend, "anna")
    assert [(one.level, one.first_at.ToDatetime(), one.events) for one in found.evidence] == [
        (INFORMED, (NOON - 60 * DAY).replace(tzinfo=None), 2),
        (SERVED, (NOON - 40 * DAY).replace(tzinfo=None), 1),
        (ANTICIPATED, (NOON - 30 * DAY).replace(tzinfo=None), 1),
        (PROACTIVE, (NOON - 20 * DAY).replace(tzinfo=None), 2),
        (TRANSFORMED, (NOON - DAY).replace(tzinfo=None), 1),
    ]
    assert all(one.reference and one.words for one in found.evidence)
    assert found.evidence[0].words == "read help: first on 2026-01-09, 2 times by then"
    assert found.as_of.ToDatetime() == NOON.replace(tzinfo=None)


async def test_the_level_of_a_filter_is_the_explained_one(house: House, backend: Caller) -> None:
    await backend.enrol("anna")
    assert await level_filtered(backend, "anna") == 0
    await touch(backend, "HELP_VIEWED", NOON - DAY)
    assert await level_filtered(backend, "anna") == 1
    await helped(house, backend)
    assert await level_filtered(backend, "anna") == 6
    await answer_survey(backend, "anna", 3)  # no promoter any more, if it is the later answer
    assert await level_filtered(backend, "anna") == (await experience(backend, "anna")).level


async def test_a_resolved_case_and_a_make_good_show_their_levels(
    backend: Caller, caller_of: CallerOf
) -> None:
    team = caller_of("team")
    await answer_survey(backend, "anna", 2)
    (case,) = (await cases(backend)).cases
    assert (await experience(backend, "anna")).level == NONE
    gift = cases_pb2.GiveMakeGoodRequest(
        request_id=fresh_id("r"),
        case_id=case.case_id,
        kind="MAKE_GOOD_KIND_NOTE",
        amount=50,
        actor="ines",
        reason="a broken kettle",
    )
    await team.call(team.cases.GiveMakeGood, gift)
    assert (await experience(backend, "anna")).level == SERVED
    await resolve(team, case.case_id)
    found = await experience(backend, "anna")
    assert [one.level for one in found.evidence] == [SOLVED, SERVED]
    assert found.evidence[0].reference == case.case_id
    assert await level_filtered(backend, "anna") == 3


async def test_the_order_of_arrival_changes_no_level(backend: Caller) -> None:
    facts: list[Callable[[str], Awaitable[Any]]] = [
        lambda who: touch(backend, "HELP_VIEWED", NOON - 9 * DAY, who),
        lambda who: touch(backend, "HELP_VIEWED", NOON - 3 * DAY, who),
        lambda who: touch(backend, "RECOMMENDATION_ACCEPTED", NOON - 5 * DAY, who),
        lambda who: answer_survey(backend, who, 9),
        lambda who: backend.record_order(order(customer_id=who, at=NOON - 4 * DAY)),
    ]
    found = []
    for seed in range(3):
        random.Random(seed).shuffle(facts)
        for fact in facts:
            await fact(f"c-{seed}")
        found.append(await experience(backend, f"c-{seed}"))
    shown = [[(one.level, one.first_at.seconds, one.events) for one in one.evidence] for one in found]
    assert shown[0] == shown[1] == shown[2]
    assert len(shown[0]) >= 2


async def test_the_levels_of_merged_customers_are_the_survivors(backend: Caller, caller_of: CallerOf) -> None:
    admin = caller_of("admin")
    for who in ("anna", "ben"):
        await backend.enrol(who)
    await touch(backend, "RECOMMENDATION_ACCEPTED", NOON - DAY, "ben")
    await merge(admin, survivor="anna", merged="ben")
    assert (await experience(backend, "ben")).customer_id == "anna"
    assert (await experience(backend, "anna")).level == ANTICIPATED
    assert await level_filtered(backend, "anna") == 4


async def test_experience_is_told_of_known_customers_and_of_the_past_only(
    backend: Caller, caller_of: CallerOf
) -> None:
    assert (await refusal(experience(backend, "nobody"))).reason == "CUSTOMER_NOT_FOUND"
    await backend.enrol("anna")
    refused = await refusal(experience(backend, "anna", NOON + DAY))
    assert (refused.code, refused.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ("as_of",))
    await erase(caller_of("admin"), "anna")
    assert (await refusal(experience(backend, "anna"))).reason == "CUSTOMER_ERASED"


async def report(caller: Caller) -> pb.GetExperienceReportResponse:
    found: pb.GetExperienceReportResponse = await caller.call(
        caller.segments.GetExperienceReport, pb.GetExperienceReportRequest()
    )
    return found


async def test_the_report_counts_each_level_with_its_figures(backend: Caller, caller_of: CallerOf) -> None:
    for number in range(8):
        await backend.record_order(order(customer_id=f"c-{number}", price=1_000, at=NOON - 9 * DAY))
    for number in range(3):
        await touch(backend, "HELP_VIEWED", NOON - DAY, f"c-{number}")
        await backend.record_order(order(customer_id=f"c-{number}", price=2_000, at=NOON - DAY))
    found = await report(caller_of("team"))
    none, informed, solved = found.groups[:3]
    assert (none.level, none.customers, none.repeat_rate.value, none.repeat_rate.n) == (NONE, 5, 0.0, 5)
    assert (informed.customers, informed.share.value, informed.share.n) == (3, 3 / 8, 8)
    assert (informed.repeat_rate.value, informed.net_revenue.value) == (1.0, 3_000.0)
    assert (informed.net_revenue.unit, none.net_revenue.low) == ("GBP minor units", 1_000.0)
    assert (solved.customers, solved.repeat_rate.HasField("value")) == (0, False)
    (step,) = found.steps
    assert (step.from_level, step.to_level, step.buyers, step.repeat_buyers) == (NONE, INFORMED, 5, 5.0)
    assert step.repeat_rate_difference.low > 0
    assert step.repeat_rate_difference.few
    assert not found.HasField("best_step")  # a handful of customers is no ground to spend on
    assert "not cause" in found.caveat


async def test_a_report_of_nobody_has_no_figures(caller_of: CallerOf) -> None:
    found = await report(caller_of("team"))
    assert [one.customers for one in found.groups] == [0] * 7
    assert not any(one.share.HasField("value") for one in found.groups)
    assert list(found.steps) == []
