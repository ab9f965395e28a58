"""Every read that names a customer follows merges, and says so when the customer was erased."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message_factory import GetMessageClass
from regulars.activity.v1 import activity_service_pb2
from regulars.earning.v1 import earning_service_pb2
from regulars.engagement.v1 import engagement_service_pb2, segments_service_pb2
from regulars.feedback.v1 import cases_service_pb2, feedback_service_pb2
from regulars.insights.v1 import insights_service_pb2
from regulars.journey.v1 import journey_service_pb2
from regulars.loyalty.v1 import loyalty_service_pb2
from regulars.membership.v1 import membership_service_pb2
from regulars.predictions.v1 import predictions_service_pb2
from regulars.presence.v1 import presence_service_pb2
from regulars.reminders.v1 import reminders_service_pb2
from regulars.rewards.v1 import rewards_service_pb2

from tests.conftest import CallerOf
from tests.integration.people import erase, merge
from tests.integration.shop import WEB, Caller, order, refusal

MODULES = (
    activity_service_pb2,
    cases_service_pb2,
    earning_service_pb2,
    engagement_service_pb2,
    feedback_service_pb2,
    insights_service_pb2,
    journey_service_pb2,
    loyalty_service_pb2,
    membership_service_pb2,
    predictions_service_pb2,
    presence_service_pb2,
    reminders_service_pb2,
    rewards_service_pb2,
    segments_service_pb2,
)
NO_SIDE_EFFECTS = 1


def reads_of_customers() -> list[MethodDescriptor]:
    """The unary methods without side effects whose request names a customer."""
    services: list[ServiceDescriptor] = [
        service for module in MODULES for service in module.DESCRIPTOR.services_by_name.values()
    ]
    return [
        method
        for service in services
        for method in service.methods
        if "customer_id" in method.input_type.fields_by_name
        and method.GetOptions().idempotency_level == NO_SIDE_EFFECTS
        and not method.server_streaming
    ]


def request_about(method: MethodDescriptor, customer_id: str) -> Any:
    """A request whose required parts are filled somehow."""
    request: Any = GetMessageClass(method.input_type)()
    for field in method.input_type.fields:
        if field.type == FieldDescriptor.TYPE_STRING and field.name in {"code", "hold_id", "segment_id"}:
            setattr(request, field.name, "some")
        if field.message_type is not None and field.message_type.name == "Money":
            getattr(request, field.name).currency = "GBP"
        if field.name == "channel":
            request.channel = WEB
        if field.name == "lines":
            request.lines.add(sku="tea", quantity=1, unit_price_minor=100)
    request.customer_id = customer_id
    return request


def called(caller: Caller, method: MethodDescriptor) -> Any:
    service = method.containing_service.name.removesuffix("Service").lower()
    return getattr(getattr(caller, service), method.name)


def test_there_are_reads_that_name_customers() -> None:
    assert len(reads_of_customers()) >= 15


async def test_reads_about_an_erased_customer_say_so(caller_of: CallerOf) -> None:
    backend, admin = caller_of("backend"), caller_of("admin")
    await backend.enrol("anna")
    await erase(admin, "anna")
    answers = {}
    for method in reads_of_customers():
        told = await refusal(admin.call(called(admin, method), request_about(method, "anna")))
        answers[method.full_name] = told.reason
    assert answers == dict.fromkeys(answers, "CUSTOMER_ERASED")


@pytest.mark.parametrize("asked", ["anna", "ben"])
async def test_the_score_of_a_merged_customer_is_the_survivors(caller_of: CallerOf, asked: str) -> None:
    backend, admin = caller_of("backend"), caller_of("admin")
    for who in ("anna", "ben"):
        await backend.enrol(who)
        await backend.record_order(order(customer_id=who))
    await merge(admin, survivor="anna", merged="ben")
    score = await backend.score(asked)
    assert (score.customer_id, score.orders) == ("anna", 2)
