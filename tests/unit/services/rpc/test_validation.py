"""The rules of the .proto files: the field at fault is named with its path."""

from __future__ import annotations

import pytest
from google.protobuf.message import Message
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.presence.v1 import presence_service_pb2 as presence

from services.errors import InvalidError, MomentOutOfRangeError
from services.rpc.validation import (
    NotAMessageError,
    ValueUnknownError,
    first_problem,
    guarded,
    legible,
    located,
    valid,
    validate,
)
from services.rpc.wire import moment


def order(**fields: object) -> activity.Order:
    good = activity.OrderLine(sku="tea", quantity=1, unit_price_minor=1)
    base = {
        "order_id": "o",
        "customer_id": "anna",
        "placed_at": {"seconds": 1},
        "channel": "CHANNEL_WEB",
        "currency": "GBP",
        "lines": [good],
    }
    return activity.Order(**{**base, **fields})  # type: ignore[arg-type]


def request(**fields: object) -> activity.RecordOrderRequest:
    return activity.RecordOrderRequest(request_id="r", order=order(**fields))


BAD_LINE = activity.OrderLine(sku="tea", quantity=-1)
GOOD_LINE = activity.OrderLine(sku="tea", quantity=1)


@pytest.mark.parametrize(
    ("message", "path"),
    [
        (activity.RecordOrderRequest(order=order()), "request_id"),
        (activity.RecordOrderRequest(request_id="r"), "order"),
        (request(customer_id=""), "order.customer_id"),
        (request(lines=[GOOD_LINE, GOOD_LINE, BAD_LINE]), "order.lines[2].quantity"),
        (request(lines=[]), "order.lines"),
        (activity.OrderRecord(order=order(lines=[BAD_LINE])), "order.lines[0].quantity"),
        (presence.SessionRequest(hello=presence.Hello(gateway="g", store="s", epoch="short")), "hello.epoch"),
    ],
)
def test_the_first_field_at_fault_is_named(message: Message, path: str) -> None:
    problem = first_problem(message)
    assert problem is not None
    assert problem.field == path
    assert problem.message.startswith(f"{path}: ")


def test_a_value_that_nobody_knows_is_answered_with_those_that_are_known() -> None:
    problem = first_problem(activity.OrderRecord(order=order(channel=99)))
    assert isinstance(problem, ValueUnknownError)
    assert problem.field == "order.channel"
    assert problem.message.startswith("order.channel: is no value that this server knows; send one of ")
    assert "CHANNEL_WEB, " in problem.message
    assert "UNSPECIFIED" not in problem.message


def test_a_time_that_lies_in_no_year_is_told_with_its_field() -> None:
    in_milliseconds = request(placed_at={"seconds": 1_700_000_000_000})
    with pytest.raises(MomentOutOfRangeError) as caught:
        moment(in_milliseconds.order.placed_at)
    found = located(caught.value, in_milliseconds)
    assert isinstance(found, MomentOutOfRangeError)
    assert found.field == "order.placed_at"
    assert found.message.startswith("order.placed_at: lies outside the years")


def test_a_good_message_has_no_problem() -> None:
    assert first_problem(request()) is None


def test_validate_raises_what_is_wrong() -> None:
    with pytest.raises(InvalidError, match="request_id"):
        validate(activity.RecordOrderRequest(order=order()))


def test_bytes_of_no_message_are_refused_as_such() -> None:
    read = guarded(activity.RecordOrderRequest.FromString)
    with pytest.raises(NotAMessageError):
        legible(read(b"\xff\xff"))
    with pytest.raises(NotAMessageError):
        valid(read(b"\xff\xff"))
    assert valid(read(request().SerializeToString())) == request()


def test_a_body_with_nul_in_a_text_is_refused_on_its_way_in() -> None:
    read = guarded(activity.RecordOrderRequest.FromString)
    body = request(lines=[activity.OrderLine(sku="te\0a", quantity=1)]).SerializeToString()
    with pytest.raises(InvalidError):
        valid(read(body))


def test_a_text_with_nul_is_refused_and_bytes_with_nul_are_not() -> None:
    problem = first_problem(request(lines=[GOOD_LINE, activity.OrderLine(sku="te\0a", quantity=1)]))
    assert problem is not None
    assert problem.field == "order.lines[1].sku"
    event = presence.PresenceEvent(
        seq=1, kind="PRESENCE_KIND_ENTER", pseudonym=bytes(8), observed_at={"seconds": 1}
    )
    assert first_problem(event) is None
