"""Saved segments and lists by filter through gRPC, on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from regulars.engagement.v1 import segments_pb2
from regulars.engagement.v1 import segments_service_pb2 as pb
from sqlalchemy import insert

from services.composition import House
from services.engagement.use_cases.rescoring import Chunk, score_chunk
from services.storage import tables
from services.storage.personal import HOLDINGS
from tests.conftest import CallerOf
from tests.integration.different_customers import listed, open_shop
from tests.integration.people import erase, merge
from tests.integration.shop import NOON, Caller, ManualClock, fresh_id, order, refusal

DAY = timedelta(days=1)


@pytest.fixture
async def team(caller_of: CallerOf) -> Caller:
    return await open_shop(caller_of)


async def save(team: Caller, name: str, text: str, **fields: str) -> segments_pb2.SavedSegment:
    asked = {"request_id": fresh_id("r"), "name": name, "filter": text, "actor": "lea", **fields}
    request = pb.CreateSegmentRequest(**asked)
    segment: segments_pb2.SavedSegment = (await team.call(team.segments.CreateSegment, request)).segment
    return segment


async def members_of(team: Caller, segment_id: str, order_by: str = "") -> list[str]:
    request = pb.ListSegmentMembersRequest(segment_id=segment_id, order_by=order_by)
    answer = await team.call(team.segments.ListSegmentMembers, request)
    return [one.customer_id for one in answer.members]


async def explained(team: Caller, customer_id: str, text: str) -> pb.ExplainMembershipResponse:
    request = pb.ExplainMembershipRequest(customer_id=customer_id, filter=text)
    answer: pb.ExplainMembershipResponse = await team.call(team.segments.ExplainMembership, request)
    return answer


async def test_a_saved_segment_holds_whoever_fits_when_asked(team: Caller, caller_of: CallerOf) -> None:
    segment = await save(team, "Once bought", "orders = 1 AND recency_days < 400")
    assert await members_of(team, segment.segment_id, "last_order_at desc") == ["ben", "dora"]
    await caller_of("backend").record_order(order(customer_id="ben", at=NOON - DAY))
    assert await members_of(team, segment.segment_id) == ["dora"]


async def test_a_saved_segment_says_who_made_it_what_it_is(team: Caller, clock: ManualClock) -> None:
    made = await save(team, " Regulars ", "orders >= 2", description="come back")
    later = clock.advance(hours=1)
    asked = {
        "request_id": "u-1",
        "segment_id": made.segment_id,
        "filter": "orders >= 3",
        "description": "",
        "actor": "max",
        "etag": made.etag,
    }
    request = pb.UpdateSegmentRequest(**asked)  # type: ignore[arg-type]
    changed = (await team.call(team.segments.UpdateSegment, request)).segment
    assert (changed.name, changed.description, changed.filter) == ("Regulars", "come back", "orders >= 3")
    assert (changed.created_by, changed.changed_by) == ("lea", "max")
    assert changed.created_at.ToDatetime() == made.created_at.ToDatetime()
    assert changed.changed_at.ToDatetime() == later.replace(tzinfo=None)
    read = await team.call(team.segments.GetSegment, pb.GetSegmentRequest(segment_id=made.segment_id))
    assert read.segment == changed
    assert [(one.action, one.actor, one.filter) for one in read.changes] == [
        (segments_pb2.SEGMENT_ACTION_UPDATED, "max", "orders >= 3"),
        (segments_pb2.SEGMENT_ACTION_CREATED, "lea", "orders >= 2"),
    ]


async def test_a_mask_says_what_to_change_even_to_nothing(team: Caller) -> None:
    made = await save(team, "Regulars", "orders >= 2", description="come back")

    async def update(paths: list[str], **fields: str) -> Any:
        asked = {"request_id": fresh_id("r"), "segment_id": made.segment_id, "actor": "max", **fields}
        request = pb.UpdateSegmentRequest(**asked, update_mask=FieldMask(paths=paths))
        return await team.call(team.segments.UpdateSegment, request)

    changed = (await update(["description"], name="ignored")).segment
    assert (changed.name, changed.description) == ("Regulars", "")
    assert (await refusal(update(["filters"]))).reason == "UPDATE_MASK_INVALID"
    assert (await refusal(update(["name"], name=" "))).reason == "NAME_BLANK"
    assert (await refusal(update(["filter"]))).reason == "FILTER_INVALID"


async def test_an_edit_of_what_somebody_changed_meanwhile_is_refused(team: Caller) -> None:
    made = await save(team, "Regulars", "orders >= 2")
    first = pb.UpdateSegmentRequest(
        request_id="u-1", segment_id=made.segment_id, filter="orders >= 3", actor="max", etag=made.etag
    )
    await team.call(team.segments.UpdateSegment, first)
    again = pb.UpdateSegmentRequest(
        request_id="u-2", segment_id=made.segment_id, filter="orders >= 4", actor="max", etag=made.etag
    )
    refused = await refusal(team.call(team.segments.UpdateSegment, again))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "SEGMENT_CHANGED")
    gone = pb.DeleteSegmentRequest(request_id="d-1", segment_id=made.segment_id, actor="max", etag=made.etag)
    assert (await refusal(team.call(team.segments.DeleteSegment, gone))).reason == "SEGMENT_CHANGED"


async def test_no_two_segments_have_the_same_name(team: Caller) -> None:
    made = await save(team, "Big  spenders", "orders >= 2")
    other = await save(team, "Small spenders", "orders = 1")
    refused = await refusal(save(team, "big spenders ", "orders = 1"))
    assert (refused.code, refused.reason) == (grpc.StatusCode.ALREADY_EXISTS, "SEGMENT_NAME_TAKEN")
    assert refused.facts["segment_id"] == made.segment_id
    fields = {"request_id": "u-1", "segment_id": other.segment_id, "actor": "max"}
    request = pb.UpdateSegmentRequest(name="BIG SPENDERS", **fields)  # type: ignore[arg-type]
    assert (await refusal(team.call(team.segments.UpdateSegment, request))).reason == "SEGMENT_NAME_TAKEN"


async def test_of_many_who_save_the_same_name_one_succeeds(team: Caller) -> None:
    tries = (save(team, "Regulars", "orders >= 2") for _ in range(8))
    made = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, segments_pb2.SavedSegment) for one in made) == 1


async def test_a_deleted_segment_frees_its_name_and_keeps_its_history(house: House, team: Caller) -> None:
    made = await save(team, "Regulars", "orders >= 2")
    request = pb.DeleteSegmentRequest(
        request_id="d-1", segment_id=made.segment_id, actor="max", etag=made.etag
    )
    await team.call(team.segments.DeleteSegment, request)
    await team.call(team.segments.DeleteSegment, request)  # a repeat gets the first answer
    for call in (
        team.call(team.segments.GetSegment, pb.GetSegmentRequest(segment_id=made.segment_id)),
        members_of(team, made.segment_id),
    ):
        assert (await refusal(call)).reason == "SEGMENT_NOT_FOUND"
    await save(team, "Regulars", "orders >= 2")
    with house.database.engine.connect() as connection:
        history = connection.execute(tables.segment_changes.select()).mappings().all()
    assert [(one["action"], one["actor"]) for one in history] == [
        ("CREATED", "lea"),
        ("DELETED", "max"),
        ("CREATED", "lea"),
    ]


@pytest.mark.parametrize("text", ["ordres = 1", "orders = many", "  ", "orders = 1 AND (tier = GOLD"])
async def test_a_segment_that_cannot_be_read_is_not_saved(team: Caller, text: str) -> None:
    refused = await refusal(save(team, "Regulars", text))
    assert (refused.reason, refused.fields) == ("FILTER_INVALID", ("filter",))
    assert int(refused.facts["position"]) >= 1
    answer = await team.call(team.segments.ListSegments, pb.ListSegmentsRequest())
    assert list(answer.segments) == []


async def test_segments_are_listed_by_name_page_by_page(team: Caller) -> None:
    for name in ("cherry", "Apple", "banana"):
        await save(team, name, "orders >= 1")
    seen: list[str] = []
    token = ""
    while True:
        request = pb.ListSegmentsRequest(page_size=2, page_token=token)
        page = await team.call(team.segments.ListSegments, request)
        seen += [one.name for one in page.segments]
        token = page.next_page_token
        if not token:
            break
    assert seen == ["Apple", "banana", "cherry"]


async def test_a_count_comes_with_its_share(team: Caller) -> None:
    segment = await save(team, "Buyers", "orders >= 1")
    for asked in ({"segment_id": segment.segment_id}, {"filter": "orders >= 1"}):
        request = pb.CountSegmentMembersRequest(**asked)
        found = await team.call(team.segments.CountSegmentMembers, request)
        assert (found.customers, found.share.value, found.share.n) == (3, 0.75, 4)
        assert found.share.low < 0.75 < found.share.high
        assert found.counted_at.ToDatetime() == NOON.replace(tzinfo=None)


async def test_a_membership_is_explained_condition_by_condition(team: Caller) -> None:
    found = await explained(team, "ben", "(orders >= 2 OR member_state = ACTIVE) AND NOT recency_days < 30")
    assert found.explanation.holds
    either, negated = found.explanation.parts
    orders, state = either.parts
    assert (orders.holds, orders.condition.field, orders.condition.own_value) == (False, "orders", "1")
    assert (state.holds, state.condition.text, state.condition.position) == (
        True,
        "member_state = ACTIVE",
        17,
    )
    assert negated.holds
    assert negated.parts[0].words == (
        "days since the last order in 365 days: 40 days; asked for less than 30 days: does not hold"
    )
    assert found.scored_at.ToDatetime() == NOON.replace(tzinfo=None)


async def test_what_is_explained_is_what_is_listed(team: Caller) -> None:
    for text in ("orders >= 2", "NOT tier = GOLD", "nps < 9 OR recency_days > 100", "NOT nps:*"):
        members = await listed(team, text)
        for customer_id in ("anna", "ben", "cleo", "dora"):
            found = await explained(team, customer_id, text)
            assert found.explanation.holds == (customer_id in members), (text, customer_id)


async def test_the_unknown_and_the_never_scored_are_told_apart(house: House, team: Caller) -> None:
    with house.database.engine.begin() as connection:
        connection.execute(insert(tables.customers), [{"customer_id": "emil", "first_seen_at": NOON}])
    assert (await refusal(explained(team, "nobody", "orders = 0"))).reason == "CUSTOMER_NOT_FOUND"
    found = await explained(team, "emil", "NOT orders > 5")
    assert (found.explanation.holds, found.HasField("scored_at")) == (False, False)
    assert "emil" not in await listed(team, "NOT orders > 5")


async def test_whoever_is_erased_is_in_no_segment(team: Caller, caller_of: CallerOf) -> None:
    segment = await save(team, "Buyers", "orders >= 1")
    await erase(caller_of("admin"), "anna")
    assert "anna" not in await members_of(team, segment.segment_id)


async def test_whoever_was_merged_is_in_no_segment_even_after_the_night(
    house: House, team: Caller, caller_of: CallerOf
) -> None:
    await merge(caller_of("admin"), survivor="anna", merged="dora")
    await house.database.write(score_chunk, Chunk(""))
    assert await listed(team, "NOT orders > 100", "customer_id") == ["anna", "ben", "cleo"]


def test_what_is_kept_of_a_customers_groups_is_personal() -> None:
    assert HOLDINGS["customer_personas"].exported
    assert not HOLDINGS["saved_segments"].owners
