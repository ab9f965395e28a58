"""Broken rules of the .proto files are told in plain words."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from buf.validate import validate_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.earning.v1 import earning_service_pb2 as earning
from regulars.loyalty.v1 import loyalty_service_pb2 as loyalty
from regulars.membership.v1 import membership_service_pb2 as membership

from services.rpc.phrases import OF_PATTERNS
from services.rpc.validation import first_problem

PROTO = Path(__file__).parents[4] / "proto"


def messages() -> Iterator[Descriptor]:
    """Every message of the API."""
    for path in (PROTO / "regulars").rglob("*_pb2.py"):
        module = importlib.import_module(".".join(path.relative_to(PROTO).with_suffix("").parts))
        yield from module.DESCRIPTOR.message_types_by_name.values()


def patterns(field: FieldDescriptor) -> Iterator[str]:
    """The patterns that the field's texts keep."""
    rules: Any = field.GetOptions().Extensions[validate_pb2.field]  # type: ignore[index]
    for texts in (rules.string, rules.repeated.items.string):
        if texts.HasField("pattern"):
            yield texts.pattern


def test_each_pattern_of_the_api_has_its_words() -> None:
    used = {pattern for message in messages() for field in message.fields for pattern in patterns(field)}
    assert used == set(OF_PATTERNS)


def adjustment(**fields: object) -> loyalty.AdjustPointsRequest:
    good = {"request_id": "r", "customer_id": "anna", "points": 1, "actor": "lea", "reason": "late"}
    return loyalty.AdjustPointsRequest(**{**good, **fields})  # type: ignore[arg-type]


UNKNOWN_KIND = membership.Consent(kind=99, source="web", text_version="1")  # type: ignore[arg-type]
ORDER = activity.Order(order_id="o", customer_id="anna", currency="gbp", channel="CHANNEL_WEB")
ORDER.placed_at.seconds = 1


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (adjustment(points=0), "points: must not be 0"),
        (adjustment(actor=" "), "actor: must not be blank"),
        (adjustment(request_id=""), "request_id: must not be empty"),
        (ORDER, "currency: must be three capital letters, such as GBP"),
        (activity.RecordOrdersRequest(), "records: must not be empty"),
        (membership.Consent(source="web", text_version="1"), "kind: must be stated"),
        (membership.FindMemberRequest(), "identifier: is missing"),
        (earning.ReplayRulesRequest(), "tried: set exactly one of its fields"),
    ],
)
def test_a_broken_rule_is_told_in_plain_words(message: Message, words: str) -> None:
    problem = first_problem(message)
    assert problem is not None
    assert problem.message == words
