"""Times, request keys and page tokens between messages and values."""

from __future__ import annotations

import math
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.membership.v1 import membership_service_pb2 as membership

from services.errors import InvalidError
from services.rpc.wire import (
    BadPageTokenError,
    moment,
    moment_position,
    page_position,
    page_size,
    page_token,
    position_of,
    request_key,
    stamp,
)

MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(lambda one: one.replace(tzinfo=UTC))  # noqa: DTZ001
# Every identifier that the .proto files allow.
IDENTIFIERS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@given(MOMENTS)
def test_a_moment_survives_the_wire(at: datetime) -> None:
    found = stamp(at)
    assert found is not None
    assert moment(found) == at


def test_no_moment_is_no_stamp() -> None:
    assert stamp(None) is None


@pytest.mark.parametrize("seconds", [-(2**63), 2**63 - 1, 253_402_300_800, -62_135_596_801])
def test_a_moment_outside_the_calendar_is_invalid(seconds: int) -> None:
    with pytest.raises(InvalidError):
        moment(Timestamp(seconds=seconds))


@given(MOMENTS, IDENTIFIERS)
def test_a_token_of_a_list_by_time_leads_back_to_its_position(at: datetime, identifier: str) -> None:
    assert moment_position(page_token(position_of(at, identifier))) == (at, identifier)


@given(st.floats(0, 1e12), IDENTIFIERS)
def test_a_token_of_a_list_by_figure_leads_back_to_its_position(figure: float, identifier: str) -> None:
    assert page_position(page_token((figure, identifier)), (float, str)) == (figure, identifier)


@given(st.text(max_size=200))
def test_no_token_of_strangers_does_harm(token: str) -> None:
    with suppress(BadPageTokenError):
        assert not token or moment_position(token) is not None


@pytest.mark.parametrize(
    "position",
    [
        (2**70, "a"),
        (-(2**70), "a"),
        (True, "a"),
        (1.0, "a"),
        (1, 2),
        (1,),
        (1, "a", "b"),
        (1, "\0"),
        (1, "\ud800"),
    ],
    ids=repr,
)
def test_a_position_that_no_row_can_have_is_refused(position: tuple[object, ...]) -> None:
    with pytest.raises(BadPageTokenError):
        page_position(page_token(position), (int, str))  # type: ignore[arg-type]


@pytest.mark.parametrize("figure", [math.nan, math.inf])
def test_a_figure_that_is_none_is_refused(figure: float) -> None:
    with pytest.raises(BadPageTokenError):
        page_position(page_token((figure, "a")), (float, str))


def test_the_first_and_the_last_page_have_no_token() -> None:
    assert page_token(None) == ""
    assert page_position("", (int, str)) is None


def test_a_page_has_fifty_rows_unless_asked_otherwise() -> None:
    assert (page_size(0), page_size(7)) == (50, 7)


def test_a_request_is_named_by_its_id_and_all_that_it_asks_for() -> None:
    first = membership.EnrolMemberRequest(request_id="r", customer_id="anna")
    assert request_key(first) == request_key(
        membership.EnrolMemberRequest.FromString(first.SerializeToString())
    )
    others = (
        membership.EnrolMemberRequest(request_id="r", customer_id="ben"),
        membership.SetConsentsRequest(request_id="r", customer_id="anna"),
        activity.UpdateCartRequest(request_id="r", cart_id="anna"),
    )
    keys = {request_key(one).fingerprint for one in (first, *others)}
    assert {request_key(one).request_id for one in others} == {"r"}
    assert len(keys) == 4
