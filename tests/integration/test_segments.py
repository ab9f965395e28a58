"""Saved segments and lists by filter through gRPC, on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from regulars.engagement.v1 import engagement_service_pb2 as engagement
from regulars.engagement.v1 import segments_pb2
from regulars.engagement.v1 import segments_service_pb2 as pb
from sqlalchemy import delete, insert

from services.composition import House
from services.engagement.queries.lists import count_rows, find_values, list_rows
from services.engagement.queries.scores import SCORE_COLUMNS
from services.engagement.rules.fields import FIELDS
from services.engagement.rules.lists import wanted
from services.filtering.evaluating import evaluate
from services.filtering.tree import OPERATORS, Kind, Operator
from services.storage import tables
from services.storage.personal import HOLDINGS
from tests.conftest import CallerOf
from tests.integration.people import erase
from tests.integration.shop import NOON, STORE, WEB, Caller, ManualClock, fresh_id, order, refusal
from tests.integration.test_scores import answer_survey

DAY = timedelta(days=1)


@pytest.fixture
async def team(caller_of: CallerOf) -> Caller:
    """The team's key, beside customers who differ: anna buys much, ben once, cleo never, dora long ago."""
    backend = caller_of("backend")
    for customer_id in ("anna", "ben", "cleo"):
        await backend.enrol(customer_id, enrolled_at=NOON - 90 * DAY)
    for number in range(5):
        channel = WEB if number % 2 else STORE
        await backend.record_order(order(at=NOON - number * 20 * DAY, price=9_000, channel=channel))
    await backend.record_order(order(customer_id="ben", at=NOON - 40 * DAY, price=1_000))
    await backend.record_order(order(customer_id="dora", at=NOON - 300 * DAY, price=2_000))
    await answer_survey(backend, "anna", 9)
    return caller_of("team")


async def save(team: Caller, name: str, text: str, **fields: str) -> segments_pb2.SavedSegment:
    asked = {"request_id": fresh_id("r"), "name": name, "filter": text, "actor": "lea", **fields}
    request = pb.CreateSegmentRequest(**asked)
    segment: segments_pb2.SavedSegment = (await team.call(team.segments.CreateSegment, request)).segment
    return segment


async def listed(caller: Caller, text: str = "", order_by: str = "", **fields: Any) -> list[str]:
    request = engagement.ListScoresRequest(filter=text, order_by=order_by, **fields)
    answer = await caller.call(caller.engagement.ListScores, request)
    return [one.customer_id for one in answer.scores]


async def members_of(team: Caller, segment_id: str, order_by: str = "") -> list[str]:
    request = pb.ListSegmentMembersRequest(segment_id=segment_id, order_by=order_by)
    answer = await team.call(team.segments.ListSegmentMembers, request)
    return [one.customer_id for one in answer.members]


async def explained(team: Caller, customer_id: str, text: str) -> pb.ExplainMembershipResponse:
    request = pb.ExplainMembershipRequest(customer_id=customer_id, filter=text)
    answer: pb.ExplainMembershipResponse = await team.call(team.segments.ExplainMembership, request)
    return answer


FOUND: dict[str, set[str]] = {
    "orders >= 2": {"anna"},
    "orders = 1": {"ben", "dora"},
    "orders = 0": {"cleo"},
    "segment = PROSPECT": {"cleo"},
    "NOT segment = PROSPECT": {"anna", "ben", "dora"},
    "recency:* AND frequency:* AND monetary:*": {"anna", "ben", "dora"},
    "coverage > 0.9 AND coverage <= 1": {"anna"},
    "score:*": {"anna", "ben", "dora"},
    "net_minor >= 45000": {"anna"},
    "aov_minor = 9000": {"anna"},
    "repeat_rate > 0": {"anna"},
    "orders_per_year = 5": {"anna"},
    "gap_days_median = 20": {"anna"},
    "channels = 2": {"anna"},
    "omnichannel = false": {"anna", "ben", "cleo", "dora"},
    "recency_days < 1": {"anna"},
    "recency_days > 40.5": {"dora"},
    'last_order_at < "2026-02-01"': {"ben", "dora"},
    "nps >= 9": {"anna"},
    "sentiment > 0.8": {"anna"},
    "member_state = ACTIVE": {"anna", "ben", "cleo"},
    "NOT member_state:*": {"dora"},
    "member_days >= 90 AND member_days < 91": {"anna", "ben", "cleo"},
    'enrolled_at < "2026-01-01"': {"anna", "ben", "cleo"},
    'tier : "BRON"': {"anna", "ben", "cleo"},
    "tier = GOLD OR tier = SILVER": set(),
    "customer_id = 'ben' OR customer_id : \"le\"": {"ben", "cleo"},
    "experience_level = 0": {"ben", "cleo", "dora"},
    "persona:* OR churn_band:* OR churn_probability:* OR value_at_risk_minor:*": set(),
    "pages_per_session:* OR open_rate:*": set(),
}


async def test_every_field_finds_its_customers(team: Caller) -> None:
    assert {text: set(await listed(team, text)) for text in FOUND} == FOUND


def test_every_field_is_looked_for() -> None:
    assert all(any(name in text for text in FOUND) for name in FIELDS)


async def test_every_field_can_be_sorted_by_and_paged_through(team: Caller) -> None:
    for name in FIELDS:
        for direction in ("asc", "desc"):
            whole = await listed(team, order_by=f"{name} {direction}")
            assert sorted(whole) == ["anna", "ben", "cleo", "dora"]
            assert await paged(team, f"{name} {direction}") == whole, name


async def paged(team: Caller, order_by: str) -> list[str]:
    """All pages of one row each."""
    seen: list[str] = []
    token = ""
    while True:
        request = engagement.ListScoresRequest(order_by=order_by, page_size=1, page_token=token)
        page = await team.call(team.engagement.ListScores, request)
        seen += [one.customer_id for one in page.scores]
        token = page.next_page_token
        if not token:
            return seen


async def test_an_order_of_several_fields_decides_in_their_turn(team: Caller) -> None:
    assert await listed(team, order_by="orders desc, last_order_at") == ["anna", "dora", "ben", "cleo"]
    assert await listed(team, order_by="recency_days") == ["anna", "ben", "dora", "cleo"]
    assert (await listed(team, order_by="score"))[-1] == (await listed(team))[-1] == "cleo"  # has none


async def test_a_filter_narrows_a_list_of_one_rfm_segment(team: Caller) -> None:
    assert await listed(team, "orders = 0", segment="SEGMENT_PROSPECT") == ["cleo"]
    assert await listed(team, "orders = 1", segment="SEGMENT_PROSPECT") == []


@pytest.mark.parametrize(
    ("fields", "field", "reason", "position"),
    [
        ({"filter": "ordres = 1"}, "filter", "FILTER_INVALID", "1"),
        ({"filter": "orders = 1 AND tier > GOLD"}, "filter", "FILTER_INVALID", "21"),
        ({"order_by": "orders down"}, "order_by", "ORDER_BY_INVALID", "1"),
    ],
)
async def test_a_list_that_cannot_be_read_is_refused_with_the_place(
    team: Caller, fields: dict[str, str], field: str, reason: str, position: str
) -> None:
    request = engagement.ListScoresRequest(**fields)  # type: ignore[arg-type]
    refused = await refusal(team.call(team.engagement.ListScores, request))
    assert (refused.code, refused.fields) == (grpc.StatusCode.INVALID_ARGUMENT, (field,))
    assert (refused.reason, refused.facts["position"]) == (reason, position)
    assert refused.facts["expected"]


async def test_a_token_of_another_list_is_refused(team: Caller) -> None:
    request = engagement.ListScoresRequest(order_by="orders", page_size=1)
    token = (await team.call(team.engagement.ListScores, request)).next_page_token
    other = engagement.ListScoresRequest(order_by="orders desc", page_size=1, page_token=token)
    assert (await refusal(team.call(team.engagement.ListScores, other))).reason == "PAGE_TOKEN_INVALID"


async def test_a_prediction_of_a_model_that_is_not_ready_is_no_value(house: House, team: Caller) -> None:
    churn = {
        "customer_id": "anna",
        "probability": 0.7,
        "band": "HIGH",
        "reasons": [],
        "value_minor": 100,
        "expected_loss_minor": 70,
    }
    run = {
        **dict.fromkeys(("model", "version"), "m"),
        **dict.fromkeys(("cutoff", "scored_at"), NOON),
        "subject": "churn",
        "horizon_days": 90,
        "report": {},
    }
    for readiness, found in (("NOT_READY", []), ("BASELINE", ["anna"])):
        with house.database.engine.begin() as connection:
            connection.execute(delete(tables.churn_predictions))
            connection.execute(delete(tables.prediction_runs))
            connection.execute(insert(tables.churn_predictions), [churn])
            connection.execute(insert(tables.prediction_runs), [{**run, "readiness": readiness}])
        asked = "churn_band = HIGH AND churn_probability > 0.5 AND value_at_risk_minor >= 70"
        assert await listed(team, asked) == found


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


# Values that the shop of these tests has, and some that it has not.
ASKED: dict[Kind, st.SearchStrategy[str]] = {
    Kind.NUMBER: st.sampled_from(
        ["0", "1", "2", "5", "0.8", "0.95", "9", "20", "100", "1000", "9000", "45000"]
    ),
    Kind.TEXT: st.sampled_from(['"anna"', '"BRONZE"', '"dora"', '"e"']),
    Kind.ENUM: st.sampled_from(["ACTIVE", "PROSPECT", "HIGH", "NEW", "CHAMPIONS", "DORMANT"]),
    Kind.BOOL: st.sampled_from(["true", "false"]),
    Kind.MOMENT: st.sampled_from(['"2026-03-10T12:00:00Z"', '"2026-01-29T12:00:00Z"', '"2025-12-10"']),
    Kind.AGE: st.sampled_from(["0", "40", "90", "300", "20.5"]),
}


@st.composite
def real_conditions(draw: st.DrawFn) -> str:
    """A condition about a real field."""
    field = FIELDS[draw(st.sampled_from(sorted(FIELDS)))]
    operator = draw(st.sampled_from(OPERATORS[field.kind]))
    value = draw(ASKED[field.kind].filter(lambda text: not field.values or text in field.values))
    return f"{field.name}{operator}" if operator is Operator.PRESENT else f"{field.name} {operator} {value}"


REAL_FILTERS = st.recursive(
    real_conditions(),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"({two[0]} AND {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} OR {two[1]})"),
        inner.map(lambda one: f"NOT {one}"),
    ),
    max_leaves=5,
)


async def test_the_database_answers_for_everybody_as_the_explanation_does(house: House, team: Caller) -> None:
    del team  # the shop is there
    programme = house.database.programme
    with house.database.engine.connect() as connection:
        shop = {one: find_values(connection, one, "BRONZE") for one in ("anna", "ben", "cleo", "dora")}

        @hypothesis_settings(max_examples=150)
        @given(text=REAL_FILTERS)
        def check(text: str) -> None:
            asked = wanted(text, "", NOON, programme)
            found = {row[0] for row, _ in list_rows(connection, SCORE_COLUMNS, asked, None, 10)}
            assert found == {
                one for one, known in shop.items() if known and evaluate(asked.tree, known[0], NOON)
            }
            assert count_rows(connection, asked) == (len(found), 4)

        check()


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


def test_what_is_kept_of_a_customers_groups_is_personal() -> None:
    assert HOLDINGS["customer_personas"].exported
    assert not HOLDINGS["saved_segments"].owners
