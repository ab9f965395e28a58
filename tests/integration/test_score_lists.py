"""Lists of scores by filter and order through gRPC: every field, on both databases."""

from __future__ import annotations

from datetime import timedelta

import grpc
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from regulars.engagement.v1 import engagement_service_pb2 as engagement
from sqlalchemy import delete, insert

from services.composition import House
from services.engagement.queries.lists import count_rows, find_values, list_rows
from services.engagement.queries.scores import SCORE_COLUMNS
from services.engagement.rules.fields import FIELDS
from services.engagement.rules.lists import wanted
from services.filtering.evaluating import evaluate
from services.filtering.tree import OPERATORS, Kind, Operator
from services.storage import tables
from tests.conftest import CallerOf
from tests.integration.different_customers import listed, open_shop
from tests.integration.shop import NOON, Caller, refusal

DAY = timedelta(days=1)


@pytest.fixture
async def team(caller_of: CallerOf) -> Caller:
    return await open_shop(caller_of)


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
